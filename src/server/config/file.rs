//! Where `Leptos.toml` is looked for, and how it is opened.
//! What stands in it is not looked at here.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use super::ConfigError;

/// The file's usual name.
pub(super) const NAME: &str = "Leptos.toml";

/// The working directory, then beside the executable.
pub(super) fn usual_places() -> Vec<PathBuf> {
    let beside = env::current_exe().ok();
    let beside = beside.and_then(|exe| Some(exe.parent()?.join(NAME)));
    [Some(PathBuf::from(NAME)), beside]
        .into_iter()
        .flatten()
        .collect()
}

/// The text of one file, with its path for messages.
pub(super) fn open(file: &Path) -> Result<(PathBuf, String), ConfigError> {
    let file = file.to_owned();
    match fs::read_to_string(&file) {
        Ok(text) => Ok((file, text)),
        Err(source) => Err(ConfigError::Unreadable { file, source }),
    }
}

/// The first that is there; one that is there and cannot be read is an error, not skipped.
pub(super) fn open_first(places: &[PathBuf]) -> Result<(PathBuf, String), ConfigError> {
    for place in places {
        match open(place) {
            Err(ConfigError::Unreadable { source, .. })
                if source.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
    }
    let looked = places
        .iter()
        .map(|place| std::path::absolute(place).unwrap_or_else(|_| place.clone()))
        .collect();
    Err(ConfigError::NotFound { looked })
}
