//! The settings as a browser without scripts meets them: what the page says, and what it says after each of its forms.

use super::{attributes, texts};
use crate::tests::{
    answer::{Answer, Ask},
    app::TestApp,
    person::{Browser, PASSWORD, Person},
};
use reqwest::Method;
use serde_json::{Value, json};

const PAGE: &str = "/settings";
const NEW: &str = "cedar-lantern-58";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";

/// Signs in on another device.
async fn elsewhere(app: &TestApp, ada: &Person, agent: &str) -> Browser {
    let browser = app.nobody();
    let form = [("name", &*ada.name), ("password", PASSWORD)];
    let request = browser.request(Method::POST, "/api/login").form(&form);
    request.header("user-agent", agent).answer().await.ok();
    browser
}

/// Sends a form as the page has it, and gives the page that comes of it.
async fn send(ada: &Person, action: &str, fields: &[(&str, &str)]) -> Answer {
    let fields = [&[("user", &*ada.id)], fields].concat();
    ada.page_form(action, &fields).await.leads_to(PAGE);
    ada.get(PAGE).await
}

/// The field that the page marks as refused, and what describes it there.
fn refused(page: &Answer) -> Option<(String, String)> {
    let mut tags = page.text.split('<');
    let tag = tags.find(|tag| tag.contains("aria-invalid=\"true\""))?;
    let value = |name: &str| {
        let rest = tag.split_once(&format!(" {name}=\""))?.1;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let described = value("aria-describedby")?;
    let id = described.split(' ').next()?;
    let (_, from) = page.text.split_once(&format!("id=\"{id}\""))?;
    let text = from.split_once('>')?.1.split_once('<')?.0;
    Some((value("name")?, text.to_owned()))
}

#[tokio::test]
async fn who_is_not_signed_in_is_sent_to_sign_in_and_back() {
    let app = TestApp::start().await;
    app.nobody()
        .get(PAGE)
        .await
        .leads_to("/login?next=%2Fsettings");
    let ada = app.person().await;
    ada.get("/login?next=%2Fsettings").await.leads_to(PAGE);
}

#[tokio::test]
async fn every_page_of_who_is_signed_in_leads_there() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = format!("/lists/{}", ada.list("Groceries").await);
    for path in ["/lists", &list, "/nowhere", PAGE] {
        let page = ada.get(path).await;
        assert!(attributes(&page, "href").contains(&PAGE), "{path}");
        // What one sees is part of what it is called.
        let called = format!("Settings of {}", ada.name);
        assert!(
            attributes(&page, "aria-label").contains(&&*called),
            "{path}"
        );
    }
    let page = app.nobody().get("/").await;
    assert!(!attributes(&page, "href").contains(&PAGE));
}

#[tokio::test]
async fn sessions_are_shown_with_their_device_this_one_first_and_without_an_end() {
    let mut app = TestApp::start().await;
    let ada = app.person().await;
    elsewhere(&app, &ada, FIREFOX).await;
    elsewhere(&app, &ada, "<b>toaster</b>").await;
    app.database(
        "UPDATE sessions SET last_used_at = last_used_at - 7300000 WHERE device LIKE '%Firefox%'",
    )
    .await;
    let page = ada.get(PAGE).await;
    let (_, list) = page.text.split_once("<ul class=\"people\">").unwrap();
    let rows: Vec<_> = list.split("</ul>").next().unwrap().split("<li").collect();
    let [_, own, toaster, firefox] = rows[..] else {
        panic!("{rows:#?}")
    };
    assert!(own.contains("aria-current=\"true\"") && own.contains("This one"));
    assert!(
        own.contains("in use now") && !own.contains("<form"),
        "{own}"
    );
    assert!(firefox.contains("Firefox on Linux"), "{firefox}");
    assert!(firefox.contains(">2 hours ago</time>"), "{firefox}");
    assert!(firefox.contains("<time datetime=\"20"), "{firefox}");
    assert!(toaster.contains("&lt;b&gt;toaster&lt;/b&gt;"), "{toaster}");
    for other in [toaster, firefox] {
        assert!(other.contains("action=\"/api/end_session\""), "{other}");
        assert!(!other.contains("aria-current"), "{other}");
    }
    let ids = ada.post("/api/sessions", json!({})).await.ok();
    for id in ids.as_array().unwrap() {
        let value = id["id"].as_str().unwrap();
        let shown = attributes(&page, "value").contains(&value);
        assert_eq!(shown, id["current"] == Value::Bool(false), "{id}");
    }
}

#[tokio::test]
async fn there_is_nothing_to_end_where_there_is_one_session() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let forms = |page: &Answer| {
        let actions = attributes(page, "action").into_iter();
        let ends = actions.filter(|action| action.starts_with("/api/end_"));
        ends.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(forms(&ada.get(PAGE).await), Vec::<String>::new());
    elsewhere(&app, &ada, FIREFOX).await;
    let shown = forms(&ada.get(PAGE).await);
    assert_eq!(shown, ["/api/end_session", "/api/end_other_sessions"]);
}

#[tokio::test]
async fn what_a_form_has_done_is_told_once() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let phone = elsewhere(&app, &ada, FIREFOX).await;
    let ids = phone.post("/api/sessions", json!({})).await.ok();
    let mut ids = ids.as_array().unwrap().iter();
    let id = ids.find(|session| session["current"] == true).unwrap()["id"].clone();
    let id = [("id", id.as_str().unwrap())];
    for (action, fields, told) in [
        ("/api/end_session", &id[..], "That session has ended."),
        (
            "/api/end_other_sessions",
            &[],
            "Your other sessions have ended.",
        ),
        (
            "/api/change_password",
            &[("old", PASSWORD), ("new", NEW)],
            "Your password was changed, and your other sessions have ended.",
        ),
    ] {
        let page = send(&ada, action, fields).await;
        assert!(texts(&page).contains(&told), "{action}: {}", page.text);
        assert!(!texts(&ada.get(PAGE).await).contains(&told), "{action}");
    }
    phone.get(PAGE).await.leads_to("/login?next=%2Fsettings");
    // Programs are told nothing of the kind.
    let done = ada.form("/api/end_other_sessions", &[]).await;
    assert_eq!(done.set_cookies(), Vec::<&str>::new());
}

#[tokio::test]
async fn a_password_that_is_refused_is_told_at_its_field_and_never_comes_back() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let long = "correct horse ".repeat(20);
    let (wrong, length) = (
        "This is not your password.",
        "A password has 8 to 256 characters.",
    );
    for (old, new, field, message) in [
        ("not the password", NEW, "old", wrong),
        (PASSWORD, "kx7#w", "new", length),
        (PASSWORD, &*long, "new", length),
        (
            PASSWORD,
            "password123",
            "new",
            "This password is among the first that others would try. Please choose another.",
        ),
    ] {
        let page = send(&ada, "/api/change_password", &[("old", old), ("new", new)]).await;
        let told = refused(&page).unwrap();
        assert_eq!((&*told.0, &*told.1), (field, message), "{old} {new}");
        for typed in [old, new] {
            assert!(!page.text.contains(typed), "{typed}");
        }
        assert_eq!(page.text.matches("id=\"refusal\"").count(), 1);
        // The other second step stays closed.
        assert!(!page.text.contains("<details open"));
        assert_eq!(refused(&ada.get(PAGE).await), None);
    }
}

#[tokio::test]
async fn a_refusal_without_a_field_is_told_at_its_form() {
    let limit = "LOCKSTEP_LIMITS_SIGN_INS_PER_MINUTE";
    let app = TestApp::with().setting(limit, "1").start().await;
    let ada = app.person().await;
    let fields = [("old", "not the password"), ("new", NEW)];
    send(&ada, "/api/change_password", &fields).await;
    let page = send(&ada, "/api/delete_account", &[("password", PASSWORD)]).await;
    assert!(page.text.contains("<details open"), "{}", page.text);
    let (_, deletion) = page.text.split_once("<details open").unwrap();
    assert!(deletion.contains("Too many tries."), "{deletion}");
    assert_eq!(refused(&page), None);

    let page = send(&ada, "/api/end_session", &[("id", "x")]).await;
    let (_, sessions) = page.text.split_once("id=\"sessions\"").unwrap();
    let sessions = sessions.split_once("</section>").unwrap().0;
    let told = "The request could not be read.";
    assert!(sessions.contains(told), "{sessions}");
}

#[tokio::test]
async fn ending_what_has_ended_is_no_refusal() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let ended = [("id", "0198c000-0000-7000-8000-000000000000")];
    let page = send(&ada, "/api/end_session", &ended).await;
    assert!(texts(&page).contains(&"That session has ended."));
    assert!(!page.text.contains("id=\"refusal\""), "{}", page.text);
}

#[tokio::test]
async fn another_account_meanwhile_is_told_and_nothing_is_done() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let fields = [("user", &*bob.id), ("password", PASSWORD)];
    ada.page_form("/api/delete_account", &fields)
        .await
        .leads_to(PAGE);
    let page = ada.get(PAGE).await;
    let told = "Another account is signed in here by now. Nothing was changed.";
    assert!(texts(&page).contains(&told), "{}", page.text);
}

#[tokio::test]
async fn deleting_names_the_lists_that_go_and_how_many_people_lose_them() {
    let mut app = TestApp::start().await;
    let (ada, bob, eve) = (app.person().await, app.person().await, app.person().await);
    assert!(texts(&ada.get(PAGE).await).contains(&"You own no list."));
    let mine = ada.list("<b>Mine</b>").await;
    let (with_one, with_two) = (ada.list("With one").await, ada.list("With two").await);
    let bobs = bob.list("Bob's own").await;
    let gone = ada.list("Deleted before").await;
    ada.form("/api/delete_list", &[("list", &gone)]).await.ok();
    app.let_in(&bob, &with_one, "editor").await;
    app.let_in(&bob, &with_two, "viewer").await;
    app.let_in(&eve, &with_two, "viewer").await;
    app.let_in(&ada, &bobs, "editor").await;
    let page = ada.get(PAGE).await;
    let (_, deletion) = page.text.split_once("<details").unwrap();
    let rows: Vec<_> = deletion.split("<li>").skip(1).collect();
    assert_eq!(rows.len(), 3, "{mine}: {deletion}");
    for (row, name, loses) in [
        (rows[0], ">&lt;b&gt;Mine&lt;/b&gt;<", ">only yours<"),
        (rows[1], ">With one<", ">1 other person loses it<"),
        (rows[2], ">With two<", ">2 other people lose it<"),
    ] {
        assert!(row.contains(name) && row.contains(loses), "{row}");
    }
    assert!(!deletion.contains("Bob's own") && !deletion.contains("Deleted before"));
    assert!(deletion.contains("A list that you deleted can no longer be restored"));
}

#[tokio::test]
async fn a_deleted_account_is_told_of_on_the_first_page_once() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let page = send(&ada, "/api/delete_account", &[("password", "not it, no")]).await;
    let told = refused(&page).unwrap();
    assert_eq!(told.0, "password");
    assert!(page.text.contains("<details open"), "{}", page.text);
    assert!(!page.text.contains("not it, no"));

    let fields = [("user", &*ada.id), ("password", PASSWORD)];
    let done = ada.page_form("/api/delete_account", &fields).await;
    done.leads_to("/");
    let gone = "Your account is gone, and so are the lists that you owned.";
    assert!(texts(&ada.get("/").await).contains(&gone));
    assert!(!texts(&ada.get("/").await).contains(&gone));
    ada.get(PAGE).await.leads_to("/login?next=%2Fsettings");
}

#[tokio::test]
async fn what_no_form_says_is_not_told() {
    let app = TestApp::start().await;
    for value in ["/api/logout", "<script>", "", "Your account is gone"] {
        let request = app.nobody().request(Method::GET, "/");
        let cookie = format!("lockstep-done={value}");
        let page = request.header("cookie", cookie).answer().await;
        assert!(!page.text.contains("role=\"status\""), "{value}");
    }
}

#[tokio::test]
async fn the_look_is_chosen_in_the_page_too() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let form = [("theme", "dark"), ("next", PAGE)];
    ada.page_form("/appearance", &form).await.leads_to(PAGE);
    let page = ada.get(PAGE).await;
    let pressed = "form=\"appearance\" aria-pressed=\"true\">Dark</button>";
    assert!(page.text.contains(pressed), "{}", page.text);
    // In the bar, and here.
    assert_eq!(page.text.matches("aria-pressed=\"true\"").count(), 2);
}
