//! A socket without a network: what the server's half sends and takes, and a client that reads when it likes.

use crate::{
    core::id::{ListId, Seq, SessionId, UserId},
    server::{
        hub::{Caps, Hub, Subscription, Visitor},
        ws::{
            end::End,
            socket::{Desk, Opening, Reading, run},
        },
    },
};
use futures_util::{Sink, Stream};
use serde_json::{Value, from_str, json};
use std::{
    collections::VecDeque,
    future::poll_fn,
    net::{IpAddr, Ipv4Addr},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use uuid::Uuid;

pub const LIST: ListId = ListId(Uuid::from_u128(1));
pub const ADA: UserId = UserId(Uuid::from_u128(2));
pub const BOB: UserId = UserId(Uuid::from_u128(3));
pub const SESSION: SessionId = SessionId(Uuid::from_u128(4));
/// Longer than any test.
pub const LONG: Duration = Duration::from_secs(20 * 60 * 60);

#[derive(Default)]
struct Pipe {
    sent: VecDeque<Message>,
    /// Messages that still find room.
    room: usize,
    server: Option<Waker>,
    client: Option<Waker>,
}

/// The server's half.
struct Wire {
    pipe: Arc<Mutex<Pipe>>,
    said: UnboundedReceiver<Message>,
}

impl Stream for Wire {
    type Item = Result<Message, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.said.poll_recv(context).map(|said| said.map(Ok))
    }
}

impl Sink<Message> for Wire {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let mut pipe = self.pipe.lock().unwrap();
        if pipe.room > 0 {
            return Poll::Ready(Ok(()));
        }
        pipe.server = Some(context.waker().clone());
        Poll::Pending
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        let mut pipe = self.pipe.lock().unwrap();
        pipe.room -= 1;
        pipe.sent.push_back(message);
        if let Some(client) = pipe.client.take() {
            client.wake();
        }
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }
}

/// The client's half.
pub struct Client {
    pipe: Arc<Mutex<Pipe>>,
    say: UnboundedSender<Message>,
    pub served: JoinHandle<End>,
}

/// Answers that a socket gets when it reads on, and where it was then.
#[derive(Clone, Default)]
pub struct Table {
    answers: Arc<Mutex<VecDeque<Result<Reading, End>>>>,
    pub asked: Arc<Mutex<Vec<Seq>>>,
}

impl Table {
    pub fn answers(&self, answer: Result<Reading, End>) {
        self.answers.lock().unwrap().push_back(answer);
    }
}

impl Desk for Table {
    async fn read(&self, at: Seq) -> Result<Reading, End> {
        self.asked.lock().unwrap().push(at);
        let answer = self.answers.lock().unwrap().pop_front();
        answer.expect("nothing is missing")
    }
}

/// A hub of its own, whose missing events nobody reads.
pub fn hub() -> Hub {
    Hub::new(Caps::default()).0
}

pub fn visitor(user: UserId, list: Option<ListId>) -> Visitor {
    Visitor {
        user,
        name: user.to_string(),
        session: SESSION,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        list,
    }
}

pub fn frame(seq: u64) -> Utf8Bytes {
    json!({"type": "TODO_ADDED", "seq": seq}).to_string().into()
}

/// Events as they were read, after `from`.
pub fn reading(from: u64, head: u64) -> Reading {
    Reading {
        from: Seq(from),
        head: Seq(head),
        frames: (from + 1..=head)
            .map(|seq| (Seq(seq), frame(seq)))
            .collect(),
        expires_in: LONG,
    }
}

/// Serves a socket that is subscribed already, with room for so many messages.
pub fn serve(subscription: Subscription, opening: Opening, table: &Table, room: usize) -> Client {
    let (say, said) = unbounded_channel();
    let pipe = Arc::new(Mutex::new(Pipe {
        room,
        ..Pipe::default()
    }));
    let mut wire = Wire {
        pipe: Arc::clone(&pipe),
        said,
    };
    let table = table.clone();
    let served = tokio::spawn(async move { run(&mut wire, subscription, opening, table).await });
    Client { pipe, say, served }
}

/// A socket of this person at a list whose last event is `head`, with room for everything.
pub fn at(hub: &Hub, user: UserId, head: u64) -> Client {
    let subscription = hub.subscribe(visitor(user, Some(LIST))).unwrap();
    subscription.begin(Seq(head));
    serve(
        subscription,
        opening(reading(head, head)),
        &Table::default(),
        usize::MAX,
    )
}

pub fn opening(reading: Reading) -> Opening {
    Opening {
        welcome: json!({"type": "WELCOME"}).to_string().into(),
        has_list: true,
        reading,
    }
}

impl Client {
    pub fn say(&self, text: &str) {
        let _ = self.say.send(Message::text(text));
    }

    pub fn send(&self, message: Message) {
        let _ = self.say.send(message);
    }

    /// Makes room for so many more.
    pub fn take(&self, more: usize) {
        let mut pipe = self.pipe.lock().unwrap();
        pipe.room = pipe.room.saturating_add(more);
        if let Some(server) = pipe.server.take() {
            server.wake();
        }
    }

    /// The next message.
    pub async fn message(&self) -> Message {
        poll_fn(|context| {
            let mut pipe = self.pipe.lock().unwrap();
            match pipe.sent.pop_front() {
                Some(message) => Poll::Ready(message),
                None => {
                    pipe.client = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// The next frame of JSON; heartbeats are passed over.
    pub async fn next(&self) -> Value {
        loop {
            match self.message().await {
                Message::Text(text) => return from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The numbers of all events up to the end, and its code.
    pub async fn to_the_end(&self) -> (Vec<u64>, u16) {
        let mut seqs = Vec::new();
        loop {
            match self.message().await {
                Message::Text(text) => {
                    let frame: Value = from_str(&text).unwrap();
                    seqs.extend(frame["seq"].as_u64());
                }
                Message::Close(frame) => return (seqs, frame.unwrap().code.into()),
                _ => {}
            }
        }
    }
}
