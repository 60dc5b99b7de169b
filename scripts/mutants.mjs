// The faults that scripts/mutants plants in what a page does. The simulator must find each by itself; those in who is
// signed in, the model of that. Written as in faults.mjs.

const ENGINE = 'src/core/engine.rs';
const PUSHED = 'src/core/engine/pushed.rs';
const PULLED = 'src/core/engine/pulled.rs';
const PENDING = 'src/core/pending.rs';
const SOCKET = 'src/core/engine/socket.rs';
const QUEUES = 'src/core/engine/queues.rs';
const REPLICA = 'src/core/replica.rs';
const CONFLICT = 'src/core/conflict.rs';
const CONFLICTS = 'src/core/engine/conflicts.rs';
const OP = 'src/core/op.rs';
// What the server does, in the simulator.
const WIRES = 'src/tests/simulator/wires.rs';
const ACCESS = 'src/tests/simulator/access.rs';

const AUTH = 'src/core/auth.rs';

const red = ['no_history_breaks_an_invariant'];
const auth = { file: AUTH, tests: ['core::auth'], red: ['in_the_end_all_tabs_agree_with_the_server'] };

export const MUTANTS = [
  {
    name: 'a refusal puts the page back to what the server has',
    file: PUSHED,
    old: 'self.came_to_nothing(entry, why, true);',
    new: 'self.view.reset(&self.base); self.came_to_nothing(entry, why, true);',
    red,
  },
  {
    name: 'what is applied leaves the queue with the answer',
    file: PUSHED,
    old: 'let changed = self.pending.applied(id, seq);',
    new: 'let changed = self.pending.applied(id, seq); self.pending.remove(id);',
    red,
  },
  {
    name: 'last_mid settles',
    file: PULLED,
    old: 'self.pending.in_base(self.client(), last_mid);',
    new: 'for mid in 1..=last_mid.0 { self.pending.remove((self.client(), Mid(mid))); }',
    red,
  },
  {
    name: 'what a snapshot has is folded over it once more',
    file: PULLED,
    old: 'self.pending.in_base(self.client(), last_mid);',
    new: 'let _ = last_mid;',
    red,
  },
  {
    name: 'an event is merged over a gap',
    file: REPLICA,
    old: 'Ordering::Greater => Merged::Gap, Ordering::Equal => {',
    new: 'Ordering::Greater | Ordering::Equal => {',
    red,
  },
  {
    name: 'an event is merged again when it is repeated',
    file: REPLICA,
    old: 'Ordering::Less => Merged::Known,',
    new: 'Ordering::Less => { event.apply(seq, &mut self.todos); Merged::Known }',
    red,
  },
  {
    name: 'what has no answer in time is given up',
    file: PUSHED,
    old: 'Failure::Unreachable if is_connected => {',
    new: 'Failure::Unreachable | Failure::Late if is_connected => {',
    red,
  },
  {
    name: 'the second error is the last one',
    file: ENGINE,
    old: 'const TRIES: u8 = 3;',
    new: 'const TRIES: u8 = 2;',
    red,
  },
  {
    name: 'a no-op takes what was decided before for skipped',
    file: PUSHED,
    old: 'Outcome::Applied(seq) => return self.applied(id, seq),',
    new: '_ if was_given_up => { self.pending.remove(id); return self.review.open(id); } Outcome::Applied(seq) => return self.applied(id, seq),',
    red,
  },
  {
    name: 'a refused push is given up as a whole',
    file: PUSHED,
    old: '[alone] => self.give_up(*alone, Why::Refused(message)), _ => {}',
    new: 'all => for mid in all { self.give_up(*mid, Why::Refused(message.clone())); }',
    red,
  },
  {
    name: 'what follows one that folds to nothing is not folded',
    file: 'src/core/view.rs',
    old: 'let decision = decide(&entry.op, &facts);',
    new: `let decision = decide(&entry.op, &facts);
          if !matches!(decision, Decision::Applied(_)) {
              facts.slots.drain(..).for_each(|(id, slot)| set(&mut todos, id, slot));
              break;
          }`,
    red,
  },
  {
    name: 'an undo does not say what it must leave alone',
    file: PENDING,
    old: 'unless_after: entry.unless_after.clone().filter(|_| !entry.given_up),',
    new: 'unless_after: None,',
    red,
  },
  {
    name: 'an undo goes before what it is to follow is decided',
    file: PENDING,
    old: '(is_new || mine.is_empty()).then(|| since.iter().map(|entry| entry.id()).collect())',
    new: 'Some(since.iter().map(|entry| entry.id()).collect())',
    red,
  },
  {
    name: 'an edit says nothing of my own before it',
    file: PENDING,
    old: 'if !based.after.contains(&mine) {',
    new: 'if false && !based.after.contains(&mine) {',
    red,
  },
  {
    name: 'an edit does not know what it started from once somebody else was faster',
    file: 'src/core/engine/acts.rs',
    old: 'let began = self.began.as_ref();',
    new: 'let began = self.began.as_ref().filter(|_| false);',
    red,
  },
  {
    name: 'a conflict is also with what I wrote just before',
    file: PENDING,
    old: 'entry.was = Some(text.clone());',
    new: '',
    red,
  },
  {
    name: 'two pushes at once',
    file: 'src/core/link.rs',
    old: 'State::InFlight => false,',
    new: 'State::InFlight => new,',
    red,
  },
  {
    name: 'another history goes unnoticed',
    file: PULLED,
    old: 'if news.epoch != self.base.epoch || is_behind {',
    new: 'if is_behind {',
    red,
  },
  {
    name: 'a server that is behind goes unnoticed',
    file: PULLED,
    old: 'if news.epoch != self.base.epoch || is_behind {',
    new: 'if news.epoch != self.base.epoch {',
    red,
  },
  {
    name: 'what was waiting is dropped when another client begins',
    file: PULLED,
    old: 'if !entry.given_up { let why = Why::Barred(why.to_owned());',
    new: 'if entry.given_up { let why = Why::Barred(why.to_owned());',
    red,
  },
  {
    name: 'what was given up comes out of the queue without its slot',
    file: PUSHED,
    old: 'entry.given_up = true; let entry = entry.clone();',
    new: 'entry.given_up = true; let entry = entry.clone(); self.pending.remove(id);',
    red,
  },
  {
    name: 'a snapshot from before base is taken in',
    file: PULLED,
    old: '} else if news.seq >= self.base.seq {',
    new: '} else {',
    red,
  },
  {
    name: 'a page that lost its socket asks nobody',
    file: SOCKET,
    old: '_ => self.pull_now(),',
    new: '_ => {}',
    red,
  },
  {
    name: 'a silent socket is never given up',
    file: 'src/core/link/live.rs',
    old: 'State::Opening | State::Asked => Silence::Dead,',
    new: 'State::Opening | State::Asked => Silence::Ask(SILENCE_MS.1),',
    red,
  },
  {
    name: 'access lost: the code of the socket is taken for any other',
    file: SOCKET,
    old: 'code::NO_ACCESS | code::DELETED => {',
    new: 'code::NO_ACCESS | code::DELETED if false => {',
    red,
  },
  {
    name: 'access lost: the page goes on showing the list',
    file: PULLED,
    old: 'self.is_hidden = true;',
    new: '',
    red,
  },
  {
    name: 'access lost: what waited is dropped',
    file: PULLED,
    old: 'self.reset(Trouble::Closed(why), random);',
    new: 'self.pending.take(); self.reset(Trouble::Closed(why), random);',
    red,
  },
  {
    name: 'access lost: what is done afterwards waits for ever',
    file: PULLED,
    old: 'if self.is_hidden && self.pending.entries().next().is_some() {',
    new: 'if false && self.is_hidden && self.pending.waiting() > 0 {',
    red,
  },
  {
    name: 'access lost: whoever is let in again sees nothing',
    file: PULLED,
    old: 'if std::mem::take(&mut self.is_hidden) {',
    new: 'if false {',
    red,
  },
  {
    name: 'access lost: the server sends what comes after it all the same',
    file: WIRES,
    old: 'for wire in self.wires.iter_mut().filter(|wire| wire.is_open()) {',
    new: 'for wire in self.wires.iter_mut() {',
    red,
  },
  {
    name: 'access lost: the server ends no socket',
    file: ACCESS,
    old: 'self.end_wires(code::NO_ACCESS, |tab| theirs[tab]);',
    new: '',
    red,
  },
  {
    name: 'access lost: the sockets of a deleted list go on',
    file: ACCESS,
    old: 'self.end_wires(code::DELETED, |_| true);',
    new: '',
    red,
  },
  {
    name: 'queues: what is not saved yet is sent',
    file: PENDING,
    old: 'if !entry.is_saved { break; }',
    new: '',
    red,
  },
  {
    name: 'queues: what came to nothing is not kept over a reload',
    file: QUEUES,
    old: 'let kept = self.review.get(id);',
    new: 'let kept = self.review.get(id).filter(|_| self.pending.get(id).is_some());',
    red,
  },
  {
    name: 'queues: what is taken over is numbered anew',
    file: QUEUES,
    old: 'self.pending.put(client, adopted, entries); self.settle(touched); if is_left {',
    new: `self.pending.put(client, adopted, Vec::new());
          for entry in entries.into_iter().filter(|_| is_left) { self.queue(entry.op, entry.seen, None); }
          self.settle(touched);
          if is_left {`,
    red,
  },
  {
    name: 'queues: a tab sends what another one has',
    file: PENDING,
    old: 'client == self.client || self.adopted(client).is_some()',
    new: 'self.knows(client)',
    red,
  },
  {
    name: 'queues: what waits in another tab never goes',
    file: QUEUES,
    old: 'let known = self.pending.entries().filter(is_settled);',
    new: `let _ = is_settled;
          let is_told = |known: &Entry| queue.iter().any(|record| record.id == known.id());
          let known = self.pending.entries().filter(|known| known.client == client && !is_told(known));`,
    red,
  },
  {
    name: 'queues: what builds on another queue does not wait for it',
    file: PENDING,
    old: '|| !entry.given_up && entry.waits_for.iter().any(|id| self.is_undecided(*id))',
    new: '',
    red,
  },
  {
    name: 'queues: what is settled stays saved',
    file: QUEUES,
    old: 'if self.pending.sends(entry.client) { self.mark(entry.id());',
    new: 'if self.pending.sends(entry.client) {',
    red,
  },
  {
    name: 'queues: what has been given up comes back with a reload',
    file: QUEUES,
    old: 'given_up: record.why.is_some() || record.op == Op::Noop,',
    new: 'given_up: record.op == Op::Noop,',
    red,
  },
  {
    name: 'queues: what is still to be taken out of the store is acknowledged',
    file: QUEUES,
    old: 'let open = waiting.chain(unsaved.copied());',
    new: 'let _ = unsaved; let open = waiting;',
    red,
  },
  {
    name: 'queues: what is sent is acknowledged',
    file: QUEUES,
    old: 'first.1.0.checked_sub(1).filter(|mid| *mid > 0).map(Mid)',
    new: 'Some(first.1)',
    red,
  },
  {
    name: 'queues: what was given up and put aside comes back with a reload',
    file: QUEUES,
    old: 'if entry.given_up && kept.is_none() {',
    new: 'if false && entry.given_up && kept.is_none() {',
    red,
  },
  {
    name: 'queues: what a tab that is there has is taken over',
    file: QUEUES,
    old: 'let adopted = is_left.then_some(self.base.seq);',
    new: 'let adopted = Some(self.base.seq);',
    red,
  },
  {
    name: 'queues: what is new goes into a queue that was taken over',
    file: PENDING,
    old: 'let mut entry = Entry::new((self.client, self.last), op, seen);',
    new: `let adopted = self.guests.iter().find(|guest| guest.adopted.is_some());
          let client = adopted.map_or(self.client, |guest| guest.client);
          let its = self.queue.iter().filter(|entry| entry.client == client);
          let mid = its.map(|entry| entry.mid).max().map_or(self.last, |mid| mid.next());
          let mut entry = Entry::new((client, mid), op, seen);`,
    red,
  },
  {
    name: 'queues: what waits in another person\'s tab is shown',
    file: QUEUES,
    old: 'let is_ours = (user, list, epoch) == (self.user, self.list, self.base.epoch);',
    new: 'let _ = user; let is_ours = (list, epoch) == (self.list, self.base.epoch);',
    red,
  },
  {
    ...auth,
    name: 'signed in: who follows another tab writes back',
    old: 'self.leave(Why::Told, gone, to);',
    new: 'self.leave(Why::Told, gone, to); to.push(Effect::Write(None));',
  },
  {
    ...auth,
    name: 'signed in: a 401 signs out, and nobody is asked',
    old: '(Input::Refused, Phase::Here) if self.user.is_some() => { self.ask(stored, to); }',
    new: `(Input::Refused, Phase::Here) if self.user.is_some() => {
              self.write_nobody(stored, to);
              self.leave(Why::Sure, Gone::SignedOut, to);
              to.push(Effect::Load(To::Start));
          }`,
  },
  {
    name: 'queues: a failed save leaves a gap',
    file: QUEUES,
    old: 'if !ok { // It is tried once more with what comes next: what is kept has no gaps. self.saves.changes(id); }',
    new: '',
    red,
  },
  {
    name: 'conflicts: the last writer wins silently',
    file: OP,
    old: 'if todo.title_version > facts.based_on {',
    new: 'if false {',
    red,
  },
  {
    name: 'conflicts: a tick counts as a change of the text',
    file: OP,
    old: 'if todo.title_version > facts.based_on {',
    new: 'if todo.version > facts.based_on {',
    red,
  },
  {
    name: 'conflicts: what an edit was built on counts as seen, whatever became of it',
    file: CONFLICT,
    old: 'seqs.fold(self.server, Seq::max)',
    new: 'let _ = seqs; if self.after.is_empty() { self.server } else { Seq(u64::MAX) }',
    red,
  },
  {
    name: 'conflicts: what decides one is based on nothing',
    file: CONFLICTS,
    old: 'let part = self.retitle(Op::SetTitle { id, title, base }, now);',
    new: 'let base = Base::default(); let part = self.retitle(Op::SetTitle { id, title, base }, now);',
    red,
  },
  {
    name: 'conflicts: what decides one overwrites whatever is there',
    file: CONFLICTS,
    old: 'let part = self.retitle(Op::SetTitle { id, title, base }, now);',
    new: 'let base = Base { server: crate::core::id::Seq(u64::MAX - 1), ..base }; let part = self.retitle(Op::SetTitle { id, title, base }, now);',
    red,
  },
  {
    name: 'conflicts: one drops later words of the same person',
    file: PUSHED,
    old: 'Outcome::Conflict(current) => { self.supersede(id); Why::Conflict(current) }',
    new: `Outcome::Conflict(current) => {
              self.supersede(id);
              let later = self.pending.entries().filter(|entry| {
                  entry.client == id.0 && entry.mid > id.1 && matches!(&entry.op, crate::core::op::Op::SetTitle { id: of, .. } if *of == current.id)
              });
              let later: Vec<_> = later.map(Entry::id).collect();
              later.into_iter().for_each(|id| { self.pending.remove(id); });
              Why::Conflict(current)
          }`,
    red,
  },
  {
    name: 'conflicts: a newer one takes an older one of another text with it',
    file: CONFLICTS,
    old: 'after.iter().copied()',
    new: 'let _ = after; let (client, mid) = entry.id(); (1..mid.0).map(move |of| (client, crate::core::id::Mid(of)))',
    red,
  },
  {
    name: 'conflicts: what is deleted unseen is not told',
    file: CONFLICTS,
    old: 'let is_other = |todo: &&Todo| seen(todo.id).is_some_and(|text| text != todo.title);',
    new: 'let is_other = |todo: &&Todo| seen(todo.id).is_some_and(|text| text != todo.title) && todo.title.is_empty();',
    red,
  },
  {
    name: 'conflicts: what is cleared unseen is not told',
    file: CONFLICTS,
    old: 'Some(text.as_str()).filter(|text| !text.is_empty())',
    new: 'Some(text.as_str()).filter(|text| text.is_empty())',
    red,
  },
];
