//! Edits over HTTP, to the real binary in a process of its own (another one, if `LOCKSTEP_BIN` names it). Not here:
//! what the store alone can do.

use crate::{
    LASTS, Measured,
    process::{BINARY, Process, free_address},
};
use std::{
    io,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};
use uuid::Uuid;

/// With so many clients at once, each on a connection that it keeps.
pub async fn measure(clients: usize) -> Measured {
    let folder = tempfile::tempdir().expect("a folder");
    let (address, _server) = start(folder.path()).await;
    let mut people = Vec::new();
    for _ in 0..clients {
        people.push(Person::register(address).await.expect("an account"));
    }
    let until = Instant::now() + LASTS;
    let edits = people
        .into_iter()
        .map(|person| tokio::spawn(person.edits(until)));
    let mut took = Vec::new();
    for person in edits.collect::<Vec<_>>() {
        took.extend(person.await.expect("a person").expect("answers"));
    }
    Measured::new(took)
}

/// Starts one with its data in this folder.
pub async fn start(folder: &Path) -> (SocketAddr, Process) {
    let address = free_address();
    let limits = [
        ("LOCKSTEP_LIMITS_SOCKETS_PER_USER", "0"),
        ("LOCKSTEP_LIMITS_SOCKETS_PER_ADDRESS", "0"),
    ];
    let binary = std::env::var("LOCKSTEP_BIN");
    let binary = binary.as_deref().unwrap_or(BINARY);
    let server = Process::start(binary, folder, address, &limits).await;
    (address, server)
}

/// Somebody with a list and one todo in it, and a connection. HTTP as plain as it goes, so that the measuring
/// takes little from what is measured.
pub struct Person {
    connection: BufReader<TcpStream>,
    pub cookie: String,
    pub list: Uuid,
    client: Uuid,
    todo: Uuid,
}

impl Person {
    /// With a new account.
    pub async fn register(address: SocketAddr) -> io::Result<Self> {
        let connection = TcpStream::connect(address).await?;
        connection.set_nodelay(true)?;
        let mut person = Self {
            connection: BufReader::new(connection),
            cookie: String::new(),
            list: Uuid::now_v7(),
            client: Uuid::now_v7(),
            todo: Uuid::now_v7(),
        };
        let form = "application/x-www-form-urlencoded";
        let name = Uuid::now_v7().simple().to_string();
        let body = format!("name={}&password=correct+horse+battery", &name[12..]);
        person.post("register", form, &body).await?;
        let body = format!("name=Bench&id={}", person.list);
        person.post("create_list", form, &body).await?;
        Ok(person)
    }

    /// Adds a todo, then ticks and unticks it until the time is up. How long each edit took.
    async fn edits(mut self, until: Instant) -> io::Result<Vec<Duration>> {
        let mut took = Vec::new();
        for mid in 1.. {
            let began = Instant::now();
            self.edit(mid).await?;
            took.push(began.elapsed());
            if Instant::now() > until {
                break;
            }
        }
        Ok(took)
    }

    /// The edit of this number: the first adds a todo, the others tick and untick it.
    pub async fn edit(&mut self, mid: usize) -> io::Result<()> {
        let todo = self.todo;
        let op = match mid {
            1 => {
                format!(r#"{{"type":"ADD_TODO","id":"{todo}","title":"oat milk","position":"a0"}}"#)
            }
            _ => format!(
                r#"{{"type":"SET_COMPLETED","id":"{todo}","completed":{}}}"#,
                mid.is_multiple_of(2)
            ),
        };
        let body = format!(
            r#"{{"list":"{}","client":"{}","acked":{},"mutations":[{{"mid":{mid},"op":{op}}}]}}"#,
            self.list,
            self.client,
            mid - 1
        );
        let answer = self.post("push", "application/json", &body).await?;
        assert!(answer.contains("APPLIED"), "{answer}");
        Ok(())
    }

    /// Posts and gives the answer's body. Cookies that it sets are kept.
    async fn post(&mut self, function: &str, kind: &str, body: &str) -> io::Result<String> {
        let request = format!(
            "POST /api/{function} HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\nCookie: {}\r\n\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            self.cookie,
            body.len()
        );
        self.connection
            .get_mut()
            .write_all(request.as_bytes())
            .await?;
        let mut line = String::new();
        self.connection.read_line(&mut line).await?;
        assert!(line.starts_with("HTTP/1.1 200"), "{function}: {line}");
        let mut length = 0;
        loop {
            line.clear();
            self.connection.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            match name {
                "content-length" => length = value.parse().expect("a length"),
                "set-cookie" => {
                    let cookie = value.split(';').next().unwrap_or_default();
                    self.cookie = format!("{cookie}; {}", self.cookie);
                }
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.connection.read_exact(&mut body).await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }
}
