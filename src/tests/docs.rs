//! `docs/sync.md` against the server: its examples are sent and its tables compared, so that it cannot say what is
//! not so. What its conventions are, it says itself. And what all documents name, against the tree (`paths`).

mod codes;
mod example;
mod fields;
mod functions;
mod limits;
mod markdown;
mod names;
mod ops;
mod paths;
mod socket;

/// The document, as it is on the disk.
fn document() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/sync.md");
    std::fs::read_to_string(path).unwrap()
}

/// The tables by their first columns: those that a test compares, and the one that says what clients do.
const TABLES: [&str; 12] = [
    "Address",
    "Field",
    "Outcome",
    "Rejection",
    "Op",
    "Event",
    "Frame",
    "From a client",
    "Close",
    "Error",
    "Limit",
    "What came of it",
];

#[test]
fn there_is_no_table_that_no_test_knows() {
    assert_eq!(markdown::first_columns(&document()), TABLES);
}
