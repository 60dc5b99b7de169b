//! Copies of a store, and putting one back.

use super::*;
use crate::{
    core::{
        id::{InvitationId, SessionId},
        list::Role,
    },
    server::store::{NewInvitation, NewSession},
};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

fn url(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("store.db").display())
}

async fn backup(folder: &TempDir, name: &str) -> PathBuf {
    let to = folder.path().join(name);
    Store::backup(&url(folder), to.clone()).await.unwrap();
    to
}

async fn restore(folder: &TempDir, from: &Path) -> Stored<Option<PathBuf>> {
    Store::restore(&url(folder), from.to_owned()).await
}

#[track_caller]
fn unfit<T: std::fmt::Debug>(result: Stored<T>, why: &str) {
    let said = match &result {
        Err(StoreError::Unfit(said)) => said,
        other => panic!("{other:?}"),
    };
    assert!(said.contains(why), "{said}");
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// A store with a list of one todo.
async fn one() -> (Store, TempDir, UserId, ListId) {
    let (store, folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    commit(&store, ada, list, queue(client(), 1, vec![add(todo())]))
        .await
        .unwrap();
    (store, folder, ada, list)
}

#[tokio::test]
async fn what_is_restored_is_as_it_was_in_a_history_of_its_own() {
    let (store, folder, ada, list) = one().await;
    let before = snapshot(&store, ada, list).await;
    let session = NewSession {
        id: SessionId(uuid()),
        user: ada,
        token: [7; 32],
        device: String::new(),
        now: 1,
        expires_at: 9,
    };
    store.open_session(session).await.unwrap();
    let invitation = NewInvitation {
        id: InvitationId(uuid()),
        list,
        role: Role::Editor,
        token: [8; 32],
        now: 1,
        expires_at: 9,
    };
    store.invite(ada, invitation, |_| true).await.unwrap();
    let copy = backup(&folder, "copy").await;
    commit(&store, ada, list, queue(client(), 1, vec![add(todo())]))
        .await
        .unwrap();
    let later = snapshot(&store, ada, list).await;
    store.close().await;

    let old = restore(&folder, &copy).await.unwrap().unwrap();
    let restored = reopen(&folder).await;
    let now = snapshot(&restored, ada, list).await;
    assert_eq!(
        (&now["seq"], &now["payload"]),
        (&before["seq"], &before["payload"])
    );
    assert_ne!(now["epoch"], before["epoch"]);
    // It may have been ended or revoked since.
    assert_eq!(restored.session([7; 32], 1).await.unwrap(), None);
    not_found(restored.join(user(&restored).await, [8; 32], 1).await);

    // What was there is still there, under another name.
    let old = Store::open(&format!("sqlite://{}", old.display()))
        .await
        .unwrap();
    assert_eq!(snapshot(&old, ada, list).await, later);
}

#[tokio::test]
async fn a_restore_onto_nothing_and_one_after_another_work_too() {
    let (store, folder, ada, list) = one().await;
    let copy = backup(&folder, "copy").await;
    store.close().await;
    let empty = TempDir::new().unwrap();
    assert_eq!(restore(&empty, &copy).await.unwrap(), None);
    let mut epochs = vec![];
    for _ in 0..2 {
        let old = restore(&empty, &copy).await.unwrap();
        assert!(old.is_some());
        let store = reopen(&empty).await;
        let pulled = snapshot(&store, ada, list).await;
        assert_eq!(pulled["payload"].as_array().unwrap().len(), 1);
        epochs.push(pulled["epoch"].clone());
        store.close().await;
    }
    assert_ne!(epochs[0], epochs[1]);
}

#[tokio::test]
async fn a_backup_is_of_one_moment_while_others_write_and_is_the_owners_to_read() {
    let (store, folder, ada, list) = one().await;
    let write = async {
        let me = client();
        for n in 1..=60 {
            commit(&store, ada, list, queue(me, n, vec![add(todo())]))
                .await
                .unwrap();
        }
    };
    let copy = async {
        let mut copies = vec![];
        for n in 0..4 {
            copies.push(backup(&folder, &format!("copy-{n}")).await);
        }
        copies
    };
    let ((), copies) = tokio::join!(write, copy);
    for copy in copies {
        let mode = fs::metadata(&copy).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let store = Store::open(&format!("sqlite://{}", copy.display()))
            .await
            .unwrap();
        let pulled = snapshot(&store, ada, list).await;
        let todos = pulled["payload"].as_array().unwrap().len() as u64;
        assert_eq!(pulled["seq"], todos);
        assert_eq!(seqs(&since(&store, ada, list, 0).await).len() as u64, todos);
        assert_eq!(store.list(ada, list).await.unwrap().total, todos);
    }
}

#[tokio::test]
async fn a_backup_overwrites_nothing_and_one_that_fails_leaves_nothing() {
    let (_store, folder, ..) = one().await;
    let copy = backup(&folder, "copy").await;
    let before = fs::read(&copy).unwrap();
    unfit(
        Store::backup(&url(&folder), copy.clone()).await,
        "there already",
    );
    assert_eq!(fs::read(&copy).unwrap(), before);

    let there = names(&folder);
    let nowhere = folder.path().join("no-such-folder/copy");
    unfit(
        Store::backup(&url(&folder), nowhere).await,
        "no-such-folder",
    );
    let empty = TempDir::new().unwrap();
    unfit(
        Store::backup(&url(&empty), folder.path().join("x")).await,
        "not there",
    );
    assert_eq!(names(&folder), there);
    assert_eq!(names(&empty), [""; 0]);
}

#[tokio::test]
async fn a_restore_that_is_refused_changes_nothing() {
    let (store, folder, ada, list) = one().await;
    let before = snapshot(&store, ada, list).await;
    let copy = backup(&folder, "copy").await;

    let foreign = folder.path().join("foreign");
    let other = rusqlite::Connection::open(&foreign).unwrap();
    other.execute_batch("CREATE TABLE t (x)").unwrap();
    let newer = folder.path().join("newer");
    fs::copy(&copy, &newer).unwrap();
    let other = rusqlite::Connection::open(&newer).unwrap();
    other.pragma_update(None, "user_version", 99).unwrap();
    let text = folder.path().join("text");
    fs::write(
        &text,
        "not a database at all, but long enough to look like one".repeat(99),
    )
    .unwrap();
    // All but the beginning of a page with a todo: only a look at every page finds that.
    let damaged = folder.path().join("bruised");
    let mut bytes = fs::read(&copy).unwrap();
    let has_todo = |page: &&mut [u8]| page.windows(8).any(|text| text == b"oat milk");
    let page = bytes.chunks_mut(4_096).find(has_todo).unwrap();
    page[96..].fill(0xA5);
    fs::write(&damaged, bytes).unwrap();

    for (file, why) in [
        (&folder.path().join("nothing"), "not there"),
        (&foreign, "not a database of Lockstep's"),
        (&newer, "newer version"),
        (&text, "not a database"),
        (&damaged, "is damaged"),
    ] {
        unfit(restore(&folder, file).await, why);
    }
    let reserved = Store::reserve(&url(&folder)).unwrap();
    unfit(restore(&folder, &copy).await, "in use");
    unfit(Store::reserve(&url(&folder)), "in use");
    drop(reserved);
    assert_eq!(snapshot(&store, ada, list).await, before);
    assert!(!names(&folder).iter().any(|name| name.contains("replaced")));
}

#[tokio::test]
async fn what_is_not_ours_is_not_opened() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("store.db");
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("CREATE TABLE users (x)").unwrap();
    let before = fs::read(&file).unwrap();
    unfit(
        Store::open(&url(&folder)).await.map(|_| ()),
        "not a database of Lockstep's",
    );
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[tokio::test]
async fn a_new_database_is_its_owners_to_read() {
    let (_store, folder) = fresh().await;
    for name in names(&folder) {
        let mode = fs::metadata(folder.path().join(&name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
