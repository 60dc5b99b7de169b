//! What a person's browser keeps beyond a page: saved mutations, the locks of the tabs that are there, and what these tell
//! each other. A reload ends a tab's run: what it had saved is left, and whoever finds it takes it over.

use super::{
    Checked,
    chronicle::Key,
    photo::Cause,
    queue,
    tab::Request,
    tally::Hit,
    violated,
    world::{World, browser},
};
use crate::core::{
    engine::Input,
    id::{ClientId, Mid},
    pending::Outcome,
    record::{Found, Record, Shared},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// See the module.
#[derive(Debug, Default)]
pub struct Shelf {
    records: BTreeMap<Key, Record>,
    /// On their way to it.
    writes: Vec<Write>,
    /// Whether a write failed: what is there is not all of it then, or what was.
    has_failed: bool,
    /// Whose tab ended since its person was not signed in any more.
    pub parked: BTreeSet<ClientId>,
    /// What was there, and got lost; and whose it was.
    pub lost: BTreeSet<Key>,
    pub lost_of: BTreeSet<ClientId>,
}

impl Shelf {
    /// Whose queues something waits in.
    pub fn queued(&self) -> BTreeSet<ClientId> {
        let queued = self.records.values().filter(|record| record.is_queued);
        queued.map(|record| record.id.0).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Empties it. Gives what was there.
    pub fn clear(&mut self) -> Vec<Key> {
        self.parked.clear();
        std::mem::take(&mut self.records).into_keys().collect()
    }
}

/// What tabs of a browser tell each other, in order.
pub type Notes = VecDeque<Note>;

#[derive(Debug)]
struct Write {
    tab: usize,
    run: u32,
    ticket: u32,
    records: Vec<Record>,
    gone: Vec<Key>,
}

/// What one tab tells another.
#[derive(Debug)]
pub struct Note {
    to: usize,
    run: u32,
    shared: Shared,
}

impl World<'_> {
    /// What is kept of the person whose page this is, where it is.
    pub fn shelf(&self, tab: usize) -> &Shelf {
        &self.shelves[browser(tab)][self.tabs[tab].person]
    }

    pub fn shelf_mut(&mut self, tab: usize) -> &mut Shelf {
        &mut self.shelves[browser(tab)][self.tabs[tab].person]
    }

    /// A page has something saved, or tells the other tabs.
    pub fn shelve(&mut self, tab: usize, request: Request) {
        let run = self.tabs[tab].run;
        match request {
            Request::Save {
                ticket,
                records,
                gone,
            } => self.shelf_mut(tab).writes.push(Write {
                tab,
                run,
                ticket,
                records,
                gone,
            }),
            Request::Share(shared) => {
                for (to, other) in self.tabs.iter().enumerate() {
                    // Whoever is there hears it, whose page it may be.
                    if to != tab && browser(to) == browser(tab) && !other.is_away {
                        self.notes[browser(tab)].push_back(Note {
                            to,
                            run: other.run,
                            shared: shared.clone(),
                        });
                    }
                }
            }
            _ => {}
        }
    }

    /// A write of this page is done, or fails.
    pub fn write(&mut self, tab: usize, ok: bool) -> Checked {
        let writes = &mut self.shelf_mut(tab).writes;
        let Some(at) = writes.iter().position(|write| write.tab == tab) else {
            return Ok(());
        };
        let write = writes.remove(at);
        if ok {
            self.keep(&write)?;
        } else {
            self.hit(Hit::SaveFailed);
            self.shelf_mut(tab).has_failed = true;
            self.scene.chronicle.has_lost = true;
        }
        if self.tabs[tab].run != write.run {
            return Ok(());
        }
        self.tabs[tab].saves = false;
        let ticket = write.ticket;
        self.with(tab, |page, scene| {
            page.take(scene, Input::Saved { ticket, ok })
        })
    }

    fn keep(&mut self, write: &Write) -> Checked {
        self.hit(Hit::Saved);
        for id in &write.gone {
            self.may_go(*id)?;
        }
        let shelf = self.shelf_mut(write.tab);
        for record in &write.records {
            shelf.lost.remove(&record.id);
            shelf.records.insert(record.id, record.clone());
        }
        for id in &write.gone {
            shelf.records.remove(id);
        }
        Ok(())
    }

    /// 9: nothing is forgotten but what was applied, and what the person has put aside.
    fn may_go(&self, id: Key) -> Checked {
        let is_applied = matches!(self.chronicle().decided.get(&id), Some(Outcome::Applied(_)));
        let chronicle = self.chronicle();
        let was_dropped = chronicle.dropped.contains(&id) || chronicle.settled.contains(&id);
        if is_applied || was_dropped || self.was_copied_back {
            return Ok(());
        }
        violated(format!(
            "9: {id:?} is not kept any more, and nothing came of it"
        ))
    }

    /// What a page acknowledges, nobody will ever send again: it has left what is kept for good, or does not wait there
    /// any more.
    pub fn may_forget(&self, tab: usize, client: ClientId, acked: Option<Mid>) -> Checked {
        let Some(acked) = acked else { return Ok(()) };
        self.hit(Hit::Acked);
        let shelf = self.shelf(tab);
        let writing = shelf.writes.iter().flat_map(|write| &write.records);
        let mut records = shelf.records.values().chain(writing);
        let waits = |record: &&Record| {
            let (of, mid) = record.id;
            record.is_queued && of == client && mid <= acked
        };
        match records.find(waits) {
            Some(record) => violated(format!("{acked:?} is acknowledged, with {record:?} saved")),
            None => Ok(()),
        }
    }

    /// A tab looks at what is kept, and takes over what nobody has any more.
    pub fn find(&mut self, tab: usize) -> Checked {
        let page = &self.tabs[tab];
        if page.is_away {
            return Ok(());
        }
        let shelf = self.shelf(tab);
        let known = page.photo.queue.iter().map(|entry| entry.client);
        let clients: BTreeSet<ClientId> = shelf
            .records
            .keys()
            .map(|(client, _)| *client)
            .chain(known)
            .filter(|client| !page.held.contains(client))
            .collect();
        let mut found = Vec::new();
        for client in clients {
            let is_held = |(_, other): (usize, &super::tab::Tab)| other.held.contains(&client);
            let is_left = !self.tabs.iter().enumerate().any(is_held);
            if !is_left && page.has_found {
                continue;
            }
            let records = shelf
                .records
                .range((client, Mid(0))..=(client, Mid(u64::MAX)));
            let records: Vec<Record> = records.map(|(_, record)| record.clone()).collect();
            found.push(Found {
                client,
                is_left,
                records,
            });
        }
        if found.is_empty() && page.has_found {
            return Ok(());
        }
        for queue in found.iter().filter(|queue| queue.is_left) {
            self.tabs[tab].held.insert(queue.client);
            self.scene.chronicle.unsure.insert(queue.client);
            if queue.records.iter().any(|record| record.is_queued) {
                self.hit(Hit::Adopted);
                if self.shelf_mut(tab).parked.remove(&queue.client) {
                    self.hit(Hit::Resumed);
                }
            }
        }
        self.tabs[tab].has_found = true;
        let random = self.scene.uuid();
        let left = found.iter().filter(|queue| queue.is_left);
        let records = left.flat_map(|queue| &queue.records);
        let given_up = records.filter(|record| record.is_queued && record.why.is_some());
        let given_up: Vec<Key> = given_up.map(|record| record.id).collect();
        let left = found.iter().filter(|queue| queue.is_left);
        let left: Vec<Record> = left.flat_map(|queue| queue.records.clone()).collect();
        self.with(tab, |page, scene| {
            page.drive(scene, &Cause::Tabs, |engine| {
                engine.take(Input::Found(found), random);
            })
        })?;
        // There may be no question about it any more.
        let (page, told) = (&self.tabs[tab].photo, &self.tabs[tab].told);
        for record in left.iter().filter(|record| page.kept(record.id).is_none()) {
            if let Some(how) = queue::was_answered(record, page, told, &self.scene.chronicle) {
                self.scene.tally.hit(how);
                self.scene.chronicle.settled.insert(record.id);
            }
        }
        // 8: what was rolled back before stays so.
        let mut back = given_up.iter().filter_map(|id| page.entry(*id));
        match back.find(|entry| !entry.given_up && entry.applied.is_none()) {
            Some(entry) => violated(format!("{entry:?} had been given up, and is back")),
            None => Ok(()),
        }
    }

    /// A tab hears what another one has told it first.
    pub fn note(&mut self, tab: usize) -> Result<bool, super::Violation> {
        let notes = &mut self.notes[browser(tab)];
        let Some(at) = notes.iter().position(|note| note.to == tab) else {
            return Ok(false);
        };
        let Some(Note { run, shared, .. }) = notes.remove(at) else {
            return Ok(false);
        };
        if self.tabs[tab].run != run {
            return Ok(true);
        }
        self.hit(Hit::Told);
        let random = self.scene.uuid();
        self.with(tab, |page, scene| {
            page.drive(scene, &Cause::Tabs, |engine| {
                engine.take(Input::Shared(shared), random);
            })
        })?;
        Ok(true)
    }

    /// All that a tab is to hear of its browser. Whether there was any.
    pub fn shelf_gets_there(&mut self, tab: usize) -> Result<bool, super::Violation> {
        let before = self.scene.made;
        self.find(tab)?;
        while self.tabs[tab].saves {
            self.write(tab, true)?;
        }
        while self.note(tab)? {}
        Ok(self.scene.made != before)
    }

    /// A run of a tab ends, in the middle of whatever it does: what is being saved may be, or not. The others are told of
    /// the one that comes after it.
    pub fn ends(&mut self, tab: usize) -> Checked {
        let writes = &mut self.shelf_mut(tab).writes;
        let its = writes.iter().position(|write| write.tab == tab);
        let write = its.map(|at| writes.remove(at));
        let is_quiet = write.is_none();
        if let Some(write) = write
            && self.scene.uuid().as_u128().is_multiple_of(2)
        {
            self.keep(&write)?;
        }
        let shelf = self.shelf(tab);
        let photo = &self.tabs[tab].photo;
        for kept in &photo.kept {
            let id = kept.mutation;
            let is_there = shelf.records.contains_key(&id) || shelf.lost.contains(&id);
            if is_quiet && !is_there && !shelf.has_failed {
                return violated(format!("9: {id:?} came to nothing, and is not kept"));
            }
        }
        for entry in photo.mine() {
            match shelf.records.get(&entry.id()) {
                Some(record) if record.is_queued => {}
                None if shelf.lost.contains(&entry.id()) => self.hit(Hit::LostByReload),
                _ if entry.is_saved && !shelf.has_failed => {
                    return violated(format!("9: {:?} was saved, and is lost", entry.id()));
                }
                _ => self.hit(Hit::LostByReload),
            }
        }
        Ok(())
    }

    /// The other tabs tell one that has just come what waits in them.
    pub fn is_introduced(&mut self, tab: usize) -> Checked {
        for other in 0..self.tabs.len() {
            if other != tab && browser(other) == browser(tab) {
                self.with(other, |page, scene| {
                    page.drive(scene, &Cause::World, |engine| engine.introduce())
                })?;
            }
        }
        Ok(())
    }

    /// 9: in the end nothing of those whose pages are there waits anywhere, and what is kept is shown by somebody.
    pub fn is_cleared(&self) -> Checked {
        for tab in 0..self.tabs.len() {
            let shelf = self.shelf(tab);
            for (id, record) in shelf.records.iter().filter(|_| !shelf.has_failed) {
                let mut pages = self.tabs.iter().enumerate();
                let is_shown = pages.any(|(other, page)| {
                    browser(other) == browser(tab)
                        && page.engine.kept().iter().any(|kept| kept.mutation == *id)
                });
                if record.is_queued || !is_shown {
                    return violated(format!("9: {record:?} is kept, and nobody shows it"));
                }
            }
        }
        Ok(())
    }
}
