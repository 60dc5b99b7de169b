//! How the page stands with the server, in a few words.

use crate::core::{engine::Engine, link::Connection};
use leptos::prelude::*;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Whether it answers.
    pub connection: Connection,
    /// How many edits it does not have yet.
    pub waiting: usize,
}

impl Status {
    /// How this one stands.
    pub fn of(engine: &Engine) -> Self {
        Self {
            connection: engine.link().connection(),
            waiting: engine.pending().waiting(),
        }
    }

    fn words(self) -> String {
        let how = match self.connection {
            Connection::Connecting => "Connecting",
            Connection::Live => "Connected",
            Connection::Polling => "Connected, with delay",
            Connection::Offline => "Offline",
            Connection::Parked => "Signed out",
            Connection::Closed => "Not shared with you",
        };
        match self.waiting {
            0 => how.to_owned(),
            1 => format!("{how}, 1 change waiting"),
            some => format!("{how}, {some} changes waiting"),
        }
    }
}

/// See the module.
#[component]
pub fn Pill(
    /// How it stands.
    status: Status,
) -> impl IntoView {
    let state = match status.connection {
        Connection::Connecting => "connecting",
        Connection::Live => "live",
        Connection::Polling => "polling",
        _ => "offline",
    };
    view! {
        <p class="connection" data-testid="connection" data-state=state data-waiting=status.waiting.to_string()>
            {status.words()}
        </p>
    }
}
