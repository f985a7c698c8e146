-- 财务披露 in its full shape: the lines of a disclosure, money from elsewhere, papers, the operator's review.

-- The expenses of a period, each tied to its budget line and its invoice. Together they are the disclosure's expense.
CREATE TABLE disclosure_expense (
  disclosure_id {int} NOT NULL REFERENCES disclosure (id),
  position {int} NOT NULL,
  expense_id {int} NOT NULL UNIQUE REFERENCES expense (id),
  category {text} NOT NULL CHECK (category IN ('programme', 'management', 'fundraising')),
  amount_fen {int} NOT NULL,
  PRIMARY KEY (disclosure_id, position)
) {clustered};
{append_only disclosure_expense};

-- What a disclosure's figures are made of, kind by kind, as the ledger has it. Corrections of earlier expenses, refunds and leftovers
-- that went to other projects are lines of their own and never taken off in silence.
CREATE TABLE disclosure_line (
  disclosure_id {int} NOT NULL REFERENCES disclosure (id),
  kind {text} NOT NULL CHECK (kind IN ('gifts', 'offline', 'redirected_in', 'expenses', 'corrections', 'refunds', 'redirected_out')),
  amount_fen {int} NOT NULL,
  PRIMARY KEY (disclosure_id, kind)
) {clustered};
{append_only disclosure_line};

-- Money for the project that did not come through this platform, as the charity states it. It has a balance of its own.
CREATE TABLE disclosure_elsewhere (
  disclosure_id {int} PRIMARY KEY REFERENCES disclosure (id),
  opening_fen {int} NOT NULL CHECK (opening_fen >= 0),
  matching_fen {int} NOT NULL CHECK (matching_fen >= 0),
  enterprise_fen {int} NOT NULL CHECK (enterprise_fen >= 0),
  offline_fen {int} NOT NULL CHECK (offline_fen >= 0),
  other_fen {int} NOT NULL CHECK (other_fen >= 0),
  other_words {text} NOT NULL,
  expense_fen {int} NOT NULL CHECK (expense_fen >= 0),
  expense_words {text} NOT NULL,
  closing_fen {int} NOT NULL CHECK (closing_fen >= 0 AND closing_fen = opening_fen + matching_fen + enterprise_fen + offline_fen + other_fen - expense_fen)
) {strict};
{append_only disclosure_elsewhere};

-- Audit reports and other papers of a disclosure.
CREATE TABLE disclosure_file (
  disclosure_id {int} NOT NULL REFERENCES disclosure (id),
  position {int} NOT NULL,
  file_id {int} NOT NULL REFERENCES file (id),
  PRIMARY KEY (disclosure_id, position)
) {clustered};
{append_only disclosure_file};

-- The operator's word on a disclosure that is already public; the last one stands.
CREATE TABLE disclosure_review (
  id {int} PRIMARY KEY,
  disclosure_id {int} NOT NULL REFERENCES disclosure (id),
  -- How many words there have been, this one included: two reviewers at once are one too many.
  round {int} NOT NULL,
  verdict {text} NOT NULL CHECK (verdict IN ('passed', 'returned')),
  reason {text} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  at {int} NOT NULL,
  UNIQUE (disclosure_id, round)
) {strict};
{append_only disclosure_review};
