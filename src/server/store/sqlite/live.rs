//! What sockets read: what they begin with, and events that did not reach them. Not here: sending it (`server::ws`).

use super::{
    Sqlite,
    lists::{DELTA_MAX, Membership, access, last_mid, todos},
    rows::{all, corrupt, first, integer, seq},
};
use crate::{
    core::{
        id::{Epoch, ListId, Mid, Seq},
        wire::frames::Snapshot,
    },
    server::store::{Stored, TuneIn, Tuned, TunedList},
};
use rusqlite::{Connection, params};

/// Bytes of events that a socket is sent rather than the list itself. They wait in memory until it has taken them.
const DELTA_BYTES: usize = 4 * 1024 * 1024;

impl Sqlite {
    pub(in crate::server::store) async fn tune_in(&self, ask: TuneIn) -> Stored<Option<Tuned>> {
        if let (Some(client), Some(list)) = (ask.client, ask.list) {
            self.name_client(client, ask.user, list).await?;
        }
        let epoch = self.0.epoch;
        self.read(move |connection| {
            let Some(expires_at) = expires_at(connection, &ask)? else {
                return Ok(None);
            };
            let list = match ask.list {
                Some(list) => Some(tuned_list(connection, epoch, list, &ask)?),
                None => None,
            };
            Ok(Some(Tuned { expires_at, list }))
        })
        .await
    }

    pub(in crate::server::store) async fn events(
        &self,
        list: ListId,
        after: Seq,
        until: Seq,
    ) -> Stored<Vec<(Seq, String)>> {
        self.read(move |connection| {
            let sql = "SELECT seq, event FROM events WHERE list_id = ? AND seq > ? AND seq <= ?
                       ORDER BY seq";
            let range = params![list.0, integer(after.0), integer(until.0)];
            all(connection, sql, range, |row| {
                Ok((seq(row, "seq")?, row.get("event")?))
            })
        })
        .await
    }
}

/// When the sign-in ends, if it is still good.
fn expires_at(connection: &Connection, ask: &TuneIn) -> Stored<Option<i64>> {
    let sql = "SELECT expires_at FROM sessions WHERE id = ? AND user_id = ? AND expires_at > ?";
    let session = params![ask.session.0, ask.user.0, ask.now];
    first(connection, sql, session, |row| Ok(row.get(0)?))
}

fn tuned_list(
    connection: &Connection,
    epoch: Epoch,
    list: ListId,
    ask: &TuneIn,
) -> Stored<TunedList> {
    let Membership { role, head, .. } = access(connection, ask.user, list)?;
    let last_mid = match ask.client {
        Some(client) => last_mid(connection, list, client)?,
        None => Mid(0),
    };
    let known = ask.since.filter(|(believed, _)| *believed == epoch);
    let delta = match known {
        Some((_, since)) => {
            let texts = texts_since(connection, list, since, head)?;
            texts.map(|texts| (since, texts))
        }
        None => None,
    };
    let (from, frames) = match delta {
        Some(delta) => delta,
        None => {
            let snapshot = Snapshot::new(list, epoch, head, todos(connection, list)?);
            let text = serde_json::to_string(&snapshot).map_err(|_| corrupt("a snapshot"))?;
            (Seq(0), vec![text])
        }
    };
    Ok(TunedList {
        epoch,
        head,
        role,
        last_mid,
        from,
        frames,
    })
}

/// Exactly the events after `since` as they go out, or nothing when they are not all there (pruned, or `since` is
/// ahead), or more than is worth sending.
fn texts_since(
    connection: &Connection,
    list: ListId,
    since: Seq,
    head: Seq,
) -> Stored<Option<Vec<String>>> {
    let missing = match head.0.checked_sub(since.0) {
        Some(missing) if missing <= DELTA_MAX => missing,
        _ => return Ok(None),
    };
    let sql = "SELECT event FROM events WHERE list_id = ? AND seq > ? ORDER BY seq";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![list.0, integer(since.0)])?;
    let (mut texts, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let text: String = row.get(0)?;
        bytes += text.len();
        if bytes > DELTA_BYTES {
            return Ok(None);
        }
        texts.push(text);
    }
    Ok((texts.len() as u64 == missing).then_some(texts))
}
