//! The platform's half-yearly report (公开募捐平台服务管理办法: a platform publishes its operation at least every half year; R22).
//! Every figure is counted from rows whose time lies in the half year, so that counting again gives the same bytes.

use db::{Fault, Tx, params, sql};
use ledger::Code;
use serde::Serialize;

use crate::kernel::civil::{Day, add_months, day_of, day_text, parse_day, start_of};
use crate::kernel::{Id, Micros, Mode, hex, public_entry, sha256};

/// January to June, or July to December, of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Half {
    pub year: i32,
    pub second: bool,
}

impl Half {
    /// Reads `2026H2`.
    pub fn parse(text: &str) -> Option<Half> {
        let (year, half) = text.split_once('H')?;
        let year: i32 = year.parse().ok().filter(|y| (2020..2100).contains(y) && year.len() == 4)?;
        match half {
            "1" => Some(Half { year, second: false }),
            "2" => Some(Half { year, second: true }),
            _ => None,
        }
    }

    pub fn word(self) -> String {
        format!("{}H{}", self.year, if self.second { 2 } else { 1 })
    }

    pub fn first_day(self) -> Day {
        parse_day(&format!("{}-{}-01", self.year, if self.second { "07" } else { "01" })).unwrap_or(0)
    }

    pub fn last_day(self) -> Day {
        add_months(self.first_day(), 6) - 1
    }

    /// The half year in which a day lies.
    pub fn of(day: Day) -> Option<Half> {
        let text = day_text(day);
        let (year, rest) = text.split_once('-')?;
        Some(Half { year: year.parse().ok()?, second: rest >= "07" })
    }

    pub fn is_over(self, now: Micros) -> bool {
        self.last_day() < day_of(now)
    }

    pub fn before(self) -> Half {
        if self.second { Half { second: false, ..self } } else { Half { year: self.year - 1, second: true } }
    }
}

#[derive(Serialize, Debug, PartialEq, Eq, Clone, Copy)]
pub struct Sum {
    pub count: i64,
    pub fen: i64,
}

/// The figures in the order in which they are printed; JSON has the same order.
#[derive(Serialize, Debug, PartialEq, Eq)]
pub struct Report {
    pub half: String,
    pub from: String,
    pub until: String,
    pub mode: &'static str,
    pub gifts: Sum,
    /// By bank, cheque or cash, entered by the charity with evidence.
    pub offline_gifts: Sum,
    pub projects_given_to: i64,
    pub refunds: Sum,
    pub payouts: Sum,
    pub expenses: Sum,
    pub projects_published: i64,
    pub projects_ended: i64,
    pub projects_closed: i64,
    pub organisations_admitted: i64,
    pub progress_posts: i64,
    pub disclosures: i64,
    /// Published more than three months after the last day they tell of (慈善法 art. 79).
    pub disclosures_late: i64,
    pub complaints: i64,
    /// First answered no later than their first due day (MZ/T 088-2017: five working days).
    pub complaints_in_time: i64,
    pub reconciliation_days: i64,
    pub reconciliation_days_differing: i64,
    pub differences_opened: i64,
    pub differences_resolved: i64,
    pub confirmations_held: i64,
    pub confirmations_resolved: i64,
    pub notifications_refused: i64,
    pub jobs_given_up: i64,
}

impl Report {
    /// One object, keys in order, no spaces: what is hashed, stored and printed.
    pub fn json(&self) -> Result<String, Fault> {
        serde_json::to_string(self).map_err(|error| Fault::inconsistent(format!("a report could not be written: {error}")))
    }

    /// Each figure as (its key in the locale, what it is).
    pub fn figures(&self) -> Vec<(&'static str, Figure)> {
        use Figure::{Count, Money};
        vec![
            ("report-gifts", Count(self.gifts.count)),
            ("report-gifts-sum", Money(self.gifts.fen)),
            ("report-offline-gifts", Count(self.offline_gifts.count)),
            ("report-offline-gifts-sum", Money(self.offline_gifts.fen)),
            ("report-projects-given-to", Count(self.projects_given_to)),
            ("report-refunds", Count(self.refunds.count)),
            ("report-refunds-sum", Money(self.refunds.fen)),
            ("report-payouts", Count(self.payouts.count)),
            ("report-payouts-sum", Money(self.payouts.fen)),
            ("report-expenses", Count(self.expenses.count)),
            ("report-expenses-sum", Money(self.expenses.fen)),
            ("report-projects-published", Count(self.projects_published)),
            ("report-projects-ended", Count(self.projects_ended)),
            ("report-projects-closed", Count(self.projects_closed)),
            ("report-organisations-admitted", Count(self.organisations_admitted)),
            ("report-progress", Count(self.progress_posts)),
            ("report-disclosures", Count(self.disclosures)),
            ("report-disclosures-late", Count(self.disclosures_late)),
            ("report-complaints", Count(self.complaints)),
            ("report-complaints-in-time", Count(self.complaints_in_time)),
            ("report-days", Count(self.reconciliation_days)),
            ("report-days-differing", Count(self.reconciliation_days_differing)),
            ("report-differences-opened", Count(self.differences_opened)),
            ("report-differences-resolved", Count(self.differences_resolved)),
            ("report-held", Count(self.confirmations_held)),
            ("report-held-resolved", Count(self.confirmations_resolved)),
            ("report-notifications-refused", Count(self.notifications_refused)),
            ("report-jobs-given-up", Count(self.jobs_given_up)),
        ]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    Count(i64),
    Money(i64),
}

/// Counts a half year from the rows.
pub fn count(tx: &mut Tx, half: Half, mode: Mode) -> Result<Report, Fault> {
    let (first, last) = (half.first_day(), half.last_day());
    let span = params![start_of(first), start_of(last + 1)];
    let gifts = tx.query_one(
        sql("SELECT COUNT(*) AS n, COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS fen, COUNT(DISTINCT project_id) AS projects FROM gift WHERE paid_at >= ?1 AND paid_at < ?2"),
        span,
    )?;
    let mut transferred = |code: Code| {
        tx.query_one(
            sql("SELECT COUNT(*) AS n, COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS fen FROM transfer WHERE code = ?3 AND state = 'posted' AND settled_at >= ?1 AND settled_at < ?2"),
            params![start_of(first), start_of(last + 1), code.number()],
        )
    };
    let (refunds, offline) = (transferred(Code::Refund)?, transferred(Code::OfflineGift)?);
    let payouts = tx.query_one(
        sql("SELECT COUNT(*) AS n, COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS fen FROM payout WHERE state = 'paid' AND second_at >= ?1 AND second_at < ?2"),
        span,
    )?;
    let expenses = tx.query_one(
        sql("SELECT COUNT(*) AS n, COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS fen FROM expense WHERE recorded_at >= ?1 AND recorded_at < ?2"),
        span,
    )?;
    let rest = tx.query_one(
        sql("SELECT (SELECT COUNT(*) FROM project_step WHERE state = 'published' AND at >= ?1 AND at < ?2) AS published, \
                    (SELECT COUNT(*) FROM project_step WHERE state = 'fundraising_ended' AND at >= ?1 AND at < ?2) AS ended, \
                    (SELECT COUNT(*) FROM project_step WHERE state = 'closed' AND at >= ?1 AND at < ?2) AS closed, \
                    (SELECT COUNT(*) FROM organisation WHERE kind <> 'operator' AND created_at >= ?1 AND created_at < ?2) AS admitted, \
                    (SELECT COUNT(*) FROM progress_post WHERE published_at >= ?1 AND published_at < ?2) AS progress, \
                    (SELECT COUNT(*) FROM reconciliation_case WHERE opened_at >= ?1 AND opened_at < ?2) AS opened, \
                    (SELECT COUNT(*) FROM reconciliation_case WHERE resolved_at >= ?1 AND resolved_at < ?2) AS resolved, \
                    (SELECT COUNT(*) FROM held_notification WHERE received_at >= ?1 AND received_at < ?2) AS held, \
                    (SELECT COUNT(*) FROM held_notification WHERE resolved_at >= ?1 AND resolved_at < ?2) AS held_resolved, \
                    (SELECT COUNT(*) FROM job_decision WHERE at >= ?1 AND at < ?2) AS given_up"),
        span,
    )?;
    let days = tx.query_one(
        sql("SELECT (SELECT COUNT(*) FROM bill_day WHERE day >= ?1 AND day <= ?2) AS days, \
                    (SELECT COUNT(*) FROM bill_day WHERE day >= ?1 AND day <= ?2 AND state = 'differs') AS differing, \
                    (SELECT COALESCE(CAST(SUM(times) AS BIGINT), 0) FROM refused_notification WHERE day >= ?1 AND day <= ?2) AS refused"),
        params![first, last],
    )?;
    let (mut disclosures, mut late) = (0, 0);
    for row in
        tx.query(sql("SELECT until_day, published_at FROM disclosure WHERE published_at >= ?1 AND published_at < ?2 ORDER BY id"), span)?
    {
        disclosures += 1;
        let in_time = start_of(add_months(row.int("until_day")?, 3) + 1);
        late += i64::from(row.int("published_at")? >= in_time);
    }
    let (mut complaints, mut in_time) = (0, 0);
    for row in tx.query(
        sql("SELECT first_due_day, first_answered_at FROM complaint WHERE received_at >= ?1 AND received_at < ?2 ORDER BY id"),
        span,
    )? {
        complaints += 1;
        let due = start_of(row.int("first_due_day")? + 1);
        in_time += i64::from(row.opt_int("first_answered_at")?.is_some_and(|at| at < due));
    }
    let sum = |row: &db::Row| Ok::<_, Fault>(Sum { count: row.int("n")?, fen: row.int("fen")? });
    Ok(Report {
        half: half.word(),
        from: day_text(first),
        until: day_text(last),
        mode: mode.word(),
        gifts: sum(&gifts)?,
        offline_gifts: sum(&offline)?,
        projects_given_to: gifts.int("projects")?,
        refunds: sum(&refunds)?,
        payouts: sum(&payouts)?,
        expenses: sum(&expenses)?,
        projects_published: rest.int("published")?,
        projects_ended: rest.int("ended")?,
        projects_closed: rest.int("closed")?,
        organisations_admitted: rest.int("admitted")?,
        progress_posts: rest.int("progress")?,
        disclosures,
        disclosures_late: late,
        complaints,
        complaints_in_time: in_time,
        reconciliation_days: days.int("days")?,
        reconciliation_days_differing: days.int("differing")?,
        differences_opened: rest.int("opened")?,
        differences_resolved: rest.int("resolved")?,
        confirmations_held: rest.int("held")?,
        confirmations_resolved: rest.int("held_resolved")?,
        notifications_refused: days.int("refused")?,
        jobs_given_up: rest.int("given_up")?,
    })
}

/// A report as it was published: it stays, and is corrected by notes.
pub struct Published {
    pub half: String,
    pub body: String,
    pub published_at: Micros,
}

pub fn published(tx: &mut Tx, half: Half) -> Result<Option<Published>, Fault> {
    let row = tx.query_opt(sql("SELECT half, body, published_at FROM platform_report WHERE half = ?1"), params![half.word()])?;
    row.map(|row| Ok(Published { half: row.text("half")?, body: row.text("body")?, published_at: row.int("published_at")? })).transpose()
}

/// Every published report, the newest first.
pub fn all_published(tx: &mut Tx) -> Result<Vec<Published>, Fault> {
    let rows = tx.query(sql("SELECT half, body, published_at FROM platform_report ORDER BY half DESC LIMIT 100"), params![])?;
    rows.iter()
        .map(|row| Ok(Published { half: row.text("half")?, body: row.text("body")?, published_at: row.int("published_at")? }))
        .collect()
}

/// Publishes it for good, with its hash as a public entry; false when it is published already.
pub fn publish(tx: &mut Tx, half: Half, body: &str, entry_id: Id, now: Micros) -> Result<bool, Fault> {
    let written = tx.execute(
        sql("INSERT INTO platform_report (half, body, published_at) VALUES (?1, ?2, ?3) ON CONFLICT (half) DO NOTHING"),
        params![half.word(), body, now],
    )?;
    if written == 1 {
        let fact = format!(r#"{{"half":"{}","sha256":"{}"}}"#, half.word(), hex(&sha256(body.as_bytes())));
        public_entry::append(tx, entry_id, "platform_report", &fact, now)?;
    }
    Ok(written == 1)
}

/// A correction to a published report.
pub struct Note {
    pub text: String,
    pub at: Micros,
}

pub fn notes(tx: &mut Tx, half: Half) -> Result<Vec<Note>, Fault> {
    let rows = tx.query(sql("SELECT note, at FROM platform_report_note WHERE half = ?1 ORDER BY id"), params![half.word()])?;
    rows.iter().map(|row| Ok(Note { text: row.text("note")?, at: row.int("at")? })).collect()
}

pub fn add_note(tx: &mut Tx, id: Id, half: Half, text: &str, by: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO platform_report_note (id, half, note, person_id, at) VALUES (?1, ?2, ?3, ?4, ?5)"),
        params![id, half.word(), text, by, now],
    )?;
    let fact = format!(r#"{{"half":"{}","sha256":"{}"}}"#, half.word(), hex(&sha256(text.as_bytes())));
    public_entry::append(tx, id, "platform_report_note", &fact, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_years_begin_and_end_where_the_calendar_says() {
        for (text, first, last) in [("2026H1", "2026-01-01", "2026-06-30"), ("2026H2", "2026-07-01", "2026-12-31")] {
            let half = Half::parse(text).unwrap();
            assert_eq!((day_text(half.first_day()), day_text(half.last_day()), half.word()), (first.into(), last.into(), text.into()));
            assert_eq!(Half::of(half.first_day()), Some(half));
            assert_eq!(Half::of(half.last_day()), Some(half));
            assert_eq!(Half::of(half.first_day() - 1), Some(half.before()));
        }
        for bad in ["2026", "2026H3", "H1", "26H1", "2026h1", "9999H1", "2026H12"] {
            assert_eq!(Half::parse(bad), None, "{bad}");
        }
    }
}
