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
    let built = &table(include_str!("../../Cargo.toml"))["workspace"]["metadata"]["leptos"][0];
    let served = &table(include_str!("../../Leptos.toml"))["package"]["metadata"]["leptos"];
    for key in KEYS {
        assert!(built.get(key).is_some(), "{key} is missing in Cargo.toml");
        assert_eq!(built.get(key), served.get(key), "{key}");
    }
}

fn table(text: &str) -> toml::Table {
    text.parse().unwrap()
}
