//! Finds the value of every setting in file and environment, and the keys nobody knows.
//! Opens no file and asks no environment itself: text and lookup are handed in.

use std::{fmt, path::Path};

use ipnet::IpNet;
use leptos::config::{Env, LeptosOptions};
use url::Url;

use super::{
    Accounts, Database, Limits, Log, Registration,
    settings::{Fallback, LEPTOS, Quoted, SETTINGS, Setting},
    values::{self, Raw},
};

/// Where the value in effect was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Environment(&'static str),
    File,
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment ({name})"),
            Self::File => f.write_str("file"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The configuration while it is read: every field is overwritten, if only by its default.
pub(super) struct Draft<'a> {
    folder: &'a Path,
    pub(super) leptos: LeptosOptions,
    pub(super) database: Database,
    /// None until it is given: its default needs `site-addr`.
    pub(super) public_url: Option<Url>,
    pub(super) trusted_proxies: Vec<IpNet>,
    pub(super) accounts: Accounts,
    pub(super) limits: Limits,
    pub(super) log: Log,
}

impl<'a> Draft<'a> {
    /// `folder` is the file's; `env` counts if nothing else says so.
    pub(super) fn new(folder: &'a Path, env: Env) -> Self {
        Self {
            folder,
            leptos: LeptosOptions::builder().output_name("").env(env).build(),
            database: Database { url: String::new() },
            public_url: None,
            trusted_proxies: Vec::new(),
            accounts: Accounts {
                registration: Registration::Closed,
            },
            limits: Limits {
                sign_ins_per_minute: 0,
                sockets_per_user: 0,
                sockets_per_address: 0,
            },
            log: Log {
                filter: String::new(),
            },
        }
    }

    /// The file (and so the default) speaks of its own folder, the environment of the working
    /// directory, as `cargo leptos` does in `LEPTOS_SITE_ROOT`.
    pub(super) fn read_site_root(&mut self, raw: Raw<'_>) -> Result<(), String> {
        let given = values::path(raw)?;
        let root = match raw {
            Raw::Environment(_) => given.into(),
            Raw::File(_) | Raw::Default(_) => self.folder.join(given),
        };
        let root = root
            .to_str()
            .ok_or("lies in a folder whose name is not UTF-8")?;
        self.leptos.site_root = root.into();
        Ok(())
    }

    /// Reads every setting; the sources are in the order of `SETTINGS`.
    pub(super) fn read_settings(
        &mut self,
        file: &toml::Table,
        env: &dyn Fn(&str) -> Option<String>,
        problems: &mut Vec<String>,
    ) -> Vec<Source> {
        let mut sources = Vec::with_capacity(SETTINGS.len());
        for setting in &SETTINGS {
            let variable = given(env, setting.env);
            let (raw, source) = match (&variable, in_file(file, setting), &setting.default) {
                (Some(text), ..) => (
                    Some(Raw::Environment(text)),
                    Source::Environment(setting.env),
                ),
                (None, Some(value), _) => (Some(Raw::File(value)), Source::File),
                (None, None, Fallback::Value(text)) => (Some(Raw::Default(text)), Source::Default),
                (None, None, Fallback::Derived(_)) => (None, Source::Default),
            };
            sources.push(source);
            let Some(raw) = raw else { continue };
            let read = match raw {
                // Left by the lossy conversion in `Config::load`.
                Raw::Environment(text) if text.contains(char::REPLACEMENT_CHARACTER) => {
                    Err("is not UTF-8".into())
                }
                _ => (setting.read)(self, raw),
            };
            if let Err(reason) = read {
                problems.push(refusal(setting, raw, &reason));
            }
        }
        sources
    }
}

/// An environment variable, trimmed; an empty one counts as unset, as `KEY=` in a compose file.
pub(super) fn given(env: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    let text = env(name)?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

fn in_file<'t>(file: &'t toml::Table, setting: &Setting) -> Option<&'t toml::Value> {
    let mut here = file;
    for name in setting.table.split('.') {
        here = here.get(name)?.as_table()?;
    }
    here.get(setting.key)
}

fn refusal(setting: &Setting, raw: Raw<'_>, reason: &str) -> String {
    let quote = |text: &str| match setting.quoted {
        Quoted::Whole => format!("{text:?}"),
        Quoted::Masked => format!("{:?}", values::masked(text)),
    };
    let value = match (raw, &setting.quoted) {
        (Raw::Environment(text) | Raw::Default(text), _) => quote(text),
        (Raw::File(toml::Value::String(text)), _) => quote(text),
        (Raw::File(value), Quoted::Whole) => value.to_string(),
        (Raw::File(value), Quoted::Masked) => format!("the {}", value.type_str()),
    };
    match raw {
        Raw::Environment(_) => format!("{} ({}): {value} {reason}", setting.env, setting.name()),
        Raw::File(_) | Raw::Default(_) => format!("{}: {value} {reason}", setting.name()),
    }
}

/// What stands in the file and means nothing: most often a slip that would go unnoticed.
pub(super) fn unknown(file: &toml::Table, problems: &mut Vec<String>) {
    for (name, value) in file {
        if name == "package" {
            check_leptos(value, problems);
        } else if !SETTINGS.iter().any(|s| s.table == name) {
            problems.push(unknown_table(name));
        } else if let Some(table) = value.as_table() {
            let unknown = table.keys().filter(|key| !is_known(name, key));
            problems.extend(unknown.map(|key| unknown_key(name, key)));
        } else {
            problems.push(format!("{name}: is not a table; write [{name}]"));
        }
    }
}

/// Keys of Leptos and `cargo leptos` that are not ours pass, new ones too; a slip in ours does not.
fn check_leptos(package: &toml::Value, problems: &mut Vec<String>) {
    /// Read by `leptos_config` and a letter away from `hash-files`.
    const NO_SLIP: &str = "hash-file";

    let metadata = package.as_table().map(|package| package.get("metadata"));
    let leptos = match metadata {
        Some(Some(metadata)) => metadata.as_table().map(|metadata| metadata.get("leptos")),
        other => other,
    };
    let table = match leptos {
        Some(None) => return,
        Some(Some(leptos)) => leptos.as_table(),
        None => None,
    };
    let Some(table) = table else {
        problems.push(format!("package: is not a table; write [{LEPTOS}]"));
        return;
    };
    for key in table.keys() {
        if !is_known(LEPTOS, key)
            && key != NO_SLIP
            && let Some(meant) = nearest(key, keys_of(LEPTOS))
        {
            problems.push(format!("{key}: no such key; did you mean {meant}?"));
        }
    }
}

fn unknown_table(name: &str) -> String {
    let tables = SETTINGS.iter().map(|s| s.table).filter(|t| *t != LEPTOS);
    if let Some(setting) = SETTINGS.iter().find(|s| s.key == name) {
        format!(
            "{name}: no such table; the key belongs in [{}]",
            setting.table
        )
    } else if let Some(meant) = nearest(name, tables.clone()) {
        format!("{name}: no such table; did you mean [{meant}]?")
    } else {
        let mut known: Vec<&str> = tables.collect();
        known.dedup();
        format!("{name}: no such table; there are {}", known.join(", "))
    }
}

fn unknown_key(table: &str, key: &str) -> String {
    if let Some(meant) = nearest(key, keys_of(table)) {
        format!("{table}.{key}: no such key; did you mean {meant}?")
    } else if let Some(setting) = SETTINGS.iter().find(|s| s.key == key) {
        format!(
            "{table}.{key}: no such key; it belongs in [{}]",
            setting.table
        )
    } else {
        let known: Vec<&str> = keys_of(table).collect();
        format!("{table}.{key}: no such key; there are {}", known.join(", "))
    }
}

fn is_known(table: &str, key: &str) -> bool {
    keys_of(table).any(|known| known == key)
}

fn keys_of(table: &str) -> impl Iterator<Item = &'static str> {
    SETTINGS
        .iter()
        .filter(move |s| s.table == table)
        .map(|s| s.key)
}

/// The known name that `name` is a slip of: at most a third of its letters differ.
fn nearest(name: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let name = name.to_lowercase().replace('-', "_");
    known
        .map(|known| (distance(&name, &known.replace('-', "_")), known))
        .filter(|(distance, known)| *distance <= (known.len() / 3).max(1))
        .min()
        .map(|(_, known)| known)
}

/// Levenshtein's distance, row by row.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        row[0] = left;
        for (j, y) in b.chars().enumerate() {
            let above = row[j + 1];
            left = (diagonal + usize::from(x != y))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            row[j + 1] = left;
        }
    }
    row.last().copied().unwrap_or(0)
}
