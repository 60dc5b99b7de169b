//! What push and pull make of numbers, ids and JSON that no client of ours sends.

use super::functions::Scene;
use crate::tests::{
    app::TestApp,
    person::{add, new_id},
};
use serde_json::{Value, json};

/// Bodies of a request of mine: what is wrong, the body, and the status, the code and the field of the answer.
type Case = (&'static str, String, u16, &'static str, &'static str);

/// Sends what is wrong, and makes sure that nothing was written.
async fn all_refused(app: &mut TestApp, scene: &Scene, path: &str, cases: &[Case]) {
    let before = app.written().await;
    for (what, body, status, code, field) in cases {
        let answer = scene
            .mine
            .person
            .post_raw(path, "application/json", body.clone())
            .await;
        let refused = answer.refused(*status, code);
        assert_eq!(
            refused["field"].as_str().unwrap_or(""),
            *field,
            "{what}: {body}"
        );
    }
    assert_eq!(app.written().await, before, "something was written");
}

const MALFORMED: (u16, &str) = (400, "MALFORMED");

#[tokio::test]
async fn numbers_and_ids_that_are_none_are_refused_by_name() {
    let mut app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let (list, client, id) = (&scene.mine.list, new_id(), new_id());
    let (status, code) = MALFORMED;
    let push = |mutation: &str| {
        format!(r#"{{"list":"{list}","client":"{client}","mutations":[{mutation}]}}"#)
    };
    let mid = |mid: &str| push(&format!(r#"{{"mid":{mid},"op":{{"type":"NOOP"}}}}"#));
    let op = |op: &str| push(&format!(r#"{{"mid":1,"op":{op}}}"#));
    let retitle = |base: &str| {
        op(&format!(
            r#"{{"type":"SET_TITLE","id":"{id}","title":"x","base":{base}}}"#
        ))
    };

    let mut cases: Vec<Case> = Vec::new();
    for bad in [
        "0",
        "-1",
        "1.5",
        "1.0",
        "\"1\"",
        "null",
        "true",
        "[1]",
        "{}",
        "1e400",
        "18446744073709551616",
    ] {
        let field = if bad == "1e400" { "" } else { "mid" };
        cases.push(("mid", mid(bad), status, code, field));
    }
    for ahead in [
        "2",
        "9007199254740993",
        "9223372036854775808",
        "18446744073709551615",
    ] {
        cases.push(("a mid of the future", mid(ahead), 409, "OUT_OF_ORDER", ""));
    }
    for (field, bad) in [
        ("list", json!("x")),
        ("list", json!(7)),
        ("client", json!("")),
        ("client", json!(null)),
        ("epoch", json!("x")),
        ("user", json!([])),
        ("acked", json!(-1)),
        ("acked", json!("1")),
        ("mutations", json!({})),
        ("mutations", json!(null)),
    ] {
        let mut body = json!({"list": list, "client": client, "mutations": []});
        body[field] = bad;
        cases.push((field, body.to_string(), status, code, field));
    }
    for (bad, field) in [
        ("null", "op"),
        ("[]", "op"),
        ("{}", "type"),
        (r#"{"type":null}"#, "type"),
        (r#"{"type":7}"#, "type"),
        (r#"{"type":"noop"}"#, "type"),
        (r#"{"type":"DELETE_TODO"}"#, "id"),
        (r#"{"type":"DELETE_TODO","id":null}"#, "id"),
        (r#"{"type":"DELETE_TODO","id":"x"}"#, "id"),
        (r#"{"type":"CLEAR_COMPLETED"}"#, "ids"),
        (r#"{"type":"CLEAR_COMPLETED","ids":null}"#, "ids"),
        (r#"{"type":"CLEAR_COMPLETED","ids":["x"]}"#, "ids"),
        (r#"{"type":"CLEAR_COMPLETED","ids":[null]}"#, "ids"),
        (r#"{"type":"CLEAR_COMPLETED","ids":{}}"#, "ids"),
        (r#"{"type":"NOOP","completed":"true"}"#, "completed"),
        (r#"{"type":"NOOP","completed":1}"#, "completed"),
        (r#"{"type":"NOOP","title":7}"#, "title"),
        (r#"{"type":"NOOP","position":7}"#, "position"),
        (r#"{"type":"NOOP","unless_after":{}}"#, "server"),
        (r#"{"type":"NOOP","unless_after":{"server":-1}}"#, "server"),
        (r#"{"type":"NOOP","unless_after":7}"#, "unless_after"),
    ] {
        cases.push(("op", op(bad), status, code, field));
    }
    for (bad, field) in [
        ("null", "base"),
        ("7", "base"),
        ("{}", "server"),
        (r#"{"server":"1"}"#, "server"),
        (r#"{"server":0,"after":7}"#, "after"),
        (r#"{"server":0,"after":[7]}"#, "after"),
        (r#"{"server":0,"after":[{"mid":1}]}"#, "client"),
        (r#"{"server":0,"after":[{"client":"x","mid":1}]}"#, "client"),
        (
            r#"{"server":0,"after":[{"client":"018f2d6e-0000-7000-8000-000000000000","mid":-1}]}"#,
            "mid",
        ),
    ] {
        cases.push(("base", retitle(bad), status, code, field));
    }
    let many =
        json!({"server": 0, "after": vec![json!({"client": client, "mid": 1}); 501]}).to_string();
    cases.push(("501 after", retitle(&many), status, code, "after"));
    all_refused(&mut app, &scene, "/api/push", &cases).await;

    let pull = |fields: &str| format!(r#"{{"list":"{list}",{fields}}}"#);
    let cases: Vec<Case> = [
        ("since", "-1"),
        ("since", "1.5"),
        ("since", "\"1\""),
        ("epoch", "7"),
        ("client", "[]"),
        ("user", "\"\""),
    ]
    .map(|(field, bad)| {
        (
            field,
            pull(&format!(r#""{field}":{bad}"#)),
            status,
            code,
            field,
        )
    })
    .to_vec();
    all_refused(&mut app, &scene, "/api/pull", &cases).await;
}

#[tokio::test]
async fn json_that_is_none_is_refused_and_what_nobody_reads_does_no_harm() {
    let mut app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let list = &scene.mine.list;
    let (status, code) = MALFORMED;
    let deep = |depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let cases: Vec<Case> = [
        (format!(r#"{{"list":{}}}"#, deep(300)), "list"),
        (format!(r#"{{"list":"{list}","list":"{list}"}}"#), "list"),
        (
            format!(r#"{{"list":"{list}","since":1,"since":null}}"#),
            "since",
        ),
        (format!(r#"{{"list":"{list}","since":1e400}}"#), ""),
        (
            format!(r#"{{"list":"{list}","since":18446744073709551616}}"#),
            "since",
        ),
        (r#"{"list":"\ud800"}"#.to_owned(), ""),
        (format!(r#"{{"list":"{list}"}} x"#), ""),
        (format!("\u{feff}{{\"list\":\"{list}\"}}"), ""),
        (format!(r#"["{list}"]"#), ""),
        (format!(r#"{{'list':'{list}'}}"#), ""),
    ]
    .map(|(body, field)| ("json", body, status, code, field))
    .to_vec();
    all_refused(&mut app, &scene, "/api/pull", &cases).await;
    let mut not_utf8 = br#"{"list":""#.to_vec();
    not_utf8.extend([0xff, 0xfe, b'"', b'}']);
    let answer = scene
        .mine
        .person
        .post_raw("/api/pull", "application/json", not_utf8)
        .await;
    answer.refused(status, code);

    let whole = scene.mine.person.snapshot(list).await;
    for unknown in [
        deep(300),
        "1e400".to_owned(),
        r#""\ud800""#.to_owned(),
        r#"1,"x":2"#.to_owned(),
    ] {
        let body = format!(r#"{{"list":"{list}","x":{unknown}}}"#);
        let answer = scene
            .mine
            .person
            .post_raw("/api/pull", "application/json", body)
            .await;
        assert_eq!(answer.ok(), whole, "{unknown}");
    }
}

#[tokio::test]
async fn a_number_that_comes_twice_is_decided_once() {
    let mut app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let (ada, list, client) = (&scene.mine.person, &scene.mine.list, new_id());
    let push = |mids: &[u64]| {
        let mutations = mids
            .iter()
            .zip('a'..)
            .map(|(mid, title)| json!({"mid": mid, "op": add(&new_id(), &title.to_string())}));
        let mutations: Vec<Value> = mutations.collect();
        ada.post(
            "/api/push",
            json!({"list": list, "client": client, "mutations": mutations}),
        )
    };
    let before = app.written().await;
    push(&[2, 1]).await.refused(409, "OUT_OF_ORDER");
    assert_eq!(app.written().await, before);
    let pushed = push(&[1, 1, 2, 1]).await.ok();
    let applied = |mid, seq| json!({"mid": mid, "type": "APPLIED", "seq": seq});
    assert_eq!(
        pushed["outcomes"],
        json!([applied(1, 2), applied(1, 2), applied(2, 3), applied(1, 2)])
    );
    assert_eq!(
        (&pushed["last_mid"], ada.titles(list).await),
        (&json!(2), vec!["oat milk".into(), "a".into(), "c".into()])
    );
}

#[tokio::test]
async fn null_and_absent_are_one_in_an_op_too() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let (list, id) = (ada.list("Groceries").await, new_id());
    let nulls = |mut op: Value| {
        for field in [
            "id",
            "ids",
            "title",
            "completed",
            "position",
            "base",
            "unless_after",
        ] {
            let fields = op.as_object_mut().unwrap();
            fields.entry(field).or_insert(Value::Null);
        }
        op
    };
    let base = json!({"server": 1, "after": null});
    for (seq, op) in (1..).zip([
        add(&id, "tea"),
        json!({"type": "SET_TITLE", "id": id, "title": "rye", "base": base}),
        json!({"type": "SET_ALL_COMPLETED", "ids": [id], "completed": true, "unless_after": {"server": 2, "after": null}}),
        json!({"type": "DELETE_TODO", "id": id}),
    ]) {
        let outcome = ada.op(&list, nulls(op)).await;
        assert_eq!(outcome, json!({"mid": 1, "type": "APPLIED", "seq": seq}));
    }
    let noop = ada.op(&list, nulls(json!({"type": "NOOP"}))).await;
    assert_eq!(noop, json!({"mid": 1, "type": "SKIPPED"}));
}
