//! The layers around the addresses: every answer under `/api` is what the sync contract says, framework errors
//! included; nothing is posted from a foreign page; every answer carries the security headers.
//!
//! Leptos answers each failed server function with 500, and a plain form by sending the browser to its raw
//! `Referer`. So forms are asked for JSON here, and what comes back is turned into a 303 to a page of ours.

use super::{AppState, done, flash::Flash, new_link::NewLink, sharing::is_token};
use crate::{
    core::list::List,
    error::{AppError, Code},
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{
            ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, LAST_MODIFIED, LOCATION, ORIGIN, RETRY_AFTER,
            SET_COOKIE, STRICT_TRANSPORT_SECURITY,
        },
        response::Parts,
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use cookie::Cookie;
use std::time::Duration;
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};

/// Bytes of a request's body at most.
pub const BODY_MAX: usize = 1024 * 1024;
/// How long a request's body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a request may take altogether.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// Names no answer of ours exceeds; reading one back stops there.
const ERROR_MAX: usize = 64 * 1024;
/// What browsers are told never to do with our pages, beyond the Content Security Policy.
const HEADERS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // `same-origin`: our own forms carry their `Origin`, everybody else learns nothing.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=()",
    ),
];
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");
const NOT_AT_ALL: HeaderValue = HeaderValue::from_static("no-store");
/// Two years, the term that browsers' preload lists ask for.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000");

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&self)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// The error of a status that a layer or the framework gave, in our words.
pub fn of_status(status: StatusCode) -> AppError {
    match status {
        StatusCode::NOT_FOUND => AppError::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => {
            AppError::new(Code::MethodNotAllowed, "This address takes another method.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => AppError::unavailable(5),
        status if status.is_client_error() => AppError::malformed("The request could not be read."),
        _ => AppError::internal(),
    }
}

fn too_large() -> AppError {
    AppError::new(
        Code::TooLarge,
        "This is more than the server takes at once (1 MiB).",
    )
}

/// Posted from a page that is not ours.
pub fn cross_site() -> AppError {
    AppError::new(
        Code::CrossSite,
        "This request comes from a foreign page and was not carried out.",
    )
}

/// `tower-http`'s protection, which goes by `Sec-Fetch-Site`; [`own_origin`] adds the exact `Origin`.
///
/// # Errors
/// An origin of the configuration is not one.
pub fn csrf(
    origins: &[String],
) -> Result<
    CsrfLayer<impl FnMut(ProtectionError) -> Response + Clone + Send + Sync + 'static>,
    ConfigError,
> {
    let layer = origins.iter().try_fold(CsrfLayer::new(), |layer, origin| {
        layer.add_trusted_origin(origin)
    })?;
    Ok(layer.with_rejection_response(|_| cross_site().into_response()))
}

/// Whether a request may change something as far as its `Origin` goes: one of ours, or none (no browser omits it).
pub fn own_origin(headers: &HeaderMap, origins: &[String]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    origins
        .iter()
        .any(|own| own.as_bytes() == origin.as_bytes())
}

/// Adds the security headers, and keeps pages out of caches: they hold somebody's data. Files whose name says nothing
/// of their content (icons, the manifest) are kept for a day.
pub async fn headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if state.config.secure() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        let is_file = headers.contains_key(LAST_MODIFIED);
        headers.insert(CACHE_CONTROL, if is_file { A_DAY } else { NOT_AT_ALL });
    }
    response
}

/// The layer around `/api`. See the module.
pub async fn api(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if path != "/api" && !path.starts_with("/api/") {
        return next.run(request).await;
    }
    let is_post = request.method() == Method::POST;
    if is_post && !own_origin(request.headers(), &state.origins) {
        return cross_site().into_response();
    }
    let (mut parts, body) = request.into_parts();
    let is_form = is_post && after(&path, &[]).is_some();
    let is_page_form = is_form && accepts_html(&parts.headers);
    let secure = state.config.secure();
    let refuse = |error: AppError| match is_page_form {
        true => redirect(&path, &[], None, Err(error), secure),
        false => error.into_response(),
    };
    let arrived = tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, BODY_MAX)).await;
    let mut body = match arrived {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return refuse(too_large()),
        Err(_) => return refuse(AppError::unavailable(5)),
    };
    // A button carries one field only; what else it says stands in its `formaction`.
    if let Some(query) = parts.uri.query().filter(|_| is_form) {
        body = [&body[..], query.as_bytes()].join(&b'&').into();
    }
    let fields = if is_page_form {
        form_fields(&body)
    } else {
        Vec::new()
    };
    parts.headers.remove(CONTENT_LENGTH);
    parts
        .headers
        .insert(ACCEPT, HeaderValue::from_static("application/json"));
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (answer, result) = settle(answer).await;
    match (is_page_form, result) {
        (true, result) => redirect(&path, &fields, Some(&answer), result, secure),
        (false, Ok(body)) => Response::from_parts(answer, Body::from(body)),
        (false, Err(error)) => {
            let mut response = error.into_response();
            keep_cookies(&answer, &mut response);
            response
        }
    }
}

/// What an inner answer says: its body, or the error, whatever layer made it.
async fn settle(response: Response) -> (Parts, Result<Bytes, AppError>) {
    let (parts, body) = response.into_parts();
    if parts.status.is_success() {
        let body = to_bytes(body, usize::MAX)
            .await
            .map_err(|_| AppError::internal());
        return (parts, body);
    }
    let body = to_bytes(body, ERROR_MAX).await.unwrap_or_default();
    let error = serde_json::from_slice(&body).unwrap_or_else(|_| of_status(parts.status));
    (parts, Err(error))
}

/// A browser's own form asks for a page; scripts and programs do not.
fn accepts_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn form_fields(body: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

/// Where a plain form leads: the page it was on, and the one to see when it worked. `None`: not a form.
fn after(action: &str, fields: &[(String, String)]) -> Option<(String, String)> {
    let field = |name| {
        fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let next = field("next").filter(|next| is_own_page(next));
    let sign_in = |page: &str| {
        let back = match next {
            Some(next) => format!("{page}?next={}", encode(next)),
            None => page.to_owned(),
        };
        (back, next.unwrap_or("/lists").to_owned())
    };
    // An id or a token is put into an address only if it is one.
    let list = field("list").and_then(|id| uuid::Uuid::parse_str(id).ok());
    let page = list.map_or("/lists".to_owned(), |id| format!("/lists/{id}"));
    match action {
        "/api/register" => Some(sign_in("/register")),
        "/api/login" => Some(sign_in("/login")),
        "/api/logout" => Some(("/".to_owned(), "/".to_owned())),
        "/api/create_list" | "/api/rename_list" | "/api/delete_list" | "/api/restore_list"
        | "/api/leave_list" => {
            let done = match (action, list) {
                // The page says what was deleted, and offers to take it back.
                ("/api/delete_list", Some(id)) => format!("/lists?deleted={id}"),
                // Where it stands in the page: there may be 200.
                ("/api/rename_list" | "/api/restore_list", Some(id)) => format!("/lists#{id}"),
                _ => "/lists".to_owned(),
            };
            Some(("/lists".to_owned(), done))
        }
        "/api/change_password" | "/api/end_session" | "/api/end_other_sessions" => {
            Some(("/settings".to_owned(), "/settings".to_owned()))
        }
        "/api/delete_account" => Some(("/settings".to_owned(), "/".to_owned())),
        "/api/add_todo" | "/api/set_completed" | "/api/delete_todo" => Some((page.clone(), page)),
        "/api/invite" | "/api/revoke_invitation" | "/api/set_role" | "/api/remove_member" => {
            let sharing = list.map_or(page, |id| format!("/lists/{id}/sharing"));
            Some((sharing.clone(), sharing))
        }
        "/api/join" => {
            let token = field("token").filter(|token| is_token(token));
            let back = token.map_or(page.clone(), |token| format!("/join/{token}"));
            Some((back, page))
        }
        _ => None,
    }
}

/// Whether `next` is the path of a page of ours. `//host` and `/\host` lead elsewhere.
pub fn is_own_page(next: &str) -> bool {
    let mut characters = next.chars();
    characters.next() == Some('/')
        && !matches!(characters.next(), Some('/' | '\\'))
        && !next.chars().any(|c| c.is_control() || c == '\\')
        && !next.starts_with("/api/")
}

/// A value for a query.
pub fn encode(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

fn redirect(
    action: &str,
    fields: &[(String, String)],
    answer: Option<&Parts>,
    result: Result<Bytes, AppError>,
    secure: bool,
) -> Response {
    let (form, next) = after(action, fields).unwrap_or_else(|| ("/".to_owned(), "/".to_owned()));
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Some(answer) = answer {
        keep_cookies(answer, &mut response);
    }
    let result = match result {
        Err(error) if is_so_already(action, error.code) => Ok(Bytes::new()),
        result => result,
    };
    let to = match result {
        Ok(body) if matches!(action, "/api/create_list" | "/api/join") => {
            list_in(&body).unwrap_or(next)
        }
        Ok(body) if action == "/api/invite" => {
            if let Some(link) = link_in(&body, fields) {
                add_cookie(&mut response, &link.cookie(secure));
            }
            next
        }
        Ok(_) => {
            if let Some(cookie) = done::cookie(action, secure) {
                add_cookie(&mut response, &cookie);
            }
            next
        }
        Err(error) => {
            for cookie in Flash::new(action, error, fields).cookies(secure) {
                add_cookie(&mut response, &cookie);
            }
            form
        }
    };
    // What is no header is no path of ours either: `is_own_page` has let only text without controls through.
    let to = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/lists"));
    response.headers_mut().insert(LOCATION, to);
    response
}

/// Whether it is as the button says, although the server had nothing to do: by another tab, say, or an earlier click.
fn is_so_already(action: &str, code: Code) -> bool {
    matches!(
        (action, code),
        ("/api/logout", Code::Unauthenticated) | ("/api/end_session", Code::NotFound)
    )
}

/// The page of the list that was made or joined.
fn list_in(body: &[u8]) -> Option<String> {
    let list: List = serde_json::from_slice(body).ok()?;
    Some(format!("/lists/{}", list.id))
}

/// The new link, for the list that the form is about.
fn link_in(body: &[u8], fields: &[(String, String)]) -> Option<NewLink> {
    let (_, list) = fields.iter().find(|(name, _)| name == "list")?;
    NewLink::new(list.parse().ok()?, serde_json::from_slice(body).ok()?)
}

fn add_cookie(to: &mut Response, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        to.headers_mut().append(SET_COOKIE, value);
    }
}

fn keep_cookies(from: &Parts, to: &mut Response) {
    for cookie in from.headers.get_all(SET_COOKIE) {
        to.headers_mut().append(SET_COOKIE, cookie.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_our_own_pages_are_followed() {
        for own in ["/lists", "/lists/0192?x=1", "/"] {
            assert!(is_own_page(own), "{own}");
        }
        for foreign in [
            "",
            "lists",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\nb",
            "/x\\y",
            "\t//evil.example",
            "/api/logout",
            "javascript:alert(1)",
        ] {
            assert!(!is_own_page(foreign), "{foreign}");
        }
    }

    #[test]
    fn an_origin_is_ours_to_the_letter_or_absent() {
        let ours = ["https://lists.example".to_owned()];
        let sent = |origin: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
            }
            own_origin(&headers, &ours)
        };
        assert!(sent(None) && sent(Some("https://lists.example")));
        for foreign in [
            "null",
            "",
            "http://lists.example",
            "https://lists.example.evil",
            "https://evil-lists.example",
            "https://lists.example:8443",
            "https://LISTS.example",
            "https://lists.example/",
        ] {
            assert!(!sent(Some(foreign)), "{foreign}");
        }
    }

    #[test]
    fn every_status_of_a_framework_has_its_code() {
        for (status, code) in [
            (404, Code::NotFound),
            (405, Code::MethodNotAllowed),
            (413, Code::TooLarge),
            (415, Code::Malformed),
            (503, Code::Unavailable),
            (500, Code::Internal),
            (502, Code::Internal),
        ] {
            assert_eq!(
                of_status(StatusCode::from_u16(status).unwrap()).code,
                code,
                "{status}"
            );
        }
    }
}
