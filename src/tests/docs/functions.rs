//! The table of addresses: it lists every server function, and what each takes.

use super::{
    document,
    markdown::{code, one_code, table},
};
use crate::tests::{
    answer::{Answer, Ask},
    app::TestApp,
    person::{PASSWORD, Person, new_id, new_name},
};
use leptos::server_fn::axum::server_fn_paths;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn every_server_function_is_listed() {
    let rows = table(&document(), "Address");
    let listed: BTreeSet<_> = rows
        .iter()
        .map(|row| one_code(&row[0]).to_owned())
        .collect();
    assert_eq!(listed.len(), rows.len());
    let all = server_fn_paths().map(|(path, method)| {
        assert_eq!(method, Method::POST);
        path.to_owned()
    });
    assert_eq!(listed, all.collect());
}

/// Somebody with a session, a list and a todo in it.
struct Scene {
    ada: Person,
    list: String,
    todo: String,
    session: Value,
    /// An editor of the list.
    bob: Person,
    /// An open invitation to the list.
    invitation: Value,
    /// Bob's list, which Ada has joined.
    joined: String,
}

impl Scene {
    async fn new(app: &TestApp) -> Self {
        let ada = app.person().await;
        let list = ada.list("Groceries").await;
        let todo = ada.add(&list, "oat milk").await;
        let sessions = ada.post("/api/sessions", json!({})).await.ok();
        let bob = app.person().await;
        let joined = bob.list("Errands").await;
        let mut invitation = Value::Null;
        for (owner, list, guest) in [(&bob, &joined, &ada), (&ada, &list, &bob)] {
            invitation = owner.invite(list, "editor").await;
            guest.join(&invitation).await.ok();
        }
        Self {
            bob,
            invitation,
            joined,
            ada,
            list,
            todo,
            session: sessions[0]["id"].clone(),
        }
    }

    /// What works in a field.
    fn value(&self, path: &str, field: &str) -> Value {
        match (path, field) {
            ("/api/register", "name") => json!(new_name()),
            ("/api/login", "name") => json!(self.ada.name),
            (_, "name") => json!("Errands"),
            (_, "password" | "old") => json!(PASSWORD),
            (_, "new") => json!("cedar-lantern-58"),
            ("/api/end_session", "id") => self.session.clone(),
            ("/api/revoke_invitation", "id") => self.invitation["id"].clone(),
            ("/api/leave_list", "list") => json!(self.joined),
            (_, "member") => json!(self.bob.id),
            (_, "role") => json!("viewer"),
            (_, "token") => self.invitation["token"].clone(),
            (_, "list") => json!(self.list),
            (_, "id") => json!(self.todo),
            (_, "title" | "mine") => json!("rye bread"),
            (_, "client") => json!(new_id()),
            (_, "mutations") => json!([]),
            _ => panic!("nobody knows what {field} of {path} is"),
        }
    }

    async fn send(&self, path: &str, kind: &str, fields: &Value) -> Answer {
        let request = self.ada.request(Method::POST, path);
        match kind {
            "form" => request.form(fields).answer().await,
            "JSON" => request.json(fields).answer().await,
            _ => panic!("{path} takes no {kind}"),
        }
    }
}

#[tokio::test]
async fn every_server_function_takes_the_fields_of_its_row() {
    let app = TestApp::start().await;
    for row in table(&document(), "Address") {
        let [address, kind, takes, _] = &row[..] else {
            panic!("{row:?}")
        };
        let path = one_code(address);
        let (optional, required): (Vec<_>, Vec<_>) = code(takes)
            .into_iter()
            .partition(|field| field.ends_with('?'));
        let scene = Scene::new(&app).await;
        let fields = required
            .iter()
            .map(|field| ((*field).to_owned(), scene.value(path, field)));
        let fields = Value::Object(fields.collect());
        for missing in &required {
            let mut without = fields.clone();
            without.as_object_mut().unwrap().remove(*missing);
            let refused = scene.send(path, kind, &without).await;
            let body = refused.refused(400, "MALFORMED");
            assert_eq!(body["field"], **missing, "{path}");
        }
        // What is taken is looked at. `next` may be any text: what is no page of ours is not gone to. So may `was`.
        let optional = optional.iter().map(|field| field.trim_end_matches('?'));
        for field in optional.filter(|field| !["next", "was"].contains(field)) {
            let mut with = fields.clone();
            with[field] = json!("neither an id nor a number nor a truth");
            let refused = scene.send(path, kind, &with).await;
            refused.refused(400, "MALFORMED");
        }
        let answer = scene.send(path, kind, &fields).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }
}
