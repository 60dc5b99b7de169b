//! The two files that say where the built site lies: the one `cargo leptos` reads, and the one the server reads.

const KEYS: [&str; 6] = [
    "output-name",
    "site-root",
    "site-pkg-dir",
    "site-addr",
    "reload-port",
    "hash-files",
];

#[test]
fn cargo_toml_and_leptos_toml_say_the_same_about_the_built_site() {
    let [built, served] = [
        include_str!("../../Cargo.toml"),
        include_str!("../../Leptos.toml"),
    ]
    .map(leptos_table);
    for key in KEYS {
        assert!(built.contains_key(key), "{key} is missing in Cargo.toml");
        assert_eq!(built.get(key), served.get(key), "{key}");
    }
}

fn leptos_table(text: &str) -> toml::Table {
    let file: toml::Table = text.parse().unwrap();
    file["package"]["metadata"]["leptos"]
        .as_table()
        .unwrap()
        .clone()
}
