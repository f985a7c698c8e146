-- What projects tell, and that it stays told: progress with its figures, corrections beside what they correct, what was done with
-- leftovers, and who was reminded.

-- What was told stays as it was told (令81号 art. 16): a correction is another row, in `correction`.
{append_only progress_post};
{append_only disclosure};

-- The part of a progress post that makes it a report and not news: what was done, for how many, with which money. A post
-- without it is news and meets no clock (令81号 art. 2: news and advertisements do not stand in for disclosure).
CREATE TABLE progress_told (
  post_id {int} PRIMARY KEY REFERENCES progress_post (id),
  done {text} NOT NULL,
  reached {int} NOT NULL CHECK (reached >= 0),
  reached_unit {text} NOT NULL,
  next_step {text} NOT NULL,
  -- The ledger's: expenses posted after the report before this one, until this one.
  spent_fen {int} NOT NULL
) {strict};
{append_only progress_told};

CREATE TABLE progress_file (
  post_id {int} NOT NULL REFERENCES progress_post (id),
  position {int} NOT NULL,
  file_id {int} NOT NULL REFERENCES file (id),
  PRIMARY KEY (post_id, position)
) {clustered};
{append_only progress_file};

-- A published note that stands beside what it corrects.
CREATE TABLE correction (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  thing {text} NOT NULL CHECK (thing IN ('progress', 'disclosure', 'expense', 'leftovers', 'closing_report', 'correction')),
  thing_id {int} NOT NULL,
  was_wrong {text} NOT NULL,
  is_right {text} NOT NULL,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  person_id {int} NOT NULL REFERENCES person (id),
  -- Of the words that are corrected, and of this note.
  original_sha256 {blob} NOT NULL,
  sha256 {blob} NOT NULL,
  published_at {int} NOT NULL
) {strict};
CREATE INDEX correction_thing ON correction (thing, thing_id);
CREATE INDEX correction_project ON correction (project_id, id);
{append_only correction};

-- What was done with the money that was left when a project closed.
CREATE TABLE leftover_statement (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  amount_fen {int} NOT NULL CHECK (amount_fen >= 0),
  body {text} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  published_at {int} NOT NULL
) {strict};
CREATE INDEX leftover_statement_project ON leftover_statement (project_id, id);
{append_only leftover_statement};

-- Which reminder went out for which due day: 14, 7 and 1 days before (negative) and after.
CREATE TABLE due_reminder (
  project_id {int} NOT NULL,
  due_day {int} NOT NULL,
  stage {int} NOT NULL,
  sent_at {int} NOT NULL,
  PRIMARY KEY (project_id, due_day, stage)
) {clustered};
CREATE INDEX project_due ON project (due_day, id) WHERE state IN ('published', 'fundraising_ended', 'executing', 'closed');
