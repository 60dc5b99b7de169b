//! What is in the queue, and what becomes of it: invariants 6, 8, 9 and 15.

use super::{
    Checked,
    chronicle::{Chronicle, Key},
    photo::{Cause, Failed, Photo, Told},
    tally::Hit,
    violated,
};
use crate::core::{
    op::Op,
    pending::{Entry, Mutation, Outcome},
    record::Record,
    review::{Kept, Why},
    todo::Todo,
};

/// Error answers after which a mutation is given up.
const TRIES: u8 = 3;

/// The same client before and after.
pub fn changes_alone(
    before: &Photo,
    after: &Photo,
    told: &Told,
    cause: &Cause,
    chronicle: &Chronicle,
) -> Checked {
    for entry in before.mine().filter(|entry| after.sends(entry.client)) {
        match after.entry(entry.id()) {
            None => may_leave(entry, before, after, told, chronicle)?,
            Some(now) => goes_on(entry, now, after, told, cause)?,
        }
    }
    let mut last = None;
    for entry in &after.queue {
        // One's own comes last.
        let place = Some((entry.client == after.client, entry.id()));
        if place <= last {
            return violated("4: the queue is out of order");
        }
        last = place;
        if !after.sends(entry.client) {
            continue;
        }
        if before.sends(entry.client)
            && before.entry(entry.id()).is_none()
            && !matches!(cause, Cause::Person { .. })
        {
            return violated(format!("8: {:?} came into the queue by itself", entry.mid));
        }
        if told.is_applied(entry.id(), after.seq) {
            return violated(format!(
                "6: {:?} is applied, base has it, and it is still queued",
                entry.mid
            ));
        }
        if told.is_refused(entry.id()) {
            return violated(format!(
                "8: {:?} came to nothing, and is still queued",
                entry.mid
            ));
        }
    }
    must_give_up(after, told, cause)
}

/// 8 and 9: nothing leaves but what is known to be decided, and what came to nothing is kept for the person.
fn may_leave(
    entry: &Entry,
    before: &Photo,
    after: &Photo,
    told: &Told,
    chronicle: &Chronicle,
) -> Checked {
    let mid = entry.id();
    if told.is_applied(mid, after.seq) {
        return match after.kept(mid) {
            None => Ok(()),
            // Told, and not failed.
            Some(kept) if matches!(kept.why, Why::Crossed(_)) => Ok(()),
            Some(kept) => violated(format!(
                "9: {mid:?} was applied, and is shown as failed: {:?}",
                kept.why
            )),
        };
    }
    if !told.is_refused(mid) {
        return violated(format!(
            "8: {mid:?} left the queue, and nobody had said what became of it"
        ));
    }
    let outcome = &told.outcomes[&mid];
    if entry.given_up && *outcome == Outcome::Skipped {
        return match after.kept(mid) {
            Some(kept) if !kept.retryable => {
                violated(format!("9: {mid:?} was skipped, and cannot be sent again"))
            }
            // What was put aside in the run before, only its place is left of.
            None if !told.dropped.contains(&mid) && entry.op != Op::Noop => {
                violated(format!("9: {mid:?} was given up, and is not kept"))
            }
            _ => Ok(()),
        };
    }
    let says_so = |kept: &&Kept| match (outcome, &kept.why) {
        (Outcome::Conflict(current), Why::Conflict(shown)) => current == shown,
        (Outcome::Rejected(rejection), Why::Rejected(shown)) => rejection == shown,
        (Outcome::Unknown | Outcome::Skipped, Why::Unknown) => true,
        _ => false,
    };
    let new = after
        .kept(mid)
        .filter(|kept| !before.kept.iter().any(|old| old.id == kept.id));
    // Decided in the same answer as what stands for it.
    let how = match outcome {
        Outcome::Conflict(current) => is_answered(mid, &entry.op, current, after, told, chronicle),
        _ => None,
    };
    match (new.filter(says_so), how) {
        (Some(kept), _) if kept.op == entry.op && kept.retryable => Ok(()),
        (None, Some(_)) => Ok(()),
        _ => violated(format!(
            "9: {mid:?} was decided as {outcome:?}, and nothing is kept of it"
        )),
    }
}

fn goes_on(was: &Entry, is: &Entry, after: &Photo, told: &Told, cause: &Cause) -> Checked {
    let mid = was.id();
    if was.op != is.op && was.sent {
        return violated(format!("{mid:?} says something else now"));
    }
    if is.in_base && mid.0 == after.client && mid.1 > told.in_base {
        return violated(format!(
            "7: {mid:?} is not shown any more, and no snapshot had it"
        ));
    }
    if was.given_up && !is.given_up && !matches!(told.outcomes.get(&mid), Some(Outcome::Applied(_)))
    {
        return violated(format!("{mid:?} was given up, and is not any more"));
    }
    if was.given_up || !is.given_up {
        return Ok(());
    }
    let is_kept = after
        .kept(mid)
        .is_some_and(|kept| !kept.retryable && kept.op == is.op);
    if !is_kept {
        return violated(format!("9: {mid:?} was given up, and is not kept"));
    }
    let Cause::Pushed {
        mids,
        failed: Some(failed),
    } = cause
    else {
        return violated(format!("15: {mid:?} was given up, and nothing failed"));
    };
    let is_due = match failed {
        Failed::Refused => true,
        Failed::Erring | Failed::Unreachable => {
            told.errors.get(&mid).is_some_and(|errors| *errors >= TRIES)
        }
        Failed::Otherwise => false,
    };
    if !is_due || *mids != [mid] {
        return violated(format!(
            "15: {mid:?} was given up before its time: {failed:?} of {mids:?}"
        ));
    }
    Ok(())
}

/// 15: what fails by itself is given up at the third time, so that the others get on.
fn must_give_up(after: &Photo, told: &Told, cause: &Cause) -> Checked {
    let Cause::Pushed {
        mids,
        failed: Some(failed),
    } = cause
    else {
        return Ok(());
    };
    let [mid] = mids.as_slice() else {
        return Ok(());
    };
    let is_due = match failed {
        Failed::Refused => true,
        Failed::Erring => told.erring.get(mid).is_some_and(|errors| *errors >= TRIES),
        Failed::Unreachable | Failed::Otherwise => false,
    };
    match after.entry(*mid) {
        Some(entry) if is_due && !entry.given_up && entry.applied.is_none() => {
            violated(format!("15: {mid:?} fails, and is not given up"))
        }
        _ => Ok(()),
    }
}

/// 9: what is kept stays until the person has dealt with it, it turns out to have been applied, or there is no question
/// about it any more.
pub fn keeps(
    before: &Photo,
    after: &Photo,
    told: &Told,
    cause: &Cause,
    chronicle: &Chronicle,
) -> Checked {
    for kept in &before.kept {
        let is_there = after.kept.iter().any(|other| other.id == kept.id);
        let is_put_aside = matches!(cause, Cause::Person { put_aside: Some(id) } if *id == kept.id);
        let is_settled = after.kept(kept.mutation).is_some()
            || told.merged.contains(&kept.mutation)
            || matches!(told.outcomes.get(&kept.mutation), Some(Outcome::Applied(_)));
        let is_over = is_over(kept, after, told, chronicle).is_some();
        if !is_there && !is_put_aside && !is_settled && !is_over {
            return violated(format!(
                "9: {:?} ({:?}) is not kept any more",
                kept.op, kept.why
            ));
        }
    }
    Ok(())
}

/// Conflicts that were kept or came in this step, and about which there is no question any more; and why.
pub fn settled(
    before: &Photo,
    after: &Photo,
    told: &Told,
    chronicle: &Chronicle,
) -> Vec<(Key, Hit)> {
    let is_gone = |id: Key| after.kept(id).is_none();
    let kept = before.kept.iter().filter(|kept| is_gone(kept.mutation));
    let kept = kept.filter_map(|kept| {
        let how = is_over(kept, after, told, chronicle)?;
        Some((kept.mutation, how))
    });
    let decided = before.mine().filter(|entry| is_gone(entry.id()));
    let decided = decided.filter_map(|entry| match told.outcomes.get(&entry.id()) {
        Some(Outcome::Conflict(current)) => {
            let how = is_answered(entry.id(), &entry.op, current, after, told, chronicle)?;
            Some((entry.id(), how))
        }
        _ => None,
    });
    kept.chain(decided).collect()
}

/// Whether there is no question about it any more: the server has the same text, a newer one of the same person stands for
/// it, or what was deleted is back.
fn is_over(kept: &Kept, after: &Photo, told: &Told, chronicle: &Chronicle) -> Option<Hit> {
    // What was given up may turn out to be in conflict.
    let current = match (&kept.why, told.outcomes.get(&kept.mutation)) {
        (Why::Conflict(current), _) | (_, Some(Outcome::Conflict(current))) => current,
        (Why::Crossed(todos), _) => return are_back(todos, after),
        _ => return None,
    };
    is_answered(kept.mutation, &kept.op, current, after, told, chronicle)
}

/// The same of one that was found where it was saved.
pub fn was_answered(
    record: &Record,
    after: &Photo,
    told: &Told,
    chronicle: &Chronicle,
) -> Option<Hit> {
    match record.why.as_ref()? {
        Why::Conflict(current) => {
            is_answered(record.id, &record.op, current, after, told, chronicle)
        }
        Why::Crossed(todos) => are_back(todos, after),
        _ => None,
    }
}

fn are_back(todos: &[Todo], after: &Photo) -> Option<Hit> {
    let mut todos = todos.iter();
    let are_back = todos.all(|todo| after.shown(todo.id).is_some());
    are_back.then_some(Hit::Agreed)
}

fn is_answered(
    id: Key,
    op: &Op,
    current: &Todo,
    after: &Photo,
    told: &Told,
    chronicle: &Chronicle,
) -> Option<Hit> {
    let todo = chronicle.todo(after.epoch, after.seq, current.id);
    // Where a copy back has cut off what the page is astray in, nothing is known of it.
    let is_same = |todo: &Todo| Some(todo.title.as_str()) == op.text();
    if todo.is_none_or(is_same) || is_same(current) {
        return Some(Hit::Agreed);
    }
    let stands = |(key, mutation): (&Key, &Mutation)| {
        let Op::SetTitle { base, .. } = &mutation.op else {
            return false;
        };
        let outcome = told.outcomes.get(key);
        // What the same person wrote in another tab counts, too: that tab may have told before its event came.
        let is_elsewhere = matches!(chronicle.decided.get(key), Some(Outcome::Applied(_)));
        let is_decided = is_elsewhere
            || told.merged.contains(key)
            || matches!(outcome, Some(Outcome::Applied(_) | Outcome::Conflict(_)));
        is_decided && base.after.contains(&id)
    };
    let is_superseded = chronicle.contents.iter().any(stands);
    is_superseded.then_some(Hit::Superseded)
}

/// 9: with another client, all that was not known to be applied goes to review.
pub fn goes_to_review(before: &Photo, after: &Photo, told: &Told) -> Checked {
    for entry in before.mine().filter(|entry| !entry.given_up) {
        let is_applied = told.merged.contains(&entry.id())
            || matches!(told.outcomes.get(&entry.id()), Some(Outcome::Applied(_)));
        let is_new = |kept: &&Kept| !before.kept.iter().any(|old| old.id == kept.id);
        let mut new = after.kept.iter().filter(is_new);
        if !is_applied && !new.any(|kept| kept.op == entry.op && kept.retryable) {
            return violated(format!("9: {:?} is neither queued nor in review", entry.op));
        }
    }
    Ok(())
}
