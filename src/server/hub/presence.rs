//! Who has one list open, and what they edit: in memory only. Not here: who is told, and how often (`hub`, `ws`).

use super::SocketId;
use crate::core::{
    id::{TodoId, UserId},
    wire::frames::{Presence, Present},
};
use std::collections::BTreeMap;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// People up to which things that cost each socket something for each other one happen as often as they may. Among more
/// they happen as much less often, so that a socket costs the same however many there are.
const CROWD: usize = 50;

/// How many times less often such things happen among so many people.
pub fn crowds(people: usize) -> u32 {
    u32::try_from(people.div_ceil(CROWD)).unwrap_or(u32::MAX)
}

/// See the module.
#[derive(Debug, Default)]
pub struct People {
    people: BTreeMap<UserId, Person>,
    /// How many of them are here.
    here: usize,
    /// Encoded once for all, until something changes.
    encoded: Option<Utf8Bytes>,
}

#[derive(Debug)]
struct Person {
    name: String,
    /// The one that spoke last stands last.
    tabs: Vec<Tab>,
}

#[derive(Debug)]
struct Tab {
    socket: SocketId,
    editing: Option<TodoId>,
    /// Its socket is open, but does not answer.
    is_away: bool,
}

impl Person {
    /// What they edit, if they are here.
    fn seen(&self) -> Option<Option<TodoId>> {
        let here = self.tabs.iter().rev().filter(|tab| !tab.is_away);
        here.map(|tab| tab.editing).reduce(Option::or)
    }
}

impl People {
    /// How many people are here, however many tabs each has.
    pub fn count(&self) -> usize {
        self.here
    }

    /// Somebody came, with one more tab perhaps. Whether that is to be told.
    pub fn come(&mut self, socket: SocketId, user: UserId, name: &str) -> bool {
        self.people.entry(user).or_insert_with(|| Person {
            name: name.to_owned(),
            tabs: Vec::new(),
        });
        self.change(user, |tabs| {
            let tab = Tab {
                socket,
                editing: None,
                is_away: false,
            };
            tabs.insert(0, tab);
        })
    }

    /// A socket's person edits something else, or nothing any more. Whether that is to be told.
    pub fn edit(&mut self, socket: SocketId, user: UserId, todo: Option<TodoId>) -> bool {
        self.change(user, |tabs| {
            if let Some(place) = tabs.iter().position(|tab| tab.socket == socket) {
                let mut tab = tabs.remove(place);
                tab.editing = todo;
                tabs.push(tab);
            }
        })
    }

    /// A socket does not answer any more, or does so again. Whether that is to be told.
    pub fn answers(&mut self, socket: SocketId, user: UserId, answers: bool) -> bool {
        self.change(user, |tabs| {
            if let Some(tab) = tabs.iter_mut().find(|tab| tab.socket == socket) {
                tab.is_away = !answers;
            }
        })
    }

    /// A socket went. Whether that is to be told.
    pub fn go(&mut self, socket: SocketId, user: UserId) -> bool {
        self.change(user, |tabs| tabs.retain(|tab| tab.socket != socket))
    }

    /// Changes somebody's tabs. Whether others see a difference.
    fn change(&mut self, user: UserId, change: impl FnOnce(&mut Vec<Tab>)) -> bool {
        let Some(person) = self.people.get_mut(&user) else {
            return false;
        };
        let before = person.seen();
        change(&mut person.tabs);
        let after = person.seen();
        if person.tabs.is_empty() {
            self.people.remove(&user);
        }
        self.here = self.here + usize::from(after.is_some()) - usize::from(before.is_some());
        if before != after {
            self.encoded = None;
        }
        before != after
    }

    /// As it goes out.
    pub fn frame(&mut self) -> Option<Utf8Bytes> {
        if self.encoded.is_none() {
            let people = self.people.iter().filter_map(|(user, person)| {
                let editing = person.seen()?;
                let (user, name) = (*user, person.name.clone());
                Some(Present {
                    user,
                    name,
                    editing,
                })
            });
            let text = serde_json::to_string(&Presence::new(people.collect())).ok()?;
            self.encoded = Some(text.into());
        }
        self.encoded.clone()
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

    #[test]
    fn who_does_not_answer_is_not_here_until_they_do() {
        let mut people = People::default();
        people.come(1, ADA, "ada");
        people.come(2, BOB, "bob");
        people.edit(2, BOB, Some(todo(8)));
        assert!(people.answers(2, BOB, false));
        assert_eq!(people.count(), 1);
        assert_eq!(shown(&mut people).as_array().unwrap().len(), 1);
        assert!(!people.answers(2, BOB, false), "it is known");
        assert!(people.answers(2, BOB, true));
        assert_eq!(people.count(), 2);
        assert_eq!(shown(&mut people)[1]["editing"], json!(todo(8)));
        // Another tab of theirs answers: they are here.
        people.come(3, BOB, "bob");
        assert!(people.answers(2, BOB, false), "what it edited is not known");
        assert_eq!(shown(&mut people)[1]["editing"], Value::Null);
        assert!(!people.go(2, BOB));
        assert!(people.answers(3, BOB, false));
        assert!(!people.go(3, BOB), "nobody saw them");
        assert_eq!(people.count(), 1);
    }
}
