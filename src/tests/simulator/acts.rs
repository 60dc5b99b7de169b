//! What a person does with what the page shows just then.

use super::{
    Scene, Violation,
    chronicle::Edit,
    photo::Cause,
    step::{Act, Way},
    tab::{Request, Tab, Typing},
    tally::Hit,
    violated,
};
use crate::core::{
    compared::Compared,
    engine::Undone,
    id::TodoId,
    op::Op,
    order::Position,
    review::{Kept, Why},
    undo,
};

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
            return begin(tab, scene, id, None);
        }
        Act::BeginMerge { nth } => {
            let Some((kept, id)) = asked(tab, nth) else {
                return Ok(vec![]);
            };
            return begin(tab, scene, id, Some(kept));
        }
        Act::EndEdit => {
            let Some(Typing {
                id,
                base,
                mut edit,
                kept,
            }) = tab.typing.take()
            else {
                return Ok(vec![]);
            };
            edit.is_late = true;
            let title = scene.text();
            if let Some(kept) = kept {
                scene.tally.hit(Hit::MergedLate);
                return tab.act(scene, Some(kept), Some(edit), |engine| {
                    engine.resolve(kept, id, title, base);
                });
            }
            scene.tally.hit(Hit::EditedLate);
            let op = Op::SetTitle { id, title, base };
            return dispatch(tab, scene, Some(edit), op);
        }
        Act::Resolve { nth, way } => return resolve(tab, scene, nth, way),
        Act::Compare { nth } => {
            let Some((kept, id)) = asked(tab, nth) else {
                return Ok(vec![]);
            };
            let theirs = tab.engine.conflict(id).map(|both| both.theirs);
            let title = theirs.map(|theirs| theirs.title.clone());
            let version = theirs.map(|theirs| theirs.title_version);
            let compared = Compared {
                title: title.unwrap_or_default(),
                title_version: version.unwrap_or_default(),
                by: None,
                at: None,
                theirs: vec![],
                mine: vec![],
                merged: scene.text(),
            };
            return tab.drive(scene, &Cause::World, |engine| {
                engine.compared(kept, compared)
            });
        }
        Act::BringBack { kept } => {
            let engine = &tab.engine;
            let is_gone = |kept: &&Kept| {
                let is_text = matches!(kept.op, Op::SetTitle { .. });
                let is_gone = |id: TodoId| engine.get(id).is_none();
                kept.retryable
                    && match &kept.why {
                        Why::Crossed(todos) => todos.iter().any(|todo| is_gone(todo.id)),
                        _ => is_text && is_gone(kept.op.ids()[0]),
                    }
            };
            let gone: Vec<_> = engine.kept().iter().filter(is_gone).collect();
            let Some(at) = usize::from(kept).checked_rem(gone.len()) else {
                return Ok(vec![]);
            };
            let (id, mutation) = (gone[at].id, gone[at].mutation);
            let mut edit = scene.chronicle.edits.get(&mutation).cloned();
            if let Some(edit) = &mut edit {
                if let Why::Conflict(current) = &gone[at].why {
                    edit.version = edit.version.max(current.title_version);
                }
                edit.is_late = true;
            }
            scene.tally.hit(Hit::BroughtBackWithText);
            return tab.act(scene, Some(id), edit, |engine| engine.bring_back(id));
        }
        Act::Undo => return undo(tab, scene, undo::Way::Back),
        Act::Redo => return undo(tab, scene, undo::Way::Forth),
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

/// The nth conflict that the page asks about.
pub fn asked(tab: &Tab, nth: u8) -> Option<(u32, TodoId)> {
    let asked = tab.engine.order().iter();
    let asked = asked.filter_map(|id| Some((tab.engine.conflict(*id)?.kept.id, *id)));
    let asked: Vec<_> = asked.collect();
    let at = usize::from(nth).checked_rem(asked.len())?;
    asked.get(at).copied()
}

/// Begins to type.
fn begin(
    tab: &mut Tab,
    scene: &mut Scene,
    id: TodoId,
    kept: Option<u32>,
) -> Result<Vec<(u32, Request)>, Violation> {
    tab.typing = Some(Typing {
        id,
        base: tab.engine.based_on(id),
        edit: tab.begin(&scene.chronicle, id),
        kept,
    });
    tab.act(scene, None, None, |engine| engine.edits(Some(id)))
}

fn resolve(
    tab: &mut Tab,
    scene: &mut Scene,
    nth: u8,
    way: Way,
) -> Result<Vec<(u32, Request)>, Violation> {
    let Some((kept, id)) = asked(tab, nth) else {
        return Ok(vec![]);
    };
    let edit = tab.begin(&scene.chronicle, id);
    match way {
        Way::Mine => {
            scene.tally.hit(Hit::ResolvedMine);
            // Nothing is added again, so that no id is needed.
            let none = TodoId(scene.uuid());
            tab.act(scene, Some(kept), Some(edit), |engine| {
                engine.retry(kept, none)
            })
        }
        Way::Theirs => {
            scene.tally.hit(Hit::ResolvedTheirs);
            tab.act(scene, Some(kept), None, |engine| engine.give_way(kept))
        }
        Way::Merged => {
            scene.tally.hit(Hit::Merged);
            let (title, base) = (scene.text(), tab.engine.based_on(id));
            tab.act(scene, Some(kept), Some(edit), |engine| {
                engine.resolve(kept, id, title, base);
            })
        }
    }
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

fn undo(
    tab: &mut Tab,
    scene: &mut Scene,
    way: undo::Way,
) -> Result<Vec<(u32, Request)>, Violation> {
    let mut became = Undone::Nothing;
    let requests = tab.act(scene, None, None, |engine| became = engine.undo(way))?;
    match (became, way) {
        (Undone::Done, undo::Way::Back) => scene.tally.hit(Hit::Undone),
        (Undone::Done, undo::Way::Forth) => scene.tally.hit(Hit::Redone),
        (Undone::Changed, _) => scene.tally.hit(Hit::UndoRefused),
        (Undone::Nothing, _) => {}
    }
    Ok(requests)
}
