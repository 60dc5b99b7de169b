//! Lockstep, a shared to-do list that stays in step. One crate, two builds: `ssr` is the server, `hydrate` the
//! WebAssembly in the browser. Without a feature it is [`core`] alone, which proves that `core` needs neither.

// The type of a list's page says all that stands in it: a row, what it asks, and the words that are marked there.
#![recursion_limit = "256"]

pub mod core;

#[cfg(any(feature = "ssr", feature = "hydrate"))]
#[allow(missing_docs)] // #[server] makes an undocumented field of each argument
pub mod api;
#[cfg(feature = "ssr")]
#[allow(missing_docs)] // #[component] makes undocumented items of its own
pub mod app;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub mod client;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub mod error;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
#[allow(missing_docs)] // #[island] makes undocumented items of its own
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
#[allow(missing_docs)]
pub mod ui;

/// Called once by the loader of every page, before it hydrates the islands, if there are any.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    // In a release a panic has no message (scripts/path/cargo).
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    client::auth::start();
    client::tabs::start();
    leptos::mount::hydrate_islands();
}
