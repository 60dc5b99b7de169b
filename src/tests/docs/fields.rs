//! The fields that the examples send: the tables list them. The server ignores what it does not know, so a slip of the
//! pen would go unnoticed.

use super::{
    document,
    example::Message,
    markdown::{blocks, code, one_code, table},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// The fields that the row of this name lists in a column.
fn listed(document: &str, first_column: &str, name: &str, column: usize) -> BTreeSet<String> {
    let mut rows = table(document, first_column).into_iter();
    let row = rows.find(|row| one_code(&row[0]) == name).unwrap();
    let fields = code(&row[column]).into_iter();
    fields
        .map(|field| field.trim_end_matches('?').to_owned())
        .collect()
}

/// The fields of what is in no table.
fn these<const N: usize>(fields: [&str; N]) -> BTreeSet<String> {
    fields.map(str::to_owned).into()
}

#[track_caller]
fn has_only(fields: &BTreeSet<String>, sent: &Value, line: usize) {
    for field in sent.as_object().unwrap().keys() {
        assert!(fields.contains(field), "line {line}: {field} is no field");
    }
}

/// The fields of a request, sent as JSON or as a form.
fn sent(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| {
        let pairs = url::form_urlencoded::parse(body.as_bytes());
        pairs
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    })
}

fn check_op(document: &str, op: &Value, line: usize) {
    let mut fields = listed(document, "Op", op["type"].as_str().unwrap(), 1);
    fields.extend(these(["type", "unless_after"]));
    has_only(&fields, op, line);
    let bases = ["base", "unless_after"].into_iter();
    for base in bases.filter_map(|name| op.get(name)) {
        has_only(&these(["server", "after"]), base, line);
        for after in base["after"].as_array().into_iter().flatten() {
            has_only(&these(["client", "mid"]), after, line);
        }
    }
}

#[test]
fn every_example_sends_only_fields_that_are_listed() {
    let document = document();
    let blocks = blocks(&document);
    let requests = blocks.iter().filter(|block| block.info == "http");
    for request in requests.map(Message::read).step_by(2) {
        let (line, sent) = (request.line, sent(request.body));
        let path = request.first.split(' ').nth(1).unwrap();
        has_only(&listed(&document, "Address", path, 2), &sent, line);
        for mutation in sent["mutations"].as_array().into_iter().flatten() {
            has_only(&these(["mid", "op"]), mutation, line);
            check_op(&document, &mutation["op"], line);
        }
    }
}
