//! What there is to say: what failed, grouped by why; and what the page itself has to tell.

use super::{Said, State, Todos};
use crate::{
    core::{
        engine::{Engine, Trouble},
        id::TodoId,
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
    /// What waits in the tray and was read: its notice is gone.
    read: Vec<u32>,
}

impl Todos {
    /// Does what the notice at this place offers.
    pub fn act(&self, place: usize, act: Act) {
        let Some(notice) = self.with(|state| state.said.notices.get(place).cloned()) else {
            return;
        };
        match act {
            Act::Undo => return self.undo(crate::core::undo::Way::Back),
            Act::Retry if notice.kept.is_empty() => return self.wake(),
            Act::Retry => notice.kept.iter().for_each(|kept| self.send_again(*kept)),
            Act::Dismiss => self.dismiss(&notice),
        }
        self.refresh();
    }

    /// Sends again what is kept, or drops it.
    pub fn decide(&self, kept: u32, fate: Fate) {
        match fate {
            Fate::Again => self.send_again(kept),
            Fate::Dropped => self.with(|state| state.engine.discard(kept)),
        }
        self.refresh();
    }

    fn send_again(&self, kept: u32) {
        let new = TodoId(crate::client::clock::new_id());
        self.with(|state| state.engine.retry(kept, new));
    }

    fn dismiss(&self, notice: &Notice) {
        self.with(|State { engine, told, .. }| {
            for id in &notice.kept {
                let kept = engine.kept().iter().find(|kept| kept.id == *id);
                if kept.is_some_and(Kept::is_for_review) {
                    told.read.push(*id);
                } else {
                    engine.discard(*id);
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
pub(super) fn of(State { engine, told, .. }: &State) -> Said {
    let mut notices: Vec<Notice> = trouble(engine).into_iter().collect();
    let mut review = Vec::new();
    for kept in engine.kept() {
        if kept.is_for_review() {
            review.push(entry(engine, kept));
        }
        // What the server would not take any of is told once, for all.
        if !told.read.contains(&kept.id) && !matches!(kept.why, Why::Barred(_)) {
            group(engine, kept, &mut notices);
        }
    }
    let words = told.complaint.iter().chain(&told.words);
    notices.extend(words.map(|text| Notice::says(text.clone())));
    if let Some(text) = &told.offer {
        notices.push(Notice {
            undo: true,
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

/// Puts it to what failed for the same reason, or begins a notice of its own.
fn group(engine: &Engine, kept: &Kept, notices: &mut Vec<Notice>) {
    let why = why(kept);
    let is_its = |notice: &&mut Notice| notice.why == why;
    let text = text(engine, kept);
    let retry = (!kept.is_for_review()).then_some(kept.retryable);
    if !matches!(kept.why, Why::Conflict(_))
        && let Some(notice) = notices.iter_mut().find(is_its)
    {
        notice.kept.push(kept.id);
        notice.retry = notice.retry.max(retry);
        notice.text = format!("{} changes were not saved. {why}", notice.kept.len());
        return;
    }
    let said = match &kept.why {
        Why::Conflict(current) => {
            let theirs = quoted(&current.title);
            format!("{why} It is now {theirs}. Yours is kept: {text}")
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

fn entry(engine: &Engine, kept: &Kept) -> Entry {
    Entry {
        id: kept.id,
        text: match kept.text() {
            Some(title) => format!("“{title}”"),
            None => text(engine, kept),
        },
        why: why(kept),
    }
}

/// Why it came to nothing.
fn why(kept: &Kept) -> String {
    match &kept.why {
        Why::Erring => "The server has a problem.".to_owned(),
        Why::Refused(message) | Why::Barred(message) => message.clone(),
        Why::Rejected(rejection) => rejection.message.clone(),
        Why::Conflict(_) => "Somebody else changed this text at the same time.".to_owned(),
        Why::Unknown => "The server no longer knows whether this was saved.".to_owned(),
    }
}

/// Characters of a title in a notice: a phone shows little more. The tray has all of it.
const QUOTED_MAX: usize = 60;

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
