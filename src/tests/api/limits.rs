//! How often one may try to sign in, as seen from outside.

use crate::tests::{
    answer::{Answer, Ask},
    app::TestApp,
    person::{Browser, PASSWORD, new_name},
};
use reqwest::Method;

const LIMIT: &str = "LOCKSTEP_LIMITS_SIGN_INS_PER_MINUTE";
const PROXIES: &str = "LOCKSTEP_SERVER_TRUSTED_PROXIES";

/// A try to sign in, as a proxy would hand it on.
async fn try_from(browser: &Browser, address: &str, name: &str, password: &str) -> Answer {
    let request = browser
        .request(Method::POST, "/api/login")
        .header("x-forwarded-for", address);
    request
        .form(&[("name", name), ("password", password)])
        .answer()
        .await
}

async fn guess(browser: &Browser, address: &str, name: &str) -> Answer {
    try_from(browser, address, name, "a wrong password").await
}

#[tokio::test]
async fn an_address_that_tries_too_often_is_told_when_to_come_again() {
    let app = TestApp::with().setting(LIMIT, "3").start().await;
    let browser = app.nobody();
    for n in 0..3 {
        guess(&browser, "", &format!("nobody-{n}"))
            .await
            .refused(401, "UNAUTHENTICATED");
    }
    let refused = guess(&browser, "", "nobody-4").await;
    let seconds = refused.refused(429, "TOO_MANY")["retry_after"]
        .as_u64()
        .unwrap();
    assert!((1..=21).contains(&seconds), "{seconds}");
    assert_eq!(refused.header("retry-after"), seconds.to_string());
    let new = [("name", "Newcomer"), ("password", PASSWORD)];
    app.nobody()
        .form("/api/register", &new)
        .await
        .refused(429, "TOO_MANY");
}

#[tokio::test]
async fn what_a_client_claims_about_its_address_does_not_count() {
    let app = TestApp::with().setting(LIMIT, "2").start().await;
    let browser = app.nobody();
    for address in ["192.0.2.1", "192.0.2.2"] {
        guess(&browser, address, address)
            .await
            .refused(401, "UNAUTHENTICATED");
    }
    guess(&browser, "192.0.2.3", "192.0.2.3")
        .await
        .refused(429, "TOO_MANY");
}

#[tokio::test]
async fn what_a_trusted_proxy_says_about_an_address_counts() {
    let app = TestApp::with()
        .setting(LIMIT, "2")
        .setting(PROXIES, "127.0.0.0/8")
        .start()
        .await;
    let browser = app.nobody();
    for n in 0..4 {
        guess(&browser, &format!("192.0.2.{n}"), &format!("nobody-{n}"))
            .await
            .refused(401, "UNAUTHENTICATED");
    }
    // The nearest address that is no proxy of ours: what stands before it was made up by the client.
    for n in 0..2 {
        let hops = format!("198.51.100.{n}, 203.0.113.9, 127.0.0.1");
        guess(&browser, &hops, &format!("other-{n}"))
            .await
            .refused(401, "UNAUTHENTICATED");
    }
    guess(&browser, "203.0.113.9", "other-3")
        .await
        .refused(429, "TOO_MANY");
}

#[tokio::test]
async fn an_account_is_protected_from_guesses_of_many_addresses() {
    let app = TestApp::with()
        .setting(LIMIT, "3")
        .setting(PROXIES, "127.0.0.0/8")
        .start()
        .await;
    let ada = app.person().await;
    for n in 0..3 {
        guess(&app.nobody(), &format!("192.0.2.{n}"), &ada.name)
            .await
            .refused(401, "UNAUTHENTICATED");
    }
    let right = try_from(
        &app.nobody(),
        "192.0.2.9",
        &ada.name.to_uppercase(),
        PASSWORD,
    )
    .await;
    right.refused(429, "TOO_MANY");
    try_from(&app.nobody(), "192.0.2.10", "somebody-else", PASSWORD)
        .await
        .refused(401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn an_unknown_name_is_limited_like_a_known_one() {
    let app = TestApp::with()
        .setting(LIMIT, "1")
        .setting(PROXIES, "127.0.0.0/8")
        .start()
        .await;
    guess(&app.nobody(), "192.0.2.1", "nobody")
        .await
        .refused(401, "UNAUTHENTICATED");
    guess(&app.nobody(), "192.0.2.2", "nobody")
        .await
        .refused(429, "TOO_MANY");
}

#[tokio::test]
async fn guesses_of_strangers_do_not_lock_out_a_browser_that_has_signed_in_before() {
    let app = TestApp::with()
        .setting(LIMIT, "2")
        .setting(PROXIES, "127.0.0.0/8")
        .start()
        .await;
    let ada = app.person().await;
    ada.form("/api/logout", &[]).await.ok();
    let mut n = 0;
    while guess(&app.nobody(), &format!("192.0.2.{n}"), &ada.name)
        .await
        .status
        != 429
    {
        n += 1;
        assert!(n < 10, "strangers are never refused");
    }
    try_from(&ada, "198.51.100.1", &ada.name, PASSWORD)
        .await
        .ok();
    // Its own budget is one too.
    guess(&ada, "198.51.100.2", &ada.name)
        .await
        .refused(401, "UNAUTHENTICATED");
    guess(&ada, "198.51.100.3", &ada.name)
        .await
        .refused(429, "TOO_MANY");
}

#[tokio::test]
async fn a_known_browser_is_known_to_its_own_account_only() {
    let app = TestApp::with()
        .setting(LIMIT, "1")
        .setting(PROXIES, "127.0.0.0/8")
        .start()
        .await;
    let bob = Person::register_at(&app, "192.0.2.1").await;
    let mallory = Person::register_at(&app, "192.0.2.2").await;
    guess(&mallory.browser, "192.0.2.3", &bob.name)
        .await
        .refused(401, "UNAUTHENTICATED");
    guess(&mallory.browser, "192.0.2.4", &bob.name)
        .await
        .refused(429, "TOO_MANY");
}

/// Somebody who came through the proxy, so that registering uses up no budget of others.
struct Person {
    browser: Browser,
    name: String,
}

impl Person {
    async fn register_at(app: &TestApp, address: &str) -> Self {
        let (browser, name) = (app.nobody(), new_name());
        let request = browser
            .request(Method::POST, "/api/register")
            .header("x-forwarded-for", address);
        request
            .form(&[("name", &*name), ("password", PASSWORD)])
            .answer()
            .await
            .ok();
        Self { browser, name }
    }
}

#[tokio::test]
async fn a_form_that_is_refused_says_so_on_its_page() {
    let app = TestApp::with().setting(LIMIT, "1").start().await;
    let browser = app.nobody();
    guess(&browser, "", "nobody")
        .await
        .refused(401, "UNAUTHENTICATED");
    let fields = [("name", "nobody"), ("password", PASSWORD)];
    browser
        .page_form("/api/login", &fields)
        .await
        .leads_to("/login");
    assert!(
        browser
            .get("/login")
            .await
            .text
            .contains("Too many tries. Please try again in")
    );
}

#[tokio::test]
async fn a_password_made_to_be_slow_to_judge_is_answered_soon_and_counts_as_a_try() {
    let app = TestApp::with()
        .setting("LOCKSTEP_LIMITS_SIGN_INS_PER_MINUTE", "1")
        .start()
        .await;
    // What zxcvbn takes a second for: letters that may stand for others.
    let slow = "4@8({[<3e6g9&#!1|l05$7+t%2z".repeat(4);
    let register = |name| {
        let fields = [("name", name), ("password", slow.clone())];
        let nobody = app.nobody();
        async move {
            let fields = fields.each_ref().map(|(key, value)| (*key, value.as_str()));
            nobody.form("/api/register", &fields).await
        }
    };
    register("ada.slow".to_owned()).await.ok();
    register("bob.slow".to_owned())
        .await
        .refused(429, "TOO_MANY");
}
