//! The tables of codes and types: they name all that there is, and nothing else.

use super::{
    document,
    markdown::{code, one_code, table},
};
use crate::{
    core::{
        event::Event,
        id::{ListId, Mid, Seq, TodoId},
        op::Rejection,
        order::Position,
        pending::Outcome,
        todo::Todo,
        wire::{self, EventFrame},
    },
    error,
};
use serde::Serialize;
use serde_json::to_value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The names in a table's first column.
fn named(document: &str, first_column: &str) -> BTreeSet<String> {
    let rows = table(document, first_column);
    let names: BTreeSet<_> = rows
        .iter()
        .map(|row| one_code(&row[0]).to_owned())
        .collect();
    assert_eq!(names.len(), rows.len(), "{first_column} names one twice");
    names
}

fn types(messages: impl IntoIterator<Item = impl Serialize>) -> BTreeSet<String> {
    let messages = messages
        .into_iter()
        .map(|message| to_value(message).unwrap());
    messages
        .map(|message| message["type"].as_str().unwrap().to_owned())
        .collect()
}

fn todo() -> Todo {
    Todo {
        id: TodoId(Uuid::nil()),
        list: ListId(Uuid::nil()),
        title: "oat milk".to_owned(),
        completed: false,
        position: Position::after(None).unwrap(),
        version: Seq(1),
        title_version: Seq(1),
        created_at: 1,
        updated_at: 1,
    }
}

#[test]
fn every_error_is_listed_with_its_status() {
    let rows = table(&document(), "Error");
    let listed: BTreeSet<_> = rows
        .iter()
        .map(|row| (one_code(&row[0]).to_owned(), row[1].parse().unwrap()))
        .collect();
    assert_eq!(listed.len(), rows.len());
    let name = |code| to_value(code).unwrap().as_str().unwrap().to_owned();
    let all = error::CODES.map(|code| (name(code), code.status()));
    assert_eq!(listed, BTreeSet::from(all));
}

#[test]
fn every_outcome_is_listed() {
    // Complains when there is another one.
    let fields = |outcome: &Outcome| match outcome {
        Outcome::Applied(_) => "seq",
        Outcome::Conflict(_) => "current",
        Outcome::Rejected(_) => "code message",
        Outcome::Skipped | Outcome::Unknown => "",
    };
    let all = [
        Outcome::Applied(Seq(1)),
        Outcome::Conflict(todo()),
        Outcome::Rejected(Rejection::forbidden()),
        Outcome::Skipped,
        Outcome::Unknown,
    ];
    let document = document();
    let shown: BTreeSet<_> = table(&document, "Outcome")
        .iter()
        .map(|row| (one_code(&row[0]).to_owned(), code(&row[1]).join(" ")))
        .collect();
    let expected = all.map(|outcome| {
        let fields = fields(&outcome).to_owned();
        let written = to_value(wire::Outcome::new(Mid(1), outcome)).unwrap();
        (written["type"].as_str().unwrap().to_owned(), fields)
    });
    assert_eq!(shown, BTreeSet::from(expected));
}

#[test]
fn every_reason_to_reject_is_listed() {
    let all = wire::CODES.map(|(_, name)| name.to_owned());
    assert_eq!(named(&document(), "Rejection"), BTreeSet::from(all));
}

#[test]
fn every_event_is_listed() {
    // Complains when there is another one.
    let is_known = |event: &Event| match event {
        Event::Added(_) | Event::Updated(_) | Event::Deleted(_) => true,
        Event::ManyAdded(_) | Event::ManyCompleted { .. } | Event::ManyDeleted(_) => true,
    };
    let all = [
        Event::Added(todo()),
        Event::Updated(todo()),
        Event::Deleted(TodoId(Uuid::nil())),
        Event::ManyAdded(vec![]),
        Event::ManyCompleted {
            ids: vec![],
            completed: true,
            updated_at: 1,
        },
        Event::ManyDeleted(vec![]),
    ];
    assert!(all.iter().all(is_known));
    let frame = |event| EventFrame::new(ListId(Uuid::nil()), Seq(1), None, event);
    assert_eq!(named(&document(), "Event"), types(all.map(frame)));
}

#[test]
fn every_field_of_a_todo_is_listed() {
    let written = to_value(todo()).unwrap();
    let fields = written.as_object().unwrap().keys().cloned();
    assert_eq!(named(&document(), "Field"), fields.collect());
}
