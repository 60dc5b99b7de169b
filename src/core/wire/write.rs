//! Writing the messages that the browser sends, as JSON text.

use super::{After, BaseFields, OpFields};
use crate::core::{
    account::User,
    id::{ClientId, Epoch, ListId, Mid, Seq, TodoId, UserId},
    pending::Mutation,
    wire,
};
use std::fmt::{Display, Write};

/// A JSON object being written.
pub(super) struct Writer(String);

impl Writer {
    pub(super) fn new() -> Self {
        Self("{".to_owned())
    }

    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        // Names are ours and need no escaping. Writing to a string does not fail.
        let _ = write!(self.0, "\"{name}\":");
    }

    /// A number, `true` or `false`, or JSON that is written already.
    pub(super) fn plain(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.name(name);
        let _ = write!(self.0, "{value}");
        self
    }

    pub(super) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.name(name);
        self.quoted(value);
        self
    }

    pub(super) fn texts(&mut self, name: &str, values: &[String]) -> &mut Self {
        self.name(name);
        for (n, value) in values.iter().enumerate() {
            self.0.push(if n == 0 { '[' } else { ',' });
            self.quoted(value);
        }
        self.0.push_str(if values.is_empty() { "[]" } else { "]" });
        self
    }

    fn quoted(&mut self, value: &str) {
        self.0.push('"');
        for c in value.chars() {
            match c {
                '"' | '\\' => {
                    self.0.push('\\');
                    self.0.push(c);
                }
                // RFC 8259, 7: control characters must be escaped, everything else may stand as it is.
                c if c < ' ' => {
                    let _ = write!(self.0, "\\u{:04x}", u32::from(c));
                }
                c => self.0.push(c),
            }
        }
        self.0.push('"');
    }

    pub(super) fn end(&mut self) -> String {
        self.0.push('}');
        std::mem::take(&mut self.0)
    }
}

/// JSON texts of an array.
pub(super) fn array(items: impl Iterator<Item = String>) -> String {
    let mut text = "[".to_owned();
    for item in items {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&item);
    }
    text.push(']');
    text
}

fn base(base: BaseFields) -> String {
    let after = base.after.unwrap_or_default().into_iter().map(after);
    Writer::new()
        .plain("server", base.server.0)
        .plain("after", array(after))
        .end()
}

pub(super) fn after(after: After) -> String {
    Writer::new()
        .text("client", &after.client.to_string())
        .plain("mid", after.mid.0)
        .end()
}

pub(super) fn op(op: OpFields) -> String {
    let mut fields = Writer::new();
    fields.text("type", &op.r#type);
    if let Some(id) = op.id {
        fields.text("id", &id.to_string());
    }
    if let Some(title) = op.title {
        fields.text("title", &title);
    }
    if let Some(completed) = op.completed {
        fields.plain("completed", completed);
    }
    if let Some(position) = op.position {
        fields.text("position", &position);
    }
    if let Some(ids) = op.ids {
        fields.plain("ids", array(ids.iter().map(|id| format!("\"{id}\""))));
    }
    if let Some(seen) = op.base {
        fields.plain("base", base(seen));
    }
    if let Some(seen) = op.unless_after {
        fields.plain("unless_after", base(seen));
    }
    fields.end()
}

fn mutation(mutation: Mutation) -> String {
    let wire::Mutation { mid, op: meant } = mutation.into();
    Writer::new()
        .plain("mid", mid.0)
        .plain("op", op(meant))
        .end()
}

/// What is stored of who is signed in.
pub fn auth(user: Option<&User>) -> String {
    let user = match user {
        Some(User { id, name }) => Writer::new()
            .text("id", &id.to_string())
            .text("name", name)
            .end(),
        None => "null".to_owned(),
    };
    let state = Writer::new().plain("user", user).end();
    Writer::new()
        .plain("state", state)
        .plain("version", 0_u64)
        .end()
}

/// The body of a push. `acked`: the server need not keep the outcomes up to here.
pub fn push(
    user: UserId,
    list: ListId,
    epoch: Epoch,
    client: ClientId,
    acked: Option<Mid>,
    mutations: Vec<Mutation>,
) -> String {
    let mut body = Writer::new();
    body.text("user", &user.to_string())
        .text("list", &list.to_string())
        .text("epoch", &epoch.to_string())
        .text("client", &client.to_string());
    if let Some(mid) = acked {
        body.plain("acked", mid.0);
    }
    body.plain("mutations", array(mutations.into_iter().map(mutation)))
        .end()
}

/// The body of a pull. `since`: what came after this place in this history; `None`: everything.
pub fn pull(user: UserId, list: ListId, client: ClientId, since: Option<(Epoch, Seq)>) -> String {
    let mut body = Writer::new();
    body.text("user", &user.to_string())
        .text("list", &list.to_string())
        .text("client", &client.to_string());
    if let Some((epoch, seq)) = since {
        body.text("epoch", &epoch.to_string()).plain("since", seq.0);
    }
    body.end()
}

/// The question how a text of mine compares with the one that the server has. `was`: what both started from.
pub fn compare(user: UserId, list: ListId, id: TodoId, mine: &str, was: Option<&str>) -> String {
    let mut body = Writer::new();
    body.text("user", &user.to_string())
        .text("list", &list.to_string())
        .text("id", &id.to_string())
        .text("mine", mine);
    if let Some(was) = was {
        body.text("was", was);
    }
    body.end()
}

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests {
    use super::*;
    use crate::core::{conflict::Base, op::Op};
    use proptest::prelude::*;
    use serde_json::{Value, from_str, from_value, json};
    use uuid::Uuid;

    const ID: Uuid = Uuid::from_u128(7);

    fn undo(op: Op) -> Mutation {
        Mutation {
            mid: Mid(8),
            op,
            unless_after: Some(seen()),
        }
    }

    fn seen() -> Base {
        Base {
            server: Seq(41),
            after: vec![(ClientId(ID), Mid(3)), (ClientId(ID), Mid(4))],
        }
    }

    fn sent(op: Op) -> Value {
        let mutations = vec![undo(op)];
        from_str(&push(
            UserId(ID),
            ListId(ID),
            Epoch(ID),
            ClientId(ID),
            Some(Mid(6)),
            mutations,
        ))
        .unwrap()
    }

    proptest! {
        #[test]
        fn whatever_is_typed_arrives_at_the_server_as_it_was(title in any::<String>(), other in any::<String>(), completed: bool) {
            let id = TodoId(ID);
            let ops = [
                Op::AddTodo { id, title, position: "a0".into() },
                Op::SetCompleted { id, completed },
                Op::SetTitle { id, title: other, base: seen() },
                Op::MoveTodo { id, position: "a1".into() },
                Op::DeleteTodo { id },
                Op::RestoreTodo { id },
                Op::SetAllCompleted { ids: vec![id, id], completed },
                Op::ClearCompleted { ids: vec![] },
                Op::RestoreTodos { ids: vec![id] },
                Op::Noop,
            ];
            for op in ops {
                let body = sent(op.clone());
                let read: wire::Mutation = from_value(body["mutations"][0].clone()).unwrap();
                prop_assert_eq!(Mutation::try_from(read), Ok(undo(op)));
            }
        }
    }

    #[test]
    fn what_is_stored_of_a_user_has_the_shape_that_others_read() {
        let user = User {
            id: UserId(ID),
            name: "a\"da".to_owned(),
        };
        let stored = |user| from_str::<Value>(&auth(user)).unwrap();
        let shape = json!({"state": {"user": {"id": ID, "name": "a\"da"}}, "version": 0});
        assert_eq!(stored(Some(&user)), shape);
        assert_eq!(stored(None), json!({"state": {"user": null}, "version": 0}));
    }

    #[test]
    fn a_push_and_a_pull_say_who_where_and_when() {
        let body = sent(Op::Noop);
        for name in ["user", "list", "epoch", "client"] {
            assert_eq!(body[name], json!(ID), "{name}");
        }
        assert_eq!(body["acked"], json!(6));
        let pull = |since| -> Value {
            from_str(&pull(UserId(ID), ListId(ID), ClientId(ID), since)).unwrap()
        };
        let who = json!({"user": ID, "list": ID, "client": ID});
        assert_eq!(pull(None), who);
        let mut since = who;
        since["epoch"] = json!(ID);
        since["since"] = json!(3);
        assert_eq!(pull(Some((Epoch(ID), Seq(3)))), since);
    }
}
