//! `docs/sync.md` against the server: its examples are sent and its tables compared, so that it cannot say what is
//! not so. What its conventions are, it says itself.

mod codes;
mod example;
mod fields;
mod functions;
mod limits;
mod markdown;
mod names;
mod ops;

/// The document, as it is on the disk.
fn document() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/sync.md");
    std::fs::read_to_string(path).unwrap()
}

/// The tables by their first columns: those that a test compares, and the one that says what clients do.
const TABLES: [&str; 9] = [
    "Address",
    "Field",
    "Outcome",
    "Rejection",
    "Op",
    "Event",
    "Error",
    "Limit",
    "What came of it",
];

#[test]
fn there_is_no_table_that_no_test_knows() {
    assert_eq!(markdown::first_columns(&document()), TABLES);
}

#[test]
fn every_link_leads_to_a_part_or_a_file_that_is_there() {
    let document = document();
    let parts = markdown::anchors(&document);
    for link in markdown::links(&document) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/");
        let is_there = match link.strip_prefix('#') {
            Some(part) => parts.iter().any(|known| known == part),
            None if link.starts_with("https://") => true,
            None => std::path::Path::new(folder).join(link).exists(),
        };
        assert!(is_there, "{link}");
    }
}
