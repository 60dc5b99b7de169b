//! Why a configuration was refused, told so that the person hosting can mend it.
//! The single reasons are worded in `values` and `reader`; nothing here reads anything.

use std::{error::Error, fmt, io, path::PathBuf};

/// Why there is no [`Config`](super::Config).
#[derive(Debug)]
pub enum ConfigError {
    /// No file was named and none lies in the usual places.
    NotFound {
        /// Every place that was tried, in order.
        looked: Vec<PathBuf>,
    },
    /// The file is there but cannot be read (or was named and is not there).
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not TOML.
    NotToml {
        /// The file.
        file: PathBuf,
        /// Line of the mistake, from 1; the first if it is not known.
        line: usize,
        /// What the parser said, without the line's text: a password may stand in it.
        message: String,
    },
    /// Values, keys or tables are wrong.
    Refused {
        /// The file that was read along with the environment.
        file: PathBuf,
        /// All of them, one sentence each, with the key and what is allowed. Never empty.
        problems: Vec<String>,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { looked } => {
                f.write_str("no Leptos.toml found; looked for")?;
                for place in looked {
                    write!(f, "\n  {}", place.display())?;
                }
                Ok(())
            }
            Self::Unreadable { file, source } => {
                write!(f, "cannot read {}: {source}", file.display())
            }
            Self::NotToml {
                file,
                line,
                message,
            } => write!(
                f,
                "{}, line {line}: not valid TOML: {message}",
                file.display()
            ),
            Self::Refused { file, problems } => {
                write!(
                    f,
                    "wrong settings in {} or the environment:",
                    file.display()
                )?;
                for problem in problems {
                    write!(f, "\n  {problem}")?;
                }
                Ok(())
            }
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::NotFound { .. } | Self::NotToml { .. } | Self::Refused { .. } => None,
        }
    }
}
