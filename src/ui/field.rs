//! A labelled input, and the message of a form that was refused.

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
) -> impl IntoView {
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
            />
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
