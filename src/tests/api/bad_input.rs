//! Every server function with everything that can be wrong about a request, generated from one table.
//!
//! `cargo nextest run bad_input --no-capture` prints what came back, as markdown.

pub(in crate::tests) mod functions;
mod texts;
mod trust;
mod values;

use crate::tests::{
    answer::{Answer, Ask},
    app::TestApp,
};
use functions::{Function, Kind, Scene, all};
use reqwest::Method;
use serde_json::Value;

const MIB: usize = 1024 * 1024;

/// What came back, for the printed table.
fn cell(answer: &Answer) -> String {
    format!(
        "{} {}",
        answer.status,
        answer.body["code"].as_str().unwrap_or("")
    )
}

/// Cells that say the same are said once.
fn merged(mut cells: Vec<String>) -> String {
    cells.dedup();
    if cells.is_empty() {
        "–".to_owned()
    } else {
        cells.join(", ")
    }
}

/// One row: sends everything bad, and gives what came back.
async fn row(app: &mut TestApp, scene: &Scene, function: &Function) -> Vec<String> {
    let me = &scene.mine.person;
    let before = app.written().await;
    let works = || function.body(&(function.works)(scene));

    let mut stranger = Vec::new();
    if function.kind != Kind::Public {
        let answer = app
            .nobody()
            .post_raw(&function.path(), function.content_type(), works())
            .await;
        answer.refused(401, "UNAUTHENTICATED");
        stranger.push(cell(&answer));
    }

    let mut foreign = Vec::new();
    for (field, theirs, status, code) in function.foreign {
        let answer = function
            .request(me, function.with(scene, field, Some(theirs(scene))))
            .answer()
            .await;
        answer.refused(*status, code);
        foreign.push(format!("`{field}` {}", cell(&answer)));
    }

    let mut unreadable = Vec::new();
    for body in function.unreadable {
        let answer = function.request(me, (*body).to_owned()).answer().await;
        answer.refused(400, "MALFORMED");
        unreadable.push(cell(&answer));
    }

    let mut missing = Vec::new();
    for field in function.required {
        let answer = function
            .request(me, function.with(scene, field, None))
            .answer()
            .await;
        assert_eq!(answer.refused(400, "MALFORMED")["field"], *field);
        missing.push(cell(&answer));
    }

    let too_large = function
        .request(me, function.of_length(scene, MIB + 1))
        .answer()
        .await;
    too_large.refused(413, "TOO_LARGE");

    let mut methods = Vec::new();
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = me.request(method, &function.path()).answer().await;
        answer.refused(405, "METHOD_NOT_ALLOWED");
        methods.push(cell(&answer));
    }

    let mut cross_site = Vec::new();
    for origin in [
        "https://evil.example",
        "null",
        "",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
    ] {
        let answer = function
            .request(me, works())
            .header("origin", origin)
            .answer()
            .await;
        answer.refused(403, "CROSS_SITE");
        cross_site.push(cell(&answer));
    }
    assert_eq!(
        app.written().await,
        before,
        "a refused {} has written something",
        function.name
    );

    vec![
        merged(stranger),
        merged(foreign),
        merged(unreadable),
        merged(missing),
        cell(&too_large),
        merged(methods),
        merged(cross_site),
    ]
}

#[tokio::test]
async fn whatever_is_wrong_is_refused_in_one_shape_and_changes_nothing() {
    let mut app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let mut lines = vec![
        "| function | no session | what is another's | unreadable | field missing | over 1 MiB | other method | cross-site |".to_owned(),
        "|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    for function in all() {
        let cells = row(&mut app, &scene, function).await;
        lines.push(format!("| `{}` | {} |", function.name, cells.join(" | ")));
    }
    print(&lines.join("\n"));
}

#[allow(clippy::print_stdout, reason = "a table for people to read")]
fn print(table: &str) {
    println!("{table}");
}

#[tokio::test]
async fn a_field_that_nobody_knows_is_ignored_up_to_exactly_one_mib() {
    let app = TestApp::start().await;
    for function in all() {
        let scene = Scene::new(&app).await;
        let body = function.of_length(&scene, MIB);
        assert_eq!(body.len(), MIB);
        let answer = function.request(&scene.mine.person, body).answer().await;
        assert_eq!(answer.status, 200, "{}: {}", function.name, answer.text);
    }
}

#[tokio::test]
async fn null_means_absent_in_json() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    for function in all().filter(|function| function.kind == Kind::Json) {
        for field in function.required {
            let answer = function.request(
                &scene.mine.person,
                function.with(&scene, field, Some(Value::Null)),
            );
            answer.answer().await.refused(400, "MALFORMED");
        }
        for field in ["user", "client", "epoch", "since", "acked", "was"] {
            if !function.required.contains(&field) {
                let answer = function.request(
                    &scene.mine.person,
                    function.with(&scene, field, Some(Value::Null)),
                );
                assert_eq!(
                    answer.answer().await.status,
                    200,
                    "{} {field}",
                    function.name
                );
            }
        }
    }
}
