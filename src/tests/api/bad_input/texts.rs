//! Texts, places and long lists in ops: what is too long or may not be there is refused, each mutation for itself.

use super::functions::Scene;
use crate::tests::{
    app::TestApp,
    person::{add, new_id, tick},
};
use serde_json::json;

/// Titles, and what becomes of each: the text that is kept, or nothing.
fn titles() -> Vec<(String, Option<String>)> {
    let four_bytes = "🥛".repeat(500);
    let kept = |title: &str| (title.to_owned(), Some(title.trim().to_owned()));
    let refused = |title: &str| (title.to_owned(), None);
    vec![
        kept(&four_bytes),
        kept(&format!(" {four_bytes}\n")),
        kept("\u{202e}olleh\u{2066}x"),
        kept("<script>alert(1)</script>"),
        kept("e\u{301}\u{200d}"),
        refused(&format!("{four_bytes}x")),
        refused(""),
        refused(" \t\r\n\u{a0}\u{3000} "),
        refused("a\0b"),
        refused("a\nb"),
        refused("a\u{7f}b"),
        refused("a\u{85}b"),
        refused("a\u{1b}[31mb"),
    ]
}

/// Positions, and whether each may be one.
fn positions() -> Vec<(String, bool)> {
    let refused = ["", " ", "a 0", "a0 ", "é", "a-", "a_", "a\0", "٣", "ａ"];
    let mut positions: Vec<_> = refused
        .map(|position| (position.to_owned(), false))
        .to_vec();
    positions.extend([
        ("z".repeat(128), true),
        ("z".repeat(129), false),
        ("0".to_owned(), true),
    ]);
    positions
}

#[tokio::test]
async fn texts_and_places_are_taken_or_refused_one_by_one() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let (ada, list, id) = (&scene.mine.person, &scene.mine.list, &scene.mine.todo);
    let title = |title: &str| json!({"type": "SET_TITLE", "id": id, "title": title, "base": {"server": u64::MAX}});
    let place = |position: &str| json!({"type": "MOVE_TODO", "id": id, "position": position});
    let mut cases = Vec::new();
    for (text, kept) in titles() {
        cases.push((title(&text), add(&new_id(), &text), "title", kept));
    }
    for (text, fits) in positions() {
        let mut adds = add(&new_id(), "x");
        adds["position"] = json!(text);
        cases.push((place(&text), adds, "position", fits.then_some(text)));
    }
    for (changes, adds, field, kept) in cases {
        for op in [changes, adds] {
            let before = ada.snapshot(list).await;
            let outcome = ada.op(list, op.clone()).await;
            let after = ada.snapshot(list).await;
            let Some(kept) = &kept else {
                assert_eq!(
                    (&outcome["type"], &outcome["code"]),
                    (&json!("REJECTED"), &json!("INVALID")),
                    "{op}"
                );
                assert_eq!(after, before);
                continue;
            };
            assert_eq!(outcome["type"], "APPLIED", "{op}");
            let todos = after["payload"].as_array().unwrap();
            let todo = todos.iter().find(|todo| todo["id"] == op["id"]).unwrap();
            assert_eq!(todo[field], *kept);
        }
    }
}

#[tokio::test]
async fn a_bulk_op_of_1_000_ids_is_one_and_of_1_001_is_none() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let (ada, list) = (&scene.mine.person, &scene.mine.list);
    ada.op(list, tick(&scene.mine.todo)).await;
    for name in ["SET_ALL_COMPLETED", "CLEAR_COMPLETED", "RESTORE_TODOS"] {
        let before = ada.snapshot(list).await;
        let of = |ids: Vec<String>| json!({"type": name, "ids": ids, "completed": false});
        // The same id 1,001 times is 1,001 ids.
        for ids in [
            vec![scene.mine.todo.clone(); 1_001],
            (0..1_001).map(|_| new_id()).collect(),
        ] {
            let outcome = ada.op(list, of(ids)).await;
            assert_eq!(
                (&outcome["type"], &outcome["code"]),
                (&json!("REJECTED"), &json!("INVALID"))
            );
        }
        assert_eq!(ada.snapshot(list).await, before);
        for ids in [(0..1_000).map(|_| new_id()).collect(), vec![]] {
            assert_eq!(ada.op(list, of(ids)).await["type"], "APPLIED");
        }
        assert_eq!(ada.snapshot(list).await["payload"], before["payload"]);
    }
}

#[tokio::test]
async fn an_edit_may_build_on_500_others() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let after = vec![json!({"client": scene.mine.client, "mid": u64::MAX}); 500];
    let op = json!({"type": "SET_TITLE", "id": scene.mine.todo, "title": "tea", "base": {"server": 1, "after": after}});
    assert_eq!(
        scene.mine.person.op(&scene.mine.list, op).await["type"],
        "APPLIED"
    );
}
