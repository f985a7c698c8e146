-- What the operator decided about a public project, and what it reported to the civil-affairs department. Rows are only added.
CREATE TABLE project_decision (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  kind {text} NOT NULL CHECK (kind IN ('suspended', 'resumed', 'taken_down', 'reported', 'request_refused')),
  reason {text} NOT NULL,
  -- To whom it was reported; empty otherwise.
  authority {text} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  made_at {int} NOT NULL
) {strict};
CREATE INDEX project_decision_project ON project_decision (project_id, id);
{append_only project_decision};

-- A charity asks to have its own project suspended; one open request a project.
CREATE TABLE project_request (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  reason {text} NOT NULL,
  asked_by {int} NOT NULL REFERENCES person (id),
  asked_at {int} NOT NULL,
  decided_at {int}
) {strict};
CREATE UNIQUE INDEX project_request_open ON project_request (project_id) WHERE decided_at IS NULL;

-- What donors of a project are told, and who has been told.
CREATE TABLE project_notice (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  kind {text} NOT NULL CHECK (kind IN ('suspended', 'resumed', 'taken_down', 'change', 'changed', 'lapsed', 'redirect', 'redirected', 'closed')),
  words {text} NOT NULL,
  link {text} NOT NULL,
  made_at {int} NOT NULL
) {strict};
CREATE INDEX project_notice_project ON project_notice (project_id, id);
{append_only project_notice};

CREATE TABLE project_told (
  notice_id {int} NOT NULL REFERENCES project_notice (id),
  person_id {int} NOT NULL,
  PRIMARY KEY (notice_id, person_id)
) {clustered};

-- A change of what was published: judged, announced to donors, and only then in effect (慈善法 art. 56).
CREATE TABLE project_change (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  state {text} NOT NULL CHECK (state IN ('requested', 'refused', 'announced', 'effective', 'lapsed')),
  reason {text} NOT NULL,
  filing_number {text} NOT NULL,
  filed_day {int} NOT NULL,
  -- The project as it would be, as in `project_version`; and as it was when it was asked for.
  body {text} NOT NULL,
  before_body {text} NOT NULL,
  asked_by {int} NOT NULL REFERENCES person (id),
  asked_at {int} NOT NULL,
  answer {text} NOT NULL,
  decided_by {int} REFERENCES person (id),
  decided_at {int},
  effective_day {int} NOT NULL,
  settled_at {int},
  CHECK (state = 'requested' OR decided_by <> asked_by)
) {strict};
CREATE UNIQUE INDEX project_change_open ON project_change (project_id) WHERE state IN ('requested', 'announced');
CREATE INDEX project_change_project ON project_change (project_id, id);
CREATE INDEX project_change_due ON project_change (effective_day) WHERE state = 'announced';

CREATE TABLE project_objection (
  id {int} PRIMARY KEY,
  change_id {int} NOT NULL REFERENCES project_change (id),
  person_id {int} NOT NULL REFERENCES person (id),
  words {text} NOT NULL,
  made_at {int} NOT NULL,
  UNIQUE (change_id, person_id)
) {strict};
