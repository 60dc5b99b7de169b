//! The contract's table of ops, cell by cell: what is answered, what becomes of the todo, and the event that
//! tells of it.

pub mod table;

use crate::tests::{
    app::{TestApp, blob},
    person::{Person, add, new_id, tick},
};
use serde_json::{Value, json};
use table::{
    Cell::{self, Changes, Keeps, Refused, Skipped},
    STATES,
    State::{self, Deleted, Mine, Never, Purged, Theirs},
    TABLE, set_title,
};

/// Ada's list, in which Bob may write too.
struct Scene {
    ada: Person,
    bob: Person,
    list: String,
}

impl Scene {
    async fn new(app: &mut TestApp) -> Self {
        let (ada, bob) = (app.person().await, app.person().await);
        let list = ada.list("Groceries").await;
        app.let_in(&bob, &list, "editor").await;
        Self { ada, bob, list }
    }

    /// Makes a todo of this state, and gives its id and what it was while it lived.
    async fn todo(&self, app: &mut TestApp, state: State) -> (String, Value) {
        let (id, list) = (new_id(), &self.list);
        let mut ops = vec![add(&id, "oat milk"), tick(&id)];
        let author = match state {
            Never => return (id, Value::Null),
            Mine => &self.ada,
            Theirs => &self.bob,
            Deleted | Purged => {
                ops.push(json!({"type": "DELETE_TODO", "id": id}));
                &self.ada
            }
        };
        let pushed = author.push(list, &new_id(), 1, ops).await.ok();
        let mut events = self.ada.since(list, &pushed["outcomes"][0]["seq"]).await;
        if matches!(state, Purged) {
            let sql = format!("UPDATE todos SET title = '' WHERE id = {}", blob(&id));
            app.database(&sql).await;
        }
        (id, events[0]["payload"].take())
    }

    /// Pushes an op of Ada's, and compares all that there is to see afterwards with its cell.
    async fn check(&self, op: Value, id: &str, was: &Value, gives: &Value, cell: Cell) {
        let (list, client) = (&self.list, new_id());
        let before = self.ada.snapshot(list).await;
        let pushed = self.ada.push(list, &client, 1, vec![op.clone()]).await.ok();
        let after = self.ada.snapshot(list).await;
        let more = json!({"client": client, "epoch": before["epoch"], "since": before["seq"]});
        let delta = self.ada.pull(list, more).await.ok();
        assert_eq!(
            (&pushed["last_mid"], &delta["last_mid"]),
            (&json!(1), &json!(1))
        );

        let outcome = &pushed["outcomes"][0];
        let (event, touched) = match cell {
            Changes(event) => (event, true),
            Keeps(event) => (event, false),
            Refused(code) => {
                let expected = json!({"mid": 1, "type": "REJECTED", "code": code, "message": outcome["message"]});
                assert!(outcome["message"].is_string());
                return nothing_but(outcome, &expected, &before, &after, &delta);
            }
            Skipped => {
                let expected = json!({"mid": 1, "type": "SKIPPED"});
                return nothing_but(outcome, &expected, &before, &after, &delta);
            }
        };
        let seq = json!(before["seq"].as_u64().unwrap() + 1);
        let applied = json!({"mid": 1, "type": "APPLIED", "seq": seq});
        assert_eq!(*outcome, applied, "{op} on {was}");
        assert_eq!((&after["seq"], &delta["seq"]), (&seq, &seq));

        let todo = todo(&after, id);
        assert!(todo.is_null() || todo["list"] == *list.as_str(), "{todo}");
        if touched {
            assert_eq!(*todo, changed(was, todo, gives, event, &seq), "{op}");
        } else {
            assert_eq!(after["payload"], before["payload"], "{op}");
        }
        let payload = payload(event, id, touched, todo, &delta["events"][0]);
        let frame = json!({"type": event, "list": list, "seq": seq, "client": client, "mid": 1, "payload": payload});
        assert_eq!(delta["events"], json!([frame]), "{op}");
    }
}

/// No `seq` was taken, there is no event, and nothing changed.
#[track_caller]
fn nothing_but(outcome: &Value, expected: &Value, before: &Value, after: &Value, delta: &Value) {
    assert_eq!(outcome, expected);
    assert_eq!(after, before);
    assert_eq!(
        (&delta["seq"], &delta["events"]),
        (&before["seq"], &json!([]))
    );
}

/// A todo of a snapshot, null if it is not there.
fn todo<'a>(snapshot: &'a Value, id: &str) -> &'a Value {
    let todos = snapshot["payload"].as_array().unwrap();
    let found = todos.iter().find(|todo| todo["id"] == id);
    found.unwrap_or(&Value::Null)
}

/// What a todo has become, but for the times, which are the server's.
fn changed(was: &Value, is: &Value, gives: &Value, event: &str, seq: &Value) -> Value {
    if event.ends_with("_DELETED") {
        return Value::Null;
    }
    let mut todo = was.clone();
    if was.is_null() {
        todo = json!({"id": is["id"], "list": is["list"], "created_at": is["updated_at"]});
    }
    assert!(is["updated_at"].as_u64() >= todo["created_at"].as_u64());
    for (field, value) in gives.as_object().unwrap() {
        todo[field] = value.clone();
    }
    if gives.get("title").is_some() {
        todo["title_version"] = seq.clone();
    }
    todo["version"] = seq.clone();
    todo["updated_at"] = is["updated_at"].clone();
    todo
}

fn payload(event: &str, id: &str, touched: bool, todo: &Value, frame: &Value) -> Value {
    let ids = if touched { vec![id] } else { vec![] };
    match event {
        "TODO_ADDED" | "TODO_UPDATED" => todo.clone(),
        "TODO_DELETED" => json!({"id": id}),
        "TODOS_ADDED" if touched => json!([todo]),
        "TODOS_ADDED" => json!([]),
        "TODOS_DELETED" => json!({"ids": ids}),
        "TODOS_UPDATED" => {
            let updated_at = &frame["payload"]["updated_at"];
            assert!(updated_at.is_u64() && (!touched || *updated_at == todo["updated_at"]));
            json!({"ids": ids, "completed": false, "updated_at": updated_at})
        }
        _ => panic!("{event}"),
    }
}

#[tokio::test]
async fn every_op_does_on_a_todo_of_every_state_what_the_table_says() {
    let mut app = TestApp::start().await;
    let scene = Scene::new(&mut app).await;
    for row in &TABLE {
        for (state, cell) in STATES.into_iter().zip(row.cells) {
            let (id, was) = scene.todo(&mut app, state).await;
            let op = (row.op)(&id);
            scene.check(op, &id, &was, &(row.gives)(), cell).await;
        }
    }
}

#[tokio::test]
async fn an_op_that_leaves_every_field_as_it_was_makes_an_event_and_no_version() {
    let mut app = TestApp::start().await;
    let scene = Scene::new(&mut app).await;
    let (id, was) = scene.todo(&mut app, Mine).await;
    let nothing = json!({});
    for (op, event) in [
        (tick(&id), "TODO_UPDATED"),
        (set_title(&id, " oat milk "), "TODO_UPDATED"),
        (
            json!({"type": "MOVE_TODO", "id": id, "position": "a0"}),
            "TODO_UPDATED",
        ),
    ] {
        scene.check(op, &id, &was, &nothing, Keeps(event)).await;
    }
    scene
        .ada
        .op(
            &scene.list,
            json!({"type": "SET_COMPLETED", "id": id, "completed": false}),
        )
        .await;
    for (op, event) in [
        (
            json!({"type": "SET_ALL_COMPLETED", "ids": [id], "completed": false}),
            "TODOS_UPDATED",
        ),
        (
            json!({"type": "CLEAR_COMPLETED", "ids": [id]}),
            "TODOS_DELETED",
        ),
    ] {
        scene.check(op, &id, &was, &nothing, Keeps(event)).await;
    }
}

#[tokio::test]
async fn a_todo_of_another_list_was_never_in_this_one_and_stays_as_it_is() {
    let mut app = TestApp::start().await;
    let scene = Scene::new(&mut app).await;
    let theirs = scene.bob.list("Bob's").await;
    let id = scene.bob.add(&theirs, "his secret").await;
    let before = scene.bob.snapshot(&theirs).await;
    // The one that adds comes last: from then on this list has a todo of that id too.
    for row in TABLE.iter().rev() {
        let (op, cell) = ((row.op)(&id), row.cells[4]);
        scene
            .check(op, &id, &Value::Null, &(row.gives)(), cell)
            .await;
    }
    assert_eq!(scene.bob.snapshot(&theirs).await, before);
    let delete = json!({"type": "DELETE_TODO", "id": id});
    assert_eq!(scene.ada.op(&scene.list, delete).await["type"], "APPLIED");
    assert_eq!(scene.bob.snapshot(&theirs).await, before);
}

/// What a bulk op says it touched, in the order of the ids.
async fn touched(scene: &Scene, op: Value) -> Vec<String> {
    let before = scene.ada.snapshot(&scene.list).await;
    let outcome = scene.ada.op(&scene.list, op).await;
    assert_eq!(outcome["type"], "APPLIED", "{outcome}");
    let events = scene.ada.since(&scene.list, &before["seq"]).await;
    assert_eq!(events.len(), 1);
    let payload = &events[0]["payload"];
    let ids = match payload.as_array() {
        Some(todos) => todos.iter().map(|todo| &todo["id"]).collect(),
        None => payload["ids"]
            .as_array()
            .unwrap()
            .iter()
            .collect::<Vec<_>>(),
    };
    let mut ids: Vec<_> = ids
        .iter()
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn a_bulk_op_touches_what_it_can_once_and_skips_the_rest() {
    let mut app = TestApp::start().await;
    let scene = Scene::new(&mut app).await;
    let mut ids = Vec::new();
    for state in STATES {
        ids.push(scene.todo(&mut app, state).await.0);
    }
    let [mine, theirs, deleted, ..] = [0, 1, 2].map(|n: usize| ids[n].clone());
    let foreign = scene.bob.list("Bob's").await;
    ids.push(scene.bob.add(&foreign, "his secret").await);
    // Everything twice.
    let ids = json!([ids.clone(), ids].concat());
    let of = |r#type: &str| json!({"type": r#type, "ids": ids, "completed": false});

    let mut live = vec![mine.clone(), theirs.clone()];
    live.sort();
    assert_eq!(touched(&scene, of("SET_ALL_COMPLETED")).await, live);
    scene.ada.op(&scene.list, tick(&mine)).await;
    assert_eq!(
        touched(&scene, of("CLEAR_COMPLETED")).await,
        [mine.as_str()]
    );
    let mut back = vec![mine, deleted];
    back.sort();
    assert_eq!(touched(&scene, of("RESTORE_TODOS")).await, back);
    assert_eq!(touched(&scene, of("RESTORE_TODOS")).await, [""; 0]);
    assert_eq!(scene.bob.titles(&foreign).await, ["his secret"]);
}
