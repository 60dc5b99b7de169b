//! What is done on a list's sheet, heard there: one listener for all of it. Ten thousand rows listen to nothing, and what
//! stands beside them need not be taken over by the browser at all. Not here: what comes of it.

use super::{notices::Act, review::Fate};
use crate::core::{filter::Filter, id::TodoId, undo::Way};
use leptos::{
    ev::{Event, KeyboardEvent, MouseEvent},
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
    /// Decides between two texts: for mine, or for theirs.
    Keep(Whose),
}

/// One of two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// My own.
    Mine,
    /// Somebody else's.
    Theirs,
}

/// Something that a person does on a list's sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Does something with a todo.
    Row(TodoId, Gesture),
    /// Chooses from the menu of a todo that is open.
    Choose(Gesture),
    /// Wants the new item that stands in this field.
    Add(HtmlInputElement),
    /// Ticks all, or unticks all.
    All(bool),
    /// Deletes what is completed.
    Clear,
    /// Looks at these, whose address this is.
    Show(Filter, String),
    /// Went back or forth in the browser's history.
    Travel,
    /// Does what the notice at this place offers.
    Notice(usize, Act),
    /// Decides over this entry of the tray.
    Review(u32, Fate),
    /// Takes something back, or does it again.
    Undo(Way),
    /// Looks into the sync inspector: by a key, which does not open it, or by the button, which does.
    Inspect(By),
}

/// How something was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// With a key.
    Key,
    /// With a button.
    Button,
}

/// Hears what is done on a list's sheet, and the keys that count anywhere on the page.
pub fn listen(sheet: &Element, act: impl Fn(Deed) + 'static) {
    let hear = move |event: Event| {
        if let Some(deed) = heard(&event) {
            act(deed);
        }
    };
    let listener = Closure::<dyn Fn(Event)>::new(hear).into_js_value();
    let listener = listener.unchecked_ref();
    for kind in ["change", "click", "dblclick", "focusout", "submit"] {
        // A name and a function: there is nothing to refuse.
        let _ = sheet.add_event_listener_with_callback(kind, listener);
    }
    for kind in ["keydown", "popstate"] {
        let _ = window().add_event_listener_with_callback(kind, listener);
    }
}

fn heard(event: &Event) -> Option<Deed> {
    let kind = event.type_();
    if kind == "popstate" {
        return Some(Deed::Travel);
    }
    let target: Element = event.target()?.dyn_into().ok()?;
    if let Some(row) = target.closest("li[data-id]").ok()?
        && let Some(gesture) = in_row(&kind, event, &target)
    {
        return Some(Deed::Row(
            row.get_attribute("data-id")?.parse().ok()?,
            gesture,
        ));
    }
    let button = target.closest("button, a").ok()?;
    match (kind.as_str(), button) {
        ("submit", _) => {
            event.prevent_default();
            let field = target.query_selector("input.new-todo").ok()??;
            Some(Deed::Add(field.dyn_into().ok()?))
        }
        ("change", _) => {
            let input = target.dyn_ref::<HtmlInputElement>()?;
            (input.class_name().starts_with("toggle-all")).then(|| Deed::All(input.checked()))
        }
        ("click", Some(button)) => pressed_beside(event, &button),
        ("keydown", _) => on_page(event.unchecked_ref(), &target),
        _ => None,
    }
}

/// In a row.
fn in_row(kind: &str, event: &Event, target: &Element) -> Option<Gesture> {
    match kind {
        "change" => changed(target),
        "click" => clicked(event, target),
        "dblclick" => target.closest("label").ok()?.map(|_| Gesture::Edit),
        "keydown" => pressed(event.unchecked_ref(), target),
        // A field that loses the focus.
        "focusout" => edit_field(target).map(|field| Gesture::Save(field.value(), false)),
        _ => None,
    }
}

/// Which notice, or which entry of the tray, a button is in.
fn number_of(button: &Element, selector: &str, name: &str) -> Option<u32> {
    let place = button.closest(selector).ok()??;
    place.get_attribute(name)?.parse().ok()
}

/// A button or a link that belongs to no row.
fn pressed_beside(event: &Event, button: &Element) -> Option<Deed> {
    let classes = button.class_list();
    let choice = button.get_attribute("data-choice");
    let click: &MouseEvent = event.unchecked_ref();
    // The second press of a double one meant what is no longer there.
    if click.detail() > 1 && button.closest("[data-notice],[data-kept]").ok()?.is_some() {
        return None;
    }
    if let Some(place) = number_of(button, "[data-notice]", "data-notice") {
        let name = button.get_attribute("data-act")?;
        let mut acts = Act::ALL.into_iter();
        let act = acts.find(|act| act.name() == name)?;
        return Some(Deed::Notice(place as usize, act));
    }
    if let Some(kept) = number_of(button, "[data-kept]", "data-kept") {
        let fate = match choice?.as_str() {
            "again" => Fate::Again,
            "back" => Fate::BroughtBack,
            _ => Fate::Dropped,
        };
        return Some(Deed::Review(kept, fate));
    }
    if classes.contains("clear-completed") {
        Some(Deed::Clear)
    } else if classes.contains("inspect") {
        Some(Deed::Inspect(By::Button))
    } else if let Some(choice) = choice {
        Some(Deed::Choose(match choice.as_str() {
            "edit" => Gesture::Edit,
            _ => Gesture::Delete,
        }))
    } else {
        button.closest(".filters").ok()??;
        // With one of these keys a link opens elsewhere, as everywhere.
        if click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key() {
            return None;
        }
        event.prevent_default();
        let address = button.get_attribute("href")?;
        Some(Deed::Show(Filter::of_path(&address), address))
    }
}

/// A box that changes.
fn changed(target: &Element) -> Option<Gesture> {
    let input = target.dyn_ref::<HtmlInputElement>()?;
    (input.class_name() == "toggle").then(|| Gesture::Complete(input.checked()))
}

/// A button that is pressed. One that would send a form without a script does not.
fn clicked(event: &Event, target: &Element) -> Option<Gesture> {
    let button = target.closest("button").ok()??;
    if let Some(choice) = button.get_attribute("data-choice") {
        return chosen(&choice, &button);
    }
    let classes = button.class_list();
    if classes.contains("destroy") {
        event.prevent_default();
        Some(Gesture::Delete)
    } else {
        classes.contains("menu").then_some(Gesture::Menu)
    }
}

/// A choice between two texts of a todo, or how a third one ends.
fn chosen(choice: &str, button: &Element) -> Option<Gesture> {
    Some(match choice {
        "mine" => Gesture::Keep(Whose::Mine),
        "theirs" => Gesture::Keep(Whose::Theirs),
        "edit" => Gesture::Edit,
        "cancel" => Gesture::Cancel,
        _ => {
            let row = button.closest("li").ok()??;
            let field = edit_field(&row.query_selector("input.edit").ok()??)?;
            Gesture::Save(field.value(), true)
        }
    })
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

/// A key pressed anywhere on the page. Inside a text field the browser's own keys stay its own.
fn on_page(event: &KeyboardEvent, target: &Element) -> Option<Deed> {
    if !(event.ctrl_key() || event.meta_key()) || event.alt_key() {
        return None;
    }
    let field = target.dyn_ref::<HtmlInputElement>();
    let is_text = field.is_some_and(|field| field.type_() == "text");
    let deed = match (event.key().as_str(), event.shift_key()) {
        (".", _) => Deed::Inspect(By::Key),
        ("z", false) if !is_text => Deed::Undo(Way::Back),
        ("Z" | "z", true) | ("y", false) if !is_text => Deed::Undo(Way::Forth),
        _ => return None,
    };
    event.prevent_default();
    Some(deed)
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
    request_animation_frame(move || {
        focus(row_of(id).and_then(|row| row.query_selector(".toggle").ok()?));
        keep_focus();
    });
}

/// What had the focus may have gone, and the keyboard would begin at the top: the next thing to do gets it.
pub fn keep_focus() {
    const NEXT: &str = "[data-notice] button,[data-kept] button,.toggle,.filters a";
    request_animation_frame(|| {
        if document().active_element() == document().body().map(Into::into) {
            focus(document().query_selector(NEXT).ok().flatten());
        }
    });
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
