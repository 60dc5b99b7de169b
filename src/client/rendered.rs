//! What the server rendered into the list page, read back from it when the browser takes it over.
//!
//! From the page itself rather than from an island's properties: those would put the list into the HTML twice
//! and a JSON decoder into the WebAssembly.

use crate::core::{
    filter::Filter,
    id::{ListId, UserId},
    replica::Replica,
};

/// A list as its page shows it.
#[derive(Clone)]
pub struct Rendered {
    /// The list.
    pub list: ListId,
    /// Who looks at it.
    pub user: UserId,
    /// Whether they may change it.
    pub editable: bool,
    /// Which of its todos they look at. All are in the page.
    pub filter: Filter,
    /// What is in it.
    pub base: Replica,
    /// What was typed into a form that was refused. Only the server needs it: it is in the page's field.
    pub draft: Option<String>,
}

/// The page being rendered.
#[cfg(feature = "ssr")]
pub fn rendered() -> Option<Rendered> {
    leptos::prelude::use_context()
}

/// The page being taken over. `None` if it is not one of ours: then it stays a page of plain forms.
#[cfg(feature = "hydrate")]
pub fn rendered() -> Option<Rendered> {
    use crate::core::id::Seq;
    use hydrate::{attribute, todo};

    let document = leptos::prelude::document();
    let page = document.query_selector("[data-list]").ok()??;
    let list = attribute(&page, "data-list")?;
    let rows = page.query_selector_all("ul.todo-list > li").ok()?;
    let nodes = (0..rows.length()).filter_map(|n| rows.item(n));
    let todos = nodes.map(|node| todo(list, node)).collect::<Option<_>>()?;
    Some(Rendered {
        list,
        user: attribute(&page, "data-user")?,
        editable: attribute(&page, "data-editable")?,
        // Not by the address: a copy of the whole list may stand for it there (`service_worker.js`).
        filter: Filter::of_path(&attribute::<String>(&page, "data-filter")?),
        base: Replica::new(
            attribute(&page, "data-epoch")?,
            Seq(attribute(&page, "data-seq")?),
            todos,
        ),
        draft: None,
    })
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use crate::core::{
        id::{ListId, Seq},
        order::Position,
        todo::Todo,
    };
    use std::str::FromStr;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Node};

    pub(super) fn attribute<T: FromStr>(element: &Element, name: &str) -> Option<T> {
        element.get_attribute(name)?.parse().ok()
    }

    /// One row; see [`crate::ui::todo_row::stamp`]. Whether it is completed is read from the class rather than
    /// from the box, which the person may have ticked already.
    pub(super) fn todo(list: ListId, row: Node) -> Option<Todo> {
        let row: Element = row.dyn_into().ok()?;
        let stamp: String = attribute(&row, "data-stamp")?;
        let mut stamp = stamp.split(' ');
        Some(Todo {
            id: attribute(&row, "data-id")?,
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
