//! Who shares a list, and the invitations to it.

use super::*;
use crate::{
    core::{
        id::InvitationId,
        list::{LISTS_MAX, List, Role},
        sharing::{INVITATIONS_MAX, MEMBERS_MAX},
    },
    server::{
        store::{Allow, NewInvitation, TokenHash},
        sweep::sweep,
    },
};

const ANY: Allow = |_| true;
const NONE: Allow = |_| false;
/// When invitations are made here, and when they end.
const MADE: i64 = 1_000;
const ENDS: i64 = 2_000;

/// An invitation that is open from [`MADE`] to [`ENDS`].
pub(super) fn invitation(list: ListId, token: TokenHash, role: Role) -> NewInvitation {
    NewInvitation {
        id: InvitationId(uuid()),
        list,
        role,
        token,
        now: MADE,
        expires_at: ENDS,
    }
}

/// Invites to a list, and gives the invitation's id.
async fn invite(
    store: &Store,
    by: UserId,
    list: ListId,
    token: TokenHash,
    role: Role,
) -> InvitationId {
    let invitation = invitation(list, token, role);
    let id = invitation.id;
    store.invite(by, invitation, ANY).await.unwrap();
    id
}

/// A person with a list, and another who has joined it as an editor by the token of ones.
async fn two(store: &Store) -> (UserId, UserId, ListId) {
    let ((ada, list), bob) = (owner(store).await, user(store).await);
    invite(store, ada, list, [1; 32], Role::Editor).await;
    store.join(bob, [1; 32], MADE).await.unwrap();
    (ada, bob, list)
}

async fn roles(store: &Store, asked_by: UserId, list: ListId) -> Vec<(UserId, Role)> {
    let members = store.members(asked_by, list).await.unwrap().into_iter();
    members.map(|member| (member.user, member.role)).collect()
}

#[track_caller]
fn is<T: std::fmt::Debug>(result: Stored<T>, expected: &StoreError) {
    let error = result.unwrap_err();
    assert_eq!(format!("{error:?}"), format!("{expected:?}"));
}

#[tokio::test]
async fn an_invitation_lets_many_in_until_it_expires() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let (bob, eve, max) = (user(&store).await, user(&store).await, user(&store).await);
    invite(&store, ada, list, [1; 32], Role::Viewer).await;
    for (person, now) in [(bob, MADE), (eve, ENDS - 1)] {
        let invited = store.invited(person, [1; 32], now).await.unwrap();
        assert_eq!(
            (invited.list, &*invited.name, invited.role),
            (list, "Groceries", Role::Viewer)
        );
        assert!(!invited.is_member);
        let joined = store.join(person, [1; 32], now).await.unwrap();
        assert_eq!((joined.id, joined.role), (list, Role::Viewer));
        assert!(store.invited(person, [1; 32], now).await.unwrap().is_member);
    }
    not_found(store.invited(max, [1; 32], ENDS).await);
    not_found(store.join(max, [1; 32], ENDS).await);
    not_found(store.join(max, [2; 32], MADE).await);
    let viewer = Role::Viewer;
    assert_eq!(
        roles(&store, bob, list).await,
        [(ada, Role::Owner), (bob, viewer), (eve, viewer)]
    );
    assert_eq!(store.list(ada, list).await.unwrap().members, 3);
}

#[tokio::test]
async fn joining_again_changes_nobodys_role() {
    let (store, _folder) = fresh().await;
    let (ada, bob, list) = two(&store).await;
    invite(&store, ada, list, [2; 32], Role::Viewer).await;
    let expected = [(ada, Role::Owner), (bob, Role::Editor)];
    for (person, role) in expected {
        let joined: List = store.join(person, [2; 32], MADE).await.unwrap();
        assert_eq!(joined.role, role);
    }
    assert_eq!(roles(&store, ada, list).await, expected);

    store
        .set_role(ada, list, bob, Role::Viewer, ANY, ANY)
        .await
        .unwrap();
    let joined = store.join(bob, [1; 32], MADE).await.unwrap();
    assert_eq!(joined.role, Role::Viewer);
}

#[tokio::test]
async fn what_was_joined_left_and_removed_is_still_so_after_a_crash() {
    let (store, folder) = fresh().await;
    let (ada, bob, list) = two(&store).await;
    let eve = user(&store).await;
    store.join(eve, [1; 32], MADE).await.unwrap();
    store.leave_list(eve, list, ANY).await.unwrap();
    let store = reopen(&folder).await;
    let both = [(ada, Role::Owner), (bob, Role::Editor)];
    assert_eq!(roles(&store, ada, list).await, both);
    store.remove_member(ada, list, bob, ANY, ANY).await.unwrap();
    let store = reopen(&folder).await;
    assert_eq!(roles(&store, ada, list).await, both[..1]);
    assert_eq!(store.invitations(ada, list, ANY, MADE).await.unwrap(), []);
}

#[tokio::test]
async fn who_leaves_or_is_removed_has_no_access_and_removing_ends_all_invitations() {
    let (store, _folder) = fresh().await;
    let (ada, bob, list) = two(&store).await;
    let push = |mid| commit(&store, bob, list, queue(client(), mid, vec![add(todo())]));
    push(1).await.unwrap();
    store.leave_list(bob, list, ANY).await.unwrap();
    not_found(push(1).await);
    not_found(store.members(bob, list).await);
    not_found(store.leave_list(bob, list, ANY).await);
    assert_eq!(store.lists(bob).await.unwrap(), []);

    // By the link one comes in again, until somebody is removed.
    store.join(bob, [1; 32], MADE).await.unwrap();
    invite(&store, ada, list, [2; 32], Role::Viewer).await;
    store.remove_member(ada, list, bob, ANY, ANY).await.unwrap();
    not_found(push(1).await);
    for token in [[1; 32], [2; 32]] {
        not_found(store.join(bob, token, MADE).await);
    }
    not_found(store.remove_member(ada, list, bob, ANY, ANY).await);
    not_found(store.set_role(ada, list, bob, Role::Viewer, ANY, ANY).await);
}

#[tokio::test]
async fn removing_ends_no_invitation_to_another_list() {
    let (store, _folder) = fresh().await;
    let (ada, bob, list) = two(&store).await;
    let other = ListId(uuid());
    store.create_list(other, "Work", ada, 1).await.unwrap();
    invite(&store, ada, other, [2; 32], Role::Viewer).await;
    store.remove_member(ada, list, bob, ANY, ANY).await.unwrap();
    store.join(bob, [2; 32], MADE).await.unwrap();
}

#[tokio::test]
async fn a_revoked_invitation_lets_nobody_in_and_the_others_do() {
    let (store, _folder) = fresh().await;
    let ((ada, list), bob) = (owner(&store).await, user(&store).await);
    let first = invite(&store, ada, list, [1; 32], Role::Editor).await;
    let second = invite(&store, ada, list, [2; 32], Role::Viewer).await;
    let open = || async {
        let open = store.invitations(ada, list, ANY, MADE).await.unwrap();
        assert!(open.iter().all(|one| one.token.is_none()));
        open.into_iter()
            .map(|one| (one.id, one.role, one.expires_at))
            .collect::<Vec<_>>()
    };
    let both = [(second, Role::Viewer, ENDS), (first, Role::Editor, ENDS)];
    assert_eq!(open().await, both);
    for _ in 0..2 {
        store
            .revoke_invitation(ada, list, first, ANY)
            .await
            .unwrap();
        assert_eq!(open().await, both[..1]);
    }
    not_found(store.join(bob, [1; 32], MADE).await);
    store.join(bob, [2; 32], MADE).await.unwrap();
    assert_eq!(store.invitations(ada, list, ANY, ENDS).await.unwrap(), []);
}

#[tokio::test]
async fn whom_the_rules_do_not_let_and_strangers_change_nothing() {
    let (store, _folder) = fresh().await;
    let (ada, bob, list) = two(&store).await;
    let stranger = user(&store).await;
    let id = invite(&store, ada, list, [2; 32], Role::Viewer).await;
    let viewer = Role::Viewer;
    let new = || invitation(list, [3; 32], viewer);

    let forbidden = StoreError::Forbidden;
    is(
        store.set_role(bob, list, ada, viewer, NONE, ANY).await,
        &forbidden,
    );
    is(
        store.remove_member(bob, list, ada, NONE, ANY).await,
        &forbidden,
    );
    is(store.invite(bob, new(), NONE).await, &forbidden);
    is(store.invitations(bob, list, NONE, MADE).await, &forbidden);
    is(
        store.revoke_invitation(bob, list, id, NONE).await,
        &forbidden,
    );
    let theirs = StoreError::Owner;
    is(
        store.set_role(ada, list, ada, viewer, ANY, NONE).await,
        &theirs,
    );
    is(
        store.remove_member(ada, list, ada, ANY, NONE).await,
        &theirs,
    );
    is(store.leave_list(ada, list, NONE).await, &theirs);

    for list in [list, ListId(uuid())] {
        not_found(store.members(stranger, list).await);
        not_found(store.set_role(stranger, list, bob, viewer, ANY, ANY).await);
        not_found(store.remove_member(stranger, list, bob, ANY, ANY).await);
        not_found(store.leave_list(stranger, list, ANY).await);
        not_found(
            store
                .invite(stranger, invitation(list, [3; 32], viewer), ANY)
                .await,
        );
        not_found(store.invitations(stranger, list, ANY, MADE).await);
        not_found(store.revoke_invitation(stranger, list, id, ANY).await);
    }
    // Not even the owner of a list ends another one's invitation.
    let (eve, eves) = owner(&store).await;
    not_found(store.revoke_invitation(eve, eves, id, ANY).await);
    assert_eq!(
        roles(&store, ada, list).await,
        [(ada, Role::Owner), (bob, Role::Editor)]
    );
    assert_eq!(
        store.invitations(ada, list, ANY, MADE).await.unwrap().len(),
        2
    );
}

#[tokio::test]
async fn the_rule_is_asked_about_both_roles() {
    let (store, _folder) = fresh().await;
    let (ada, bob, list) = two(&store).await;
    let owner: Allow = |role| role == Role::Owner;
    let others: Allow = |role| role != Role::Owner;
    is(
        store.remove_member(bob, list, ada, owner, ANY).await,
        &StoreError::Forbidden,
    );
    is(
        store.remove_member(ada, list, ada, owner, others).await,
        &StoreError::Owner,
    );
    store
        .set_role(ada, list, bob, Role::Viewer, owner, others)
        .await
        .unwrap();
    assert_eq!(store.list(bob, list).await.unwrap().role, Role::Viewer);
}

#[tokio::test]
async fn nobody_joins_a_list_that_is_deleted() {
    let (store, _folder) = fresh().await;
    let ((ada, list), bob) = (owner(&store).await, user(&store).await);
    invite(&store, ada, list, [1; 32], Role::Editor).await;
    store.delete_list(ada, list, ANY, MADE).await.unwrap();
    not_found(store.invited(bob, [1; 32], MADE).await);
    not_found(store.join(bob, [1; 32], MADE).await);
    not_found(
        store
            .invite(ada, invitation(list, [2; 32], Role::Viewer), ANY)
            .await,
    );
    store.restore_list(ada, list, ANY, 0).await.unwrap();
    store.join(bob, [1; 32], MADE).await.unwrap();
}

#[tokio::test]
async fn a_list_has_100_members_at_most_and_they_can_still_join_again() {
    let (store, _folder) = fresh().await;
    let (ada, bob, list) = two(&store).await;
    for _ in 2..MEMBERS_MAX {
        store.join(user(&store).await, [1; 32], MADE).await.unwrap();
    }
    let eve = user(&store).await;
    is(
        store.join(eve, [1; 32], MADE).await,
        &StoreError::MembersLimit,
    );
    assert_eq!(store.join(bob, [1; 32], MADE).await.unwrap().members, 100);
    store.leave_list(bob, list, ANY).await.unwrap();
    store.join(eve, [1; 32], MADE).await.unwrap();
    assert_eq!(store.members(ada, list).await.unwrap().len(), MEMBERS_MAX);
}

#[tokio::test]
async fn a_person_has_200_lists_at_most_shared_ones_included() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    invite(&store, ada, list, [1; 32], Role::Editor).await;
    let bob = user(&store).await;
    for _ in 0..LISTS_MAX {
        store
            .create_list(ListId(uuid()), "Groceries", bob, 1)
            .await
            .unwrap();
    }
    is(store.join(bob, [1; 32], MADE).await, &StoreError::Limit);
    let theirs = store.lists(bob).await.unwrap()[0].id;
    store.delete_list(bob, theirs, ANY, 1).await.unwrap();
    store.join(bob, [1; 32], MADE).await.unwrap();
    let refused = store.create_list(ListId(uuid()), "One more", bob, 1).await;
    is(refused, &StoreError::Limit);
}

#[tokio::test]
async fn a_list_has_100_open_invitations_at_most() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let mut last = InvitationId(uuid());
    for n in 0..INVITATIONS_MAX {
        last = invite(&store, ada, list, [n as u8; 32], Role::Editor).await;
    }
    let more = || invitation(list, [255; 32], Role::Editor);
    is(
        store.invite(ada, more(), ANY).await,
        &StoreError::InvitationsLimit,
    );
    store.revoke_invitation(ada, list, last, ANY).await.unwrap();
    store.invite(ada, more(), ANY).await.unwrap();
}

#[tokio::test]
async fn companions_are_three_a_list_its_owner_first_and_never_the_person() {
    let (store, _folder) = fresh().await;
    let (ada, bob, list) = two(&store).await;
    let alone = ListId(uuid());
    store.create_list(alone, "Diary", bob, 1).await.unwrap();
    let mut joined = vec![bob];
    for now in 0..3 {
        joined.push(user(&store).await);
        store
            .join(joined[1 + now], [1; 32], MADE + 1 + now as i64)
            .await
            .unwrap();
    }
    let name = |user: UserId| format!("u{}", user.0.simple());
    let of = |user| {
        let store = &store;
        async move {
            let all = store.companions(user).await.unwrap().into_iter();
            all.map(|one| (one.list, one.name, one.role))
                .collect::<Vec<_>>()
        }
    };
    let editor = |user| (list, name(user), Role::Editor);
    assert_eq!(of(ada).await, [bob, joined[1], joined[2]].map(editor));
    let owner = (list, name(ada), Role::Owner);
    assert_eq!(of(bob).await, [owner, editor(joined[1]), editor(joined[2])]);
}

#[tokio::test]
async fn accounts_and_lists_take_their_memberships_and_invitations_with_them() {
    let (store, _folder) = fresh().await;
    let (ada, bob, list) = two(&store).await;
    store.delete_user(bob).await.unwrap();
    assert_eq!(roles(&store, ada, list).await, [(ada, Role::Owner)]);
    let eve = user(&store).await;
    store.join(eve, [1; 32], MADE).await.unwrap();
    store.delete_user(ada).await.unwrap();
    assert_eq!(store.lists(eve).await.unwrap(), []);
    not_found(store.invited(eve, [1; 32], MADE).await);
}

#[tokio::test]
async fn an_expired_invitation_is_swept_and_an_open_one_is_not() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    invite(&store, ada, list, [1; 32], Role::Editor).await;
    assert_eq!(sweep(&store, ENDS).await.unwrap(), 0);
    assert_eq!(sweep(&store, ENDS + 1).await.unwrap(), 1);
    // Its token is free: nothing of it is left.
    invite(&store, ada, list, [1; 32], Role::Editor).await;
}
