//! Live sockets on the real binary: what idle ones weigh, and how soon an edit reaches all who have its list open. The
//! other ends live in this process, on the same machine, and take their share of it.

use crate::{
    bare::Bare,
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

/// As little memory as it goes: there are many of them.
pub fn config() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(1024)
}

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
    let opened = client_async_with_config(request, stream, Some(config())).await;
    opened.map(|(socket, _)| socket).map_err(io::Error::other)
}

/// Bytes of the process's memory that are in use.
fn memory(server: &Process) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0) * 1024
}

/// Seconds of processor time that a process has used: in its own code, and in the system's.
fn processor(process: u32) -> [f64; 2] {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("Linux");
    // Behind the name, which is in parentheses: state, ten others, then the two in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let mut times = fields.split_whitespace().skip(11);
    [(); 2].map(|()| {
        let hundredths = times.next().and_then(|time| time.parse::<f64>().ok());
        hundredths.expect("Linux") / 100.0
    })
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
pub async fn fan_out(count: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let (address, server) = start(folder.path()).await;
    let mut person = Person::register(address).await.expect("an account");
    let sockets = open(address, &person, count).await;
    let edit = async |seq| person.edit(seq).await.expect("an answer");
    deliver("edits/s", sockets, server.id(), edit).await;
}

/// The same without a server.
pub async fn bare(count: usize) {
    let (mut bare, sockets) = Bare::start(count).await;
    let id = bare.id();
    // As long as an event of the server's.
    let todo = format!(
        r#""payload":{{"id":"{0}","list":"{0}","title":"{1}","completed":true,"position":"a0","version":1,"title_version":1,"created_at":1763812345678,"updated_at":1763812399999}}"#,
        uuid::Uuid::nil(),
        "x".repeat(10),
    );
    let pass_on = async |seq| {
        let event = format!(
            r#"{{"type":"TODO_UPDATED","list":"{0}","seq":{seq},"client":"{0}","mid":{seq},{todo}}}"#,
            uuid::Uuid::nil()
        );
        bare.pass_on(&event).await.expect("a connection");
    };
    deliver("events/s by the system alone", sockets, id, pass_on).await;
}

/// Makes so many changes a second, and prints how soon each reached all, and what the process took for it.
#[allow(clippy::print_stdout)]
async fn deliver(
    what: &str,
    sockets: Vec<Socket>,
    process: u32,
    mut change: impl AsyncFnMut(usize),
) {
    let count = sockets.len();
    let edits = (RATE * SECONDS) as usize;
    let sent: Arc<Vec<OnceLock<Instant>>> =
        Arc::new((0..=edits).map(|_| OnceLock::new()).collect());
    let mut readers = JoinSet::new();
    for socket in sockets {
        readers.spawn(read(socket, Arc::clone(&sent)));
    }
    let before = processor(process);
    let began = Instant::now();
    let mut ticks = interval(Duration::from_secs(1) / RATE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for seq in 1..=edits {
        ticks.tick().await;
        let _ = sent[seq].set(Instant::now());
        change(seq).await;
    }
    let lasted = began.elapsed().as_secs_f64();
    let mut took: Vec<Duration> = readers.join_all().await.into_iter().flatten().collect();
    let after = processor(process);
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    let [own, system] = [0, 1].map(|n| after[n] - before[n]);
    println!(
        "{count} sockets, {RATE} {what} for {lasted:.0} s: p50 {:.1} ms, p99 {:.1} ms, {} of {} lost, {:.1} s of processor \
         time ({own:.1} its own, {system:.1} the system's), {:.1} µs each.",
        at(50),
        at(99),
        edits * count - took.len(),
        edits * count,
        own + system,
        (own + system) * 1e6 / took.len() as f64,
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
