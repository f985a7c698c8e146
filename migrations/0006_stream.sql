-- Which fen of a project each movement has taken. Layer 1: out of the account (payout, redirect, refund, correction of an offline gift);
-- layer 2: spent, of what was paid out. What a reversal frees stays as a row that names it, and no longer counts.
CREATE TABLE stretch (
  project_id {int} NOT NULL,
  layer {int} NOT NULL CHECK (layer IN (1, 2)),
  before_fen {int} NOT NULL CHECK (before_fen >= 0),
  amount_fen {int} NOT NULL CHECK (amount_fen > 0),
  code {int} NOT NULL,
  fact_id {int} NOT NULL,
  -- The return or correction that freed it; 0 while it counts.
  freed_by {int} NOT NULL,
  PRIMARY KEY (project_id, layer, before_fen, fact_id, freed_by)
) {clustered};
-- No fen is the first of two stretches that count.
CREATE UNIQUE INDEX stretch_counts ON stretch (project_id, layer, before_fen) WHERE freed_by = 0;
CREATE INDEX stretch_freed ON stretch (freed_by) WHERE freed_by <> 0;

-- Fen that exchanged their owners, because a gift was given back whose own fen were gone. Numbered by their order in the project.
CREATE TABLE fen_swap (
  project_id {int} NOT NULL,
  position {int} NOT NULL,
  out_fen {int} NOT NULL CHECK (out_fen >= 0),
  free_fen {int} NOT NULL CHECK (free_fen >= 0),
  amount_fen {int} NOT NULL CHECK (amount_fen > 0),
  refund_id {int} NOT NULL,
  PRIMARY KEY (project_id, position)
) {clustered};
{append_only fen_swap};
