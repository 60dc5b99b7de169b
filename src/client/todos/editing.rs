//! Editing a text in its place. What was typed is saved, given back with a reason, or dropped because the person said so.

use super::{CHANGED, State, Todos, comparing::Seen, notices::quoted};
use crate::core::{conflict::Base, engine::Engine, id::TodoId, op::Op, todo::check_title};
use leptos::prelude::*;

/// An edit under way.
pub(super) struct Editing {
    /// Of which todo.
    pub(super) id: TodoId,
    /// The text it began with.
    before: String,
    /// What that was based on: what came meanwhile, the person has not seen.
    base: Base,
    /// The conflict that it is to decide.
    kept: Option<u32>,
    /// Tells the row.
    row: ArcTrigger,
}

impl Todos {
    /// Begins to edit, unless something else is still being edited. Gives what is, then.
    pub fn edit(&self, id: TodoId) -> TodoId {
        if let Some(other) = self.with(|state| Some(state.editing.as_ref()?.id)) {
            return other;
        }
        self.with(|state| {
            let row = state.rows.iter().find(|row| row.id == id);
            let (Some(row), Some(todo)) = (row, state.engine.get(id)) else {
                return;
            };
            row.editing.notify();
            let conflict = state.engine.conflict(id);
            state.editing = Some(Editing {
                id,
                before: conflict.map_or(todo, |both| both.theirs).title.clone(),
                base: state.engine.based_on(id),
                kept: conflict.map(|both| both.kept.id),
                row: row.editing.clone(),
            });
            state.engine.edits(Some(id));
        });
        self.perform();
        id
    }

    /// Saves what was typed; an empty text deletes. Whether the edit is over: a bad text is told, and stays in its
    /// field.
    pub fn save(&self, id: TodoId, typed: &str) -> bool {
        let title = typed.trim();
        // It may be over already: a field that goes loses the focus, too.
        let is_this = |editing: &Editing| editing.id == id;
        let is_under_way = self.with(|state| state.editing.as_ref().is_some_and(is_this));
        if is_under_way && !title.is_empty() && !self.is_fit(title) {
            return false;
        }
        let Some(Editing {
            before, base, kept, ..
        }) = self.finish(id)
        else {
            return true;
        };
        // Meanwhile somebody else may have written what was not to be seen under the field.
        let now = |engine: &Engine| engine.get(id).is_some_and(|todo| todo.title == before);
        if title.is_empty() {
            match self.with(|state| now(&state.engine)) {
                true => self.delete(id),
                false => self.tell(CHANGED.to_owned()),
            }
            self.leave();
        } else if let Some(kept) = kept {
            let title = title.to_owned();
            self.with(|State { engine, told, .. }| {
                told.offer_undo(None);
                match title == before && now(engine) {
                    true => engine.give_way(kept),
                    false => engine.resolve(kept, id, title, base),
                }
            });
            self.leave();
        } else if title != before {
            let title = title.to_owned();
            self.dispatch(vec![Op::SetTitle { id, title, base }]);
        } else {
            self.leave();
        }
        true
    }

    /// Whether what is being written is to decide between two texts.
    pub fn is_merging(&self) -> bool {
        self.with(|state| state.editing.as_ref().is_some_and(|it| it.kept.is_some()))
    }

    /// Decides between two texts: for mine, or for theirs. Not if the row shows others, or others until just now.
    pub fn prefer(&self, id: TodoId, is_mine: bool) -> bool {
        let is_decided = self.with(
            |State {
                 engine, told, seen, ..
             }| {
                let Some(both) = engine.conflict(id) else {
                    return false;
                };
                let (kept, moment) = (both.kept.id, both.moment());
                let is_seen = |seen: &Seen| seen.moment == moment && !seen.is_new;
                if !seen.iter().any(is_seen) {
                    return false;
                }
                if is_mine {
                    told.offer_undo(None);
                    engine.retry(kept, id);
                } else {
                    told.offer_undo(Some(format!("{} was discarded.", quoted(both.mine))));
                    engine.give_way(kept);
                }
                true
            },
        );
        if is_decided {
            self.leave();
        }
        is_decided
    }

    /// Leaves the text as it was.
    pub fn cancel(&self, id: TodoId) {
        if self.finish(id).is_some() {
            self.leave();
        }
    }

    /// Without an edit the row may go from what is looked at, and so does what was said of the text.
    fn leave(&self) {
        let shared = self.shared();
        if shared.lock().arrange() {
            shared.order.notify();
        }
        self.refresh();
    }

    fn finish(&self, id: TodoId) -> Option<Editing> {
        self.with(|state| {
            let editing = state.editing.take_if(|editing| editing.id == id)?;
            state.told.settle_complaint();
            state.engine.edits(None);
            editing.row.notify();
            Some(editing)
        })
    }

    /// Gives the person what they typed into a todo that is gone.
    pub(super) fn rescue(&self) {
        let gone = self.with(|state| {
            let engine = &mut state.engine;
            let editing = &mut state.editing;
            let gone = editing.take_if(|editing| engine.get(editing.id).is_none())?;
            engine.edits(None);
            Some(gone)
        });
        let Some(Editing {
            id, before, base, ..
        }) = gone
        else {
            return;
        };
        let typed = typed();
        let title = typed.trim().to_owned();
        if title == before || title.is_empty() || check_title(&title).is_err() {
            self.tell(format!("The item that you edited was deleted. “{typed}”"));
        } else {
            // The server refuses it, and so it comes into the tray: nothing typed is lost, whatever happens to this page.
            let edit = Op::SetTitle { id, title, base };
            self.with(|state| state.engine.dispatch([edit]));
        }
    }
}

/// What stands in the field.
fn typed() -> String {
    #[cfg(feature = "hydrate")]
    {
        use leptos::wasm_bindgen::JsCast;
        let field = document().query_selector("input.edit").ok().flatten();
        let field = field.and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
        field.map(|field| field.value()).unwrap_or_default()
    }
    #[cfg(not(feature = "hydrate"))]
    String::new()
}
