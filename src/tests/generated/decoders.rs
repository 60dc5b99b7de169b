//! What reads messages: the server's side and the browser's.

use super::{Tally, feed, grammar, spoil};
use crate::{
    api::sync,
    core::{
        compared::Compared,
        event::Placed,
        id::{ClientId, Epoch, ListId, Seq, TodoId, UserId},
        invalid::Invalid,
        op::{Facts, Slot, decide},
        order::Position,
        pending::Mutation,
        replica::{Brings, Replica},
        todo::Todo,
        wire::{
            EventFrame, Pulled, Pushed,
            read::{Read, Refusal},
            write,
        },
    },
};
use proptest::{collection::vec, prelude::*, test_runner::TestCaseResult};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, from_slice, from_str, from_value, to_string, to_value};
use std::{cell::RefCell, fmt::Debug};
use uuid::Uuid;

/// Tries to make a failing input smaller.
const SHRINKS_MAX: u32 = 300;

/// A valid message.
#[derive(Debug, Clone)]
enum Message {
    Push(grammar::Push),
    Pushed(Pushed),
    Pulled(Pulled),
    Event(EventFrame),
    Compared(Compared),
}

fn message() -> impl Strategy<Value = Message> {
    prop_oneof![
        grammar::push().prop_map(Message::Push),
        grammar::pushed().prop_map(Message::Pushed),
        grammar::pulled().prop_map(Message::Pulled),
        grammar::event_frame().prop_map(Message::Event),
        grammar::compared().prop_map(Message::Compared),
    ]
}

fn text(push: &grammar::Push) -> String {
    let grammar::Push {
        user,
        list,
        epoch,
        client,
        ..
    } = *push;
    write::push(user, list, epoch, client, None, push.mutations.clone())
}

impl Message {
    fn tree(&self) -> Value {
        match self {
            Self::Push(push) => from_str(&text(push)).unwrap(),
            Self::Pushed(pushed) => to_value(pushed).unwrap(),
            Self::Pulled(pulled) => to_value(pulled).unwrap(),
            Self::Event(event) => to_value(event).unwrap(),
            Self::Compared(compared) => to_value(compared).unwrap(),
        }
    }

    /// What is written is read back the same, by either side that reads it.
    fn comes_back(&self) -> TestCaseResult {
        match self {
            Self::Push(push) => {
                let read: sync::Push = from_str(&text(push)).unwrap();
                let all = (read.user, read.list, read.epoch, read.client);
                prop_assert_eq!(
                    all,
                    (Some(push.user), push.list, Some(push.epoch), push.client)
                );
                let read = read.mutations.into_iter().map(Mutation::try_from);
                let read: Result<Vec<_>, Invalid> = read.collect();
                prop_assert_eq!(read.as_ref(), Ok(&push.mutations));
                Ok(())
            }
            Self::Pushed(pushed) => both_read(pushed),
            Self::Pulled(pulled) => both_read(pulled),
            Self::Event(event) => both_read(event),
            Self::Compared(compared) => both_read(compared),
        }
    }
}

fn both_read<T: Serialize + DeserializeOwned + Read + PartialEq + Debug>(
    written: &T,
) -> TestCaseResult {
    let text = to_string(written).unwrap();
    prop_assert_eq!(&from_str::<T>(&text).unwrap(), written);
    let browser = T::read(&from_str::<Value>(&text).unwrap());
    prop_assert_eq!(browser.as_ref(), Some(written));
    Ok(())
}

/// Whatever the bytes are, nothing panics, and what both sides can read they read alike. Whether anything was read.
fn read_all(bytes: &[u8]) -> Result<bool, TestCaseError> {
    let push = from_slice::<sync::Push>(bytes).ok();
    let mut read = push.is_some();
    for mutation in push.into_iter().flat_map(|push| push.mutations) {
        read_mutation(mutation.try_into())?;
    }
    read |= from_slice::<sync::Pull>(bytes).is_ok();
    let Ok(value) = from_slice::<Value>(bytes) else {
        return Ok(read);
    };
    read |= Refusal::read(&value).is_some();
    read |= alike::<Pushed>(&value)?.is_some();
    read |= alike::<Compared>(&value)?.is_some();
    if let Some(event) = alike::<EventFrame>(&value)? {
        let mut state = Replica::new(Epoch(Uuid::nil()), Seq(0), vec![]);
        merge(&mut state, event.placed());
        read = true;
    }
    if let Some(pulled) = alike::<Pulled>(&value)? {
        let news = pulled.news();
        match news.brings {
            Brings::Snapshot(todos) => drop(Replica::new(news.epoch, news.seq, todos)),
            Brings::Delta(events) => {
                let mut state = Replica::new(news.epoch, Seq(0), vec![]);
                events
                    .into_iter()
                    .for_each(|event| merge(&mut state, event));
            }
        }
        read = true;
    }
    Ok(read)
}

fn merge(state: &mut Replica, Placed { seq, event, .. }: Placed) {
    if let Some(event) = event {
        state.seq = Seq(seq.0.saturating_sub(1));
        state.merge(seq, event);
    }
}

/// What both sides read, if either does. JavaScript has no whole numbers beyond 2^53: there they may differ.
fn alike<T: DeserializeOwned + Read + PartialEq + Debug>(
    value: &Value,
) -> Result<Option<T>, TestCaseError> {
    let (browser, server) = (T::read(value), from_value::<T>(value.clone()).ok());
    if let (Some(browser), Some(server)) = (&browser, &server)
        && holds_exact_numbers(value)
    {
        prop_assert_eq!(browser, server);
    }
    Ok(browser.or(server))
}

fn holds_exact_numbers(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_i64().is_some(),
        Value::Array(items) => items.iter().all(holds_exact_numbers),
        Value::Object(fields) => fields.values().all(holds_exact_numbers),
        _ => true,
    }
}

/// A mutation that was read can be written, and decided whatever the list has under its ids.
fn read_mutation(read: Result<Mutation, Invalid>) -> TestCaseResult {
    let Ok(mutation) = read else { return Ok(()) };
    let nobody = Uuid::nil();
    let push = grammar::Push {
        user: UserId(nobody),
        list: ListId(nobody),
        epoch: Epoch(nobody),
        client: ClientId(nobody),
        mutations: vec![mutation.clone()],
    };
    Message::Push(push).comes_back()?;
    for slot in [None, Some(false), Some(true)] {
        let slots = mutation
            .op
            .ids()
            .iter()
            .filter_map(|id| Some((*id, slot_of(*id, slot?))));
        let facts = Facts {
            list: ListId(nobody),
            slots: slots.collect(),
            live: 1,
            author: UserId(nobody),
            seq: Seq(u64::MAX),
            now: 0,
            based_on: Seq(0),
            unless_after: mutation.unless_after.as_ref().map(|base| base.server),
        };
        decide(&mutation.op, &facts);
    }
    Ok(())
}

fn slot_of(id: TodoId, is_live: bool) -> Slot {
    let todo = Todo {
        id,
        list: ListId(Uuid::nil()),
        title: "milk".to_owned(),
        completed: true,
        position: Position::parse("a0").unwrap(),
        version: Seq(7),
        title_version: Seq(7),
        created_at: 0,
        updated_at: 0,
    };
    if is_live {
        let creator = UserId(Uuid::nil());
        Slot::Live { todo, creator }
    } else {
        let version = todo.version;
        Slot::Deleted {
            todo: Some(todo),
            version,
        }
    }
}

#[test]
fn whatever_comes_is_read_or_refused_and_what_is_written_is_read_back() {
    let faults = vec(spoil::fault(), 0..3);
    let noise = prop_oneof![3 => Just(vec![]), 1 => vec(spoil::noise(), 1..3)];
    let spoiled = (message(), faults, noise);
    let tally = RefCell::new(Tally::default());
    let input = prop_oneof![
        9 => spoiled.prop_map(|(message, faults, noise)| (Some(message), faults, noise, vec![])),
        1 => spoil::bytes().prop_map(|bytes| (None, vec![], vec![], bytes)),
    ];
    feed(
        input,
        SHRINKS_MAX,
        |(message, faults, noise, bytes)| {
            let bytes = match message {
                Some(message) => {
                    message.comes_back()?;
                    spoil::spoiled(message.tree(), &faults, &noise)
                }
                None => bytes,
            };
            let read = read_all(&bytes)?;
            tally
                .borrow_mut()
                .count(if read { "read" } else { "refused" });
            Ok(())
        },
        || {},
    );
    tally
        .into_inner()
        .expect("inputs", &[("read", 0.2), ("refused", 0.1)]);
}
