//! Sending what is pending: one push in flight, then the pull that brings base up to it; again after a failure.

use super::{Sending, State, Todos};
use crate::{
    api::sync::{Pull, Push},
    client::http::post,
    core::{
        op::Op,
        pending::{Outcome, Refused},
        replica::Merged,
        wire::{News, Pulled, Pushed, write},
    },
    error::{AppError, Code},
};
use leptos::{ev, prelude::*, server_fn::ServerFn, task::spawn_local};
use std::time::Duration;

/// Waits between tries, the last one repeated.
const BACKOFF: [Duration; 4] = [
    Duration::from_millis(500),
    Duration::from_millis(1_500),
    Duration::from_secs(5),
    Duration::from_secs(15),
];

/// However long a server asks to wait: timers of browsers end at 24 days, patience before.
const WAIT_MAX: Duration = Duration::from_secs(300);

impl Todos {
    /// Starts sending unless it is under way.
    pub(super) fn send(self) {
        let starts = self.state.try_update_value(|state| {
            let starts = state.sending != Sending::InFlight;
            let failures = match state.sending {
                Sending::Waiting(failures) => failures,
                _ => 0,
            };
            state.sending = Sending::InFlight;
            starts.then_some(failures)
        });
        if let Some(Some(failures)) = starts {
            spawn_local(async move { self.drain(failures).await });
        }
    }

    async fn drain(self, failures: u32) {
        loop {
            match self.round().await {
                Ok(true) => {}
                Ok(false) => {
                    self.state
                        .update_value(|state| state.sending = Sending::Idle);
                    self.notices
                        .update(|notices| notices.retain(|notice| !notice.retry));
                    return;
                }
                Err(error) => return self.failed(error, failures),
            }
        }
    }

    /// One push and the pull that brings base up to it. `false`: nothing is left to send.
    async fn round(self) -> Result<bool, AppError> {
        let (unsent, list, user, client, epoch) = self.state.with_value(|state| {
            let unsent = state.pending.unsent();
            (
                unsent,
                state.list,
                state.user,
                state.client,
                state.base.epoch,
            )
        });
        let more = !unsent.is_empty();
        if more {
            let body = write::push(user, list, epoch, client, unsent);
            let pushed: Pushed = post(<Push as ServerFn>::PATH, body).await?;
            for outcome in pushed.outcomes {
                let refused = self
                    .state
                    .try_update_value(|state| {
                        state.pending.decided(outcome.mid, Outcome::from(outcome))
                    })
                    .flatten();
                if let Some(refused) = refused {
                    self.tell(why(&refused), None, false);
                }
            }
        }
        if more || self.state.with_value(|state| state.pending.is_behind()) {
            let since = self.state.with_value(|state| state.base.seq);
            let body = write::pull(user, list, epoch, since);
            let pulled: Pulled = post(<Pull as ServerFn>::PATH, body).await?;
            self.state
                .update_value(|state| take_in(state, pulled.news()));
            self.refresh();
        }
        Ok(self.state.with_value(|state| state.pending.waiting() > 0))
    }

    fn failed(self, error: AppError, failures: u32) {
        match error.code {
            Code::Unreachable | Code::Internal | Code::Unavailable | Code::TooMany => {
                let text = "Your latest changes are not saved yet. Lockstep keeps trying.";
                self.tell(text.to_owned(), None, true);
                let backoff = BACKOFF[(failures as usize).min(BACKOFF.len() - 1)];
                let wait = error
                    .retry_after
                    .map_or(backoff, |seconds| Duration::from_secs(seconds.into()))
                    .min(WAIT_MAX);
                self.state
                    .update_value(|state| state.sending = Sending::Waiting(failures + 1));
                set_timeout(move || self.send_if_waiting(), wait);
            }
            Code::Unauthenticated | Code::OtherUser => {
                // No timer: it is sent when the person comes back to this tab, or presses Retry.
                self.state
                    .update_value(|state| state.sending = Sending::Waiting(0));
                let list = self.state.with_value(|state| state.list);
                let link = (error.code == Code::Unauthenticated)
                    .then(|| (format!("/login?next=/lists/{list}"), "Sign in"));
                let text = "Your latest changes are not saved yet. They stay in this tab.";
                self.tell(format!("{} {text}", error.message), link, true);
            }
            _ => {
                let lost = self.state.try_update_value(|state| {
                    state.sending = Sending::Idle;
                    state.pending.take()
                });
                self.refresh();
                let lost = text_of(&lost.unwrap_or_default());
                self.tell(
                    format!(
                        "{} Your latest changes could not be saved. {lost}",
                        error.message
                    ),
                    None,
                    false,
                );
            }
        }
    }

    /// After a wait, unless somebody pressed *Retry* meanwhile.
    fn send_if_waiting(self) {
        let waits = self
            .state
            .try_with_value(|state| matches!(state.sending, Sending::Waiting(_)));
        if waits == Some(true) {
            self.send();
        }
    }

    /// The browser asks before it drops a page with edits that the server does not have; and edits go out
    /// at once when the network is back.
    pub(super) fn guard_leaving(self) {
        let leaving = window_event_listener(ev::beforeunload, move |event| {
            if self
                .state
                .try_with_value(|state| state.pending.waiting() > 0)
                == Some(true)
            {
                event.prevent_default();
            }
        });
        let online = window_event_listener(ev::online, move |_| self.send_if_waiting());
        let back = window_event_listener(ev::focus, move |_| self.send_if_waiting());
        on_cleanup(move || {
            leaving.remove();
            online.remove();
            back.remove();
        });
    }
}

fn take_in(state: &mut State, news: News) {
    match news {
        News::Snapshot(base) => state.base = base,
        News::Delta(_, events) => {
            for frame in events {
                let seq = frame.seq();
                let Some(event) = frame.event() else { break };
                if state.base.merge(seq, event) == Merged::Gap {
                    break;
                }
            }
        }
    }
    state.pending.settle(state.base.seq);
}

/// Why an edit came to nothing, with its text.
fn why(Refused { op, outcome }: &Refused) -> String {
    let mine = text_of(std::slice::from_ref(op));
    match outcome {
        Outcome::Rejected(rejection) => format!("{} {mine}", rejection.message),
        Outcome::Conflict(current) => format!(
            "Somebody else changed this text at the same time. It is now “{}”. Yours was: {mine}",
            current.title
        ),
        _ => format!("The server no longer knows whether this was saved. {mine}"),
    }
}

/// The texts of edits that were not taken, so that they are not lost.
fn text_of(ops: &[Op]) -> String {
    let titles = ops.iter().filter_map(|op| match op {
        Op::AddTodo { title, .. } | Op::SetTitle { title, .. } => Some(format!("“{title}”")),
        _ => None,
    });
    titles.collect::<Vec<_>>().join(", ")
}
