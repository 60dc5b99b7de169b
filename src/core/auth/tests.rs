use super::{
    Auth,
    Effect::{self, *},
    Gone, Input, Stored, To,
};
use crate::core::{account::User, id::UserId, link::Failure};
use uuid::Uuid;

const ADA: UserId = UserId(Uuid::from_u128(1));
const BEN: UserId = UserId(Uuid::from_u128(2));
const NOBODY: Stored = Stored::User(None);
const LEAVING: Stored = Stored::Leaving(ADA);

fn ada() -> User {
    User {
        id: ADA,
        name: "ada".to_owned(),
    }
}

fn is(id: UserId) -> Stored {
    Stored::User(Some(id))
}

fn page_of_ada() -> Auth {
    Auth::new(Some(ada()))
}

/// A page of Ada's that has found her stored.
fn seen() -> Auth {
    let mut auth = page_of_ada();
    assert_eq!(auth.take(Input::Hydrated, is(ADA)), []);
    auth
}

fn met(auth: &mut Auth, answer: Result<UserId, Failure>, stored: Stored) -> Vec<Effect> {
    auth.take(Input::Me(answer), stored)
}

#[test]
fn a_page_that_finds_nobody_stored_writes_its_user_at_once_and_confirms() {
    for stored in [Stored::Missing, NOBODY, Stored::Unreadable] {
        let mut auth = page_of_ada();
        let effects = auth.take(Input::Hydrated, stored);
        assert_eq!(effects, [Write(Some(ADA)), AskMe]);
        assert_eq!(met(&mut auth, Ok(ADA), is(ADA)), []);
        assert!(auth.is_here());
    }
}

#[test]
fn a_page_that_finds_somebody_else_stored_asks_first() {
    let mut auth = page_of_ada();
    assert_eq!(auth.take(Input::Hydrated, is(BEN)), [AskMe]);
    assert_eq!(met(&mut auth, Ok(ADA), is(BEN)), [Write(Some(ADA))]);

    let mut auth = page_of_ada();
    auth.take(Input::Hydrated, is(BEN));
    let effects = met(&mut auth, Ok(BEN), is(BEN));
    assert_eq!(effects, [Follow(Gone::OtherUser), Load(To::TheirPage)]);

    let mut nobodys = Auth::new(None);
    assert_eq!(nobodys.take(Input::Hydrated, is(BEN)), [AskMe]);
    assert_eq!(
        met(&mut nobodys, Err(Failure::SignedOut), is(BEN)),
        [Write(None), AskMe]
    );
    assert_eq!(met(&mut nobodys, Err(Failure::SignedOut), NOBODY), []);

    let mut nobodys = Auth::new(None);
    nobodys.take(Input::Hydrated, is(BEN));
    assert_eq!(met(&mut nobodys, Ok(BEN), is(BEN)), [Load(To::Here)]);
}

#[test]
fn a_page_of_nobody_leaves_alone_what_says_the_same() {
    for stored in [Stored::Missing, NOBODY, Stored::Unreadable] {
        let mut auth = Auth::new(None);
        assert_eq!(auth.take(Input::Hydrated, stored), []);
        assert_eq!(auth.take(Input::Changed, Stored::Missing), []);
    }
}

#[test]
fn a_page_follows_another_tab_at_once_and_loads_when_the_server_is_reached() {
    let mut auth = seen();
    let effects = auth.take(Input::Changed, NOBODY);
    assert_eq!(effects, [Follow(Gone::SignedOut), AskMe]);
    assert_eq!(met(&mut auth, Err(Failure::Unreachable), NOBODY), [Wait]);
    assert_eq!(auth.take(Input::Waited, NOBODY), [AskMe]);
    let effects = met(&mut auth, Err(Failure::SignedOut), NOBODY);
    assert_eq!(effects, [Load(To::Start)]);

    let mut auth = seen();
    let effects = auth.take(Input::Checked, is(BEN));
    assert_eq!(effects, [Follow(Gone::OtherUser), AskMe]);
    assert_eq!(met(&mut auth, Ok(BEN), is(BEN)), [Load(To::TheirPage)]);
}

#[test]
fn a_page_of_nobody_follows_who_signs_in() {
    let mut auth = Auth::new(None);
    auth.take(Input::Hydrated, NOBODY);
    assert_eq!(auth.take(Input::Changed, is(ADA)), [AskMe]);
    assert_eq!(met(&mut auth, Ok(ADA), is(ADA)), [Load(To::Here)]);
}

#[test]
fn as_long_as_tabs_and_server_disagree_a_page_that_was_told_to_go_shows_nothing() {
    let mut auth = seen();
    auth.take(Input::Changed, NOBODY);
    assert_eq!(met(&mut auth, Ok(ADA), NOBODY), []);
    assert!(!auth.is_here());
    assert_eq!(auth.take(Input::Changed, is(ADA)), [AskMe]);
    assert_eq!(met(&mut auth, Ok(ADA), is(ADA)), [Load(To::Here)]);
}

#[test]
fn a_page_that_was_told_to_go_never_writes() {
    let mut auth = seen();
    auth.take(Input::Changed, NOBODY);
    auth.take(Input::Changed, is(ADA));
    met(&mut auth, Ok(ADA), is(ADA));
    auth.take(Input::Checked, is(ADA));
    let effects = met(&mut auth, Err(Failure::SignedOut), is(ADA));
    assert_eq!(effects, [Load(To::Start)]);
}

#[test]
fn what_cannot_be_read_is_ignored() {
    let mut auth = seen();
    assert_eq!(auth.take(Input::Changed, Stored::Unreadable), []);
    assert!(auth.is_here());
}

#[test]
fn a_key_that_goes_ends_the_session_if_it_is_still_missing_under_the_lock() {
    let mut auth = seen();
    let effects = auth.take(Input::Changed, Stored::Missing);
    assert_eq!(effects, [Follow(Gone::SignedOut), Lock]);
    assert_eq!(auth.take(Input::Held, Stored::Missing), [AskMe]);
    assert_eq!(met(&mut auth, Ok(ADA), Stored::Missing), [EndSession]);
    let effects = auth.take(Input::Ended(Ok(())), Stored::Missing);
    assert_eq!(effects, [Write(None), Unlock, Load(To::Start)]);
}

#[test]
fn a_lock_that_is_faster_than_what_was_stored_ends_nothing_twice() {
    // Another tab has ended the session and written so; here the key is missing still.
    let mut auth = seen();
    auth.take(Input::Changed, Stored::Missing);
    assert_eq!(auth.take(Input::Held, Stored::Missing), [AskMe]);
    let effects = met(&mut auth, Err(Failure::SignedOut), Stored::Missing);
    assert_eq!(effects, [Write(None), Unlock, Load(To::Start)]);
}

#[test]
fn a_key_that_is_put_back_while_the_server_is_asked_ends_nothing() {
    let mut auth = seen();
    auth.take(Input::Changed, Stored::Missing);
    auth.take(Input::Held, Stored::Missing);
    assert_eq!(met(&mut auth, Ok(ADA), is(ADA)), [Unlock, AskMe]);
    assert_eq!(met(&mut auth, Ok(ADA), is(ADA)), [Load(To::Here)]);
}

#[test]
fn an_answer_from_before_the_lock_ends_nothing() {
    let mut auth = seen();
    assert_eq!(auth.take(Input::Refused, is(ADA)), [AskMe]);
    auth.take(Input::Changed, Stored::Missing);
    assert_eq!(auth.take(Input::Held, Stored::Missing), []);
    assert_eq!(met(&mut auth, Ok(ADA), Stored::Missing), [AskMe]);
    assert_eq!(met(&mut auth, Ok(ADA), Stored::Missing), [EndSession]);
}

#[test]
fn a_key_that_is_back_under_the_lock_ends_nothing() {
    let mut auth = seen();
    auth.take(Input::Changed, Stored::Missing);
    assert_eq!(auth.take(Input::Held, is(ADA)), [Unlock, AskMe]);
    assert_eq!(met(&mut auth, Ok(ADA), is(ADA)), [Load(To::Here)]);
    // Or another tab was faster.
    let mut auth = seen();
    auth.take(Input::Changed, Stored::Missing);
    assert_eq!(auth.take(Input::Held, NOBODY), [Unlock, AskMe]);
    let effects = met(&mut auth, Err(Failure::SignedOut), NOBODY);
    assert_eq!(effects, [Load(To::Start)]);
}

#[test]
fn a_key_that_this_run_has_never_seen_is_not_removed() {
    let mut auth = page_of_ada();
    // It could not be written.
    auth.take(Input::Hydrated, Stored::Missing);
    auth.saw(Stored::Missing);
    assert_eq!(auth.take(Input::Changed, Stored::Missing), []);
    assert!(auth.is_here());
    auth.saw(is(ADA));
    assert!(!auth.take(Input::Changed, Stored::Missing).is_empty());
}

#[test]
fn a_session_that_could_not_be_ended_is_ended_later() {
    for failure in [Failure::Unreachable, Failure::Erring] {
        let mut auth = seen();
        auth.take(Input::Changed, Stored::Missing);
        auth.take(Input::Held, Stored::Missing);
        met(&mut auth, Ok(ADA), Stored::Missing);
        let effects = auth.take(Input::Ended(Err(failure.clone())), Stored::Missing);
        assert_eq!(effects, [Unlock, Wait]);
        assert_eq!(auth.take(Input::Waited, Stored::Missing), [Lock]);
        // Or it could not be asked first.
        auth.take(Input::Held, Stored::Missing);
        let effects = met(&mut auth, Err(failure), Stored::Missing);
        assert_eq!(effects, [Unlock, Wait]);
        assert_eq!(auth.take(Input::Waited, Stored::Missing), [Lock]);
    }
}

#[test]
fn of_a_session_that_is_somebody_elses_nothing_is_ended_or_written() {
    let mut auth = seen();
    auth.take(Input::Changed, Stored::Missing);
    auth.take(Input::Held, Stored::Missing);
    met(&mut auth, Ok(ADA), Stored::Missing);
    let refused = Input::Ended(Err(Failure::SignedOut));
    assert_eq!(auth.take(refused, is(BEN)), [Unlock, AskMe]);
    assert_eq!(met(&mut auth, Ok(BEN), is(BEN)), [Load(To::TheirPage)]);
}

#[test]
fn a_refusal_is_confirmed_before_anything_happens() {
    let mut auth = seen();
    assert_eq!(auth.take(Input::Refused, is(ADA)), [AskMe]);
    assert_eq!(auth.take(Input::Refused, is(ADA)), [], "one at a time");
    assert_eq!(met(&mut auth, Ok(ADA), is(ADA)), []);
    auth.take(Input::Refused, is(ADA));
    assert_eq!(met(&mut auth, Err(Failure::Erring), is(ADA)), []);
    auth.take(Input::Refused, is(ADA));
    let effects = met(&mut auth, Err(Failure::SignedOut), is(ADA));
    assert_eq!(
        effects,
        [Write(None), Follow(Gone::SignedOut), Load(To::Start)]
    );
}

#[test]
fn an_answer_from_before_somebody_signed_in_or_out_is_asked_for_again() {
    let mut auth = Auth::new(None);
    auth.take(Input::Hydrated, is(ADA));
    let effects = met(&mut auth, Err(Failure::SignedOut), is(BEN));
    assert_eq!(effects, [AskMe]);
    assert_eq!(met(&mut auth, Ok(BEN), is(BEN)), [Load(To::Here)]);
    assert_eq!(met(&mut auth, Ok(BEN), is(BEN)), [], "nobody asked");
}

/// A page of Ada's whose button was pressed.
fn left() -> Auth {
    let mut auth = seen();
    let effects = auth.take(Input::SignOut, is(ADA));
    assert_eq!(effects, [Leave, Follow(Gone::SignedOut), EndSession]);
    auth.saw(LEAVING);
    auth
}

#[test]
fn the_button_empties_the_page_tells_the_other_tabs_and_ends_the_session() {
    let mut auth = left();
    assert_eq!(auth.take(Input::SignOut, LEAVING), [], "once");
    // Its socket may end before the answer comes.
    assert_eq!(auth.take(Input::Refused, LEAVING), []);
    let effects = auth.take(Input::Ended(Ok(())), LEAVING);
    assert_eq!(effects, [Left, Load(To::Start)]);
}

#[test]
fn a_button_that_does_not_reach_the_server_is_done_here_and_ends_the_session_later() {
    for failure in [Failure::Unreachable, Failure::Late, Failure::Erring] {
        let mut auth = left();
        let effects = auth.take(Input::Ended(Err(failure)), LEAVING);
        assert_eq!(effects, [Wait]);
        assert!(!auth.is_here());
        assert_eq!(auth.take(Input::Waited, LEAVING), [EndSession]);
        let effects = auth.take(Input::Ended(Ok(())), LEAVING);
        assert_eq!(effects, [Left, Load(To::Start)]);
    }
}

#[test]
fn a_mark_that_is_gone_ends_nothing_any_more() {
    let mut auth = left();
    auth.take(Input::Ended(Err(Failure::Unreachable)), LEAVING);
    // Another page has ended it, and perhaps she has signed in anew.
    assert_eq!(auth.take(Input::Waited, NOBODY), [AskMe]);
    let effects = met(&mut auth, Err(Failure::SignedOut), NOBODY);
    assert_eq!(effects, [Load(To::Start)]);

    let mut auth = left();
    auth.take(Input::Ended(Err(Failure::Unreachable)), LEAVING);
    assert_eq!(auth.take(Input::Waited, is(ADA)), [AskMe]);
    assert_eq!(met(&mut auth, Ok(ADA), is(ADA)), [Load(To::Here)]);
}

#[test]
fn a_session_that_is_not_hers_any_more_is_left_alone_and_she_has_left() {
    let mut auth = left();
    let refused = Input::Ended(Err(Failure::SignedOut));
    assert_eq!(auth.take(refused, LEAVING), [Left, AskMe]);
    assert_eq!(met(&mut auth, Ok(BEN), NOBODY), [Load(To::TheirPage)]);
}

#[test]
fn a_key_that_goes_while_she_leaves_hinders_nothing() {
    let mut auth = left();
    auth.take(Input::Ended(Err(Failure::Unreachable)), Stored::Missing);
    assert_eq!(auth.take(Input::Waited, Stored::Missing), [Lock]);
    assert_eq!(auth.take(Input::Held, Stored::Missing), [AskMe]);
    assert_eq!(met(&mut auth, Ok(ADA), Stored::Missing), [EndSession]);
}

#[test]
fn another_tab_follows_a_mark_and_ends_the_session_if_the_first_one_does_not() {
    let mut auth = seen();
    let effects = auth.take(Input::Changed, LEAVING);
    assert_eq!(effects, [Follow(Gone::SignedOut), AskMe]);
    assert_eq!(met(&mut auth, Ok(ADA), LEAVING), [Wait]);
    assert_eq!(auth.take(Input::Waited, LEAVING), [EndSession]);
    let effects = auth.take(Input::Ended(Ok(())), LEAVING);
    assert_eq!(effects, [Left, Load(To::Start)]);
    // Or it has.
    let mut auth = seen();
    auth.take(Input::Changed, LEAVING);
    assert_eq!(met(&mut auth, Ok(ADA), NOBODY), [AskMe]);
    let effects = met(&mut auth, Err(Failure::SignedOut), NOBODY);
    assert_eq!(effects, [Load(To::Start)]);
}

#[test]
fn a_refusal_does_not_bring_back_who_is_leaving() {
    let mut auth = seen();
    // The mark is seen before the storage event comes.
    let effects = auth.take(Input::Refused, LEAVING);
    assert_eq!(effects, [Follow(Gone::SignedOut), AskMe]);
    assert_eq!(met(&mut auth, Ok(ADA), LEAVING), [Wait]);
}

#[test]
fn whose_leaving_is_not_done_is_no_concern_of_somebody_elses_page() {
    let mut bens = Auth::new(Some(User {
        id: BEN,
        name: "ben".to_owned(),
    }));
    let effects = bens.take(Input::Hydrated, LEAVING);
    assert_eq!(effects, [Write(Some(BEN)), AskMe]);
    let mut nobodys = Auth::new(None);
    assert_eq!(nobodys.take(Input::Hydrated, LEAVING), []);
    assert_eq!(nobodys.take(Input::Changed, LEAVING), []);
}

#[test]
fn who_signed_in_while_the_button_worked_stays_signed_in() {
    for (id, to) in [(BEN, To::TheirPage), (ADA, To::Here)] {
        let mut auth = left();
        let effects = auth.take(Input::Ended(Ok(())), is(id));
        assert_eq!(effects, [AskMe]);
        assert_eq!(met(&mut auth, Ok(id), is(id)), [Load(to)]);
    }
}

#[test]
fn a_page_that_comes_back_asks_whether_its_session_still_is() {
    let mut auth = seen();
    assert_eq!(auth.take(Input::Checked, is(ADA)), [AskMe]);
    let mut nobodys = Auth::new(None);
    assert_eq!(nobodys.take(Input::Checked, NOBODY), []);
}

#[cfg(feature = "ssr")]
mod reading {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_stored_value_is_read_whatever_else_is_in_it() {
        let user = json!({"id": ADA, "name": "ada", "more": 1});
        let read = |value| Stored::read(&value);
        assert_eq!(
            read(json!({"state": {"user": user}, "version": 0})),
            is(ADA)
        );
        assert_eq!(read(json!({"state": {"user": null}, "version": 0})), NOBODY);
        assert_eq!(read(json!({"state": {}})), NOBODY);
        for bad in [
            json!({}),
            json!(null),
            json!(7),
            json!({"state": 7}),
            json!({"state": {"user": "ada"}}),
            json!({"state": {"user": 7}}),
            json!({"state": {"user": true}}),
            json!({"state": {"user": {"name": "ada"}}}),
            json!({"state": {"user": {"id": "7"}}}),
        ] {
            assert_eq!(read(bad.clone()), Stored::Unreadable, "{bad}");
        }
    }
}
