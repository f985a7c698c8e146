-- Operations: how the chores go, what was decided about jobs that gave up.

-- When each process's chores last ended. A process number is taken anew at every start.
CREATE TABLE chore_beat (
  process {int} NOT NULL,
  chore {text} NOT NULL,
  succeeded_at {int},
  failed_at {int},
  -- Why it last failed.
  reason {text} NOT NULL,
  told_at {int} NOT NULL,
  PRIMARY KEY (process, chore)
) {clustered};

-- A job that gave up was tried again or discarded, by whom and why.
CREATE TABLE job_decision (
  id {int} PRIMARY KEY,
  job_id {int} NOT NULL,
  kind {text} NOT NULL,
  payload {text} NOT NULL,
  error {text} NOT NULL,
  decision {text} NOT NULL CHECK (decision IN ('retried', 'discarded')),
  reason {text} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  at {int} NOT NULL
) {strict};
{append_only job_decision};

-- Who belongs to a closed deployment, by phone number.
CREATE TABLE member (
  phone {text} PRIMARY KEY,
  note {text} NOT NULL,
  added_by {int} NOT NULL REFERENCES person (id),
  added_at {int} NOT NULL,
  ended_at {int}
) {clustered};

-- The designated platform on which a project's campaign runs too, and its address there.
CREATE TABLE project_platform (
  project_id {int} PRIMARY KEY REFERENCES project (id),
  platform {text} NOT NULL,
  address {text} NOT NULL,
  named_by {int} NOT NULL REFERENCES person (id),
  named_at {int} NOT NULL
) {strict};

-- The platform's half-yearly reports, as they were published, and the corrections to them.
CREATE TABLE platform_report (
  half {text} PRIMARY KEY,
  body {text} NOT NULL,
  published_at {int} NOT NULL
) {strict};
{append_only platform_report};

CREATE TABLE platform_report_note (
  id {int} PRIMARY KEY,
  half {text} NOT NULL REFERENCES platform_report (half),
  note {text} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  at {int} NOT NULL
) {strict};
{append_only platform_report_note};

-- A decision of the operator may be appealed once, by whom it concerns; a reviewer who did not take it judges.
CREATE TABLE appeal (
  id {int} PRIMARY KEY,
  thing {text} NOT NULL,
  thing_id {int} NOT NULL,
  decided_at {int} NOT NULL,
  decided_by {int} NOT NULL REFERENCES person (id),
  -- What was decided about, and the reason as it stood.
  title {text} NOT NULL,
  decision {text} NOT NULL,
  -- Whose appeal it is: an organisation's, or (0) a person's own.
  organisation_id {int} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  statement {text} NOT NULL,
  made_at {int} NOT NULL,
  due_day {int} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('open', 'upheld', 'confirmed')),
  -- Upheld, and the decision was taken back; things may have moved on so far that there was nothing left to take back.
  carried_out {int} NOT NULL CHECK (carried_out IN (0, 1)),
  reviewer_id {int} REFERENCES person (id),
  reason {text} NOT NULL,
  reviewed_at {int},
  UNIQUE (thing, thing_id, decided_at),
  CHECK (reviewer_id <> decided_by AND reviewer_id <> person_id),
  CHECK (carried_out = 0 OR state = 'upheld'),
  CHECK ((state = 'open') = (reviewed_at IS NULL))
) {strict};
CREATE INDEX appeal_open ON appeal (due_day, id) WHERE state = 'open';
CREATE INDEX appeal_organisation ON appeal (organisation_id, id);
CREATE INDEX appeal_person ON appeal (person_id, id);
