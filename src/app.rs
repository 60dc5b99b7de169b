//! The document around every page, and the route table. Server only: in the browser there are islands, no router.

use crate::{
    pages::{
        landing::Landing,
        list::ListPage,
        lists::ListsPage,
        not_found::NotFound,
        sign_in::{Login, Register},
    },
    server::{site::Files, visit::Visit},
};
use axum::http::{HeaderName, HeaderValue, request::Parts};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};
use std::sync::LazyLock;

/// Starts the islands. See the file; its comments stay there.
static LOADER: LazyLock<String> = LazyLock::new(|| {
    let lines = include_str!("loader.js").lines().map(str::trim);
    let code: Vec<&str> = lines.filter(|line| !line.starts_with("//")).collect();
    code.join("\n")
});

/// The document. Islands are loaded at once on pages that have them.
pub fn shell(files: &Files) -> impl IntoView + use<> {
    let path = use_context::<Parts>().map(|parts| parts.uri.path().to_owned());
    let has_islands = path.is_some_and(|path| path.starts_with("/lists/"));
    let Files { css, js, wasm } = files.clone();
    let loader = format!("({})({js:?},{wasm:?},{has_islands})", *LOADER);
    content_security_policy();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)" />
                <meta name="theme-color" content="#121614" media="(prefers-color-scheme: dark)" />
                <meta
                    name="description"
                    content="A shared to-do list that stays in step between tabs, devices and people."
                />
                <script nonce=use_nonce()>{loader}</script>
                <link rel="stylesheet" href=css />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <Reload />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Scripts are ours by nonce or by address, and nothing else comes from anywhere else. WebAssembly needs
/// `wasm-unsafe-eval`; under `cargo leptos watch` the page also talks to the reload port.
fn content_security_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    let reload = match Visit::here() {
        Ok(visit) if watched() => format!(
            " ws://127.0.0.1:{0} ws://localhost:{0}",
            visit.state.config.leptos.reload_port
        ),
        _ => String::new(),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         connect-src 'self'{reload}; img-src 'self' data:; font-src 'self'; manifest-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(HeaderName::from_static("content-security-policy"), policy);
    }
}

fn watched() -> bool {
    std::env::var_os("LEPTOS_WATCH").is_some()
}

/// Reloads the page when `cargo leptos watch` has built a new one; nothing elsewhere.
#[component]
fn Reload() -> impl IntoView {
    let visit = Visit::here().ok().filter(|_| watched());
    visit.map(|visit| view! { <AutoReload options=visit.state.config.leptos.clone() /> })
}

/// The route table. All pages are rendered whole before the first byte goes out, so that status and headers can
/// still be what the data says.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=Landing ssr=SsrMode::Async />
                <Route path=path!("/login") view=Login ssr=SsrMode::Async />
                <Route path=path!("/register") view=Register ssr=SsrMode::Async />
                <Route path=path!("/lists") view=ListsPage ssr=SsrMode::Async />
                <Route path=path!("/lists/:id") view=ListPage ssr=SsrMode::Async />
                <Route path=path!("/lists/:id/active") view=ListPage ssr=SsrMode::Async />
                <Route path=path!("/lists/:id/completed") view=ListPage ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}
