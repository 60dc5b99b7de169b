//! The table of ops: each cell is tried on a todo that is live, deleted or was never there.

use super::{
    document,
    markdown::{code, one_code, table},
};
use crate::{
    core::{
        conflict::Base,
        id::{Mid, TodoId},
        op::Op,
        pending::Mutation,
        wire,
    },
    tests::{
        app::TestApp,
        person::{Person, add, new_id, tick},
    },
};
use serde_json::{Value, json, to_value};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What an op finds.
#[derive(Debug, Clone, Copy)]
enum Found {
    Live,
    Deleted,
    Unknown,
}

/// A list with a todo, or what is left of it.
struct Scene<'a> {
    ada: &'a Person,
    list: String,
    todo: String,
    client: String,
    /// What the client has pushed.
    last_mid: u64,
    before: Value,
}

impl<'a> Scene<'a> {
    async fn new(ada: &'a Person, found: Found) -> Self {
        let (list, todo, client) = (new_id(), new_id(), new_id());
        let fields = [("name", "Groceries"), ("id", &*list)];
        ada.form("/api/create_list", &fields).await.ok();
        let delete = json!({"type": "DELETE_TODO", "id": todo});
        // Completed, so that there is something to clear.
        let ops = match found {
            Found::Live => vec![add(&todo, "oat milk"), tick(&todo)],
            Found::Deleted => vec![add(&todo, "oat milk"), tick(&todo), delete],
            Found::Unknown => vec![],
        };
        let last_mid = ops.len() as u64;
        ada.push(&list, &client, 1, ops).await.ok();
        let before = ada.snapshot(&list).await;
        Self {
            ada,
            list,
            todo,
            client,
            last_mid,
            before,
        }
    }

    /// An op with these fields, which changes a todo wherever it can. `seen`: whether its author saw the text as it is.
    fn op(&self, kind: &str, fields: &[&str], seen: bool) -> Value {
        let mut op = json!({"type": kind});
        for field in fields {
            op[field] = match *field {
                "id" => json!(self.todo),
                "ids" => json!([self.todo]),
                "title" => json!("rice milk"),
                "position" => json!("b00"),
                "completed" => json!(false),
                "base" => {
                    json!({"server": if seen { self.before["seq"].clone() } else { json!(0) }})
                }
                _ => panic!("an op has no {field}"),
            };
        }
        op
    }

    /// What comes of an op, in the words of the table, and the type of its event.
    async fn try_op(&self, op: Value) -> (String, Option<String>) {
        let mid = self.last_mid + 1;
        let pushed = self.ada.push(&self.list, &self.client, mid, vec![op]).await;
        let outcome = &pushed.ok()["outcomes"][0];
        let after = self.ada.snapshot(&self.list).await;
        let seq = self.before["seq"].as_u64().unwrap();
        let since = json!({"list": self.list, "epoch": after["epoch"], "since": seq});
        let news = self.ada.post("/api/pull", since).await.ok();
        let mut events = news["events"].as_array().unwrap().iter();
        let event = events
            .next()
            .map(|event| event["type"].as_str().unwrap().to_owned());
        assert!(events.next().is_none(), "{news}");
        if outcome["type"] == "APPLIED" {
            assert_eq!(
                (&outcome["seq"], &after["seq"]),
                (&json!(seq + 1), &json!(seq + 1))
            );
            let changes = after["payload"] != self.before["payload"];
            let word = if changes { "applied" } else { "unchanged" };
            return (word.to_owned(), event);
        }
        assert_eq!((&after, &event), (&self.before, &None), "{outcome}");
        let word = outcome.get("code").unwrap_or(&outcome["type"]);
        (word.as_str().unwrap().to_owned(), event)
    }
}

/// The words of a cell.
fn words(cell: &str) -> BTreeSet<String> {
    let words = cell.split(" or ");
    words
        .map(|word| word.trim_matches('`').to_owned())
        .collect()
}

#[tokio::test]
async fn every_op_does_what_its_row_says() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    for row in table(&document(), "Op") {
        let (kind, fields) = (one_code(&row[0]), code(&row[1]));
        let event = code(&row[5]).first().map(|name| (*name).to_owned());
        let places = [Found::Live, Found::Deleted, Found::Unknown];
        for (found, cell) in places.into_iter().zip(&row[2..5]) {
            let mut became = BTreeSet::new();
            for seen in [true, false] {
                let scene = Scene::new(&ada, found).await;
                let (word, made) = scene.try_op(scene.op(kind, &fields, seen)).await;
                let is_applied = ["applied", "unchanged"].contains(&word.as_str());
                assert_eq!(
                    made,
                    event.clone().filter(|_| is_applied),
                    "{kind} on {found:?}"
                );
                became.insert(word);
            }
            assert_eq!(words(cell), became, "{kind} on {found:?}");
        }
    }
}

#[tokio::test]
async fn every_op_needs_the_fields_of_its_row() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let scene = Scene::new(&ada, Found::Live).await;
    for row in table(&document(), "Op") {
        let (kind, fields) = (one_code(&row[0]), code(&row[1]));
        for missing in &fields {
            let mut op = scene.op(kind, &fields, true);
            op[missing] = Value::Null;
            let mid = scene.last_mid + 1;
            let refused = ada.push(&scene.list, &scene.client, mid, vec![op]).await;
            let body = refused.refused(400, "MALFORMED");
            assert_eq!(body["field"], **missing, "{kind}");
        }
    }
}

/// One of each op.
fn all_ops() -> [Op; 10] {
    let (id, ids, completed) = (TodoId(Uuid::nil()), vec![], true);
    let (title, position) = (String::new(), String::new());
    let all = [
        Op::AddTodo {
            id,
            title: title.clone(),
            position: position.clone(),
        },
        Op::SetCompleted { id, completed },
        Op::SetTitle {
            id,
            title,
            base: Base::default(),
        },
        Op::MoveTodo { id, position },
        Op::DeleteTodo { id },
        Op::RestoreTodo { id },
        Op::SetAllCompleted {
            ids: ids.clone(),
            completed,
        },
        Op::ClearCompleted { ids: ids.clone() },
        Op::RestoreTodos { ids },
        Op::Noop,
    ];
    // Complains when there is another one.
    let is_known = |op: &Op| match op {
        Op::AddTodo { .. } | Op::SetCompleted { .. } | Op::SetTitle { .. } => true,
        Op::MoveTodo { .. } | Op::DeleteTodo { .. } | Op::RestoreTodo { .. } => true,
        Op::SetAllCompleted { .. } | Op::ClearCompleted { .. } | Op::RestoreTodos { .. } => true,
        Op::Noop => true,
    };
    assert!(all.iter().all(is_known));
    all
}

#[test]
fn every_op_has_its_row() {
    let document = document();
    let rows = table(&document, "Op");
    let listed: BTreeSet<_> = rows
        .iter()
        .map(|row| one_code(&row[0]).to_owned())
        .collect();
    assert_eq!(listed.len(), rows.len());
    let name = |op| {
        let mutation = Mutation {
            mid: Mid(1),
            op,
            unless_after: None,
        };
        let written = to_value(wire::Mutation::from(mutation)).unwrap();
        written["op"]["type"].as_str().unwrap().to_owned()
    };
    assert_eq!(listed, BTreeSet::from(all_ops().map(name)));
}
