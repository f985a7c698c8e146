-- Expenses that come as a spreadsheet: looked at first, then recorded together or not at all.

CREATE TABLE expense_sheet (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  name {text} NOT NULL,
  sha256 {blob} NOT NULL,
  -- The person said that the same file is meant a second time.
  again {int} NOT NULL CHECK (again IN (0, 1)),
  -- Rows, faults and notices as JSON; never changed.
  body {text} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  looked_at {int} NOT NULL,
  written_by {int},
  written_at {int}
) {strict};
CREATE INDEX expense_sheet_project ON expense_sheet (project_id, id);
CREATE UNIQUE INDEX expense_sheet_once ON expense_sheet (project_id, sha256) WHERE written_at IS NOT NULL AND again = 0;

-- From which row of which sheet an expense came.
CREATE TABLE expense_origin (
  expense_id {int} PRIMARY KEY REFERENCES expense (id),
  sheet_id {int} NOT NULL REFERENCES expense_sheet (id),
  row_number {int} NOT NULL,
  UNIQUE (sheet_id, row_number)
) {strict};
{append_only expense_origin};
