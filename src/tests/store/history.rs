//! Random histories against a model that knows the table of the sync contract and nothing of the code.

use super::*;
use crate::core::{replica::Replica, wire::News};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tokio::runtime::Runtime;

/// What a random person does. Few ids, so that ops meet.
#[derive(Debug, Clone)]
enum Step {
    Add(u8, &'static str),
    Complete(u8, bool),
    Delete(u8),
    Noop,
}

fn step() -> impl Strategy<Value = Step> {
    let title = prop_oneof![3 => Just("milk"), 2 => Just(" tea "), 1 => Just("  ")];
    prop_oneof![
        4 => (0u8..6, title).prop_map(|(id, title)| Step::Add(id, title)),
        4 => (0u8..6, any::<bool>()).prop_map(|(id, completed)| Step::Complete(id, completed)),
        2 => (0u8..6).prop_map(Step::Delete),
        1 => Just(Step::Noop),
    ]
}

fn id(n: u8) -> TodoId {
    TodoId(Uuid::from_u128(n.into()))
}

impl Step {
    fn op(&self) -> Op {
        match *self {
            Self::Add(n, title) => Op::AddTodo {
                id: id(n),
                title: title.to_owned(),
                position: format!("a{n}"),
            },
            Self::Complete(n, completed) => Op::SetCompleted {
                id: id(n),
                completed,
            },
            Self::Delete(n) => Op::DeleteTodo { id: id(n) },
            Self::Noop => Op::Noop,
        }
    }
}

/// Title and whether it is completed; `None` for a todo that was deleted.
#[derive(Default)]
struct Model(BTreeMap<u8, Option<(&'static str, bool)>>);

impl Model {
    /// Takes a step and says what becomes of it.
    fn take(&mut self, step: &Step) -> &'static str {
        match *step {
            Step::Noop => "SKIPPED",
            Step::Add(n, title) => match self.0.get(&n) {
                Some(Some(_)) => "APPLIED",
                Some(None) => "GONE",
                None if title.trim().is_empty() => "INVALID",
                None => {
                    self.0.insert(n, Some((title.trim(), false)));
                    "APPLIED"
                }
            },
            Step::Complete(n, completed) => match self.0.get_mut(&n) {
                Some(Some(todo)) => {
                    todo.1 = completed;
                    "APPLIED"
                }
                _ => "GONE",
            },
            Step::Delete(n) => match self.0.get_mut(&n) {
                Some(slot) => {
                    *slot = None;
                    "APPLIED"
                }
                None => "GONE",
            },
        }
    }

    fn live(&self) -> Vec<(TodoId, &'static str, bool)> {
        let live = self
            .0
            .iter()
            .filter_map(|(n, slot)| slot.map(|(title, done)| (id(*n), title, done)));
        live.collect()
    }
}

/// `APPLIED`, `SKIPPED`, or why it was refused.
fn becomes(outcome: &Value) -> &str {
    outcome["code"]
        .as_str()
        .or(outcome["type"].as_str())
        .unwrap()
}

/// Plays batches, and compares after each.
async fn play(store: &Store, batches: Vec<Vec<Step>>) {
    let (ada, list) = owner(store).await;
    let (client, mut mid, mut model, mut seq) = (client(), 1, Model::default(), 0);
    for batch in batches {
        let expected: Vec<_> = batch.iter().map(|step| model.take(step)).collect();
        let ops: Vec<_> = batch.iter().map(Step::op).collect();
        let done = commit(store, ada, list, queue(client, mid, ops.clone()))
            .await
            .unwrap();
        assert_eq!(
            commit(store, ada, list, queue(client, mid, ops))
                .await
                .unwrap(),
            done
        );
        mid += batch.len() as u64;
        let outcomes: Vec<_> = done
            .outcomes
            .iter()
            .map(|outcome| to_value(outcome).unwrap())
            .collect();
        assert_eq!(outcomes.iter().map(becomes).collect::<Vec<_>>(), expected);
        seq += expected
            .iter()
            .filter(|outcome| **outcome == "APPLIED")
            .count() as u64;

        let News::Snapshot(state) = store.pull(ada, list, None, None).await.unwrap().news() else {
            panic!("no snapshot")
        };
        let shown: Vec<_> = state
            .todos
            .iter()
            .map(|todo| (todo.id, todo.title.as_str(), todo.completed))
            .collect();
        assert_eq!((state.seq, shown), (Seq(seq), model.live()));
        let counted = store.list(ada, list).await.unwrap();
        let left = state.todos.iter().filter(|todo| !todo.completed).count();
        assert_eq!(
            (counted.total, counted.left),
            (state.todos.len() as u64, left as u64)
        );
    }
    every_resume_ends_in_the_snapshot(store, ada, list).await;
}

/// From whatever place a client resumes, the events lead it to the snapshot.
async fn every_resume_ends_in_the_snapshot(store: &Store, user: UserId, list: ListId) {
    let News::Snapshot(end) = store.pull(user, list, None, None).await.unwrap().news() else {
        panic!("no snapshot")
    };
    let mut here = Replica::new(end.epoch, Seq(0), vec![]);
    loop {
        let pulled = store
            .pull(user, list, None, Some((end.epoch, here.seq)))
            .await
            .unwrap();
        let News::Delta(_, events) = pulled.news() else {
            panic!("no delta")
        };
        let mut resumed = here.clone();
        for frame in &events {
            resumed.merge(frame.seq(), frame.clone().event().unwrap());
        }
        assert_eq!(resumed, end, "from {:?}", here.seq);
        let Some(next) = events.into_iter().next() else {
            break;
        };
        here.merge(next.seq(), next.event().unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_history_gives_what_the_contract_says_and_any_resume_the_same(
        batches in proptest::collection::vec(proptest::collection::vec(step(), 0..8), 0..12)
    ) {
        Runtime::new().unwrap().block_on(async {
            let (store, _folder) = fresh().await;
            play(&store, batches).await;
            store.close().await;
        });
    }
}
