//! `/settings`: one's own account. Plain forms, each beside what became of it the last time. Not here: what a part of the
//! page says (`password`, `sessions`, `deletion`), and what the forms do (`server::account`).

mod deletion;
mod device;
mod password;
mod sessions;

use super::not_found::eventually;
use crate::{
    core::{account::User, list::Role},
    error::AppError,
    server::{account, clock, done, lists::restorable, visit::Visit},
    ui::{
        appearance::Choices,
        field::{Done, Refusal},
        layout::Layout,
    },
};
use deletion::{Deletion, Goes};
use leptos::prelude::*;
use password::Password;
use sessions::Sessions;

const CHANGE_PASSWORD: &str = "/api/change_password";
const END_SESSION: &str = "/api/end_session";
const END_OTHERS: &str = "/api/end_other_sessions";
const DELETE_ACCOUNT: &str = "/api/delete_account";

/// The page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let visit = Visit::here();
    eventually(async move { shown(visit?).await })
}

async fn shown(visit: Visit) -> Result<AnyView, AppError> {
    let session = visit.sign_in(None).await?;
    let user = session.user.clone();
    let store = &visit.state.store;
    let sessions = account::sessions(&visit, &session).await?;
    let lists = store.lists(user.id).await?;
    let goes = Goes {
        lists: lists
            .into_iter()
            .filter(|list| list.role == Role::Owner)
            .collect(),
        deleted: restorable(store, &user).await?.len(),
    };
    let left = Left::take(&visit);
    let of = |forms: &[&str]| left.clone().filter(|left| forms.contains(&&*left.action));
    let password = of(&[CHANGE_PASSWORD]);
    let ending = of(&[END_SESSION, END_OTHERS]);
    let deletion = of(&[DELETE_ACCOUNT]);
    let (now, me) = (clock::now(), user.id);
    Ok(view! {
        <Layout title="Settings" user=Some(user.clone())>
            <div class="sheet settings">
                <a class="back" href="/lists">
                    "Your lists"
                </a>
                <h1>"Settings"</h1>
                <Password user=user.clone() left=password />
                <Sessions me sessions now left=ending />
                <section class="part" aria-labelledby="look">
                    <h2 id="look">"Appearance"</h2>
                    <div class="choices" role="group" aria-labelledby="look">
                        <Choices />
                    </div>
                    <p class="hint">"In this browser. System is light by day and dark by night, if your device is."</p>
                </section>
                <Deletion user goes left=deletion />
            </div>
        </Layout>
    }
    .into_any())
}

/// What the last form on this page has left to say.
#[derive(Debug, Clone)]
struct Left {
    action: String,
    said: Said,
}

#[derive(Debug, Clone)]
enum Said {
    /// It has done this.
    Done(&'static str),
    /// It was refused, perhaps because of a field.
    Refused {
        field: Option<String>,
        message: String,
    },
}

impl Left {
    fn take(visit: &Visit) -> Option<Self> {
        const FORMS: [&str; 4] = [CHANGE_PASSWORD, END_SESSION, END_OTHERS, DELETE_ACCOUNT];
        let refused = visit.take_flash(|flash| FORMS.contains(&&*flash.action));
        let refused = refused.map(|flash| Self {
            said: Said::Refused {
                message: flash.reason().to_owned(),
                field: flash.error.field,
            },
            action: flash.action,
        });
        let done = done::take(visit, &FORMS);
        let done = done.map(|(action, words)| Self {
            action: action.to_owned(),
            said: Said::Done(words),
        });
        refused.or(done)
    }
}

/// Why the form was refused because of this field.
fn because(left: Option<&Left>, name: &str) -> Option<String> {
    match &left?.said {
        Said::Refused {
            field: Some(field),
            message,
        } if field == name => Some(message.clone()),
        _ => None,
    }
}

/// What is said of a form as a whole. `fields`: those beside which their own refusals stand.
#[component]
fn Outcome(left: Option<Left>, fields: &'static [&'static str]) -> impl IntoView {
    let (done, refused) = match left.map(|left| left.said) {
        Some(Said::Done(words)) => (Some(words), None),
        Some(Said::Refused { field, message }) => {
            let elsewhere = field.is_some_and(|field| fields.contains(&&*field));
            (None, (!elsewhere).then_some(message))
        }
        None => (None, None),
    };
    view! {
        <Done message=done />
        <Refusal message=refused />
    }
}

/// What every form here says, unseen: whom the page takes to be signed in.
#[component]
fn Me(user: User) -> impl IntoView {
    view! {
        <input type="hidden" name="user" value=user.id.to_string() />
        // For what keeps passwords: it has no name, so it is not sent.
        <input type="text" autocomplete="username" value=user.name readonly hidden />
    }
}
