//! Who has one list open, and what they edit: in memory only. Not here: who is told, and how often (`hub`, `ws`).

use super::SocketId;
use crate::core::{
    id::{TodoId, UserId},
    wire::frames::{Presence, Present},
};
use std::collections::BTreeMap;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// See the module.
#[derive(Debug, Default)]
pub struct People {
    people: BTreeMap<UserId, Person>,
    /// Encoded once for all, until something changes.
    encoded: Option<Utf8Bytes>,
}

#[derive(Debug)]
struct Person {
    name: String,
    /// Their sockets, with what each edits; the one that spoke last stands last.
    sockets: Vec<(SocketId, Option<TodoId>)>,
}

impl Person {
    fn editing(&self) -> Option<TodoId> {
        self.sockets.iter().rev().find_map(|(_, todo)| *todo)
    }
}

impl People {
    /// How many people, however many tabs each has.
    pub fn count(&self) -> usize {
        self.people.len()
    }

    /// Somebody came, with one more tab perhaps. Whether that is to be told.
    pub fn come(&mut self, socket: SocketId, user: UserId, name: &str) -> bool {
        let is_new = !self.people.contains_key(&user);
        let person = self.people.entry(user).or_insert_with(|| Person {
            name: name.to_owned(),
            sockets: Vec::new(),
        });
        person.sockets.insert(0, (socket, None));
        self.changed(is_new)
    }

    /// A socket's person edits something else, or nothing any more. Whether that is to be told.
    pub fn edit(&mut self, socket: SocketId, user: UserId, todo: Option<TodoId>) -> bool {
        let Some(person) = self.people.get_mut(&user) else {
            return false;
        };
        let Some(place) = person.sockets.iter().position(|(id, _)| *id == socket) else {
            return false;
        };
        let before = person.editing();
        person.sockets.remove(place);
        person.sockets.push((socket, todo));
        let is_other = before != person.editing();
        self.changed(is_other)
    }

    /// A socket went. Whether that is to be told.
    pub fn go(&mut self, socket: SocketId, user: UserId) -> bool {
        let Some(person) = self.people.get_mut(&user) else {
            return false;
        };
        let before = person.editing();
        person.sockets.retain(|(id, _)| *id != socket);
        let is_other = person.sockets.is_empty() || before != person.editing();
        if person.sockets.is_empty() {
            self.people.remove(&user);
        }
        self.changed(is_other)
    }

    /// As it goes out.
    pub fn frame(&mut self) -> Option<Utf8Bytes> {
        if self.encoded.is_none() {
            let people = self.people.iter().map(|(user, person)| Present {
                user: *user,
                name: person.name.clone(),
                editing: person.editing(),
            });
            let text = serde_json::to_string(&Presence::new(people.collect())).ok()?;
            self.encoded = Some(text.into());
        }
        self.encoded.clone()
    }

    fn changed(&mut self, changed: bool) -> bool {
        if changed {
            self.encoded = None;
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, from_str, json};
    use uuid::Uuid;

    const ADA: UserId = UserId(Uuid::from_u128(1));
    const BOB: UserId = UserId(Uuid::from_u128(2));

    fn todo(n: u128) -> TodoId {
        TodoId(Uuid::from_u128(n))
    }

    fn shown(people: &mut People) -> Value {
        let mut frame: Value = from_str(&people.frame().unwrap()).unwrap();
        frame["payload"].take()
    }

    #[test]
    fn somebody_with_two_tabs_is_one_entry_and_gone_with_the_last() {
        let mut people = People::default();
        assert!(people.come(1, ADA, "ada") && people.come(2, BOB, "bob"));
        assert!(!people.come(3, ADA, "ada"));
        assert_eq!(
            shown(&mut people),
            json!([
                {"user": ADA, "name": "ada", "editing": null},
                {"user": BOB, "name": "bob", "editing": null},
            ])
        );
        assert!(!people.go(1, ADA));
        assert!(people.go(3, ADA));
        assert_eq!(people.count(), 1);
    }

    #[test]
    fn the_tab_that_spoke_last_says_what_somebody_edits() {
        let mut people = People::default();
        people.come(1, ADA, "ada");
        people.come(2, ADA, "ada");
        assert!(people.edit(1, ADA, Some(todo(7))));
        assert!(people.edit(2, ADA, Some(todo(8))));
        assert_eq!(shown(&mut people)[0]["editing"], json!(todo(8)));
        assert!(!people.edit(1, ADA, None), "the other tab still edits");
        assert!(people.edit(2, ADA, None));
        assert_eq!(shown(&mut people)[0]["editing"], Value::Null);
    }

    #[test]
    fn what_a_tab_edited_goes_with_it() {
        let mut people = People::default();
        people.come(1, ADA, "ada");
        people.come(2, ADA, "ada");
        people.edit(2, ADA, Some(todo(8)));
        assert!(people.go(2, ADA));
        assert_eq!(shown(&mut people)[0]["editing"], Value::Null);
    }
}
