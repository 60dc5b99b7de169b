//! Random histories against a model that knows the table of the sync contract and nothing of the code.

use super::*;
use crate::core::{
    conflict::Base,
    event::Placed,
    replica::{Brings, Replica},
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tokio::runtime::Runtime;

/// What a random person does. Few ids, so that ops meet.
#[derive(Debug, Clone)]
enum Step {
    Add(u8, &'static str),
    Complete(u8, bool),
    Retitle(u8, &'static str),
    Move(u8, &'static str),
    Delete(u8),
    Restore(u8),
    CompleteAll(bool),
    Clear,
    RestoreAll,
    Noop,
}

const IDS: std::ops::Range<u8> = 0..6;

fn step() -> impl Strategy<Value = Step> {
    let title = || prop_oneof![3 => Just("milk"), 2 => Just(" tea "), 1 => Just("  ")];
    let place = prop_oneof![3 => Just("a0"), 2 => Just("b00"), 1 => Just("a-")];
    prop_oneof![
        4 => (IDS, title()).prop_map(|(id, title)| Step::Add(id, title)),
        4 => (IDS, any::<bool>()).prop_map(|(id, completed)| Step::Complete(id, completed)),
        2 => (IDS, title()).prop_map(|(id, title)| Step::Retitle(id, title)),
        2 => (IDS, place).prop_map(|(id, place)| Step::Move(id, place)),
        2 => IDS.prop_map(Step::Delete),
        2 => IDS.prop_map(Step::Restore),
        1 => any::<bool>().prop_map(Step::CompleteAll),
        1 => Just(Step::Clear),
        1 => Just(Step::RestoreAll),
        1 => Just(Step::Noop),
    ]
}

fn id(n: u8) -> TodoId {
    TodoId(Uuid::from_u128(n.into()))
}

fn all() -> Vec<TodoId> {
    IDS.map(id).collect()
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
            Self::Retitle(n, title) => Op::SetTitle {
                id: id(n),
                title: title.to_owned(),
                // Having seen everything, it conflicts with nothing.
                base: Base {
                    server: Seq(u64::MAX),
                    after: vec![],
                },
            },
            Self::Move(n, place) => Op::MoveTodo {
                id: id(n),
                position: place.to_owned(),
            },
            Self::Delete(n) => Op::DeleteTodo { id: id(n) },
            Self::Restore(n) => Op::RestoreTodo { id: id(n) },
            Self::CompleteAll(completed) => Op::SetAllCompleted {
                ids: all(),
                completed,
            },
            Self::Clear => Op::ClearCompleted { ids: all() },
            Self::RestoreAll => Op::RestoreTodos { ids: all() },
            Self::Noop => Op::Noop,
        }
    }
}

/// A todo as the model knows it. Deleted ones are kept as they were.
struct Known {
    title: &'static str,
    completed: bool,
    place: String,
    live: bool,
}

#[derive(Default)]
struct Model(BTreeMap<u8, Known>);

impl Model {
    fn live_one(&mut self, n: u8) -> Option<&mut Known> {
        self.0.get_mut(&n).filter(|todo| todo.live)
    }

    /// Changes a live todo if the input is one that may be.
    fn change(&mut self, n: u8, valid: bool, change: impl Fn(&mut Known)) -> &'static str {
        match self.live_one(n) {
            None => "GONE",
            Some(_) if !valid => "INVALID",
            Some(todo) => {
                change(todo);
                "APPLIED"
            }
        }
    }

    fn change_all(&mut self, change: impl Fn(&mut Known)) -> &'static str {
        self.0.values_mut().for_each(change);
        "APPLIED"
    }

    /// Takes a step and says what becomes of it.
    fn take(&mut self, step: &Step) -> &'static str {
        match *step {
            Step::Noop => "SKIPPED",
            Step::Add(n, title) => match self.0.get(&n) {
                Some(todo) if todo.live => "APPLIED",
                Some(_) => "GONE",
                None if title.trim().is_empty() => "INVALID",
                None => {
                    let todo = Known {
                        title: title.trim(),
                        completed: false,
                        place: format!("a{n}"),
                        live: true,
                    };
                    self.0.insert(n, todo);
                    "APPLIED"
                }
            },
            Step::Complete(n, completed) => self.change(n, true, |todo| todo.completed = completed),
            Step::Retitle(n, title) => {
                let title = title.trim();
                self.change(n, !title.is_empty(), |todo| todo.title = title)
            }
            Step::Move(n, place) => {
                self.change(n, place != "a-", |todo| place.clone_into(&mut todo.place))
            }
            Step::Delete(n) | Step::Restore(n) => match self.0.get_mut(&n) {
                Some(todo) => {
                    todo.live = matches!(step, Step::Restore(_));
                    "APPLIED"
                }
                None => "GONE",
            },
            Step::CompleteAll(completed) => self.change_all(|todo| {
                if todo.live {
                    todo.completed = completed;
                }
            }),
            Step::Clear => self.change_all(|todo| todo.live &= !todo.completed),
            Step::RestoreAll => self.change_all(|todo| todo.live = true),
        }
    }

    fn live(&self) -> Vec<(TodoId, &str, bool, &str)> {
        let mut live: Vec<_> = self.0.iter().filter(|(_, todo)| todo.live).collect();
        live.sort_by_key(|(n, todo)| (&todo.place, **n));
        let shown = live.into_iter();
        shown
            .map(|(n, todo)| (id(*n), todo.title, todo.completed, todo.place.as_str()))
            .collect()
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

        let pulled = store.pull(ada, list, None, None).await.unwrap();
        let state = pulled.news().snapshot().unwrap();
        let mut todos: Vec<_> = state.todos().iter().collect();
        todos.sort_by(|a, b| a.in_order(b));
        let shown: Vec<_> = todos
            .iter()
            .map(|todo| {
                let place = todo.position.as_str();
                (todo.id, todo.title.as_str(), todo.completed, place)
            })
            .collect();
        assert_eq!((state.seq, shown), (Seq(seq), model.live()));
        let counted = store.list(ada, list).await.unwrap();
        let left = todos.iter().filter(|todo| !todo.completed).count();
        assert_eq!(
            (counted.total, counted.left),
            (todos.len() as u64, left as u64)
        );
    }
    every_resume_ends_in_the_snapshot(store, ada, list).await;
}

/// From whatever place a client resumes, the events lead it to the snapshot.
async fn every_resume_ends_in_the_snapshot(store: &Store, user: UserId, list: ListId) {
    let pulled = store.pull(user, list, None, None).await.unwrap();
    let end = pulled.news().snapshot().unwrap();
    let mut here = Replica::new(end.epoch, Seq(0), vec![]);
    loop {
        let pulled = store
            .pull(user, list, None, Some((end.epoch, here.seq)))
            .await
            .unwrap();
        let Brings::Delta(events) = pulled.news().brings else {
            panic!("no delta")
        };
        let mut resumed = here.clone();
        for Placed { seq, event, .. } in events.clone() {
            resumed.merge(seq, event.unwrap());
        }
        assert_eq!(resumed, end, "from {:?}", here.seq);
        let Some(next) = events.into_iter().next() else {
            break;
        };
        here.merge(next.seq, next.event.unwrap());
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
