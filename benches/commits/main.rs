//! Durable edits a second (SQLite, `synchronous=FULL`), at 1 and at 64 clients: over HTTP, as people send them, and
//! through the store alone, beside the same without group commit. Then live sockets: what idle ones weigh, and how soon an
//! edit reaches 1,000 and 5,000, beside what the system alone takes to write as much to as many.
//!
//! `scripts/bench server`. One run measures all in turn, so that ratios hold on a noisy machine. The clients run on
//! the same machine and take their share of it.

#![allow(clippy::expect_used)]

mod bare;
mod http;
#[path = "../../tests/chaos/process.rs"]
mod process;
mod sockets;
mod store;

use std::time::Duration;

/// How long each measurement lasts.
const LASTS: Duration = Duration::from_secs(4);

/// Edits a second, and the 50th and 99th percentile of what one took.
struct Measured {
    rate: f64,
    p50: Duration,
    p99: Duration,
}

impl Measured {
    fn new(mut took: Vec<Duration>) -> Self {
        took.sort_unstable();
        let at = |percent: usize| took[(took.len() - 1) * percent / 100];
        Self {
            rate: took.len() as f64 / LASTS.as_secs_f64(),
            p50: at(50),
            p99: at(99),
        }
    }

    #[allow(clippy::print_stdout)]
    fn print(&self, clients: usize, how: &str) {
        let milliseconds = |took: Duration| took.as_secs_f64() * 1000.0;
        let (rate, p50, p99) = (self.rate, milliseconds(self.p50), milliseconds(self.p99));
        println!("| {clients} | {how} | {rate:.0} | {p50:.2} ms | {p99:.2} ms |");
    }
}

fn main() {
    if !bare::serve_if_asked() {
        measure();
    }
}

#[tokio::main]
#[allow(clippy::print_stdout)]
async fn measure() {
    println!("Durable edits, {} s each:", LASTS.as_secs());
    println!("| clients | how | edits/s | p50 | p99 |\n|---|---|---|---|---|");
    for clients in [1, 64] {
        http::measure(clients).await.print(clients, "over HTTP");
        let grouped = store::measure(clients, true).await;
        grouped.print(clients, "the store");
        let alone = store::measure(clients, false).await;
        alone.print(clients, "the store, without group commit");
        let ratio = grouped.rate / alone.rate;
        println!("At {clients}, grouping is {ratio:.2} times as fast.");
    }
    sockets::idle().await;
    for count in [1_000, 5_000] {
        sockets::fan_out(count).await;
        sockets::bare(count).await;
    }
}
