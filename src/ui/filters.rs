//! The links to a list's three addresses: all of it, what is left, what is done.

use crate::core::filter::Filter;
use leptos::{ev::MouseEvent, prelude::*};

/// See the module. With a script a link changes what is shown, and the address, without leaving the page.
#[component]
pub fn Filters(
    /// The address of the list.
    path: String,
    /// The one that is looked at.
    current: Filter,
    /// Looks at another one, whose address this is.
    on_choose: impl Fn(Filter, &str) + Copy + Send + 'static,
) -> impl IntoView {
    let link = move |filter: Filter| {
        let href = format!("{path}{}", filter.suffix());
        let address = href.clone();
        let is_current = current == filter;
        let choose = move |event: MouseEvent| {
            // With one of these keys a link opens elsewhere, as everywhere.
            if !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key()) {
                event.prevent_default();
                on_choose(filter, &address);
            }
        };
        view! {
            <li>
                <a
                    href=href
                    class=if is_current { "selected" } else { "" }
                    aria-current=is_current.then_some("page")
                    on:click=choose
                >
                    {filter.name()}
                </a>
            </li>
        }
    };
    view! { <ul class="filters">{Filter::EACH.map(link).to_vec()}</ul> }
}
