//! Sharing as a browser without scripts meets it: the list's page, the page of its members, and invitations' links.

use super::{attributes, is_not_found, texts};
use crate::tests::{
    answer::Answer,
    app::TestApp,
    person::{Person, new_id},
};
use serde_json::json;

/// The link that a page shows.
fn link(page: &Answer) -> Option<String> {
    let mut values = attributes(page, "value").into_iter();
    let link = values.find(|value| value.contains("/join/"))?;
    Some(link.to_owned())
}

/// Makes an invitation as the page's form does, and gives the path of its link.
async fn invite(owner: &Person, list: &str, role: &str) -> String {
    let fields = [("user", &*owner.id), ("list", list), ("role", role)];
    let sharing = format!("/lists/{list}/sharing");
    let made = owner.page_form("/api/invite", &fields).await;
    made.leads_to(&sharing);
    let shown = link(&owner.get(&sharing).await).unwrap();
    let at = shown.find("/join/").unwrap();
    shown[at..].to_owned()
}

async fn join(person: &Person, path: &str) -> Answer {
    let token = path.strip_prefix("/join/").unwrap();
    let fields = [("user", &*person.id), ("token", token)];
    person.page_form("/api/join", &fields).await
}

#[tokio::test]
async fn a_new_link_is_shown_once_to_its_maker_and_in_no_address() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let (list, other) = (ada.list("Groceries").await, ada.list("Work").await);
    let sharing = format!("/lists/{list}/sharing");
    let fields = [("user", &*ada.id), ("list", &*list), ("role", "viewer")];
    let made = ada.page_form("/api/invite", &fields).await;
    made.leads_to(&sharing);
    let cookie = made.set_cookies()[0].to_owned();
    assert!(cookie.starts_with("lockstep-invitation=") && cookie.contains("; HttpOnly"));

    // Another list's page leaves it alone.
    let elsewhere = ada.get(&format!("/lists/{other}/sharing")).await;
    assert_eq!(link(&elsewhere), None);
    let page = ada.get(&sharing).await;
    let shown = link(&page).unwrap();
    assert!(shown.starts_with(&format!("{}/join/", app.origin())));
    assert!(page.text.contains("a viewer"), "{}", page.text);
    assert_eq!(link(&ada.get(&sharing).await), None);

    // One that was revoked on the way leads nowhere.
    ada.page_form("/api/invite", &fields).await;
    let open = ada.post("/api/invitations", json!({"list": list})).await;
    for invitation in open.ok().as_array().unwrap() {
        let id = invitation["id"].as_str().unwrap();
        ada.form("/api/revoke_invitation", &[("list", &*list), ("id", id)])
            .await
            .ok();
    }
    assert_eq!(link(&ada.get(&sharing).await), None);
    is_not_found(&bob.get(&sharing).await);
}

#[tokio::test]
async fn an_invitation_says_what_it_is_to_and_only_joining_changes_something() {
    let mut app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let list = ada.list("<Groceries>").await;
    let path = invite(&ada, &list, "viewer").await;
    let before = app.written().await;
    for _ in 0..2 {
        let page = bob.get(&path).await;
        assert_eq!(page.status, 200);
        assert!(texts(&page).contains(&"&lt;Groceries&gt;"), "{}", page.text);
        assert!(texts(&page).contains(&&*ada.name), "{}", page.text);
        assert!(page.text.contains("a viewer") && page.text.contains(">Join</button>"));
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert_eq!(page.header("cache-control"), "no-store");
    }
    assert_eq!(app.written().await, before);
    assert_eq!(bob.post("/api/lists", json!({})).await.ok(), json!([]));

    let there = format!("/lists/{list}");
    join(&bob, &path).await.leads_to(&there);
    assert!(bob.get(&there).await.text.contains("&lt;Groceries&gt;"));
    for member in [&ada, &bob] {
        let page = member.get(&path).await;
        assert!(attributes(&page, "href").contains(&&*there));
        assert!(!page.text.contains(">Join</button>"));
    }
}

#[tokio::test]
async fn who_is_not_signed_in_joins_after_signing_in() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let path = invite(&ada, &ada.list("Groceries").await, "editor").await;
    let sign_in = format!("/login?next={}", path.replace('/', "%2F"));
    app.nobody().get(&path).await.leads_to(&sign_in);
    app.person().await.get(&sign_in).await.leads_to(&path);
}

#[tokio::test]
async fn a_link_that_is_not_open_is_not_found() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    let path = invite(&ada, &list, "editor").await;
    let open = ada.post("/api/invitations", json!({"list": list})).await;
    let id = open.ok()[0]["id"].as_str().unwrap().to_owned();
    let fields = [("user", &*ada.id), ("list", &*list), ("id", &*id)];
    ada.page_form("/api/revoke_invitation", &fields)
        .await
        .leads_to(&format!("/lists/{list}/sharing"));
    let refused = join(&bob, &path).await;
    refused.leads_to(&path);
    for path in [
        path,
        format!("/join/{}", "A".repeat(43)),
        "/join/x".to_owned(),
    ] {
        let page = bob.get(&path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.text.contains("This invitation is not open"), "{path}");
        assert!(!page.text.contains("Groceries"));
    }
}

#[tokio::test]
async fn the_owner_changes_who_shares_a_list_and_the_others_see_it_and_can_leave() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    join(&bob, &invite(&ada, &list, "editor").await).await;
    // The list's page has the same in a dialog.
    for path in [format!("/lists/{list}"), format!("/lists/{list}/sharing")] {
        let page = ada.get(&path).await;
        assert!(texts(&page).contains(&&*bob.name), "{path}");
        for action in ["set_role", "invite", "revoke_invitation"] {
            let action = format!("/api/{action}");
            assert!(
                attributes(&page, "action").contains(&&*action),
                "{path}: {action}"
            );
        }
        let role = format!("Role of {}", bob.name);
        assert!(attributes(&page, "aria-label").contains(&&*role));
        assert!(!page.text.contains("/api/leave_list"));

        let page = bob.get(&path).await;
        assert!(texts(&page).contains(&&*ada.name), "{path}");
        let forms = attributes(&page, "action");
        assert!(forms.contains(&"/api/leave_list"), "{path}");
        for owners in ["set_role", "remove_member", "invite", "revoke_invitation"] {
            assert!(
                !page.text.contains(&format!("/api/{owners}")),
                "{path}: {owners}"
            );
        }
    }
}

#[tokio::test]
async fn a_refusal_is_told_where_sharing_is() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    let sharing = format!("/lists/{list}/sharing");
    let fields = [("user", &*ada.id), ("list", &*list), ("member", &*bob.id)];
    let refused = ada.page_form("/api/remove_member", &fields).await;
    refused.leads_to(&sharing);
    // The list itself has nothing to say of it, and leaves it there.
    let told = "There is nothing here, or you have no access to it.";
    let page = ada.get(&format!("/lists/{list}")).await;
    assert!(!texts(&page).contains(&told));
    let page = ada.get(&sharing).await;
    assert!(texts(&page).contains(&told), "{}", page.text);
    assert!(!texts(&ada.get(&sharing).await).contains(&told));
}

#[tokio::test]
async fn a_viewers_page_says_so_and_offers_no_change() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    ada.add(&list, "oat milk").await;
    join(&eve, &invite(&ada, &list, "viewer").await).await;
    let page = eve.get(&format!("/lists/{list}")).await;
    assert!(texts(&page).contains(&"You may look at this list, but not change it."));
    assert_eq!(attributes(&page, "data-editable"), ["false"]);
    for change in [
        "add_todo",
        "set_completed",
        "class=\"destroy\"",
        "class=\"new-todo\"",
        "toggle-all",
        "Clear completed",
        "Menu of",
    ] {
        assert!(!page.text.contains(change), "{change}");
    }
    let mut tags = page.text.split('<');
    let toggle = tags.find(|tag| tag.contains("class=\"toggle\"")).unwrap();
    assert!(toggle.contains(" disabled"), "{toggle}");
}

#[tokio::test]
async fn nobody_elses_sharing_is_shown() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    let page = format!("/lists/{list}/sharing");
    is_not_found(&bob.get(&page).await);
    is_not_found(&bob.get(&format!("/lists/{}/sharing", new_id())).await);
    is_not_found(&bob.get("/lists/x/sharing").await);
    let sign_in = format!("/login?next={}", page.replace('/', "%2F"));
    app.nobody().get(&page).await.leads_to(&sign_in);
}
