//! The command line: configuration, then the server.

use clap::{Parser, Subcommand};
use lockstep::server::{
    config::{self, Config},
    maintenance, run, telemetry,
};
use std::{path::PathBuf, process::ExitCode};

/// A shared to-do list that stays in step between tabs, devices and people.
#[derive(Parser)]
#[command(version, after_help = config::help())]
struct Arguments {
    /// The configuration; without it, Leptos.toml in this folder, else beside the binary
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (also without a command)
    Serve,
    /// Print the configuration in force, or what is wrong with it
    CheckConfig,
    /// Copy the database into a new file; the server may run meanwhile
    Backup {
        /// Where the copy goes; nothing may be there
        file: PathBuf,
    },
    /// Put a backup in the database's place; the server must not run
    ///
    /// The database that was there is kept beside it. Everybody has to sign in again. It is a history of its own:
    /// edits that were made in the other one are not applied to it.
    Restore {
        /// The backup
        file: PathBuf,
    },
    /// Give an account a new password, print it, and end the account's sign-ins
    ResetPassword {
        /// The account's name
        name: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match execute(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            #[allow(clippy::print_stderr)] // the log may not have begun
            {
                eprintln!("lockstep: {message}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn execute(arguments: Arguments) -> Result<(), String> {
    let config = Config::load(arguments.config.as_deref()).map_err(|error| error.to_string())?;
    let told = match arguments.command.unwrap_or(Command::Serve) {
        Command::CheckConfig => config.describe(),
        Command::Backup { file } => maintenance::backup(&config, file).await?,
        Command::Restore { file } => maintenance::restore(&config, file).await?,
        Command::ResetPassword { name } => maintenance::reset_password(&config, &name).await?,
        Command::Serve => {
            telemetry::start(&config.log.filter).map_err(|error| format!("log.filter: {error}"))?;
            return run(config).await.map_err(|error| error.to_string());
        }
    };
    #[allow(clippy::print_stdout)] // this is what was asked for
    {
        println!("{told}");
    }
    Ok(())
}
