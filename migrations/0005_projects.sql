-- Projects in full: the filed plan, its papers, the versions that were judged, and what is decided about a project afterwards.

-- 募捐方案, beside the columns of `project`; the body is the plan as JSON.
CREATE TABLE project_plan (
  project_id {int} PRIMARY KEY REFERENCES project (id),
  body {text} NOT NULL
) {strict};

CREATE TABLE project_paper (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  kind {text} NOT NULL CHECK (kind IN ('plan', 'commitment', 'decision', 'approval', 'filing_receipt', 'emergency_proof', 'photo')),
  file_id {int} NOT NULL REFERENCES file (id),
  added_by {int} NOT NULL REFERENCES person (id),
  added_at {int} NOT NULL,
  -- Taken back while it was a draft; a paper that was submitted stays in its version.
  removed_at {int}
) {strict};
CREATE INDEX project_paper_project ON project_paper (project_id, id);

-- Every version that was submitted or took effect, whole.
CREATE TABLE project_version (
  project_id {int} NOT NULL REFERENCES project (id),
  number {int} NOT NULL,
  body {text} NOT NULL,
  sha256 {text} NOT NULL,
  made_by {int} NOT NULL,
  made_at {int} NOT NULL,
  reviewed_at {int},
  public_since {int},
  PRIMARY KEY (project_id, number)
) {clustered};

-- Why a kind of cost takes a larger share than was planned.
CREATE TABLE project_cost_note (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  words {text} NOT NULL,
  made_by {int} NOT NULL REFERENCES person (id),
  made_at {int} NOT NULL
) {strict};
CREATE INDEX project_cost_note_project ON project_cost_note (project_id, id);
{append_only project_cost_note};
