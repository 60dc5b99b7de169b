//! In debug builds: requests that go wrong because somebody wants to watch what the page does then.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Answers come three seconds late.
    Delay,
    /// The server fails, and has done nothing.
    Fail,
    /// The answer is lost on its way, the server has done it.
    Drop,
    /// Nothing gets through.
    Offline,
}

static CHOSEN: AtomicU8 = AtomicU8::new(0);

impl Fault {
    /// All of them.
    pub const EACH: [Self; 5] = [
        Self::None,
        Self::Delay,
        Self::Fail,
        Self::Drop,
        Self::Offline,
    ];

    /// From now on this goes wrong with each request.
    pub fn inject(self) {
        CHOSEN.store(self as u8, Relaxed);
    }

    /// What goes wrong just now.
    pub fn chosen() -> Self {
        let chosen = CHOSEN.load(Relaxed);
        let is_chosen = |fault: &Self| *fault as u8 == chosen;
        Self::EACH.into_iter().find(is_chosen).unwrap_or(Self::None)
    }
}

#[cfg(feature = "hydrate")]
pub(super) mod hydrate {
    use super::Fault;
    use crate::core::link::Failure;
    use js_sys::{Promise, futures::JsFuture};
    use leptos::prelude::window;

    const DELAY_MS: i32 = 3_000;

    /// Before a request goes.
    pub(in crate::client) fn before() -> Result<(), Failure> {
        match Fault::chosen() {
            Fault::Fail => Err(Failure::Erring),
            Fault::Offline => Err(Failure::Unreachable),
            _ => Ok(()),
        }
    }

    /// When its answer has come.
    pub(in crate::client) async fn after() -> Result<(), Failure> {
        match Fault::chosen() {
            Fault::Drop => Err(Failure::Unreachable),
            Fault::Delay => {
                let wait = Promise::new(&mut |resolve, _| {
                    // Without a timer there is no delay.
                    let _ = window()
                        .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, DELAY_MS);
                });
                let _ = JsFuture::from(wait).await;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
