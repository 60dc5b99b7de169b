//! Signing up, in and out, by programs.

use crate::tests::{
    answer::{Answer, Ask},
    app::TestApp,
    person::{PASSWORD, new_name},
};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_new_account_is_signed_in() {
    let app = TestApp::start().await;
    let browser = app.nobody();
    let user = browser
        .form(
            "/api/register",
            &[("name", " Ada.L "), ("password", PASSWORD)],
        )
        .await
        .ok();
    assert_eq!(user["name"], "Ada.L");
    assert_eq!(browser.post("/api/me", json!({})).await.ok(), user);
}

#[tokio::test]
async fn signing_in_again_gives_the_same_account_whatever_the_case_of_its_name() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    for name in [
        ada.name.clone(),
        ada.name.to_uppercase(),
        format!(" {} ", ada.name.to_lowercase()),
    ] {
        let user = app
            .nobody()
            .form("/api/login", &[("name", &name), ("password", PASSWORD)])
            .await
            .ok();
        assert_eq!(user, json!({"id": ada.id, "name": ada.name}));
    }
}

#[tokio::test]
async fn signing_out_ends_this_session_and_no_other() {
    let app = TestApp::start().await;
    let (ada, elsewhere) = (app.person().await, app.nobody());
    elsewhere
        .form("/api/login", &[("name", &ada.name), ("password", PASSWORD)])
        .await
        .ok();
    let stolen = ada.cookies();
    assert_eq!(
        ada.form("/api/logout", &[("user", &ada.id)]).await.ok(),
        Value::Null
    );
    ada.post("/api/me", json!({}))
        .await
        .refused(401, "UNAUTHENTICATED");
    let copy = app
        .nobody()
        .request(Method::POST, "/api/me")
        .header("cookie", stolen)
        .json(&json!({}));
    copy.answer().await.refused(401, "UNAUTHENTICATED");
    assert_eq!(
        elsewhere.post("/api/me", json!({})).await.ok()["id"],
        ada.id
    );
}

#[tokio::test]
async fn signing_in_changes_the_token_and_ends_the_one_before() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let before = ada.cookies();
    ada.form("/api/login", &[("name", &ada.name), ("password", PASSWORD)])
        .await
        .ok();
    assert_ne!(ada.cookies(), before);
    assert_eq!(ada.post("/api/me", json!({})).await.ok()["id"], ada.id);
    let old = app
        .nobody()
        .request(Method::POST, "/api/me")
        .header("cookie", before)
        .json(&json!({}));
    old.answer().await.refused(401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_token_that_somebody_planted_before_does_not_become_a_session() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let planted = "lockstep=planted-by-somebody-else";
    let login = app
        .nobody()
        .request(Method::POST, "/api/login")
        .header("cookie", planted);
    login
        .form(&[("name", &*ada.name), ("password", PASSWORD)])
        .answer()
        .await
        .ok();
    let with_it = app
        .nobody()
        .request(Method::POST, "/api/me")
        .header("cookie", planted)
        .json(&json!({}));
    with_it.answer().await.refused(401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn sessions_survive_a_restart() {
    let mut app = TestApp::start().await;
    let ada = app.person().await;
    app.restart().await;
    assert_eq!(
        ada.post("/api/me", json!({})).await.ok(),
        json!({"id": ada.id, "name": ada.name})
    );
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_get_the_same_answer() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let long = "x".repeat(300);
    let wrong = app
        .nobody()
        .form(
            "/api/login",
            &[("name", &ada.name), ("password", "plum-tractor-93")],
        )
        .await;
    wrong.refused(401, "UNAUTHENTICATED");
    for (name, password) in [
        ("no-such-name", PASSWORD),
        ("", PASSWORD),
        (&ada.name, ""),
        (&ada.name, &long),
    ] {
        let other = app
            .nobody()
            .form("/api/login", &[("name", name), ("password", password)])
            .await;
        assert_eq!(
            (other.status, &other.text),
            (wrong.status, &wrong.text),
            "{name} {password}"
        );
        assert_eq!(names(&other), names(&wrong));
    }
}

fn names(answer: &Answer) -> Vec<&str> {
    answer.headers.keys().map(|name| name.as_str()).collect()
}

#[tokio::test]
async fn a_name_is_taken_in_any_case() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    for name in [
        ada.name.clone(),
        ada.name.to_uppercase(),
        format!("{} ", ada.name.to_lowercase()),
    ] {
        let refused = app
            .nobody()
            .form("/api/register", &[("name", &name), ("password", PASSWORD)])
            .await;
        assert_eq!(refused.refused(409, "TAKEN")["field"], "name");
        assert!(refused.set_cookies().is_empty());
    }
}

#[tokio::test]
async fn what_may_not_be_a_name_or_a_password_is_refused_with_its_field() {
    let app = TestApp::start().await;
    let (long, name) = ("x".repeat(257), new_name());
    let bad = [
        ("ab", PASSWORD, "name"),
        ("Ada Lovelace", PASSWORD, "name"),
        ("Ada\u{202e}", PASSWORD, "name"),
        (&name, "1234567", "password"),
        (&name, &long, "password"),
        (&name, "iloveyou", "password"),
        (&name, &name, "password"),
    ];
    for (name, password, field) in bad {
        let refused = app
            .nobody()
            .form("/api/register", &[("name", name), ("password", password)])
            .await;
        assert_eq!(
            refused.refused(422, "INVALID")["field"],
            field,
            "{name} {password}"
        );
        assert!(!refused.text.contains(password));
    }
    app.nobody()
        .form("/api/register", &[("name", &name), ("password", PASSWORD)])
        .await
        .ok();
}

#[tokio::test]
async fn closed_registration_lets_nobody_in_and_keeps_those_who_are() {
    let closed = TestApp::with()
        .setting("LOCKSTEP_ACCOUNTS_REGISTRATION", "closed")
        .start()
        .await;
    let browser = closed.nobody();
    let fields = [("name", "Newcomer"), ("password", PASSWORD)];
    browser
        .form("/api/register", &fields)
        .await
        .refused(403, "FORBIDDEN");
    browser
        .form("/api/login", &fields)
        .await
        .refused(401, "UNAUTHENTICATED");
    let page = browser.get("/register").await;
    assert!(
        page.text.contains("New accounts are not open here.")
            && !page.text.contains("type=\"password\"")
    );
}
