-- How a project ends: its closing report, and where its leftovers go.

-- 结项报告. One that was accepted is public and final.
CREATE TABLE closing_report (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  state {text} NOT NULL CHECK (state IN ('submitted', 'returned', 'published')),
  results {text} NOT NULL,
  indicators {text} NOT NULL,
  beneficiaries {int} NOT NULL CHECK (beneficiaries >= 0),
  leftovers {text} NOT NULL,
  asked_by {int} NOT NULL REFERENCES person (id),
  asked_at {int} NOT NULL,
  answer {text} NOT NULL,
  decided_by {int} REFERENCES person (id),
  decided_at {int},
  CHECK (state = 'submitted' OR decided_by <> asked_by)
) {strict};
CREATE UNIQUE INDEX closing_report_one ON closing_report (project_id) WHERE state IN ('submitted', 'published');

-- Leftovers that go to another project of the same recipient (慈善法 art. 58): asked for by one, agreed to by another, then told
-- to donors, then posted.
CREATE TABLE project_redirect (
  id {int} PRIMARY KEY,
  from_id {int} NOT NULL REFERENCES project (id),
  to_id {int} NOT NULL REFERENCES project (id),
  amount_fen {int} NOT NULL CHECK (amount_fen > 0),
  reason {text} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('requested', 'refused', 'announced', 'posted', 'lapsed')),
  asked_by {int} NOT NULL REFERENCES person (id),
  asked_at {int} NOT NULL,
  answer {text} NOT NULL,
  decided_by {int} REFERENCES person (id),
  decided_at {int},
  effective_day {int} NOT NULL,
  settled_at {int},
  CHECK (from_id <> to_id),
  CHECK (state = 'requested' OR decided_by <> asked_by)
) {strict};
CREATE UNIQUE INDEX project_redirect_open ON project_redirect (from_id) WHERE state IN ('requested', 'announced');
CREATE INDEX project_redirect_to ON project_redirect (to_id, id);
CREATE INDEX project_redirect_due ON project_redirect (effective_day) WHERE state = 'announced';
