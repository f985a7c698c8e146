-- Gifts outside the channel. A row is entered by one person; when another confirms it, the movement of the same number enters `transfer`.
CREATE TABLE offline_gift (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  project_id {int} NOT NULL REFERENCES project (id),
  kind {text} NOT NULL CHECK (kind IN ('transfer', 'cheque', 'cash')),
  amount_fen {int} NOT NULL CHECK (amount_fen > 0),
  received_day {int} NOT NULL,
  payer {text} NOT NULL,
  anonymous {int} NOT NULL CHECK (anonymous IN (0, 1)),
  -- 0: whoever paid has no account here.
  donor_id {int} NOT NULL,
  bank_reference {text} NOT NULL,
  file_id {int} NOT NULL REFERENCES file (id),
  state {text} NOT NULL CHECK (state IN ('entered', 'confirmed', 'refused')),
  entered_by {int} NOT NULL REFERENCES person (id),
  entered_at {int} NOT NULL,
  decided_by {int} REFERENCES person (id),
  decided_at {int},
  answer {text} NOT NULL,
  CHECK (decided_by <> entered_by),
  CHECK ((state = 'entered') = (decided_by IS NULL))
) {strict};
CREATE INDEX offline_gift_organisation ON offline_gift (organisation_id, id);
CREATE INDEX offline_gift_donor ON offline_gift (donor_id, id) WHERE donor_id <> 0;
-- One number at the bank is one gift, unless it was refused.
CREATE UNIQUE INDEX offline_gift_reference ON offline_gift (organisation_id, kind, bank_reference) WHERE state <> 'refused';

-- Things that were given: listed with what they are worth and how that is known, never posted as money.
CREATE TABLE offline_things (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  project_id {int} NOT NULL REFERENCES project (id),
  item {text} NOT NULL,
  quantity {int} NOT NULL CHECK (quantity > 0),
  unit {text} NOT NULL,
  valuation_fen {int} NOT NULL CHECK (valuation_fen > 0),
  basis {text} NOT NULL,
  received_day {int} NOT NULL,
  payer {text} NOT NULL,
  anonymous {int} NOT NULL CHECK (anonymous IN (0, 1)),
  file_id {int} NOT NULL REFERENCES file (id),
  state {text} NOT NULL CHECK (state IN ('entered', 'received', 'handed_over', 'refused')),
  entered_by {int} NOT NULL REFERENCES person (id),
  entered_at {int} NOT NULL,
  decided_by {int} REFERENCES person (id),
  decided_at {int},
  answer {text} NOT NULL,
  handed_by {int} REFERENCES person (id),
  handed_at {int},
  handed_day {int},
  handed_to {text} NOT NULL,
  CHECK (decided_by <> entered_by),
  CHECK ((state = 'entered') = (decided_by IS NULL)),
  CHECK ((state = 'handed_over') = (handed_by IS NOT NULL))
) {strict};
CREATE INDEX offline_things_organisation ON offline_things (organisation_id, id);
CREATE INDEX offline_things_project ON offline_things (project_id, id);

-- What a donor writes into the remark of a bank transfer; for ever theirs.
CREATE TABLE transfer_reference (
  person_id {int} PRIMARY KEY REFERENCES person (id),
  reference {text} NOT NULL UNIQUE,
  made_at {int} NOT NULL
) {strict};

-- The charity's own bank account, as donors need it to transfer money. The newest row holds; older ones stay.
CREATE TABLE bank_account (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  name {text} NOT NULL,
  bank {text} NOT NULL,
  number {text} NOT NULL,
  entered_by {int} NOT NULL REFERENCES person (id),
  entered_at {int} NOT NULL,
  confirmed_by {int} REFERENCES person (id),
  confirmed_at {int},
  CHECK (confirmed_by <> entered_by)
) {strict};
CREATE INDEX bank_account_organisation ON bank_account (organisation_id, id);

-- The gifts that a receipt can be issued for. Every source of gifts joins here and nowhere else. What was received on a day
-- was received when it began in Shanghai. Things are for whoever stands on the evidence: their value, and what they are.
CREATE VIEW receiptable_gift AS
  SELECT gift.id AS gift_id, gift.recipient_id AS organisation_id, gift.project_id AS project_id, gift_intent.donor_id AS donor_id,
         gift.amount_fen AS amount_fen, gift.paid_at AS received_at, gift_intent.anonymous AS anonymous, gift_intent.name AS name,
         'channel' AS source, '' AS item, '' AS unit, 0 AS quantity
  FROM gift JOIN gift_intent ON gift_intent.id = gift.id
  UNION ALL
  SELECT offline_gift.id AS gift_id, offline_gift.organisation_id AS organisation_id, offline_gift.project_id AS project_id, offline_gift.donor_id AS donor_id,
         offline_gift.amount_fen AS amount_fen, offline_gift.received_day * 86400000000 - 28800000000 AS received_at,
         offline_gift.anonymous AS anonymous, offline_gift.payer AS name, 'offline' AS source, '' AS item, '' AS unit, 0 AS quantity
  FROM offline_gift WHERE offline_gift.state = 'confirmed'
  UNION ALL
  SELECT offline_things.id AS gift_id, offline_things.organisation_id AS organisation_id, offline_things.project_id AS project_id, 0 AS donor_id,
         offline_things.valuation_fen AS amount_fen, offline_things.received_day * 86400000000 - 28800000000 AS received_at,
         offline_things.anonymous AS anonymous, offline_things.payer AS name, 'things' AS source, offline_things.item AS item, offline_things.unit AS unit,
         offline_things.quantity AS quantity
  FROM offline_things WHERE offline_things.state IN ('received', 'handed_over');

-- The same as far as donors are known: a condition of its own in each part, without which SQLite reads all gifts to find a donor's.
CREATE VIEW receiptable_gift_of_donor AS
  SELECT gift.id AS gift_id, gift.recipient_id AS organisation_id, gift.project_id AS project_id, gift_intent.donor_id AS donor_id,
         gift.amount_fen AS amount_fen, gift.paid_at AS received_at, gift_intent.anonymous AS anonymous, gift_intent.name AS name,
         'channel' AS source, '' AS item, '' AS unit, 0 AS quantity
  FROM gift JOIN gift_intent ON gift_intent.id = gift.id WHERE gift_intent.donor_id <> 0
  UNION ALL
  SELECT offline_gift.id AS gift_id, offline_gift.organisation_id AS organisation_id, offline_gift.project_id AS project_id, offline_gift.donor_id AS donor_id,
         offline_gift.amount_fen AS amount_fen, offline_gift.received_day * 86400000000 - 28800000000 AS received_at,
         offline_gift.anonymous AS anonymous, offline_gift.payer AS name, 'offline' AS source, '' AS item, '' AS unit, 0 AS quantity
  FROM offline_gift WHERE offline_gift.state = 'confirmed' AND offline_gift.donor_id <> 0;
