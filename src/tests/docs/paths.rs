//! All documents against the tree: files that they name are there, and links lead somewhere.

use super::markdown::{anchors, links};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders whose files are named by their path from the root.
const FOLDERS: [&str; 7] = [
    "src/", "scripts/", "end2end/", "docs/", "benches/", "style/", ".ci/",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Each document's path and text.
fn documents() -> Vec<(PathBuf, String)> {
    let docs = fs::read_dir(root().join("docs")).unwrap();
    let docs = docs.map(|entry| entry.unwrap().path());
    let docs = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let others = ["README.md", "CONTRIBUTING.md"].map(|name| root().join(name));
    let all = docs.chain(others);
    all.map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// What a document names in one of the folders, wherever it stands.
fn paths(document: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    let words = document.split(|c| !is_part(c));
    let words = words.filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)));
    words
        .map(|word| word.trim_end_matches(['.', '/']))
        .collect()
}

#[test]
fn every_path_that_is_named_is_there() {
    let mut seen = 0;
    for (document, text) in documents() {
        for path in paths(&text) {
            let is_there = root().join(path).exists();
            assert!(is_there, "{} names {path}", document.display());
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn a_path_is_found_in_text_code_and_at_a_sentences_end() {
    let text = "See `src/a.rs`, [b](docs/b.md#c) or `scripts/c --d`; and src/e/. Not https://x.y/src/f or dist/g.";
    assert_eq!(paths(text), ["src/a.rs", "docs/b.md", "scripts/c", "src/e"]);
}

#[test]
fn every_link_leads_to_a_part_or_a_file_that_is_there() {
    for (document, text) in documents() {
        for link in links(&text) {
            if link.starts_with("https://") {
                continue;
            }
            let (file, part) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => document.clone(),
                file => document.with_file_name(file),
            };
            let of = document.display();
            assert!(target.exists(), "{of} links to {link}");
            if !part.is_empty() {
                let parts = anchors(&fs::read_to_string(&target).unwrap());
                assert!(
                    parts.iter().any(|known| known == part),
                    "{of} links to {link}"
                );
            }
        }
    }
}
