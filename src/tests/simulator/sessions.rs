//! Who is signed in where, and what becomes of the tabs: they follow, and the queue of whoever is not there any more is
//! parked until the same person signs in. Nothing of one person's is ever sent or shown as another's. And what a person
//! throws away: by signing out, or with all that the browser has stored.
//!
//! How tabs tell each other is modelled in `core::auth`; here a run ends and another one begins.

use super::{
    Checked,
    step::Session,
    tab::Tab,
    tally::Hit,
    world::{World, browser},
};

impl World<'_> {
    /// Somebody signs in or out in a browser, or a session ends. The tabs do not know yet.
    pub fn sign(&mut self, browser: usize, session: Session) {
        let user = match session {
            Session::Own => Some(browser),
            Session::Nobody => None,
            Session::Other => Some(1 - browser),
        };
        self.sessions[browser] = user;
        self.sign_out_wires(browser);
    }

    /// Whether a page is of the person who is signed in.
    pub fn is_theirs(&self, tab: usize) -> bool {
        let page = &self.tabs[tab];
        !page.is_away && self.sessions[browser(tab)] == Some(page.person)
    }

    /// A tab notices who is signed in. Another person's page ends, and one of theirs begins, if they may see the list.
    pub fn follow(&mut self, tab: usize) -> Checked {
        if self.is_theirs(tab) {
            return Ok(());
        }
        if !self.tabs[tab].is_away {
            self.ends(tab)?;
            self.park(tab);
        }
        let user = self.sessions[browser(tab)];
        match user.filter(|user| self.model.is_open_to(self.users[*user])) {
            Some(user) => {
                if user != self.tabs[tab].person {
                    self.hit(Hit::Switched);
                }
                self.enter(tab, user)
            }
            None => self.leave(tab, user),
        }
    }

    /// What a tab leaves waits for the same person.
    fn park(&mut self, tab: usize) {
        let held: Vec<_> = self.tabs[tab].held.iter().copied().collect();
        let shelf = self.shelf_mut(tab);
        let queued = shelf.queued();
        let parked: Vec<_> = held
            .into_iter()
            .filter(|client| queued.contains(client))
            .collect();
        if !parked.is_empty() {
            shelf.parked.extend(parked);
            self.hit(Hit::Parked);
        }
    }

    /// A tab shows nothing any more: nobody is signed in, or somebody who may not see the list.
    fn leave(&mut self, tab: usize, user: Option<usize>) -> Checked {
        let Tab { person, run, .. } = self.tabs[tab];
        let (person, run) = (user.unwrap_or(person), run + 1);
        self.forget_wires(tab);
        let (mut page, _) = self.page(person, run)?;
        page.is_away = true;
        page.held.clear();
        page.waits = [false; 4];
        page.socket = None;
        (page.push, page.pull) = (None, None);
        self.tabs[tab] = page;
        Ok(())
    }

    /// A person signs out by the button. With edits that wait they stay, or discard them all; then nothing of theirs is
    /// left in the browser, and all their tabs follow.
    pub fn sign_out(&mut self, tab: usize, discards: bool) -> Checked {
        if !self.is_theirs(tab) {
            return Ok(());
        }
        let person = self.tabs[tab].person;
        let theirs = |world: &Self, other: usize| {
            browser(other) == browser(tab) && world.tabs[other].person == person
        };
        let tabs: Vec<_> = (0..self.tabs.len())
            .filter(|other| theirs(self, *other) && !self.tabs[*other].is_away)
            .collect();
        let waits = |tab: &usize| self.tabs[*tab].photo.mine().next().is_some();
        if !discards && (tabs.iter().any(waits) || !self.shelf(tab).queued().is_empty()) {
            self.hit(Hit::Stayed);
            return Ok(());
        }
        for tab in &tabs {
            self.ends(*tab)?;
        }
        self.sessions[browser(tab)] = None;
        self.sign_out_wires(browser(tab));
        for tab in &tabs {
            self.leave(*tab, None)?;
        }
        let thrown = self.shelf_mut(tab).clear();
        self.hit(match thrown.is_empty() {
            true => Hit::SignedOutByButton,
            false => Hit::SignedOutDiscarding,
        });
        self.scene.chronicle.dropped.extend(thrown);
        Ok(())
    }

    /// All that a browser has stored is gone. The tabs that are there hold what they hold.
    pub fn lose_storage(&mut self, browser: usize) {
        for person in 0..2 {
            let shelf = &mut self.shelves[browser][person];
            let lost = shelf.clear();
            if lost.is_empty() {
                continue;
            }
            shelf.lost_of.extend(lost.iter().map(|(client, _)| *client));
            shelf.lost.extend(lost);
            self.scene.chronicle.has_lost = true;
            self.hit(Hit::StorageLost);
        }
    }

    /// 9: whatever is parked of somebody who was a guest in this browser goes on when they sign in there again.
    pub fn guests_come_back(&mut self) -> Checked {
        for home in 0..2 {
            if self.shelves[home][1 - home].is_empty() {
                continue;
            }
            self.sign(home, Session::Other);
            for tab in 0..self.tabs.len() {
                self.follow(tab)?;
            }
            self.all_gets_there()?;
        }
        Ok(())
    }
}
