-- Organisations in full: what is known about them, who checked their papers, whom they work with, what they must publish,
-- who asks to be admitted and who is invited. Rows are added, not rewritten.

-- The fields that a charity declares, each time as a whole; the newest row holds.
CREATE TABLE organisation_profile (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  established_day {int},
  competent_unit {text} NOT NULL,
  business_scope {text} NOT NULL,
  legal_representative {text} NOT NULL,
  head_name {text} NOT NULL,
  head_title {text} NOT NULL,
  phone {text} NOT NULL,
  email {text} NOT NULL,
  postal_address {text} NOT NULL,
  -- The person to ask, with telephone and mail, may be shown to everyone.
  contact_public {int} NOT NULL CHECK (contact_public IN (0, 1)),
  evaluation_kind {text} NOT NULL,
  evaluation_level {text} NOT NULL,
  evaluation_until_day {int},
  full_time {int} NOT NULL CHECK (full_time >= 0),
  part_time {int} NOT NULL CHECK (part_time >= 0),
  volunteers {int} NOT NULL CHECK (volunteers >= 0),
  -- The charity with 公开募捐资格 under which one without it raises funds (慈善法 art. 26).
  affiliated_id {int} REFERENCES organisation (id),
  person_id {int} NOT NULL REFERENCES person (id),
  at {int} NOT NULL
) {strict};
CREATE INDEX organisation_profile_newest ON organisation_profile (organisation_id, id);
{append_only organisation_profile};

-- The scan of a certificate.
CREATE TABLE certificate_scan (
  certificate_id {int} PRIMARY KEY REFERENCES certificate (id),
  file_id {int} NOT NULL REFERENCES file (id)
) {strict};
{append_only certificate_scan};

-- A certificate that a charity's desk handed in; it counts once the operator has seen it.
CREATE TABLE renewal (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  kind {text} NOT NULL CHECK (kind IN ('registration', 'public_fundraising')),
  number {text} NOT NULL,
  issuer {text} NOT NULL,
  valid_from_day {int} NOT NULL,
  valid_until_day {int} NOT NULL,
  file_id {int} NOT NULL REFERENCES file (id),
  state {text} NOT NULL CHECK (state IN ('submitted', 'accepted', 'returned')),
  submitted_by {int} NOT NULL REFERENCES person (id),
  submitted_at {int} NOT NULL,
  decided_by {int} REFERENCES person (id),
  decided_at {int},
  reason {text} NOT NULL,
  certificate_id {int} REFERENCES certificate (id),
  CHECK (valid_from_day <= valid_until_day),
  CHECK ((state = 'accepted') = (certificate_id IS NOT NULL)),
  CHECK ((state = 'submitted') = (decided_by IS NULL))
) {strict};
CREATE INDEX renewal_organisation ON renewal (organisation_id, id);
CREATE INDEX renewal_waiting ON renewal (id) WHERE state = 'submitted';

-- That the operator ended a seat, why, and until when it would have gone on.
CREATE TABLE seat_end (
  seat_id {int} PRIMARY KEY REFERENCES seat (id),
  person_id {int} NOT NULL REFERENCES person (id),
  reason {text} NOT NULL,
  at {int} NOT NULL,
  would_end_at {int}
) {strict};
{append_only seat_end};

-- That somebody was told how many days a certificate still has.
CREATE TABLE certificate_warning (
  certificate_id {int} NOT NULL REFERENCES certificate (id),
  days {int} NOT NULL,
  told_at {int} NOT NULL,
  PRIMARY KEY (certificate_id, days)
) {clustered};

-- That a person of the operator compared the certificates with 慈善中国, and until when that look is good enough.
CREATE TABLE qualification_check (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  person_id {int} NOT NULL REFERENCES person (id),
  -- Where it stands at 慈善中国: the address of the entry, or what was looked for there.
  directory_entry {text} NOT NULL,
  note {text} NOT NULL,
  at {int} NOT NULL,
  day {int} NOT NULL,
  holds_until_day {int} NOT NULL,
  CHECK (day <= holds_until_day)
) {strict};
CREATE INDEX qualification_check_newest ON qualification_check (organisation_id, id);
{append_only qualification_check};

-- A charity's judgement of an organisation it works with (慈善法 art. 26); the newest one holds.
CREATE TABLE partner_evaluation (
  id {int} PRIMARY KEY,
  charity_id {int} NOT NULL REFERENCES organisation (id),
  partner_id {int} NOT NULL REFERENCES organisation (id),
  standing {text} NOT NULL,
  capability {text} NOT NULL,
  record {text} NOT NULL,
  -- What was looked into so that no interested party is a beneficiary (arts. 40, 59).
  interests {text} NOT NULL,
  passes {int} NOT NULL CHECK (passes IN (0, 1)),
  evaluator {text} NOT NULL,
  day {int} NOT NULL,
  file_id {int} NOT NULL REFERENCES file (id),
  person_id {int} NOT NULL REFERENCES person (id),
  at {int} NOT NULL,
  CHECK (charity_id <> partner_id)
) {strict};
CREATE INDEX partner_evaluation_newest ON partner_evaluation (charity_id, partner_id, day, id);
{append_only partner_evaluation};

CREATE TABLE partner_agreement (
  id {int} PRIMARY KEY,
  charity_id {int} NOT NULL REFERENCES organisation (id),
  partner_id {int} NOT NULL REFERENCES organisation (id),
  from_day {int} NOT NULL,
  until_day {int} NOT NULL,
  -- Both declared that no interested party is among the beneficiaries.
  declared {int} NOT NULL CHECK (declared = 1),
  file_id {int} NOT NULL REFERENCES file (id),
  person_id {int} NOT NULL REFERENCES person (id),
  at {int} NOT NULL,
  CHECK (charity_id <> partner_id),
  CHECK (from_day <= until_day)
) {strict};
CREATE INDEX partner_agreement_days ON partner_agreement (charity_id, partner_id, until_day);
{append_only partner_agreement};

-- How evaluating and supervising the partner of an appeal went; published within three months of its end.
CREATE TABLE partner_result (
  id {int} PRIMARY KEY,
  charity_id {int} NOT NULL REFERENCES organisation (id),
  partner_id {int} NOT NULL REFERENCES organisation (id),
  project_id {int} NOT NULL REFERENCES project (id),
  body {text} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  at {int} NOT NULL,
  UNIQUE (charity_id, partner_id, project_id)
) {strict};
CREATE INDEX partner_result_project ON partner_result (project_id);
{append_only partner_result};

-- An offer of a seat, good for seven days and once. Whoever takes it proves the telephone, or signs in as the person named.
CREATE TABLE invitation (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  role {text} NOT NULL CHECK (role IN ('manager', 'finance', 'approver')),
  -- Digits; empty when a member of staff is named, and once it is no longer needed.
  phone {text} NOT NULL,
  person_id {int} REFERENCES person (id),
  starts_at {int} NOT NULL,
  ends_at {int},
  -- Handing over: this seat ends at the instant at which the new one begins.
  replaces_id {int} REFERENCES seat (id),
  -- Somebody who lost their second factor: taking it up retires their login, and they set up another.
  recovers {int} NOT NULL CHECK (recovers IN (0, 1)),
  state {text} NOT NULL CHECK (state IN ('open', 'accepted', 'withdrawn')),
  invited_by {int} NOT NULL REFERENCES person (id),
  created_at {int} NOT NULL,
  expires_at {int} NOT NULL,
  accepted_by {int} REFERENCES person (id),
  accepted_at {int},
  seat_id {int} REFERENCES seat (id),
  CHECK ((state = 'accepted') = (accepted_by IS NOT NULL))
) {strict};
CREATE INDEX invitation_organisation ON invitation (organisation_id, id);

-- An organisation asks to be admitted. What was submitted each time stands in admission_version.
CREATE TABLE admission (
  id {int} PRIMARY KEY,
  applicant_id {int} NOT NULL REFERENCES person (id),
  state {text} NOT NULL CHECK (state IN ('submitted', 'returned', 'approved', 'refused')),
  version {int} NOT NULL,
  name {text} NOT NULL,
  credit_code {text} NOT NULL,
  submitted_at {int} NOT NULL,
  organisation_id {int} REFERENCES organisation (id),
  CHECK ((state = 'approved') = (organisation_id IS NOT NULL))
) {strict};
CREATE INDEX admission_applicant ON admission (applicant_id, id);
CREATE INDEX admission_waiting ON admission (submitted_at, id) WHERE state = 'submitted';
-- One open application an organisation.
CREATE UNIQUE INDEX admission_open ON admission (credit_code) WHERE state IN ('submitted', 'returned');

CREATE TABLE admission_version (
  admission_id {int} NOT NULL REFERENCES admission (id),
  version {int} NOT NULL,
  -- The form as JSON.
  body {text} NOT NULL,
  at {int} NOT NULL,
  PRIMARY KEY (admission_id, version)
) {strict};
{append_only admission_version};

CREATE TABLE admission_paper (
  admission_id {int} NOT NULL REFERENCES admission (id),
  kind {text} NOT NULL CHECK (kind IN ('registration', 'public_fundraising')),
  version {int} NOT NULL,
  file_id {int} NOT NULL REFERENCES file (id),
  PRIMARY KEY (admission_id, kind, version)
) {strict};
{append_only admission_paper};

CREATE TABLE admission_step (
  id {int} PRIMARY KEY,
  admission_id {int} NOT NULL REFERENCES admission (id),
  version {int} NOT NULL,
  state {text} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  reason {text} NOT NULL,
  at {int} NOT NULL
) {strict};
CREATE INDEX admission_step_admission ON admission_step (admission_id, id);
{append_only admission_step};

-- What an organisation must publish about itself: each a permanent entry. A correction stands beside it, never in its place.
CREATE TABLE organisation_report (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  kind {text} NOT NULL CHECK (kind IN ('work_report', 'finance_report', 'related_parties', 'asset_change', 'investment', 'transaction', 'related_dealing')),
  -- Of a yearly report; 0 for an event.
  year {int} NOT NULL,
  -- Of an event; 0 for a yearly report.
  event_day {int} NOT NULL,
  title {text} NOT NULL,
  body {text} NOT NULL,
  -- The entry at 慈善中国; may be empty when a file is there.
  link {text} NOT NULL,
  file_id {int} REFERENCES file (id),
  audited {int} NOT NULL CHECK (audited IN (0, 1)),
  counterparty {text} NOT NULL,
  amount_fen {int},
  due_day {int} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  at {int} NOT NULL,
  CHECK ((year > 0) <> (event_day > 0))
) {strict};
CREATE INDEX organisation_report_organisation ON organisation_report (organisation_id, id);
CREATE UNIQUE INDEX organisation_report_year ON organisation_report (organisation_id, kind, year) WHERE year > 0;
{append_only organisation_report};

-- What the year cost, with its finance report (慈善法 art. 61).
CREATE TABLE annual_figures (
  report_id {int} PRIMARY KEY REFERENCES organisation_report (id),
  spending_fen {int} NOT NULL CHECK (spending_fen >= 0),
  charitable_fen {int} NOT NULL CHECK (charitable_fen >= 0),
  management_fen {int} NOT NULL CHECK (management_fen >= 0),
  last_income_fen {int} NOT NULL CHECK (last_income_fen >= 0),
  -- Of the three years before; nothing when it was not given.
  mean_income_fen {int},
  net_assets_fen {int} NOT NULL,
  explanation {text} NOT NULL,
  CHECK (charitable_fen + management_fen <= spending_fen)
) {strict};
{append_only annual_figures};

CREATE TABLE report_correction (
  id {int} PRIMARY KEY,
  report_id {int} NOT NULL REFERENCES organisation_report (id),
  body {text} NOT NULL,
  file_id {int} REFERENCES file (id),
  person_id {int} NOT NULL REFERENCES person (id),
  at {int} NOT NULL
) {strict};
CREATE INDEX report_correction_report ON report_correction (report_id, id);
{append_only report_correction};
