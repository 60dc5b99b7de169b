//! The document around every page, and the route table. Server only: in the browser there are islands, no router.

use crate::{
    core::theme::Theme,
    pages::{
        join::JoinPage,
        landing::Landing,
        list::ListPage,
        lists::ListsPage,
        not_found::NotFound,
        settings::SettingsPage,
        sharing::SharingPage,
        sign_in::{Login, Register},
    },
    server::{
        appearance,
        site::{Files, Site},
        visit::Visit,
    },
    ui::appearance::Shown,
};
use axum::http::{HeaderName, HeaderValue, request::Parts};
use leptos::{
    attr::{Attribute, custom::custom_attribute},
    nonce::use_nonce,
    prelude::*,
};
use leptos_axum::ResponseOptions;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

/// Starts the islands. See the file; its comments stay there.
const LOADER: &str = include_str!(concat!(env!("OUT_DIR"), "/loader.js"));

/// Posts forms and refreshes parts of a page in their place. See the file.
const IN_PLACE: &str = include_str!(concat!(env!("OUT_DIR"), "/in_place.js"));

/// Refreshes the page of my lists, and that of who shares one, when they change. See the file.
const LISTS: &str = include_str!(concat!(env!("OUT_DIR"), "/lists.js"));

/// Keeps edits, and sends them from whichever tab is there. See the file.
const SHELF: &str = include_str!(concat!(env!("OUT_DIR"), "/shelf.js"));

/// Signs out by the button. See the file.
const SIGN_OUT: &str = include_str!(concat!(env!("OUT_DIR"), "/sign_out.js"));

/// The document. Islands are loaded at once on pages that have them.
pub fn shell(site: &Site) -> impl IntoView + use<> {
    let parts = use_context::<Parts>();
    let page = parts.as_ref().map_or("/", |parts| {
        parts.uri.path_and_query().map_or("/", |path| path.as_str())
    });
    let path = page.split_once('?').map_or(page, |(path, _)| path);
    let has_islands = path.starts_with("/lists/") && !path.ends_with("/sharing");
    let is_about_lists = path.starts_with("/lists");
    let in_place = (is_about_lists || path == "/settings").then_some(IN_PLACE);
    // The page of one list has a socket of its own.
    let lists = (is_about_lists && !has_islands).then_some(LISTS);
    let theme = parts
        .as_ref()
        .map(|parts| appearance::chosen(&parts.headers));
    let theme = theme.unwrap_or_default();
    // For the form in the bar, which stands on every page.
    provide_context(Shown {
        theme,
        page: page.to_owned(),
    });
    let Files { css, js, wasm } = site.files();
    // `service_worker.js` reads the two names here.
    let starts_offline = site.is_immutable();
    let loader = format!(
        "({})({js:?},{wasm:?},{has_islands},{starts_offline})",
        LOADER
    );
    content_security_policy();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.name()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                // Before the style sheet is there: what the browser paints the empty page with.
                <meta name="color-scheme" content=color_scheme(theme) />
                <meta name="theme-color" content="#ffffff" {..media(theme, Theme::Light)} />
                <meta name="theme-color" content="#121614" {..media(theme, Theme::Dark)} />
                <meta
                    name="description"
                    content="A shared to-do list that stays in step between tabs, devices and people."
                />
                <script nonce=use_nonce()>{loader}</script>
                {[Some(SHELF), Some(SIGN_OUT), in_place, lists].map(|code| code.map(|code| view! { <script nonce=use_nonce()>{code}</script> })).to_vec()}
                <link rel="stylesheet" href=css />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <Reload />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

fn color_scheme(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "light dark",
        chosen => chosen.name(),
    }
}

/// When the colour of one look counts. `loader.js` says the same when the look is changed. (Leptos knows no `media`
/// of a `meta`.)
fn media(theme: Theme, look: Theme) -> impl Attribute {
    let when = match theme {
        Theme::System => format!("(prefers-color-scheme: {})", look.name()),
        chosen if chosen == look => "all".to_owned(),
        _ => "not all".to_owned(),
    };
    custom_attribute("media", when)
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
         worker-src 'self'; \
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
                <Route path=path!("/lists/:id/sharing") view=SharingPage ssr=SsrMode::Async />
                <Route path=path!("/join/:token") view=JoinPage ssr=SsrMode::Async />
                <Route path=path!("/settings") view=SettingsPage ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}
