//! The sync inspector: what the page has, what waits, and what went by, for whoever wants to watch.

use crate::core::{engine::Engine, pending::Entry, wire::type_of};
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

/// The id of the dialog, for who opens it.
pub const INSPECTOR: &str = "inspector";

/// What there is to see.
pub fn report(engine: &Engine) -> String {
    let base = engine.base();
    let mut lines = vec![
        format!(
            "confirmed: seq {}, {} items",
            base.seq.0,
            base.todos().len()
        ),
        format!("history: {}", base.epoch),
        format!("client: {}", engine.client()),
        format!("link: {}", engine.link().connection().name()),
        "\nqueue:".to_owned(),
    ];
    lines.extend(engine.pending().entries().map(queued));
    lines.push("\nlatest first:".to_owned());
    let trace = engine.trace().lines().rev();
    lines.extend(trace.map(|(what, number)| format!("{number} {}", what.name())));
    lines
        .iter()
        .fold(String::new(), |report, line| report + line + "\n")
}

fn queued(entry: &Entry) -> String {
    let state = match (entry.applied, entry.given_up, entry.sent) {
        (Some(_), ..) => "applied",
        (_, true, _) => "given up",
        (.., true) => "sent",
        _ => "waits",
    };
    format!("{} {} {state}", entry.mid.0, type_of(&entry.op))
}

/// Opens it, or closes it.
pub fn toggle() {
    let dialog = document().get_element_by_id(INSPECTOR);
    let dialog = dialog.and_then(|dialog| dialog.dyn_into::<HtmlElement>().ok());
    if let Some(dialog) = dialog {
        // A browser without popovers shows none.
        let _ = dialog.toggle_popover();
    }
}

/// Writes what there is to see into it.
pub fn write(report: &str) {
    let lines = document().query_selector("#inspector pre").ok().flatten();
    if let Some(lines) = lines {
        lines.set_text_content(Some(report));
    }
}

/// See the module. Its button hides and shows it without a script of ours.
#[cfg(feature = "ssr")]
#[component]
pub fn Inspector() -> impl IntoView {
    view! {
        <dialog id=INSPECTOR class="inspector" data-testid="inspector" popover="auto" aria-labelledby="inspecting">
            <h2 id="inspecting">"Sync inspector"</h2>
            // It scrolls, so the keyboard must get there.
            <pre tabindex="0"></pre>
            {cfg!(debug_assertions).then(|| view! { <Faults /> })}
            <button type="button" popovertarget=INSPECTOR popovertargetaction="hide">
                "Close"
            </button>
        </dialog>
    }
}

/// In a debug build: what is to go wrong with each request, so that anyone can watch a rollback.
#[cfg(feature = "ssr")]
#[component]
fn Faults() -> impl IntoView {
    let faults = ["none", "delay", "fail", "drop", "offline"];
    let button =
        |fault: &'static str| view! { <button type="button" data-fault=fault>{fault}</button> };
    view! { <p>"Each request from now on: " {faults.map(button).to_vec()}</p> }
}
