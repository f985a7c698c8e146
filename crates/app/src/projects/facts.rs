//! What other slices and pages are told of a project, put together from its rows by the rules: whether it takes gifts,
//! the calmer's facts, the reports that are due, and where a given fen is.

use db::{Fault, Tx};
use ledger::Code;

use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Id, Micros, Refusal};
use crate::organisations;

use super::fund;
use super::model::{
    Accepting, CalmerFacts, CalmerLine, Due, ExpensePart, LastDisclosure, LastProgress, PayoutPart, Project, ProjectKind, RedirectPart,
    RefundPart, Whereabouts,
};
use super::rules::{self, Layer, Life, Span, Stretch};
use super::store::{self, stream};

/// Whether a project takes gifts now and, if so, for whom; if not, the sentence that says why. The goal is compared with
/// what is rolled up, so that asking costs a few look-ups however many gifts are under way.
pub fn takes_gifts(tx: &mut Tx, id: Id, now: Micros) -> Result<Result<Accepting, Refusal>, Fault> {
    let Some(project) = store::find_public(tx, id)? else { return Ok(Err(Refusal::not_found())) };
    let mchid = organisations::merchant_of(tx, project.recipient_id)?;
    let recipient_name = organisations::find(tx, project.recipient_id)?.map(|o| o.name).unwrap_or_default();
    // Asked for only where it matters: this is on the way of every gift.
    let filing_grace_days = match project.kind {
        ProjectKind::Emergency => rules::FILING_GRACE_DAYS.get(tx)?,
        ProjectKind::Ordinary => 0,
    };
    let known = rules::Giving {
        raised_fen: fund::moved(tx, id)?.raised_fen(),
        may_raise_funds: organisations::may_raise_funds(tx, project.recipient_id, day_of(now))?,
        has_merchant: mchid.is_some(),
        filing_grace_days,
    };
    Ok(rules::takes_gifts(&project, known, now).map(|()| Accepting {
        project_id: id,
        recipient_id: project.recipient_id,
        mchid: mchid.unwrap_or_default(),
        title: project.title,
        english_title: project.english_title,
        recipient_name,
    }))
}

/// Every report that a project owes.
pub fn due(tx: &mut Tx, project: &Project) -> Result<Vec<Due>, Fault> {
    Ok(rules::due(&Life::of(project, store::told(tx, project)?)))
}

/// Works out again when the next report is due; called by everything that changes it.
pub fn refresh_due_day(tx: &mut Tx, project_id: Id) -> Result<(), Fault> {
    let project = store::find(tx, project_id)?;
    let told = store::told(tx, &project)?;
    store::set_due_day(tx, project_id, rules::next_due_day(&Life::of(&project, told)))
}

/// What a donor is shown before paying. Callers ask for a public project; another one is a fault.
pub fn calmer_facts(tx: &mut Tx, id: Id, now: Micros) -> Result<CalmerFacts, Fault> {
    let project = store::find_public(tx, id)?.ok_or_else(|| Fault::inconsistent(format!("project {id} is not public")))?;
    let today: Day = day_of(now);
    let progress = store::progress_posts(tx, id, 1, 0)?.pop();
    let progress_count = store::progress_count(tx, id)?;
    let disclosure_count = store::count_disclosures(tx, id)?;
    let (last, _) = store::last_disclosure(tx, id)?;
    let total = fund::total(tx, id)?;
    let lines = store::lines(tx, id)?;
    let told = store::told(tx, &project)?;
    let overdue = rules::overdue(&Life::of(&project, told), today);
    Ok(CalmerFacts {
        project_id: id.to_string(),
        title: project.title,
        english_title: project.english_title,
        state: project.state.word(),
        filing_number: project.filing_number,
        filed_at: project.created_at,
        published_at: project.published_at,
        fundraising_ended_at: project.fundraising_ended_at,
        executing_at: project.executing_at,
        closed_at: project.closed_at,
        progress_count,
        last_progress: progress.map(|p| LastProgress { id: p.id.to_string(), title: p.title, at: p.published_at }),
        disclosure_count,
        last_disclosure: last.map(|d| LastDisclosure {
            id: d.id.to_string(),
            from_day: d.from_day,
            until_day: d.until_day,
            closing_fen: d.closing_fen,
            published_at: d.published_at,
        }),
        goal_fen: project.goal_fen,
        gifts: total.all_gifts(),
        raised_fen: total.raised_fen(),
        paid_out_fen: total.paid_out_fen - total.returned_fen,
        spent_fen: total.spent_fen,
        lines: lines
            .into_iter()
            .map(|l| CalmerLine { item: l.item, english_item: l.english_item, planned_fen: l.amount_fen, spent_fen: l.spent_fen })
            .collect(),
        overdue,
    })
}

/// How many stretches of a piece are named one by one; what lies beyond is given as a sum.
const NAMED: i64 = 100;

/// Where the fen (before_fen, before_fen + amount_fen] of a project are now, exact to the fen.
pub fn whereabouts(tx: &mut Tx, project_id: Id, before_fen: i64, amount_fen: i64) -> Result<Whereabouts, Fault> {
    let swaps = stream::swaps(tx, project_id)?;
    let pieces = rules::owned(Span::new(before_fen, amount_fen), &swaps);
    let mut shown = Whereabouts { amount_fen, ..Whereabouts::default() };
    let (mut out, mut spent) = (Vec::new(), Vec::new());
    let mut paid_fen = 0;
    for piece in &pieces {
        let Carrying { named: stretches, more } = carrying(tx, project_id, Layer::Out, piece.span)?;
        for (stretch, fen) in rules::parts(&[*piece], &stretches) {
            match stretch.code {
                Code::Payout => paid_fen += fen,
                Code::Redirect => shown.redirected_fen += fen,
                _ => shown.refunded_fen += fen,
            }
            if piece.moved && !rules::is_taken_back(stretch.code) {
                shown.in_place_fen += fen;
            }
            add(&mut out, stretch, fen);
        }
        for (code, fen) in more {
            match code {
                Code::Payout => (paid_fen, shown.unlisted_paid_fen) = (paid_fen + fen, shown.unlisted_paid_fen + fen),
                Code::Redirect => shown.redirected_fen += fen,
                _ => shown.refunded_fen += fen,
            }
        }
        let Carrying { named: stretches, more } = carrying(tx, project_id, Layer::Spent, piece.span)?;
        rules::parts(&[*piece], &stretches).into_iter().for_each(|(stretch, fen)| add(&mut spent, stretch, fen));
        shown.unlisted_spent_fen += more.iter().map(|(_, fen)| fen).sum::<i64>();
    }
    shown.spent_fen = spent.iter().map(|(_, fen)| fen).sum::<i64>() + shown.unlisted_spent_fen;
    shown.with_implementer_fen = paid_fen - shown.spent_fen;
    shown.in_account_fen = amount_fen - paid_fen - shown.refunded_fen - shown.redirected_fen;
    name_out(tx, &out, &mut shown)?;
    for (stretch, fen) in spent {
        let row = stream::expense_words(tx, stretch.fact_id)?;
        shown.expenses.push(ExpensePart {
            expense_id: stretch.fact_id,
            item: row.text("item")?,
            english_item: row.text("english_item")?,
            description: row.text("description")?,
            spent_day: row.int("spent_day")?,
            amount_fen: fen,
        });
    }
    Ok(shown)
}

/// The stretches that carry any of a span, and what those carry that are too many to be named, by code.
struct Carrying {
    named: Vec<Stretch>,
    more: Vec<(Code, i64)>,
}

fn carrying(tx: &mut Tx, project_id: Id, layer: Layer, span: Span) -> Result<Carrying, Fault> {
    let stretches = stream::within(tx, project_id, layer, span, NAMED)?;
    let reached = stretches.last().map_or(span.to, |s| s.span.to);
    let full = i64::try_from(stretches.len()).unwrap_or(i64::MAX) >= NAMED && reached < span.to;
    let more = if full { stream::carried(tx, project_id, layer, Span { from: reached, to: span.to })? } else { Vec::new() };
    Ok(Carrying { named: stretches, more })
}

fn add(parts: &mut Vec<(Stretch, i64)>, stretch: Stretch, fen: i64) {
    match parts.iter_mut().find(|(s, _)| s.fact_id == stretch.fact_id) {
        Some((_, sum)) => *sum += fen,
        None => parts.push((stretch, fen)),
    }
}

fn name_out(tx: &mut Tx, out: &[(Stretch, i64)], shown: &mut Whereabouts) -> Result<(), Fault> {
    for (stretch, amount_fen) in out {
        let (id, amount_fen) = (stretch.fact_id, *amount_fen);
        match stretch.code {
            Code::Payout => shown.payouts.push(PayoutPart { payout_id: id, amount_fen, paid_at: stream::payout_paid_at(tx, id)? }),
            Code::Redirect => {
                let row = stream::redirect_words(tx, id)?;
                shown.redirects.push(RedirectPart {
                    redirect_id: id,
                    project_id: row.int("project_id")?,
                    title: row.text("title")?,
                    english_title: row.text("english_title")?,
                    amount_fen,
                    at: row.int("settled_at")?,
                });
            }
            code => shown.refunds.push(RefundPart { refund_id: id, amount_fen, at: stream::settled_at(tx, code, id)? }),
        }
    }
    Ok(())
}
