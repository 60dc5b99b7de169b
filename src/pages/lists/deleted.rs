//! Lists that were deleted: the notice about one, and the section with all that can be restored.

use crate::{core::id::UserId, server::lists::Restorable, ui::whose::Whose};
use cookie::time::{OffsetDateTime, format_description::well_known::Rfc3339};
use leptos::prelude::*;

/// What was deleted just now, and how to take it back.
#[component]
pub fn Deleted(me: UserId, list: Restorable) -> impl IntoView {
    view! {
        <div class="notices" data-testid="notices" role="status" aria-live="polite">
            <div class="notice" data-testid="notice">
                <p id="deleted">"Deleted “" <bdi>{list.name}</bdi> "”."</p>
                <form method="post" action="/api/restore_list">
                    <Whose list=list.id user=me />
                    // A region that comes with its page is not announced; what has the focus is, with its description.
                    <button autofocus aria-describedby="deleted">
                        "Undo"
                    </button>
                </form>
                <a class="button quiet" href="/lists">
                    "Dismiss"
                </a>
            </div>
        </div>
    }
}

/// All that can be restored; nothing where there is nothing.
#[component]
pub fn DeletedLists(me: UserId, lists: Vec<Restorable>) -> impl IntoView {
    if lists.is_empty() {
        return ().into_any();
    }
    let rows = lists.into_iter().map(|list| {
        let (date, exact) = day(list.until);
        view! {
            <li>
                <span class="name" dir="auto">
                    {list.name.clone()}
                </span>
                <span class="meta">"can be restored until " <time datetime=exact>{date}</time></span>
                <form method="post" action="/api/restore_list">
                    <Whose list=list.id user=me />
                    <button aria-label=format!("Restore {}", list.name)>"Restore"</button>
                </form>
            </li>
        }
    });
    view! {
        <details class="deleted">
            <summary>"Deleted lists"</summary>
            <ul>{rows.collect_view()}</ul>
        </details>
    }
    .into_any()
}

const HALF_A_DAY: i64 = 12 * 60 * 60;

/// A day on which it is not over yet, wherever on earth the reader is, and the exact moment for programs.
fn day(until: i64) -> (String, Option<String>) {
    let seconds = until.div_euclid(1_000);
    let exact = OffsetDateTime::from_unix_timestamp(seconds);
    let Ok((date, exact)) = OffsetDateTime::from_unix_timestamp(seconds - HALF_A_DAY)
        .and_then(|date| Ok((date.date(), exact?)))
    else {
        return (String::new(), None);
    };
    let text = format!("{} {} {}", date.day(), date.month(), date.year());
    (text, exact.format(&Rfc3339).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_that_is_named_is_before_the_end_everywhere() {
        // 2026-03-01, 00:30 and 12:30 UTC: the first is still February in the west.
        let early = day(1_772_325_000_000);
        assert_eq!(early.0, "28 February 2026");
        assert_eq!(early.1.as_deref(), Some("2026-03-01T00:30:00Z"));
        assert_eq!(day(1_772_368_200_000).0, "1 March 2026");
    }
}
