//! The socket in the document: its example is spoken with a real server, and its tables name all that there is.

use super::{
    document,
    example::USUAL_COOKIE,
    markdown::{Block, code, one_code, table},
    names::Names,
};
use crate::{
    core::{
        id::{Epoch, ListId, Mid, Seq, UserId},
        list::Role,
        wire::frames::{ListsChanged, Pong, Presence, Present, Snapshot, Welcome},
    },
    server::ws::end::End,
    tests::{app::TestApp, socket::client::open_with},
};
use serde::Serialize;
use serde_json::{Value, to_value};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What stands behind the fence of a conversation.
pub const INFO: &str = "socket";

/// Speaks a conversation with the server. Both sides' messages begin a line with who speaks.
pub async fn run(block: &Block, app: &TestApp, names: &mut Names) {
    let line = block.line;
    let (first, messages) = block.text.split_once("\n\n").unwrap();
    let query = names.fill(first.strip_prefix("GET /ws?").unwrap());
    let mut socket = open_with(app, &names.fill(USUAL_COOKIE), &query).await;
    let messages = messages.replace("\nserver: ", "\0server: ");
    let messages = messages.replace("\nclient: ", "\0client: ");
    for message in messages.split('\0') {
        let (who, text) = message.split_once(": ").unwrap();
        let shown: Value = serde_json::from_str(text)
            .unwrap_or_else(|why| panic!("line {line} shows no JSON: {why}"));
        if who == "client" {
            socket.say(shown).await;
            continue;
        }
        let actual = socket.next().await;
        if let Err(why) = names.fits(&shown, &actual) {
            panic!("line {line}: frame{why}, in\n{actual:#}");
        }
    }
}

fn listed(first_column: &str) -> BTreeSet<(String, String)> {
    let rows = table(&document(), first_column);
    let fields = |row: &[String]| code(&row[1]).join(" ");
    rows.iter()
        .map(|row| (one_code(&row[0]).to_owned(), fields(row)))
        .collect()
}

/// A frame's type and fields.
fn frame(frame: impl Serialize) -> (String, String) {
    let mut written = to_value(frame).unwrap();
    let fields = written.as_object_mut().unwrap();
    let r#type = fields.remove("type").unwrap();
    let fields: BTreeSet<_> = fields.keys().map(String::as_str).collect();
    let fields: Vec<_> = fields.into_iter().collect();
    (r#type.as_str().unwrap().to_owned(), fields.join(" "))
}

#[test]
fn every_frame_is_listed_with_its_fields() {
    let sorted = |(name, fields): (String, String)| {
        let fields: BTreeSet<_> = fields.split(' ').collect();
        let fields: Vec<_> = fields.into_iter().collect();
        (name, fields.join(" "))
    };
    let listed: BTreeSet<_> = listed("Frame").into_iter().map(sorted).collect();
    let (user, list, epoch) = (UserId(Uuid::nil()), ListId(Uuid::nil()), Epoch(Uuid::nil()));
    let all = [
        frame(Welcome::with_list(
            user,
            list,
            epoch,
            Seq(1),
            Role::Owner,
            Mid(1),
        )),
        frame(Snapshot::new(list, epoch, Seq(1), vec![])),
        frame(ListsChanged::default()),
        frame(Presence::new(vec![])),
        frame(Pong::new(Some(Seq(1)))),
    ];
    assert_eq!(listed, BTreeSet::from(all));
    let present = Present {
        user,
        name: String::new(),
        editing: None,
    };
    let shown = to_value(present).unwrap();
    let fields: Vec<_> = shown.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["editing", "name", "user"]);
    assert!(document().contains(r#"`[{"user", "name", "editing"}]`"#));
}

#[test]
fn what_a_client_may_say_is_listed() {
    let expected = [("PING", ""), ("EDITING", "id")];
    let expected = expected.map(|(name, fields)| (name.to_owned(), fields.to_owned()));
    assert_eq!(listed("From a client"), BTreeSet::from(expected));
}

#[test]
fn every_closing_code_is_listed() {
    // Complains when there is another one.
    let is_known = |end: &End| match end {
        End::SessionEnded | End::AccessLost | End::ListDeleted | End::Silent => true,
        End::Flooding | End::TooSlow | End::Restarting | End::TooLarge => true,
        End::Binary | End::Garbage | End::NotText | End::Protocol => true,
        End::Gone => false,
    };
    let all = [
        End::SessionEnded,
        End::AccessLost,
        End::ListDeleted,
        End::Silent,
        End::Flooding,
        End::TooSlow,
        End::Restarting,
        End::TooLarge,
        End::Binary,
        End::Garbage,
        End::NotText,
        End::Protocol,
    ];
    assert!(all.iter().all(is_known) && !is_known(&End::Gone));
    let rows = table(&document(), "Close");
    let listed: BTreeSet<u16> = rows.iter().map(|row| row[0].parse().unwrap()).collect();
    assert_eq!(listed.len(), rows.len());
    assert_eq!(listed, all.iter().filter_map(|end| end.code()).collect());
}
