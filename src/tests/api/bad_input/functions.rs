//! The table: every server function of this build, what works, and what of somebody else's does not.

mod sharing;

use crate::tests::{
    app::TestApp,
    person::{PASSWORD, Person, add, new_id, new_name},
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// A server function.
pub struct Function {
    pub name: &'static str,
    pub kind: Kind,
    /// A request that works, for whoever is `mine` in the scene.
    pub works: fn(&Scene) -> Value,
    /// Fields that it cannot do without.
    pub required: &'static [&'static str],
    /// What of somebody else does not work.
    pub foreign: &'static [Foreign],
    /// Bodies that nobody can read.
    pub unreadable: &'static [&'static str],
}

/// A field, what to put into it, and the status and code that come of it.
type Foreign = (&'static str, fn(&Scene) -> Value, u16, &'static str);

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    /// A form that anybody may send.
    Public,
    Form,
    Json,
}

const NOT_JSON: &[&str] = &["", "{", "null", "7", "list=x"];
const NO_IDS: &[&str] = &["user=not-an-id", "user=%ff%fe", "user[a]=b"];

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter().chain(&sharing::FUNCTIONS)
}

const FUNCTIONS: [Function; 20] = [
    Function {
        name: "register",
        kind: Kind::Public,
        works: |_| json!({"name": new_name(), "password": PASSWORD}),
        required: &["name", "password"],
        foreign: &[(
            "name",
            |scene| json!(scene.theirs.person.name),
            409,
            "TAKEN",
        )],
        unreadable: &["name[a]=b&password=x"],
    },
    Function {
        name: "login",
        kind: Kind::Public,
        works: |scene| json!({"name": scene.mine.person.name, "password": PASSWORD}),
        required: &["name", "password"],
        foreign: &[(
            "password",
            |_| json!("not their password"),
            401,
            "UNAUTHENTICATED",
        )],
        unreadable: &["name[a]=b&password=x"],
    },
    Function {
        name: "logout",
        kind: Kind::Form,
        works: |scene| json!({"user": scene.mine.person.id}),
        required: &[],
        foreign: &[("user", their_id, 401, "OTHER_USER")],
        unreadable: NO_IDS,
    },
    Function {
        name: "me",
        kind: Kind::Json,
        works: |_| json!({}),
        required: &[],
        foreign: &[],
        unreadable: NOT_JSON,
    },
    Function {
        name: "change_password",
        kind: Kind::Form,
        works: |scene| json!({"user": scene.mine.person.id, "old": PASSWORD, "new": "cedar-lantern-58"}),
        required: &["old", "new"],
        foreign: &[
            ("user", their_id, 401, "OTHER_USER"),
            ("old", |_| json!("not their password"), 422, "INVALID"),
        ],
        unreadable: &["user=x&old=x&new=y", "old[a]=b&new=x"],
    },
    Function {
        name: "sessions",
        kind: Kind::Json,
        works: |scene| json!({"user": scene.mine.person.id}),
        required: &[],
        foreign: &[("user", their_id, 401, "OTHER_USER")],
        unreadable: NOT_JSON,
    },
    Function {
        name: "end_session",
        kind: Kind::Form,
        works: |scene| json!({"user": scene.mine.person.id, "id": scene.mine.session}),
        required: &["id"],
        foreign: &[
            ("user", their_id, 401, "OTHER_USER"),
            ("id", |scene| json!(scene.theirs.session), 404, "NOT_FOUND"),
        ],
        unreadable: &["id=not-an-id", "id=%ff%fe"],
    },
    Function {
        name: "end_other_sessions",
        kind: Kind::Form,
        works: |scene| json!({"user": scene.mine.person.id}),
        required: &[],
        foreign: &[("user", their_id, 401, "OTHER_USER")],
        unreadable: NO_IDS,
    },
    Function {
        name: "delete_account",
        kind: Kind::Form,
        works: |scene| json!({"user": scene.mine.person.id, "password": PASSWORD}),
        required: &["password"],
        foreign: &[
            ("user", their_id, 401, "OTHER_USER"),
            ("password", |_| json!("not their password"), 422, "INVALID"),
        ],
        unreadable: &["user=x&password=x", "password[a]=b"],
    },
    Function {
        name: "create_list",
        kind: Kind::Form,
        works: |scene| json!({"user": scene.mine.person.id, "name": "Work", "id": new_id()}),
        required: &["name"],
        foreign: &[
            ("user", their_id, 401, "OTHER_USER"),
            ("id", their_list, 409, "TAKEN"),
        ],
        unreadable: &["name=x&id=not-an-id", "user=x&name=x"],
    },
    Function {
        name: "rename_list",
        kind: Kind::Form,
        works: |scene| json!({"user": scene.mine.person.id, "list": scene.mine.list, "name": "Work"}),
        required: &["list", "name"],
        foreign: &[
            ("user", their_id, 401, "OTHER_USER"),
            ("list", their_list, 404, "NOT_FOUND"),
        ],
        unreadable: &["list=not-an-id&name=x", "user=x&list=x&name=x"],
    },
    Function {
        name: "delete_list",
        kind: Kind::Form,
        works: |scene| json!({"user": scene.mine.person.id, "list": scene.mine.list}),
        required: &["list"],
        foreign: &[
            ("user", their_id, 401, "OTHER_USER"),
            ("list", their_list, 404, "NOT_FOUND"),
        ],
        unreadable: &["list=not-an-id&name=x", "user=x&list=x&name=x"],
    },
    Function {
        name: "restore_list",
        kind: Kind::Form,
        works: |scene| json!({"user": scene.mine.person.id, "list": scene.mine.list}),
        required: &["list"],
        foreign: &[
            ("user", their_id, 401, "OTHER_USER"),
            ("list", their_list, 404, "NOT_FOUND"),
        ],
        unreadable: &["list=not-an-id&name=x", "user=x&list=x&name=x"],
    },
    Function {
        name: "lists",
        kind: Kind::Json,
        works: |scene| json!({"user": scene.mine.person.id}),
        required: &[],
        foreign: &[("user", their_id, 401, "OTHER_USER")],
        unreadable: NOT_JSON,
    },
    Function {
        name: "push",
        kind: Kind::Json,
        works: |scene| {
            let mutations = json!([{"mid": 1, "op": add(&new_id(), "tea")}]);
            json!({"user": scene.mine.person.id, "list": scene.mine.list, "client": new_id(), "mutations": mutations})
        },
        required: &["list", "client", "mutations"],
        foreign: &[
            ("user", their_id, 401, "OTHER_USER"),
            ("list", their_list, 404, "NOT_FOUND"),
            ("client", their_client, 403, "CLIENT_TAKEN"),
        ],
        unreadable: NOT_JSON,
    },
    Function {
        name: "pull",
        kind: Kind::Json,
        works: |scene| json!({"user": scene.mine.person.id, "list": scene.mine.list}),
        required: &["list"],
        foreign: &[
            ("user", their_id, 401, "OTHER_USER"),
            ("list", their_list, 404, "NOT_FOUND"),
            ("client", their_client, 403, "CLIENT_TAKEN"),
        ],
        unreadable: NOT_JSON,
    },
    Function {
        name: "compare",
        kind: Kind::Json,
        works: |scene| {
            let Mine {
                person, list, todo, ..
            } = &scene.mine;
            json!({"user": person.id, "list": list, "id": todo, "mine": "oat milk", "was": "milk"})
        },
        required: &["list", "id", "mine"],
        foreign: &[
            ("user", their_id, 401, "OTHER_USER"),
            ("list", their_list, 404, "NOT_FOUND"),
            ("id", their_todo, 404, "NOT_FOUND"),
        ],
        unreadable: NOT_JSON,
    },
    Function {
        name: "add_todo",
        kind: Kind::Form,
        works: |scene| json!({"user": scene.mine.person.id, "list": scene.mine.list, "title": "tea"}),
        required: &["list", "title"],
        foreign: &[
            ("user", their_id, 401, "OTHER_USER"),
            ("list", their_list, 404, "NOT_FOUND"),
        ],
        unreadable: &["list=not-an-id&title=x", "list=%ff%fe&title=x"],
    },
    Function {
        name: "set_completed",
        kind: Kind::Form,
        works: |scene| {
            let Mine {
                person, list, todo, ..
            } = &scene.mine;
            json!({"user": person.id, "list": list, "id": todo, "completed": "true"})
        },
        required: &["list", "id"],
        foreign: &[
            ("user", their_id, 401, "OTHER_USER"),
            ("list", their_list, 404, "NOT_FOUND"),
            ("id", their_todo, 404, "NOT_FOUND"),
        ],
        unreadable: &["list=x&id=y&completed=maybe", "id=%ff%fe"],
    },
    Function {
        name: "delete_todo",
        kind: Kind::Form,
        works: |scene| json!({"user": scene.mine.person.id, "list": scene.mine.list, "id": scene.mine.todo}),
        required: &["list", "id"],
        foreign: &[
            ("user", their_id, 401, "OTHER_USER"),
            ("list", their_list, 404, "NOT_FOUND"),
            ("id", their_todo, 404, "NOT_FOUND"),
        ],
        unreadable: &["list=x&id=y", "id=%ff%fe"],
    },
];

fn their_id(scene: &Scene) -> Value {
    json!(scene.theirs.person.id)
}

fn their_list(scene: &Scene) -> Value {
    json!(scene.theirs.list)
}

fn their_todo(scene: &Scene) -> Value {
    json!(scene.theirs.todo)
}

fn their_client(scene: &Scene) -> Value {
    json!(scene.theirs.client)
}

/// Two people who have nothing to do with each other.
pub struct Scene {
    pub mine: Mine,
    pub theirs: Mine,
}

/// Somebody and what they have.
pub struct Mine {
    pub person: Person,
    pub list: String,
    pub todo: String,
    pub client: String,
    /// The id of the session.
    pub session: String,
    /// The id of an editor of the list.
    pub friend: String,
    /// The id of an open invitation to the list.
    pub invitation: String,
    /// A list of the friend's.
    pub joined: String,
    /// An invitation to another list of the friend's.
    pub token: String,
}

impl Scene {
    pub async fn new(app: &TestApp) -> Self {
        let (mine, theirs) = (Mine::new(app).await, Mine::new(app).await);
        Self { mine, theirs }
    }
}

impl Mine {
    pub async fn new(app: &TestApp) -> Self {
        let person = app.person().await;
        let (list, todo, client) = (person.list("Groceries").await, new_id(), new_id());
        person
            .push(&list, &client, 1, vec![add(&todo, "oat milk")])
            .await
            .ok();
        let sessions = person.post("/api/sessions", json!({})).await.ok();
        let friend = app.person().await;
        let (joined, other) = (friend.list("Errands").await, friend.list("Work").await);
        let invitation = person.invite(&list, "editor").await;
        friend.join(&invitation).await.ok();
        let theirs = friend.invite(&joined, "editor").await;
        person.join(&theirs).await.ok();
        let open = friend.invite(&other, "editor").await;
        let field = |made: &Value, name: &str| made[name].as_str().unwrap().to_owned();
        Self {
            session: sessions[0]["id"].as_str().unwrap().to_owned(),
            friend: friend.id,
            invitation: field(&invitation, "id"),
            joined,
            token: field(&open, "token"),
            person,
            list,
            todo,
            client,
        }
    }
}

impl Function {
    pub fn path(&self) -> String {
        format!("/api/{}", self.name)
    }

    /// The body's type.
    pub fn content_type(&self) -> &'static str {
        match self.kind {
            Kind::Json => "application/json",
            _ => "application/x-www-form-urlencoded",
        }
    }

    /// The body for these fields.
    pub fn body(&self, fields: &Value) -> String {
        if self.kind == Kind::Json {
            return fields.to_string();
        }
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields.as_object().unwrap() {
            form.append_pair(name, value.as_str().unwrap());
        }
        form.finish()
    }

    /// The working request with one field replaced, or without it.
    pub fn with(&self, scene: &Scene, field: &str, value: Option<Value>) -> String {
        let mut fields = (self.works)(scene);
        let object = fields.as_object_mut().unwrap();
        match value {
            Some(value) => object.insert(field.to_owned(), value),
            None => object.remove(field),
        };
        self.body(&fields)
    }

    /// The working request, as long as asked for.
    pub fn of_length(&self, scene: &Scene, length: usize) -> String {
        let short = self.with(scene, "padding", Some(json!("")));
        self.with(
            scene,
            "padding",
            Some(json!("x".repeat(length - short.len()))),
        )
    }

    pub fn request(&self, person: &Person, body: String) -> RequestBuilder {
        let request = person
            .request(Method::POST, &self.path())
            .header("content-type", self.content_type());
        request.body(body)
    }
}
