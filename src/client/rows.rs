//! The todos that the page shows when the browser takes it over, read back from its rows.

use crate::core::{id::ListId, todo::Todo};

/// What the server renders, handed from the page to its island.
#[derive(Clone)]
pub struct Rendered(pub Vec<Todo>);

/// The todos of the page being rendered.
#[cfg(feature = "ssr")]
pub fn initial(_list: ListId) -> Vec<Todo> {
    leptos::prelude::use_context::<Rendered>().map(|rendered| rendered.0).unwrap_or_default()
}

/// The todos of the page being taken over. A row that cannot be read is left out, and the next pull brings it.
#[cfg(feature = "hydrate")]
pub fn initial(list: ListId) -> Vec<Todo> {
    let rows = leptos::prelude::document().query_selector_all("ul.todo-list > li");
    let Ok(rows) = rows else { return Vec::new() };
    let nodes = (0..rows.length()).filter_map(|n| rows.item(n));
    nodes.filter_map(|node| hydrate::todo(list, node)).collect()
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use crate::core::{
        id::{ListId, Seq},
        order::Position,
        todo::Todo,
    };
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Node};

    /// One row; see [`crate::ui::todo_row::stamp`]. Whether it is completed is read from the class rather than
    /// from the box, which the person may have ticked already.
    pub(super) fn todo(list: ListId, row: Node) -> Option<Todo> {
        let row: Element = row.dyn_into().ok()?;
        let stamp = row.get_attribute("data-stamp")?;
        let mut stamp = stamp.split(' ');
        Some(Todo {
            id: row.get_attribute("data-id")?.parse().ok()?,
            list,
            title: row.query_selector("label").ok()??.text_content()?,
            completed: row.class_list().contains("completed"),
            position: Position::parse(stamp.next()?).ok()?,
            version: Seq(stamp.next()?.parse().ok()?),
            title_version: Seq(stamp.next()?.parse().ok()?),
            created_at: stamp.next()?.parse().ok()?,
            updated_at: stamp.next()?.parse().ok()?,
        })
    }
}
