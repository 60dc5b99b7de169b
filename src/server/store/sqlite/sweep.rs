//! Deleting what has had its time. Not here: how long that is (`server::sweep`).

use super::{Sqlite, rows::run};
use crate::server::store::{Cutoffs, Stored};
use uuid::Uuid;

/// Rows of a kind that one step deletes at most, so that nobody waits long behind it.
const STEP: i64 = 500;

/// A cutoff, and what is done with what is before it.
type Step = (fn(&Cutoffs) -> i64, &'static str);

/// A list takes all that is in it with it, and so goes alone.
const STEPS: [Step; 7] = [
    (
        |before| before.sessions,
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < ?1 LIMIT ?2)",
    ),
    (
        |before| before.devices,
        "DELETE FROM devices WHERE (token_hash, user_id) IN
           (SELECT token_hash, user_id FROM devices WHERE last_used_at < ?1 LIMIT ?2)",
    ),
    (
        |before| before.sessions,
        "DELETE FROM invitations WHERE id IN (SELECT id FROM invitations WHERE expires_at < ?1 LIMIT ?2)",
    ),
    (
        |before| before.outcomes,
        "DELETE FROM outcomes WHERE (list_id, client_id, mid) IN
           (SELECT list_id, client_id, mid FROM outcomes WHERE decided_at < ?1 LIMIT ?2)",
    ),
    (
        |before| before.texts,
        "UPDATE todos SET title = '' WHERE (list_id, id) IN
           (SELECT list_id, id FROM todos WHERE deleted_at < ?1 AND title <> '' LIMIT ?2)",
    ),
    (
        |before| before.texts,
        "DELETE FROM events WHERE (list_id, seq) IN
           (SELECT list_id, seq FROM events WHERE created_at < ?1 LIMIT ?2)",
    ),
    (
        |before| before.lists,
        "DELETE FROM lists WHERE id IN (SELECT id FROM lists WHERE deleted_at < ?1 LIMIT MIN(?2, 1))",
    ),
];

impl Sqlite {
    pub(in crate::server::store) async fn sweep(&self, before: Cutoffs) -> Stored<usize> {
        self.write(Uuid::nil(), 1, move |connection| {
            let mut swept = 0;
            for (cutoff, sql) in STEPS {
                swept += run(connection, sql, [cutoff(&before), STEP])?;
            }
            Ok(swept)
        })
        .await
    }
}
