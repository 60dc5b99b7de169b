//! One client: it keeps base by the socket's events alone, and sends edits until each is answered.

use crate::{Phase, random::Random, server::Person};
use futures_util::StreamExt;
use lockstep::core::{
    id::{ClientId, Epoch, ListId, Mid, Seq},
    pending::Outcome,
    replica::{Merged, Replica},
    todo::Todo,
    wire::{
        EventFrame, Pushed,
        frames::{Snapshot, Welcome},
    },
};
use serde_json::{Value, from_str, from_value, json};
use std::time::Duration;
use tokio::{
    net::TcpStream,
    sync::{mpsc::Sender, watch},
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};
use uuid::Uuid;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Edits that wait at most: more only make one push larger.
const WAITING_MAX: usize = 20;
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a client has to say in the end.
pub struct Report {
    pub client: ClientId,
    pub base: Replica,
    /// Its edits that were answered as applied.
    pub answered: Vec<(Mid, Seq)>,
    /// How often it connected.
    pub connections: usize,
    /// What the server must not do, and did.
    pub wrong: Vec<String>,
}

/// See the module.
pub struct Client {
    person: Person,
    list: ListId,
    random: Random,
    client: ClientId,
    base: Option<Replica>,
    last: u64,
    waiting: Vec<Value>,
    answered: Vec<(Mid, Seq)>,
    connections: usize,
    wrong: Vec<String>,
    /// Let go of when everything is sent.
    sending: Option<Sender<()>>,
}

impl Client {
    /// A client of this person that has nothing yet.
    pub fn new(person: Person, list: ListId, random: Random, sending: Sender<()>) -> Self {
        Self {
            person,
            list,
            random,
            client: ClientId(Uuid::now_v7()),
            base: None,
            last: 0,
            waiting: Vec::new(),
            answered: Vec::new(),
            connections: 0,
            wrong: Vec::new(),
            sending: Some(sending),
        }
    }

    /// Edits and listens until it has the last event.
    pub async fn run(mut self, phases: watch::Receiver<Phase>) -> Report {
        while !self.is_done(&phases) {
            if let Some(socket) = self.connect().await {
                self.connections += 1;
                self.listen(socket, &phases).await;
            }
            sleep(Duration::from_millis(20 + self.random.below(200))).await;
        }
        Report {
            client: self.client,
            base: self.base.unwrap(),
            answered: self.answered,
            connections: self.connections,
            wrong: self.wrong,
        }
    }

    fn is_done(&self, phases: &watch::Receiver<Phase>) -> bool {
        let has = self.base.as_ref().map(|base| base.seq);
        matches!(*phases.borrow(), Phase::Settled(last) if has >= Some(last))
    }

    async fn connect(&mut self) -> Option<Socket> {
        let mut address = format!(
            "ws://{}/ws?list={}&client={}&user={}",
            self.person.address, self.list, self.client, self.person.id
        );
        if let Some(Replica { epoch, seq, .. }) = &self.base {
            address += &format!("&epoch={epoch}&since={}", seq.0);
        }
        let mut request = address.into_client_request().unwrap();
        let cookie = self.person.cookie.parse().unwrap();
        request.headers_mut().insert("cookie", cookie);
        let connected = timeout(PATIENCE, connect_async(request)).await;
        connected.ok()?.ok().map(|(socket, _)| socket)
    }

    /// Until it is cut, by this client or by the server's end.
    async fn listen(&mut self, mut socket: Socket, phases: &watch::Receiver<Phase>) {
        let cut = Instant::now() + Duration::from_millis(200 + self.random.below(3_000));
        let mut welcome = None;
        let mut edit = Instant::now();
        while !self.is_done(phases) {
            let is_chaos = *phases.borrow() == Phase::Chaos;
            tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => self.hear(&text, &mut welcome),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => {}
                },
                // Dropped as it is: the other side is not told.
                () = sleep_until(cut), if is_chaos => return,
                () = sleep_until(edit) => {
                    self.edit(is_chaos).await;
                    edit = Instant::now() + Duration::from_millis(20 + self.random.below(200));
                }
            }
        }
    }

    fn hear(&mut self, text: &str, welcome: &mut Option<Welcome>) {
        let frame: Value = from_str(text).unwrap();
        let r#type = frame["type"].as_str().unwrap_or_default().to_owned();
        if welcome.is_none() != (r#type == "WELCOME") {
            self.wrong.push(format!("WELCOME is not the first: {text}"));
        }
        match r#type.as_str() {
            "WELCOME" => {
                let read: Welcome = from_value(frame).unwrap();
                let fell = self
                    .base
                    .as_ref()
                    .is_some_and(|base| read.seq < Some(base.seq));
                if fell {
                    self.wrong.push(format!("seq fell: {text}"));
                }
                *welcome = Some(read);
            }
            "SNAPSHOT" => {
                let Snapshot {
                    epoch,
                    seq,
                    payload,
                    ..
                } = from_value(frame).unwrap();
                if self.base.is_some() {
                    self.wrong
                        .push(format!("a snapshot at {} that nobody needs", seq.0));
                }
                self.base = Some(Replica::new(epoch, seq, payload));
            }
            "LISTS_CHANGED" | "PRESENCE" | "PONG" => {}
            _ => self.merge(from_value(frame).unwrap()),
        }
    }

    fn merge(&mut self, frame: EventFrame) {
        let placed = frame.placed();
        let merged = match (&mut self.base, placed.event) {
            (Some(base), Some(event)) => base.merge(placed.seq, event),
            _ => Merged::Gap,
        };
        if merged != Merged::Advanced {
            self.wrong.push(format!("{merged:?} at {}", placed.seq.0));
        }
    }

    /// Makes an edit, and sends all that are not answered. Now and then it does not wait for the answer.
    async fn edit(&mut self, is_chaos: bool) {
        if is_chaos && self.waiting.len() < WAITING_MAX {
            self.last += 1;
            let mutation = json!({"mid": self.last, "op": self.op()});
            self.waiting.push(mutation);
        }
        if self.waiting.is_empty() {
            if !is_chaos {
                self.sending = None;
            }
            return;
        }
        let epoch = self.base.as_ref().map(|base| base.epoch);
        let body = json!({"user": self.person.id, "list": self.list, "epoch": epoch.map(|Epoch(id)| id),
            "client": self.client, "mutations": self.waiting});
        let patience = match is_chaos && self.random.chance(10) {
            true => Duration::from_millis(self.random.below(10)),
            false => PATIENCE,
        };
        let pushed = timeout(patience, self.person.post::<Pushed>("push", &body)).await;
        let Ok(Some(pushed)) = pushed else { return };
        let decided = pushed.decided().unwrap();
        for (mid, outcome) in decided {
            if let Outcome::Applied(seq) = outcome {
                self.answered.push((mid, seq));
            }
            self.waiting
                .retain(|mutation| mutation["mid"] != json!(mid));
        }
    }

    fn op(&mut self) -> Value {
        let todos: Vec<&Todo> = self
            .base
            .iter()
            .flat_map(|base| base.todos().iter())
            .collect();
        let ids: Vec<_> = todos.iter().map(|todo| todo.id).collect();
        let position = format!("a{}", self.random.below(1_000));
        let title = format!("item {}", self.random.below(1_000));
        let Some(todo) = self.random.pick(&todos) else {
            return json!({"type": "ADD_TODO", "id": Uuid::now_v7(), "title": title, "position": position});
        };
        let (id, completed) = (todo.id, !todo.completed);
        let base = json!({"server": todo.title_version});
        match self.random.below(12) {
            0..4 => {
                json!({"type": "ADD_TODO", "id": Uuid::now_v7(), "title": title, "position": position})
            }
            4..6 => json!({"type": "SET_COMPLETED", "id": id, "completed": completed}),
            6..8 => json!({"type": "SET_TITLE", "id": id, "title": title, "base": base}),
            8 => json!({"type": "MOVE_TODO", "id": id, "position": position}),
            9 => json!({"type": "DELETE_TODO", "id": id}),
            10 => json!({"type": "SET_ALL_COMPLETED", "ids": ids, "completed": completed}),
            _ => json!({"type": "CLEAR_COMPLETED", "ids": ids}),
        }
    }
}
