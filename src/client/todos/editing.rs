//! Editing a text in its place. What was typed is saved, given back with a reason, or dropped because the person said so.

use super::{Row, Todos};
use crate::core::{conflict::Base, id::TodoId, op::Op};
use leptos::prelude::*;

/// An edit under way.
pub(super) struct Editing {
    /// Of which todo.
    pub(super) id: TodoId,
    /// The text it began with.
    before: String,
    /// What that was based on: what came meanwhile, the person has not seen.
    base: Base,
    row: Row,
}

impl Todos {
    /// Begins to edit.
    pub fn edit(&self, id: TodoId) {
        let row = self
            .rows
            .with_untracked(|rows| rows.iter().find(|row| row.id == id).cloned());
        let Some(row) = row else { return };
        let before = row.shown.with_untracked(|shown| shown.title.clone());
        let editing = row.editing.clone();
        self.state.update_value(|state| {
            let base = state.engine.based_on(id);
            state.editing = Some(Editing {
                id,
                before,
                base,
                row,
            });
        });
        editing.set(true);
    }

    /// Saves what was typed; an empty text deletes. Whether the edit is over: a bad text is told, and stays in its
    /// field.
    pub fn save(&self, id: TodoId, typed: &str) -> bool {
        let title = typed.trim();
        // It may be over already: a field that goes loses the focus, too.
        let is_under_way = self.state.with_value(|state| {
            state
                .editing
                .as_ref()
                .is_some_and(|editing| editing.id == id)
        });
        if is_under_way && !title.is_empty() && !self.is_fit(title) {
            return false;
        }
        let Some(Editing { before, base, .. }) = self.finish(id) else {
            return true;
        };
        if title.is_empty() {
            self.delete(id);
        } else if title != before {
            let title = title.to_owned();
            self.dispatch([Op::SetTitle { id, title, base }]);
        } else {
            self.leave();
        }
        true
    }

    /// Leaves the text as it was.
    pub fn cancel(&self, id: TodoId) {
        if self.finish(id).is_some() {
            self.leave();
        }
    }

    /// Without an edit: the row may go from what is looked at, and so may what was said of the text.
    fn leave(&self) {
        self.arrange();
        self.refresh();
    }

    fn finish(&self, id: TodoId) -> Option<Editing> {
        let editing = self.state.try_update_value(|state| {
            let is_this = |editing: &mut Editing| editing.id == id;
            state.editing.take_if(is_this)
        });
        let editing = editing.flatten()?;
        self.settle_complaint();
        editing.row.editing.set(false);
        Some(editing)
    }

    /// Gives the person what they typed into a todo that is gone.
    pub(super) fn rescue(&self) {
        let gone = self.state.try_update_value(|state| {
            let engine = &state.engine;
            let is_gone = |editing: &mut Editing| engine.get(editing.id).is_none();
            state.editing.take_if(is_gone)
        });
        if gone.flatten().is_some() {
            let typed = typed();
            self.tell(format!("The item that you edited was deleted. “{typed}”"));
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
