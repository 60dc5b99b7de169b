// The faults that scripts/faults plants. Each says what is broken, in which file, the text that stands there (once, however
// it is wrapped), what stands there instead, and tests that must turn red, by the ends of their names. Others may too.

const COMMIT = 'src/server/store/sqlite/commit.rs';
const LISTS = 'src/server/store/sqlite/lists.rs';
const WRITER = 'src/server/store/sqlite/writer.rs';
const FILE = 'src/server/store/sqlite/file.rs';
const ACCOUNTS = 'src/server/store/sqlite/accounts.rs';
const HUB = 'src/server/hub.rs';
const MAILBOX = 'src/server/hub/mailbox.rs';
const WS = 'src/server/ws.rs';
const SOCKET = 'src/server/ws/socket.rs';

// In the store.
const STORE = [
  {
    name: 'a repeated mutation is decided again',
    file: COMMIT,
    old: 'if mutation.mid <= last {',
    new: 'if false {',
    red: [
      'api::sync::a_push_that_is_repeated_is_applied_once_and_answered_alike_even_after_a_restart',
      'store::commit::a_repeated_batch_gives_the_first_outcomes_and_changes_nothing',
    ],
  },
  {
    name: 'a gap in the numbers is let through',
    file: COMMIT,
    old: 'if mutation.mid > last.next() {',
    new: 'if false {',
    red: [
      'api::sync::a_gap_refuses_the_whole_push',
      'store::commit::a_gap_refuses_the_whole_batch_and_leaves_nothing',
    ],
  },
  {
    name: 'outcomes are not stored',
    file: COMMIT,
    old: 'self.store_outcome(client, &outcome)?;',
    new: '',
    red: [
      'api::outcomes::an_outcome_that_was_acknowledged_is_unknown_but_for_the_places_of_events',
      'store::commit::a_repeated_batch_gives_the_first_outcomes_and_changes_nothing',
    ],
  },
  {
    name: 'a rejected op takes a seq',
    file: COMMIT,
    old: 'let seq = self.head.next();',
    new: 'let seq = self.head.next(); self.head = seq;',
    red: [
      'api::sync::a_push_that_is_repeated_is_applied_once_and_answered_alike_even_after_a_restart',
      'store::commit::what_is_refused_or_skipped_takes_no_place_but_its_number',
    ],
  },
  {
    name: 'a push with the client of somebody else is decided',
    file: COMMIT,
    old: 'if owner.is_some_and(|owner| owner != batch.author.0) {',
    new: 'if false {',
    red: [
      'api::sync::a_client_is_the_persons_who_names_it_first',
      'api::bad_input::trust::two_members_of_one_list_cannot_share_a_client_whoever_names_it_first_and_how',
      'store::commit::a_client_belongs_to_whoever_names_it_first',
    ],
  },
  {
    name: 'a pull with the client of somebody else is answered',
    file: LISTS,
    old: 'Some(_) => Err(StoreError::ClientTaken),',
    new: 'Some(_) => Ok(()),',
    red: [
      'api::sync::a_client_is_the_persons_who_names_it_first',
      'api::bad_input::trust::two_members_of_one_list_cannot_share_a_client_whoever_names_it_first_and_how',
      'store::commit::a_client_belongs_to_whoever_names_it_first',
    ],
  },
  {
    name: 'acked forgets the places of applied mutations too',
    file: COMMIT,
    old: 'DELETE FROM outcomes WHERE',
    new: 'DELETE FROM applied WHERE',
    red: [
      'api::outcomes::an_outcome_that_was_acknowledged_is_unknown_but_for_the_places_of_events',
      'store::based::what_is_acknowledged_is_forgotten_except_where_applied_edits_stand',
    ],
  },
  {
    name: 'deleting what is deleted changes its version',
    file: COMMIT,
    old: 'WHERE list_id = ?3 AND id = ?4 AND deleted_at IS NULL',
    new: 'WHERE list_id = ?3 AND id = ?4',
    red: [
      'store::based::deleting_what_is_deleted_is_no_change_that_an_undo_must_have_seen',
    ],
  },
  {
    name: 'a push of another epoch is decided',
    file: COMMIT,
    old: 'if batch.epoch.is_some_and(|believed| believed != epoch) {',
    new: 'if false {',
    red: [
      'api::sync::a_push_of_another_epoch_is_refused',
      'store::commit::another_epoch_refuses_the_batch_and_strangers_hear_nothing_of_it',
    ],
  },
  {
    name: 'a delta with pruned events is sent all the same',
    file: LISTS,
    old: 'Ok((events.len() as u64 == missing).then_some(events))',
    new: 'Ok(Some(events))',
    red: [
      'api::pull::from_before_what_was_pruned_a_pull_is_a_snapshot_and_from_there_on_a_delta',
    ],
  },
  {
    name: 'what a refused write has written is kept',
    file: WRITER,
    old: 'run(writing, "ROLLBACK TO job", [])?;',
    new: '',
    red: ['writer::tests::a_write_that_fails_or_panics_leaves_nothing_and_harms_no_other'],
  },
  {
    name: 'a write is answered as done though the transaction failed',
    file: WRITER,
    old: 'self.answer.send(ended.and(self.result))',
    new: 'self.answer.send(ended.or(Ok(())).and(self.result))',
    red: ['writer::tests::where_the_transaction_fails_nobody_is_told_of_success'],
  },
  {
    name: 'a restored database goes on with its old epoch',
    file: FILE,
    old: 'run(&transaction, sql, [Uuid::now_v7()])?;',
    new: '',
    red: ['store::file::what_is_restored_is_as_it_was_in_a_history_of_its_own'],
  },
  {
    name: 'a restored database has its old sign-ins',
    file: FILE,
    old: 'run(&transaction, "DELETE FROM sessions", [])?;',
    new: '',
    red: ['store::file::what_is_restored_is_as_it_was_in_a_history_of_its_own'],
  },
  {
    name: 'a damaged backup is taken for a good one',
    file: FILE,
    old: 'if verdict != "ok" {',
    new: 'if verdict.is_empty() {',
    red: ['store::file::a_restore_that_is_refused_changes_nothing'],
  },
  {
    name: 'texts are swept a day early',
    file: 'src/server/sweep.rs',
    old: 'const TEXTS: i64 = 30 * DAY;',
    new: 'const TEXTS: i64 = 29 * DAY;',
    red: ['store::sweep::the_text_of_a_deleted_todo_goes_after_30_days_and_its_id_never'],
  },
  {
    name: 'another password leaves the other sign-ins as they are',
    file: ACCOUNTS,
    old: '_ => end_others(connection, user, keep),',
    new: '_ => Ok(()),',
    red: [
      'api::settings::another_password_is_the_only_one_from_then_on_and_ends_the_other_sessions',
      'store::accounts::ending_the_others_or_another_password_leaves_one_session_and_nobody_elses',
    ],
  },
  {
    name: 'somebody ends the session of somebody else',
    file: ACCOUNTS,
    old: 'DELETE FROM sessions WHERE id = ? AND user_id = ?',
    new: 'DELETE FROM sessions WHERE id = ? AND ? IS NOT NULL',
    red: [
      'api::settings::nobody_ends_or_sees_somebody_elses_session',
      'store::accounts::only_its_owner_ends_a_session_and_only_once',
    ],
  },
];

// In the rules and at the door.
const RULES = [
  {
    name: 'a conflict goes by the version of the todo, not of its title',
    file: 'src/core/op.rs',
    old: 'if todo.title_version > facts.based_on {',
    new: 'if todo.version > facts.based_on {',
    red: [
      'api::outcomes::a_conflict_carries_the_whole_todo_and_takes_no_place',
      'op::tests::a_conflict_is_a_text_changed_after_what_the_edit_was_based_on_and_nothing_else',
    ],
  },
  {
    name: 'after is ignored',
    file: 'src/core/conflict.rs',
    old: 'seqs.fold(self.server, Seq::max)',
    new: 'seqs.map(|_| self.server).fold(self.server, Seq::max)',
    red: [
      'api::outcomes::an_edit_counts_as_based_on_those_of_mine_that_were_applied',
      'store::based::two_quick_edits_of_mine_do_not_conflict_with_each_other',
    ],
  },
  {
    name: 'unless_after is ignored',
    file: 'src/core/op.rs',
    old: 'facts.unless_after.is_some_and(|seen| slot.version() > seen)',
    new: 'facts.unless_after.is_some_and(|seen| slot.version() > seen && slot.version() < seen)',
    red: [
      'api::outcomes::an_undo_leaves_alone_what_was_changed_since_and_says_so',
      'store::based::an_undo_takes_back_what_only_its_person_changed_since',
    ],
  },
  {
    name: 'what changes many does not skip what was changed since',
    file: 'src/core/op.rs',
    old: 'Ok(slots.filter(|slot| !is_changed(slot, facts)))',
    new: 'Ok(slots)',
    red: [
      'api::outcomes::an_undo_leaves_alone_what_was_changed_since_and_says_so',
      'op::tests::an_undo_leaves_alone_what_somebody_changed_since',
    ],
  },
  {
    name: 'adding does not look at who added the todo first',
    file: 'src/core/op.rs',
    old: 'Some(Slot::Live { todo, creator }) if *creator == facts.author => {',
    new: 'Some(Slot::Live { todo, .. }) => {',
    red: [
      'api::ops::every_op_does_on_a_todo_of_every_state_what_the_table_says',
    ],
  },
  {
    name: 'restoring many fills a list beyond its limit',
    file: 'src/core/op.rs',
    old: 'if facts.live + todos.len() > TODOS_MAX && !todos.is_empty() {',
    new: 'if facts.live > TODOS_MAX {',
    red: [
      'api::outcomes::the_10_001st_todo_is_refused_whichever_way_it_comes',
      'op::tests::restoring_more_than_the_list_holds_restores_none',
    ],
  },
  {
    name: 'a change that changes nothing is a new version',
    file: 'src/core/op.rs',
    old: 'if todo.completed != completed {',
    new: 'if true {',
    red: [
      'api::ops::an_op_that_leaves_every_field_as_it_was_makes_an_event_and_no_version',
      'store::commit::an_op_that_changes_nothing_takes_a_place_all_the_same',
    ],
  },
  {
    name: 'a viewer may write',
    file: 'src/server/lists.rs',
    old: 'if role.may_edit() || *op == Op::Noop {',
    new: 'if role.may_edit() || role == Role::Viewer {',
    red: [
      'api::roles::a_viewer_sees_everything_and_each_mutation_is_refused',
      'api::roles::a_viewers_forms_are_refused_and_a_list_is_only_its_owners_to_change',
    ],
  },
  {
    name: 'an editor may rename and delete the list',
    file: 'src/server/lists.rs',
    old: 'const OWNER: Allow = |role| role == Role::Owner;',
    new: 'const OWNER: Allow = |role| role != Role::Viewer;',
    red: [
      'api::roles::a_viewers_forms_are_refused_and_a_list_is_only_its_owners_to_change',
    ],
  },
  {
    name: 'a request made as another user is carried out',
    file: 'src/server/visit.rs',
    old: 'if believed.is_some_and(|believed| believed != session.user.id) {',
    new: 'if false {',
    red: [
      'api::sync::whoever_else_the_page_believes_to_be_signed_in_nothing_happens',
    ],
  },
  {
    name: 'retry_after gets into no header',
    file: 'src/server/guard.rs',
    old: 'if let Some(seconds) = self.retry_after {',
    new: 'if let Some(seconds) = self.retry_after.filter(|_| false) {',
    red: [
      'api::errors::who_tries_too_often_is_told_when_to_come_again',
      'api::errors::when_too_much_waits_one_is_told_when_to_come_again_and_what_waits_is_done',
    ],
  },
  {
    name: 'a foreign origin may post',
    file: 'src/server/guard.rs',
    old: 'if is_post && !own_origin(request.headers(), &state.origins) {',
    new: 'if false {',
    red: [
      'api::bad_input::whatever_is_wrong_is_refused_in_one_shape_and_changes_nothing',
    ],
  },
  {
    name: 'a title may have 501 characters',
    file: 'src/core/todo.rs',
    old: 'if title.chars().count() > TITLE_MAX {',
    new: 'if title.chars().count() > TITLE_MAX + 1 {',
    red: [
      'api::bad_input::texts::texts_and_places_are_taken_or_refused_one_by_one',
    ],
  },
];

// In the live socket.
const LIVE = [
  {
    name: 'what failed is made known',
    file: WRITER,
    old: 'if ended.is_ok() && !happened.is_empty() {',
    new: 'if !happened.is_empty() {',
    red: [
      'writer::tests::of_a_transaction_that_fails_nothing_is_known_and_an_answer_comes_after_what_happened',
    ],
  },
  {
    name: 'what was taken back is made known',
    file: WRITER,
    old: 'writing.take_back(before);',
    new: 'let _ = before;',
    red: [
      'writer::tests::what_happened_is_known_in_order_and_nothing_of_what_was_taken_back',
    ],
  },
  {
    name: 'a socket reads before it subscribes',
    file: MAILBOX,
    old: 'if inbox.close.is_some() || inbox.lost {',
    new: 'if inbox.close.is_some() || inbox.lost || inbox.catching_up {',
    red: [
      'socket::line::what_was_committed_while_it_read_comes_once_and_after_what_it_read',
    ],
  },
  {
    name: 'a socket that lags is left out rather than ended',
    file: MAILBOX,
    old: 'inbox.lost = true; return false; } true',
    new: 'inbox.lost = true; return false; } false',
    red: [
      'socket::line::a_slow_one_is_ended_and_the_others_get_everything',
    ],
  },
  {
    name: 'a replay counts as slow',
    file: MAILBOX,
    old: 'if inbox.catching_up {',
    new: 'if false {',
    red: [
      'socket::line::a_long_replay_does_not_count_as_slow_and_is_read_on_from_where_it_was',
    ],
  },
  {
    name: 'an event goes out although one before it is missing',
    file: MAILBOX,
    old: 'if seq == at.next() {',
    new: 'if seq > at {',
    red: [
      'socket::line::what_is_missing_in_its_mailbox_is_read_rather_than_left_out',
    ],
  },
  {
    name: 'what a socket has is sent again',
    file: MAILBOX,
    old: 'if seq == at.next() {',
    new: 'if seq <= at.next() {',
    red: [
      'socket::line::what_was_committed_while_it_read_comes_once_and_after_what_it_read',
    ],
  },
  {
    name: 'a delta begins one too early',
    file: 'src/server/store/sqlite/live.rs',
    old: '"SELECT event FROM events WHERE list_id = ? AND seq > ? ORDER BY seq"',
    new: '"SELECT event FROM events WHERE list_id = ? AND seq >= ? ORDER BY seq"',
    red: [
      'socket::route::from_a_place_on_exactly_the_events_after_it_come_and_then_live_ones',
      'store::live::a_socket_begins_as_a_pull_does',
    ],
  },
  {
    name: 'who loses access stays',
    file: HUB,
    old: 'rooms.close_users(user, is_out, Close::AccessLost);',
    new: 'let _ = (is_out, Close::AccessLost);',
    red: [
      'socket::closes::who_loses_access_is_closed_out_and_not_one_event_follows',
    ],
  },
  {
    name: 'sign-ins that end say nothing',
    file: ACCOUNTS,
    old: 'let which = Ended::AllBut(keep); connection.tell(Happened::SessionsEnded { user, which });',
    new: '',
    red: [
      'socket::closes::whatever_ends_a_sign_in_ends_its_sockets',
    ],
  },
  {
    name: 'a sign-in that ended while a socket opened is good',
    file: 'src/server/store/sqlite/live.rs',
    old: 'WHERE id = ? AND user_id = ? AND expires_at > ?',
    new: 'WHERE id = ? AND user_id = ? AND expires_at + 9000 > ?',
    red: [
      'store::live::a_socket_begins_only_with_a_sign_in_that_is_good_a_list_of_ones_own_and_a_client_of_ones_own',
    ],
  },
  {
    name: 'a foreign page gets a socket',
    file: WS,
    old: 'if !guard::own_origin(&parts.headers, &state.origins) {',
    new: 'if false {',
    red: [
      'socket::route::a_foreign_page_gets_no_socket_and_our_own_and_programs_do',
    ],
  },
  {
    name: 'sockets are not counted',
    file: 'src/server/hub/subscription.rs',
    old: 'if rooms.is_full(&visitor, self) {',
    new: 'if rooms.is_full(&visitor, self) && false {',
    red: [
      'socket::route::a_user_has_so_many_sockets_and_an_address_and_the_others_notice_nothing',
    ],
  },
  {
    name: 'a flood goes on',
    file: SOCKET,
    old: 'if self.flood.count(self.began.elapsed()) {',
    new: 'if self.flood.count(self.began.elapsed()) && false {',
    red: [
      'socket::input::each_bad_input_ends_its_own_socket_with_its_code',
    ],
  },
  {
    name: 'messages may be as long as they like',
    file: 'src/server/ws/upgrade.rs',
    old: '.max_message_size(Some(FRAME_MAX))',
    new: '.max_message_size(None)',
    red: [
      'socket::input::each_bad_input_ends_its_own_socket_with_its_code',
    ],
  },
  {
    name: 'silence goes on',
    file: SOCKET,
    old: 'if self.heard.elapsed() >= SILENCE_MAX {',
    new: 'if false {',
    red: [
      'socket::pace::it_is_pinged_every_20_s_and_ended_after_45_s_of_silence',
    ],
  },
  {
    name: 'lists are told of as often as they change',
    file: SOCKET,
    old: 'self.next_lists = now + LISTS_INTERVAL;',
    new: '',
    red: [
      'socket::pace::of_its_lists_it_hears_at_once_and_then_once_a_second',
    ],
  },
  {
    name: 'who is alone is told so',
    file: HUB,
    old: 'if before.max(self.people.count()) > 1 {',
    new: 'if true {',
    red: [
      'socket::people::who_is_alone_or_elsewhere_or_no_member_is_told_nothing',
    ],
  },
  {
    name: 'who went is still here',
    file: HUB,
    old: 'if topic.people.go(id, user) {',
    new: 'if false {',
    red: [
      'socket::people::members_see_who_is_here_and_edits_what_until_they_go',
    ],
  },
  {
    name: 'a server that stops leaves its sockets',
    file: 'src/server.rs',
    old: 'hub.close(); }',
    new: '}',
    red: [
      'socket::closes::a_server_that_stops_says_so_and_stops_at_once_and_one_goes_on_where_one_was',
    ],
  },
];

export const FAULTS = [...STORE, ...RULES, ...LIVE];
