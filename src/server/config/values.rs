//! What a value may be: one parser for each kind of setting, and how a value is shown unharmed.
//! A refusal ends the sentence "KEY: VALUE …"; which key and where from is known to `reader`.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use leptos::config::Env;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::Registration;

/// The largest limit: far above any use, and small enough that a slip of the finger is noticed.
const LARGEST_LIMIT: u32 = 1_000_000;

/// A value before it is understood, and where it was found.
#[derive(Clone, Copy)]
pub(super) enum Raw<'a> {
    /// The text of an environment variable, trimmed and not empty.
    Environment(&'a str),
    /// A value of the file.
    File(&'a toml::Value),
    /// The default of the table of settings, written as for the environment.
    Default(&'a str),
}

/// The value as text. In the file that is a string: `5` is not `"5"`.
pub(super) fn text(raw: Raw<'_>) -> Result<&str, String> {
    match raw {
        Raw::Environment(text) | Raw::Default(text) => Ok(text),
        Raw::File(toml::Value::String(text)) => Ok(text),
        Raw::File(_) => Err("is not a text in quotes".into()),
    }
}

/// The name of built files. Narrow, since it becomes part of URLs and of paths.
pub(super) fn file_stem(raw: Raw<'_>) -> Result<&str, String> {
    let name = text(raw)?;
    is_name(name)
        .then_some(name)
        .ok_or_else(|| "is not a name of letters, digits, - and _".into())
}

/// A folder below another one that is also a path in URLs.
pub(super) fn folder_inside(raw: Raw<'_>) -> Result<&str, String> {
    let folder = text(raw)?;
    folder
        .split('/')
        .all(is_name)
        .then_some(folder)
        .ok_or_else(|| "is not a relative folder such as pkg (letters, digits, -, _ and /)".into())
}

/// A path on this machine.
pub(super) fn path(raw: Raw<'_>) -> Result<&str, String> {
    Some(text(raw)?)
        .filter(|path| !path.is_empty())
        .ok_or_else(|| "is not a path".into())
}

/// An address with its port; names are not looked up.
pub(super) fn address(raw: Raw<'_>) -> Result<SocketAddr, String> {
    text(raw)?
        .parse()
        .map_err(|_| "is not an IP address and a port, such as 127.0.0.1:3000".into())
}

/// A port that can be connected to.
pub(super) fn port(raw: Raw<'_>) -> Result<u32, String> {
    whole_number(raw, 1, 65_535)
}

/// A limit; 0 switches it off.
pub(super) fn limit(raw: Raw<'_>) -> Result<u32, String> {
    whole_number(raw, 0, LARGEST_LIMIT)
}

fn whole_number(raw: Raw<'_>, least: u32, most: u32) -> Result<u32, String> {
    let number = match raw {
        Raw::File(value) => value.as_integer().and_then(|n| u32::try_from(n).ok()),
        Raw::Environment(text) | Raw::Default(text) => text.parse().ok(),
    };
    number
        .filter(|n| (least..=most).contains(n))
        .ok_or_else(|| format!("is not a whole number from {least} to {most}"))
}

/// Yes or no.
pub(super) fn truth(raw: Raw<'_>) -> Result<bool, String> {
    let truth = match raw {
        Raw::File(value) => value.as_bool(),
        Raw::Environment(text) | Raw::Default(text) => text.parse().ok(),
    };
    truth.ok_or_else(|| "is neither true nor false".into())
}

/// The words `leptos_config` takes. Its own parser panics or falls back to DEV on any other.
pub(super) fn leptos_env(raw: Raw<'_>) -> Result<Env, String> {
    match text(raw)?.to_ascii_lowercase().as_str() {
        "prod" | "production" => Ok(Env::PROD),
        "dev" | "development" => Ok(Env::DEV),
        _ => Err("is neither PROD nor DEV".into()),
    }
}

/// Open or closed.
pub(super) fn registration(raw: Raw<'_>) -> Result<Registration, String> {
    match text(raw)? {
        "open" => Ok(Registration::Open),
        "closed" => Ok(Registration::Closed),
        _ => Err("is neither \"open\" nor \"closed\"".into()),
    }
}

/// `sqlite://path`, without options such as `?mode=…`: `mode=memory` would lose every list at a restart.
pub(super) fn database_url(raw: Raw<'_>) -> Result<&str, String> {
    let url = text(raw)?;
    let scheme = url.split(':').next().unwrap_or_default();
    if ["postgres", "postgresql"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return Err(
            "is a PostgreSQL database, which this build cannot use yet; \
             use sqlite://path"
                .into(),
        );
    }
    if url.starts_with("sqlite:") && url.contains(":memory:") {
        return Err("would keep everything in memory only; use sqlite://path".into());
    }
    match url.strip_prefix("sqlite://") {
        Some("") => Err("names no file; use sqlite://path".into()),
        Some(path) if path.contains('?') => Err("has options after a ?; use sqlite://path".into()),
        Some(_) => Ok(url),
        None => Err("is not of the form sqlite://path".into()),
    }
}

/// Scheme, host and port, nothing else: cookies, the service worker and origins know no path.
pub(super) fn public_url(raw: Raw<'_>) -> Result<Url, String> {
    const SUCH_AS: &str = "; use one such as https://todo.example.org";
    let url = Url::parse(text(raw)?).map_err(|error| format!("is no URL ({error}){SUCH_AS}"))?;
    let wrong = if !matches!(url.scheme(), "http" | "https") {
        "is neither http nor https"
    } else if !url.username().is_empty() || url.password().is_some() {
        "carries a name or password"
    } else if url.path() != "/" {
        "has a path"
    } else if url.query().is_some() || url.fragment().is_some() {
        "has something after a ? or #"
    } else {
        return Ok(url);
    };
    Err(format!("{wrong}{SUCH_AS}"))
}

/// Networks; a lone address is a network of one.
pub(super) fn networks(raw: Raw<'_>) -> Result<Vec<IpNet>, String> {
    let entries: Option<Vec<&str>> = match raw {
        Raw::File(value) => value
            .as_array()
            .and_then(|list| list.iter().map(toml::Value::as_str).collect()),
        Raw::Environment(text) | Raw::Default(text) => Some(
            text.split(',')
                .map(str::trim)
                .filter(|entry| !entry.is_empty())
                .collect(),
        ),
    };
    entries
        .ok_or("is not a list of texts such as [\"127.0.0.1\", \"10.0.0.0/8\"]")?
        .into_iter()
        .map(|entry| {
            let network: Option<IpNet> = entry
                .parse()
                .ok()
                .or_else(|| entry.parse::<IpAddr>().ok().map(IpNet::from));
            network.map(|network| network.trunc()).ok_or_else(|| {
                format!(
                    "has {entry:?}, which is not an IP address or network \
                     such as 127.0.0.1 or 10.0.0.0/8"
                )
            })
        })
        .collect()
}

/// What `tracing` takes as a filter.
pub(super) fn filter(raw: Raw<'_>) -> Result<&str, String> {
    let filter = text(raw)?;
    match EnvFilter::try_new(filter) {
        Ok(_) if !filter.trim().is_empty() => Ok(filter),
        _ => Err("is not a filter as in RUST_LOG, such as info or warn,lockstep=debug".into()),
    }
}

/// A URL without its password. Whatever cannot be taken apart for certain is hidden whole.
pub(super) fn masked(url: &str) -> String {
    if !url.contains(['@', '?', '=']) {
        return url.into();
    }
    let scheme = url
        .split_once("://")
        .map(|(scheme, _)| scheme)
        .filter(|scheme| is_name(scheme));
    let Some(scheme) = scheme else {
        return "***".into();
    };
    // A password with an unescaped / or ? ends the host too early: then an @ stands behind it.
    let taken_apart = Url::parse(url)
        .ok()
        .filter(|url| !url[url::Position::AfterPort..].contains('@'));
    match taken_apart {
        Some(mut url) => {
            if url.password().is_some() && url.set_password(Some("***")).is_err() {
                return format!("{scheme}://***");
            }
            // PostgreSQL takes a password among the options, too.
            let options = url.query().map(|_| "***");
            url.set_query(options);
            url.set_fragment(None);
            url.into()
        }
        None => format!("{scheme}://***"),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
