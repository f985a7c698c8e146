//! The stream of fen: which fen a movement takes, and where the fen of a gift are.
//!
//! Everything that comes in owns a span of its project's stream, in the order in which it was placed; that never changes.
//! What goes out is written on the same line as *stretches*: payouts, redirects and what was taken back stand in the
//! first layer (out of the account), expenses in the second (spent, of what was paid out). A refund of a gift whose fen
//! are gone exchanges them for fen that are still there: a *swap*. Following a gift is its span, led through the swaps
//! of its project and cut along the stretches. The words for donors stand in docs/decisions/0009-the-stream-of-fen.md.

use ledger::Code;

use crate::kernel::Id;

/// The fen (from, to] of one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub from: i64,
    pub to: i64,
}

impl Span {
    pub fn new(before_fen: i64, amount_fen: i64) -> Span {
        Span { from: before_fen, to: before_fen + amount_fen }
    }

    pub fn fen(&self) -> i64 {
        self.to - self.from
    }

    /// What both have, if anything.
    pub fn common(&self, other: Span) -> Option<Span> {
        let common = Span { from: self.from.max(other.from), to: self.to.min(other.to) };
        (common.from < common.to).then_some(common)
    }

    fn shifted(&self, by: i64) -> Span {
        Span { from: self.from + by, to: self.to + by }
    }
}

/// A span that a movement has taken. Those of one layer never overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub span: Span,
    pub code: Code,
    /// The payout, redirect, refund, correction or expense.
    pub fact_id: Id,
}

/// The fen (out, out + amount] and (free, free + amount] have exchanged their owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swap {
    pub out: i64,
    pub free: i64,
    pub amount_fen: i64,
}

/// Where a part of a gift stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub span: Span,
    /// A swap has put it there: it stands where a gift stood that was given back.
    pub moved: bool,
}

/// Out of the account, and spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    Out,
    Spent,
}

impl Layer {
    pub fn number(self) -> i64 {
        match self {
            Layer::Out => 1,
            Layer::Spent => 2,
        }
    }
}

/// What a movement changes in its stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub take: Vec<(Layer, Stretch)>,
    /// Each is a part of one stretch, or all of it.
    pub free: Vec<(Layer, Stretch)>,
    pub swap: Vec<Swap>,
}

/// One project's stream as it is.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// Everything that ever came in.
    pub received_fen: i64,
    /// Ordered.
    pub out: Vec<Stretch>,
    /// Ordered.
    pub spent: Vec<Stretch>,
    /// In the order in which they were made.
    pub swaps: Vec<Swap>,
}

impl Stream {
    /// A payout or a redirect takes free fen, the lowest first. `None`: there are not that many. So for all below.
    pub fn leave(&self, code: Code, fact_id: Id, amount_fen: i64) -> Option<Change> {
        let spans = lowest(&self.free(), amount_fen)?;
        Some(Change { take: taken(Layer::Out, code, fact_id, spans), ..Change::default() })
    }

    /// An expense takes fen that are paid out and not spent, the lowest first.
    pub fn spend(&self, fact_id: Id, amount_fen: i64) -> Option<Change> {
        let spans = lowest(&self.unspent(), amount_fen)?;
        Some(Change { take: taken(Layer::Spent, Code::Expense, fact_id, spans), ..Change::default() })
    }

    /// A return brings back fen that are paid out and not spent, the newest first.
    pub fn come_back(&self, amount_fen: i64) -> Option<Change> {
        let back = highest(&self.unspent(), amount_fen)?;
        let parts = |s: &Stretch| -> Vec<(Layer, Stretch)> {
            back.iter().filter_map(|b| s.span.common(*b)).map(|span| (Layer::Out, Stretch { span, ..*s })).collect()
        };
        Some(Change { free: self.payouts().flat_map(parts).collect(), ..Change::default() })
    }

    /// A payout that never was: possible while all of it is with the implementer.
    pub fn undo_payout(&self, fact_id: Id, amount_fen: i64) -> Option<Change> {
        let mine: Vec<Stretch> = self.payouts().filter(|s| s.fact_id == fact_id).copied().collect();
        let whole: i64 = mine.iter().map(|s| s.span.fen()).sum();
        let spent = mine.iter().any(|s| self.spent.iter().any(|e| e.span.common(s.span).is_some()));
        let free = || Change { free: mine.iter().map(|s| (Layer::Out, *s)).collect(), ..Change::default() };
        (whole == amount_fen && !spent).then(free)
    }

    /// An expense that never was.
    pub fn undo_expense(&self, fact_id: Id) -> Change {
        let mine = self.spent.iter().filter(|s| s.fact_id == fact_id);
        Change { free: mine.map(|s| (Layer::Spent, *s)).collect(), ..Change::default() }
    }

    /// A return that never was: each payout takes as many free fen as had come back of it, the lowest first.
    pub fn undo_return(&self, came_back: &[Stretch]) -> Option<Change> {
        let all = lowest(&self.free(), came_back.iter().map(|s| s.span.fen()).sum())?;
        let mut left = all.into_iter();
        let mut rest: Option<Span> = None;
        let mut change = Change::default();
        for payout in came_back {
            let mut open = payout.span.fen();
            while open > 0 {
                let span = rest.take().or_else(|| left.next())?;
                let cut = span.from + open.min(span.fen());
                change.take.push((Layer::Out, Stretch { span: Span { to: cut, ..span }, ..*payout }));
                open -= cut - span.from;
                rest = (cut < span.to).then_some(Span { from: cut, ..span });
            }
        }
        Some(change)
    }

    /// A refund, or the correction of an offline gift, takes the gift's own free fen in the gift's order. As far as they
    /// are gone, the newest free fen of the project are taken, and those whose they were stand where the gift's money went.
    pub fn take_back(&self, gift: Span, code: Code, fact_id: Id, amount_fen: i64) -> Option<Change> {
        let free = self.free();
        let (mut own, mut gone, mut open) = (Vec::new(), Vec::new(), amount_fen);
        let pieces: Vec<Span> = owned(gift, &self.swaps).into_iter().map(|p| p.span).collect();
        for span in cut(&pieces, &free) {
            if open == 0 {
                break;
            }
            let span = Span { to: span.from + open.min(span.fen()), ..span };
            open -= span.fen();
            own.push(span);
        }
        let used: Vec<Span> = self.out.iter().filter(|s| !is_taken_back(s.code)).map(|s| s.span).collect();
        let others: Vec<Span> = free.iter().flat_map(|f| without(*f, &sorted(&own))).collect();
        let instead = highest(&others, open)?;
        for span in cut(&pieces, &used) {
            if open == 0 {
                break;
            }
            let span = Span { to: span.from + open.min(span.fen()), ..span };
            open -= span.fen();
            gone.push(span);
        }
        if open > 0 {
            return None;
        }
        let swap = paired(&gone, &instead);
        let spans = merged(sorted(&[own, instead].concat()));
        Some(Change { take: taken(Layer::Out, code, fact_id, spans), swap, ..Change::default() })
    }

    /// The stream after a change.
    #[cfg(test)]
    pub fn after(&self, change: &Change) -> Stream {
        let mut next = self.clone();
        for (layer, freed) in &change.free {
            let row = next.layer_mut(*layer);
            let at = row.iter().position(|s| s.fact_id == freed.fact_id && s.span.common(freed.span) == Some(freed.span));
            let whole = row.remove(at.expect("what is freed was taken"));
            row.extend(without(whole.span, &[freed.span]).into_iter().map(|span| Stretch { span, ..whole }));
        }
        for (layer, stretch) in &change.take {
            next.layer_mut(*layer).push(*stretch);
        }
        next.out.sort_by_key(|s| s.span);
        next.spent.sort_by_key(|s| s.span);
        next.swaps.extend(&change.swap);
        next
    }

    #[cfg(test)]
    fn layer_mut(&mut self, layer: Layer) -> &mut Vec<Stretch> {
        match layer {
            Layer::Out => &mut self.out,
            Layer::Spent => &mut self.spent,
        }
    }

    fn payouts(&self) -> impl Iterator<Item = &Stretch> {
        self.out.iter().filter(|s| s.code == Code::Payout)
    }

    /// In the account.
    fn free(&self) -> Vec<Span> {
        let out: Vec<Span> = self.out.iter().map(|s| s.span).collect();
        without(Span { from: 0, to: self.received_fen }, &out)
    }

    /// With the implementer.
    fn unspent(&self) -> Vec<Span> {
        let spent: Vec<Span> = self.spent.iter().map(|s| s.span).collect();
        merged(self.payouts().flat_map(|s| without(s.span, &spent)).collect())
    }
}

/// Whether these stretches were given back or taken back.
pub fn is_taken_back(code: Code) -> bool {
    matches!(code, Code::Refund | Code::Correction)
}

/// Where the fen of a gift stand, in the gift's order.
pub fn owned(gift: Span, swaps: &[Swap]) -> Vec<Piece> {
    let mut pieces = vec![Piece { span: gift, moved: false }];
    for swap in swaps {
        let (out, free) = (Span::new(swap.out, swap.amount_fen), Span::new(swap.free, swap.amount_fen));
        let mut next = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let (in_out, in_free) = (piece.span.common(out), piece.span.common(free));
            let mut parts: Vec<(Span, i64)> =
                [in_out.map(|s| (s, swap.free - swap.out)), in_free.map(|s| (s, swap.out - swap.free))].into_iter().flatten().collect();
            let moved: Vec<Span> = sorted(&parts.iter().map(|(s, _)| *s).collect::<Vec<_>>());
            parts.extend(without(piece.span, &moved).into_iter().map(|s| (s, 0)));
            parts.sort_unstable();
            next.extend(parts.into_iter().map(|(s, by)| Piece { span: s.shifted(by), moved: piece.moved || by != 0 }));
        }
        pieces = next;
    }
    pieces
}

/// What of `pieces` lies in `within`, in the order of the pieces.
fn cut(pieces: &[Span], within: &[Span]) -> Vec<Span> {
    pieces.iter().flat_map(|p| within.iter().filter_map(|w| p.common(*w))).collect()
}

/// `span` without what is taken; both `taken` and the answer are in order.
pub fn without(span: Span, taken: &[Span]) -> Vec<Span> {
    let (mut left, mut from) = (Vec::new(), span.from);
    for t in taken.iter().filter_map(|t| t.common(span)) {
        left.push(Span { from, to: t.from });
        from = t.to;
    }
    left.push(Span { from, to: span.to });
    left.retain(|s| s.from < s.to);
    left
}

fn lowest(spans: &[Span], amount_fen: i64) -> Option<Vec<Span>> {
    let (mut found, mut open) = (Vec::new(), amount_fen);
    for span in spans {
        if open == 0 {
            break;
        }
        let part = Span { to: span.from + open.min(span.fen()), ..*span };
        open -= part.fen();
        found.push(part);
    }
    (open == 0).then_some(found)
}

fn highest(spans: &[Span], amount_fen: i64) -> Option<Vec<Span>> {
    let (mut found, mut open) = (Vec::new(), amount_fen);
    for span in spans.iter().rev() {
        if open == 0 {
            break;
        }
        let part = Span { from: span.to - open.min(span.fen()), ..*span };
        open -= part.fen();
        found.push(part);
    }
    found.reverse();
    (open == 0).then_some(found)
}

/// Two lists of as many fen, one beside the other.
fn paired(out: &[Span], free: &[Span]) -> Vec<Swap> {
    let (mut swaps, mut free) = (Vec::new(), free.iter().copied());
    let mut rest: Option<Span> = None;
    for span in out {
        let mut from = span.from;
        while from < span.to {
            let Some(f) = rest.take().or_else(|| free.next()) else { return swaps };
            let amount_fen = f.fen().min(span.to - from);
            swaps.push(Swap { out: from, free: f.from, amount_fen });
            rest = (amount_fen < f.fen()).then_some(Span { from: f.from + amount_fen, ..f });
            from += amount_fen;
        }
    }
    swaps
}

fn taken(layer: Layer, code: Code, fact_id: Id, spans: Vec<Span>) -> Vec<(Layer, Stretch)> {
    spans.into_iter().map(|span| (layer, Stretch { span, code, fact_id })).collect()
}

fn sorted(spans: &[Span]) -> Vec<Span> {
    let mut spans = spans.to_vec();
    spans.sort_unstable();
    spans
}

/// Neighbours become one.
fn merged(spans: Vec<Span>) -> Vec<Span> {
    let mut all: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match all.last_mut() {
            Some(last) if last.to == span.from => last.to = span.to,
            _ => all.push(span),
        }
    }
    all
}

/// How much of some pieces each stretch carries, by fact and in order; those that carry nothing are left out.
pub fn parts(pieces: &[Piece], stretches: &[Stretch]) -> Vec<(Stretch, i64)> {
    let mut found: Vec<(Stretch, i64)> = Vec::new();
    for piece in pieces {
        for stretch in stretches {
            let Some(common) = stretch.span.common(piece.span) else { continue };
            match found.iter_mut().find(|(s, _)| s.fact_id == stretch.fact_id) {
                Some((_, fen)) => *fen += common.fen(),
                None => found.push((*stretch, common.fen())),
            }
        }
    }
    found
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
