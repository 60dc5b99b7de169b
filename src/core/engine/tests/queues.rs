//! The queue beyond this run of this tab.

use super::*;
use crate::core::{
    conflict::Base,
    id::MutationId,
    record::{Found, Record, Shared},
    review::Why,
};

const GONE: ClientId = ClientId(Uuid::from_u128(6));

/// A page that saves what it sends, and has found these.
fn kept(items: u128, found: Vec<Found>) -> Engine {
    let todos = (1..=items).map(|n| todo(n, n as u64)).collect();
    let base = Replica::new(EPOCH, Seq(items as u64), todos);
    let mut engine = Engine::new(LIST, ME, CLIENT, base, true);
    engine.take(Input::Found(found), RANDOM);
    engine
}

fn record(mid: u64, op: Op) -> Record {
    Record {
        id: (GONE, Mid(mid)),
        epoch: EPOCH,
        op,
        seen: vec![],
        cleared: vec![],
        was: None,
        undoes: None,
        unless_after: None,
        waits_for: vec![],
        applied: None,
        is_queued: true,
        compared: None,
        why: None,
    }
}

fn left(records: Vec<Record>) -> Vec<Found> {
    vec![Found {
        client: GONE,
        is_left: true,
        records,
    }]
}

fn shared(queue: Vec<Record>, settled: Vec<(Mid, Seq)>) -> Input {
    Input::Shared(Shared {
        user: ME,
        list: LIST,
        epoch: EPOCH,
        client: GONE,
        queue,
        settled,
    })
}

fn retitle(n: u128, title: &str, base: Base) -> Op {
    Op::SetTitle {
        id: id(n),
        title: title.to_owned(),
        base,
    }
}

#[derive(Debug, PartialEq)]
struct Saving {
    ticket: u32,
    records: Vec<(u64, bool)>,
    gone: Vec<u64>,
}

/// A push: whose, and what it carries.
type Pushing = (ClientId, Vec<u64>);

/// What is saved, sent and told since this was asked last.
fn happens(engine: &mut Engine) -> (Vec<Saving>, Vec<Pushing>, Vec<Shared>) {
    let (mut saves, mut pushes, mut shares) = (vec![], vec![], vec![]);
    for effect in engine.effects() {
        match effect {
            Effect::Save {
                ticket,
                records,
                gone,
            } => saves.push(Saving {
                ticket,
                records: records.iter().map(|r| (r.id.1.0, r.is_queued)).collect(),
                gone: gone.iter().map(|(_, mid)| mid.0).collect(),
            }),
            Effect::Push {
                client, mutations, ..
            } => pushes.push((client, mutations.iter().map(|m| m.mid.0).collect())),
            Effect::Share(shared) => shares.push(shared),
            _ => {}
        }
    }
    (saves, pushes, shares)
}

fn saved(engine: &mut Engine, ok: bool) {
    let ticket = engine.saves_ticket();
    engine.take(Input::Saved { ticket, ok }, RANDOM);
}

fn decided(engine: &mut Engine, client: ClientId, outcomes: Vec<(Mid, Outcome)>) {
    let input = Input::Pushed {
        ticket: engine.push_ticket,
        client,
        answer: Ok(outcomes),
    };
    engine.take(input, RANDOM);
}

#[test]
fn an_edit_shows_at_once_and_goes_when_it_is_saved() {
    let mut engine = kept(1, vec![]);
    engine.dispatch([tick(1, true)]);
    assert!(is_ticked(&engine, 1));
    let (saves, pushes, _) = happens(&mut engine);
    assert_eq!(saves.len(), 1);
    assert_eq!(saves[0].records, [(1, true)]);
    assert!(pushes.is_empty());
    // What is done meanwhile is saved next, in one go.
    engine.dispatch([add(7)]);
    engine.dispatch([tick(7, true)]);
    assert_eq!(happens(&mut engine), (vec![], vec![], vec![]));
    saved(&mut engine, true);
    let (saves, pushes, _) = happens(&mut engine);
    assert_eq!(saves[0].records, [(2, true), (3, true)]);
    assert_eq!(pushes, [(CLIENT, vec![1])]);
}

#[test]
fn what_cannot_be_saved_is_sent_and_told() {
    let mut engine = kept(1, vec![]);
    engine.dispatch([tick(1, true)]);
    assert!(!engine.has_unsaved());
    saved(&mut engine, false);
    assert_eq!(happens(&mut engine).1, [(CLIENT, vec![1])]);
    assert!(engine.has_unsaved());
}

#[test]
fn what_is_settled_leaves_and_what_came_to_nothing_stays_kept() {
    let mut engine = kept(2, vec![]);
    engine.dispatch([tick(1, true)]);
    engine.dispatch([tick(2, true)]);
    saved(&mut engine, true);
    saved(&mut engine, true);
    happens(&mut engine);
    let full = Outcome::Rejected(Rejection::new(RejectionCode::Limit, "full"));
    let outcomes = vec![(Mid(1), Outcome::Applied(Seq(2))), (Mid(2), full)];
    decided(&mut engine, CLIENT, outcomes);
    let (saves, ..) = happens(&mut engine);
    assert_eq!(
        (&*saves[0].records, &*saves[0].gone),
        (&[(2, false)][..], &[1][..])
    );
    saved(&mut engine, true);
    let id = engine.kept()[0].id;
    engine.discard(id);
    assert_eq!(happens(&mut engine).0[0].gone, [2]);
}

#[test]
fn nothing_goes_before_it_is_known_what_waits_elsewhere() {
    let mut engine = Engine::new(LIST, ME, CLIENT, Replica::new(EPOCH, Seq(0), vec![]), true);
    engine.dispatch([add(1)]);
    saved(&mut engine, true);
    assert!(happens(&mut engine).1.is_empty());
    engine.take(Input::Found(left(vec![record(4, add(2))])), RANDOM);
    assert_eq!(titles(&engine).len(), 2);
    // What is left behind goes first, as what it was.
    assert_eq!(happens(&mut engine).1, [(GONE, vec![4])]);
    decided(&mut engine, GONE, vec![(Mid(4), Outcome::Applied(Seq(1)))]);
    assert_eq!(happens(&mut engine).1, [(CLIENT, vec![1])]);
}

#[test]
fn what_builds_on_another_queue_waits_until_that_is_decided() {
    let mut engine = kept(0, vec![]);
    engine.take(shared(vec![record(1, add(1))], vec![]), RANDOM);
    assert_eq!(titles(&engine), ["item 1"]);
    let base = engine.based_on(id(1));
    assert_eq!(base.after, [(GONE, Mid(1))]);
    engine.dispatch([retitle(1, "mine", base)]);
    saved(&mut engine, true);
    let mut found = happens(&mut engine);
    assert!(found.1.is_empty());
    // It is applied: its event says so.
    let event = Event::Added(todo(1, 1));
    pulled(&mut engine, 1, vec![(1, Some((GONE, Mid(1))), event)]);
    found = happens(&mut engine);
    assert_eq!(found.1, [(CLIENT, vec![1])]);
    assert_eq!(titles(&engine), ["mine"]);
}

#[test]
fn what_was_given_up_builds_on_nothing_and_what_follows_it_goes() {
    let mut engine = kept(0, vec![]);
    let theirs = || vec![record(1, add(1))];
    engine.take(shared(theirs(), vec![]), RANDOM);
    engine.dispatch([tick(1, true)]);
    engine.dispatch([add(7)]);
    saved(&mut engine, true);
    saved(&mut engine, true);
    assert!(happens(&mut engine).1.is_empty());
    // It has left the other tab's queue, and comes back while its tick is on its way.
    engine.take(shared(vec![], vec![]), RANDOM);
    assert_eq!(happens(&mut engine).1, [(CLIENT, vec![1, 2])]);
    let refused = |engine: &mut Engine| {
        let input = Input::Pushed {
            ticket: engine.push_ticket,
            client: CLIENT,
            answer: Err(Failure::Refused("no".to_owned())),
        };
        engine.take(input, RANDOM);
    };
    refused(&mut engine);
    assert_eq!(happens(&mut engine).1, [(CLIENT, vec![1])]);
    engine.take(shared(theirs(), vec![]), RANDOM);
    refused(&mut engine);
    saved(&mut engine, true);
    assert_eq!(happens(&mut engine).1, [(CLIENT, vec![1, 2])]);
}

#[test]
fn what_waits_in_another_tab_goes_when_it_is_gone_there() {
    let mut engine = kept(1, vec![]);
    engine.take(
        shared(vec![record(1, tick(1, true)), record(2, add(2))], vec![]),
        RANDOM,
    );
    assert!(is_ticked(&engine, 1));
    assert!(happens(&mut engine).1.is_empty());
    // Applied there, before this tab has the event: nothing flickers.
    engine.take(
        shared(vec![record(2, add(2))], vec![(Mid(1), Seq(2))]),
        RANDOM,
    );
    assert!(is_ticked(&engine, 1));
    pulled(
        &mut engine,
        2,
        vec![(2, Some((GONE, Mid(1))), ticked(1, 2))],
    );
    assert_eq!(engine.pending().entries().count(), 1);
    // Refused there.
    engine.take(shared(vec![], vec![]), RANDOM);
    assert_eq!(titles(&engine), ["item 1"]);
    // Its tab is closed meanwhile: what it had left is this one's.
    engine.take(shared(vec![record(3, add(3))], vec![]), RANDOM);
    engine.take(Input::Found(left(vec![record(3, add(3))])), RANDOM);
    assert_eq!(happens(&mut engine).1, [(GONE, vec![3])]);
}

#[test]
fn another_persons_or_another_lists_tab_is_not_heard() {
    let mut engine = kept(0, vec![]);
    let Input::Shared(ours) = shared(vec![record(1, add(1))], vec![]) else {
        panic!()
    };
    let others = [
        Shared {
            user: UserId(RANDOM),
            ..ours.clone()
        },
        Shared {
            list: ListId(RANDOM),
            ..ours.clone()
        },
        Shared {
            epoch: Epoch(RANDOM),
            ..ours.clone()
        },
        // What it sends itself, nobody else tells it.
        Shared {
            client: CLIENT,
            ..ours
        },
    ];
    for other in others {
        engine.take(Input::Shared(other), RANDOM);
        assert!(titles(&engine).is_empty());
    }
}

#[test]
fn what_was_kept_is_kept_after_a_reload() {
    let why = Why::Erring;
    let given_up = Record {
        why: Some(why.clone()),
        ..record(1, add(1))
    };
    let refused = Record {
        is_queued: false,
        why: Some(Why::Rejected(Rejection::forbidden())),
        ..record(2, add(2))
    };
    let old = Record {
        epoch: Epoch(RANDOM),
        ..record(3, add(3))
    };
    let mut engine = kept(0, left(vec![given_up, refused, old]));
    let kept: Vec<(MutationId, bool)> = engine
        .kept()
        .iter()
        .map(|kept| (kept.mutation, kept.retryable))
        .collect();
    assert_eq!(
        kept,
        [
            ((GONE, Mid(1)), false),
            ((GONE, Mid(2)), true),
            ((GONE, Mid(3)), true)
        ]
    );
    assert!(titles(&engine).is_empty());
    let (saves, pushes, _) = happens(&mut engine);
    // A no-op keeps its place; what is of another history is not sent.
    assert_eq!(pushes, [(GONE, vec![1])]);
    assert_eq!(saves[0].records, [(3, false)]);
    decided(&mut engine, GONE, vec![(Mid(1), Outcome::Skipped)]);
    assert!(engine.kept().iter().all(|kept| kept.retryable));
}

#[test]
fn an_undo_goes_as_it_was_saved_and_with_what_it_takes_back() {
    let mut engine = kept(1, vec![]);
    engine.dispatch([tick(1, true)]);
    engine.undo(Way::Back);
    // The edit alone would let somebody else's slip in between.
    saved(&mut engine, true);
    assert!(happens(&mut engine).1.is_empty());
    saved(&mut engine, true);
    assert_eq!(happens(&mut engine).1, [(CLIENT, vec![1, 2])]);
}

#[test]
fn an_undo_that_was_left_behind_waits_for_what_it_takes_back() {
    let undo = Record {
        undoes: Some((Mid(1), None)),
        ..record(2, tick(1, false))
    };
    let mut engine = kept(1, left(vec![record(1, tick(1, true)), undo]));
    assert_eq!(happens(&mut engine).1, [(GONE, vec![1])]);
    decided(&mut engine, GONE, vec![(Mid(1), Outcome::Applied(Seq(2)))]);
    let origin = Some((GONE, Mid(1)));
    pulled(&mut engine, 2, vec![(2, origin, ticked(1, 2))]);
    // Its place is known by now, and saved with it.
    for _ in 0..2 {
        assert!(happens(&mut engine).1.is_empty());
        saved(&mut engine, true);
    }
    assert_eq!(happens(&mut engine).1, [(GONE, vec![2])]);
    let undo = engine.pending().get((GONE, Mid(2))).unwrap();
    let base = undo.unless_after.clone().unwrap();
    assert_eq!((base.server, base.after), (Seq(2), vec![]));
}

#[test]
fn a_tab_that_has_just_come_is_told_everything() {
    let mut engine = kept(0, left(vec![record(1, add(1))]));
    engine.dispatch([add(2)]);
    saved(&mut engine, true);
    happens(&mut engine);
    engine.introduce();
    let shares = happens(&mut engine).2;
    let shares: Vec<_> = shares.iter().map(|s| (s.client, s.queue.len())).collect();
    assert_eq!(shares, [(GONE, 1), (CLIENT, 1)]);
}

#[test]
fn what_was_told_of_the_history_before_is_told_of_the_new_one() {
    // The other tabs are there already, and heard nothing of what this one made of it.
    let new = Record {
        epoch: Epoch(RANDOM),
        ..record(1, add(1))
    };
    let mut engine = kept(0, left(vec![new]));
    let told = |engine: &mut Engine| -> Vec<_> {
        let shares = happens(engine).2;
        let of = shares.iter().filter(|shared| shared.client == GONE);
        of.map(|shared| (shared.epoch, shared.queue.len()))
            .collect()
    };
    assert_eq!(told(&mut engine), [(EPOCH, 0)]);
    let news = News {
        epoch: Epoch(RANDOM),
        seq: Seq(0),
        last_mid: Mid(0),
        role: Role::Owner,
        brings: Brings::Snapshot(vec![]),
    };
    engine.take(Input::Wake, RANDOM);
    let ticket = engine.ticket;
    let answer = Ok(news);
    engine.take(Input::Pulled { ticket, answer }, RANDOM);
    assert_eq!(told(&mut engine), [(Epoch(RANDOM), 0)]);
}

/// Somebody else gives this text at this place.
fn theirs(engine: &mut Engine, seq: u64, title: &str) -> Todo {
    let todo = Todo {
        title: title.to_owned(),
        version: Seq(seq),
        title_version: Seq(seq),
        ..todo(1, 1)
    };
    let event = Event::Updated(todo.clone());
    pulled(engine, seq, vec![(seq, OTHER, event)]);
    todo
}

#[test]
fn a_conflict_comes_with_the_text_that_the_edit_started_from() {
    let mut engine = kept(1, vec![]);
    let base = engine.based_on(id(1));
    engine.edits(Some(id(1)));
    // Somebody else is faster than whoever still types.
    let current = theirs(&mut engine, 2, "theirs");
    engine.edits(None);
    engine.dispatch([retitle(1, "mine", base)]);
    let Some(Effect::Save { records, .. }) = engine.effects().pop() else {
        panic!("nothing is saved");
    };
    assert_eq!(records[0].was.as_deref(), Some("item 1"));
    saved(&mut engine, true);
    decided(
        &mut engine,
        CLIENT,
        vec![(Mid(1), Outcome::Conflict(current))],
    );
    assert_eq!(engine.kept()[0].was.as_deref(), Some("item 1"));
    // And so after a reload, in the queue or out of it.
    let waiting = Record {
        was: Some("item 1".to_owned()),
        ..record(1, retitle(1, "mine", Base::default()))
    };
    let told = Record {
        is_queued: false,
        why: Some(Why::Erring),
        ..waiting.clone()
    };
    for record in [waiting, told] {
        let mut engine = kept(1, left(vec![record.clone()]));
        let queued = engine.pending().entries().map(|entry| entry.was.clone());
        let kept = engine.kept().iter().map(|kept| kept.was.clone());
        assert_eq!(
            queued.chain(kept).collect::<Vec<_>>(),
            [Some("item 1".to_owned())]
        );
        engine.introduce();
        let shares = happens(&mut engine).2;
        let queue = &shares.iter().find(|s| s.client == GONE).unwrap().queue;
        assert!(queue.iter().all(|told| *told == record));
    }
}

#[test]
fn an_edit_over_one_of_mine_that_the_server_took_started_from_that() {
    let mut engine = kept(1, vec![]);
    for title in ["first", "second", "third"] {
        let base = engine.based_on(id(1));
        engine.dispatch([retitle(1, title, base)]);
        saved(&mut engine, true);
    }
    let was = |engine: &Engine| -> Vec<_> {
        let queue = engine.pending().entries();
        queue.map(|entry| entry.was.clone().unwrap()).collect()
    };
    assert_eq!(was(&engine), ["item 1", "item 1", "item 1"]);
    decided(
        &mut engine,
        CLIENT,
        vec![(Mid(1), Outcome::Applied(Seq(2)))],
    );
    assert_eq!(was(&engine), ["item 1", "first", "first"]);
    let current = theirs(&mut engine, 3, "theirs");
    decided(
        &mut engine,
        CLIENT,
        vec![(Mid(2), Outcome::Conflict(current))],
    );
    assert_eq!(engine.kept()[0].was.as_deref(), Some("first"));
}

#[test]
fn what_is_acknowledged_has_left_what_is_saved_for_certain() {
    let acked = |engine: &mut Engine| {
        let pushes = engine.effects().into_iter();
        let acked = pushes.filter_map(|effect| match effect {
            Effect::Push { acked, .. } => Some(acked),
            _ => None,
        });
        acked.collect::<Vec<_>>()
    };
    for has_locks in [true, false] {
        let mut engine = kept(3, vec![]);
        if has_locks {
            engine = engine.with_locks();
        }
        engine.dispatch([tick(1, true)]);
        saved(&mut engine, true);
        assert_eq!(acked(&mut engine), [None]);
        engine.dispatch([tick(2, true)]);
        saved(&mut engine, true);
        let refused = Outcome::Rejected(Rejection::forbidden());
        decided(&mut engine, CLIENT, vec![(Mid(1), refused)]);
        // Whoever finds it saved would send it again.
        assert_eq!(acked(&mut engine), [None]);
        saved(&mut engine, true);
        engine.dispatch([tick(3, true)]);
        saved(&mut engine, true);
        let failure = Input::Pushed {
            ticket: engine.push_ticket,
            client: CLIENT,
            answer: Err(Failure::Late),
        };
        engine.take(failure, RANDOM);
        engine.take(Input::Waited(Timer::Push), RANDOM);
        assert_eq!(acked(&mut engine), [has_locks.then_some(Mid(1))]);
    }
}

#[test]
fn what_was_given_up_and_put_aside_does_not_come_back_with_a_reload() {
    let mut engine = kept(1, vec![]);
    engine.dispatch([tick(1, true)]);
    saved(&mut engine, true);
    let refused = Failure::Refused("no".to_owned());
    let ticket = engine.push_ticket;
    answer(&mut engine, ticket, Err(refused));
    saved(&mut engine, true);
    // Whether it had been applied is not known yet: its place is kept.
    engine.discard(engine.kept()[0].id);
    let saves = engine.effects().into_iter();
    let mut records = saves.filter_map(|effect| match effect {
        Effect::Save { records, .. } => Some(records),
        _ => None,
    });
    let mut last = records.next_back().unwrap();
    last[0].id.0 = GONE;
    let mut engine = kept(1, left(last));
    assert!(!is_ticked(&engine, 1));
    let push = pushes(&mut engine).remove(0);
    assert_eq!((mids(&push), &push.1[0].op), (vec![1], &Op::Noop));
    decided(&mut engine, GONE, vec![(Mid(1), Outcome::Skipped)]);
    assert_eq!((engine.kept().len(), engine.pending().waiting()), (0, 0));
}
