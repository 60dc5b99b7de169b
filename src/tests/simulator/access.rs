//! Who may see the list: the second person loses it and is let in again, the list is deleted and comes back. Nothing
//! follows the end of a socket, and whoever is out sees nothing, with all that they did and was not decided in review.

use super::{Checked, tally::Hit, violated, world::World};
use crate::core::link::live::code;

impl World<'_> {
    /// The second person may see the list from now on, or may not.
    pub fn let_in(&mut self, is_in: bool) -> Checked {
        let user = self.users[1];
        if self.model.is_deleted || is_in != self.model.out.contains(&user) {
            return Ok(());
        }
        if let Some(mirror) = &mut self.mirror {
            mirror.let_in(self.users[0], user, is_in)?;
        }
        if is_in {
            self.hit(Hit::LetIn);
            self.model.out.remove(&user);
            return Ok(());
        }
        self.hit(Hit::PutOut);
        self.model.out.insert(user);
        let theirs = self.pages_of(1);
        self.nothing_follows(|tab| theirs[tab]);
        self.end_wires(code::NO_ACCESS, |tab| theirs[tab]);
        Ok(())
    }

    /// The list is there from now on, or its owner has deleted it.
    pub fn be_there(&mut self, is_there: bool) -> Checked {
        if is_there != self.model.is_deleted {
            return Ok(());
        }
        if let Some(mirror) = &mut self.mirror {
            mirror.be_there(self.users[0], is_there, self.now)?;
        }
        self.model.is_deleted = !is_there;
        if is_there {
            self.hit(Hit::BroughtBack);
        } else {
            self.hit(Hit::Deleted);
            self.nothing_follows(|_| true);
            self.end_wires(code::DELETED, |_| true);
        }
        Ok(())
    }

    /// Whether whose page this is may see the list.
    pub fn is_open_to(&self, tab: usize) -> bool {
        self.model.is_open_to(self.users[self.tabs[tab].person])
    }

    /// The pages of those who are out know it, sooner or later, and show nothing. Then all are let in again: some load
    /// their page anew, the others find out by themselves.
    pub fn those_who_are_out_know(&mut self) -> Checked {
        let is_in = |world: &Self, tab: usize| world.is_open_to(tab);
        if (0..self.tabs.len()).all(|tab| is_in(self, tab)) {
            return Ok(());
        }
        self.get_on(|world| {
            let mut pages = world.tabs.iter().enumerate();
            pages.all(|(tab, page)| is_in(world, tab) || page.shows_nothing())
        })?;
        for (tab, page) in self.tabs.iter().enumerate() {
            if !is_in(self, tab) && !page.shows_nothing() {
                return violated(format!(
                    "a page shows a list that is not for its person any more: {:?}",
                    page.engine.link()
                ));
            }
        }
        self.hit(Hit::OutAtTheEnd);
        self.be_there(true)?;
        self.let_in(true)?;
        for tab in 0..self.tabs.len() {
            self.follow(tab)?;
            if self.tabs[tab].photo.is_hidden && self.scene.uuid().as_u128().is_multiple_of(2) {
                self.reload(tab)?;
            }
        }
        Ok(())
    }
}
