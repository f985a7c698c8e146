-- Operations: how the chores go, what was decided about jobs that gave up.

-- When each process's chores last ended. A process number is taken anew at every start.
CREATE TABLE chore_beat (
  process {int} NOT NULL,
  chore {text} NOT NULL,
  succeeded_at {int},
  failed_at {int},
  -- Why it last failed.
  reason {text} NOT NULL,
  told_at {int} NOT NULL,
  PRIMARY KEY (process, chore)
) {clustered};

-- A job that gave up was tried again or discarded, by whom and why.
CREATE TABLE job_decision (
  id {int} PRIMARY KEY,
  job_id {int} NOT NULL,
  kind {text} NOT NULL,
  payload {text} NOT NULL,
  error {text} NOT NULL,
  decision {text} NOT NULL CHECK (decision IN ('retried', 'discarded')),
  reason {text} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  at {int} NOT NULL
) {strict};
{append_only job_decision};
