//! People with their browsers: they know the server by HTTP only.

use super::answer::{Answer, Ask};
use reqwest::{
    Client, Method, RequestBuilder, Url,
    cookie::{CookieStore, Jar},
    header::{ACCEPT, CONTENT_TYPE},
    redirect::Policy,
};
use serde_json::{Value, json};
use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};
use uuid::Uuid;

/// Everybody's password.
pub const PASSWORD: &str = "plum-tractor-92";

/// A client with a cookie jar of its own, which follows no redirect.
pub struct Browser {
    client: Client,
    jar: Arc<Jar>,
    origin: String,
}

impl Browser {
    /// A browser that has never been anywhere.
    pub fn new(origin: String) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder()
            .cookie_provider(jar.clone())
            .redirect(Policy::none())
            .no_proxy();
        Self {
            client: client.build().unwrap(),
            jar,
            origin,
        }
    }

    /// A request that is still to be sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.origin))
    }

    /// Sends JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.request(Method::POST, path).json(&body).answer().await
    }

    /// Sends a body as it is.
    pub async fn post_raw(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header(CONTENT_TYPE, content_type);
        request.body(body).answer().await
    }

    /// Sends a form and asks for JSON.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.request(Method::POST, path).form(fields).answer().await
    }

    /// Sends a form as a page without scripts does.
    pub async fn page_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.request(Method::POST, path).form(fields);
        request
            .header(ACCEPT, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
            .answer()
            .await
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path)
            .header(ACCEPT, "text/html")
            .answer()
            .await
    }

    /// What the browser would send as `Cookie`.
    pub fn cookies(&self) -> String {
        let url: Url = self.origin.parse().unwrap();
        let carried = self.jar.cookies(&url);
        carried
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    }
}

/// Somebody who is signed in.
pub struct Person {
    browser: Browser,
    /// The account's id.
    pub id: String,
    /// The account's name.
    pub name: String,
}

impl Deref for Person {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

/// A name that nobody has yet.
pub fn new_name() -> String {
    static MADE: AtomicU32 = AtomicU32::new(1);
    format!("Person-{}", MADE.fetch_add(1, Ordering::Relaxed))
}

/// An id that nothing has yet.
pub fn new_id() -> String {
    Uuid::now_v7().to_string()
}

impl Person {
    /// Makes an account and signs in.
    pub async fn register(browser: Browser) -> Self {
        let name = new_name();
        let user = browser
            .form("/api/register", &[("name", &name), ("password", PASSWORD)])
            .await
            .ok();
        Self {
            browser,
            id: user["id"].as_str().unwrap().to_owned(),
            name,
        }
    }

    /// A new list's id.
    pub async fn list(&self, name: &str) -> String {
        let list = self
            .form("/api/create_list", &[("user", &self.id), ("name", name)])
            .await
            .ok();
        list["id"].as_str().unwrap().to_owned()
    }

    /// A new invitation to a list, as it was told.
    pub async fn invite(&self, list: &str, role: &str) -> Value {
        let fields = [("user", &*self.id), ("list", list), ("role", role)];
        self.form("/api/invite", &fields).await.ok()
    }

    /// Joins by an invitation.
    pub async fn join(&self, invitation: &Value) -> Answer {
        let token = invitation["token"].as_str().unwrap();
        self.form("/api/join", &[("user", &self.id), ("token", token)])
            .await
    }

    /// Pushes ops, numbered from `first`, with a client of the list.
    pub async fn push(&self, list: &str, client: &str, first: u64, ops: Vec<Value>) -> Answer {
        let mutations = (first..)
            .zip(ops)
            .map(|(mid, op)| json!({"mid": mid, "op": op}));
        let mutations: Vec<Value> = mutations.collect();
        self.post(
            "/api/push",
            json!({"user": self.id, "list": list, "client": client, "mutations": mutations}),
        )
        .await
    }

    /// Adds a todo and gives its id.
    pub async fn add(&self, list: &str, title: &str) -> String {
        let id = new_id();
        let pushed = self
            .push(list, &new_id(), 1, vec![add(&id, title)])
            .await
            .ok();
        assert_eq!(pushed["outcomes"][0]["type"], "APPLIED", "{pushed}");
        id
    }

    /// Pushes one op under a client of its own and gives its outcome.
    pub async fn op(&self, list: &str, op: Value) -> Value {
        let mut pushed = self.push(list, &new_id(), 1, vec![op]).await.ok();
        pushed["outcomes"][0].take()
    }

    /// Asks for a list with more fields than its id.
    pub async fn pull(&self, list: &str, more: Value) -> Answer {
        let mut body = json!({"user": self.id, "list": list});
        let fields = more.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(fields);
        self.post("/api/pull", body).await
    }

    /// What came after `since`.
    pub async fn since(&self, list: &str, since: &Value) -> Vec<Value> {
        let epoch = &self.snapshot(list).await["epoch"];
        let more = json!({"epoch": epoch, "since": since});
        let mut delta = self.pull(list, more).await.ok();
        match delta["events"].take() {
            Value::Array(events) => events,
            _ => panic!("no delta: {delta}"),
        }
    }

    /// Everything in a list, as a pull without `since` gives it.
    pub async fn snapshot(&self, list: &str) -> Value {
        self.post("/api/pull", json!({"user": self.id, "list": list}))
            .await
            .ok()
    }

    /// The titles in a list.
    pub async fn titles(&self, list: &str) -> Vec<String> {
        let snapshot = self.snapshot(list).await;
        let todos = snapshot["payload"].as_array().unwrap().iter();
        todos
            .map(|todo| todo["title"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// An op that adds.
pub fn add(id: &str, title: &str) -> Value {
    json!({"type": "ADD_TODO", "id": id, "title": title, "position": "a0"})
}

/// An op that ticks.
pub fn tick(id: &str) -> Value {
    json!({"type": "SET_COMPLETED", "id": id, "completed": true})
}
