//! What every answer has, whatever it says.

use crate::tests::{
    answer::{Answer, Ask},
    app::TestApp,
    person::Browser,
};
use reqwest::Method;
use serde_json::json;

const HEADERS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// An answer of every kind.
async fn all_kinds(app: &TestApp) -> Vec<Answer> {
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    vec![
        app.nobody().get("/").await,
        app.nobody().get("/lists").await,
        app.nobody().get("/healthz").await,
        ada.get(&format!("/lists/{list}")).await,
        ada.get("/nowhere").await,
        ada.get("/pkg/nothing.js").await,
        ada.get("/api/nowhere").await,
        ada.get("/api/push").await,
        ada.post("/api/lists", json!({})).await,
        ada.post("/api/push", json!({})).await,
        ada.page_form("/api/create_list", &[("name", "Work")]).await,
        ada.request(Method::POST, "/api/lists")
            .header("origin", "null")
            .json(&json!({}))
            .answer()
            .await,
        ada.request(Method::POST, "/lists")
            .header("origin", "https://evil.example")
            .answer()
            .await,
    ]
}

#[tokio::test]
async fn every_answer_has_the_security_headers_and_is_not_kept() {
    let app = TestApp::start().await;
    for answer in all_kinds(&app).await {
        for (name, value) in HEADERS {
            assert_eq!(
                answer.header(name),
                value,
                "{name} of {} {}",
                answer.status,
                answer.text
            );
        }
        assert!(!answer.header("x-request-id").is_empty());
        assert!(!answer.headers.contains_key("strict-transport-security"));
    }
}

#[tokio::test]
async fn behind_https_browsers_are_told_to_stay_there() {
    let app = TestApp::with()
        .setting("LOCKSTEP_SERVER_PUBLIC_URL", "https://lists.example")
        .start()
        .await;
    for path in ["/", "/healthz", "/api/nowhere"] {
        assert!(
            app.nobody()
                .get(path)
                .await
                .header("strict-transport-security")
                .starts_with("max-age=")
        );
    }
}

#[tokio::test]
async fn each_page_has_a_nonce_of_its_own_and_allows_no_other_script() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let mut nonces = Vec::new();
    for path in ["/lists", "/lists", "/nowhere"] {
        let page = ada.get(path).await;
        let policy = page.header("content-security-policy");
        let nonce = policy
            .split_once("'nonce-")
            .unwrap()
            .1
            .split_once('\'')
            .unwrap()
            .0
            .to_owned();
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe-inline"),
            "{policy}"
        );
        let scripts: Vec<_> = page.text.split("<script").skip(1).collect();
        assert!(!scripts.is_empty());
        assert!(
            scripts
                .iter()
                .all(|script| script.contains(&format!("nonce=\"{nonce}\""))),
            "{}",
            page.text
        );
        assert!(nonce.len() >= 16 && !nonces.contains(&nonce), "{nonce}");
        nonces.push(nonce);
    }
}

#[tokio::test]
async fn an_unknown_address_under_api_is_not_found_in_json_whatever_is_asked_for() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    for path in ["/api/nowhere", "/api/push/more", "/api/push/", "/api/%00"] {
        is_unknown(&ada, path).await;
    }
}

#[tokio::test]
async fn the_root_of_api_is_an_unknown_address_too() {
    let app = TestApp::start().await;
    for path in ["/api/", "/api"] {
        is_unknown(&app.nobody(), path).await;
    }
}

async fn is_unknown(browser: &Browser, path: &str) {
    browser.get(path).await.refused(404, "NOT_FOUND");
    browser
        .post(path, json!({}))
        .await
        .refused(404, "NOT_FOUND");
    browser.page_form(path, &[]).await.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn another_method_is_told_which_one_the_address_takes() {
    let app = TestApp::start().await;
    let answer = app.nobody().get("/api/push").await;
    answer.refused(405, "METHOD_NOT_ALLOWED");
    assert_eq!(answer.header("allow"), "POST");
}

#[tokio::test]
async fn our_own_origin_may_post_under_both_names_of_this_machine() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let own = app.origin();
    for origin in [own.replace("127.0.0.1", "localhost"), own] {
        let request = ada
            .request(Method::POST, "/api/me")
            .header("origin", &origin)
            .json(&json!({}));
        assert_eq!(request.answer().await.status, 200, "{origin}");
    }
}

#[tokio::test]
async fn what_a_browser_calls_cross_site_is_refused_without_an_origin_too() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let request = ada
        .request(Method::POST, "/api/me")
        .header("sec-fetch-site", "cross-site")
        .json(&json!({}));
    request.answer().await.refused(403, "CROSS_SITE");
}

#[tokio::test]
async fn the_health_checks_tell_the_process_from_the_database() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(app.nobody().get(path).await.status, 200);
    }
    app.lose_database().await;
    assert_eq!(app.nobody().get("/healthz").await.status, 200);
    assert_eq!(app.nobody().get("/readyz").await.status, 503);
}

#[tokio::test]
async fn a_failure_inside_says_nothing_of_the_inside() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    app.lose_database().await;
    ada.post("/api/me", json!({}))
        .await
        .refused(500, "INTERNAL");
    ada.push(&list, &list, 1, vec![])
        .await
        .refused(500, "INTERNAL");
    ada.page_form("/api/add_todo", &[("list", &list), ("title", "x")])
        .await
        .leads_to(&format!("/lists/{list}"));
    let page = ada.get("/lists?a=b").await;
    assert_eq!(page.status, 500);
    assert!(page.text.contains("Something went wrong on our side."));
    assert!(texts_of_links(&page.text).contains(&("/lists?a=b", "Try again")));
    assert!(
        !page.text.contains("sqlite") && !page.text.contains("Pool") && !page.text.contains(".db")
    );
}

/// Each link's address and text.
fn texts_of_links(html: &str) -> Vec<(&str, &str)> {
    let links = html.split("<a ").skip(1).filter_map(|link| {
        let (tag, rest) = link.split_once('>')?;
        let href = tag.split_once("href=\"")?.1.split_once('"')?.0;
        Some((href, rest.split_once("</a>")?.0))
    });
    links.collect()
}

#[tokio::test]
async fn built_files_may_be_kept_and_their_folder_does_not_open() {
    let app = TestApp::start().await;
    let pkg = app.site().join("pkg");
    std::fs::create_dir_all(&pkg).unwrap();
    std::fs::write(pkg.join("lockstep.css"), "body {}").unwrap();
    let browser = app.nobody();
    let file = browser.get("/pkg/lockstep.css").await;
    assert_eq!(
        (file.text.as_str(), file.header("cache-control")),
        ("body {}", "no-cache")
    );
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    for outside in [
        "/pkg/",
        "/pkg/..%2f..%2flockstep.db",
        "/lockstep.db",
        "/..%2flockstep.db",
    ] {
        assert_eq!(browser.get(outside).await.status, 404, "{outside}");
    }
}

#[tokio::test]
async fn icons_and_the_manifest_have_their_types_and_are_kept_for_a_day() {
    let app = TestApp::start().await;
    std::fs::create_dir_all(app.site()).unwrap();
    for (name, kind) in [
        ("favicon.svg", "image/svg+xml"),
        ("icon-192.png", "image/png"),
        ("manifest.webmanifest", "application/manifest+json"),
    ] {
        std::fs::write(app.site().join(name), "x").unwrap();
        let file = app.nobody().get(&format!("/{name}")).await;
        assert_eq!((file.status, file.header("content-type")), (200, kind));
        assert_eq!(file.header("cache-control"), "public, max-age=86400");
    }
}

#[tokio::test]
async fn the_scripts_of_the_offline_start_are_asked_about_each_time() {
    let app = TestApp::start().await;
    for path in ["/service-worker.js", "/new-version.js"] {
        let script = app.nobody().get(path).await;
        assert_eq!(script.status, 200, "{path}");
        assert_eq!(
            script.header("content-type"),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(script.header("cache-control"), "no-cache");
    }
    let worker = app.nobody().get("/service-worker.js").await;
    assert_eq!(
        worker.header("content-security-policy"),
        "default-src 'none'; connect-src 'self'; base-uri 'none'"
    );
}

#[tokio::test]
async fn where_files_have_no_hash_no_worker_is_begun_and_an_old_one_ends() {
    let app = TestApp::start().await;
    let page = app.nobody().get("/login").await;
    let call = page.text.split_once("/pkg/lockstep.wasm\",").unwrap().1;
    assert!(call.starts_with("false,false)</script>"), "{call}");
    assert!(
        page.header("content-security-policy")
            .contains("worker-src 'self';")
    );
    let worker = app.nobody().get("/service-worker.js").await;
    assert!(
        worker.text.contains("registration.unregister()"),
        "{}",
        worker.text
    );
}

#[tokio::test]
async fn a_requests_id_is_ours_whatever_the_client_says() {
    let app = TestApp::start().await;
    let request = app.nobody().request(Method::GET, "/healthz");
    let answer = request.header("x-request-id", "mine").send().await.unwrap();
    let id = answer.headers()["x-request-id"].to_str().unwrap();
    assert!(uuid::Uuid::parse_str(id).is_ok(), "{id}");
}
