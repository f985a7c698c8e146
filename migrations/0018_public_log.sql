-- The public log: in which order facts stand in it, what was signed, what is published.

-- Facts of the outbox that have no place in the log yet.
CREATE TABLE public_pending (
  id {int} PRIMARY KEY
) {strict};
INSERT INTO public_pending (id) SELECT id FROM public_entry;

-- The order of the log. A place that was given is never taken back.
CREATE TABLE log_entry (
  entry_index {int} PRIMARY KEY,
  entry_id {int} NOT NULL UNIQUE
) {strict};
{append_only log_entry};
-- Open data asks which facts are of a day.
CREATE INDEX public_entry_created_at ON public_entry (created_at);
-- The log's page shows the last days' reconciliation, among any number of other facts.
CREATE INDEX public_entry_reconciliation ON public_entry (id) WHERE kind = 'reconciliation';

-- One row, made by the first process that writes the log. `assigned` facts have a place; the tree of the first `signed_size` was signed; what everyone sees has `published_size`.
CREATE TABLE log_state (
  id {int} PRIMARY KEY CHECK (id = 1),
  assigned {int} NOT NULL,
  signed_size {int} NOT NULL,
  signed_root {text} NOT NULL,
  signed_at {int} NOT NULL,
  published_size {int} NOT NULL,
  published_text {text} NOT NULL,
  published_at {int} NOT NULL,
  -- Why the log stands still, for a person; empty while it does not.
  stopped {text} NOT NULL,
  -- Which process writes the log, and until when it may believe so.
  writer {int} NOT NULL,
  writer_until {int} NOT NULL
) {strict};

-- What each witness has said lately.
CREATE TABLE log_witness (
  name {text} PRIMARY KEY,
  -- The largest tree it has cosigned, and when it said so.
  size {int} NOT NULL,
  cosigned_at {int} NOT NULL,
  asked_at {int} NOT NULL,
  -- What was wrong with its last answer; empty if nothing was.
  failure {text} NOT NULL
) {strict};

-- What the log says of each gift of a batch: the public bytes; and beside them, never published, which gifts these are and what
-- is left of the keys of their commitments (a key that is destroyed is gone from here).
CREATE TABLE gift_side (
  batch_id {int} PRIMARY KEY,
  entry_id {int} NOT NULL,
  sha256 {blob} NOT NULL,
  body {blob} NOT NULL,
  gift_ids {blob} NOT NULL,
  keys {blob} NOT NULL
) {strict};
CREATE INDEX gift_side_sha256 ON gift_side (sha256);
