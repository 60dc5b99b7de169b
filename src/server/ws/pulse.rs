//! When a socket is pinged, and whether its person is still there. Not here: when a silent one ends (`socket`).
//!
//! A page that is closed, or crashes, is gone at once: its connection ends. A device that loses its network, or its power,
//! ends nothing. While somebody else is looking, a socket is pinged so often that such a one is gone within ten seconds.

use crate::server::hub::presence::crowds;
use std::time::Duration;
use tokio::time::Instant;

/// How often the server pings.
pub const PING_INTERVAL: Duration = Duration::from_secs(20);
/// How often it does among so many people that each may see the others.
pub const PING_AMONG_OTHERS: Duration = Duration::from_secs(3);
/// Pings without an answer after which, when the next is due, nobody seems to be there. One may be lost, and an answer may
/// take six seconds.
const UNANSWERED: u32 = 2;

/// See the module.
#[derive(Debug)]
pub struct Pulse {
    /// When the next ping is due.
    pub next: Instant,
    interval: Duration,
    unanswered: u32,
    is_away: bool,
}

impl Pulse {
    /// Of a socket that opens now, with nobody else there.
    pub fn new(now: Instant) -> Self {
        Self {
            next: now + PING_INTERVAL,
            interval: PING_INTERVAL,
            unanswered: 0,
            is_away: false,
        }
    }

    /// So many people are here by now.
    pub fn among(&mut self, people: usize, now: Instant) {
        self.interval = match people {
            0 | 1 => PING_INTERVAL,
            // Among more of them it costs a socket's share of the server no more.
            _ => PING_INTERVAL.min(PING_AMONG_OTHERS * crowds(people)),
        };
        self.next = self.next.min(now + self.interval);
    }

    /// A ping goes out. Whether this is when nobody seems to be there any more.
    pub fn ping(&mut self, now: Instant) -> bool {
        self.next = now + self.interval;
        let is_away = self.unanswered >= UNANSWERED;
        self.unanswered += 1;
        is_away && !std::mem::replace(&mut self.is_away, is_away)
    }

    /// Something was heard. Whether this is when somebody is there again.
    pub fn heard(&mut self) -> bool {
        self.unanswered = 0;
        std::mem::take(&mut self.is_away)
    }
}
