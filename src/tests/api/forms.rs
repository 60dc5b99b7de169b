//! Forms of pages without scripts: where they lead, and what they leave to the next page.

use crate::tests::{
    answer::{Answer, Ask},
    app::TestApp,
    person::{PASSWORD, new_id, new_name},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::Value;

/// What the flash cookies carry.
fn flash(answer: &Answer) -> Value {
    let lines = answer
        .set_cookies()
        .into_iter()
        .filter(|line| line.starts_with("lockstep-flash-"));
    let values = lines.map(|line| line.split_once('=').unwrap().1.split(';').next().unwrap());
    let json = BASE64_URL_SAFE_NO_PAD
        .decode(values.collect::<String>())
        .unwrap();
    serde_json::from_slice(&json).unwrap_or_default()
}

#[tokio::test]
async fn signing_up_in_and_out_lead_to_their_pages() {
    let app = TestApp::start().await;
    let (browser, name) = (app.nobody(), new_name());
    let fields = [("name", &*name), ("password", PASSWORD)];
    browser
        .page_form("/api/register", &fields)
        .await
        .leads_to("/lists");
    browser.page_form("/api/logout", &[]).await.leads_to("/");
    browser
        .page_form("/api/login", &fields)
        .await
        .leads_to("/lists");
    assert_eq!(browser.get("/lists").await.status, 200);
}

#[tokio::test]
async fn a_new_list_leads_to_its_page() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let id = new_id();
    let fields = [("user", &*ada.id), ("name", "Groceries"), ("id", &id)];
    ada.page_form("/api/create_list", &fields)
        .await
        .leads_to(&format!("/lists/{id}"));
}

/// Address, fields, the page it leads back to, the error's code, and the field that is kept.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a str, &'a str);

#[tokio::test]
async fn what_is_refused_leads_back_to_its_form_with_the_reason_and_what_was_typed() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let (page, todo, long) = (format!("/lists/{list}"), new_id(), "x".repeat(501));
    let of_list = ("list", &*list);
    let cases: [Case<'_>; 7] = [
        (
            "/api/register",
            &[("name", "ab"), ("password", PASSWORD)],
            "/register",
            "INVALID",
            "name",
        ),
        (
            "/api/login",
            &[("name", "nobody"), ("password", PASSWORD)],
            "/login",
            "UNAUTHENTICATED",
            "name",
        ),
        (
            "/api/login",
            &[("name", "nobody")],
            "/login",
            "MALFORMED",
            "name",
        ),
        (
            "/api/create_list",
            &[("name", "")],
            "/lists",
            "INVALID",
            "name",
        ),
        (
            "/api/add_todo",
            &[of_list, ("title", &long)],
            &page,
            "INVALID",
            "title",
        ),
        (
            "/api/set_completed",
            &[of_list, ("id", &todo)],
            &page,
            "NOT_FOUND",
            "",
        ),
        (
            "/api/delete_todo",
            &[of_list, ("id", &todo)],
            &page,
            "NOT_FOUND",
            "",
        ),
    ];
    for (path, fields, back, code, kept) in cases {
        let refused = ada.page_form(path, fields).await;
        refused.leads_to(back);
        let flash = flash(&refused);
        assert_eq!(
            (flash["action"].as_str(), flash["error"]["code"].as_str()),
            (Some(path), Some(code))
        );
        let typed = fields.iter().find(|(name, _)| *name == kept);
        if let Some((name, value)) = typed {
            assert!(
                flash["typed"]
                    .as_array()
                    .unwrap()
                    .contains(&serde_json::json!([name, value])),
                "{flash}"
            );
        }
    }
}

#[tokio::test]
async fn a_password_gets_into_no_cookie_and_no_address() {
    let app = TestApp::start().await;
    for (path, name) in [("/api/login", "nobody"), ("/api/register", "a b")] {
        let fields = [("name", name), ("password", PASSWORD), ("next", "/lists")];
        let refused = app.nobody().page_form(path, &fields).await;
        let sent = format!("{:?} {} {}", refused.headers, refused.text, flash(&refused));
        assert!(sent.contains(name) && !sent.contains(PASSWORD), "{sent}");
    }
}

#[tokio::test]
async fn next_is_followed_only_to_pages_of_our_own() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    for (next, leads_to) in [
        ("/lists/0192?x=1", "/lists/0192?x=1"),
        ("https://evil.example", "/lists"),
        ("//evil.example", "/lists"),
        ("/\\evil.example", "/lists"),
        ("/\t/evil.example", "/lists"),
        ("/x\r\nSet-Cookie: a=b", "/lists"),
        ("/api/logout", "/lists"),
        ("javascript:alert(1)", "/lists"),
        ("", "/lists"),
    ] {
        let fields = [("name", &*ada.name), ("password", PASSWORD), ("next", next)];
        app.nobody()
            .page_form("/api/login", &fields)
            .await
            .leads_to(leads_to);
    }
    let wrong = [
        ("name", "nobody"),
        ("password", PASSWORD),
        ("next", "//evil.example"),
    ];
    app.nobody()
        .page_form("/api/login", &wrong)
        .await
        .leads_to("/login");
}

#[tokio::test]
async fn no_form_leads_to_the_referer() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let page = format!("/lists/{list}");
    for title in ["oat milk", ""] {
        let form = ada
            .request(Method::POST, "/api/add_todo")
            .header("accept", "text/html");
        let form = form
            .header("referer", "https://evil.example/?a=b")
            .form(&[("list", &*list), ("title", title)]);
        form.answer().await.leads_to(&page);
    }
    let odd = ada
        .page_form(
            "/api/add_todo",
            &[("list", "//evil.example"), ("title", "x")],
        )
        .await;
    odd.leads_to("/lists");
}

#[tokio::test]
async fn a_form_of_a_page_of_somebody_else_does_nothing() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    let fields = [("user", &*bob.id), ("list", &list), ("title", "oat milk")];
    let refused = ada.page_form("/api/add_todo", &fields).await;
    refused.leads_to(&format!("/lists/{list}"));
    assert_eq!(flash(&refused)["error"]["code"], "OTHER_USER");
    assert!(ada.titles(&list).await.is_empty());
}
