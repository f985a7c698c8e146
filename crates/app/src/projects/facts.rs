//! What other slices and pages are told of a project, put together from its rows by the rules: whether it takes gifts,
//! the calmer's facts, the reports that are due, and where a given fen is.

use db::{Fault, Row, Tx};

use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Id, Micros, Refusal};
use crate::organisations;

use super::model::{
    Accepting, CalmerFacts, CalmerLine, Due, ExpensePart, LastDisclosure, LastProgress, PayoutPart, Project, ProjectKind, Whereabouts,
};
use super::rules::{self, Life, Stretch, locate};
use super::{fund, store};

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
        raised_fen: fund::moved(tx, id)?.gifts_fen,
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
    Ok(rules::due(&Life::of(project, store::disclosed_until(tx, project.id)?)))
}

/// Works out again when the next report is due; called by everything that changes it.
pub fn refresh_due_day(tx: &mut Tx, project_id: Id) -> Result<(), Fault> {
    let project = store::find(tx, project_id)?;
    let until = store::disclosed_until(tx, project_id)?;
    store::set_due_day(tx, project_id, rules::next_due_day(&Life::of(&project, until)))
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
    let overdue = rules::overdue(&Life::of(&project, last.as_ref().map(|d| d.until_day)), today);
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
        gifts: total.gifts,
        raised_fen: total.gifts_fen,
        paid_out_fen: total.paid_out_fen,
        spent_fen: total.spent_fen,
        lines: lines
            .into_iter()
            .map(|l| CalmerLine { item: l.item, english_item: l.english_item, planned_fen: l.amount_fen, spent_fen: l.spent_fen })
            .collect(),
        overdue,
    })
}

/// How many payouts and how many expenses are named one by one; what lies beyond is given as a sum.
const NAMED: i64 = 100;

/// Where the fen (before_fen, before_fen + amount_fen] of a project are now, exact to the fen.
pub fn whereabouts(tx: &mut Tx, project_id: Id, before_fen: i64, amount_fen: i64) -> Result<Whereabouts, Fault> {
    let end_fen = before_fen + amount_fen;
    let total = fund::moved(tx, project_id)?;
    let payouts = store::payouts_within(tx, project_id, before_fen, end_fen, NAMED)?;
    let expenses = store::expenses_within(tx, project_id, before_fen, end_fen, NAMED)?;
    let stretches = |rows: &[Row]| -> Result<Vec<Stretch>, Fault> {
        let stretch =
            |row: &Row| Ok(Stretch { id: row.int("id")?, before_fen: row.int("before_fen")?, amount_fen: row.int("amount_fen")? });
        rows.iter().map(stretch).collect()
    };
    let located = locate(before_fen, amount_fen, total.paid_out_fen, total.spent_fen, &stretches(&payouts)?, &stretches(&expenses)?);
    let part_of = |parts: &[(Id, i64)], row: &Row| -> Result<Option<(Id, i64)>, Fault> {
        let id = row.int("id")?;
        Ok(parts.iter().find(|(located, _)| *located == id).copied())
    };
    let mut shown = Whereabouts {
        amount_fen,
        in_account_fen: amount_fen - located.paid_fen,
        with_implementer_fen: located.paid_fen - located.spent_fen,
        spent_fen: located.spent_fen,
        unlisted_paid_fen: located.paid_fen - located.payouts.iter().map(|(_, fen)| fen).sum::<i64>(),
        unlisted_spent_fen: located.spent_fen - located.expenses.iter().map(|(_, fen)| fen).sum::<i64>(),
        ..Whereabouts::default()
    };
    for row in &payouts {
        if let Some((payout_id, part_fen)) = part_of(&located.payouts, row)? {
            shown.payouts.push(PayoutPart { payout_id, amount_fen: part_fen, paid_at: row.int("second_at")? });
        }
    }
    for row in &expenses {
        if let Some((expense_id, part_fen)) = part_of(&located.expenses, row)? {
            shown.expenses.push(ExpensePart {
                expense_id,
                item: row.text("item")?,
                english_item: row.text("english_item")?,
                description: row.text("description")?,
                spent_day: row.int("spent_day")?,
                amount_fen: part_fen,
            });
        }
    }
    Ok(shown)
}
