//! Two texts of one todo side by side: the server compares them, so that no page pays for that. Until it has, and where it
//! cannot, both are shown as they are.

use crate::{
    core::{
        engine::Conflict,
        id::{Seq, TodoId},
    },
    ui::conflict::Asked,
};
use leptos::prelude::{ArcTrigger, Notify, set_timeout};
use std::time::Duration;

/// What a row asks. `is_new`: theirs has just changed.
pub(super) fn asked(both: &Conflict, is_new: bool) -> Asked {
    let Some(compared) = both.compared() else {
        return Asked {
            who: who(None, None),
            theirs: vec![both.theirs.title.clone()],
            mine: vec![both.mine.to_owned()],
            merged: both.mine.to_owned(),
            is_new,
        };
    };
    Asked {
        who: who(compared.by.as_deref(), compared.at),
        theirs: compared.theirs.clone(),
        mine: compared.mine.clone(),
        merged: compared.merged.clone(),
        is_new,
    }
}

/// How long nothing is decided after theirs has changed: longer than it takes to press what one was about to press.
const LOOK: Duration = Duration::from_millis(500);

/// What a row asks about, as its person sees it.
pub(super) struct Seen {
    id: TodoId,
    /// Which question, and which text of theirs.
    pub(super) moment: (u32, Seq),
    /// Whether it was something else until just now.
    pub(super) is_new: bool,
}

impl super::Todos {
    /// Whether what this row asks about has just changed under its person's eyes.
    pub(super) fn has_changed(
        self,
        seen: &mut Vec<Seen>,
        (id, row): (TodoId, &ArcTrigger),
        moment: (u32, Seq),
    ) -> bool {
        let Some(known) = seen.iter_mut().find(|seen| seen.id == id) else {
            let is_new = false;
            seen.push(Seen { id, moment, is_new });
            return is_new;
        };
        if known.moment != moment {
            let is_new = true;
            *known = Seen { id, moment, is_new };
            let row = row.clone();
            let look = move || {
                self.with(|state| {
                    let of = state.seen.iter_mut().filter(|seen| seen.moment == moment);
                    of.for_each(|seen| seen.is_new = false);
                });
                row.notify();
            };
            set_timeout(look, LOOK);
        }
        known.is_new
    }
}

/// Who wrote theirs, and when.
fn who(by: Option<&str>, at: Option<i64>) -> String {
    let by = by.unwrap_or("Somebody else");
    let at = at.map(when).unwrap_or_default();
    format!("{by} changed this text at the same time as you{at}.")
}

#[cfg(feature = "ssr")]
fn when(_: i64) -> String {
    String::new()
}

#[cfg(feature = "ssr")]
impl super::Todos {
    pub(super) fn compare(self) {}
}

/// A time of the server's, in the reader's own zone and manner.
#[cfg(feature = "hydrate")]
#[allow(clippy::cast_precision_loss)]
fn when(at: i64) -> String {
    let date = js_sys::Date::new(&(at as f64).into());
    // Without seconds. JSON of ours can be parsed.
    let style = js_sys::JSON::parse(r#"{"dateStyle":"medium","timeStyle":"short"}"#);
    let style = style.unwrap_or_default();
    format!(
        ", on {}",
        String::from(date.to_locale_string("default", &style))
    )
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use crate::{
        api::compare::Compare,
        client::{
            auth,
            http::post,
            todos::{State, Todos},
        },
        core::{compared::Compared, link::Failure, wire::write},
    };
    use js_sys::futures::spawn_local;
    use leptos::{prelude::set_timeout, server_fn::ServerFn};
    use std::time::Duration;

    /// When the server is asked again that had no answer, and did not say when.
    const AGAIN: Duration = Duration::from_secs(10);

    impl Todos {
        /// Asks how the texts of a conflict compare, once for each text of theirs.
        pub(in crate::client::todos) fn compare(self) {
            let question = self.with(
                |State {
                     engine, compared, ..
                 }| {
                    let both = engine.to_compare(|moment| compared.contains(&moment))?;
                    if !engine.link().is_connected() || auth::is_gone() {
                        return None;
                    }
                    let asked = both.moment();
                    let (user, list, id) = (engine.user(), engine.list(), both.theirs.id);
                    let body = write::compare(user, list, id, both.mine, both.kept.was.as_deref());
                    compared.push(asked);
                    Some((asked, body))
                },
            );
            let Some((asked, body)) = question else {
                return;
            };
            spawn_local(async move {
                let answer = post::<Compared>(<Compare as ServerFn>::PATH, body).await;
                match answer {
                    Ok(answer) => {
                        self.with(|state| state.engine.compared(asked.0, answer));
                        self.refresh();
                    }
                    Err(failure) => {
                        let again = move || {
                            self.with(|state| state.compared.retain(|known| *known != asked));
                            self.refresh();
                        };
                        let pause = match failure {
                            Failure::Busy(seconds) => Duration::from_secs(seconds.into()),
                            _ => AGAIN,
                        };
                        set_timeout(again, pause);
                    }
                }
            });
        }
    }
}
