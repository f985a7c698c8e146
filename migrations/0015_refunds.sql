-- Giving back: what the channel is asked for, the cases behind it, and how much of each payment they speak of.

-- One refund at the channel. Its number there is the same however often it is asked for.
CREATE TABLE channel_refund (
  id {int} PRIMARY KEY,
  case_id {int} NOT NULL,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  -- Both 0: the payment never entered the books, and neither does giving it back.
  project_id {int} NOT NULL,
  gift_id {int} NOT NULL,
  out_trade_no {text} NOT NULL,
  transaction_id {text} NOT NULL,
  out_refund_no {text} NOT NULL UNIQUE,
  total_fen {int} NOT NULL CHECK (total_fen > 0),
  amount_fen {int} NOT NULL CHECK (amount_fen > 0 AND amount_fen <= total_fen),
  state {text} NOT NULL CHECK (state IN ('waiting', 'asked', 'done', 'closed', 'abnormal', 'found')),
  -- Made on the merchant platform, without a case of ours.
  elsewhere {int} NOT NULL CHECK (elsewhere IN (0, 1)),
  -- The channel's own number; empty until it has said one.
  refund_id {text} NOT NULL,
  -- When the channel took it in: the day of the bill on which it stands.
  accepted_at {int},
  ended_at {int},
  next_query_at {int} NOT NULL,
  queries {int} NOT NULL,
  -- What the channel last said that was no success; for people at the desk.
  detail {text} NOT NULL,
  made_at {int} NOT NULL,
  CHECK ((project_id = 0) = (gift_id = 0))
) {strict};
CREATE INDEX channel_refund_open ON channel_refund (next_query_at, id) WHERE state IN ('waiting', 'asked', 'abnormal');
CREATE INDEX channel_refund_gift ON channel_refund (gift_id) WHERE gift_id <> 0;
CREATE INDEX channel_refund_project ON channel_refund (project_id, id) WHERE project_id <> 0;
CREATE INDEX channel_refund_aside ON channel_refund (out_trade_no) WHERE gift_id = 0;
CREATE INDEX channel_refund_day ON channel_refund (organisation_id, accepted_at);
CREATE INDEX channel_refund_case ON channel_refund (case_id);
CREATE INDEX channel_refund_payment ON channel_refund (transaction_id);

-- How much of a payment open and finished cases speak of: never more than was paid, nor in more parts than the channel allows.
CREATE TABLE refund_claim (
  transaction_id {text} PRIMARY KEY,
  total_fen {int} NOT NULL,
  claimed_fen {int} NOT NULL,
  parts {int} NOT NULL,
  CHECK (claimed_fen >= 0 AND claimed_fen <= total_fen AND parts >= 0 AND parts <= 50)
) {clustered};

-- A case: who asks for what, why, and what was decided.
CREATE TABLE refund_case (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  -- All 0 where the payment never entered the books; held_id then names the held confirmation, where there is one.
  project_id {int} NOT NULL,
  gift_id {int} NOT NULL,
  donor_id {int} NOT NULL,
  held_id {int} NOT NULL,
  out_trade_no {text} NOT NULL,
  transaction_id {text} NOT NULL,
  paid_at {int} NOT NULL,
  total_fen {int} NOT NULL CHECK (total_fen > 0),
  amount_fen {int} NOT NULL CHECK (amount_fen > 0 AND amount_fen <= total_fen),
  reason {text} NOT NULL CHECK (reason IN ('duplicate', 'wrong_amount', 'system_fault', 'no_capacity', 'stolen_account', 'against_will', 'project_impossible', 'other', 'made_elsewhere')),
  statement {text} NOT NULL,
  opened_by {text} NOT NULL CHECK (opened_by IN ('donor', 'charity', 'operator', 'channel')),
  opened_person {int} NOT NULL,
  opened_at {int} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('applied', 'examined', 'requested', 'approved_once', 'approved', 'sending', 'stuck', 'returned', 'refused', 'appealed', 'upheld', 'withdrawn', 'found')),
  -- Why an approved case is not on its way yet: a word; empty when nothing stands in the way.
  waits_for {text} NOT NULL,
  -- Receipts of the gift do not speak of this amount any more: it went back, or is on its way.
  off_receipts {int} NOT NULL DEFAULT 0 CHECK (off_receipts IN (0, 1)),
  answer_due_at {int} NOT NULL,
  done_due_at {int} NOT NULL,
  answered_at {int},
  requested_by {int} REFERENCES person (id),
  first_by {int} REFERENCES person (id),
  second_by {int} REFERENCES person (id),
  decided_reason {text} NOT NULL,
  appeal {text} NOT NULL,
  ended_at {int},
  CHECK (first_by <> requested_by AND second_by <> requested_by AND second_by <> first_by),
  CHECK (state NOT IN ('approved', 'sending', 'stuck') OR (requested_by IS NOT NULL AND first_by IS NOT NULL AND second_by IS NOT NULL))
) {strict};
CREATE INDEX refund_case_organisation ON refund_case (organisation_id, id);
CREATE INDEX refund_case_project ON refund_case (project_id, id);
CREATE INDEX refund_case_gift ON refund_case (gift_id) WHERE gift_id <> 0;
CREATE INDEX refund_case_donor ON refund_case (donor_id, id) WHERE donor_id <> 0;
CREATE INDEX refund_case_state ON refund_case (state, id);
CREATE INDEX refund_case_held ON refund_case (held_id) WHERE held_id <> 0;

-- Each party says once that what the case tells is so.
CREATE TABLE refund_confirmation (
  case_id {int} NOT NULL REFERENCES refund_case (id),
  party {text} NOT NULL CHECK (party IN ('charity', 'implementer', 'operator')),
  person_id {int} NOT NULL REFERENCES person (id),
  note {text} NOT NULL,
  at {int} NOT NULL,
  PRIMARY KEY (case_id, party)
) {clustered};

CREATE TABLE refund_paper (
  file_id {int} PRIMARY KEY REFERENCES file (id),
  case_id {int} NOT NULL REFERENCES refund_case (id),
  paper {text} NOT NULL,
  by_donor {int} NOT NULL CHECK (by_donor IN (0, 1)),
  at {int} NOT NULL
) {strict};
CREATE INDEX refund_paper_case ON refund_paper (case_id, file_id);

-- What happened in a case, for those who look after it; `told` rows are for the donor's eyes too.
CREATE TABLE refund_step (
  id {int} PRIMARY KEY,
  case_id {int} NOT NULL REFERENCES refund_case (id),
  step {text} NOT NULL,
  -- 0: the donor, the channel or a clock.
  person_id {int} NOT NULL,
  note {text} NOT NULL,
  told {int} NOT NULL CHECK (told IN (0, 1)),
  at {int} NOT NULL
) {strict};
CREATE INDEX refund_step_case ON refund_step (case_id, id);
{append_only refund_step};
