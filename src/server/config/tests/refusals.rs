//! What is refused, in which words, and what those words must not give away.
//! What is accepted stands in the parent module.

use super::{ConfigError, SETTINGS, accepted, problems, read};
use crate::server::config::values::masked;

#[test]
fn every_wrong_value_names_its_key_and_its_variable() {
    for setting in &SETTINGS {
        // Wrong for every kind of setting: no name, path, number, word, URL or filter.
        let wrong = if setting.key == "site-root" {
            "\u{FFFD}"
        } else {
            "=?["
        };
        let said = problems("", &[(setting.env, wrong)]);
        let start = format!("{} ({}): ", setting.env, setting.name());
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with(&start), "{said:?}");

        let text = format!("[{}]\n{} = 1.5", setting.table, setting.key);
        let said = problems(&text, &[]);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].starts_with(&format!("{}: ", setting.name())),
            "{said:?}"
        );
    }
}

#[test]
fn a_refusal_quotes_the_value_and_says_what_is_allowed() {
    let variables = [("LOCKSTEP_LIMITS_SIGN_INS_PER_MINUTE", "many")];
    assert_eq!(
        problems("", &variables),
        [
            "LOCKSTEP_LIMITS_SIGN_INS_PER_MINUTE (limits.sign_ins_per_minute): \
             \"many\" is not a whole number from 0 to 1000000"
        ]
    );
    for (text, said) in [
        (
            "[limits]\nsockets_per_user = 1000001",
            "limits.sockets_per_user: 1000001 is not a whole number from 0 to 1000000",
        ),
        (
            "[limits]\nsockets_per_user = -1",
            "limits.sockets_per_user: -1 is not a whole number from 0 to 1000000",
        ),
        (
            "[limits]\nsockets_per_user = \"5\"",
            "limits.sockets_per_user: \"5\" is not a whole number from 0 to 1000000",
        ),
        (
            "[package.metadata.leptos]\nreload-port = 0",
            "reload-port: 0 is not a whole number from 1 to 65535",
        ),
        (
            "[package.metadata.leptos]\nhash-files = \"yes\"",
            "hash-files: \"yes\" is neither true nor false",
        ),
        (
            "[package.metadata.leptos]\nsite-addr = \"localhost:3000\"",
            "site-addr: \"localhost:3000\" is not an IP address and a port, such as 127.0.0.1:3000",
        ),
        (
            "[package.metadata.leptos]\nsite-pkg-dir = \"../pkg\"",
            "site-pkg-dir: \"../pkg\" is not a relative folder such as pkg (letters, digits, -, _ and /)",
        ),
        (
            "[accounts]\nregistration = \"maybe\"",
            "accounts.registration: \"maybe\" is neither \"open\" nor \"closed\"",
        ),
        (
            "[server]\ntrusted_proxies = [\"10.0.0.0/40\"]",
            "server.trusted_proxies: [\"10.0.0.0/40\"] has \"10.0.0.0/40\", which is not an IP address or network such as 127.0.0.1 or 10.0.0.0/8",
        ),
        (
            "[log]\nfilter = \"lockstep=loud\"",
            "log.filter: \"lockstep=loud\" is not a filter as in RUST_LOG, such as info or warn,lockstep=debug",
        ),
    ] {
        assert_eq!(problems(text, &[]), [said]);
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let text = "[limits]\nsockets_per_user = true\nsign_in_per_minute = 3\n[serfer]\n";
    let said = problems(text, &[("LEPTOS_SITE_ADDR", "here")]);
    assert_eq!(said.len(), 4, "{said:?}");
}

#[test]
fn only_sqlite_files_are_databases() {
    for (url, why) in [
        ("postgres://localhost/lockstep", "PostgreSQL"),
        ("postgresql://localhost/lockstep", "PostgreSQL"),
        ("sqlite://", "names no file"),
        ("sqlite::memory:", "memory only"),
        ("sqlite://:memory:", "memory only"),
        ("sqlite://a.db?mode=memory", "options"),
        ("sqlite:a.db", "not of the form sqlite://path"),
        ("data/lockstep.db", "not of the form sqlite://path"),
    ] {
        let said = problems("", &[("DATABASE_URL", url)]);
        assert!(said[0].contains(why), "{said:?}");
    }
    accepted("", &[("DATABASE_URL", "sqlite:///var/lib/lockstep.db")]);
}

#[test]
fn a_password_in_a_url_is_never_shown() {
    for url in [
        "postgres://bob:s3cret@db/lockstep",
        "postgres://bob:s3cr/s3cret@db/lockstep",
        "postgres://bob:1/s3cret@db/lockstep",
        "postgres://bob:1?s3cret@db/lockstep",
        "postgres://bob:1#s3cret@db/lockstep",
        "postgres://bob:p@s3cret@db/lockstep",
        "postgres://db/lockstep?password=s3cret",
        "postgres://db:5432/lockstep?password=p@s3cret",
        "postgres:bob:s3cret@db/lockstep",
        "host=db password=s3cret",
    ] {
        assert!(!masked(url).contains("s3cret"), "{}", masked(url));
        let toml = format!("[database]\nurl = '{url}'");
        let listed = format!("[database]\nurl = ['{url}']");
        let public = format!("[server]\npublic_url = '{url}'");
        let broken = format!("[database]\nurl = '{url}");
        for text in [toml, listed, public, broken] {
            let error = read(&text, &[]).expect_err(&text);
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
    }
    assert_eq!(
        masked("postgres://bob:pw@db:1/x"),
        "postgres://bob:***@db:1/x"
    );
    assert_eq!(
        masked("sqlite:///srv/data/lockstep.db"),
        "sqlite:///srv/data/lockstep.db"
    );
}

#[test]
fn the_public_url_is_scheme_and_host_only() {
    for (url, why) in [
        ("https://example.org/todo", "has a path"),
        ("https://example.org/?a=b", "after a ? or #"),
        ("https://example.org/#a", "after a ? or #"),
        ("https://bob@example.org", "name or password"),
        ("ftp://example.org", "neither http nor https"),
        ("example.org", "is no URL"),
    ] {
        let said = problems("", &[("LOCKSTEP_SERVER_PUBLIC_URL", url)]);
        assert!(said[0].contains(why), "{said:?}");
    }
}

#[test]
fn slips_in_names_are_refused_with_the_name_that_was_meant() {
    for (text, said) in [
        (
            "[limits]\nsocket_per_user = 1",
            "limits.socket_per_user: no such key; did you mean sockets_per_user?",
        ),
        (
            "[server]\npublic-url = 'x'",
            "server.public-url: no such key; did you mean public_url?",
        ),
        (
            "[server]\nregistration = 'open'",
            "server.registration: no such key; it belongs in [accounts]",
        ),
        (
            "[log]\ncolour = true",
            "log.colour: no such key; there are filter",
        ),
        (
            "[acounts]",
            "acounts: no such table; did you mean [accounts]?",
        ),
        (
            "registration = 'open'",
            "registration: no such table; the key belongs in [accounts]",
        ),
        (
            "[telemetry]",
            "telemetry: no such table; there are database, server, accounts, limits, log",
        ),
        ("log = 'info'", "log: is not a table; write [log]"),
        (
            "package = 1",
            "package: is not a table; write [package.metadata.leptos]",
        ),
        (
            "[package.metadata.leptos]\nsite_addr = ''",
            "site_addr: no such key; did you mean site-addr?",
        ),
    ] {
        assert_eq!(problems(text, &[]), [said]);
    }
}

#[test]
fn keys_of_cargo_leptos_pass() {
    let keys = "style-file = 'a.css'\nhash-file = 'h'\nhash-file-name = 'h'\nassets-dir = 'public'";
    accepted(
        &format!("[package.metadata.leptos]\n{keys}\n[package.metadata.other]"),
        &[],
    );
    accepted("[package]\nname = 'lockstep'", &[]);
}

#[test]
fn broken_toml_is_refused_with_its_line() {
    let error = read("[log]\nfilter = = 1\n", &[]).expect_err("broken");
    assert!(
        matches!(error, ConfigError::NotToml { line: 2, .. }),
        "{error:?}"
    );
}
