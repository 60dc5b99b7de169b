//! How the page stands with the server, in a few words.

use crate::core::link::Connection;
use leptos::prelude::*;

/// How the page stands with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Whether it answers.
    pub connection: Connection,
    /// How many edits it does not have yet.
    pub waiting: usize,
}

/// See the module.
#[component]
pub fn Pill(
    /// How it stands.
    status: Signal<Status>,
) -> impl IntoView {
    let state = move || match status.get().connection {
        Connection::Connecting => "connecting",
        Connection::Polling => "polling",
        _ => "offline",
    };
    let words = move || {
        let Status {
            connection,
            waiting,
        } = status.get();
        let how = match connection {
            Connection::Connecting => "Connecting",
            Connection::Polling => "Up to date every 3 seconds",
            Connection::Offline => "Offline",
            Connection::Parked => "Signed out",
            Connection::Closed => "Not shared with you",
        };
        match waiting {
            0 => how.to_owned(),
            1 => format!("{how}, 1 change waiting"),
            some => format!("{how}, {some} changes waiting"),
        }
    };
    view! {
        <p
            class="connection with-script"
            data-testid="connection"
            data-state=state
            data-waiting=move || status.get().waiting.to_string()
        >
            {words}
        </p>
    }
}
