//! A new invitation's token on its way to the page that shows it, once: the database keeps its hash only.
//!
//! It travels in a cookie that no script reads, so that it ends up in no history and no log.

use super::{cookies, visit::Visit};
use crate::core::{
    id::{InvitationId, ListId},
    sharing::Invitation,
};
use axum::http::HeaderMap;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use cookie::{Cookie, time::Duration};
use serde::{Deserialize, Serialize};

const NAME: &str = "lockstep-invitation";
/// How long the page may take to come: it is the answer to the form.
const LIFETIME: Duration = Duration::minutes(1);

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLink {
    /// The list that it leads to.
    pub list: ListId,
    /// The invitation.
    pub id: InvitationId,
    /// What the link holds.
    pub token: String,
}

impl NewLink {
    /// What was told of a new invitation.
    pub fn new(list: ListId, invitation: Invitation) -> Option<Self> {
        let (id, token) = (invitation.id, invitation.token?);
        Some(Self { list, id, token })
    }

    /// The cookie that carries it, `secure` over HTTPS only.
    pub fn cookie(&self, secure: bool) -> Cookie<'static> {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let text = BASE64_URL_SAFE_NO_PAD.encode(json);
        cookies::build(NAME, text, LIFETIME, secure)
    }

    /// The new link to this list that a request carries, once.
    pub fn take(visit: &Visit, list: ListId) -> Option<Self> {
        let link = Self::read(visit.headers()).filter(|link| link.list == list)?;
        let secure = visit.state.config.secure();
        visit.set_cookie(&cookies::build(NAME, String::new(), Duration::ZERO, secure));
        Some(link)
    }

    fn read(headers: &HeaderMap) -> Option<Self> {
        let text = cookies::read(headers, NAME)?;
        let json = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        serde_json::from_slice(&json).ok()
    }
}
