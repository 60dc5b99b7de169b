//! One socket: what is sent in which order, what is heard, and how it ends. Generic over where messages come from and
//! go to, so that tests need no network.
//!
//! One task a socket: sending never keeps it from hearing, nor from noticing that it is to end.
//!
//! Not here: who may open one (`ws`), who is told what (`hub`).

use super::{end::End, flood::Flood, pulse::Pulse};
use crate::{
    core::{
        id::Seq,
        wire::frames::{FromBrowser, ListsChanged, Pong},
    },
    server::hub::{Subscription, mailbox::Next, presence::crowds},
};
use futures_util::{Sink, SinkExt, Stream};
use serde::Serialize;
use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{
    Bytes, Error, Message, Utf8Bytes,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

/// Bytes that are sent in one piece. What is larger goes in several, since a socket keeps a buffer of the largest one.
pub const PIECE_MAX: usize = 4 * 1024;
/// After how much silence a socket ends.
pub const SILENCE_MAX: Duration = Duration::from_secs(45);
/// `LISTS_CHANGED` goes out once in this time at most.
pub const LISTS_INTERVAL: Duration = Duration::from_secs(1);
/// `PRESENCE` goes out once in this time at most.
pub const PRESENCE_INTERVAL: Duration = Duration::from_millis(250);
/// How long a goodbye may take.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(5);
/// Pieces that are sent before somebody else has a turn.
const TURN: usize = 32;
/// A timer reaches no further than this; then it is set again.
const FAR: Duration = Duration::from_secs(24 * 60 * 60);

/// What a socket begins with.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The first frame.
    pub welcome: Utf8Bytes,
    /// Whether it is about a list.
    pub has_list: bool,
    /// What follows, of the same moment.
    pub reading: Reading,
}

/// What was read at one moment.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// What the frames come after; 0 before a snapshot.
    pub from: Seq,
    /// The list's last event.
    pub head: Seq,
    /// As they go out, each with the place that it leads to; the last leads to the head.
    pub frames: VecDeque<(Seq, Utf8Bytes)>,
    /// How long the sign-in is good.
    pub expires_in: Duration,
}

/// Where a socket reads on.
pub trait Desk {
    /// What came after `at`, and whether the sign-in is still good.
    ///
    /// # Errors
    /// How the socket is to end.
    fn read(&self, at: Seq) -> impl Future<Output = Result<Reading, End>> + Send;
}

/// Serves a socket until it ends, and says goodbye.
pub async fn run<S, D>(socket: &mut S, subscription: Subscription, opening: Opening, desk: D) -> End
where
    S: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin,
    D: Desk,
{
    let mut line = Line::new(subscription, opening);
    let end = line.serve(socket, &desk).await;
    // Nobody sees it any more while it says goodbye; it is counted until it has.
    line.subscription.leave();
    let goodbye = async {
        match end.frame() {
            Some(frame) => socket.send(Message::Close(Some(frame))).await,
            None => socket.flush().await,
        }
    };
    // Who does not take it is cut off.
    let _ = timeout(GOODBYE_TIMEOUT, goodbye).await;
    end
}

/// What woke the socket.
enum Woken {
    Heard(Message),
    CatchUp,
    Time,
    Ended(End),
}

/// One socket's state.
struct Line {
    subscription: Subscription,
    welcome: Option<Utf8Bytes>,
    has_list: bool,
    /// The last event it was sent.
    at: Seq,
    /// What was read and is still to be sent.
    replay: VecDeque<(Seq, Utf8Bytes)>,
    /// What is left of a message that goes in pieces.
    rest: Option<Bytes>,
    /// What goes next, once there is room.
    piece: Option<Message>,
    /// There was no room for it.
    is_blocked: bool,
    is_unflushed: bool,
    owes_pong: bool,
    flood: Flood,
    began: Instant,
    heard: Instant,
    pulse: Pulse,
    next_lists: Instant,
    next_presence: Instant,
    expires: Instant,
    timer: Pin<Box<Sleep>>,
}

impl Line {
    fn new(subscription: Subscription, opening: Opening) -> Self {
        let now = Instant::now();
        let Reading {
            from,
            frames,
            expires_in,
            ..
        } = opening.reading;
        Self {
            subscription,
            welcome: Some(opening.welcome),
            has_list: opening.has_list,
            at: from,
            replay: frames,
            rest: None,
            piece: None,
            is_blocked: false,
            is_unflushed: false,
            owes_pong: false,
            flood: Flood::default(),
            began: now,
            heard: now,
            pulse: Pulse::new(now),
            next_lists: now,
            next_presence: now,
            expires: now + expires_in.min(FAR),
            timer: Box::pin(sleep_until(now + SILENCE_MAX)),
        }
    }

    async fn serve<S, D>(&mut self, socket: &mut S, desk: &D) -> End
    where
        S: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin,
        D: Desk,
    {
        loop {
            let woken = poll_fn(|context| self.poll(socket, context)).await;
            let read = match woken {
                Woken::Heard(message) => match self.hear(message) {
                    Ok(()) => continue,
                    Err(end) => return end,
                },
                Woken::Ended(end) => return end,
                Woken::CatchUp => true,
                Woken::Time => Instant::now() >= self.expires,
            };
            if self.heard.elapsed() >= SILENCE_MAX {
                return End::Silent;
            }
            if read && let Err(end) = self.read_on(desk).await {
                // What the hub knows is more exact.
                let known = self.subscription.mailbox().closing();
                return known.map_or(end, End::from);
            }
        }
    }

    /// Reads on from the table: something is missing here, or the sign-in may have ended.
    async fn read_on(&mut self, desk: &impl Desk) -> Result<(), End> {
        // What comes from now on is kept beside what is read.
        self.subscription.mailbox().catch_up();
        let reading = desk.read(self.at).await?;
        self.replay = reading.frames;
        self.expires = Instant::now() + reading.expires_in.min(FAR);
        Ok(())
    }

    fn poll<S>(&mut self, socket: &mut S, context: &mut Context<'_>) -> Poll<Woken>
    where
        S: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin,
    {
        // Before looking, so that nothing comes unnoticed.
        self.subscription.mailbox().wake_me(context);
        if let Poll::Ready(woken) = self.poll_send(socket, context) {
            return Poll::Ready(woken);
        }
        match Pin::new(socket).poll_next(context) {
            Poll::Ready(Some(Ok(message))) => return Poll::Ready(Woken::Heard(message)),
            Poll::Ready(Some(Err(error))) => return Poll::Ready(Woken::Ended(error.into())),
            Poll::Ready(None) => return Poll::Ready(Woken::Ended(End::Gone)),
            Poll::Pending => {}
        }
        self.poll_timer(context)
    }

    /// Sends what there is, as far as there is room.
    fn poll_send<S>(&mut self, socket: &mut S, context: &mut Context<'_>) -> Poll<Woken>
    where
        S: Sink<Message, Error = Error> + Unpin,
    {
        let ended = |error: Error| Poll::Ready(Woken::Ended(error.into()));
        for _ in 0..TURN {
            if let Some(close) = self.subscription.mailbox().closing() {
                return Poll::Ready(Woken::Ended(close.into()));
            }
            if self.piece.is_none() {
                match self.next_piece() {
                    Ok(piece) => self.piece = piece,
                    Err(woken) => return Poll::Ready(woken),
                }
            }
            if self.piece.is_none() {
                if self.is_unflushed {
                    match Pin::new(&mut *socket).poll_flush(context) {
                        Poll::Ready(Ok(())) => self.is_unflushed = false,
                        Poll::Ready(Err(error)) => return ended(error),
                        Poll::Pending => {}
                    }
                }
                return Poll::Pending;
            }
            match Pin::new(&mut *socket).poll_ready(context) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => return ended(error),
                Poll::Pending => {
                    self.is_blocked = true;
                    return Poll::Pending;
                }
            }
            if std::mem::take(&mut self.is_blocked) {
                // It took something: it lives, however long a replay takes it.
                self.lives();
            }
            if let Some(piece) = self.piece.take()
                && let Err(error) = Pin::new(&mut *socket).start_send(piece)
            {
                return ended(error);
            }
            self.is_unflushed = true;
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// What goes next, if there is anything.
    fn next_piece(&mut self) -> Result<Option<Message>, Woken> {
        if let Some(rest) = self.rest.take() {
            return Ok(Some(self.piece_of(rest, OpCode::Data(Data::Continue))));
        }
        Ok(match self.next_message()? {
            Some(Message::Text(text)) if text.len() > PIECE_MAX => {
                Some(self.piece_of(text.into(), OpCode::Data(Data::Text)))
            }
            message => message,
        })
    }

    /// The beginning of a text. The rest is kept.
    fn piece_of(&mut self, mut bytes: Bytes, code: OpCode) -> Message {
        let rest = bytes.split_off(bytes.len().min(PIECE_MAX));
        let is_last = rest.is_empty();
        if !is_last {
            self.rest = Some(rest);
        }
        Message::Frame(Frame::message(bytes, code, is_last))
    }

    fn next_message(&mut self) -> Result<Option<Message>, Woken> {
        let text = |text: Utf8Bytes| Ok(Some(Message::Text(text)));
        if let Some(welcome) = self.welcome.take() {
            return text(welcome);
        }
        let now = Instant::now();
        if now >= self.pulse.next {
            if self.pulse.ping(now) {
                self.subscription.answers(false);
            }
            return Ok(Some(Message::Ping(Default::default())));
        }
        if std::mem::take(&mut self.owes_pong) {
            return text(encode(&Pong::new(self.has_list.then_some(self.at))));
        }
        if let Some((seq, frame)) = self.replay.pop_front() {
            self.at = seq;
            return text(frame);
        }
        // A replay's room is given back.
        if self.replay.capacity() > 0 {
            self.replay = VecDeque::new();
        }
        match self.subscription.mailbox().next(self.at) {
            Next::Event(seq, frame) => {
                self.at = seq;
                return text(frame);
            }
            Next::CatchUp => return Err(Woken::CatchUp),
            Next::Nothing => {}
        }
        Ok(self.next_note(now).map(Message::Text))
    }

    /// What is to be told of lists and of presence, each not too often.
    fn next_note(&mut self, now: Instant) -> Option<Utf8Bytes> {
        let mailbox = self.subscription.mailbox();
        if now >= self.next_presence && mailbox.take_presence() {
            let (frame, people) = self.subscription.presence()?;
            self.next_presence = now + PRESENCE_INTERVAL * crowds(people);
            self.pulse.among(people, now);
            return Some(frame);
        }
        if now >= self.next_lists && mailbox.take_lists_changed() {
            self.next_lists = now + LISTS_INTERVAL;
            return Some(encode(&ListsChanged::default()));
        }
        None
    }

    /// Waits for the next moment at which something is due.
    fn poll_timer(&mut self, context: &mut Context<'_>) -> Poll<Woken> {
        let mut due = self.expires.min(self.heard + SILENCE_MAX);
        // What cannot be sent anyway is not due.
        if self.piece.is_none() {
            due = due.min(self.pulse.next);
            let (lists, presence) = self.subscription.mailbox().notes();
            if lists {
                due = due.min(self.next_lists);
            }
            if presence {
                due = due.min(self.next_presence);
            }
        }
        if self.timer.deadline() != due {
            self.timer.as_mut().reset(due);
        }
        self.timer.as_mut().poll(context).map(|()| Woken::Time)
    }

    fn lives(&mut self) {
        self.heard = Instant::now();
        if self.pulse.heard() {
            self.subscription.answers(true);
        }
    }

    fn hear(&mut self, message: Message) -> Result<(), End> {
        self.lives();
        if self.flood.count(self.began.elapsed()) {
            return Err(End::Flooding);
        }
        match message {
            Message::Text(text) => self.understand(&text),
            Message::Binary(_) => Err(End::Binary),
            Message::Close(_) => Err(End::Gone),
            // tungstenite has the answer to a ping ready.
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {
                self.is_unflushed = true;
                Ok(())
            }
        }
    }

    fn understand(&mut self, text: &str) -> Result<(), End> {
        let said: FromBrowser = serde_json::from_str(text).map_err(|_| End::Garbage)?;
        match said.r#type.as_str() {
            "PING" => self.owes_pong = true,
            "EDITING" => self.subscription.edit(said.id),
            // Another version's.
            _ => {}
        }
        Ok(())
    }
}

fn encode(frame: &impl Serialize) -> Utf8Bytes {
    // Flat structs of text and numbers are always encoded.
    serde_json::to_string(frame).unwrap_or_default().into()
}
