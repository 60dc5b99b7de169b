//! The command line: configuration, then the server.

use clap::{Parser, Subcommand};
use lockstep::server::{
    config::{self, Config},
    run, telemetry,
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
    match arguments.command.unwrap_or(Command::Serve) {
        Command::CheckConfig => {
            #[allow(clippy::print_stdout)] // this is what was asked for
            {
                println!("{}", config.describe());
            }
            Ok(())
        }
        Command::Serve => {
            telemetry::start(&config.log.filter).map_err(|error| format!("log.filter: {error}"))?;
            run(config).await.map_err(|error| error.to_string())
        }
    }
}
