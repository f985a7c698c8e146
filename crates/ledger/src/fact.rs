//! Stored facts as `check` reads them.

use money::Fen;

/// A stored fact. A database that keeps a payout in one row makes two facts of it, each at its own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Ids strictly increasing over all gifts.
    Gift {
        id: i64,
        organisation: i64,
        project: i64,
        amount: Fen,
    },
    /// The gifts of one settled batch for one project. Strictly increasing by (batch, organisation, project).
    GiftBatch {
        batch: i64,
        organisation: i64,
        project: i64,
        count: i64,
        sum: Fen,
    },
    /// With the gift's own facts beside it, since the checker has not kept them; `None` if there is no such gift.
    Refund {
        id: i64,
        organisation: i64,
        project: i64,
        amount: Fen,
        gift: i64,
        gift_facts: Option<GiftFacts>,
    },
    PayoutRequested {
        id: i64,
        project: i64,
        amount: Fen,
        requested_by: i64,
    },
    PayoutPosted {
        id: i64,
        approved_by: [i64; 2],
    },
    PayoutVoided {
        id: i64,
    },
    /// `line_project` is the project that the budget line belongs to, `None` if there is no such line.
    Expense {
        id: i64,
        project: i64,
        budget_line: i64,
        line_project: Option<i64>,
        amount: Fen,
    },
    PayoutReturn {
        id: i64,
        project: i64,
        amount: Fen,
    },
    /// Received outside the channel.
    OfflineGift {
        id: i64,
        organisation: i64,
        project: i64,
        amount: Fen,
    },
    /// What `from` left over, used for `to`.
    Redirect {
        id: i64,
        from: i64,
        to: i64,
        amount: Fen,
    },
    /// Undoes the posted payout, expense, return or offline gift `of`.
    Correction {
        id: i64,
        of: i64,
    },
}

/// What a refund must agree with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GiftFacts {
    pub organisation: i64,
    pub project: i64,
    pub amount: Fen,
}
