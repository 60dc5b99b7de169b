//! The built files beside the binary, and the names that pages call them by. Not here: serving them (`router`).

use leptos::config::LeptosOptions;
use std::{fmt, fs, io, path::PathBuf};

/// The addresses of the files that every page needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The style sheet.
    pub css: String,
    /// The JavaScript that wasm-bindgen made.
    pub js: String,
    /// The WebAssembly.
    pub wasm: String,
}

/// Where the names come from.
#[derive(Debug)]
pub struct Site {
    options: LeptosOptions,
    files: Files,
    /// Under `cargo leptos watch` names change while the server runs.
    watched: bool,
}

/// Why the built site cannot be used.
#[derive(Debug)]
pub enum SiteError {
    /// The file with the hashes is not there.
    NoHashes(PathBuf, io::Error),
    /// It lacks this kind of file.
    NoHash(&'static str),
}

impl fmt::Display for SiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHashes(path, cause) => write!(
                f,
                "hash-files is on, but {} cannot be read ({cause}); it belongs beside the binary",
                path.display()
            ),
            Self::NoHash(kind) => write!(f, "the file of hashes has no line for {kind}"),
        }
    }
}

impl Site {
    /// Reads the names once.
    ///
    /// # Errors
    /// Files are hashed and their hashes are not to be found.
    pub fn open(options: &LeptosOptions) -> Result<Self, SiteError> {
        Ok(Self {
            files: names(options)?,
            options: options.clone(),
            watched: std::env::var_os("LEPTOS_WATCH").is_some(),
        })
    }

    /// The files' addresses.
    pub fn files(&self) -> Files {
        let fresh = self.watched.then(|| names(&self.options).ok()).flatten();
        fresh.unwrap_or_else(|| self.files.clone())
    }
}

fn names(options: &LeptosOptions) -> Result<Files, SiteError> {
    let base = format!(
        "{}{}",
        options.site_pkg_dir_route_base(),
        options.output_name
    );
    if !options.hash_files {
        return Ok(Files {
            css: format!("{base}.css"),
            js: format!("{base}.js"),
            wasm: format!("{base}.wasm"),
        });
    }
    let path = std::env::current_exe()
        .ok()
        .and_then(|exe| Some(exe.parent()?.join(&*options.hash_file)))
        .unwrap_or_else(|| PathBuf::from(&*options.hash_file));
    let hashes = fs::read_to_string(&path).map_err(|error| SiteError::NoHashes(path, error))?;
    let name = |kind: &'static str| {
        let lines = hashes.lines().filter_map(|line| line.split_once(':'));
        let mut of_kind = lines.filter(|(key, _)| key.trim() == kind);
        let hash = of_kind.next().ok_or(SiteError::NoHash(kind))?.1.trim();
        Ok(format!("{base}.{hash}.{kind}"))
    };
    Ok(Files {
        css: name("css")?,
        js: name("js")?,
        wasm: name("wasm")?,
    })
}
