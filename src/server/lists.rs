//! The rules of lists: may this person do this, and what comes of it. Not here: SQL (`store`), addresses (`api`).

use super::{
    clock, compare,
    store::{Allow, Batch, Committed, Decide, Origin, Store},
    sweep,
};
use crate::{
    core::{
        account::User,
        compared::Compared,
        id::{ClientId, Epoch, ListId, Mid, Seq, TodoId, UserId},
        invalid::Invalid,
        list::{List, Role, check_name},
        op::{self, Decision, Op, Rejection},
        order::Position,
        pending::{Mutation, Outcome},
        todo::check_title,
        wire::{self, PUSH_MAX, Pulled, Pushed},
    },
    error::{AppError, Code},
};
use uuid::Uuid;

/// A list itself is its owner's to change.
const OWNER: Allow = |role| role == Role::Owner;

/// Who may not edit is refused; everybody else gets what `core` decides.
const DECIDE: Decide = |role, op, facts| {
    if role.may_edit() || *op == Op::Noop {
        op::decide(op, facts)
    } else {
        Decision::Rejected(Rejection::forbidden())
    }
};

/// A new list of this person.
///
/// # Errors
/// 422 for a bad name or too many lists, 409 if the id is somebody else's.
pub async fn create(
    store: &Store,
    user: &User,
    name: &str,
    id: Option<ListId>,
) -> Result<List, AppError> {
    let name = check_name(name)?;
    let id = id.unwrap_or_else(|| ListId(Uuid::now_v7()));
    Ok(store.create_list(id, name, user.id, clock::now()).await?)
}

/// Another name for a list of this person's own.
///
/// # Errors
/// 403 for members who do not own it, 404, 422.
pub async fn rename(
    store: &Store,
    user: &User,
    list: ListId,
    name: &str,
) -> Result<List, AppError> {
    let name = check_name(name)?;
    Ok(store.rename_list(user.id, list, name, OWNER).await?)
}

/// Away with a list of this person's own. It can be restored for 30 days.
///
/// # Errors
/// 403 for members who do not own it, 404.
pub async fn remove(store: &Store, user: &User, list: ListId) -> Result<(), AppError> {
    Ok(store
        .delete_list(user.id, list, OWNER, clock::now())
        .await?)
}

/// Back with a deleted list of this person's own.
///
/// # Errors
/// 403 for members who do not own it, 404 after 30 days, 422 at 200 lists.
pub async fn restore(store: &Store, user: &User, list: ListId) -> Result<List, AppError> {
    let since = clock::now() - sweep::LISTS;
    Ok(store.restore_list(user.id, list, OWNER, since).await?)
}

/// The lists that this person can restore, the latest deleted first.
///
/// # Errors
/// The store failed.
pub async fn restorable(store: &Store, user: &User) -> Result<Vec<Restorable>, AppError> {
    let since = clock::now() - sweep::LISTS;
    let deleted = store.deleted_lists(user.id, OWNER, since).await?;
    let restorable = deleted.into_iter().map(|list| Restorable {
        id: list.id,
        name: list.name,
        until: list.deleted_at + sweep::LISTS,
    });
    Ok(restorable.collect())
}

/// A deleted list that can be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restorable {
    /// Its id.
    pub id: ListId,
    /// Its name.
    pub name: String,
    /// Milliseconds since 1970. After that it is gone.
    pub until: i64,
}

/// What a push carries, beside who sends it.
#[derive(Debug, Clone)]
pub struct Push {
    /// The list.
    pub list: ListId,
    /// The history the client believes in.
    pub epoch: Option<Epoch>,
    /// The client.
    pub client: ClientId,
    /// The client needs no outcome up to here any more.
    pub acked: Mid,
    /// In the order of their numbers.
    pub mutations: Vec<wire::Mutation>,
}

/// Decides a push. Repeated, it gives the stored outcomes and changes nothing.
///
/// # Errors
/// 400, 403 `CLIENT_TAKEN`, 404, 409 `OUT_OF_ORDER` or `EPOCH`, 413.
pub async fn push(store: &Store, user: &User, push: Push) -> Result<Pushed, AppError> {
    if push.mutations.len() > PUSH_MAX {
        let message = "A push carries at most 500 mutations.";
        return Err(AppError::new(Code::TooLarge, message).on("mutations"));
    }
    let mutations = push.mutations.into_iter().map(Mutation::try_from);
    let mutations = mutations
        .collect::<Result<_, _>>()
        .map_err(AppError::malformed_field)?;
    let origin = Origin::Queue {
        client: push.client,
        acked: push.acked,
        mutations,
    };
    let done = commit(store, user.id, push.list, push.epoch, origin).await?;
    Ok(Pushed {
        epoch: done.epoch,
        last_mid: done.last_mid,
        outcomes: done.outcomes,
    })
}

/// A list's todos, or exactly what came after `since`.
///
/// # Errors
/// 403 `CLIENT_TAKEN`, 404.
pub async fn pull(
    store: &Store,
    user: &User,
    list: ListId,
    client: Option<ClientId>,
    since: Option<(Epoch, Seq)>,
) -> Result<Pulled, AppError> {
    Ok(store.pull(user.id, list, client, since).await?)
}

/// What a todo's text is by now, beside what somebody wrote (`mine`), and both changes of what it `was` in one text.
///
/// # Errors
/// 404, also for a todo that is deleted; 422 for texts that no todo can have.
pub async fn compare(
    store: &Store,
    user: &User,
    list: ListId,
    id: TodoId,
    mine: &str,
    was: Option<&str>,
) -> Result<Compared, AppError> {
    let text = |text, field| check_title(text).map_err(|why| Invalid::new(field, why.message));
    let mine = text(mine, "mine")?;
    let was = was.map(|was| text(was, "was")).transpose()?;
    let title = store.title(user.id, list, id).await?;
    let (in_theirs, in_mine) = compare::marks(&title.text, mine);
    Ok(Compared {
        theirs: in_theirs,
        mine: in_mine,
        merged: compare::merged(was, mine, &title.text),
        title: title.text,
        title_version: title.version,
        by: title.by,
        at: title.at,
    })
}

/// A new todo at the end, from a plain form.
///
/// # Errors
/// 403, 404, 422.
pub async fn add(store: &Store, user: &User, list: ListId, title: &str) -> Result<(), AppError> {
    check_title(title)?;
    let last = store.last_position(user.id, list).await?;
    // Only a list whose last position is the greatest possible has no place after it: then beside it, by id.
    let position = Position::after(last.as_ref())
        .or(last)
        .ok_or_else(AppError::internal)?;
    let op = Op::AddTodo {
        id: TodoId(Uuid::now_v7()),
        title: title.to_owned(),
        position: position.into(),
    };
    form(store, user.id, list, op).await
}

/// Ticks or unticks, from a plain form.
///
/// # Errors
/// 403, 404.
pub async fn set_completed(
    store: &Store,
    user: &User,
    list: ListId,
    id: TodoId,
    completed: bool,
) -> Result<(), AppError> {
    form(store, user.id, list, Op::SetCompleted { id, completed }).await
}

/// Deletes, from a plain form.
///
/// # Errors
/// 403, 404.
pub async fn delete(store: &Store, user: &User, list: ListId, id: TodoId) -> Result<(), AppError> {
    form(store, user.id, list, Op::DeleteTodo { id }).await
}

/// One op without a number; what was refused is the answer's error.
async fn form(store: &Store, user: UserId, list: ListId, op: Op) -> Result<(), AppError> {
    let field = match op {
        Op::AddTodo { .. } => "title",
        _ => "id",
    };
    let done = commit(store, user, list, None, Origin::Form(op)).await?;
    match done
        .outcomes
        .into_iter()
        .next()
        .and_then(wire::Outcome::decided)
    {
        Some(Outcome::Rejected(rejection)) => Err(AppError::refused(&rejection, field)),
        _ => Ok(()),
    }
}

async fn commit(
    store: &Store,
    author: UserId,
    list: ListId,
    epoch: Option<Epoch>,
    origin: Origin,
) -> Result<Committed, AppError> {
    let batch = Batch {
        list,
        author,
        epoch,
        origin,
        now: clock::now(),
    };
    Ok(store.commit(batch, DECIDE).await?)
}
