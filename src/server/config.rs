//! The configuration of the running server: `Leptos.toml`, with the environment on top.
//! Nothing here acts on a value; no socket, database or log is opened.

mod error;
mod file;
mod reader;
mod settings;
#[cfg(test)]
mod tests;
mod values;

use std::{
    env,
    fmt::{self, Write as _},
    net::IpAddr,
    path::{Path, PathBuf},
};

use ipnet::IpNet;
use leptos::config::{Env, LeptosOptions};
use url::{Host, Url};

use reader::{Draft, Source};
use settings::SETTINGS;

pub use error::ConfigError;
pub use settings::help;

/// Every setting of the server, checked. Made by [`Config::load`] or [`Config::read`] only.
#[derive(Clone, Debug)]
pub struct Config {
    /// What Leptos asks for: the address to listen on, and where the built site lies.
    pub leptos: LeptosOptions,
    /// Where the lists are kept.
    pub database: Database,
    /// How the server is reached.
    pub server: ServerConfig,
    /// Who may have an account.
    pub accounts: Accounts,
    /// How much one person or address may ask for.
    pub limits: Limits,
    /// What is logged.
    pub log: Log,
    /// The file that was read, for messages.
    file: PathBuf,
    /// In the order of `SETTINGS`.
    sources: Vec<Source>,
}

/// Table `[database]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// `sqlite://path`, the path not empty and without options; a relative one starts at the
    /// working directory.
    pub url: String,
}

/// Table `[server]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// Where people reach the server: http or https, a host, perhaps a port, nothing after it.
    pub public_url: Url,
    /// The networks whose `X-Forwarded-For` counts. Empty: the header is never believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// Table `[accounts]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounts {
    /// Whether anybody may make an account.
    pub registration: Registration,
}

/// Whether anybody may make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Whoever reaches the server may.
    Open,
    /// Nobody may; those who have an account keep it.
    Closed,
}

impl fmt::Display for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Closed => "closed",
        })
    }
}

/// Table `[limits]`. Each from 0 to 1 000 000; 0 means no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Attempts to sign in per minute, for an account and an address each.
    pub sign_ins_per_minute: u32,
    /// Open sockets of one user.
    pub sockets_per_user: u32,
    /// Open sockets from one address.
    pub sockets_per_address: u32,
}

/// Table `[log]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// A filter as in `RUST_LOG`; `tracing_subscriber::EnvFilter` has accepted it.
    pub filter: String,
}

impl Config {
    /// Reads the file `explicit`, else `Leptos.toml` in the working directory, else the one beside
    /// the executable, and the environment on top.
    ///
    /// # Errors
    ///
    /// No file, or anything wrong in it or in the environment; all of it at once.
    pub fn load(explicit: Option<&Path>) -> Result<Self, ConfigError> {
        let (file, text) = match explicit {
            Some(file) => file::open(file)?,
            None => file::open_first(&file::usual_places())?,
        };
        // What is not UTF-8 gets the replacement character, which `reader` refuses.
        let variable = |name: &str| Some(env::var_os(name)?.to_string_lossy().into_owned());
        Self::parse(&text, file, &variable)
    }

    /// Reads the text of a `Leptos.toml` that lies in `folder`, with the variables of `env` on top.
    ///
    /// # Errors
    ///
    /// The text is not TOML, or values, keys or tables are wrong: then all of them are told.
    pub fn read(
        text: &str,
        folder: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        Self::parse(text, folder.join(file::NAME), env)
    }

    fn parse(
        text: &str,
        file: PathBuf,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => return Err(not_toml(&error, text, file)),
        };
        // `cargo leptos watch` sets this one and not LEPTOS_ENV.
        let watched = reader::given(env, "LEPTOS_WATCH").is_some();
        let fallback = if watched { Env::DEV } else { Env::PROD };
        let folder = file.parent().unwrap_or(Path::new(""));
        let mut draft = Draft::new(folder, fallback);
        let mut problems = Vec::new();
        let sources = draft.read_settings(&table, env, &mut problems);
        reader::unknown(&table, &mut problems);

        let public_url = draft
            .public_url
            .or_else(|| default_public_url(&draft.leptos));
        match public_url {
            Some(public_url) if problems.is_empty() => Ok(Self {
                leptos: draft.leptos,
                database: draft.database,
                server: ServerConfig {
                    public_url,
                    trusted_proxies: draft.trusted_proxies,
                },
                accounts: draft.accounts,
                limits: draft.limits,
                log: draft.log,
                file,
                sources,
            }),
            Some(_) => Err(ConfigError::Refused { file, problems }),
            None => {
                problems.push("server.public_url: does not follow from site-addr; set it".into());
                Err(ConfigError::Refused { file, problems })
            }
        }
    }

    /// Whether people reach the server over TLS: decides `Secure`, the cookie's name and HSTS.
    #[must_use]
    pub fn secure(&self) -> bool {
        self.server.public_url.scheme() == "https"
    }

    /// The origins that may post and open sockets, as browsers write them (no default port).
    ///
    /// The public URL's comes first. `localhost` and `127.0.0.1` stand for each other: on the port
    /// listened on if only this machine can reach it, and on the public URL's if that is local.
    #[must_use]
    pub fn origins(&self) -> Vec<String> {
        let public = &self.server.public_url;
        let site = self.leptos.site_addr;
        let mut origins = vec![public.origin().ascii_serialization()];
        let mut both_names = |scheme: &str, port: u16| {
            for host in ["localhost", "127.0.0.1"] {
                let origin = match (scheme, port) {
                    ("http", 80) | ("https", 443) => format!("{scheme}://{host}"),
                    _ => format!("{scheme}://{host}:{port}"),
                };
                if !origins.contains(&origin) {
                    origins.push(origin);
                }
            }
        };
        if site.ip().is_loopback() {
            both_names("http", site.port());
        }
        if is_local(public)
            && let Some(port) = public.port_or_known_default()
        {
            both_names(public.scheme(), port);
        }
        origins
    }

    /// What works, but probably not as meant; one sentence each.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let ServerConfig {
            public_url,
            trusted_proxies,
        } = &self.server;
        let public = public_url.origin().ascii_serialization();
        let site = self.leptos.site_addr;
        let mut warnings = Vec::new();
        if !self.secure() && !is_local(public_url) {
            warnings.push(format!(
                "server.public_url is {public}: passwords travel in the clear, and browsers do not \
                 start the page offline. Put a proxy with TLS in front and set it to https://…"
            ));
        }
        if !site.ip().is_loopback() && is_local(public_url) {
            warnings.push(format!(
                "site-addr {site} can be reached by other devices, but server.public_url is \
                 {public}: what they send is refused. Set it to the address people use"
            ));
        }
        if self.secure() && trusted_proxies.is_empty() {
            warnings.push(
                "server.trusted_proxies is empty, but https needs a proxy in front: everybody \
                 seems to have the proxy's address and shares the limits of one"
                    .into(),
            );
        }
        if trusted_proxies.iter().any(|net| net.prefix_len() == 0) {
            warnings.push(
                "server.trusted_proxies trusts every address: anybody can pretend to be at any \
                 address and evade the limits"
                    .into(),
            );
        }
        warnings
    }

    /// Every setting with the value in effect and where that came from, without passwords.
    #[must_use]
    pub fn describe(&self) -> String {
        let rows: Vec<_> = SETTINGS
            .iter()
            .zip(&self.sources)
            .map(|(setting, source)| (setting.name(), (setting.show)(self), source))
            .collect();
        let names = rows.iter().map(|row| row.0.len()).max().unwrap_or(0);
        let values = rows.iter().map(|row| row.1.chars().count()).max();
        let values = values.unwrap_or(0);
        let mut text = format!("file: {}\n", self.file.display());
        for (name, value, source) in rows {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name:names$}  {value:values$}  {source}");
        }
        text
    }
}

fn not_toml(error: &toml::de::Error, text: &str, file: PathBuf) -> ConfigError {
    let before = error.span().and_then(|span| text.get(..span.start));
    ConfigError::NotToml {
        file,
        line: before.map_or(1, |before| before.matches('\n').count() + 1),
        message: error.message().to_owned(),
    }
}

/// `http://` and the address listened on; one that means "all" is reached at this machine's own.
fn default_public_url(leptos: &LeptosOptions) -> Option<Url> {
    let addr = leptos.site_addr;
    let host = match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => "127.0.0.1".into(),
        IpAddr::V6(ip) if ip.is_unspecified() => "localhost".into(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    Url::parse(&format!("http://{host}:{}", addr.port())).ok()
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
