//! Invariant 12: events and a snapshot of the same moment lead to the same page.

use super::{Checked, Scene, tally::Hit, violated};
use crate::core::{
    engine::{Engine, Input},
    replica::{Brings, News},
};
use uuid::Uuid;

/// What there is of an engine that takes these news in, as they came and as a snapshot.
pub fn is_the_same_either_way(
    engine: &Engine,
    scene: &Scene,
    ticket: u32,
    news: &News,
    random: Uuid,
) -> Checked {
    let Brings::Delta(events) = &news.brings else {
        return Ok(());
    };
    let state = scene.chronicle.state(news.epoch, news.seq);
    let (Some(state), false) = (state, events.is_empty()) else {
        return Ok(());
    };
    let take = |brings| {
        let answer = Ok(News {
            brings,
            ..news.clone()
        });
        let mut engine = engine.clone();
        engine.take(Input::Pulled { ticket, answer }, random);
        engine
    };
    let resumed = take(news.brings.clone());
    if resumed.base().seq != news.seq || resumed.base().epoch != news.epoch {
        // Something in it was not as it should be.
        return Ok(());
    }
    let replaced = take(Brings::Snapshot(state.to_vec()));
    if resumed.base() != replaced.base() {
        return violated(format!(
            "12: base is {:?} by events, {:?} by a snapshot",
            resumed.base(),
            replaced.base()
        ));
    }
    // A snapshot has the effect of what was decided and not told yet; and whose a change was, or how what went had
    // looked last, it does not say.
    let mut queue = resumed.pending().entries();
    if queue
        .any(|entry| entry.mid <= news.last_mid || entry.undoes.is_some() || !entry.seen.is_empty())
        // Nor does it say what was decided of another queue.
        || engine.pending().entries().any(|entry| entry.client != engine.client())
    {
        return Ok(());
    }
    let looks = |engine: &Engine| {
        let order = engine.order().iter().filter_map(|id| engine.get(*id));
        order
            .map(|todo| (todo.id, todo.title.clone(), todo.completed))
            .collect::<Vec<_>>()
    };
    if looks(&resumed) != looks(&replaced) || resumed.counts() != replaced.counts() {
        return violated("12: events and a snapshot show different pages");
    }
    scene.tally.hit(Hit::SameEitherWay);
    Ok(())
}
