//! The built files beside the binary, and the names that pages call them by; scripts as they are sent. Not here: serving them (`router`).

use leptos::config::LeptosOptions;
use std::{
    fmt, fs,
    hash::{DefaultHasher, Hasher},
    io,
    path::{Path, PathBuf},
};

/// What pages call by a name that says nothing of its content.
const SHARED: [&str; 4] = [
    "/favicon.svg",
    "/apple-touch-icon.png",
    "/icon-192.png",
    "/manifest.webmanifest",
];

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

/// The files whose name says nothing of their content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The addresses of those that are there.
    pub names: Vec<String>,
    /// Another one when any of them has changed.
    pub stamp: String,
}

/// Where the names come from.
#[derive(Debug)]
pub struct Site {
    options: LeptosOptions,
    files: Files,
    shared: Shared,
    /// Whether `cargo leptos watch` runs the server.
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
            shared: shared(Path::new(&*options.site_root)),
            options: options.clone(),
            watched: std::env::var_os("LEPTOS_WATCH").is_some(),
        })
    }

    /// The files' addresses. Under `cargo leptos watch` they are looked up each time: it hashes what it builds
    /// first and leaves the hash out of what it builds again, so the newer of the two is the one to show.
    pub fn files(&self) -> Files {
        if !self.watched {
            return self.files.clone();
        }
        let plain = plain_names(&self.options);
        let hashed = names(&self.options).unwrap_or_else(|_| plain.clone());
        Files {
            css: self.newer(hashed.css, plain.css),
            js: self.newer(hashed.js, plain.js),
            wasm: self.newer(hashed.wasm, plain.wasm),
        }
    }

    /// The files that pages share, as they were when the server started.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Whether a file's name changes with its content, so that it can be kept for ever.
    pub fn is_immutable(&self) -> bool {
        self.options.hash_files && !self.watched
    }

    fn newer(&self, one: String, other: String) -> String {
        let root = Path::new(&*self.options.site_root);
        let built = |name: &str| {
            let file = root.join(name.trim_start_matches('/'));
            file.metadata().and_then(|file| file.modified()).ok()
        };
        if built(&other) > built(&one) {
            other
        } else {
            one
        }
    }
}

fn shared(root: &Path) -> Shared {
    let mut hasher = DefaultHasher::new();
    let mut names = Vec::new();
    for name in SHARED {
        // A host may leave them out.
        if let Ok(content) = fs::read(root.join(name.trim_start_matches('/'))) {
            hasher.write(&content);
            names.push(name.to_owned());
        }
    }
    Shared {
        names,
        stamp: format!("{:x}", hasher.finish()),
    }
}

fn plain_names(options: &LeptosOptions) -> Files {
    let base = base(options);
    Files {
        css: format!("{base}.css"),
        js: format!("{base}.js"),
        wasm: format!("{base}.wasm"),
    }
}

fn base(options: &LeptosOptions) -> String {
    format!(
        "{}{}",
        options.site_pkg_dir_route_base(),
        options.output_name
    )
}

fn names(options: &LeptosOptions) -> Result<Files, SiteError> {
    if !options.hash_files {
        return Ok(plain_names(options));
    }
    let path = std::env::current_exe()
        .ok()
        .and_then(|exe| Some(exe.parent()?.join(&*options.hash_file)))
        .unwrap_or_else(|| PathBuf::from(&*options.hash_file));
    let hashes = fs::read_to_string(&path).map_err(|error| SiteError::NoHashes(path, error))?;
    let base = base(options);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_files_are_those_that_are_there_and_another_content_is_another_stamp() {
        let folder = tempfile::TempDir::new().unwrap();
        assert_eq!(shared(folder.path()).names, Vec::<String>::new());
        let write = |text| fs::write(folder.path().join("favicon.svg"), text).unwrap();
        write("<svg/>");
        let before = shared(folder.path());
        assert_eq!(before.names, ["/favicon.svg"]);
        assert_eq!(shared(folder.path()), before);
        write("<svg />");
        assert_ne!(shared(folder.path()).stamp, before.stamp);
    }
}
