//! Reading messages out of whatever holds parsed JSON: the browser's own objects, or serde_json's in tests.

use super::{Contents, EventFrame, Outcome, Payload, Pulled, Pushed};
use crate::core::{
    compared::Compared,
    id::{Mid, Seq, UserId},
    list::Role,
    order::Position,
    todo::Todo,
};
use std::str::FromStr;

/// A parsed JSON object. What is absent, `null` or of another type is `None`.
pub trait Object: Sized {
    /// A string.
    fn text(&self, name: &str) -> Option<String>;
    /// A whole number that JavaScript can hold: up to 2^53.
    fn number(&self, name: &str) -> Option<i64>;
    /// `true` or `false`.
    fn flag(&self, name: &str) -> Option<bool>;
    /// An object.
    fn object(&self, name: &str) -> Option<Self>;
    /// An array of objects.
    fn objects(&self, name: &str) -> Option<Vec<Self>>;
    /// An array of strings.
    fn texts(&self, name: &str) -> Option<Vec<String>>;

    /// A string that means something.
    fn parsed<T: FromStr>(&self, name: &str) -> Option<T> {
        self.text(name)?.parse().ok()
    }

    /// Strings that all mean something.
    fn all_parsed<T: FromStr>(&self, name: &str) -> Option<Vec<T>> {
        let texts = self.texts(name)?;
        texts.iter().map(|text| text.parse().ok()).collect()
    }

    /// A number that is not negative.
    fn natural(&self, name: &str) -> Option<u64> {
        u64::try_from(self.number(name)?).ok()
    }
}

/// What can be read out of an object. `None`: something needed is missing or not what it should be.
pub trait Read: Sized {
    /// Reads it.
    fn read(object: &impl Object) -> Option<Self>;
}

pub(super) fn all<T: Read, O: Object>(objects: Vec<O>) -> Option<Vec<T>> {
    objects.iter().map(T::read).collect()
}

/// What an error answer says to the person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub message: String,
    /// Seconds until it may work.
    pub retry_after: Option<u32>,
}

impl Read for Refusal {
    fn read(object: &impl Object) -> Option<Self> {
        let retry_after = object.natural("retry_after");
        Some(Self {
            message: object.text("message")?,
            retry_after: retry_after.and_then(|seconds| u32::try_from(seconds).ok()),
        })
    }
}

/// The id of the person who is signed in.
impl Read for UserId {
    fn read(object: &impl Object) -> Option<Self> {
        object.parsed("id")
    }
}

impl Read for Pushed {
    fn read(object: &impl Object) -> Option<Self> {
        Some(Self {
            epoch: object.parsed("epoch")?,
            last_mid: Mid(object.natural("last_mid")?),
            outcomes: all(object.objects("outcomes")?)?,
        })
    }
}

impl Read for Outcome {
    fn read(object: &impl Object) -> Option<Self> {
        Some(Self {
            mid: Mid(object.natural("mid")?),
            r#type: object.text("type")?,
            seq: object.natural("seq").map(Seq),
            code: object.text("code"),
            message: object.text("message"),
            current: object.object("current").and_then(|todo| Todo::read(&todo)),
        })
    }
}

impl Read for Pulled {
    fn read(object: &impl Object) -> Option<Self> {
        let payload = object.objects("payload");
        let events = object.objects("events");
        Some(Self {
            r#type: object.text("type")?,
            list: object.parsed("list")?,
            epoch: object.parsed("epoch")?,
            seq: Seq(object.natural("seq")?),
            role: role(&object.text("role")?)?,
            last_mid: Mid(object.natural("last_mid")?),
            payload: payload.map_or(Some(None), |todos| all(todos).map(Some))?,
            events: events.map_or(Some(None), |events| all(events).map(Some))?,
        })
    }
}

impl Read for EventFrame {
    fn read(object: &impl Object) -> Option<Self> {
        Some(Self {
            r#type: object.text("type")?,
            list: object.parsed("list")?,
            seq: Seq(object.natural("seq")?),
            client: object.parsed("client"),
            mid: object.natural("mid").map(Mid),
            payload: match object.objects("payload") {
                Some(todos) => Contents::Many(all(todos)?),
                None => Contents::One(Box::new(Payload::read(&object.object("payload")?)?)),
            },
        })
    }
}

impl Read for Payload {
    fn read(object: &impl Object) -> Option<Self> {
        Some(Self {
            id: object.parsed("id"),
            ids: object.all_parsed("ids"),
            list: object.parsed("list"),
            title: object.text("title"),
            completed: object.flag("completed"),
            position: object
                .text("position")
                .and_then(|text| Position::parse(&text).ok()),
            version: object.natural("version").map(Seq),
            title_version: object.natural("title_version").map(Seq),
            created_at: object.number("created_at"),
            updated_at: object.number("updated_at"),
        })
    }
}

impl Read for Todo {
    fn read(object: &impl Object) -> Option<Self> {
        Payload::read(object)?.todo()
    }
}

impl Read for Compared {
    fn read(object: &impl Object) -> Option<Self> {
        Some(Self {
            title: object.text("title")?,
            title_version: Seq(object.natural("title_version")?),
            by: object.text("by"),
            at: object.number("at"),
            theirs: object.texts("theirs")?,
            mine: object.texts("mine")?,
            merged: object.text("merged")?,
        })
    }
}

pub(super) fn role(name: &str) -> Option<Role> {
    match name {
        "owner" => Some(Role::Owner),
        "editor" => Some(Role::Editor),
        "viewer" => Some(Role::Viewer),
        _ => None,
    }
}

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests {
    use super::*;
    use crate::core::{
        event::Event,
        id::{ClientId, Epoch, ListId, TodoId},
        op::{Rejection, RejectionCode},
        pending,
    };
    use serde_json::{Value, json, to_value};
    use uuid::Uuid;

    /// As a browser would have it.
    impl Object for Value {
        fn text(&self, name: &str) -> Option<String> {
            self.get(name)?.as_str().map(str::to_owned)
        }
        fn number(&self, name: &str) -> Option<i64> {
            self.get(name)?.as_i64()
        }
        fn flag(&self, name: &str) -> Option<bool> {
            self.get(name)?.as_bool()
        }
        fn object(&self, name: &str) -> Option<Self> {
            self.get(name).filter(|value| value.is_object()).cloned()
        }
        fn objects(&self, name: &str) -> Option<Vec<Self>> {
            self.get(name)?.as_array().cloned()
        }
        fn texts(&self, name: &str) -> Option<Vec<String>> {
            let texts = self.get(name)?.as_array()?.iter();
            texts.map(|text| text.as_str().map(str::to_owned)).collect()
        }
    }

    const LIST: ListId = ListId(Uuid::from_u128(1));

    fn epoch() -> Epoch {
        Epoch(Uuid::from_u128(2))
    }

    fn todo() -> Todo {
        Todo {
            id: TodoId(Uuid::from_u128(3)),
            list: LIST,
            title: "\u{1F95B} \"milk\"\\".into(),
            completed: true,
            position: Position::parse("a0V").unwrap(),
            version: Seq(42),
            title_version: Seq(41),
            created_at: 1_763_812_345_678,
            updated_at: 1_763_812_399_999,
        }
    }

    #[test]
    fn what_serde_writes_is_read_back_the_same() {
        use pending::Outcome::{Applied, Conflict, Rejected, Skipped};
        let refused = Rejected(Rejection::new(RejectionCode::Limit, "full"));
        let outcomes = [Applied(Seq(5)), refused, Skipped, Conflict(todo())];
        let numbered = outcomes.into_iter().zip(1..);
        let pushed = Pushed {
            epoch: epoch(),
            last_mid: Mid(4),
            outcomes: numbered
                .map(|(outcome, mid)| Outcome::new(Mid(mid), outcome))
                .collect(),
        };
        assert_eq!(Pushed::read(&to_value(&pushed).unwrap()), Some(pushed));

        let todos = vec![todo()];
        let snapshot = Pulled::snapshot(LIST, Role::Viewer, Mid(0), epoch(), Seq(42), todos);
        assert_eq!(Pulled::read(&to_value(&snapshot).unwrap()), Some(snapshot));

        let origin = Some((ClientId(Uuid::from_u128(4)), Mid(9)));
        let completed = Event::ManyCompleted {
            ids: vec![todo().id],
            completed: true,
            updated_at: 7,
        };
        let events = vec![
            EventFrame::new(LIST, Seq(41), origin, Event::Added(todo())),
            EventFrame::new(LIST, Seq(42), None, Event::Deleted(todo().id)),
            EventFrame::new(LIST, Seq(43), None, Event::ManyAdded(vec![todo()])),
            EventFrame::new(LIST, Seq(44), None, Event::ManyDeleted(vec![todo().id])),
            EventFrame::new(LIST, Seq(45), None, completed),
        ];
        let delta = Pulled::delta(LIST, Role::Owner, Mid(9), epoch(), Seq(42), events);
        assert_eq!(Pulled::read(&to_value(&delta).unwrap()), Some(delta));

        for (by, at) in [(Some("ada".to_owned()), Some(-7)), (None, None)] {
            let compared = compared(by, at);
            let written = to_value(&compared).unwrap();
            assert_eq!(Compared::read(&written), Some(compared));
        }
    }

    fn compared(by: Option<String>, at: Option<i64>) -> Compared {
        Compared {
            title: "rice milk".into(),
            title_version: Seq(44),
            by,
            at,
            theirs: vec![String::new(), "rice".into(), " milk".into()],
            mine: vec![String::new(), "oat".into(), " milk".into()],
            merged: "oat rice milk".into(),
        }
    }

    #[test]
    fn what_lacks_something_needed_is_not_read_at_all() {
        let mut whole = to_value(Pulled::snapshot(
            LIST,
            Role::Owner,
            Mid(0),
            epoch(),
            Seq(1),
            vec![todo()],
        ))
        .unwrap();
        assert!(Pulled::read(&whole).is_some());
        whole["payload"][0]["title"] = Value::Null;
        assert_eq!(Pulled::read(&whole), None);
        assert_eq!(
            Pushed::read(&json!({"epoch": epoch(), "last_mid": -1, "outcomes": []})),
            None
        );
        assert_eq!(Pushed::read(&json!({})), None);

        let whole = to_value(compared(None, None)).unwrap();
        for name in ["title", "title_version", "theirs", "mine", "merged"] {
            let mut lacking = whole.clone();
            lacking[name] = Value::Null;
            assert_eq!(Compared::read(&lacking), None, "{name}");
        }
        let mut mixed = whole;
        mixed["mine"][0] = json!(1);
        assert_eq!(Compared::read(&mixed), None);
    }
}
