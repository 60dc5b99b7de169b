//! The engine's promises one by one. Their combinations are the simulator's.

use super::*;
use crate::core::{
    event::{Event, Placed},
    link::{Connection, Timer},
    list::Role,
    op::{Decision, Facts, Rejection, RejectionCode, decide},
    replica::Brings,
    undo::Way,
    wire::write,
};
use std::time::Duration;

const LIST: ListId = ListId(Uuid::from_u128(1));
const ME: UserId = UserId(Uuid::from_u128(2));
const CLIENT: ClientId = ClientId(Uuid::from_u128(3));
const EPOCH: Epoch = Epoch(Uuid::from_u128(4));
const OTHER: Option<(ClientId, Mid)> = Some((ClientId(Uuid::from_u128(5)), Mid(1)));
const RANDOM: Uuid = Uuid::from_u128(9);

fn id(n: u128) -> TodoId {
    TodoId(Uuid::from_u128(n))
}

fn add(n: u128) -> Op {
    Op::AddTodo {
        id: id(n),
        title: format!("item {n}"),
        position: format!("a{n}"),
    }
}

fn tick(n: u128, completed: bool) -> Op {
    Op::SetCompleted {
        id: id(n),
        completed,
    }
}

fn todo(n: u128, seq: u64) -> Todo {
    let facts = Facts {
        list: LIST,
        slots: vec![],
        live: 0,
        author: ME,
        seq: Seq(seq),
        now: 5,
        based_on: Seq(0),
        unless_after: None,
    };
    match decide(&add(n), &facts) {
        Decision::Applied(Event::Added(todo)) => todo,
        other => panic!("{other:?}"),
    }
}

fn ticked(n: u128, seq: u64) -> Event {
    Event::Updated(Todo {
        completed: true,
        version: Seq(seq),
        ..todo(n, 1)
    })
}

/// A list with so many items, each added by an event of its own.
fn engine(items: u128) -> Engine {
    let todos = (1..=items).map(|n| todo(n, n as u64)).collect();
    let base = Replica::new(EPOCH, Seq(items as u64), todos);
    Engine::new(LIST, ME, CLIENT, base, false)
}

fn titles(engine: &Engine) -> Vec<&str> {
    let shown = engine.order().iter().map(|id| engine.get(*id).unwrap());
    shown.map(|todo| todo.title.as_str()).collect()
}

fn is_ticked(engine: &Engine, n: u128) -> bool {
    engine.get(id(n)).unwrap().completed
}

/// The pushes that went since this was asked last: their tickets and what they carry.
fn pushes(engine: &mut Engine) -> Vec<(u32, Vec<Mutation>)> {
    let pushes = engine
        .effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Push {
                ticket, mutations, ..
            } => Some((ticket, mutations)),
            _ => None,
        });
    pushes.collect()
}

fn mids(push: &(u32, Vec<Mutation>)) -> Vec<u64> {
    push.1.iter().map(|mutation| mutation.mid.0).collect()
}

fn answer(engine: &mut Engine, ticket: u32, answer: Result<Vec<(Mid, Outcome)>, Failure>) {
    let input = Input::Pushed {
        ticket,
        client: CLIENT,
        answer,
    };
    engine.take(input, RANDOM);
}

type Sent = (u64, Option<(ClientId, Mid)>, Event);

fn pulled(engine: &mut Engine, seq: u64, events: Vec<Sent>) {
    let placed = events.into_iter().map(|(seq, origin, event)| Placed {
        seq: Seq(seq),
        origin,
        event: Some(event),
    });
    news(engine, seq, Brings::Delta(placed.collect()), 0);
}

fn news(engine: &mut Engine, seq: u64, brings: Brings, last_mid: u64) {
    engine.take(Input::Waited(Timer::Pull), RANDOM);
    let news = News {
        epoch: EPOCH,
        seq: Seq(seq),
        last_mid: Mid(last_mid),
        role: Role::Owner,
        brings,
    };
    let input = Input::Pulled {
        ticket: engine.ticket,
        answer: Ok(news),
    };
    engine.take(input, RANDOM);
}

/// Fails what is on its way, and lets the wait that follows pass.
fn fail(engine: &mut Engine, failure: Failure) -> Option<(u32, Vec<Mutation>)> {
    let ticket = engine.push_ticket;
    answer(engine, ticket, Err(failure));
    engine.take(Input::Waited(Timer::Push), RANDOM);
    pushes(engine).pop()
}

#[test]
fn a_mutation_shows_until_base_has_it_and_never_twice() {
    let mut engine = engine(0);
    engine.dispatch([add(1)]);
    assert_eq!(titles(&engine), ["item 1"]);
    let ticket = pushes(&mut engine)[0].0;
    answer(
        &mut engine,
        ticket,
        Ok(vec![(Mid(1), Outcome::Applied(Seq(1)))]),
    );
    assert_eq!(
        (engine.pending().waiting(), titles(&engine)),
        (0, vec!["item 1"])
    );
    pulled(
        &mut engine,
        1,
        vec![(1, Some((CLIENT, Mid(1))), Event::Added(todo(1, 1)))],
    );
    assert_eq!(titles(&engine), ["item 1"]);
    assert_eq!(
        (engine.pending().entries().count(), engine.sync(id(1))),
        (0, None)
    );
}

#[test]
fn a_refused_mutation_goes_and_nothing_else_moves() {
    let mut engine = engine(2);
    engine.dispatch([tick(1, true)]);
    engine.dispatch([tick(2, true)]);
    let full = Outcome::Rejected(Rejection::new(RejectionCode::Limit, "full"));
    let ticket = pushes(&mut engine)[0].0;
    answer(&mut engine, ticket, Ok(vec![(Mid(1), full)]));
    assert_eq!(
        (is_ticked(&engine, 1), is_ticked(&engine, 2)),
        (false, true)
    );
    assert_eq!(engine.sync(id(1)), Some(SyncState::Failed));
    // What follows goes at once.
    assert_eq!(mids(&pushes(&mut engine)[0]), [2]);
}

#[test]
fn an_edit_of_what_was_refused_folds_to_nothing() {
    let mut engine = engine(0);
    engine.dispatch([add(1)]);
    engine.dispatch([tick(1, true)]);
    let ticket = pushes(&mut engine)[0].0;
    answer(
        &mut engine,
        ticket,
        Ok(vec![(Mid(1), Outcome::Rejected(Rejection::forbidden()))]),
    );
    assert!(titles(&engine).is_empty());
    assert_eq!(engine.counts(), Counts::default());
}

#[test]
fn an_event_of_mine_settles_without_an_answer_and_one_of_others_does_not() {
    let mut engine = engine(1);
    engine.dispatch([tick(1, true)]);
    pulled(&mut engine, 2, vec![(2, OTHER, ticked(1, 2))]);
    assert_eq!(engine.pending().entries().count(), 1);
    pulled(
        &mut engine,
        3,
        vec![(3, Some((CLIENT, Mid(1))), ticked(1, 2))],
    );
    assert_eq!(engine.pending().entries().count(), 0);
}

#[test]
fn a_server_that_errs_three_times_at_one_rolls_it_back_alone_and_the_others_go() {
    let mut engine = engine(2);
    engine.dispatch([tick(1, true), tick(2, true)]);
    pushes(&mut engine);
    assert_eq!(mids(&fail(&mut engine, Failure::Erring).unwrap()), [1, 2]);
    assert_eq!(mids(&fail(&mut engine, Failure::Erring).unwrap()), [1]);
    assert!(is_ticked(&engine, 1));
    let rest = fail(&mut engine, Failure::Erring).unwrap();
    assert_eq!(
        (is_ticked(&engine, 1), is_ticked(&engine, 2)),
        (false, true)
    );
    assert_eq!((mids(&rest), &rest.1[0].op), (vec![1, 2], &Op::Noop));
    assert!(!engine.kept()[0].retryable, "it may have been applied");
    let outcomes = vec![
        (Mid(1), Outcome::Skipped),
        (Mid(2), Outcome::Applied(Seq(3))),
    ];
    answer(&mut engine, rest.0, Ok(outcomes));
    assert!(engine.kept()[0].retryable);
    engine.retry(engine.kept()[0].id, id(99));
    assert!(is_ticked(&engine, 1) && engine.kept().is_empty());
}

#[test]
fn what_was_given_up_and_had_been_applied_counts_and_is_no_longer_told() {
    let mut engine = engine(1);
    engine.dispatch([tick(1, true)]);
    pushes(&mut engine);
    for _ in 0..3 {
        fail(&mut engine, Failure::Erring);
    }
    assert_eq!((is_ticked(&engine, 1), engine.kept().len()), (false, 1));
    let ticket = engine.push_ticket;
    answer(
        &mut engine,
        ticket,
        Ok(vec![(Mid(1), Outcome::Applied(Seq(2)))]),
    );
    assert_eq!((is_ticked(&engine, 1), engine.kept().len()), (true, 0));
}

#[test]
fn a_no_op_is_never_given_up() {
    let mut engine = engine(1);
    engine.dispatch([tick(1, true)]);
    pushes(&mut engine);
    for _ in 0..20 {
        fail(&mut engine, Failure::Erring);
    }
    let push = fail(&mut engine, Failure::Refused("no".to_owned())).unwrap();
    assert_eq!(push.1[0].op, Op::Noop);
}

#[test]
fn no_answer_never_rolls_back() {
    let mut engine = engine(1);
    engine.dispatch([tick(1, true)]);
    pushes(&mut engine);
    for failure in [
        Failure::Late,
        Failure::Unreachable,
        Failure::Busy(1),
        Failure::Unreadable,
    ] {
        for _ in 0..5 {
            assert_eq!(mids(&fail(&mut engine, failure.clone()).unwrap()), [1]);
        }
    }
    assert!(is_ticked(&engine, 1) && engine.kept().is_empty());
    assert_eq!(engine.link().connection(), Connection::Offline);
}

#[test]
fn what_is_refused_as_a_request_is_found_by_sending_each_alone_once() {
    let mut engine = engine(2);
    engine.dispatch([tick(1, true), tick(2, true)]);
    pushes(&mut engine);
    let refused = || Failure::Refused("no".to_owned());
    assert_eq!(mids(&fail(&mut engine, refused()).unwrap()), [1]);
    let next = fail(&mut engine, refused()).unwrap();
    assert_eq!((is_ticked(&engine, 1), mids(&next)), (false, vec![1, 2]));
}

#[test]
fn where_the_client_may_not_go_on_everything_goes_to_review_and_another_one_begins() {
    let mut engine = engine(1);
    engine.dispatch([tick(1, true)]);
    let ticket = pushes(&mut engine)[0].0;
    answer(&mut engine, ticket, Err(Failure::Barred("no".to_owned())));
    assert_ne!(engine.client(), CLIENT);
    assert!(!is_ticked(&engine, 1));
    assert!(engine.kept()[0].is_for_review() && engine.kept()[0].retryable);
}

#[test]
fn a_late_401_signs_nobody_out() {
    let mut engine = engine(1);
    engine.dispatch([tick(1, true)]);
    let ticket = pushes(&mut engine)[0].0;
    answer(&mut engine, ticket, Err(Failure::SignedOut));
    assert!(engine.effects().contains(&Effect::Me));
    engine.take(Input::Me(Ok(ME)), RANDOM);
    assert_eq!(
        (mids(&pushes(&mut engine)[0]), engine.trouble()),
        (vec![1], None)
    );
}

#[test]
fn signed_out_for_certain_nothing_goes_until_the_same_person_is_back() {
    let mut engine = engine(1);
    engine.dispatch([tick(1, true)]);
    let ticket = pushes(&mut engine)[0].0;
    answer(&mut engine, ticket, Err(Failure::SignedOut));
    engine.take(Input::Me(Err(Failure::SignedOut)), RANDOM);
    assert_eq!(engine.trouble(), Some(&Trouble::SignedOut));
    engine.effects();
    engine.dispatch([tick(1, false)]);
    engine.take(Input::Waited(Timer::Pull), RANDOM);
    assert_eq!(engine.effects(), []);
    engine.take(Input::Wake, RANDOM);
    assert_eq!(engine.effects(), [Effect::Me]);
    engine.take(Input::Me(Ok(UserId(RANDOM))), RANDOM);
    assert_eq!(pushes(&mut engine), []);
    engine.take(Input::Wake, RANDOM);
    engine.take(Input::Me(Ok(ME)), RANDOM);
    assert_eq!(mids(&pushes(&mut engine)[0]), [1, 2]);
}

#[test]
fn a_snapshot_is_shown_at_once_and_what_it_had_is_not_folded_again() {
    let mut engine = engine(1);
    engine.dispatch([tick(1, true)]);
    engine.dispatch([add(2)]);
    // Somebody unticked it after my tick, which the server had.
    let brings = Brings::Snapshot(vec![Todo {
        version: Seq(9),
        ..todo(1, 1)
    }]);
    news(&mut engine, 9, brings, 1);
    assert!(!is_ticked(&engine, 1));
    assert_eq!(titles(&engine), ["item 1", "item 2"]);
    assert_eq!(
        engine.pending().entries().count(),
        2,
        "its outcome is still to come"
    );
}

#[test]
fn another_history_sends_what_waits_to_review() {
    let mut engine = engine(1);
    engine.dispatch([tick(1, true)]);
    engine.take(Input::Waited(Timer::Pull), RANDOM);
    let news = News {
        epoch: Epoch(RANDOM),
        seq: Seq(0),
        last_mid: Mid(0),
        role: Role::Owner,
        brings: Brings::Snapshot(vec![]),
    };
    let ticket = engine.ticket;
    engine.take(
        Input::Pulled {
            ticket,
            answer: Ok(news),
        },
        RANDOM,
    );
    assert!(titles(&engine).is_empty());
    assert_eq!((engine.base().seq, engine.kept().len()), (Seq(0), 1));
}

#[test]
fn an_undo_takes_back_what_i_did_last_and_a_redo_does_it_again() {
    let mut engine = engine(2);
    engine.dispatch([tick(1, true)]);
    engine.dispatch([Op::DeleteTodo { id: id(2) }]);
    assert_eq!(engine.undo(Way::Back), Undone::Done);
    assert_eq!(titles(&engine), ["item 1", "item 2"]);
    assert_eq!(engine.undo(Way::Back), Undone::Done);
    assert!(!is_ticked(&engine, 1));
    assert_eq!(engine.undo(Way::Back), Undone::Nothing);
    assert_eq!(engine.undo(Way::Forth), Undone::Done);
    assert_eq!(engine.undo(Way::Forth), Undone::Done);
    assert_eq!(
        (is_ticked(&engine, 1), titles(&engine)),
        (true, vec!["item 1"])
    );
}

#[test]
fn what_somebody_else_changed_since_is_not_taken_back() {
    let mut engine = engine(1);
    engine.dispatch([tick(1, true)]);
    pulled(
        &mut engine,
        2,
        vec![(2, Some((CLIENT, Mid(1))), ticked(1, 2))],
    );
    pulled(&mut engine, 3, vec![(3, OTHER, ticked(1, 3))]);
    assert_eq!(engine.undo(Way::Back), Undone::Changed);
    assert!(is_ticked(&engine, 1));
}

#[test]
fn an_undo_waits_until_what_i_did_since_is_known() {
    let mut engine = engine(1);
    engine.dispatch([tick(1, true)]);
    pushes(&mut engine);
    engine.undo(Way::Back);
    assert!(!is_ticked(&engine, 1));
    let ticket = engine.push_ticket;
    answer(
        &mut engine,
        ticket,
        Ok(vec![(Mid(1), Outcome::Applied(Seq(2)))]),
    );
    assert_eq!(pushes(&mut engine), [], "base has not got it yet");
    pulled(
        &mut engine,
        2,
        vec![(2, Some((CLIENT, Mid(1))), ticked(1, 2))],
    );
    let undo = &pushes(&mut engine)[0].1[0];
    let seen = Base {
        server: Seq(2),
        after: vec![],
    };
    assert_eq!(undo.unless_after, Some(seen));
}

#[test]
fn what_waits_does_not_send_what_failed_again_and_again() {
    let mut engine = engine(1);
    engine.dispatch([tick(1, true)]);
    let ticket = pushes(&mut engine)[0].0;
    // It waits until the first is decided.
    engine.undo(Way::Back);
    answer(&mut engine, ticket, Err(Failure::Late));
    let push = pushes(&mut engine).remove(0);
    assert_eq!(mids(&push), [1], "for once: there was something new");
    answer(&mut engine, push.0, Err(Failure::Late));
    assert_eq!(pushes(&mut engine), []);
}

#[test]
fn what_a_snapshot_hides_the_server_has_to_judge() {
    let mut engine = engine(0);
    let applied = |engine: &mut Engine, mid, seq| {
        let (ticket, mutations) = pushes(engine).remove(0);
        let outcome = (Mid(mid), Outcome::Applied(Seq(seq)));
        answer(engine, ticket, Ok(vec![outcome]));
        mutations[0].unless_after.clone().map(|base| base.server)
    };
    engine.dispatch([add(1)]);
    applied(&mut engine, 1, 1);
    engine.dispatch([Op::DeleteTodo { id: id(1) }]);
    applied(&mut engine, 2, 3);
    // What came at 2, nobody says here.
    news(&mut engine, 3, Brings::Snapshot(vec![]), 2);
    assert_eq!(engine.undo(Way::Back), Undone::Done);
    assert_eq!(applied(&mut engine, 3, 4), Some(Seq(3)));
    let back = Event::Added(todo(1, 4));
    pulled(&mut engine, 4, vec![(4, Some((CLIENT, Mid(3))), back)]);
    assert_eq!(engine.undo(Way::Back), Undone::Done);
    assert_eq!(applied(&mut engine, 4, 5), Some(Seq(1)));
}

#[test]
fn what_is_unsent_comes_in_order_and_fits_into_1_mib_whatever_was_typed() {
    let long = |n: u128| Op::AddTodo {
        id: id(n),
        title: "\"".repeat(500 * 4),
        position: "z".repeat(128),
    };
    let void = |_: &Entry, _| false;
    let mut pending = Pending::new(CLIENT, false);
    for n in 0..600 {
        pending.push(long(n), vec![], None);
    }
    let sent = pending.next_push(Seq(0), &void).mutations;
    assert!((1..=500).contains(&sent.len()));
    let body = write::push(ME, LIST, EPOCH, CLIENT, Some(Mid(u64::MAX)), sent);
    assert!(body.len() < 1024 * 1024, "{}", body.len());

    let mut pending = Pending::new(CLIENT, false);
    for n in 0..600 {
        pending.push(Op::DeleteTodo { id: id(n) }, vec![], None);
    }
    let mids: Vec<_> = pending
        .next_push(Seq(0), &void)
        .mutations
        .iter()
        .map(|m| m.mid.0)
        .collect();
    assert_eq!(mids, (1..=500).collect::<Vec<_>>());
    // What is too long to be taken is sent all the same, and refused alone.
    let mut pending = Pending::new(CLIENT, false);
    let huge = Op::AddTodo {
        id: id(1),
        title: "x".repeat(1024 * 1024),
        position: "a0".to_owned(),
    };
    pending.push(huge, vec![], None);
    assert_eq!(pending.next_push(Seq(0), &void).mutations.len(), 1);
}

#[test]
fn a_full_list_takes_no_more_until_something_goes() {
    let todos = (0..10_000).map(|n| todo(n, 1)).collect();
    let mut engine = Engine::new(LIST, ME, CLIENT, Replica::new(EPOCH, Seq(1), todos), false);
    engine.dispatch([add(20_000)]);
    assert_eq!(
        (engine.counts().total, engine.get(id(20_000))),
        (10_000, None)
    );
    pulled(&mut engine, 2, vec![(2, OTHER, Event::Deleted(id(7)))]);
    assert!(engine.get(id(20_000)).is_some());
    assert_eq!(engine.counts().total, 10_000);
}

#[test]
fn waits_grow_and_stay_within_their_bounds() {
    let mut link = Link::default();
    let mut longest = Duration::ZERO;
    for n in 0..100 {
        let wait = Duration::from_millis(link.back_off(Lane::Push, n * 7_919).into());
        assert!(wait >= Duration::from_millis(250) && wait <= Duration::from_secs(15));
        longest = longest.max(wait);
    }
    assert!(longest > Duration::from_secs(10));
}

mod queues;
mod socket;
