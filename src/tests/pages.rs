//! Pages as a browser without scripts gets them.

mod lists;
mod settings;
mod sharing;

use super::{
    answer::Answer,
    app::TestApp,
    person::{PASSWORD, Person, new_id},
};

#[tokio::test]
async fn who_is_not_signed_in_is_sent_to_sign_in_and_back() {
    let nobody = TestApp::start().await;
    let nobody = nobody.nobody();
    nobody.get("/lists").await.leads_to("/login?next=%2Flists");
    nobody
        .get("/lists/x?a=b&c")
        .await
        .leads_to("/login?next=%2Flists%2Fx%3Fa%3Db%26c");
}

#[tokio::test]
async fn who_is_signed_in_gets_to_their_lists_from_the_start_and_from_signing_in() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    for page in ["/", "/login", "/register"] {
        ada.get(page).await.leads_to("/lists");
    }
    ada.get("/login?next=%2Flists%2Fx")
        .await
        .leads_to("/lists/x");
    ada.get("/login?next=%2F%2Fevil.example")
        .await
        .leads_to("/lists");
}

#[tokio::test]
async fn every_page_says_for_whom_it_is() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let root = |page: &Answer| {
        let (_, from) = page.text.split_once("<html").unwrap();
        from.split_once('>').unwrap().0.to_owned()
    };
    let missing = format!("/lists/{}", new_id());
    let sharing = format!("/lists/{list}/sharing");
    for page in [
        "/lists",
        &format!("/lists/{list}"),
        &sharing,
        &missing,
        "/x",
    ] {
        let root = root(&ada.get(page).await);
        let user = format!(" data-user=\"{}\"", ada.id);
        let name = format!(" data-name=\"{}\"", ada.name);
        assert!(
            root.contains(&user) && root.contains(&name),
            "{page}: {root}"
        );
    }
    let nobody = app.nobody();
    for page in ["/", "/login", "/register", "/x"] {
        let root = root(&nobody.get(page).await);
        assert!(
            !root.contains("data-user") && !root.contains("data-name"),
            "{page}: {root}"
        );
    }
}

#[tokio::test]
async fn a_link_to_a_page_for_everybody_has_a_picture_with_a_whole_address() {
    let app = TestApp::with()
        .setting("LOCKSTEP_SERVER_PUBLIC_URL", "https://lists.example")
        .start()
        .await;
    let page = app.nobody().get("/login?next=%2Flists").await;
    for tag in [
        "property=\"og:image\" content=\"https://lists.example/social.png\"",
        "rel=\"canonical\" href=\"https://lists.example/login\"",
    ] {
        let head = page.text.split_once("<body>").unwrap().0;
        let has_both = tag.split(' ').all(|part| head.contains(part));
        assert!(has_both, "{tag} in {head}");
    }
}

#[tokio::test]
async fn the_first_page_offers_an_account_only_where_one_can_be_had() {
    let offers = async |registration| {
        let app = TestApp::with()
            .setting("LOCKSTEP_ACCOUNTS_REGISTRATION", registration)
            .start()
            .await;
        let page = app.nobody().get("/").await;
        assert!(page.text.contains("href=\"/login\""), "{}", page.text);
        page.text.contains("href=\"/register\"")
    };
    assert!(offers("open").await);
    assert!(!offers("closed").await);
}

#[tokio::test]
async fn a_list_of_another_person_is_not_found_and_looks_like_one_that_is_not_there() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let list = bob.list("Bob's secret").await;
    bob.add(&list, "a present for Ada").await;
    let theirs = ada.get(&format!("/lists/{list}")).await;
    let nowhere = ada.get(&format!("/lists/{}", new_id())).await;
    for page in [&theirs, &nowhere] {
        is_not_found(page);
    }
    assert!(!theirs.text.contains("secret") && !theirs.text.contains("present"));
}

#[tokio::test]
async fn an_address_that_no_page_has_is_not_found() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    for path in [
        "/lists/not-a-uuid",
        "/nowhere",
        "/lists/x/y",
        "/%3Cscript%3E",
        "/favicon.ico",
        "/..%2f..%2fetc",
    ] {
        is_not_found(&ada.get(path).await);
    }
    is_not_found(&app.nobody().get("/nowhere").await);
}

#[track_caller]
fn is_not_found(page: &Answer) {
    assert_eq!(page.status, 404, "{}", page.text);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text.contains("<h1>Not found</h1>"), "{}", page.text);
}

#[tokio::test]
async fn a_list_page_has_each_title_once_as_text_and_in_no_argument_of_the_island() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    for title in ["oat milk", "rye bread"] {
        ada.add(&list, title).await;
    }
    let page = ada.get(&format!("/lists/{list}")).await;
    assert_eq!(page.status, 200);
    for title in ["oat milk", "rye bread"] {
        let shown = texts(&page).into_iter().filter(|text| *text == title);
        assert_eq!(shown.count(), 1, "{title} in {}", page.text);
        assert!(!data_of(&page).contains(title), "{}", data_of(&page));
    }
}

#[tokio::test]
async fn markup_in_titles_and_names_is_text() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let markup = "</label><script>alert('1')</script><img src=x onerror=\"alert(2)\">&amp;";
    let list = ada.list("<script>alert(0)</script>").await;
    ada.add(&list, markup).await;
    for path in ["/lists".to_owned(), format!("/lists/{list}")] {
        let page = ada.get(&path).await;
        let body = page.text.split_once("<body>").unwrap().1;
        assert!(
            !body.contains("<script>") && !body.contains("<img src=x"),
            "{body}"
        );
        assert!(
            texts(&page).contains(&"&lt;script&gt;alert(0)&lt;/script&gt;"),
            "{body}"
        );
    }
    let page = ada.get(&format!("/lists/{list}")).await;
    let label = "&lt;/label&gt;&lt;script&gt;alert('1')&lt;/script&gt;&lt;img src=x onerror=\"alert(2)\"&gt;&amp;amp;";
    assert!(texts(&page).contains(&label), "{:#?}", texts(&page));
}

#[tokio::test]
async fn a_lists_name_does_not_leave_the_title_of_its_page() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("</title><img src=x>").await;
    let page = ada.get(&format!("/lists/{list}")).await;
    assert!(
        !page.text.contains("<img src=x>"),
        "{}",
        page.text.split_once("<body>").unwrap().0
    );
}

#[tokio::test]
async fn what_a_refused_form_says_shows_once_and_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let browser = app.nobody();
    let typed = [
        ("name", "Ada \"<b>"),
        ("password", PASSWORD),
        ("next", "/lists/x"),
    ];
    browser
        .page_form("/api/login", &typed)
        .await
        .leads_to("/login?next=%2Flists%2Fx");
    let shown = browser.get("/login?next=%2Flists%2Fx").await;
    assert!(
        shown
            .text
            .contains("This name and password do not fit together.")
    );
    assert!(
        shown.text.contains("value=\"Ada &quot;&lt;b&gt;\""),
        "{}",
        shown.text
    );
    assert!(!shown.text.contains(PASSWORD));
    let again = browser.get("/login").await;
    assert!(!again.text.contains("do not fit"));
}

#[tokio::test]
async fn a_refused_item_comes_back_to_its_list_with_its_text() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let long = "x".repeat(501);
    let page = format!("/lists/{list}");
    ada.page_form("/api/add_todo", &[("list", &list), ("title", &long)])
        .await
        .leads_to(&page);
    let shown = ada.get(&page).await;
    assert!(
        shown.text.contains("An item has at most 500 characters."),
        "{}",
        shown.text
    );
    assert!(attributes(&shown, "value").contains(&long.as_str()));
}

#[tokio::test]
async fn everything_works_without_a_script() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let made = ada
        .page_form(
            "/api/create_list",
            &[("user", &ada.id), ("name", "Groceries")],
        )
        .await;
    let page = made.header("location").to_owned();
    let list = page.trim_start_matches("/lists/");
    ada.page_form("/api/add_todo", &[("list", list), ("title", "oat milk")])
        .await
        .leads_to(&page);
    let id = only_row(&ada, &page).await;
    let tick = [("list", list), ("id", &id), ("completed", "true")];
    ada.page_form("/api/set_completed", &tick)
        .await
        .leads_to(&page);
    assert!(ada.get(&page).await.text.contains("class=\"completed\""));
    ada.page_form("/api/set_completed", &tick[..2])
        .await
        .leads_to(&page);
    assert!(!ada.get(&page).await.text.contains("class=\"completed\""));
    ada.page_form("/api/delete_todo", &tick[..2])
        .await
        .leads_to(&page);
    assert_eq!(ada.titles(list).await, Vec::<String>::new());
    ada.page_form("/api/logout", &[("user", &ada.id)])
        .await
        .leads_to("/");
    ada.get(&page)
        .await
        .leads_to(&format!("/login?next=%2Flists%2F{list}"));
}

async fn only_row(person: &Person, page: &str) -> String {
    let page = person.get(page).await;
    let ids = attributes(&page, "data-id");
    assert_eq!(ids.len(), 1);
    ids[0].to_owned()
}

/// All that stands between tags.
fn texts(page: &Answer) -> Vec<&str> {
    let after_tags = page.text.split('>').skip(1);
    after_tags
        .map(|text| text.split('<').next().unwrap())
        .collect()
}

/// The values of an attribute, wherever it stands.
fn attributes<'p>(page: &'p Answer, name: &str) -> Vec<&'p str> {
    let start = format!(" {name}=\"");
    page.text
        .split(&start)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect()
}

/// All that scripts read from attributes.
fn data_of(page: &Answer) -> String {
    let attributes = page.text.split(" data-").skip(1);
    attributes
        .map(|rest| {
            rest.split('>')
                .next()
                .unwrap()
                .split(" aria-")
                .next()
                .unwrap()
        })
        .collect()
}

#[tokio::test]
async fn a_filters_page_holds_all_todos_and_hides_those_that_it_is_not_for() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let done = ada.add(&list, "milk").await;
    ada.add(&list, "bread").await;
    let form = [
        ("list", list.as_str()),
        ("id", &done),
        ("completed", "true"),
    ];
    ada.form("/api/set_completed", &form).await.ok();
    for (suffix, name, hidden) in [
        ("", "All", [false, false]),
        ("/active", "Active", [true, false]),
        ("/completed", "Completed", [false, true]),
    ] {
        let path = format!("/lists/{list}{suffix}");
        let page = ada.get(&path).await;
        assert_eq!(page.status, 200);
        let rows = page.text.split("<li data-testid=\"todo-item\"").skip(1);
        let rows = rows.map(|row| row.split('>').next().unwrap().contains(" hidden"));
        assert_eq!(rows.collect::<Vec<_>>(), hidden, "{name}");
        let selected =
            format!("<a href=\"{path}\" aria-current=\"page\" class=\"selected\">{name}</a>");
        assert!(page.text.contains(&selected), "{name}: {}", page.text);
        assert_eq!(page.text.matches("class=\"selected\"").count(), 1);
    }
    is_not_found(&ada.get(&format!("/lists/{list}/done")).await);
}
