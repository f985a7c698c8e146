-- Money that the implementer returned, and corrections of what was written wrongly: asked for by one person, decided by another.
-- A reversal that was done is the movement of the same number in `transfer`.
CREATE TABLE reversal (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  kind {text} NOT NULL CHECK (kind IN ('return', 'correction')),
  -- What a correction undoes.
  of_code {int} NOT NULL,
  of_id {int} NOT NULL,
  amount_fen {int} NOT NULL CHECK (amount_fen > 0),
  reason {text} NOT NULL,
  file_id {int} NOT NULL REFERENCES file (id),
  state {text} NOT NULL CHECK (state IN ('asked', 'done', 'refused')),
  asked_by {int} NOT NULL REFERENCES person (id),
  asked_at {int} NOT NULL,
  decided_by {int} REFERENCES person (id),
  decided_at {int},
  answer {text} NOT NULL,
  CHECK (decided_by <> asked_by),
  CHECK ((state = 'asked') = (decided_by IS NULL)),
  CHECK ((kind = 'return') = (of_id = 0))
) {strict};
CREATE INDEX reversal_project ON reversal (project_id, id);
CREATE INDEX reversal_state ON reversal (state, id);
CREATE UNIQUE INDEX reversal_open ON reversal (of_id) WHERE state = 'asked' AND of_id <> 0;

-- The invoice of an expense: for the desks, until the charity decides that everyone may see it.
CREATE TABLE expense_file (
  expense_id {int} PRIMARY KEY REFERENCES expense (id),
  file_id {int} NOT NULL REFERENCES file (id)
) {strict};
{append_only expense_file};
