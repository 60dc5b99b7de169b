//! Twenty clients change one list through the real server while their connections are cut and the server is killed and
//! started again. Afterwards all of them have what the database has, and the database has every edit that was answered,
//! once.
//!
//! `LOCKSTEP_CHAOS_SECONDS` says how long; ten without it. Not here: pages and their queues (`end2end`), and what a client
//! does about a refusal (`src/tests/simulator`).

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod client;
mod process;
mod random;
mod server;

use client::{Client, Report};
use lockstep::core::{
    id::{ClientId, ListId, Mid, Seq},
    replica::Replica,
    wire::Pulled,
};
use random::Random;
use rusqlite::{Connection, Row};
use server::Server;
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::sleep,
};
use uuid::Uuid;

/// People, and how many clients each has.
const PEOPLE: usize = 4;
const EACH: usize = 5;
/// How often the server is killed.
const KILLS: u32 = 5;
/// How soon everybody is to have everything once all is well.
const HEALED: Duration = Duration::from_secs(5);

/// Where the chaos is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Edits are made, and connections cut.
    Chaos,
    /// No more of either: what waits is sent.
    Healing,
    /// Everybody has sent everything: this is the list's last event.
    Settled(Seq),
}

fn lasts() -> Duration {
    let seconds = std::env::var("LOCKSTEP_CHAOS_SECONDS").ok();
    Duration::from_secs(seconds.map_or(10, |text| text.parse().expect("a number of seconds")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_cuts_and_kills_nobody_misses_loses_or_doubles_anything() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path()).await;
    let mut random = Random::new();
    let mut people = Vec::new();
    for _ in 0..PEOPLE {
        people.push(server.register().await);
    }
    let list = ListId(Uuid::now_v7());
    people[0].create_list(list).await;
    let database = Connection::open(server.database()).unwrap();
    for person in &people[1..] {
        // As sharing would.
        let sql = "INSERT INTO members VALUES (?, ?, 'editor', 1)";
        database.execute(sql, (list.0, person.id.0)).unwrap();
    }

    let (phase, phases) = watch::channel(Phase::Chaos);
    let (sending, mut all_sent) = mpsc::channel(1);
    let mut clients = JoinSet::new();
    for person in people.iter().flat_map(|person| [person; EACH]) {
        let client = Client::new(person.clone(), list, random.fork(), sending.clone());
        clients.spawn(client.run(phases.clone()));
    }
    drop(sending);
    for _ in 0..KILLS {
        sleep(lasts() / (KILLS + 1)).await;
        server.kill();
        sleep(Duration::from_millis(random.below(500))).await;
        server.start_again().await;
    }
    sleep(lasts() / (KILLS + 1)).await;

    let healed = Instant::now();
    phase.send(Phase::Healing).unwrap();
    let healing = async {
        // Nothing comes: it ends when all have let go of it.
        all_sent.recv().await;
        // Nobody edits any more: this is the last event, and all wait for it.
        let truth = truth(&people[0], list).await;
        phase.send(Phase::Settled(truth.seq)).unwrap();
        (truth, clients.join_all().await)
    };
    let healing = tokio::time::timeout(HEALED, healing).await;
    let (truth, reports) = healing.expect("somebody does not have everything");
    let took = healed.elapsed();
    check(&database, list, &truth, &reports);
    let edits: usize = reports.iter().map(|report| report.answered.len()).sum();
    let cuts: usize = reports.iter().map(|report| report.connections).sum();
    assert!(
        edits > 100 && cuts > 2 * reports.len(),
        "{edits} edits, {cuts} connections"
    );
    #[allow(clippy::print_stdout)]
    {
        println!("{edits} edits, {cuts} connections, {KILLS} kills; healed in {took:?}");
    }
}

/// What the server says that the list is.
async fn truth(person: &server::Person, list: ListId) -> Replica {
    let pulled: Pulled = person.pull(list).await;
    pulled.news().snapshot().unwrap()
}

/// The database against everybody's report.
fn check(database: &Connection, list: ListId, truth: &Replica, reports: &[Report]) {
    let sql = "SELECT client_id, mid, seq FROM applied WHERE list_id = ? ORDER BY seq";
    let mut statement = database.prepare(sql).unwrap();
    let number = |row: &Row<'_>, column| row.get::<_, i64>(column).map(i64::cast_unsigned);
    let rows = statement.query_map([list.0], |row| {
        let origin = (ClientId(row.get(0)?), Mid(number(row, 1)?));
        Ok((number(row, 2)?, origin))
    });
    let applied: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
    let seqs = applied.iter().map(|(seq, _)| *seq);
    assert!(
        seqs.eq(1..=truth.seq.0),
        "the places have a gap, or one is taken twice"
    );
    let origins: BTreeSet<_> = applied.iter().map(|(_, origin)| *origin).collect();
    assert_eq!(origins.len(), applied.len(), "something was applied twice");
    for report in reports {
        assert_eq!(report.wrong, Vec::<String>::new());
        assert_eq!(&report.base, truth, "a client has another list");
        for (mid, seq) in &report.answered {
            let (_, origin) = applied[seq.0 as usize - 1];
            assert_eq!(origin, (report.client, *mid), "an answered edit is lost");
        }
    }
}
