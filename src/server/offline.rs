//! What browsers start pages with when there is no network: the service worker, and the script that offers a newer one.

use super::{
    AppState,
    site::{Files, Site},
};
use axum::{
    extract::State,
    http::{
        HeaderName, HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::IntoResponse,
};
use serde_json::json;

/// Where the worker is: at the root, for what it may answer begins with its folder.
pub const WORKER: &str = "/service-worker.js";
/// Where the script is that offers a newer version.
pub const NEW_VERSION: &str = "/new-version.js";

const SCRIPT: HeaderValue = HeaderValue::from_static("text/javascript; charset=utf-8");
/// Asked about each time: a worker that was kept would keep the whole page old.
const ASK: HeaderValue = HeaderValue::from_static("no-cache");
/// What the worker itself may do: talk to us.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; connect-src 'self'; base-uri 'none'");

/// The service worker. Where names of files say nothing of their content, one that ends what a release has left.
pub async fn worker(State(state): State<AppState>) -> impl IntoResponse {
    let script = match state.site.is_immutable() {
        true => started_with(&state.site),
        false => include_str!(concat!(env!("OUT_DIR"), "/no_service_worker.js")).to_owned(),
    };
    let policy = (HeaderName::from_static("content-security-policy"), POLICY);
    (
        [(CONTENT_TYPE, SCRIPT), (CACHE_CONTROL, ASK), policy],
        script,
    )
}

/// The script of the bar that offers a newer version.
pub async fn new_version() -> impl IntoResponse {
    let script = include_str!(concat!(env!("OUT_DIR"), "/new_version.js"));
    ([(CONTENT_TYPE, SCRIPT), (CACHE_CONTROL, ASK)], script)
}

fn started_with(site: &Site) -> String {
    let code = include_str!(concat!(env!("OUT_DIR"), "/service_worker.js"));
    let shared = site.shared();
    format!(
        "{}\n{code}",
        build(&site.files(), &shared.names, &shared.stamp)
    )
}

/// The line that tells the worker its build. In this order: `new_version.js` and the worker compare it with a page's.
fn build(Files { css, js, wasm }: &Files, public: &[String], stamp: &str) -> String {
    let build = json!({ "files": [css, js, wasm], "public": public, "stamp": stamp });
    format!("const BUILD = {build};")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worker_is_told_its_files_in_the_order_of_a_page() {
        let files = Files {
            css: "/pkg/a.1.css".to_owned(),
            js: "/pkg/a.2.js".to_owned(),
            wasm: "/pkg/a.3.wasm".to_owned(),
        };
        assert_eq!(
            build(&files, &["/favicon.svg".to_owned()], "7"),
            r#"const BUILD = {"files":["/pkg/a.1.css","/pkg/a.2.js","/pkg/a.3.wasm"],"public":["/favicon.svg"],"stamp":"7"};"#
        );
    }
}
