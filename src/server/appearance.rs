//! Light or dark, as somebody chose: kept in a cookie of the browser, so that pages come as chosen and nothing flashes.
//!
//! Not under `/api`: how a page looks is no part of the sync contract, and needs no sign-in.

use super::{AppState, cookies, guard};
use crate::{
    core::{invalid::Invalid, theme::Theme},
    error::AppError,
};
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{LOCATION, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use cookie::time::Duration;
use serde::Deserialize;

/// The cookie's name.
const COOKIE: &str = "lockstep-theme";
/// How long the choice is kept after it was made.
const LIFETIME: Duration = Duration::days(365);
/// Bytes of the form at most: a theme, and the address of a page.
pub const BODY_MAX: usize = 8 * 1024;

/// What a request's browser has chosen. What is no theme is the system's.
pub fn chosen(headers: &HeaderMap) -> Theme {
    let name = cookies::read(headers, COOKIE);
    name.and_then(|name| Theme::named(&name))
        .unwrap_or_default()
}

/// The form in the bar of every page.
#[derive(Debug, Deserialize)]
pub struct Choice {
    theme: String,
    /// The page it stands on.
    #[serde(default)]
    next: String,
}

/// Keeps the choice, and leads back to the page it was made on.
///
/// # Errors
/// It comes from a foreign page, or it is none.
pub async fn choose(
    State(state): State<AppState>,
    headers: HeaderMap,
    form: Result<Form<Choice>, FormRejection>,
) -> Result<Response, AppError> {
    if !guard::own_origin(&headers, &state.origins) {
        return Err(guard::cross_site());
    }
    let Form(Choice { theme, next }) = form.map_err(|why| guard::of_status(why.status()))?;
    let theme = Theme::named(&theme).ok_or_else(|| {
        AppError::malformed_field(Invalid::new("theme", "It is system, light or dark."))
    })?;
    // The system's is what no cookie says.
    let lifetime = match theme {
        Theme::System => Duration::ZERO,
        _ => LIFETIME,
    };
    let value = theme.name().to_owned();
    let cookie = cookies::build(COOKIE, value, lifetime, state.config.secure());
    let back = Some(next).filter(|next| guard::is_own_page(next));
    let back = back.and_then(|back| HeaderValue::from_str(&back).ok());
    let mut response = StatusCode::SEE_OTHER.into_response();
    let to = response.headers_mut();
    to.insert(LOCATION, back.unwrap_or(HeaderValue::from_static("/")));
    if let Ok(cookie) = HeaderValue::from_str(&cookie.to_string()) {
        to.append(SET_COOKIE, cookie);
    }
    Ok(response)
}
