-- What every desk stands on: papers that people upload, a trail of what was done, who has taken up what, and what people are told.

-- A paper or a picture. Whoever uploaded it and the organisation's desk may see it, the operator may; everyone once it is public.
CREATE TABLE file (
  id {int} PRIMARY KEY,
  -- 0: it belongs to the person alone.
  organisation_id {int} NOT NULL,
  person_id {int} NOT NULL,
  name {text} NOT NULL,
  kind {text} NOT NULL CHECK (kind IN ('jpeg', 'png', 'pdf')),
  bytes {int} NOT NULL CHECK (bytes > 0),
  -- Of the stored bytes, which for pictures are not the uploaded ones.
  sha256 {blob} NOT NULL,
  public_since {int},
  created_at {int} NOT NULL
) {strict};
CREATE INDEX file_organisation ON file (organisation_id, id);
CREATE INDEX file_person ON file (person_id, id);

CREATE TABLE file_body (
  file_id {int} PRIMARY KEY REFERENCES file (id),
  body {blob} NOT NULL
) {strict};

-- Every write at a desk, before it is tried; how it ended stands in audit_outcome. The form itself is not kept, only its hash.
CREATE TABLE audit (
  id {int} PRIMARY KEY,
  person_id {int} NOT NULL,
  route {text} NOT NULL,
  path {text} NOT NULL,
  form_sha256 {blob} NOT NULL,
  at {int} NOT NULL
) {strict};
CREATE INDEX audit_person ON audit (person_id, id);
CREATE INDEX audit_path ON audit (path, id);
{append_only audit};

CREATE TABLE audit_outcome (
  audit_id {int} PRIMARY KEY REFERENCES audit (id),
  status {int} NOT NULL,
  -- The refusal's key; empty when it was done.
  refusal {text} NOT NULL,
  at {int} NOT NULL
) {strict};
{append_only audit_outcome};

-- The rows of the trail, chained: each link's hash covers the one before it. What waits for its link stands in audit_open.
CREATE TABLE audit_link (
  position {int} PRIMARY KEY,
  audit_id {int} NOT NULL UNIQUE REFERENCES audit (id),
  hash {blob} NOT NULL
) {strict};
{append_only audit_link};

CREATE TABLE audit_open (
  audit_id {int} PRIMARY KEY REFERENCES audit (id)
) {strict};

-- Who has taken something up, so that two people do not decide the same thing unseen.
CREATE TABLE desk_claim (
  thing {text} NOT NULL,
  thing_id {int} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  taken_at {int} NOT NULL,
  ends_at {int} NOT NULL,
  PRIMARY KEY (thing, thing_id)
) {clustered};

-- What a person is told, in words that are chosen when it is read: a message's key and its arguments as JSON.
CREATE TABLE notice (
  id {int} PRIMARY KEY,
  person_id {int} NOT NULL REFERENCES person (id),
  message {text} NOT NULL,
  arguments {text} NOT NULL,
  link {text} NOT NULL,
  created_at {int} NOT NULL,
  read_at {int}
) {strict};
CREATE INDEX notice_person ON notice (person_id, id);
CREATE INDEX notice_unread ON notice (person_id, id) WHERE read_at IS NULL;
