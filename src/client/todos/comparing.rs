//! Two texts of one todo side by side: the server compares them, so that no page pays for that. Until it has, and where it
//! cannot, both are shown as they are.

use crate::{core::engine::Conflict, ui::conflict::Asked};

/// What a row asks.
pub(super) fn asked(both: &Conflict) -> Asked {
    let Some(compared) = both.compared() else {
        return Asked {
            who: who(None, None),
            theirs: vec![both.theirs.title.clone()],
            mine: vec![both.mine.to_owned()],
            merged: both.mine.to_owned(),
        };
    };
    Asked {
        who: who(compared.by.as_deref(), compared.at),
        theirs: compared.theirs.clone(),
        mine: compared.mine.clone(),
        merged: compared.merged.clone(),
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
        core::{compared::Compared, wire::write},
    };
    use js_sys::futures::spawn_local;
    use leptos::server_fn::ServerFn;

    impl Todos {
        /// Asks how the texts of a conflict compare, once for each text of theirs.
        pub(in crate::client::todos) fn compare(self) {
            let question = self.with(
                |State {
                     engine, compared, ..
                 }| {
                    let both = engine.to_compare()?;
                    let asked = (both.kept.id, both.theirs.title_version);
                    if compared.contains(&asked) || !engine.link().is_connected() || auth::is_gone()
                    {
                        return None;
                    }
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
                let Ok(answer) = answer else {
                    // It is asked again with the next thing that there is to show; to show nothing would be to ask at once.
                    return self.with(|state| state.compared.retain(|known| *known != asked));
                };
                self.with(|state| state.engine.compared(asked.0, answer));
                self.refresh();
            });
        }
    }
}
