//! Members, invitations, joining and leaving.

use super::ops::table::set_title;
use crate::tests::{
    answer::Answer,
    app::TestApp,
    person::{Person, add, new_id, tick},
};
use serde_json::{Value, json};

const WEEK: i64 = 7 * 24 * 60 * 60 * 1000;

async fn set_role(by: &Person, list: &str, member: &Person, role: &str) -> Answer {
    let fields = [("list", list), ("member", &*member.id), ("role", role)];
    by.form("/api/set_role", &fields).await
}

async fn remove(by: &Person, list: &str, member: &Person) -> Answer {
    let fields = [("list", list), ("member", &*member.id)];
    by.form("/api/remove_member", &fields).await
}

async fn members(asked_by: &Person, list: &str) -> Value {
    asked_by
        .post("/api/members", json!({"list": list}))
        .await
        .ok()
}

async fn invitations(owner: &Person, list: &str) -> Value {
    owner
        .post("/api/invitations", json!({"list": list}))
        .await
        .ok()
}

fn member(person: &Person, role: &str) -> Value {
    json!({"user": person.id, "name": person.name, "role": role})
}

/// Ada's list, Bob who has joined it as an editor, Eve as a viewer, and Max who has not.
struct Scene {
    app: TestApp,
    ada: Person,
    bob: Person,
    eve: Person,
    max: Person,
    list: String,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let (ada, bob) = (app.person().await, app.person().await);
        let (eve, max) = (app.person().await, app.person().await);
        let list = ada.list("Groceries").await;
        bob.join(&ada.invite(&list, "editor").await).await.ok();
        eve.join(&ada.invite(&list, "viewer").await).await.ok();
        Self {
            app,
            ada,
            bob,
            eve,
            max,
            list,
        }
    }

    /// Everything that may not change when somebody is refused.
    async fn state(&self) -> (Value, Value) {
        let Self { ada, list, .. } = self;
        (members(ada, list).await, invitations(ada, list).await)
    }
}

#[tokio::test]
async fn a_link_lets_many_in_as_what_it_says() {
    let app = TestApp::start().await;
    let (ada, bob, eve) = (app.person().await, app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    ada.add(&list, "oat milk").await;
    let before = crate::server::clock::now();
    let made = ada.invite(&list, "viewer").await;
    let lifetime = made["expires_at"].as_i64().unwrap() - before;
    assert!((WEEK..WEEK + 60_000).contains(&lifetime), "{made}");
    assert_eq!(made["token"].as_str().unwrap().len(), 43);
    assert_eq!(made.as_object().unwrap().len(), 4);

    for (person, members) in [(&bob, 2), (&eve, 3)] {
        let joined = person.join(&made).await.ok();
        let expected = json!({"id": list, "name": "Groceries", "role": "viewer", "left": 1, "total": 1,
            "members": members});
        assert_eq!(joined, expected);
        let mine = person.post("/api/lists", json!({})).await.ok();
        assert_eq!(mine, json!([expected]));
        assert_eq!(person.snapshot(&list).await["role"], "viewer");
    }
    let expected = json!([
        member(&ada, "owner"),
        member(&bob, "viewer"),
        member(&eve, "viewer")
    ]);
    for person in [&ada, &bob] {
        assert_eq!(members(person, &list).await, expected);
    }
    let mut open = made;
    open.as_object_mut().unwrap().remove("token");
    assert_eq!(invitations(&ada, &list).await, json!([open]));
}

#[tokio::test]
async fn joining_again_changes_nothing_whatever_the_link_says() {
    let mut scene = Scene::new().await;
    let links = [
        scene.ada.invite(&scene.list, "viewer").await,
        scene.ada.invite(&scene.list, "editor").await,
    ];
    let before = (scene.state().await, scene.app.written().await);
    for link in &links {
        for (person, role) in [
            (&scene.ada, "owner"),
            (&scene.bob, "editor"),
            (&scene.eve, "viewer"),
        ] {
            assert_eq!(person.join(link).await.ok()["role"], role);
        }
    }
    assert_eq!((scene.state().await, scene.app.written().await), before);
}

#[tokio::test]
async fn only_the_owner_decides_who_shares_a_list() {
    let mut scene = Scene::new().await;
    let before = (scene.state().await, scene.app.written().await);
    let (list, ada, bob) = (&*scene.list, &scene.ada, &scene.bob);
    let id = before.0.1[0]["id"].as_str().unwrap();
    let (of_list, of_bob) = (("list", list), ("member", &*bob.id));
    let forms: [(&str, &[(&str, &str)]); 4] = [
        ("/api/invite", &[of_list, ("role", "viewer")]),
        ("/api/revoke_invitation", &[of_list, ("id", id)]),
        ("/api/set_role", &[of_list, of_bob, ("role", "viewer")]),
        ("/api/remove_member", &[of_list, of_bob]),
    ];
    let others = [
        (&scene.bob, 403, "FORBIDDEN"),
        (&scene.eve, 403, "FORBIDDEN"),
        (&scene.max, 404, "NOT_FOUND"),
    ];
    for (person, status, code) in others {
        for (path, fields) in forms {
            person.form(path, fields).await.refused(status, code);
        }
        let asked = json!({"list": list});
        let answer = person.post("/api/invitations", asked).await;
        answer.refused(status, code);
    }
    let asked = json!({"list": list});
    let answer = scene.max.post("/api/members", asked).await;
    answer.refused(404, "NOT_FOUND");
    let answer = scene.max.form("/api/leave_list", &[of_list]).await;
    answer.refused(404, "NOT_FOUND");
    // Nobody is a member who is not, and nobody can be made the owner.
    remove(ada, list, &scene.max)
        .await
        .refused(404, "NOT_FOUND");
    set_role(ada, list, &scene.max, "viewer")
        .await
        .refused(404, "NOT_FOUND");
    let refused = set_role(ada, list, bob, "owner").await;
    assert_eq!(refused.refused(422, "INVALID")["field"], "role");
    let refused = ada.form("/api/invite", &[of_list, ("role", "owner")]).await;
    assert_eq!(refused.refused(422, "INVALID")["field"], "role");
    let refused = set_role(ada, list, bob, "admin").await;
    refused.refused(400, "MALFORMED");
    assert_eq!((scene.state().await, scene.app.written().await), before);
}

#[tokio::test]
async fn the_owner_stays_the_owner() {
    let mut scene = Scene::new().await;
    let before = (scene.state().await, scene.app.written().await);
    let Scene { ada, list, .. } = &scene;
    set_role(ada, list, ada, "viewer")
        .await
        .refused(403, "FORBIDDEN");
    remove(ada, list, ada).await.refused(403, "FORBIDDEN");
    let refused = ada.form("/api/leave_list", &[("list", list)]).await;
    refused.refused(403, "FORBIDDEN");
    assert_eq!((scene.state().await, scene.app.written().await), before);
}

#[tokio::test]
async fn another_role_counts_at_once() {
    let scene = Scene::new().await;
    let Scene {
        ada,
        bob,
        eve,
        list,
        ..
    } = &scene;
    let (id, of_bob) = (bob.add(list, "oat milk").await, new_id());
    assert_eq!(set_role(ada, list, bob, "viewer").await.ok(), Value::Null);
    let pushed = bob
        .push(list, &of_bob, 1, vec![tick(&id), set_title(&id, "tea")])
        .await
        .ok();
    for outcome in pushed["outcomes"].as_array().unwrap() {
        assert_eq!(
            (&outcome["type"], &outcome["code"]),
            (&json!("REJECTED"), &json!("FORBIDDEN"))
        );
    }
    set_role(ada, list, eve, "editor").await.ok();
    assert_eq!(eve.op(list, tick(&id)).await["type"], "APPLIED");
    assert_eq!(
        members(eve, list).await,
        json!([
            member(ada, "owner"),
            member(bob, "viewer"),
            member(eve, "editor")
        ])
    );
}

#[tokio::test]
async fn who_is_removed_is_out_at_once_and_no_link_leads_back() {
    let scene = Scene::new().await;
    let Scene {
        ada,
        bob,
        eve,
        list,
        ..
    } = &scene;
    let link = ada.invite(list, "viewer").await;
    let client = new_id();
    let ops = || vec![add(&new_id(), "tea")];
    bob.push(list, &client, 1, ops()).await.ok();
    assert_eq!(remove(ada, list, bob).await.ok(), Value::Null);
    for mid in [1, 2] {
        let refused = bob.push(list, &client, mid, ops()).await;
        refused.refused(404, "NOT_FOUND");
    }
    let refused = bob.pull(list, json!({"client": client})).await;
    refused.refused(404, "NOT_FOUND");
    let refused = bob.post("/api/members", json!({"list": list})).await;
    refused.refused(404, "NOT_FOUND");
    assert_eq!(bob.post("/api/lists", json!({})).await.ok(), json!([]));
    bob.join(&link).await.refused(404, "NOT_FOUND");
    assert_eq!(invitations(ada, list).await, json!([]));
    remove(ada, list, bob).await.refused(404, "NOT_FOUND");
    // The others notice nothing, and a new link works.
    assert_eq!(eve.titles(list).await, ["tea"]);
    let joined = bob.join(&ada.invite(list, "viewer").await).await.ok();
    assert_eq!(joined["role"], "viewer");
}

#[tokio::test]
async fn who_leaves_is_out_and_comes_back_by_a_link_only() {
    let scene = Scene::new().await;
    let Scene { ada, bob, list, .. } = &scene;
    let link = ada.invite(list, "viewer").await;
    let of_list = [("list", list.as_str())];
    let left = bob.form("/api/leave_list", &of_list).await;
    assert_eq!(left.ok(), Value::Null);
    let again = bob.form("/api/leave_list", &of_list).await;
    again.refused(404, "NOT_FOUND");
    bob.pull(list, json!({})).await.refused(404, "NOT_FOUND");
    assert_eq!(members(ada, list).await.as_array().unwrap().len(), 2);
    assert_eq!(bob.join(&link).await.ok()["role"], "viewer");
}

#[tokio::test]
async fn a_link_that_was_revoked_has_expired_or_never_was_is_not_found() {
    let mut scene = Scene::new().await;
    let (ada, list) = (&scene.ada, &*scene.list);
    let (revoked, expired) = (
        ada.invite(list, "editor").await,
        ada.invite(list, "editor").await,
    );
    let fields = [("list", list), ("id", revoked["id"].as_str().unwrap())];
    for _ in 0..2 {
        let answer = ada.form("/api/revoke_invitation", &fields).await;
        assert_eq!(answer.ok(), Value::Null);
    }
    scene.max.join(&revoked).await.refused(404, "NOT_FOUND");
    // Of one who is a member already it opens nothing either.
    scene.bob.join(&revoked).await.refused(404, "NOT_FOUND");
    scene.max.join(&expired).await.ok();
    let now = crate::server::clock::now();
    let past = format!("UPDATE invitations SET expires_at = {now}");
    scene.app.database(&past).await;
    let late = scene.app.person().await;
    late.join(&expired).await.refused(404, "NOT_FOUND");
    assert_eq!(invitations(&scene.ada, &scene.list).await, json!([]));

    let unknown = "A".repeat(43);
    let bad = ["", "x", &unknown, "../../lists", "%00", &"A".repeat(9_000)];
    for token in bad {
        let answer = scene.max.form("/api/join", &[("token", token)]).await;
        answer.refused(404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn a_full_list_says_so_and_so_does_who_has_200_and_who_invites_too_often() {
    let mut app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let (full, other) = (ada.list("Groceries").await, ada.list("Work").await);
    let (to_full, to_other) = (
        ada.invite(&full, "viewer").await,
        ada.invite(&other, "viewer").await,
    );
    let people = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 99)
        INSERT INTO users SELECT randomblob(16), 'p' || n, 'p' || n, '', 1 FROM n;";
    let list = crate::tests::app::blob(&full);
    let members = format!(
        "INSERT INTO members SELECT {list}, id, 'viewer', 1 FROM users WHERE password = '';"
    );
    app.database(&(people.to_owned() + &members)).await;
    let refused = bob.join(&to_full).await;
    let message = refused.refused(422, "LIMIT")["message"].as_str().unwrap();
    assert!(message.contains("100 members"), "{message}");
    for _ in 1..100 {
        ada.invite(&full, "viewer").await;
    }
    let fields = [("list", &*full), ("role", "viewer")];
    let refused = ada.form("/api/invite", &fields).await;
    let message = refused.refused(422, "LIMIT")["message"].as_str().unwrap();
    assert!(message.contains("100 open invitations"), "{message}");
    for n in 0..200 {
        bob.list(&format!("List {n}")).await;
    }
    let refused = bob.join(&to_other).await;
    let message = refused.refused(422, "LIMIT")["message"].as_str().unwrap();
    assert!(message.contains("200 lists"), "{message}");
}

#[tokio::test]
async fn a_plain_form_leads_back_to_where_it_was() {
    let scene = Scene::new().await;
    let Scene {
        ada,
        bob,
        max,
        list,
        ..
    } = &scene;
    let sharing = format!("/lists/{list}/sharing");
    let of_list = ("list", list.as_str());
    let made = ada
        .page_form("/api/invite", &[of_list, ("role", "editor")])
        .await;
    made.leads_to(&sharing);
    assert_eq!(made.text, "");

    let link = ada.invite(list, "editor").await;
    let token = ("token", link["token"].as_str().unwrap());
    let joined = max.page_form("/api/join", &[token]).await;
    joined.leads_to(&format!("/lists/{list}"));
    let of_max = ("member", max.id.as_str());
    let changed = ada
        .page_form("/api/set_role", &[of_list, of_max, ("role", "viewer")])
        .await;
    changed.leads_to(&sharing);
    let refused = bob
        .page_form("/api/remove_member", &[of_list, of_max])
        .await;
    refused.leads_to(&sharing);
    let removed = ada
        .page_form("/api/remove_member", &[of_list, of_max])
        .await;
    removed.leads_to(&sharing);
    let refused = max.page_form("/api/join", &[token]).await;
    refused.leads_to(&format!("/join/{}", token.1));
    let refused = max.page_form("/api/join", &[("token", "/x")]).await;
    refused.leads_to("/lists");
    let left = bob.page_form("/api/leave_list", &[of_list]).await;
    left.leads_to("/lists");
}
