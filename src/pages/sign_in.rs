//! `/login` and `/register`: one plain form each. They need no WebAssembly.

use super::{not_found::eventually, preview::Preview};
use crate::{
    error::AppError,
    server::{
        config::Registration,
        guard::{encode, is_own_page},
        visit::Visit,
    },
    ui::{
        field::{Field, Refusal},
        layout::Layout,
    },
};
use leptos::prelude::*;

/// What differs between the two.
struct Form {
    action: &'static str,
    page: &'static str,
    title: &'static str,
    lead: &'static str,
    button: &'static str,
    name_hint: &'static str,
    password_hint: &'static str,
    password_is: &'static str,
    other: (&'static str, &'static str, &'static str),
}

const LOGIN: Form = Form {
    action: "/api/login",
    page: "/login",
    title: "Sign in",
    lead: "Your lists are as you left them.",
    button: "Sign in",
    name_hint: "",
    password_hint: "",
    password_is: "current-password",
    other: ("New here?", "/register", "Create an account"),
};

const REGISTER: Form = Form {
    action: "/api/register",
    page: "/register",
    title: "Create an account",
    lead: "A name and a password is all it takes.",
    button: "Create account",
    name_hint: "3 to 32 letters, digits, dots, underscores or hyphens",
    password_hint: "8 characters or more",
    password_is: "new-password",
    other: ("Have an account?", "/login", "Sign in"),
};

/// Signing in.
#[component]
pub fn Login() -> impl IntoView {
    page(&LOGIN)
}

/// Signing up.
#[component]
pub fn Register() -> impl IntoView {
    page(&REGISTER)
}

fn page(form: &'static Form) -> impl IntoView {
    let visit = Visit::here();
    eventually(async move { shown(visit?, form).await })
}

async fn shown(visit: Visit, form: &'static Form) -> Result<AnyView, AppError> {
    let next = visit.query("next").filter(|next| is_own_page(next));
    if visit.session().await?.is_some() {
        visit.see_other(next.as_deref().unwrap_or("/lists"));
        return Ok(().into_any());
    }
    let flash = visit.take_flash(|flash| flash.action == form.action);
    let message = flash.as_ref().map(|flash| flash.error.message.clone());
    let refused = flash.as_ref().and_then(|flash| flash.error.field.clone());
    let typed = flash
        .as_ref()
        .and_then(|flash| flash.typed("name"))
        .map(str::to_owned);
    let closed = form.action == REGISTER.action
        && visit.state.config.accounts.registration == Registration::Closed;
    let (question, other, link) = form.other;
    let other = match &next {
        Some(next) => format!("{other}?next={}", encode(next)),
        None => other.to_owned(),
    };
    let fields = view! {
        <Field
            label="Name"
            name="name"
            autocomplete="username"
            value=typed
            hint=form.name_hint
            refused=refused.as_deref() == Some("name")
        />
        <Field
            label="Password"
            name="password"
            r#type="password"
            autocomplete=form.password_is
            hint=form.password_hint
            refused=refused.as_deref() == Some("password")
        />
        {next.map(|next| view! { <input type="hidden" name="next" value=next /> })}
        <button class="primary">{form.button}</button>
    };
    let body = if closed {
        view! { <p class="empty">"New accounts are not open here. Ask whoever runs this server."</p> }.into_any()
    } else {
        fields.into_any()
    };
    Ok(view! {
        <Layout title=form.title user=None>
            <Preview visit path=form.page />
            <form class="card" method="post" action=form.action>
                <div>
                    <h1>{form.title}</h1>
                    {(!closed).then(|| view! { <p class="hint">{form.lead}</p> })}
                </div>
                <Refusal message />
                {body}
                <p class="other">
                    {question} " " <a href=other>{link}</a>
                </p>
            </form>
        </Layout>
    }
    .into_any())
}
