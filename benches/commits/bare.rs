//! What the system alone takes to hand an event to so many connections: a process of its own writes the same bytes to each
//! of them, one after the other, and does nothing else. What a server takes beyond that is its own; below that it cannot
//! get with a write a socket.

use std::{
    env, io,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::protocol::{
        Role,
        frame::{
            Frame,
            coding::{Data, OpCode},
        },
    },
};

/// The argument that makes this program that process; the number of connections follows.
const ARGUMENT: &str = "bare";

/// Is that process, if this program was started as such.
pub fn serve_if_asked() -> bool {
    let mut arguments = env::args().skip(1);
    if arguments.next().as_deref() != Some(ARGUMENT) {
        return false;
    }
    let count = arguments.next().and_then(|count| count.parse().ok());
    serve(count.expect("a number")).expect("connections");
    true
}

/// Takes so many connections, and one more whose lines it passes on to all.
#[allow(clippy::print_stdout)]
fn serve(count: usize) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("{}", listener.local_addr()?);
    let accept = || {
        let (connection, _) = listener.accept()?;
        connection.set_nodelay(true).map(|()| connection)
    };
    let mut connections = (0..count)
        .map(|_| accept())
        .collect::<io::Result<Vec<_>>>()?;
    for line in BufReader::new(accept()?).lines() {
        let mut frame = Vec::new();
        let event = Frame::message(line?, OpCode::Data(Data::Text), true);
        event.format(&mut frame).map_err(io::Error::other)?;
        for connection in &mut connections {
            connection.write_all(&frame)?;
        }
    }
    Ok(())
}

/// Such a process. It ends with this.
pub struct Bare {
    child: Child,
    lines: TcpStream,
}

impl Drop for Bare {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Bare {
    /// With so many connections to it.
    pub async fn start(count: usize) -> (Self, Vec<WebSocketStream<TcpStream>>) {
        let mut child = Command::new(env::current_exe().expect("this program"))
            .args([ARGUMENT, &count.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the process");
        let mut line = String::new();
        let output = child.stdout.as_mut().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let address: SocketAddr = line.trim().parse().expect("its address");
        let mut sockets = Vec::with_capacity(count);
        for _ in 0..count {
            let stream = TcpStream::connect(address).await.expect("a connection");
            let config = Some(super::sockets::config());
            sockets.push(WebSocketStream::from_raw_socket(stream, Role::Client, config).await);
        }
        let lines = TcpStream::connect(address).await.expect("a connection");
        lines.set_nodelay(true).expect("a connection");
        (Self { child, lines }, sockets)
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Has an event passed on.
    pub async fn pass_on(&mut self, event: &str) -> io::Result<()> {
        self.lines.write_all(format!("{event}\n").as_bytes()).await
    }
}
