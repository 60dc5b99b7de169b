//! What the engine does with its socket.

use super::*;
use crate::core::link::live::code;

/// What is to be done, without the waits.
fn effects(engine: &mut Engine) -> Vec<Effect> {
    let is_wait = |effect: &Effect| matches!(effect, Effect::Wait { .. });
    let effects = engine.effects().into_iter();
    effects.filter(|effect| !is_wait(effect)).collect()
}

fn pulls(engine: &mut Engine) -> usize {
    let is_pull = |effect: &&Effect| matches!(effect, Effect::Pull { .. });
    effects(engine).iter().filter(is_pull).count()
}

fn hear(engine: &mut Engine, heard: Heard) {
    let socket = engine.socket;
    let heard = Some(heard);
    engine.take(Input::Heard { socket, heard }, RANDOM);
}

fn hang(engine: &mut Engine, code: u16) {
    let socket = engine.socket;
    engine.take(Input::Hung { socket, code }, RANDOM);
}

fn welcome(seq: u64, last_mid: u64) -> Heard {
    Heard::Welcome(Welcome {
        protocol: 1,
        user: ME,
        epoch: EPOCH,
        seq: Seq(seq),
        role: Role::Owner,
        last_mid: Mid(last_mid),
    })
}

fn event(seq: u64, event: Event) -> Heard {
    Heard::Event(Placed {
        seq: Seq(seq),
        origin: OTHER,
        event: Some(event),
    })
}

/// With this many todos, and a socket.
fn live(items: u128) -> Engine {
    let mut engine = engine(items);
    hear(&mut engine, welcome(items as u64, 0));
    engine.effects();
    engine
}

#[test]
fn a_page_asks_for_what_came_after_it_was_rendered() {
    let mut engine = engine(2);
    let connect = Effect::Connect {
        socket: engine.socket,
        client: CLIENT,
        since: (EPOCH, Seq(2)),
    };
    assert_eq!(effects(&mut engine), [connect]);
    hear(&mut engine, event(3, ticked(1, 3)));
    assert!(!is_ticked(&engine, 1), "nothing counts before the welcome");
    hear(&mut engine, welcome(3, 0));
    hear(&mut engine, event(3, ticked(1, 3)));
    assert!(is_ticked(&engine, 1));
    assert_eq!(engine.link().connection(), Connection::Live);
}

#[test]
fn with_a_socket_nothing_is_pulled_and_without_one_at_once() {
    let mut engine = live(1);
    engine.take(Input::Waited(Timer::Pull), RANDOM);
    assert_eq!(pulls(&mut engine), 0);
    hang(&mut engine, 1006);
    assert_eq!(pulls(&mut engine), 1);
    engine.take(Input::Waited(Timer::Socket), RANDOM);
    assert!(matches!(effects(&mut engine)[..], [Effect::Connect { .. }]));
}

#[test]
fn it_catches_up_until_it_has_what_the_welcome_said() {
    let mut engine = live(1);
    assert!(!engine.is_catching_up());
    hang(&mut engine, 1006);
    engine.take(Input::Waited(Timer::Socket), RANDOM);
    hear(&mut engine, welcome(3, 0));
    assert!(engine.is_catching_up());
    hear(&mut engine, event(2, Event::Added(todo(2, 2))));
    assert!(engine.is_catching_up());
    hear(&mut engine, event(3, Event::Added(todo(3, 3))));
    assert!(!engine.is_catching_up());
    // What does not come by this socket is not waited for.
    hear(&mut engine, welcome(5, 0));
    hang(&mut engine, 1006);
    assert!(!engine.is_catching_up());
}

#[test]
fn what_is_missing_is_pulled_and_what_comes_twice_does_nothing() {
    let mut engine = live(2);
    hear(&mut engine, event(3, ticked(1, 3)));
    hear(&mut engine, event(3, ticked(1, 3)));
    assert_eq!(pulls(&mut engine), 0);
    hear(&mut engine, event(5, ticked(2, 5)));
    assert!(!is_ticked(&engine, 2));
    assert_eq!(pulls(&mut engine), 1);
    assert_eq!(engine.base().seq, Seq(3));
}

#[test]
fn what_nobody_knows_makes_it_ask_for_everything() {
    let mut engine = live(1);
    let unknown = Placed {
        seq: Seq(2),
        origin: None,
        event: None,
    };
    hear(&mut engine, Heard::Event(unknown));
    let all = |effect: &Effect| matches!(effect, Effect::Pull { since: None, .. });
    assert!(effects(&mut engine).iter().any(all));
}

#[test]
fn a_snapshot_from_before_is_ignored_and_one_from_behind_the_request_is_another_history() {
    let mut engine = engine(2);
    let behind = |engine: &mut Engine| {
        hear(engine, welcome(1, 0));
        let todos = vec![todo(1, 1)];
        let snapshot = Heard::Snapshot {
            epoch: EPOCH,
            seq: Seq(1),
            todos,
        };
        hear(engine, snapshot);
    };
    engine.dispatch([add(3)]);
    behind(&mut engine);
    assert_eq!(titles(&engine), ["item 1"]);
    assert!(matches!(engine.trouble(), Some(Trouble::Reset(_))));
    assert_eq!(engine.kept().len(), 1, "what waited is in review");

    let mut engine = live(1);
    engine.socket_since = Some(Seq(0));
    behind(&mut engine);
    hear(&mut engine, event(2, ticked(1, 2)));
    behind(&mut engine);
    assert!(is_ticked(&engine, 1), "base had gone on meanwhile");
}

#[test]
fn who_loses_access_sees_nothing_and_sends_nothing() {
    for code in [code::NO_ACCESS, code::DELETED] {
        let mut engine = live(2);
        engine.dispatch([add(3)]);
        engine.effects();
        hang(&mut engine, code);
        assert!(engine.is_hidden());
        assert_eq!(engine.kept().len(), 1, "my text can be copied out");
        engine.dispatch([add(4)]);
        assert_eq!(engine.kept().len(), 2, "and what is typed still");
        assert_eq!(engine.pending().waiting(), 0);
        engine.effects();
        engine.take(Input::Waited(Timer::Socket), RANDOM);
        assert_eq!(effects(&mut engine), []);
        engine.take(Input::Wake, RANDOM);
        assert!(engine.is_hidden(), "until the server says otherwise");
        assert_eq!(pulls(&mut engine), 1);
        news(&mut engine, 2, Brings::Delta(vec![]), 0);
        assert!(!engine.is_hidden());
    }
}

#[test]
fn a_signed_out_socket_asks_who_is_there() {
    let mut engine = live(1);
    hang(&mut engine, code::SIGNED_OUT);
    assert!(effects(&mut engine).contains(&Effect::Me));
}

#[test]
fn errors_of_the_network_count_only_while_the_socket_answers() {
    let mut engine = live(1);
    engine.dispatch([tick(1, true)]);
    let fails = |engine: &mut Engine| {
        engine.take(Input::Waited(Timer::Push), RANDOM);
        let ticket = engine.push_ticket;
        answer(engine, ticket, Err(Failure::Unreachable));
        let pings = engine.effects().contains(&Effect::Ping);
        (
            engine.pending().entries().next().map(|entry| entry.tries),
            pings,
        )
    };
    assert_eq!(fails(&mut engine), (Some(1), true));
    for _ in 0..5 {
        assert_eq!(
            fails(&mut engine),
            (Some(1), false),
            "perhaps nobody is there"
        );
    }
    hear(&mut engine, Heard::Pong(Seq(1)));
    assert_eq!(fails(&mut engine), (Some(2), true));
}

#[test]
fn who_else_is_there_is_known_as_long_as_the_socket_is_there() {
    let mut engine = live(1);
    let somebody = Present {
        user: UserId(Uuid::from_u128(7)),
        name: "ben".to_owned(),
        editing: Some(id(1)),
    };
    hear(&mut engine, Heard::Presence(vec![somebody]));
    assert_eq!(engine.edited_by(id(1)), Some("ben"));
    engine.changes();
    hang(&mut engine, 1006);
    assert_eq!(engine.edited_by(id(1)), None);
    assert!(engine.changes().ids.contains(&id(1)));
}
