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
        format!("link: {:?}", engine.link().connection()),
        "\nqueue:".to_owned(),
    ];
    lines.extend(engine.pending().entries().map(queued));
    lines.push("\nlatest first:".to_owned());
    let trace = engine.trace().lines().rev();
    lines.extend(trace.map(|(what, number)| format!("{number} {}", what.name())));
    lines.join("\n")
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

/// See the module. `report`: nothing while it is closed.
#[component]
pub fn Inspector(
    /// What there is to see; called again whenever that changes.
    report: impl Fn() -> String + Send + 'static,
) -> impl IntoView {
    view! {
        <dialog id=INSPECTOR class="inspector" data-testid="inspector" popover="auto" aria-labelledby="inspecting">
            <h2 id="inspecting">"Sync inspector"</h2>
            <Faults />
            // It scrolls, so the keyboard must get there.
            <pre tabindex="0">{report}</pre>
            <button type="button" popovertarget=INSPECTOR popovertargetaction="hide">
                "Close"
            </button>
        </dialog>
    }
}

/// In a debug build: what is to go wrong, so that anyone can watch a rollback.
#[component]
fn Faults() -> impl IntoView {
    #[cfg(debug_assertions)]
    {
        use crate::client::faults::Fault;
        let button = |fault: Fault| {
            let name = format!("{fault:?}");
            view! {
                <button type="button" on:click=move |_| fault.inject()>
                    {name}
                </button>
            }
        };
        view! { <p>"From now on: " {Fault::EACH.map(button).to_vec()}</p> }
    }
}
