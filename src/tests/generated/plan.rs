//! Pushes to be made: valid ones, most of them spoiled a little.

use super::{
    grammar::text,
    spoil::{self, Fault, Noise},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Clients that push again and again, so that they come far; one more is new each time.
pub const CLIENTS: u8 = 4;
const TODOS: u8 = 12;
/// What to push, before the numbers are known.
#[derive(Debug, Clone)]
pub struct Plan {
    pub client: u8,
    /// How many mutations of before are pushed again.
    pub again: u64,
    pub ops: Vec<Value>,
    pub has_epoch: bool,
    pub acked: Option<u64>,
    /// What is not this person's, or not of this history, or leaves a gap.
    pub foreign: Option<&'static str>,
    pub faults: Vec<(Index, Fault)>,
    pub noise: Vec<Noise>,
    /// Instead of all that.
    pub bytes: Option<Vec<u8>>,
}

fn id() -> impl Strategy<Value = Value> {
    (0..TODOS).prop_map(|n| json!(Uuid::from_u128(n.into())))
}

fn base() -> impl Strategy<Value = Value> {
    let client = (0..CLIENTS).prop_map(client_id);
    let after = (client, 1..40u64).prop_map(|(client, mid)| json!({"client": client, "mid": mid}));
    (0..400u64, vec(after, 0..3))
        .prop_map(|(server, after)| json!({"server": server, "after": after}))
}

fn op() -> BoxedStrategy<Value> {
    let title = || {
        prop_oneof![
            4 => select(vec!["milk", " tea ", "bread"]).prop_map(str::to_owned),
            2 => text(),
            1 => any::<char>().prop_map(|c| c.to_string().repeat(500)),
        ]
    };
    let position = || prop_oneof![3 => select(vec!["a0", "a1", "a1V", "Zz"]).prop_map(str::to_owned), 1 => text()];
    let completed = any::<bool>;
    let ids = || vec(id(), 0..6);
    let op = prop_oneof![
        4 => (id(), title(), position()).prop_map(|(id, title, position)| json!({"type": "ADD_TODO", "id": id, "title": title, "position": position})),
        3 => (id(), completed()).prop_map(|(id, completed)| json!({"type": "SET_COMPLETED", "id": id, "completed": completed})),
        3 => (id(), title(), base()).prop_map(|(id, title, base)| json!({"type": "SET_TITLE", "id": id, "title": title, "base": base})),
        2 => (id(), position()).prop_map(|(id, position)| json!({"type": "MOVE_TODO", "id": id, "position": position})),
        1 => id().prop_map(|id| json!({"type": "DELETE_TODO", "id": id})),
        3 => id().prop_map(|id| json!({"type": "RESTORE_TODO", "id": id})),
        1 => (ids(), completed()).prop_map(|(ids, completed)| json!({"type": "SET_ALL_COMPLETED", "ids": ids, "completed": completed})),
        1 => ids().prop_map(|ids| json!({"type": "CLEAR_COMPLETED", "ids": ids})),
        2 => ids().prop_map(|ids| json!({"type": "RESTORE_TODOS", "ids": ids})),
        1 => Just(json!({"type": "NOOP"})),
    ];
    (op, prop_oneof![4 => Just(None), 1 => base().prop_map(Some)])
        .prop_map(|(mut op, undo)| {
            if let Some(base) = undo {
                op["unless_after"] = base;
            }
            op
        })
        .boxed()
}

pub fn plan() -> impl Strategy<Value = Plan> {
    let faults = prop_oneof![1 => Just(vec![]), 1 => vec(spoil::fault(), 1..3)];
    let noise = prop_oneof![9 => Just(vec![]), 1 => vec(spoil::noise(), 1..3)];
    let bytes = prop_oneof![19 => Just(None), 1 => spoil::bytes().prop_map(Some)];
    let again = prop_oneof![4 => Just(0), 1 => 0..4u64];
    let acked = proptest::option::of(0..40u64);
    let foreign = select(vec!["user", "list", "client", "epoch", "mid"]);
    let foreign = prop_oneof![9 => Just(None), 1 => foreign.prop_map(Some)];
    let of = (
        0..=CLIENTS,
        again,
        vec(op(), 0..6),
        any::<bool>(),
        acked,
        foreign,
    );
    (of, faults, noise, bytes).prop_map(
        |((client, again, ops, has_epoch, acked, foreign), faults, noise, bytes)| Plan {
            client,
            again,
            ops,
            has_epoch,
            acked,
            foreign,
            faults,
            noise,
            bytes,
        },
    )
}

/// One of the clients that push again and again.
pub fn client_id(n: u8) -> String {
    Uuid::from_u128(0xc000 + u128::from(n)).to_string()
}
