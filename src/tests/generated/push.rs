//! Pushes to the whole server, called in its own process.

use super::{
    Tally, feed,
    plan::{CLIENTS, Plan, client_id, plan},
    spoil,
};
use crate::{
    core::{
        event::Placed,
        replica::{Brings, Merged, Replica},
        wire::Pulled,
    },
    tests::{
        answer::Answer,
        api::bad_input::functions::Mine,
        app::TestApp,
        person::{Person, new_id},
    },
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use serde::Deserialize;
use serde_json::{Value, from_slice, from_value, json};
use std::{cell::RefCell, collections::BTreeMap};
use tokio::runtime::Builder;
use tower::Service;
use uuid::Uuid;

/// All that a push may be refused with.
const REFUSALS: [(u16, &str); 7] = [
    (400, "MALFORMED"),
    (401, "OTHER_USER"),
    (403, "CLIENT_TAKEN"),
    (404, "NOT_FOUND"),
    (409, "OUT_OF_ORDER"),
    (409, "EPOCH"),
    (413, "TOO_LARGE"),
];

/// What of a push its outcomes must match.
#[derive(Deserialize)]
struct Sent {
    client: Uuid,
    mutations: Vec<Numbered>,
}

#[derive(Deserialize)]
struct Numbered {
    mid: u64,
}

/// The server, somebody with a list, and how far their clients are.
struct Scene {
    app: TestApp,
    router: Router,
    person: Person,
    list: String,
    foreign: Value,
    last_mids: BTreeMap<String, u64>,
    state: Replica,
    statuses: Tally,
    outcomes: Tally,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let person = app.person().await;
        let list = person.list("Groceries").await;
        let other = Mine::new(&app).await;
        let foreign = json!({"user": other.person.id, "list": other.list, "client": other.client, "epoch": new_id()});
        let snapshot: Pulled = from_value(person.snapshot(&list).await).unwrap();
        let state = snapshot.news().snapshot().unwrap();
        Self {
            router: app.router(),
            app,
            person,
            list,
            foreign,
            last_mids: BTreeMap::new(),
            state,
            statuses: Tally::default(),
            outcomes: Tally::default(),
        }
    }

    fn body(&self, plan: &Plan) -> Vec<u8> {
        if let Some(bytes) = &plan.bytes {
            return bytes.clone();
        }
        let client = if plan.client < CLIENTS {
            client_id(plan.client)
        } else {
            new_id()
        };
        let last = self.last_mids.get(&client).copied().unwrap_or_default();
        let gap = u64::from(plan.foreign == Some("mid"));
        let mids = 1 + gap + last.saturating_sub(plan.again)..;
        let mutations = plan.ops.iter().zip(mids);
        let mutations: Vec<_> = mutations
            .map(|(op, mid)| json!({"mid": mid, "op": op}))
            .collect();
        let epoch = plan.has_epoch.then_some(self.state.epoch);
        let mut body = json!({"user": self.person.id, "list": self.list, "epoch": epoch, "client": client,
            "acked": plan.acked, "mutations": mutations});
        if let Some(field) = plan.foreign {
            body[field] = self.foreign[field].clone();
        }
        spoil::spoiled(body, &plan.faults, &plan.noise)
    }

    async fn post(&mut self, path: &str, body: Vec<u8>) -> Answer {
        let request = Request::post(path)
            .header("content-type", "application/json")
            .header("cookie", self.person.cookies());
        let request = request.body(Body::from(body)).unwrap();
        let Ok(response) = self.router.call(request).await;
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(body.into()).unwrap();
        Answer {
            status: head.status.as_u16(),
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
            headers: head.headers,
        }
    }

    async fn push(&mut self, body: Vec<u8>) {
        let before = self.app.written().await;
        let answer = self.post("/api/push", body.clone()).await;
        self.statuses.count(answer.status.to_string());
        if answer.status == 200 {
            self.accepted(&body, &answer.body);
            return;
        }
        let refusal = REFUSALS.iter().find(|(status, code)| {
            (*status, *code)
                == (
                    answer.status,
                    answer.body["code"].as_str().unwrap_or_default(),
                )
        });
        let Some((status, code)) = refusal else {
            panic!("{} {}", answer.status, answer.text);
        };
        answer.refused(*status, code);
        assert_eq!(
            self.app.written().await,
            before,
            "{} but something was written",
            answer.text
        );
    }

    /// One outcome for each mutation, in its order.
    fn accepted(&mut self, body: &[u8], answer: &Value) {
        let sent: Sent = from_slice(body).unwrap();
        let sent_mids: Vec<_> = sent.mutations.iter().map(|mutation| mutation.mid).collect();
        let outcomes = answer["outcomes"].as_array().unwrap();
        let mids: Vec<_> = outcomes
            .iter()
            .map(|outcome| outcome["mid"].as_u64().unwrap())
            .collect();
        assert_eq!(mids, sent_mids, "{answer}");
        let last_mid = answer["last_mid"].as_u64().unwrap();
        let last = self.last_mids.entry(sent.client.to_string()).or_default();
        assert_eq!(last_mid, mids.into_iter().fold(*last, u64::max), "{answer}");
        *last = last_mid;
        for outcome in outcomes {
            self.outcomes.count(outcome["type"].as_str().unwrap());
            let is = |field: &str| !outcome[field].is_null();
            let fields = ["seq", "current", "code", "message"].map(is);
            let expected = match outcome["type"].as_str().unwrap() {
                "APPLIED" => [true, false, false, false],
                "CONFLICT" => [false, true, false, false],
                "REJECTED" => [false, false, true, true],
                "SKIPPED" | "UNKNOWN" => [false; 4],
                other => panic!("{other} is no outcome"),
            };
            assert_eq!(fields, expected, "{outcome}");
        }
    }

    /// The events lead from the state before to the state now, and the counters are those of the state now.
    async fn settle(&mut self) {
        let body = json!({"list": self.list, "epoch": self.state.epoch, "since": self.state.seq});
        let delta = self.pull(body).await;
        let news = delta.news();
        let Brings::Delta(events) = news.brings else {
            panic!("the events since {:?} are not there", self.state.seq);
        };
        assert_eq!(news.epoch, self.state.epoch);
        for Placed { seq, event, .. } in events {
            let merged = self.state.merge(seq, event.unwrap());
            assert_eq!(merged, Merged::Advanced, "{seq:?}");
        }
        let all = self.pull(json!({"list": self.list})).await;
        let now = all.news().snapshot().unwrap();
        assert_eq!(self.state, now);
        let lists = self.post("/api/lists", b"{}".to_vec()).await.ok();
        let left = now.todos().iter().filter(|todo| !todo.completed).count();
        assert_eq!(
            (&lists[0]["left"], &lists[0]["total"]),
            (&json!(left), &json!(now.todos().len()))
        );
    }

    async fn pull(&mut self, body: Value) -> Pulled {
        let pulled = self.post("/api/pull", body.to_string().into_bytes()).await;
        from_value(pulled.ok()).unwrap()
    }
}

#[test]
fn whatever_is_pushed_is_decided_or_refused_as_a_whole() {
    // One thread: each input waits for its answer anyway, and a hop to another thread costs as much as a query.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let scene = RefCell::new(runtime.block_on(Scene::new()));
    feed(
        plan(),
        0,
        |plan| {
            let mut scene = scene.borrow_mut();
            let body = scene.body(&plan);
            runtime.block_on(scene.push(body));
            Ok(())
        },
        || runtime.block_on(scene.borrow_mut().settle()),
    );
    let scene = scene.into_inner();
    scene
        .statuses
        .expect("answers", &[("200", 0.2), ("400", 0.1)]);
    scene
        .outcomes
        .expect("outcomes", &[("APPLIED", 0.2), ("REJECTED", 0.05)]);
}
