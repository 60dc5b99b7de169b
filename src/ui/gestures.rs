//! What is done in a list's rows, heard at the list: one listener for all rows. Not here: what comes of it.

use crate::core::{id::TodoId, undo::Way};
use leptos::{
    ev::{Event, KeyboardEvent},
    prelude::*,
    wasm_bindgen::{JsCast, closure::Closure},
    web_sys::{Element, HtmlElement, HtmlInputElement},
};

/// Something that a person does with one todo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gesture {
    /// Ticks or unticks it.
    Complete(bool),
    /// Deletes it.
    Delete,
    /// Opens its menu.
    Menu,
    /// Begins to edit its text.
    Edit,
    /// Saves what stands in the field. `true`: by the keyboard, and goes on from there.
    Save(String, bool),
    /// Leaves its text as it was.
    Cancel,
}

/// Hears what is done in a list's rows.
pub fn listen(list: &Element, act: impl Fn(TodoId, Gesture) + 'static) {
    let hear = move |event: Event| {
        if let Some((id, gesture)) = heard(&event) {
            act(id, gesture);
        }
    };
    let listener = Closure::<dyn Fn(Event)>::new(hear).into_js_value();
    for kind in ["change", "click", "dblclick", "keydown", "focusout"] {
        // A name and a function: there is nothing to refuse.
        let _ = list.add_event_listener_with_callback(kind, listener.unchecked_ref());
    }
}

fn heard(event: &Event) -> Option<(TodoId, Gesture)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let gesture = match event.type_().as_str() {
        "change" => changed(&target),
        "click" => clicked(event, &target),
        "dblclick" => target.closest("label").ok()?.map(|_| Gesture::Edit),
        "keydown" => pressed(event.unchecked_ref(), &target),
        // A field that loses the focus.
        _ => edit_field(&target).map(|field| Gesture::Save(field.value(), false)),
    };
    let row = target.closest("li[data-id]").ok()??;
    Some((row.get_attribute("data-id")?.parse().ok()?, gesture?))
}

/// A box that changes.
fn changed(target: &Element) -> Option<Gesture> {
    let input = target.dyn_ref::<HtmlInputElement>()?;
    (input.class_name() == "toggle").then(|| Gesture::Complete(input.checked()))
}

/// A button that is pressed. One that would send a form without a script does not.
fn clicked(event: &Event, target: &Element) -> Option<Gesture> {
    let classes = target.closest("button").ok()??.class_list();
    if classes.contains("destroy") {
        event.prevent_default();
        Some(Gesture::Delete)
    } else {
        classes.contains("menu").then_some(Gesture::Menu)
    }
}

/// A key: F2 anywhere in a row, Enter and Escape in the field.
fn pressed(event: &KeyboardEvent, target: &Element) -> Option<Gesture> {
    let gesture = match (event.key().as_str(), edit_field(target)) {
        // Enter ends the choice of a character, too, while one is being composed.
        ("Enter", Some(field)) if !event.is_composing() => Gesture::Save(field.value(), true),
        ("Escape", Some(_)) if !event.is_composing() => Gesture::Cancel,
        ("F2", None) => Gesture::Edit,
        _ => return None,
    };
    event.prevent_default();
    Some(gesture)
}

/// What keys do wherever they are pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnPage {
    /// Takes something back, or does it again.
    Undo(Way),
    /// Opens or closes the sync inspector.
    Inspect,
}

/// A key pressed anywhere on the page. Inside a text field the browser's own keys stay its own.
pub fn on_page(event: &Event) -> Option<OnPage> {
    let event: &KeyboardEvent = event.dyn_ref()?;
    if !(event.ctrl_key() || event.meta_key()) || event.alt_key() {
        return None;
    }
    let target = event.target()?;
    let field = target.dyn_ref::<HtmlInputElement>();
    let is_text = field.is_some_and(|field| field.type_() == "text");
    match (event.key().as_str(), event.shift_key()) {
        (".", _) => Some(OnPage::Inspect),
        ("z", false) if !is_text => Some(OnPage::Undo(Way::Back)),
        ("Z" | "z", true) | ("y", false) if !is_text => Some(OnPage::Undo(Way::Forth)),
        _ => None,
    }
}

fn edit_field(element: &Element) -> Option<HtmlInputElement> {
    let field = element.dyn_ref::<HtmlInputElement>()?;
    (field.class_name() == "edit").then(|| field.clone())
}

fn row_of(id: TodoId) -> Option<Element> {
    let selector = format!("li[data-id='{id}']");
    document().query_selector(&selector).ok()?
}

/// Gives the focus to the field in which a todo's text is edited, with the caret at its end; once it is there, before any
/// other key is heard.
pub fn focus_field(id: TodoId) {
    queue_microtask(move || {
        let field = row_of(id).and_then(|row| row.query_selector("input.edit").ok()?);
        let field: Option<HtmlInputElement> = field.and_then(|field| field.dyn_into().ok());
        if let Some(field) = field {
            let end = u32::try_from(field.value().encode_utf16().count()).unwrap_or(u32::MAX);
            // What cannot have the focus, or a caret, keeps the page as it is.
            let _ = field.focus();
            let _ = field.set_selection_range(end, end);
        }
    });
}

/// Gives the focus to the todo's box, from which the keyboard goes on; once the box shows again.
pub fn focus_row(id: TodoId) {
    let give = move || focus(row_of(id).and_then(|row| row.query_selector(".toggle").ok()?));
    request_animation_frame(give);
}

/// A row that is deleted would take the focus with it: the next row's button gets it, else the one before, else the
/// field for a new item. So somebody with a keyboard goes on where they were.
pub fn hand_focus_on(id: TodoId) {
    let heir = || {
        let row = row_of(id)?;
        // Somebody who is elsewhere by now stays there: this may be an early click, replayed.
        document()
            .active_element()
            .filter(|focused| row.contains(Some(focused)))?;
        let neighbour = row
            .next_element_sibling()
            .or_else(|| row.previous_element_sibling());
        match neighbour {
            Some(row) => row.query_selector("button.destroy").ok()?,
            None => document().query_selector("input.new-todo").ok()?,
        }
    };
    focus(heir());
}

fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // What cannot have the focus keeps the page as it is.
        let _ = element.focus();
    }
}
