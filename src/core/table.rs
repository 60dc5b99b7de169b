//! Todos by id: found, put and taken out in the same time however many there are. Not here: their order on the page (`view`).

use super::{
    id::{TodoId, TodoIds},
    todo::Todo,
};

/// Todos, each id once. (A hash map costs the WebAssembly four kilobytes more.)
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// In no order that means anything.
    todos: Vec<Todo>,
    /// Where each is, by its id.
    places: TodoIds,
}

impl Table {
    /// These; of several with one id, one.
    pub fn new(mut todos: Vec<Todo>) -> Self {
        let ids: Vec<_> = todos.iter().map(|todo| todo.id).collect();
        let places = TodoIds::new(&ids);
        if places.len() != todos.len() {
            let mut once = Self::default();
            todos.drain(..).for_each(|todo| once.put(todo));
            return once;
        }
        Self { todos, places }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.todos.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.todos.is_empty()
    }

    /// All, in no order that means anything.
    pub fn iter(&self) -> std::slice::Iter<'_, Todo> {
        self.todos.iter()
    }

    /// The one with this id.
    pub fn get(&self, id: TodoId) -> Option<&Todo> {
        self.todos.get(self.places.place(id)?)
    }

    /// The one with this id, to be changed. Its id stays.
    pub fn get_mut(&mut self, id: TodoId) -> Option<&mut Todo> {
        self.todos.get_mut(self.places.place(id)?)
    }

    /// Puts one in the place of the one with its id, if there is one.
    pub fn put(&mut self, todo: Todo) {
        match self.get_mut(todo.id) {
            Some(old) => *old = todo,
            None => {
                self.places.insert(todo.id, self.todos.len());
                self.todos.push(todo);
            }
        }
    }

    /// Takes one out.
    pub fn remove(&mut self, id: TodoId) -> Option<Todo> {
        let place = self.places.remove(id)?;
        let todo = self.todos.swap_remove(place);
        if let Some(moved) = self.todos.get(place) {
            self.places.insert(moved.id, place);
        }
        Some(todo)
    }
}

impl PartialEq for Table {
    /// Whether both have the same todos.
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|todo| other.get(todo.id) == Some(todo))
    }
}

impl Eq for Table {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        id::{ListId, Seq},
        order::Position,
    };
    use proptest::prelude::*;
    use std::collections::HashMap;
    use uuid::Uuid;

    fn todo(id: u8, title: u8) -> Todo {
        Todo {
            id: TodoId(Uuid::from_u128(id.into())),
            list: ListId(Uuid::nil()),
            title: title.to_string(),
            completed: false,
            position: Position::parse("a0").unwrap(),
            version: Seq(0),
            title_version: Seq(0),
            created_at: 0,
            updated_at: 0,
        }
    }

    proptest! {
        #[test]
        fn it_is_a_map_by_id(
            first in proptest::collection::vec(0u8..9, 0..9),
            steps in proptest::collection::vec((0u8..9, any::<u8>(), any::<bool>()), 0..60)
        ) {
            let first: Vec<_> = first.into_iter().map(|id| todo(id, id)).collect();
            let mut model: HashMap<_, _> = first.iter().map(|todo| (todo.id, todo.clone())).collect();
            let mut table = Table::new(first);
            for (id, title, puts) in steps {
                let new = todo(id, title);
                if puts {
                    model.insert(new.id, new.clone());
                    table.put(new);
                } else {
                    prop_assert_eq!(table.remove(new.id), model.remove(&new.id));
                }
                prop_assert_eq!(table.len(), model.len());
                for id in 0..9 {
                    let id = todo(id, 0).id;
                    prop_assert_eq!(table.get(id), model.get(&id));
                }
            }
        }
    }
}
