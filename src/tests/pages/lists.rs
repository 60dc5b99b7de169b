//! `/lists`: the menus of lists, and taking a deletion back.

use super::{attributes, texts};
use crate::tests::{
    answer::Answer,
    app::TestApp,
    person::{Person, new_id},
};

/// Every way out of where a name stands.
const MARKUP: &str = "</span>\"><b>x</b>'&amp;\u{202e}<script>alert(0)</script>";

/// What a notice and the section of deleted lists say of a list.
fn says_deleted(page: &Answer, name: &str) -> (bool, bool) {
    let (before, section) = match page.text.split_once("<details class=\"deleted\"") {
        Some((before, rest)) => {
            let (section, after) = rest.split_once("</details>").unwrap();
            (format!("{before}{after}"), section)
        }
        None => (page.text.clone(), ""),
    };
    let notice = before.split_once("data-testid=\"notice\"");
    let notice = notice.map_or("", |(_, notice)| notice);
    (notice.contains(name), section.contains(name))
}

async fn rename(person: &Person, list: &str, name: &str) -> Answer {
    let fields = [("user", &*person.id), ("list", list), ("name", name)];
    person.page_form("/api/rename_list", &fields).await
}

async fn delete(person: &Person, list: &str) -> Answer {
    let fields = [("user", &*person.id), ("list", list)];
    person.page_form("/api/delete_list", &fields).await
}

#[tokio::test]
async fn a_deleted_list_is_offered_back_and_a_restored_one_is_not() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let deleted = format!("/lists?deleted={list}");
    delete(&ada, &list).await.leads_to(&deleted);
    // As often as it is asked, for it stays true.
    for _ in 0..2 {
        let page = ada.get(&deleted).await;
        assert_eq!(says_deleted(&page, "Groceries"), (true, true));
        assert!(!attributes(&page, "href").contains(&&*format!("/lists/{list}")));
    }
    let plain = ada.get("/lists").await;
    assert_eq!(says_deleted(&plain, "Groceries"), (false, true));

    ada.page_form("/api/restore_list", &[("user", &ada.id), ("list", &list)])
        .await
        .leads_to(&format!("/lists#{list}"));
    let page = ada.get(&deleted).await;
    assert_eq!(says_deleted(&page, "Groceries"), (false, false));
    assert!(attributes(&page, "href").contains(&&*format!("/lists/{list}")));
}

#[tokio::test]
async fn a_notice_says_only_what_is_true_and_mine() {
    let mut app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let theirs = bob.list("Bob's secret").await;
    let shared = bob.list("Bob's shared secret").await;
    app.let_in(&ada, &shared, "editor").await;
    for list in [&theirs, &shared] {
        bob.form("/api/delete_list", &[("list", list)]).await.ok();
    }
    let there = ada.list("Groceries").await;
    for id in [&theirs, &shared, &there, &new_id(), "", "x", "%00", "<b>"] {
        let page = ada.get(&format!("/lists?deleted={id}")).await;
        assert_eq!(page.status, 200);
        assert!(!page.text.contains("data-testid=\"notice\""), "{id}");
        assert!(!page.text.contains("secret"), "{id}");
    }
    delete(&ada, &there).await;
    let month_ago = crate::server::clock::now() - 30 * 24 * 60 * 60 * 1000 - 1;
    app.database(&format!("UPDATE lists SET deleted_at = {month_ago}"))
        .await;
    let page = ada.get(&format!("/lists?deleted={there}")).await;
    assert_eq!(says_deleted(&page, "Groceries"), (false, false));
}

#[tokio::test]
async fn a_refused_name_comes_back_into_its_lists_menu_and_no_other_field() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let (list, other) = (ada.list("Groceries").await, ada.list("Weekend").await);
    for name in ["", "   ", &"x".repeat(101)] {
        rename(&ada, &list, name).await.leads_to("/lists");
        let page = ada.get("/lists").await;
        let row = row(&page, &list);
        let kept = format!("value=\"{name}\"");
        assert!(row.contains(&kept) && row.contains(" open"), "{row}");
        assert!(row.contains("A list's name has 1 to 100 characters."));
        assert!(row.contains("aria-invalid=\"true\""));
        assert!(row.contains(&format!("aria-describedby=\"refusal-{list}\"")));
        let rest = page.text.replace(row, "");
        assert!(!rest.contains("1 to 100") && !rest.contains("aria-invalid"));
        assert!(self::row(&page, &other).contains("value=\"Weekend\""));
        // Told once.
        assert!(!ada.get("/lists").await.text.contains("1 to 100"));
    }
    rename(&ada, &list, " Market ")
        .await
        .leads_to(&format!("/lists#{list}"));
    assert!(texts(&ada.get("/lists").await).contains(&"Market"));
}

#[tokio::test]
async fn a_new_name_for_a_list_that_was_deleted_meanwhile_is_not_lost() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    delete(&ada, &list).await;
    rename(&ada, &list, "<b>Market").await.leads_to("/lists");
    let page = ada.get("/lists").await;
    assert!(page.text.contains("not renamed to “&lt;b&gt;Market”"));

    rename(&bob, &list, "Mine").await.leads_to("/lists");
    let page = bob.get("/lists").await;
    assert!(page.text.contains("There is nothing here"));
    assert!(!page.text.contains("Groceries") && !page.text.contains("Mine"));
}

#[tokio::test]
async fn a_refused_new_list_keeps_its_name() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let long = "x".repeat(101);
    let fields = [("user", &*ada.id), ("name", &long)];
    ada.page_form("/api/create_list", &fields)
        .await
        .leads_to("/lists");
    let page = ada.get("/lists").await;
    let form = page.text.split_once("id=\"new-list\"").unwrap().1;
    let field = form.split('>').next().unwrap();
    for part in [
        &*format!("value=\"{long}\""),
        "aria-invalid=\"true\"",
        "aria-describedby=\"new-list-refusal\"",
    ] {
        assert!(field.contains(part), "{part} in {field}");
    }
    assert!(page.text.contains("id=\"new-list-refusal\""));
}

#[tokio::test]
async fn only_its_owner_can_rename_a_list_others_can_leave_it_and_all_see_with_whom_they_share_it()
{
    let mut app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    let alone = ada.get("/lists").await;
    assert!(texts(&alone).contains(&"empty"));
    let mut guests = Vec::new();
    for (role, said) in [("editor", ""), ("viewer", ", to look at")] {
        let guest = app.person().await;
        app.let_in(&guest, &list, role).await;
        let page = guest.get("/lists").await;
        assert!(page.text.contains("Groceries"));
        assert!(!page.text.contains("/api/rename_list") && !page.text.contains("/api/delete_list"));
        assert!(page.text.contains("/api/leave_list"));
        let from = format!("empty · from {}{said}", ada.name);
        assert!(texts(&page).contains(&&*from), "{}", page.text);
        guests.push(guest.name.clone());
        let with = guests.join(" and ");
        let page = ada.get("/lists").await;
        let with = format!("empty · with {with}");
        assert!(texts(&page).contains(&&*with), "{}", page.text);
    }
    app.let_in(&app.person().await, &list, "viewer").await;
    let page = ada.get("/lists").await;
    assert!(!page.text.contains("/api/leave_list"));
    assert!(attributes(&page, "aria-label").contains(&"Menu of Groceries"));
    let with = format!("empty · with {} and 2 others", guests[0]);
    assert!(texts(&page).contains(&&*with), "{}", page.text);
    assert!(!bob.get("/lists").await.text.contains("Groceries"));
}

#[tokio::test]
async fn markup_in_a_lists_name_is_text_wherever_it_stands() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list(MARKUP).await;
    let as_text = "&lt;/span&gt;\"&gt;&lt;b&gt;x&lt;/b&gt;'&amp;amp;\u{202e}&lt;script&gt;alert(0)&lt;/script&gt;";
    let as_value = "</span>&quot;><b>x</b>'&amp;amp;\u{202e}<script>alert(0)</script>";
    let as_value = as_value.replace('<', "&lt;").replace('>', "&gt;");
    let shown = ada.get("/lists").await;
    assert!(texts(&shown).contains(&as_text), "{}", shown.text);
    assert!(attributes(&shown, "value").contains(&&*as_value));
    let deleted = delete(&ada, &list).await;
    let notice = ada.get(deleted.header("location")).await;
    assert_eq!(says_deleted(&notice, as_text), (true, true));
    assert!(notice.text.contains(&format!("<bdi>{as_text}</bdi>")));
    rename(&ada, &list, MARKUP).await;
    let refused = ada.get("/lists").await;
    for page in [shown, notice, refused] {
        let body = page.text.split_once("<body>").unwrap().1;
        assert!(
            !body.contains("<b>") && !body.contains("<script>"),
            "{body}"
        );
        // A name's direction stays its own.
        for (n, _) in body.match_indices("<span class=\"name\"") {
            assert!(
                body[n..]
                    .split('>')
                    .next()
                    .unwrap()
                    .contains("dir=\"auto\"")
            );
        }
    }
}

#[tokio::test]
async fn a_page_of_200_lists_has_each_name_in_few_places() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    for n in 0..200 {
        ada.list(&format!("List {n}")).await;
    }
    let page = ada.get("/lists").await;
    // A menu a list, and the choice of light and dark.
    assert_eq!(attributes(&page, "popovertarget").len(), 201);
    let bytes = page.text.len();
    assert!(bytes < 400_000, "{bytes}");
}

/// All that the page has of a list.
fn row<'p>(page: &'p Answer, list: &str) -> &'p str {
    let start = page.text.find(&format!("<li id=\"{list}\"")).unwrap();
    page.text[start..].split("</li>").next().unwrap()
}
