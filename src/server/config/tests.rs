//! The configuration as the person hosting meets it: what is read, shown and warned of; refusals in `refusals`.
//! Only text and lookups handed in; the process's own environment is not asked.

#![allow(clippy::expect_used, reason = "a failing test is to panic")]

mod refusals;

use std::{fs, path::Path};

use super::{
    Config, ConfigError, Env, Registration, file, help,
    reader::Source,
    settings::{Fallback, LEPTOS, SETTINGS},
};

const SHIPPED: &str = include_str!("../../../Leptos.toml");

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::read(text, Path::new("/srv/lockstep"), &|name| {
        let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
        Some((*value).to_owned())
    })
}

fn accepted(text: &str, variables: &[(&str, &str)]) -> Config {
    read(text, variables).unwrap_or_else(|error| panic!("{error}"))
}

fn problems(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    match read(text, variables) {
        Err(ConfigError::Refused { problems, .. }) => problems,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn the_shipped_file_reads_without_error_and_holds_the_defaults() {
    let shipped = accepted(SHIPPED, &[]);
    let empty = accepted("", &[]);
    for setting in &SETTINGS {
        let (name, show) = (setting.name(), setting.show);
        assert_eq!(show(&shipped), show(&empty), "{name}");
    }
    assert_eq!(shipped.leptos.env, Env::PROD);
    assert_eq!(shipped.server.public_url.as_str(), "http://127.0.0.1:3000/");
    assert_eq!(shipped.accounts.registration, Registration::Open);
    assert!(shipped.warnings().is_empty(), "{:?}", shipped.warnings());
}

#[test]
fn every_setting_is_documented_in_the_shipped_file() {
    for setting in &SETTINGS {
        let name = setting.name();
        let (_, table) = SHIPPED
            .split_once(&format!("\n[{}]\n", setting.table))
            .unwrap_or_else(|| panic!("no table for {name}"));
        let table = table.split("\n[").next().unwrap_or_default();
        let lines: Vec<&str> = table.lines().collect();
        let line = lines
            .iter()
            .position(|line| {
                let line = line.trim_start_matches("# ");
                line.starts_with(&format!("{} = ", setting.key))
            })
            .unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(lines[line - 1], format!("# {}", setting.env), "{name}");
        assert!(lines[line - 2].starts_with("# "), "{name} has no comment");
    }
}

#[test]
fn commented_examples_in_the_shipped_file_are_right_once_uncommented() {
    let text: String = SHIPPED
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(example) if example.contains(" = \"") => format!("{example}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let config = accepted(&text, &[]);
    assert!(config.secure());
}

#[test]
fn variables_are_named_after_table_and_key_except_where_others_chose_the_name() {
    for setting in SETTINGS.iter().filter(|s| s.table != LEPTOS) {
        let pattern = format!("LOCKSTEP_{}_{}", setting.table, setting.key).to_uppercase();
        let expected = match (setting.table, setting.key) {
            ("database", "url") => "DATABASE_URL",
            ("log", "filter") => "LOCKSTEP_LOG",
            _ => &pattern,
        };
        assert_eq!(setting.env, expected);
    }
}

#[test]
fn environment_beats_file_beats_default() {
    let text = "[limits]\nsockets_per_user = 7\nsockets_per_address = 8";
    let config = accepted(text, &[("LOCKSTEP_LIMITS_SOCKETS_PER_USER", " 9 ")]);
    assert_eq!(config.limits.sockets_per_user, 9);
    assert_eq!(config.limits.sockets_per_address, 8);
    assert_eq!(config.limits.sign_ins_per_minute, 10);
}

#[test]
fn the_environment_covers_even_a_wrong_value_of_the_file() {
    let text = "[accounts]\nregistration = \"maybe\"";
    let config = accepted(text, &[("LOCKSTEP_ACCOUNTS_REGISTRATION", "closed")]);
    assert_eq!(config.accounts.registration, Registration::Closed);
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let config = accepted(SHIPPED, &[("DATABASE_URL", ""), ("LEPTOS_SITE_ADDR", "  ")]);
    assert_eq!(config.database.url, "sqlite://data/lockstep.db");
    assert!(
        config
            .sources
            .iter()
            .all(|s| !matches!(s, Source::Environment(_)))
    );
}

#[test]
fn site_root_starts_at_the_file_or_in_the_environment_at_the_working_directory() {
    let root = |text: &str, variables: &[_]| accepted(text, variables).leptos.site_root.to_string();
    let text = "[package.metadata.leptos]\nsite-root = \"web\"";
    assert_eq!(root("", &[]), "/srv/lockstep/site");
    assert_eq!(root(text, &[]), "/srv/lockstep/web");
    assert_eq!(root(&text.replace("web", "/web"), &[]), "/web");
    assert_eq!(
        root(text, &[("LEPTOS_SITE_ROOT", "target/site")]),
        "target/site"
    );
}

#[test]
fn a_relative_database_stays_relative_to_the_working_directory() {
    assert_eq!(accepted("", &[]).database.url, "sqlite://data/lockstep.db");
}

#[test]
fn leptos_env_is_prod_unless_watched_or_told() {
    let env = |variables: &[_]| accepted("", variables).leptos.env;
    assert_eq!(env(&[]), Env::PROD);
    assert_eq!(env(&[("LEPTOS_WATCH", "true")]), Env::DEV);
    assert_eq!(
        env(&[("LEPTOS_WATCH", "true"), ("LEPTOS_ENV", "production")]),
        Env::PROD
    );
    assert_eq!(env(&[("LEPTOS_ENV", "DEV")]), Env::DEV);
}

#[test]
fn the_public_url_follows_the_address_when_not_given() {
    for (addr, url) in [
        ("192.168.1.5:80", "http://192.168.1.5/"),
        ("0.0.0.0:3000", "http://127.0.0.1:3000/"),
        ("[::]:3000", "http://localhost:3000/"),
        ("[::1]:3000", "http://[::1]:3000/"),
    ] {
        let config = accepted("", &[("LEPTOS_SITE_ADDR", addr)]);
        assert_eq!(config.server.public_url.as_str(), url);
    }
}

#[test]
fn origins_are_written_as_browsers_write_them() {
    let origins = |addr, url| {
        let variables = [
            ("LEPTOS_SITE_ADDR", addr),
            ("LOCKSTEP_SERVER_PUBLIC_URL", url),
        ];
        accepted("", &variables).origins()
    };
    let local = ["http://127.0.0.1:3000", "http://localhost:3000"];
    assert_eq!(origins("127.0.0.1:3000", ""), local);
    assert_eq!(origins("0.0.0.0:3000", ""), local);
    assert_eq!(
        origins("127.0.0.1:3000", "https://Todo.example.org:443"),
        [
            "https://todo.example.org",
            "http://localhost:3000",
            "http://127.0.0.1:3000"
        ]
    );
    assert_eq!(
        origins("127.0.0.1:3000", "http://localhost"),
        [
            "http://localhost",
            "http://localhost:3000",
            "http://127.0.0.1:3000",
            "http://127.0.0.1"
        ]
    );
    assert_eq!(
        origins("0.0.0.0:3000", "https://todo.example.org:8443"),
        ["https://todo.example.org:8443"]
    );
}

#[test]
fn proxies_are_addresses_or_networks() {
    let from_file = "[server]\ntrusted_proxies = [\"127.0.0.1\", \"10.1.2.3/8\", \"::1\"]";
    let from_env = [(
        "LOCKSTEP_SERVER_TRUSTED_PROXIES",
        "127.0.0.1, 10.1.2.3/8,::1",
    )];
    let expected = ["127.0.0.1/32", "10.0.0.0/8", "::1/128"];
    for config in [accepted(from_file, &[]), accepted("", &from_env)] {
        let shown = config
            .server
            .trusted_proxies
            .iter()
            .map(ToString::to_string);
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn warnings_tell_what_works_but_not_as_meant() {
    let warned = |addr, url, proxies| {
        let variables = [
            ("LEPTOS_SITE_ADDR", addr),
            ("LOCKSTEP_SERVER_PUBLIC_URL", url),
            ("LOCKSTEP_SERVER_TRUSTED_PROXIES", proxies),
        ];
        accepted("", &variables).warnings().join("\n")
    };
    assert!(warned("192.168.1.5:80", "", "").contains("in the clear"));
    assert!(warned("0.0.0.0:80", "", "").contains("is refused"));
    assert!(warned("127.0.0.1:80", "https://a.example", "").contains("shares the limits"));
    assert!(warned("127.0.0.1:80", "https://a.example", "0.0.0.0/0").contains("every address"));
    assert_eq!(warned("127.0.0.1:80", "https://a.example", "127.0.0.1"), "");
}

#[test]
fn the_description_tells_each_value_and_where_it_came_from() {
    let text = "[limits]\nsockets_per_user = 7";
    let shown = accepted(text, &[("LOCKSTEP_LOG", "debug")]).describe();
    let row = |name: &str| -> Vec<&str> {
        let row = shown.lines().find(|line| line.starts_with(name));
        row.unwrap_or_default().split_whitespace().collect()
    };
    assert_eq!(row("file"), ["file:", "/srv/lockstep/Leptos.toml"]);
    assert_eq!(
        row("limits.sockets_per_user"),
        ["limits.sockets_per_user", "7", "file"]
    );
    assert_eq!(
        row("log.filter"),
        ["log.filter", "debug", "environment", "(LOCKSTEP_LOG)"]
    );
    assert_eq!(row("site-addr"), ["site-addr", "127.0.0.1:3000", "default"]);
    assert_eq!(shown.lines().count(), SETTINGS.len() + 1);
}

#[test]
fn help_lists_every_setting_with_its_default() {
    let help = help();
    for setting in &SETTINGS {
        let row = help.lines().find(|line| line.contains(setting.env));
        let row = row.unwrap_or_else(|| panic!("{} is missing", setting.env));
        assert!(row.contains(setting.key), "{row}");
        let (Fallback::Value(default) | Fallback::Derived(default)) = setting.default;
        assert!(row.contains(default), "{row}");
        assert!(help.contains(setting.about), "{}", setting.about);
    }
}

#[test]
fn the_first_file_that_is_there_is_read_and_a_missing_one_says_where_it_was_looked_for() {
    let folder = std::env::temp_dir().join(format!("lockstep-config-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the test");
    let (missing, there) = (folder.join("missing.toml"), folder.join("there.toml"));
    fs::write(&there, "# empty").expect("a file for the test");

    let found = file::open_first(&[missing.clone(), there.clone()]);
    let nowhere = file::open_first(std::slice::from_ref(&missing));
    let named = Config::load(Some(&missing));
    fs::remove_dir_all(&folder).expect("the folder goes");

    assert_eq!(found.expect("found"), (there, "# empty".to_owned()));
    let missing = missing.display().to_string();
    assert!(nowhere.expect_err("nowhere").to_string().contains(&missing));
    let named = named.expect_err("not there").to_string();
    assert!(
        named.starts_with(&format!("cannot read {missing}")),
        "{named}"
    );
}
