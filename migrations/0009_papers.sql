-- The donor's papers: receipts with a gapless series per charity and year, and what is kept sealed for them.

-- Something that only few may read: encrypted with the deployment's key. Erased: the body is empty.
CREATE TABLE sealed_value (
  id {int} PRIMARY KEY,
  -- Whose it is; 0: a guest's.
  person_id {int} NOT NULL,
  purpose {text} NOT NULL,
  body {blob} NOT NULL,
  sealed_at {int} NOT NULL,
  erased_at {int}
) {strict};
CREATE INDEX sealed_value_person ON sealed_value (person_id, id);

-- Every opening of a sealed value. reader_id 0: the program itself, for what `why` says.
CREATE TABLE sealed_read (
  id {int} PRIMARY KEY,
  sealed_id {int} NOT NULL REFERENCES sealed_value (id),
  reader_id {int} NOT NULL,
  why {text} NOT NULL,
  at {int} NOT NULL
) {strict};
CREATE INDEX sealed_read_sealed ON sealed_read (sealed_id, id);
{append_only sealed_read};

-- How a charity issues receipts: in its own series here, or through a finance e-invoice service.
CREATE TABLE receipt_issuer (
  organisation_id {int} PRIMARY KEY REFERENCES organisation (id),
  way {text} NOT NULL CHECK (way IN ('own', 'service')),
  prefix {text} NOT NULL UNIQUE,
  handler {text} NOT NULL,
  reviewer {text} NOT NULL,
  payee {text} NOT NULL,
  item_code {text} NOT NULL,
  item_name {text} NOT NULL,
  changed_by {int} NOT NULL REFERENCES person (id),
  changed_at {int} NOT NULL
) {strict};

-- The last number of a charity's series in a year. It grows in the transaction that issues, so a rollback leaves no gap.
CREATE TABLE receipt_series (
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  year {int} NOT NULL,
  last {int} NOT NULL CHECK (last > 0),
  PRIMARY KEY (organisation_id, year)
) {clustered};

CREATE TABLE receipt_application (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  -- The calendar year of its gifts, in Shanghai.
  year {int} NOT NULL,
  -- 0: a guest.
  person_id {int} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('waiting', 'sent', 'issued', 'refused', 'withdrawn')),
  payer_kind {text} NOT NULL CHECK (payer_kind IN ('person', 'company')),
  payer_name {text} NOT NULL,
  -- 身份证件号码 or 统一社会信用代码, sealed; 0: none was given. The mask is what everybody concerned may see.
  payer_code_id {int} NOT NULL,
  payer_code_mask {text} NOT NULL,
  contact_id {int} NOT NULL,
  contact_mask {text} NOT NULL,
  -- The receipt that was reversed and whose rest this application is for; 0: a first application.
  replaces_id {int} NOT NULL,
  -- The words in which the payer agreed that what stands here goes to the charity; empty: the charity itself applied.
  agreed_sha256 {blob},
  asked_at {int} NOT NULL,
  due_day {int} NOT NULL,
  decided_by {int} NOT NULL,
  decided_at {int},
  reason {text} NOT NULL,
  receipt_id {int}
) {strict};
CREATE INDEX receipt_application_desk ON receipt_application (organisation_id, state, id);
CREATE INDEX receipt_application_person ON receipt_application (person_id, id);
CREATE UNIQUE INDEX receipt_application_replaces ON receipt_application (replaces_id) WHERE replaces_id <> 0;

CREATE TABLE receipt_application_gift (
  application_id {int} NOT NULL REFERENCES receipt_application (id),
  gift_id {int} NOT NULL,
  -- The whole gift; what goes back stands in gift_paper.
  amount_fen {int} NOT NULL CHECK (amount_fen > 0),
  PRIMARY KEY (application_id, gift_id)
) {clustered};
CREATE INDEX receipt_application_gift_gift ON receipt_application_gift (gift_id);

-- What has been done about the papers of a gift. Issuing and returning both change this row under a guard, so neither
-- passes the other unseen, and a gift stands on one valid receipt at most.
CREATE TABLE gift_paper (
  gift_id {int} PRIMARY KEY,
  -- The application that has the gift now, until it is refused or its receipt is reversed.
  application_id {int},
  -- The receipt that is valid now.
  receipt_id {int},
  -- Returned to the donor, or on its way back.
  returned_fen {int} NOT NULL CHECK (returned_fen >= 0),
  -- 放弃开票 (慈善法 art. 38: to be recorded).
  waived_at {int},
  CHECK (receipt_id IS NULL OR application_id IS NOT NULL)
) {strict};
CREATE INDEX gift_paper_receipt ON gift_paper (receipt_id);

CREATE TABLE receipt_waiver (
  id {int} PRIMARY KEY,
  gift_id {int} NOT NULL,
  person_id {int} NOT NULL,
  waived {int} NOT NULL CHECK (waived IN (0, 1)),
  at {int} NOT NULL
) {strict};
CREATE INDEX receipt_waiver_gift ON receipt_waiver (gift_id, id);
{append_only receipt_waiver};

-- A number of a series and what it was used for: a receipt, the reversal (冲红) of one, or a number that is void with its
-- reason. Rows are only added; a receipt is reversed when a reversal names it.
CREATE TABLE receipt (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  kind {text} NOT NULL CHECK (kind IN ('receipt', 'reversal', 'void')),
  way {text} NOT NULL CHECK (way IN ('own', 'service')),
  year {int} NOT NULL,
  -- In our own series; the service numbers its own.
  number {int},
  -- 票据代码, 票据号码, 校验码.
  code {text} NOT NULL,
  text_number {text} NOT NULL,
  check_code {text} NOT NULL,
  reverses_id {int} UNIQUE REFERENCES receipt (id),
  application_id {int},
  payer_kind {text} NOT NULL,
  payer_name {text} NOT NULL,
  payer_code_id {int} NOT NULL,
  payer_code_mask {text} NOT NULL,
  amount_fen {int} NOT NULL,
  item_code {text} NOT NULL,
  item_name {text} NOT NULL,
  unit {text} NOT NULL,
  quantity {int} NOT NULL,
  standard_fen {int} NOT NULL,
  handler {text} NOT NULL,
  reviewer {text} NOT NULL,
  payee {text} NOT NULL,
  reason {text} NOT NULL,
  issued_by {int} NOT NULL,
  issued_at {int} NOT NULL,
  UNIQUE (organisation_id, year, number),
  UNIQUE (code, text_number),
  CHECK ((kind = 'reversal') = (reverses_id IS NOT NULL)),
  CHECK ((kind = 'receipt' AND amount_fen > 0) OR (kind = 'reversal' AND amount_fen < 0) OR (kind = 'void' AND amount_fen = 0))
) {strict};
CREATE INDEX receipt_number ON receipt (text_number);
CREATE INDEX receipt_application_of ON receipt (application_id);
{append_only receipt};

CREATE TABLE receipt_gift (
  receipt_id {int} NOT NULL REFERENCES receipt (id),
  gift_id {int} NOT NULL,
  amount_fen {int} NOT NULL CHECK (amount_fen > 0),
  PRIMARY KEY (receipt_id, gift_id)
) {clustered};
CREATE INDEX receipt_gift_gift ON receipt_gift (gift_id);
{append_only receipt_gift};

-- The first copy that was handed out is the original; every later one is marked as a duplicate with its count.
CREATE TABLE receipt_print (
  id {int} PRIMARY KEY,
  receipt_id {int} NOT NULL REFERENCES receipt (id),
  nth {int} NOT NULL,
  person_id {int} NOT NULL,
  at {int} NOT NULL,
  UNIQUE (receipt_id, nth)
) {strict};
{append_only receipt_print};

-- What a finance e-invoice service was asked: a receipt, or the reversal of one. Nothing follows from silence.
CREATE TABLE fiscal_request (
  -- Also the business number, by which the service knows it again.
  id {int} PRIMARY KEY,
  kind {text} NOT NULL CHECK (kind IN ('issue', 'reversal')),
  application_id {int} NOT NULL REFERENCES receipt_application (id),
  -- What is reversed; 0: nothing.
  receipt_id {int} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('pending', 'done', 'refused')),
  -- The request as JSON, without the payer's code, which stays sealed.
  body {text} NOT NULL,
  amount_fen {int} NOT NULL CHECK (amount_fen > 0),
  asked_by {int} NOT NULL,
  asked_at {int} NOT NULL,
  tries {int} NOT NULL,
  next_at {int} NOT NULL,
  last_error {text} NOT NULL
) {strict};
CREATE INDEX fiscal_request_due ON fiscal_request (next_at, id) WHERE state = 'pending';
CREATE UNIQUE INDEX fiscal_request_once ON fiscal_request (application_id, kind) WHERE state = 'pending';
