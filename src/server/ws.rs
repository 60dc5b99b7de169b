//! The live socket's address: everything is checked here, before the upgrade. Not here: the socket itself (`socket`), who is
//! told what (`hub`).

pub mod end;
pub mod flood;
pub mod pulse;
pub mod socket;
mod upgrade;

use super::{
    AppState, clock, guard,
    hub::{Full, Subscription, Visitor},
    sessions,
    store::{Session, Store, StoreError, TuneIn, Tuned},
    visit::{address_of, as_believed},
};
use crate::{
    core::{
        id::{ClientId, Epoch, ListId, Seq, UserId},
        wire::frames::Welcome,
    },
    error::{AppError, Code},
};
use axum::{
    extract::{Request, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use end::End;
use socket::{Desk, Opening, Reading};
use std::{str::FromStr, time::Duration};
pub use upgrade::FRAME_MAX;
use upgrade::Upgrade;

/// After how many seconds who has too many sockets may try again.
const TRY_AGAIN: u32 = 10;

/// What the address says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Parameters {
    list: Option<ListId>,
    epoch: Option<Epoch>,
    since: Option<Seq>,
    client: Option<ClientId>,
    user: Option<UserId>,
}

/// Opens a socket.
pub async fn open(State(state): State<AppState>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    match admit(&state, &mut parts).await {
        Ok(admitted) => {
            let Admitted {
                upgrade,
                subscription,
                opening,
                desk,
            } = admitted;
            upgrade.answer(move |mut connection| async move {
                let end = socket::run(connection.socket(), subscription, opening, desk).await;
                tracing::debug!(?end, "a socket ended");
                connection.linger().await;
            })
        }
        Err(error) => error.into_response(),
    }
}

/// All that a socket needs, before it is one.
struct Admitted {
    upgrade: Upgrade,
    subscription: Subscription,
    opening: Opening,
    desk: StoreDesk,
}

async fn admit(state: &AppState, parts: &mut Parts) -> Result<Admitted, AppError> {
    let upgrade = Upgrade::asked_by(parts)?;
    if !guard::own_origin(&parts.headers, &state.origins) {
        return Err(guard::cross_site());
    }
    let asked = Parameters::read(parts.uri.query().unwrap_or_default())?;
    let session = sessions::carried(state, &parts.headers).await?;
    let session = as_believed(session, asked.user)?;
    let visitor = Visitor {
        user: session.user.id,
        name: session.user.name.clone(),
        session: session.id,
        address: address_of(parts, state),
        list: asked.list,
    };
    // Registered before it reads: what is committed after its read waits.
    let subscription = state.hub.subscribe(visitor)?;
    let ask = TuneIn {
        user: session.user.id,
        session: session.id,
        list: asked.list,
        client: asked.client,
        since: asked.epoch.zip(asked.since),
        now: clock::now(),
    };
    let tuned = state.store.tune_in(ask).await?;
    let tuned = tuned.ok_or_else(AppError::unauthenticated)?;
    let desk = StoreDesk {
        store: state.store.clone(),
        ask: TuneIn {
            // It is named by now.
            client: None,
            since: None,
            ..ask
        },
        epoch: tuned.list.as_ref().map(|list| list.epoch),
    };
    let welcome = welcome(&session, &asked, &tuned)?;
    let reading = reading(tuned);
    if asked.list.is_some() {
        subscription.begin(reading.head);
    }
    Ok(Admitted {
        upgrade,
        subscription,
        opening: Opening {
            welcome: welcome.into(),
            has_list: asked.list.is_some(),
            reading,
        },
        desk,
    })
}

fn welcome(session: &Session, asked: &Parameters, tuned: &Tuned) -> Result<String, AppError> {
    let user = session.user.id;
    let welcome = match (asked.list, &tuned.list) {
        (Some(id), Some(list)) => {
            Welcome::with_list(user, id, list.epoch, list.head, list.role, list.last_mid)
        }
        _ => Welcome::new(user),
    };
    serde_json::to_string(&welcome).map_err(|_| AppError::internal())
}

/// What was read, as a socket takes it.
fn reading(tuned: Tuned) -> Reading {
    let left = tuned.expires_at.saturating_sub(clock::now());
    let expires_in = Duration::from_millis(u64::try_from(left).unwrap_or(0));
    let Some(list) = tuned.list else {
        return Reading {
            expires_in,
            ..Reading::default()
        };
    };
    let count = list.frames.len() as u64;
    let first = list.head.next().0.saturating_sub(count);
    let places = (first..).map(Seq);
    let frames = places.zip(list.frames.into_iter().map(Into::into));
    Reading {
        from: list.from,
        head: list.head,
        frames: frames.collect(),
        expires_in,
    }
}

/// Reads on, for a socket that is open.
struct StoreDesk {
    store: Store,
    ask: TuneIn,
    epoch: Option<Epoch>,
}

impl Desk for StoreDesk {
    async fn read(&self, at: Seq) -> Result<Reading, End> {
        let ask = TuneIn {
            since: self.epoch.map(|epoch| (epoch, at)),
            now: clock::now(),
            ..self.ask
        };
        match self.store.tune_in(ask).await {
            Ok(Some(tuned)) => Ok(reading(tuned)),
            Ok(None) => Err(End::SessionEnded),
            Err(StoreError::NotFound) => Err(End::AccessLost),
            Err(cause) => {
                tracing::warn!(%cause, "a socket could not read on");
                Err(End::Restarting)
            }
        }
    }
}

impl From<Full> for AppError {
    fn from(full: Full) -> Self {
        match full {
            Full::TooMany => {
                let message = "Too many pages are open at the same time. Please close some.";
                Self::new(Code::TooMany, message).after(TRY_AGAIN)
            }
            Full::Stopping => Self::unavailable(2),
        }
    }
}

impl Parameters {
    /// Reads a query. What it does not know it ignores.
    fn read(query: &str) -> Result<Self, AppError> {
        let mut asked = Self::default();
        let mut since = None;
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "list" => take(&mut asked.list, "list", &value)?,
                "epoch" => take(&mut asked.epoch, "epoch", &value)?,
                "client" => take(&mut asked.client, "client", &value)?,
                "user" => take(&mut asked.user, "user", &value)?,
                "since" => take(&mut since, "since", &value)?,
                _ => {}
            }
        }
        asked.since = since.map(Seq);
        Ok(asked)
    }
}

fn take<T: FromStr>(field: &mut Option<T>, name: &str, value: &str) -> Result<(), AppError> {
    let read = value.parse().ok().filter(|_| field.is_none());
    *field = Some(read.ok_or_else(|| guard::of_status(StatusCode::BAD_REQUEST).on(name))?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_query_is_read_and_what_cannot_be_read_is_named() {
        let id = Uuid::from_u128(7);
        let query = format!("list={id}&epoch={id}&since=12&client={id}&user={id}&more=x");
        let asked = Parameters::read(&query).unwrap();
        assert_eq!((asked.list, asked.since), (Some(ListId(id)), Some(Seq(12))));
        assert_eq!(Parameters::read("").unwrap(), Parameters::default());
        for (query, field) in [
            ("list=", "list"),
            ("list=x", "list"),
            ("since=-1", "since"),
            ("since=1.5", "since"),
            ("since=18446744073709551616", "since"),
            ("since=1&since=2", "since"),
            ("epoch=null", "epoch"),
            ("client=1", "client"),
            ("user=%00", "user"),
        ] {
            let error = Parameters::read(query).unwrap_err();
            assert_eq!(error.code, Code::Malformed, "{query}");
            assert_eq!(error.field.as_deref(), Some(field), "{query}");
        }
    }
}
