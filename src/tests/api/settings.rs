//! One's own account: another password, the sign-ins, away with it.

use crate::tests::{
    app::TestApp,
    person::{Browser, PASSWORD, Person, add, new_id},
};
use serde_json::{Value, json};

const NEW: &str = "cedar-lantern-58";

/// Another browser of the same person's, if the password fits.
async fn elsewhere(app: &TestApp, name: &str, password: &str) -> Option<Browser> {
    let browser = app.nobody();
    let form = [("name", name), ("password", password)];
    let answer = browser.form("/api/login", &form).await;
    (answer.status == 200).then_some(browser)
}

async fn is_signed_in(browser: &Browser) -> bool {
    browser.post("/api/me", json!({})).await.status == 200
}

async fn change(ada: &Person, old: &str, new: &str) -> crate::tests::answer::Answer {
    let form = [("user", ada.id.as_str()), ("old", old), ("new", new)];
    ada.form("/api/change_password", &form).await
}

#[tokio::test]
async fn another_password_is_the_only_one_from_then_on_and_ends_the_other_sessions() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let phone = elsewhere(&app, &ada.name, PASSWORD).await.unwrap();
    assert_eq!(change(&ada, PASSWORD, NEW).await.ok(), Value::Null);
    assert!(is_signed_in(&ada).await);
    assert!(!is_signed_in(&phone).await);
    assert!(elsewhere(&app, &ada.name, PASSWORD).await.is_none());
    assert!(elsewhere(&app, &ada.name, NEW).await.is_some());
}

#[tokio::test]
async fn a_password_is_not_changed_without_the_old_one_or_to_a_bad_one() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let phone = elsewhere(&app, &ada.name, PASSWORD).await.unwrap();
    let long = "x".repeat(257);
    for (old, new, field) in [
        ("not the password", NEW, "old"),
        ("", NEW, "old"),
        (long.as_str(), NEW, "old"),
        (PASSWORD, "short", "new"),
        (PASSWORD, "", "new"),
        (PASSWORD, long.as_str(), "new"),
        (PASSWORD, "password123", "new"),
        (PASSWORD, ada.name.as_str(), "new"),
    ] {
        let answer = change(&ada, old, new).await;
        assert_eq!(
            answer.refused(422, "INVALID")["field"],
            field,
            "{old} {new}"
        );
        assert!(new.is_empty() || !answer.text.contains(new));
    }
    assert!(is_signed_in(&phone).await);
    assert!(elsewhere(&app, &ada.name, PASSWORD).await.is_some());
}

#[tokio::test]
async fn whoever_finds_a_browser_open_cannot_try_passwords_for_ever() {
    let limit = "LOCKSTEP_LIMITS_SIGN_INS_PER_MINUTE";
    let app = TestApp::with().setting(limit, "2").start().await;
    let ada = app.person().await;
    for _ in 0..2 {
        change(&ada, "a guess or two", NEW)
            .await
            .refused(422, "INVALID");
    }
    change(&ada, PASSWORD, NEW).await.refused(429, "TOO_MANY");
    let form = [("password", PASSWORD)];
    ada.form("/api/delete_account", &form)
        .await
        .refused(429, "TOO_MANY");
}

#[tokio::test]
async fn a_person_sees_where_they_are_signed_in_and_ends_what_they_like() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let phone = elsewhere(&app, &ada.name, PASSWORD).await.unwrap();
    let tablet = elsewhere(&app, &ada.name, PASSWORD).await.unwrap();
    let sessions = async |of: &Browser| {
        let sessions = of.post("/api/sessions", json!({})).await.ok();
        sessions.as_array().unwrap().clone()
    };
    let current = |sessions: &[Value]| {
        let mut current = sessions.iter().filter(|session| session["current"] == true);
        let id = current.next().unwrap()["id"].as_str().unwrap().to_owned();
        assert_eq!(current.next(), None);
        id
    };
    let seen = sessions(&ada).await;
    assert_eq!(seen.len(), 3);
    for session in &seen {
        let keys: Vec<_> = session.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            ["created_at", "current", "device", "id", "last_used_at"]
        );
    }
    let id = current(&sessions(&phone).await);
    assert_ne!(id, current(&seen));
    ada.form("/api/end_session", &[("id", &id)]).await.ok();
    assert!(!is_signed_in(&phone).await && is_signed_in(&tablet).await);
    ada.form("/api/end_session", &[("id", &id)])
        .await
        .refused(404, "NOT_FOUND");

    ada.form("/api/end_other_sessions", &[]).await.ok();
    assert!(!is_signed_in(&tablet).await && is_signed_in(&ada).await);
    let own = current(&sessions(&ada).await);
    let ended = ada.form("/api/end_session", &[("id", &own)]).await;
    assert!(ended.set_cookies()[0].contains("Max-Age=0"), "{ended:?}");
    assert!(!is_signed_in(&ada).await);
}

#[tokio::test]
async fn nobody_ends_or_sees_somebody_elses_session() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let his = bob.post("/api/sessions", json!({})).await.ok()[0]["id"].clone();
    let mine = ada.post("/api/sessions", json!({})).await.ok();
    assert!(!mine.to_string().contains(his.as_str().unwrap()));
    ada.form("/api/end_session", &[("id", his.as_str().unwrap())])
        .await
        .refused(404, "NOT_FOUND");
    ada.form("/api/end_other_sessions", &[]).await.ok();
    assert!(is_signed_in(&bob).await);
}

#[tokio::test]
async fn a_deleted_account_is_gone_with_its_lists_and_its_name_is_free() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let phone = elsewhere(&app, &ada.name, PASSWORD).await.unwrap();
    let (list, his) = (ada.list("Groceries").await, bob.list("Work").await);
    ada.push(&list, &new_id(), 1, vec![add(&new_id(), "milk")])
        .await
        .ok();

    let wrong = [("user", ada.id.as_str()), ("password", "not the password")];
    let refused = ada.form("/api/delete_account", &wrong).await;
    assert_eq!(refused.refused(422, "INVALID")["field"], "password");
    assert!(is_signed_in(&ada).await);

    let right = [("user", ada.id.as_str()), ("password", PASSWORD)];
    let done = ada.form("/api/delete_account", &right).await;
    assert!(done.set_cookies()[0].contains("Max-Age=0"), "{done:?}");
    done.ok();
    assert!(!is_signed_in(&ada).await && !is_signed_in(&phone).await);
    assert!(elsewhere(&app, &ada.name, PASSWORD).await.is_none());
    assert_eq!(bob.snapshot(&his).await["payload"], json!([]));
    let again = [("name", ada.name.as_str()), ("password", PASSWORD)];
    let new = app.nobody();
    assert_ne!(new.form("/api/register", &again).await.ok()["id"], ada.id);
    new.post("/api/pull", json!({"list": list}))
        .await
        .refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_pages_forms_lead_to_the_settings() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let form = [("old", "not the password"), ("new", NEW)];
    for (path, form, to) in [
        ("change_password", &form[..], "/settings"),
        ("end_other_sessions", &[], "/settings"),
        ("delete_account", &[("password", "wrong")], "/settings"),
        ("delete_account", &[("password", PASSWORD)], "/"),
    ] {
        ada.page_form(&format!("/api/{path}"), form)
            .await
            .leads_to(to);
    }
}
