-- Supervision by everyone: complaints with the clock of five working days, questions about the use of gifts, and settings.

-- What the operator may choose; a name without a row has its default.
CREATE TABLE setting (
  name {text} PRIMARY KEY,
  value {int} NOT NULL,
  set_by {int} NOT NULL REFERENCES person (id),
  set_at {int} NOT NULL
) {clustered};

CREATE TABLE complaint (
  id {int} PRIMARY KEY,
  -- 0: about the platform itself.
  project_id {int} NOT NULL,
  kind {text} NOT NULL,
  body {text} NOT NULL,
  -- 0: somebody without an account, who comes back by the link.
  person_id {int} NOT NULL,
  contact {text} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('open', 'answered', 'reopened', 'closed')),
  received_at {int} NOT NULL,
  due_day {int} NOT NULL,
  -- The first day and the first answer, by which the clock is judged for ever; due_day moves when it is opened again.
  first_due_day {int} NOT NULL,
  first_answered_at {int},
  answer {text} NOT NULL,
  outcome {text} NOT NULL,
  answered_by {int} NOT NULL,
  answered_at {int},
  solved {int} CHECK (solved IN (0, 1)),
  -- The charity is asked for a statement, and gives it.
  asked_charity_at {int},
  statement {text} NOT NULL,
  statement_by {int} NOT NULL,
  statement_at {int},
  CHECK (state NOT IN ('answered', 'closed') OR answered_at IS NOT NULL)
) {strict};
CREATE INDEX complaint_state ON complaint (state, due_day);
CREATE INDEX complaint_project ON complaint (project_id, id);
CREATE INDEX complaint_person ON complaint (person_id, id) WHERE person_id <> 0;

-- Everything that happened to a complaint, in order.
CREATE TABLE complaint_step (
  id {int} PRIMARY KEY,
  complaint_id {int} NOT NULL REFERENCES complaint (id),
  step {text} NOT NULL,
  person_id {int} NOT NULL,
  note {text} NOT NULL,
  at {int} NOT NULL
) {strict};
CREATE INDEX complaint_step_complaint ON complaint_step (complaint_id, id);
{append_only complaint_step};

CREATE TABLE complaint_file (
  complaint_id {int} NOT NULL REFERENCES complaint (id),
  file_id {int} NOT NULL REFERENCES file (id),
  PRIMARY KEY (complaint_id, file_id)
) {clustered};

CREATE TABLE question (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  -- 'copy': the files themselves are asked for (慈善法 art. 42).
  kind {text} NOT NULL CHECK (kind IN ('question', 'copy')),
  body {text} NOT NULL,
  is_public {int} NOT NULL CHECK (is_public IN (0, 1)),
  person_id {int} NOT NULL,
  asked_at {int} NOT NULL,
  due_day {int} NOT NULL,
  answer {text} NOT NULL,
  answered_by {int} NOT NULL,
  answered_at {int},
  hidden_at {int},
  hidden_by {int} NOT NULL,
  hidden_reason {text} NOT NULL
) {strict};
CREATE INDEX question_project ON question (project_id, id);
CREATE INDEX question_open ON question (due_day, id) WHERE answered_at IS NULL;
CREATE INDEX question_person ON question (person_id, id) WHERE person_id <> 0;

CREATE TABLE question_file (
  question_id {int} NOT NULL REFERENCES question (id),
  file_id {int} NOT NULL REFERENCES file (id),
  PRIMARY KEY (question_id, file_id)
) {clustered};
