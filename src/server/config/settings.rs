//! The one table of settings: names, default, meaning, and which field of `Config` each fills.
//! Where values are looked up is in `reader`, what they may be in `values`.

use std::fmt::Write as _;

use super::{
    Config,
    reader::Draft,
    values::{self, Raw},
};

/// The table that Leptos and `cargo leptos` know as well.
pub(super) const LEPTOS: &str = "package.metadata.leptos";

/// One setting. `--help`, `check-config`, reading and the search for unknown keys all use this.
pub(super) struct Setting {
    /// Table in the file.
    pub(super) table: &'static str,
    /// Key in that table.
    pub(super) key: &'static str,
    /// Variable in the environment; it wins over the file.
    pub(super) env: &'static str,
    /// What counts when neither is given.
    pub(super) default: Fallback,
    /// One line for `--help`.
    pub(super) about: &'static str,
    /// Whether a refused value may be quoted whole.
    pub(super) quoted: Quoted,
    /// Understands a value and keeps it.
    pub(super) read: fn(&mut Draft<'_>, Raw<'_>) -> Result<(), String>,
    /// The value in effect.
    pub(super) show: fn(&Config) -> String,
}

/// What counts when a setting is not given.
pub(super) enum Fallback {
    /// This value, written as in the environment.
    Value(&'static str),
    /// Something worked out from other settings, in words.
    Derived(&'static str),
}

/// How a refused value is quoted.
pub(super) enum Quoted {
    /// As it is.
    Whole,
    /// Without the password that a URL may carry.
    Masked,
}

impl Setting {
    /// The name people are told: `server.public_url`, but plain `site-addr`.
    pub(super) fn name(&self) -> String {
        if self.table == LEPTOS {
            self.key.into()
        } else {
            format!("{}.{}", self.table, self.key)
        }
    }
}

/// Every setting, in the order of the shipped `Leptos.toml`.
pub(super) static SETTINGS: [Setting; 15] = [
    Setting {
        table: LEPTOS,
        key: "output-name",
        env: "LEPTOS_OUTPUT_NAME",
        default: Fallback::Value("lockstep"),
        about: "Name of the built .js, .wasm and .css files",
        quoted: Quoted::Whole,
        read: |draft, raw| {
            values::file_stem(raw).map(|name| draft.leptos.output_name = name.into())
        },
        show: |config| config.leptos.output_name.to_string(),
    },
    Setting {
        table: LEPTOS,
        key: "site-root",
        env: "LEPTOS_SITE_ROOT",
        default: Fallback::Value("site"),
        about: "Folder of the built site",
        quoted: Quoted::Whole,
        read: |draft, raw| draft.read_site_root(raw),
        show: |config| config.leptos.site_root.to_string(),
    },
    Setting {
        table: LEPTOS,
        key: "site-pkg-dir",
        env: "LEPTOS_SITE_PKG_DIR",
        default: Fallback::Value("pkg"),
        about: "Folder of the built files inside site-root",
        quoted: Quoted::Whole,
        read: |draft, raw| {
            values::folder_inside(raw).map(|dir| draft.leptos.site_pkg_dir = dir.into())
        },
        show: |config| config.leptos.site_pkg_dir.to_string(),
    },
    Setting {
        table: LEPTOS,
        key: "site-addr",
        env: "LEPTOS_SITE_ADDR",
        default: Fallback::Value("127.0.0.1:3000"),
        about: "IP address and port to listen on",
        quoted: Quoted::Whole,
        read: |draft, raw| values::address(raw).map(|addr| draft.leptos.site_addr = addr),
        show: |config| config.leptos.site_addr.to_string(),
    },
    Setting {
        table: LEPTOS,
        key: "reload-port",
        env: "LEPTOS_RELOAD_PORT",
        default: Fallback::Value("3001"),
        about: "Port `cargo leptos watch` reloads the page through",
        quoted: Quoted::Whole,
        read: |draft, raw| values::port(raw).map(|port| draft.leptos.reload_port = port),
        show: |config| config.leptos.reload_port.to_string(),
    },
    Setting {
        table: LEPTOS,
        key: "hash-files",
        env: "LEPTOS_HASH_FILES",
        default: Fallback::Value("true"),
        about: "Whether the built files carry a hash in their name: true or false",
        quoted: Quoted::Whole,
        read: |draft, raw| values::truth(raw).map(|truth| draft.leptos.hash_files = truth),
        show: |config| config.leptos.hash_files.to_string(),
    },
    Setting {
        table: LEPTOS,
        key: "env",
        env: "LEPTOS_ENV",
        default: Fallback::Derived("PROD; DEV when watched"),
        about: "PROD, or DEV (set by `cargo leptos watch`)",
        quoted: Quoted::Whole,
        read: |draft, raw| values::leptos_env(raw).map(|env| draft.leptos.env = env),
        show: |config| format!("{:?}", config.leptos.env),
    },
    Setting {
        table: "database",
        key: "url",
        env: "DATABASE_URL",
        default: Fallback::Value("sqlite://data/lockstep.db"),
        about: "The database, as sqlite://path; made if absent",
        quoted: Quoted::Masked,
        read: |draft, raw| values::database_url(raw).map(|url| draft.database.url = url.into()),
        show: |config| values::masked(&config.database.url),
    },
    Setting {
        table: "server",
        key: "public_url",
        env: "LOCKSTEP_SERVER_PUBLIC_URL",
        default: Fallback::Derived("http:// and site-addr"),
        about: "Where people reach the server: http or https, without a path",
        quoted: Quoted::Masked,
        read: |draft, raw| values::public_url(raw).map(|url| draft.public_url = Some(url)),
        show: |config| config.server.public_url.origin().ascii_serialization(),
    },
    Setting {
        table: "server",
        key: "trusted_proxies",
        env: "LOCKSTEP_SERVER_TRUSTED_PROXIES",
        default: Fallback::Value(""),
        about: "Addresses or networks whose X-Forwarded-For counts",
        quoted: Quoted::Whole,
        read: |draft, raw| values::networks(raw).map(|list| draft.trusted_proxies = list),
        show: show_proxies,
    },
    Setting {
        table: "accounts",
        key: "registration",
        env: "LOCKSTEP_ACCOUNTS_REGISTRATION",
        default: Fallback::Value("open"),
        about: "Whether anybody may make an account: open or closed",
        quoted: Quoted::Whole,
        read: |draft, raw| values::registration(raw).map(|r| draft.accounts.registration = r),
        show: |config| config.accounts.registration.to_string(),
    },
    Setting {
        table: "limits",
        key: "sign_ins_per_minute",
        env: "LOCKSTEP_LIMITS_SIGN_INS_PER_MINUTE",
        default: Fallback::Value("10"),
        about: "Attempts to sign in, for an account and an address each; 0 = no limit",
        quoted: Quoted::Whole,
        read: |draft, raw| values::limit(raw).map(|n| draft.limits.sign_ins_per_minute = n),
        show: |config| config.limits.sign_ins_per_minute.to_string(),
    },
    Setting {
        table: "limits",
        key: "sockets_per_user",
        env: "LOCKSTEP_LIMITS_SOCKETS_PER_USER",
        default: Fallback::Value("50"),
        about: "Open sockets of one user; 0 = no limit",
        quoted: Quoted::Whole,
        read: |draft, raw| values::limit(raw).map(|n| draft.limits.sockets_per_user = n),
        show: |config| config.limits.sockets_per_user.to_string(),
    },
    Setting {
        table: "limits",
        key: "sockets_per_address",
        env: "LOCKSTEP_LIMITS_SOCKETS_PER_ADDRESS",
        default: Fallback::Value("500"),
        about: "Open sockets from one address; 0 = no limit",
        quoted: Quoted::Whole,
        read: |draft, raw| values::limit(raw).map(|n| draft.limits.sockets_per_address = n),
        show: |config| config.limits.sockets_per_address.to_string(),
    },
    Setting {
        table: "log",
        key: "filter",
        env: "LOCKSTEP_LOG",
        default: Fallback::Value("info"),
        about: "What is logged, as in RUST_LOG",
        quoted: Quoted::Whole,
        read: |draft, raw| values::filter(raw).map(|filter| draft.log.filter = filter.into()),
        show: |config| config.log.filter.clone(),
    },
];

fn show_proxies(config: &Config) -> String {
    let proxies: Vec<String> = config
        .server
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    if proxies.is_empty() {
        "none".into()
    } else {
        proxies.join(", ")
    }
}

/// Every setting with its variable, default and meaning, for the end of `--help`.
#[must_use]
pub fn help() -> String {
    let mut help = String::from(
        "Settings, in Leptos.toml under [table], or in the environment (which wins):\n",
    );
    let keys = SETTINGS.iter().map(|s| s.key.len()).max().unwrap_or(0);
    let envs = SETTINGS.iter().map(|s| s.env.len()).max().unwrap_or(0);
    let mut table = "";
    for setting in &SETTINGS {
        if setting.table != table {
            table = setting.table;
            let _ = write!(help, "\n[{table}]\n");
        }
        let default = match setting.default {
            Fallback::Value("") => "none",
            Fallback::Value(words) | Fallback::Derived(words) => words,
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            help,
            "  {:keys$}  {:envs$}  default: {default}\n      {}",
            setting.key, setting.env, setting.about
        );
    }
    help
}
