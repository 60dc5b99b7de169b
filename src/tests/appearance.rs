//! The choice between light and dark.

use super::{
    answer::{Answer, Ask},
    app::TestApp,
    person::Browser,
};
use reqwest::Method;

async fn choose(browser: &Browser, theme: &str, next: &str) -> Answer {
    browser
        .page_form("/appearance", &[("theme", theme), ("next", next)])
        .await
}

#[track_caller]
fn looks(page: &Answer, theme: &str) {
    let root = format!("data-theme=\"{theme}\"");
    assert!(page.text.contains(&root), "no {root} in {}", page.text);
    let pressed = format!("value=\"{theme}\" aria-pressed=\"true\"");
    assert_eq!(page.text.matches("aria-pressed=\"true\"").count(), 1);
    assert!(page.text.contains(&pressed), "{}", page.text);
}

#[tokio::test]
async fn a_chosen_theme_is_in_every_page_from_then_on() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = format!("/lists/{}", ada.list("Groceries").await);
    let nobody = app.nobody();
    looks(&nobody.get("/").await, "system");
    choose(&nobody, "light", "/login?next=%2Flists")
        .await
        .leads_to("/login?next=%2Flists");
    choose(&ada, "dark", &list).await.leads_to(&list);
    for path in ["/lists", &list, "/nowhere"] {
        looks(&ada.get(path).await, "dark");
    }
    for path in ["/", "/login", "/register", "/nowhere"] {
        looks(&nobody.get(path).await, "light");
    }
    choose(&ada, "system", "/lists").await.leads_to("/lists");
    looks(&ada.get("/lists").await, "system");
    assert!(!ada.cookies().contains("theme"), "{}", ada.cookies());
}

#[tokio::test]
async fn the_form_knows_the_page_that_it_stands_on() {
    let app = TestApp::start().await;
    let page = app.nobody().get("/login?next=%2Flists%2Fx&a=%22").await;
    let field = "name=\"next\" value=\"/login?next=%2Flists%2Fx&amp;a=%22\"";
    assert!(page.text.contains(field), "{}", page.text);
}

#[tokio::test]
async fn choosing_leads_to_own_pages_only() {
    let app = TestApp::start().await;
    for next in ["//evil.example", "https://evil.example", "", "/api/logout"] {
        choose(&app.nobody(), "dark", next).await.leads_to("/");
    }
}

#[tokio::test]
async fn what_is_no_choice_or_comes_from_elsewhere_changes_nothing() {
    let app = TestApp::start().await;
    let browser = app.nobody();
    let refused = choose(&browser, "\"><script>", "/").await;
    assert_eq!(refused.refused(400, "MALFORMED")["field"], "theme");
    browser
        .page_form("/appearance", &[("next", "/")])
        .await
        .refused(400, "MALFORMED");
    browser
        .page_form(
            "/appearance",
            &[("theme", "dark"), ("next", &"x".repeat(9_000))],
        )
        .await
        .refused(413, "TOO_LARGE");
    for (header, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let request = browser.request(Method::POST, "/appearance");
        let request = request.header(header, value).form(&[("theme", "dark")]);
        request.answer().await.refused(403, "CROSS_SITE");
    }
    assert_eq!(browser.cookies(), "");
}

#[tokio::test]
async fn a_cookie_that_names_no_theme_counts_as_none() {
    let app = TestApp::start().await;
    for cookie in [
        "lockstep-theme=pink",
        "lockstep-theme=\"><script>",
        "lockstep-theme=",
    ] {
        let request = app.nobody().request(Method::GET, "/login");
        looks(&request.header("cookie", cookie).answer().await, "system");
    }
}

#[tokio::test]
async fn the_cookie_is_ours_alone_and_secure_behind_https() {
    let app = TestApp::with()
        .setting("LOCKSTEP_SERVER_PUBLIC_URL", "https://lists.example")
        .start()
        .await;
    let chosen = choose(&app.nobody(), "dark", "/").await;
    let lines = chosen.set_cookies();
    assert!(lines.len() == 1 && lines[0].starts_with("lockstep-theme=dark; "));
    for attribute in [
        "; HttpOnly",
        "; SameSite=Lax",
        "; Path=/",
        "; Secure",
        "; Max-Age=31536000",
    ] {
        assert!(lines[0].contains(attribute), "{attribute} in {}", lines[0]);
    }
}
