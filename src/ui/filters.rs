//! The links to a list's three addresses: all of it, what is left, what is done.

use crate::core::filter::Filter;
use leptos::prelude::*;

/// See the module. With a script a link changes what is shown, and the address, without leaving the page: see
/// [`super::gestures`].
#[component]
pub fn Filters(
    /// The address of the list.
    path: String,
    /// The one that is looked at.
    current: Filter,
) -> impl IntoView {
    let link = move |filter: Filter| {
        let is_current = current == filter;
        view! {
            <li>
                <a
                    href=format!("{path}{}", filter.suffix())
                    class=if is_current { "selected" } else { "" }
                    aria-current=is_current.then_some("page")
                >
                    {filter.name()}
                </a>
            </li>
        }
    };
    view! { <ul class="filters">{Filter::EACH.map(link).to_vec()}</ul> }
}
