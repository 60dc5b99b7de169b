//! The table of limits: each is the constant in the code, up to which it works and beyond which it is refused.

use super::{document, markdown::table};
use crate::{
    core::{
        account,
        conflict::AFTER_MAX,
        list::{self, LISTS_MAX, TODOS_MAX},
        op::IDS_MAX,
        order::POSITION_MAX,
        sharing::{INVITATIONS_MAX, MEMBERS_MAX},
        todo::TITLE_MAX,
        wire::PUSH_MAX,
    },
    server::{
        config::Config,
        guard::{BODY_MAX, REQUEST_TIMEOUT},
        sharing::INVITATIONS,
        sweep::LISTS,
        ws::{
            FRAME_MAX,
            flood::{RATE, SECONDS},
        },
    },
    tests::{
        answer::Answer,
        app::TestApp,
        person::{PASSWORD, Person, add, new_id, new_name},
    },
};
use serde_json::{Value, json};
use std::path::Path;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// How so much of something is asked for.
enum How {
    /// With a push of these ops.
    Push(fn(usize) -> Vec<Value>),
    /// With as many pushes as these ops take.
    Pushes(fn(usize) -> Vec<Value>),
    /// With a form.
    Form(&'static str, fn(String) -> [(&'static str, String); 2]),
    /// With so many forms.
    Forms(&'static str, [(&'static str, &'static str); 1]),
    /// With a body of JSON.
    Body,
    /// Other tests do: it takes a clock or a setting.
    Elsewhere,
}

/// A limit by its name in the document. `from` 0: there is only an upper one.
struct Limit {
    name: &'static str,
    from: usize,
    to: usize,
    how: How,
}

fn up_to(name: &'static str, to: usize, how: How) -> Limit {
    between(name, 0, to, how)
}

fn between(name: &'static str, from: usize, to: usize, how: How) -> Limit {
    Limit {
        name,
        from,
        to,
        how,
    }
}

fn limits() -> [Limit; 21] {
    let config = Config::read("", Path::new("/"), &|_| None).unwrap();
    let seconds = REQUEST_TIMEOUT.as_secs() as usize;
    let days = (LISTS / DAY) as usize;
    let attempts = config.limits.sign_ins_per_minute as usize;
    [
        up_to("Bytes of a request's body", BODY_MAX, How::Body),
        up_to("Seconds that a request may take", seconds, How::Elsewhere),
        up_to("Mutations in a push", PUSH_MAX, How::Push(adds)),
        up_to("Edits in an `after`", AFTER_MAX, How::Push(built_on)),
        up_to("Ids in a bulk op", IDS_MAX, How::Push(bulk)),
        between("Characters of a title", 1, TITLE_MAX, How::Push(titled)),
        between(
            "Characters of a position",
            1,
            POSITION_MAX,
            How::Push(placed),
        ),
        up_to("Todos in a list", TODOS_MAX, How::Pushes(adds)),
        between(
            "Characters of a list's name",
            1,
            list::NAME_MAX,
            How::Form("/api/create_list", |name| {
                [("name", name), ("id", new_id())]
            }),
        ),
        up_to(
            "Lists of an account",
            LISTS_MAX,
            How::Forms("/api/create_list", [("name", "Groceries")]),
        ),
        up_to(
            "Days in which a deleted list can be restored",
            days,
            How::Elsewhere,
        ),
        up_to("Members of a list", MEMBERS_MAX, How::Elsewhere),
        up_to(
            "Open invitations to a list",
            INVITATIONS_MAX,
            How::Elsewhere,
        ),
        up_to(
            "Days in which an invitation is open",
            (INVITATIONS / DAY) as usize,
            How::Elsewhere,
        ),
        between(
            "Characters of an account's name",
            account::NAME_MIN,
            account::NAME_MAX,
            How::Form("/api/register", |name| {
                [("name", name), ("password", PASSWORD.to_owned())]
            }),
        ),
        between(
            "Characters of a password",
            account::PASSWORD_MIN,
            account::PASSWORD_MAX,
            How::Form("/api/register", |text| {
                [("name", new_name()), ("password", text)]
            }),
        ),
        up_to(
            "Attempts to sign in or up in a minute",
            attempts,
            How::Elsewhere,
        ),
        up_to(
            "Sockets that a user has open",
            config.limits.sockets_per_user as usize,
            How::Elsewhere,
        ),
        up_to(
            "Sockets from an address",
            config.limits.sockets_per_address as usize,
            How::Elsewhere,
        ),
        up_to("Bytes of a message to a socket", FRAME_MAX, How::Elsewhere),
        up_to(
            "Messages to a socket in 5 seconds",
            RATE as usize * SECONDS,
            How::Elsewhere,
        ),
    ]
}

fn adds(count: usize) -> Vec<Value> {
    (0..count).map(|_| add(&new_id(), "oat milk")).collect()
}

fn built_on(count: usize) -> Vec<Value> {
    let after = (1..=count).map(|mid| json!({"client": new_id(), "mid": mid}));
    let mut op = add(&new_id(), "oat milk");
    op["unless_after"] = json!({"server": 0, "after": after.collect::<Vec<_>>()});
    vec![op]
}

fn bulk(count: usize) -> Vec<Value> {
    let ids: Vec<_> = (0..count).map(|_| new_id()).collect();
    vec![json!({"type": "CLEAR_COMPLETED", "ids": ids})]
}

fn titled(length: usize) -> Vec<Value> {
    vec![add(&new_id(), &"x".repeat(length))]
}

fn placed(length: usize) -> Vec<Value> {
    let mut op = add(&new_id(), "oat milk");
    op["position"] = json!("x".repeat(length));
    vec![op]
}

impl How {
    /// Asks for so much, and gives the last answer. Where that takes several, all before it work.
    async fn ask(&self, ada: &Person, amount: usize) -> Answer {
        match self {
            Self::Push(ops) => {
                let list = ada.list("Groceries").await;
                ada.push(&list, &new_id(), 1, ops(amount)).await
            }
            Self::Pushes(ops) => {
                let (list, ops) = (ada.list("Groceries").await, ops(amount));
                let (last, before) = ops.split_last().unwrap();
                for ops in before.chunks(PUSH_MAX) {
                    let answer = ada.push(&list, &new_id(), 1, ops.to_vec()).await;
                    assert_eq!(word(&answer), WORKS);
                }
                ada.push(&list, &new_id(), 1, vec![last.clone()]).await
            }
            Self::Form(path, fields) => {
                let fields = fields("x".repeat(amount));
                let fields = fields
                    .each_ref()
                    .map(|(name, value)| (*name, value.as_str()));
                ada.form(path, &fields).await
            }
            Self::Forms(path, fields) => {
                for _ in 1..amount {
                    assert_eq!(word(&ada.form(path, fields).await), WORKS);
                }
                ada.form(path, fields).await
            }
            Self::Body => {
                let empty = json!({"padding": ""}).to_string();
                let padding = "x".repeat(amount - empty.len());
                let body = json!({"padding": padding}).to_string();
                ada.post_raw("/api/me", "application/json", body).await
            }
            Self::Elsewhere => unreachable!(),
        }
    }
}

/// What [`word`] says of an answer that refuses nothing.
const WORKS: &str = "works";

/// What came back, in the words of the table.
fn word(answer: &Answer) -> String {
    let code = |value: &Value| value["code"].as_str().unwrap().to_owned();
    if answer.status != 200 {
        return format!("`{} {}`", answer.status, code(&answer.body));
    }
    let outcomes = answer.body["outcomes"].as_array();
    match outcomes.and_then(|outcomes| outcomes.last()) {
        Some(last) if last["type"] == "REJECTED" => format!("`REJECTED {}`", code(last)),
        _ => WORKS.to_owned(),
    }
}

/// A number as people write it.
fn written(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().collect();
    String::from_utf8(groups.join(&b',')).unwrap()
}

#[test]
fn every_limit_is_the_one_in_the_code() {
    let rows = table(&document(), "Limit");
    let shown: Vec<_> = rows.iter().map(|row| (&*row[0], row[1].clone())).collect();
    let range = |from, to| match from {
        0 => written(to),
        _ => format!("{}–{}", written(from), written(to)),
    };
    let expected = limits().map(|limit| (limit.name, range(limit.from, limit.to)));
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn what_a_limit_allows_works_and_what_is_beyond_is_refused_as_its_row_says() {
    let app = TestApp::start().await;
    for (limit, row) in limits().iter().zip(table(&document(), "Limit")) {
        let Limit { name, how, .. } = limit;
        let (within, beyond) = match how {
            How::Elsewhere => continue,
            // On the way to one too many.
            How::Pushes(_) | How::Forms(..) => (vec![], vec![limit.to + 1]),
            _ if limit.from == 0 => (vec![limit.to], vec![limit.to + 1]),
            _ => (
                vec![limit.from, limit.to],
                vec![limit.from - 1, limit.to + 1],
            ),
        };
        let asked = within.into_iter().map(|amount| (amount, WORKS));
        let refused = beyond.into_iter().map(|amount| (amount, &*row[2]));
        for (amount, expected) in asked.chain(refused) {
            let answer = how.ask(&app.person().await, amount).await;
            assert_eq!(word(&answer), expected, "{name}: {amount}");
        }
    }
}
