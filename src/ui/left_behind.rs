//! What a person wrote into a list that is not there for them any more.

use leptos::{nonce::use_nonce, prelude::*};

/// Shows it here, if the browser keeps anything. See the file.
#[component]
pub fn LeftBehind() -> impl IntoView {
    const SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/left_behind.js"));
    view! { <script nonce=use_nonce()>{SCRIPT}</script> }
}
