//! What a plain form has done, on its way to the page that tells it, once.
//!
//! It travels in a cookie: an address that says "your account is gone" could be anybody's link.

use super::{cookies, visit::Visit};
use cookie::{Cookie, time::Duration};

const NAME: &str = "lockstep-done";
/// How long the page may take to come: it is the answer to the form.
const LIFETIME: Duration = Duration::minutes(1);

/// The forms that are told of, and in what words.
const TOLD: [(&str, &str); 4] = [
    (
        "/api/change_password",
        "Your password was changed, and your other sessions have ended.",
    ),
    ("/api/end_session", "That session has ended."),
    ("/api/end_other_sessions", "Your other sessions have ended."),
    (
        "/api/delete_account",
        "Your account is gone, and so are the lists that you owned.",
    ),
];

/// The cookie that says it of this form, `secure` over HTTPS only. Of most forms nothing is told: one sees what they did.
pub fn cookie(action: &str, secure: bool) -> Option<Cookie<'static>> {
    let (action, _) = TOLD.iter().find(|(told, _)| *told == action)?;
    let value = (*action).to_owned();
    Some(cookies::build(NAME, value, LIFETIME, secure))
}

/// What one of these forms has done, if it is why the page was asked for: which form, and in words. It is told once.
pub fn take(visit: &Visit, forms: &[&str]) -> Option<(&'static str, &'static str)> {
    let done = cookies::read(visit.headers(), NAME)?;
    let told = TOLD
        .into_iter()
        .find(|(action, _)| *action == done && forms.contains(action))?;
    let secure = visit.state.config.secure();
    visit.set_cookie(&cookies::build(NAME, String::new(), Duration::ZERO, secure));
    Some(told)
}
