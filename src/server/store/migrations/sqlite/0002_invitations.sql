-- Links that let people into a list.
CREATE TABLE invitations (
  id BLOB PRIMARY KEY,
  list_id BLOB NOT NULL REFERENCES lists ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('editor', 'viewer')),
  -- SHA-256 of the token: who reads the database cannot join with it.
  token_hash BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1))
) STRICT;
CREATE INDEX invitations_by_list ON invitations (list_id);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);
