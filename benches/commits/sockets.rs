//! Live sockets on the real binary: what idle ones weigh, and how soon an edit reaches all who have its list open. The
//! other ends live in this process, on the same machine, and take their share of it.

use crate::{
    http::{Person, start},
    process::Process,
};
use futures_util::StreamExt;
use std::{
    fs, io,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, protocol::WebSocketConfig},
};

/// Idle sockets.
const IDLE: usize = 10_000;
/// Edits a second, and for how many seconds.
const RATE: u32 = 20;
const SECONDS: u32 = 20;
/// Sockets that are opened at the same time.
const AT_ONCE: usize = 64;
/// How long what was sent may take to arrive before it is lost.
const PATIENCE: Duration = Duration::from_secs(10);

type Socket = WebSocketStream<TcpStream>;

/// Opens so many on the person's list.
async fn open(address: SocketAddr, person: &Person, count: usize) -> Vec<Socket> {
    let url = format!("ws://{address}/ws?list={}", person.list);
    let mut opening: JoinSet<io::Result<Socket>> = JoinSet::new();
    let mut sockets = Vec::with_capacity(count);
    for _ in 0..count {
        if opening.len() >= AT_ONCE
            && let Some(opened) = opening.join_next().await
        {
            sockets.push(opened.expect("a task").expect("a socket"));
        }
        opening.spawn(open_one(address, url.clone(), person.cookie.clone()));
    }
    for opened in opening.join_all().await {
        sockets.push(opened.expect("a socket"));
    }
    sockets
}

async fn open_one(address: SocketAddr, url: String, cookie: String) -> io::Result<Socket> {
    let stream = TcpStream::connect(address).await?;
    let mut request = url.into_client_request().map_err(io::Error::other)?;
    let cookie = cookie.parse().map_err(io::Error::other)?;
    request.headers_mut().insert("cookie", cookie);
    let config = WebSocketConfig::default().read_buffer_size(1024);
    let opened = client_async_with_config(request, stream, Some(config)).await;
    opened.map(|(socket, _)| socket).map_err(io::Error::other)
}

/// Bytes of the process's memory that are in use.
fn memory(server: &Process) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0) * 1024
}

/// Seconds of processor time that it has used.
fn processor(server: &Process) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", server.id())).expect("Linux");
    // Behind the name, which is in parentheses: state, ten others, then the two in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let times = fields.split_whitespace().skip(11).take(2);
    times
        .filter_map(|time| time.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// What idle sockets weigh.
#[allow(clippy::print_stdout)]
pub async fn idle() {
    let folder = tempfile::tempdir().expect("a folder");
    let (address, server) = start(folder.path()).await;
    let person = Person::register(address).await.expect("an account");
    // What the first ones cost is not theirs alone.
    let warm = open(address, &person, 100).await;
    sleep(Duration::from_secs(1)).await;
    let before = memory(&server);
    let sockets = open(address, &person, IDLE).await;
    sleep(Duration::from_secs(2)).await;
    let each = (memory(&server) - before) / sockets.len();
    println!(
        "{} idle sockets: {each} bytes of the server's memory each.",
        sockets.len()
    );
    drop(warm);
}

/// How soon an edit reaches so many.
#[allow(clippy::print_stdout)]
pub async fn fan_out(count: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let (address, server) = start(folder.path()).await;
    let mut person = Person::register(address).await.expect("an account");
    let sockets = open(address, &person, count).await;
    let edits = (RATE * SECONDS) as usize;
    let sent: Arc<Vec<OnceLock<Instant>>> =
        Arc::new((0..=edits).map(|_| OnceLock::new()).collect());
    let mut readers = JoinSet::new();
    for socket in sockets {
        readers.spawn(read(socket, Arc::clone(&sent)));
    }
    let used = processor(&server);
    let began = Instant::now();
    let mut ticks = interval(Duration::from_secs(1) / RATE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for seq in 1..=edits {
        ticks.tick().await;
        let _ = sent[seq].set(Instant::now());
        person.edit(seq).await.expect("an answer");
    }
    let lasted = began.elapsed();
    let mut took: Vec<Duration> = readers.join_all().await.into_iter().flatten().collect();
    let used = processor(&server) - used;
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    println!(
        "{count} sockets, {RATE} edits/s for {:.0} s: p50 {:.1} ms, p99 {:.1} ms, {} of {} lost, {:.0} % of a core.",
        lasted.as_secs_f64(),
        at(50),
        at(99),
        edits * count - took.len(),
        edits * count,
        used / lasted.as_secs_f64() * 100.0,
    );
}

/// Reads up to the last edit. How long each took to arrive.
async fn read(mut socket: Socket, sent: Arc<Vec<OnceLock<Instant>>>) -> Vec<Duration> {
    let mut took = Vec::with_capacity(sent.len());
    while let Ok(Some(Ok(message))) = timeout(PATIENCE, socket.next()).await {
        let Message::Text(text) = message else {
            continue;
        };
        let Some(seq) = seq_of(&text) else { continue };
        let began = sent.get(seq).and_then(OnceLock::get);
        took.extend(began.map(Instant::elapsed));
        if seq + 1 == sent.len() {
            break;
        }
    }
    took
}

/// The place of an event.
fn seq_of(text: &str) -> Option<usize> {
    let event = text.strip_prefix(r#"{"type":"TODO"#)?;
    let (_, rest) = event.split_once(r#""seq":"#)?;
    rest.split(',').next()?.parse().ok()
}
