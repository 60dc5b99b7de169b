-- Ids are 16-byte UUIDs, times milliseconds since 1970, counters start at 1.

-- "Lock": tells a database of ours from others (`Sqlite::check`).
PRAGMA application_id = 0x4C6F636B;

CREATE TABLE history (
  -- One row: the epoch. A restored backup gets a new one.
  only INTEGER PRIMARY KEY CHECK (only = 1),
  epoch BLOB NOT NULL
) STRICT;

CREATE TABLE users (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  -- The name in lower case: names that differ in case only are the same.
  name_key TEXT NOT NULL UNIQUE,
  -- An Argon2id hash in PHC form.
  password TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
  id BLOB PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
  -- SHA-256 of the token: who reads the database cannot sign in with it.
  token_hash BLOB NOT NULL UNIQUE,
  -- What the browser calls itself, for the person's overview.
  device TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Browsers that have signed in to an account before: guessing at it elsewhere does not lock them out.
CREATE TABLE devices (
  token_hash BLOB NOT NULL,
  user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
  last_used_at INTEGER NOT NULL,
  PRIMARY KEY (token_hash, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_user ON devices (user_id);
CREATE INDEX devices_by_use ON devices (last_used_at);

CREATE TABLE lists (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  -- The last event's place.
  seq INTEGER NOT NULL DEFAULT 0,
  -- How many todos there are, and how many of them are not completed. Kept, because counting reads them all.
  total INTEGER NOT NULL DEFAULT 0 CHECK (total >= 0),
  remaining INTEGER NOT NULL DEFAULT 0 CHECK (remaining BETWEEN 0 AND total),
  created_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX lists_to_purge ON lists (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE members (
  list_id BLOB NOT NULL REFERENCES lists ON DELETE CASCADE,
  user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
  joined_at INTEGER NOT NULL,
  PRIMARY KEY (list_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE todos (
  list_id BLOB NOT NULL REFERENCES lists ON DELETE CASCADE,
  id BLOB NOT NULL,
  -- No reference: a todo outlives its author's account.
  creator BLOB NOT NULL,
  title TEXT NOT NULL,
  completed INTEGER NOT NULL CHECK (completed IN (0, 1)),
  position TEXT NOT NULL,
  version INTEGER NOT NULL,
  title_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  -- A tombstone: ids are kept for ever, so that a late copy of an edit brings nothing back. The title is purged, and
  -- then empty.
  deleted_at INTEGER,
  PRIMARY KEY (list_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX todos_to_purge ON todos (deleted_at) WHERE deleted_at IS NOT NULL AND title <> '';

-- A client belongs to the user who names it first.
CREATE TABLE clients (
  id BLOB PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE queues (
  list_id BLOB NOT NULL REFERENCES lists ON DELETE CASCADE,
  client_id BLOB NOT NULL,
  -- The highest mutation that is decided.
  last_mid INTEGER NOT NULL,
  PRIMARY KEY (list_id, client_id)
) STRICT, WITHOUT ROWID;

-- The places of mutations that were applied: kept as long as the list, for edits that were built on them.
CREATE TABLE applied (
  list_id BLOB NOT NULL REFERENCES lists ON DELETE CASCADE,
  client_id BLOB NOT NULL,
  mid INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (list_id, client_id, mid)
) STRICT, WITHOUT ROWID;

-- What became of the others, until the client needs it no more.
CREATE TABLE outcomes (
  list_id BLOB NOT NULL REFERENCES lists ON DELETE CASCADE,
  client_id BLOB NOT NULL,
  mid INTEGER NOT NULL,
  -- The outcome's JSON, exactly as it was answered.
  outcome TEXT NOT NULL,
  decided_at INTEGER NOT NULL,
  PRIMARY KEY (list_id, client_id, mid)
) STRICT, WITHOUT ROWID;
CREATE INDEX outcomes_by_age ON outcomes (decided_at);

CREATE TABLE events (
  list_id BLOB NOT NULL REFERENCES lists ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  -- The event's JSON, as it goes out.
  event TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (list_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_age ON events (created_at);
