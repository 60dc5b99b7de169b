//! Valid values of everything that the wire carries.

use crate::core::{
    compared::Compared,
    conflict::Base,
    event::Event,
    id::{ClientId, Epoch, ListId, Mid, Seq, TodoId, UserId},
    list::Role,
    op::{Op, Rejection, RejectionCode},
    order::Position,
    pending::{self, Mutation},
    todo::Todo,
    wire::{EventFrame, Outcome, Pulled, Pushed},
};
use proptest::{collection::vec, prelude::*, sample::select};
use uuid::Uuid;

/// The greatest whole number that JavaScript holds exactly.
const EXACT_MAX: u64 = 1 << 53;

/// A push as the browser means it.
#[derive(Debug, Clone)]
pub struct Push {
    pub user: UserId,
    pub list: ListId,
    pub epoch: Epoch,
    pub client: ClientId,
    pub mutations: Vec<Mutation>,
}

// The larger alternatives are boxed: each holds room for all of its kinds, and the stack for all of them is not there.

/// Few, so that two may be the same.
fn uuid() -> impl Strategy<Value = Uuid> {
    prop_oneof![3 => (0..6u128).prop_map(Uuid::from_u128), 1 => any::<u128>().prop_map(Uuid::from_u128)]
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..9u64, 1 => 0..=EXACT_MAX, 1 => Just(EXACT_MAX)]
}

fn seq() -> impl Strategy<Value = Seq> {
    number().prop_map(Seq)
}

fn mid() -> impl Strategy<Value = Mid> {
    number().prop_map(|n| Mid(n.max(1)))
}

fn todo_id() -> impl Strategy<Value = TodoId> {
    uuid().prop_map(TodoId)
}

fn todo_ids() -> impl Strategy<Value = Vec<TodoId>> {
    vec(todo_id(), 0..5)
}

fn client() -> impl Strategy<Value = ClientId> {
    uuid().prop_map(ClientId)
}

fn time() -> impl Strategy<Value = i64> {
    prop_oneof![
        Just(0),
        Just(1_763_812_345_678),
        Just(EXACT_MAX as i64),
        Just(-1)
    ]
}

/// `any::<String>()` holds no control characters, and takes ten times as long.
pub fn text() -> impl Strategy<Value = String> {
    vec(any::<char>(), 0..6).prop_map(String::from_iter)
}

fn position() -> impl Strategy<Value = Position> {
    let places =
        ["a0", "a0V", "Zz", "0", "z", &"z".repeat(128)].map(|text| Position::parse(text).unwrap());
    select(places.to_vec())
}

fn base() -> impl Strategy<Value = Base> {
    (seq(), vec((client(), mid()), 0..4)).prop_map(|(server, after)| Base { server, after })
}

pub fn op() -> BoxedStrategy<Op> {
    prop_oneof![
        (todo_id(), text(), text()).prop_map(|(id, title, position)| Op::AddTodo {
            id,
            title,
            position
        }),
        (todo_id(), any::<bool>()).prop_map(|(id, completed)| Op::SetCompleted { id, completed }),
        (todo_id(), text(), base()).prop_map(|(id, title, base)| Op::SetTitle { id, title, base }),
        (todo_id(), text()).prop_map(|(id, position)| Op::MoveTodo { id, position }),
        todo_id().prop_map(|id| Op::DeleteTodo { id }),
        todo_id().prop_map(|id| Op::RestoreTodo { id }),
        (todo_ids(), any::<bool>())
            .prop_map(|(ids, completed)| Op::SetAllCompleted { ids, completed }),
        todo_ids().prop_map(|ids| Op::ClearCompleted { ids }),
        todo_ids().prop_map(|ids| Op::RestoreTodos { ids }),
        Just(Op::Noop),
    ]
    .boxed()
}

pub fn mutation() -> impl Strategy<Value = Mutation> {
    (mid(), op(), proptest::option::of(base())).prop_map(|(mid, op, unless_after)| Mutation {
        mid,
        op,
        unless_after,
    })
}

pub fn push() -> impl Strategy<Value = Push> {
    (uuid(), uuid(), uuid(), uuid(), vec(mutation(), 0..5)).prop_map(
        |(user, list, epoch, client, mutations)| Push {
            user: UserId(user),
            list: ListId(list),
            epoch: Epoch(epoch),
            client: ClientId(client),
            mutations,
        },
    )
}

fn todo() -> BoxedStrategy<Todo> {
    let texts = (text(), any::<bool>(), position());
    (todo_id(), uuid(), texts, (seq(), seq()), (time(), time()))
        .prop_map(
            |(id, list, (title, completed, position), (version, title_version), times)| Todo {
                id,
                list: ListId(list),
                title,
                completed,
                position,
                version,
                title_version,
                created_at: times.0,
                updated_at: times.1,
            },
        )
        .boxed()
}

fn event() -> BoxedStrategy<Event> {
    prop_oneof![
        todo().prop_map(Event::Added),
        todo().prop_map(Event::Updated),
        todo_id().prop_map(Event::Deleted),
        vec(todo(), 0..3).prop_map(Event::ManyAdded),
        todo_ids().prop_map(Event::ManyDeleted),
        (todo_ids(), any::<bool>(), time()).prop_map(|(ids, completed, updated_at)| {
            Event::ManyCompleted {
                ids,
                completed,
                updated_at,
            }
        }),
    ]
    .boxed()
}

pub fn event_frame() -> impl Strategy<Value = EventFrame> {
    let origin = proptest::option::of((client(), mid()));
    (uuid(), seq(), origin, event())
        .prop_map(|(list, seq, origin, event)| EventFrame::new(ListId(list), seq, origin, event))
}

fn rejection() -> impl Strategy<Value = Rejection> {
    let code = prop_oneof![
        Just(RejectionCode::Gone),
        Just(RejectionCode::Forbidden),
        Just(RejectionCode::Invalid),
        Just(RejectionCode::Limit),
        Just(RejectionCode::Changed),
    ];
    (code, text()).prop_map(|(code, message)| Rejection { code, message })
}

fn outcome() -> BoxedStrategy<pending::Outcome> {
    prop_oneof![
        seq().prop_map(pending::Outcome::Applied),
        todo().prop_map(pending::Outcome::Conflict),
        rejection().prop_map(pending::Outcome::Rejected),
        Just(pending::Outcome::Skipped),
        Just(pending::Outcome::Unknown),
    ]
    .boxed()
}

pub fn pushed() -> impl Strategy<Value = Pushed> {
    let outcomes = vec((mid(), outcome()), 0..4);
    (uuid(), mid(), outcomes).prop_map(|(epoch, last_mid, outcomes)| Pushed {
        epoch: Epoch(epoch),
        last_mid,
        outcomes: outcomes
            .into_iter()
            .map(|(mid, outcome)| Outcome::new(mid, outcome))
            .collect(),
    })
}

pub fn pulled() -> impl Strategy<Value = Pulled> {
    let role = prop_oneof![Just(Role::Owner), Just(Role::Editor), Just(Role::Viewer)];
    let head = (
        uuid().prop_map(ListId),
        role,
        mid(),
        uuid().prop_map(Epoch),
        seq(),
    );
    let snapshot = (head, vec(todo(), 0..4)).prop_map(|((list, role, mid, epoch, seq), todos)| {
        Pulled::snapshot(list, role, mid, epoch, seq, todos)
    });
    let role = prop_oneof![Just(Role::Owner), Just(Role::Editor), Just(Role::Viewer)];
    let head = (
        uuid().prop_map(ListId),
        role,
        mid(),
        uuid().prop_map(Epoch),
        seq(),
    );
    let delta =
        (head, vec(event_frame(), 0..4)).prop_map(|((list, role, mid, epoch, seq), events)| {
            Pulled::delta(list, role, mid, epoch, seq, events)
        });
    prop_oneof![snapshot, delta]
}

pub fn compared() -> impl Strategy<Value = Compared> {
    let writer = (proptest::option::of(text()), proptest::option::of(time()));
    let pieces = (vec(text(), 0..4), vec(text(), 0..4));
    (text(), seq(), writer, pieces, text()).prop_map(
        |(title, title_version, (by, at), (theirs, mine), merged)| Compared {
            title,
            title_version,
            by,
            at,
            theirs,
            mine,
            merged,
        },
    )
}
