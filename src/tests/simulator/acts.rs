//! What a person does with what the page shows just then.

use super::{
    Scene, Violation,
    chronicle::Edit,
    step::Act,
    tab::{Request, Tab},
    tally::Hit,
    violated,
};
use crate::core::{engine::Undone, id::TodoId, op::Op, order::Position, undo::Way};

/// Todos that a list has at most here: the fewer, the more often two people meet.
const TODOS: usize = 5;
/// Where things go. Two may share a place.
const PLACES: [&str; 5] = ["a0", "a1", "a1V", "Zz", "b00"];

/// Does it, if there is anything to do it with.
pub fn act(tab: &mut Tab, scene: &mut Scene, act: Act) -> Result<Vec<(u32, Request)>, Violation> {
    // Of a list that is hidden nothing can be touched; what is typed is typed.
    let order = || match tab.photo.is_hidden {
        true => &[],
        false => tab.engine.order(),
    };
    let shown = |nth: u8| {
        let order = order();
        let at = usize::from(nth).checked_rem(order.len())?;
        order.get(at).copied()
    };
    let all = || order().to_vec();
    let op = match act {
        Act::Add { at } => (tab.engine.order().len() < TODOS).then(|| add(tab, scene, at)),
        Act::Tick { todo } => shown(todo).map(|id| Op::SetCompleted {
            id,
            completed: !tab.engine.get(id).is_some_and(|todo| todo.completed),
        }),
        Act::Retitle { todo, same } => shown(todo).map(|id| Op::SetTitle {
            id,
            title: if same {
                "same".to_owned()
            } else {
                scene.text()
            },
            base: tab.engine.based_on(id),
        }),
        Act::Move { todo, to } => shown(todo).map(|id| Op::MoveTodo {
            id,
            position: PLACES[usize::from(to) % PLACES.len()].to_owned(),
        }),
        Act::Delete { todo } => shown(todo).map(|id| Op::DeleteTodo { id }),
        Act::TickAll { completed } => Some(Op::SetAllCompleted {
            ids: all(),
            completed,
        }),
        Act::Clear => Some(Op::ClearCompleted { ids: all() }),
        Act::BeginEdit { todo } => {
            let Some(id) = shown(todo) else {
                return Ok(vec![]);
            };
            tab.typing = Some((id, tab.engine.based_on(id), tab.begin(&scene.chronicle, id)));
            return tab.act(scene, None, None, |engine| engine.edits(Some(id)));
        }
        Act::EndEdit => {
            let Some((id, base, mut edit)) = tab.typing.take() else {
                return Ok(vec![]);
            };
            scene.tally.hit(Hit::EditedLate);
            edit.is_late = true;
            let title = scene.text();
            let op = Op::SetTitle { id, title, base };
            return dispatch(tab, scene, Some(edit), op);
        }
        Act::Undo => return undo(tab, scene, Way::Back),
        Act::Redo => return undo(tab, scene, Way::Forth),
        Act::Retry { kept } => {
            let open: Vec<_> = tab
                .engine
                .kept()
                .iter()
                .filter(|kept| kept.retryable)
                .collect();
            let Some(at) = usize::from(kept).checked_rem(open.len()) else {
                return Ok(vec![]);
            };
            let (id, new) = (open[at].id, TodoId(scene.uuid()));
            scene.tally.hit(Hit::Retried);
            return tab.act(scene, Some(id), None, |engine| engine.retry(id, new));
        }
        Act::Discard { kept } => {
            let all = tab.engine.kept();
            let Some(at) = usize::from(kept).checked_rem(all.len()) else {
                return Ok(vec![]);
            };
            let id = all[at].id;
            scene.tally.hit(Hit::Discarded);
            return tab.act(scene, Some(id), None, |engine| engine.discard(id));
        }
    };
    let Some(op) = op.filter(|op| !op.ids().is_empty()) else {
        return Ok(vec![]);
    };
    scene.tally.hit(Hit::Acted);
    dispatch(tab, scene, None, op)
}

fn dispatch(
    tab: &mut Tab,
    scene: &mut Scene,
    edit: Option<Edit>,
    op: Op,
) -> Result<Vec<(u32, Request)>, Violation> {
    let was_hidden = tab.photo.is_hidden;
    let done = op.clone();
    let requests = tab.act(scene, None, edit, |engine| engine.dispatch([op]))?;
    if was_hidden {
        scene.tally.hit(Hit::ActedHidden);
        let mut kept = tab.photo.kept.iter();
        if !kept.any(|kept| kept.op == done && kept.retryable) {
            return violated(format!("9: {done:?} is neither queued nor in review"));
        }
    }
    Ok(requests)
}

fn add(tab: &Tab, scene: &mut Scene, at: u8) -> Op {
    let last = tab.engine.order().last().and_then(|id| tab.engine.get(*id));
    let end = || {
        Position::after(last.map(|todo| &todo.position))
            .map_or_else(|| "z".to_owned(), String::from)
    };
    Op::AddTodo {
        id: TodoId(scene.uuid()),
        title: scene.text(),
        position: PLACES
            .get(usize::from(at % 8))
            .map_or_else(end, |place| (*place).to_owned()),
    }
}

fn undo(tab: &mut Tab, scene: &mut Scene, way: Way) -> Result<Vec<(u32, Request)>, Violation> {
    let mut became = Undone::Nothing;
    let requests = tab.act(scene, None, None, |engine| became = engine.undo(way))?;
    match (became, way) {
        (Undone::Done, Way::Back) => scene.tally.hit(Hit::Undone),
        (Undone::Done, Way::Forth) => scene.tally.hit(Hit::Redone),
        (Undone::Changed, _) => scene.tally.hit(Hit::UndoRefused),
        (Undone::Nothing, _) => {}
    }
    Ok(requests)
}
