//! What there is to say: what failed, grouped by why; and what the page itself has to tell.

use super::{Said, State, Todos};
use crate::{
    core::{
        engine::{Engine, Trouble},
        id::{Seq, TodoId},
        op::Op,
        review::{Kept, Why},
        todo::check_title,
    },
    ui::{
        connection::Status,
        notices::{Act, Notice},
        presence,
        review::{Entry, Fate},
    },
};

/// What the page itself has to tell, and what of the engine's is told already.
#[derive(Default)]
pub(super) struct Told {
    /// What was wrong with the text in a field, until a good one comes.
    complaint: Option<String>,
    /// What was deleted last, as long as nothing else is done.
    offer: Option<String>,
    /// Anything else, until it is dismissed.
    words: Vec<String>,
    /// What waits in the tray, or asks in its row with this version of theirs, and was read: its notice is gone.
    read: Vec<(u32, Seq)>,
}

impl Todos {
    /// Does what the notice at this place offers.
    pub fn act(&self, place: usize, act: Act) {
        let Some(notice) = self.with(|state| state.said.notices.get(place).cloned()) else {
            return;
        };
        if matches!(act, Act::Retry | Act::BringBack) {
            self.with(|state| state.told.offer_undo(None));
        }
        match act {
            Act::Undo => return self.undo(crate::core::undo::Way::Back),
            Act::Retry if notice.kept.is_empty() => return self.wake(),
            Act::Retry => notice.kept.iter().for_each(|kept| self.send_again(*kept)),
            Act::BringBack => notice.kept.iter().for_each(|kept| self.bring_back(*kept)),
            Act::Dismiss => self.dismiss(&notice),
        }
        self.refresh();
    }

    /// Sends again what is kept, or drops it.
    pub fn decide(&self, kept: u32, fate: Fate) {
        self.with(|state| state.told.offer_undo(None));
        match fate {
            Fate::Again => self.send_again(kept),
            Fate::BroughtBack => self.bring_back(kept),
            Fate::Dropped => self.with(|state| state.engine.discard(kept)),
        }
        self.refresh();
    }

    fn bring_back(&self, kept: u32) {
        self.with(|state| state.engine.bring_back(kept));
    }

    fn send_again(&self, kept: u32) {
        let new = TodoId(crate::client::clock::new_id());
        self.with(|state| state.engine.retry(kept, new));
    }

    fn dismiss(&self, notice: &Notice) {
        self.with(|State { engine, told, .. }| {
            for id in &notice.kept {
                let kept = engine.kept().iter().find(|kept| kept.id == *id);
                match kept.filter(|kept| kept.is_for_review()) {
                    Some(kept) => told.read.push(moment(engine, kept)),
                    None => engine.discard(*id),
                }
            }
            let Told {
                complaint,
                offer,
                words,
                ..
            } = told;
            complaint.take_if(|text| *text == notice.text);
            offer.take_if(|text| *text == notice.text);
            words.retain(|text| *text != notice.text);
            if notice.kept.is_empty() && trouble(engine).is_some_and(|known| known == *notice) {
                engine.dismiss_trouble();
            }
        });
    }

    /// Says something.
    pub(super) fn tell(&self, text: String) {
        self.with(|state| {
            let words = &mut state.told.words;
            words.retain(|known| *known != text);
            words.push(text);
        });
    }

    /// Whether a text may be a todo's. A bad one is told, until a good one comes.
    pub(super) fn is_fit(&self, title: &str) -> bool {
        let complaint = check_title(title).err();
        let is_fit = complaint.is_none();
        let complaint = complaint.map(|invalid| invalid.message.to_owned());
        self.with(|state| state.told.complaint = complaint);
        if !is_fit {
            self.refresh();
        }
        is_fit
    }
}

impl Told {
    /// Offers to take back what was done last, in these words. `None`: it would be something else by now.
    pub(super) fn offer_undo(&mut self, offer: Option<String>) {
        self.offer = offer;
    }

    /// Takes back what was said of a text that is no longer there.
    pub(super) fn settle_complaint(&mut self) {
        self.complaint = None;
    }
}

/// All there is to say.
pub(super) fn of(state: &State) -> Said {
    let State { engine, told, .. } = state;
    let can_decide = state.can_decide();
    // What others wrote is not for this person any more; what they wrote themselves is in the tray.
    let is_hidden = engine.is_hidden();
    let mut notices: Vec<Notice> = trouble(engine).into_iter().collect();
    let mut review = Vec::new();
    for kept in engine.kept() {
        let is_here = is_here(engine, kept);
        // The row of a text that met another one asks itself.
        let is_question = is_here && can_decide && matches!(kept.why, Why::Conflict(_));
        if kept.is_for_review() && !is_question {
            review.push(entry(engine, kept, is_here));
        }
        // What the server would not take any of is told once, for all; and what something newer stands for, not at all.
        let is_told = matches!(kept.why, Why::Barred(_) | Why::Crossed(_))
            || is_question && !engine.asks(kept)
            || is_hidden;
        if !is_told && !told.read.contains(&moment(engine, kept)) {
            group(engine, kept, is_here, is_question, &mut notices);
        }
    }
    notices.extend(crossed(engine).filter(|_| !is_hidden));
    let words = told.complaint.iter().chain(&told.words);
    notices.extend(words.map(|text| Notice::says(text.clone())));
    if let Some(text) = &told.offer {
        notices.push(Notice {
            offer: Some(Act::Undo),
            ..Notice::says(text.clone())
        });
    }
    Said {
        status: Status::of(engine),
        others: presence::others(engine),
        notices,
        review,
    }
}

/// What there was to read about it: when somebody changes their text again, that is something else.
fn moment(engine: &Engine, kept: &Kept) -> (u32, Seq) {
    let both = kept.op.ids().iter().find_map(|id| engine.conflict(*id));
    let version = both.map(|both| both.theirs.title_version);
    (kept.id, version.unwrap_or_default())
}

/// Puts it to what failed for the same reason, or begins a notice of its own.
fn group(
    engine: &Engine,
    kept: &Kept,
    is_here: bool,
    is_question: bool,
    notices: &mut Vec<Notice>,
) {
    let why = why(kept, is_here);
    let is_its = |notice: &&mut Notice| notice.why == why;
    let text = text(engine, kept);
    let retry = (!kept.is_for_review()).then_some(kept.retryable);
    if let Some(notice) = notices.iter_mut().find(is_its) {
        notice.kept.push(kept.id);
        notice.retry = notice.retry.max(retry);
        let many = notice.kept.len();
        notice.text = match is_question {
            true => format!("Somebody else changed {many} texts that you changed, too. {CHOOSE}"),
            false => format!("{many} changes were not saved. {why}"),
        };
        return;
    }
    let said = match &kept.why {
        Why::Conflict(current) if is_question => {
            let both = engine.conflict(current.id);
            let theirs = &both.map_or(current, |both| both.theirs).title;
            let theirs = quoted(theirs);
            format!("{why} It is now {theirs}. Yours is kept: {text}. {CHOOSE}")
        }
        _ => format!("{text} was not saved. {why}"),
    };
    notices.push(Notice {
        kept: vec![kept.id],
        retry,
        why,
        ..Notice::says(said)
    });
}

/// What I deleted, and somebody else had just changed: all of it in one.
fn crossed(engine: &Engine) -> Option<Notice> {
    let mut kept = Vec::new();
    let mut names = String::new();
    let mut many = 0;
    for one in engine.kept() {
        let Why::Crossed(todos) = &one.why else {
            continue;
        };
        kept.push(one.id);
        for todo in todos {
            many += 1;
            if many <= NAMED_MAX {
                names.push(' ');
                names.push_str(&quoted(&todo.title));
            }
        }
    }
    let more = if many > NAMED_MAX { " …" } else { "" };
    (many > 0).then(|| Notice {
        kept,
        offer: Some(Act::BringBack),
        ..Notice::says(format!(
            "Somebody else had just changed what you deleted:{names}{more}"
        ))
    })
}

/// Whether the page shows what it is about.
fn is_here(engine: &Engine, kept: &Kept) -> bool {
    kept.op.ids().iter().any(|id| engine.get(*id).is_some())
}

fn entry(engine: &Engine, kept: &Kept, is_here: bool) -> Entry {
    let is_edit = matches!(kept.op, Op::SetTitle { .. }) && !matches!(kept.why, Why::Barred(_));
    Entry {
        id: kept.id,
        back: is_edit && !is_here && kept.retryable,
        text: match kept.text() {
            Some(title) => format!("“{title}”"),
            None => text(engine, kept),
        },
        why: why(kept, is_here),
    }
}

/// Why it came to nothing.
fn why(kept: &Kept, is_here: bool) -> String {
    match &kept.why {
        Why::Erring => "The server has a problem.".to_owned(),
        Why::Refused(message) | Why::Barred(message) => message.clone(),
        Why::Rejected(rejection) => rejection.message.clone(),
        Why::Conflict(_) if is_here => {
            "Somebody else changed a text that you changed, too.".to_owned()
        }
        Why::Conflict(current) => {
            let theirs = quoted(&current.title);
            format!("Somebody else changed it to {theirs}, and it was deleted.")
        }
        // (What crossed was done, and is told by itself.)
        Why::Unknown | Why::Crossed(_) => {
            "The server no longer knows whether this was saved.".to_owned()
        }
    }
}

/// What is to be done about two texts.
const CHOOSE: &str = "Choose in the list.";

/// Characters of a title in a notice: a phone shows little more. The tray has all of it.
const QUOTED_MAX: usize = 60;

/// Titles in one notice.
const NAMED_MAX: usize = 3;

/// A title, in a notice.
pub(super) fn quoted(title: &str) -> String {
    match title.char_indices().nth(QUOTED_MAX) {
        Some((end, _)) => format!("“{}…”", title.get(..end).unwrap_or_default().trim_end()),
        None => format!("“{title}”"),
    }
}

/// What it was about.
fn text(engine: &Engine, kept: &Kept) -> String {
    match (&kept.op, kept.op.ids()) {
        (Op::AddTodo { title, .. } | Op::SetTitle { title, .. }, _) => quoted(title),
        (_, [id]) => {
            let seen = kept.seen.iter().find(|todo| todo.id == *id);
            match engine.get(*id).or(seen) {
                Some(todo) => format!("A change of {}", quoted(&todo.title)),
                None => "A change".to_owned(),
            }
        }
        (_, ids) => format!("A change of {} items", ids.len()),
    }
}

/// What stands between the page and its list.
fn trouble(engine: &Engine) -> Option<Notice> {
    let list = engine.list();
    let waiting = match engine.pending().waiting() {
        0 => String::new(),
        _ => " Your latest changes are sent when you are signed in again.".to_owned(),
    };
    let (text, link) = match engine.trouble()? {
        Trouble::SignedOut => (
            format!("You are signed out.{waiting}"),
            Some((format!("/login?next=/lists/{list}"), "Sign in")),
        ),
        Trouble::OtherUser => (format!("Somebody else is signed in now.{waiting}"), None),
        Trouble::Closed(message) => (message.clone(), None),
        Trouble::Reset(message) => (format!("{message} What was not saved is kept below."), None),
        Trouble::Unreadable => (
            "This page does not understand the server. Please load it again.".to_owned(),
            None,
        ),
    };
    let retry = matches!(engine.trouble()?, Trouble::SignedOut | Trouble::OtherUser);
    Some(Notice {
        link,
        retry: retry.then_some(true),
        ..Notice::says(text)
    })
}
