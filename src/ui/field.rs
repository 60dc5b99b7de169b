//! A labelled input, and what became of a form: refused, done, or not sent.

use leptos::prelude::*;

/// What a field that was refused is described by.
const REFUSAL: &str = "refusal";

/// A labelled input.
#[component]
pub fn Field(
    /// What people call it.
    label: &'static str,
    /// What the form calls it.
    name: &'static str,
    /// `text` or `password`.
    #[prop(default = "text")]
    r#type: &'static str,
    /// What the browser may fill in.
    autocomplete: &'static str,
    /// What was typed before.
    #[prop(optional_no_strip)]
    value: Option<String>,
    /// What is allowed.
    #[prop(optional)]
    hint: &'static str,
    /// Whether the form was refused because of it.
    #[prop(optional)]
    refused: bool,
    /// Why the form was refused because of it, to be told beside it rather than elsewhere.
    #[prop(optional_no_strip)]
    because: Option<String>,
) -> impl IntoView {
    let refused = refused || because.is_some();
    let hint_id = format!("{name}-hint");
    let described = match (refused, hint.is_empty()) {
        (true, true) => Some(REFUSAL.to_owned()),
        (true, false) => Some(format!("{REFUSAL} {hint_id}")),
        (false, true) => None,
        (false, false) => Some(hint_id.clone()),
    };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type=r#type
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                required
                value=value
                aria-describedby=described
                aria-invalid=refused.then_some("true")
                autofocus=refused
            />
            <Refusal message=because />
            {(!hint.is_empty()).then(|| view! {
                <p class="hint" id=hint_id>
                    {hint}
                </p>
            })}
        </div>
    }
}

/// Why a form was refused.
#[component]
pub fn Refusal(
    /// The message, if there is one.
    message: Option<String>,
) -> impl IntoView {
    message.map(|message| {
        view! {
            <p class="refusal" id=REFUSAL role="alert">
                {message}
            </p>
        }
    })
}

/// What a form has done. It takes the focus: a region that comes with its page is not announced, what has the focus is.
#[component]
pub fn Done(
    /// The message, if there is one.
    message: Option<&'static str>,
) -> impl IntoView {
    message.map(|message| {
        view! {
            <p class="refusal done" role="status" tabindex="-1" autofocus>
                {message}
            </p>
        }
    })
}

/// Told by the script (`in_place.js`) where the server did not answer.
#[component]
pub fn Unreachable() -> impl IntoView {
    view! {
        <p class="refusal" role="alert" hidden data-unreachable="">
            "The server cannot be reached, so nothing was changed. Please try again."
        </p>
    }
}
