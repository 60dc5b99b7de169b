//! The cookies, over HTTP and behind HTTPS.

use crate::tests::{
    answer::Answer,
    app::TestApp,
    person::{PASSWORD, new_name},
};

const SIGNED_IN: [&str; 2] = ["lockstep", "lockstep-device"];

/// Registers, then is refused as a form: all the cookies that there are.
async fn all_cookies(app: &TestApp) -> [Answer; 2] {
    let name = new_name();
    let fields = [("name", &*name), ("password", PASSWORD)];
    [
        app.nobody().form("/api/register", &fields).await,
        app.nobody().page_form("/api/register", &fields).await,
    ]
}

fn named(answer: &Answer) -> Vec<&str> {
    let lines = answer.set_cookies();
    lines
        .into_iter()
        .map(|line| line.split_once('=').unwrap().0)
        .collect()
}

#[tokio::test]
async fn over_http_scripts_and_foreign_pages_do_not_get_them() {
    let app = TestApp::start().await;
    let [registered, refused] = all_cookies(&app).await;
    assert_eq!(named(&registered), SIGNED_IN);
    assert_eq!(named(&refused), ["lockstep-flash-0", "lockstep-flash-1"]);
    for line in registered
        .set_cookies()
        .into_iter()
        .chain(refused.set_cookies())
    {
        let said: Vec<_> = line.split("; ").collect();
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(
                said.contains(&attribute),
                "{attribute} is missing in {line}"
            );
        }
        assert!(
            !said.contains(&"Secure") && !line.contains("Domain"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn behind_https_they_are_bound_to_the_host_and_secure() {
    let app = TestApp::with()
        .setting("LOCKSTEP_SERVER_PUBLIC_URL", "https://lists.example")
        .start()
        .await;
    let [registered, _] = all_cookies(&app).await;
    assert_eq!(
        named(&registered),
        SIGNED_IN.map(|name| format!("__Host-{name}"))
    );
    for line in registered.set_cookies() {
        for attribute in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Secure"] {
            assert!(line.contains(attribute), "{attribute} is missing in {line}");
        }
        assert!(!line.contains("Domain"), "{line}");
    }
}

#[tokio::test]
async fn behind_https_what_a_form_leaves_to_the_next_page_is_secure_too() {
    let app = TestApp::with()
        .setting("LOCKSTEP_SERVER_PUBLIC_URL", "https://lists.example")
        .start()
        .await;
    let [_, refused] = all_cookies(&app).await;
    for line in refused.set_cookies() {
        assert!(line.contains("; Secure"), "{line}");
    }
}

#[tokio::test]
async fn signing_out_takes_the_session_cookie_away_and_leaves_the_browser_known() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let left = ada.form("/api/logout", &[]).await;
    let removal = left.set_cookies();
    assert!(
        removal.len() == 1
            && removal[0].starts_with("lockstep=; ")
            && removal[0].contains("Max-Age=0"),
        "{removal:?}"
    );
    assert!(
        ada.cookies().starts_with("lockstep-device="),
        "{}",
        ada.cookies()
    );
}
