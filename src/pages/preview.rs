//! What a page that everybody may see says to others than people: search engines, and who shows a link to it.

use crate::server::visit::Visit;
use leptos::prelude::*;
use leptos_meta::{Link, Meta};

/// How a link to the page looks where it is pasted, and the one address it goes by.
#[component]
pub fn Preview(
    visit: Visit,
    /// Without a query.
    path: &'static str,
) -> impl IntoView {
    // Such addresses have to be whole. The path is one of ours, so it fits on any base.
    let base = &visit.state.config.server.public_url;
    let whole = |path: &str| {
        base.join(path)
            .map_or_else(|_| path.to_owned(), String::from)
    };
    view! {
        <Link rel="canonical" href=whole(path) />
        <Meta property="og:type" content="website" />
        <Meta property="og:site_name" content="Lockstep" />
        <Meta property="og:title" content="One list, everywhere in step" />
        <Meta
            property="og:description"
            content="A shared to-do list for your tabs, your devices and your people."
        />
        <Meta property="og:url" content=whole(path) />
        <Meta property="og:image" content=whole("/social.png") />
        <Meta property="og:image:width" content="1200" />
        <Meta property="og:image:height" content="630" />
        <Meta property="og:image:alt" content="Lockstep: the same list on a laptop and on a phone" />
        <Meta name="twitter:card" content="summary_large_image" />
    }
}
