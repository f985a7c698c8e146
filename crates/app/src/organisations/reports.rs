//! What an organisation must publish about itself (慈善组织信息公开办法, 令81号, 2026): every year by 31 May its work report, its
//! finance report with what management cost, and its related parties; major matters within thirty days. Each is a permanent
//! entry. Nothing is overwritten: a correction is a note that stands beside the original (art. 16).

use db::{Fault, Row, Tx, params, sql};
use serde_json::json;

use crate::App;
use crate::files::{self, Prepared};
use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, hex, public_entry, sha256};

use super::model::{CertificateKind, Kind};
use super::{rules, store};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ReportKind {
    /// 年度工作报告.
    WorkReport,
    /// 财务会计报告, audited where the law asks for it.
    FinanceReport,
    /// 关联方名单.
    RelatedParties,
    /// 重大资产变动.
    AssetChange,
    /// 重大投资.
    Investment,
    /// 重大交易.
    Transaction,
    /// 关联交易.
    RelatedDealing,
}

impl ReportKind {
    pub const YEARLY: [ReportKind; 3] = [ReportKind::WorkReport, ReportKind::FinanceReport, ReportKind::RelatedParties];
    pub const EVENTS: [ReportKind; 4] =
        [ReportKind::AssetChange, ReportKind::Investment, ReportKind::Transaction, ReportKind::RelatedDealing];

    pub fn word(self) -> &'static str {
        match self {
            ReportKind::WorkReport => "work_report",
            ReportKind::FinanceReport => "finance_report",
            ReportKind::RelatedParties => "related_parties",
            ReportKind::AssetChange => "asset_change",
            ReportKind::Investment => "investment",
            ReportKind::Transaction => "transaction",
            ReportKind::RelatedDealing => "related_dealing",
        }
    }

    pub fn from_word(word: &str) -> Option<ReportKind> {
        ReportKind::YEARLY.into_iter().chain(ReportKind::EVENTS).find(|k| k.word() == word)
    }

    pub fn is_yearly(self) -> bool {
        ReportKind::YEARLY.contains(&self)
    }
}

/// A year's figures, in fen (慈善法 art. 61).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    pub spending_fen: i64,
    /// Of it, spent on charity.
    pub charitable_fen: i64,
    /// Of it, on management.
    pub management_fen: i64,
    /// Last year's income.
    pub last_income_fen: i64,
    /// The mean income of the three years before, where it was given.
    pub mean_income_fen: Option<i64>,
    pub net_assets_fen: i64,
    /// The organisation's own words where a limit was passed.
    pub explanation: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewReport {
    pub kind: ReportKind,
    /// Of a yearly report.
    pub year: i64,
    /// Of an event.
    pub event_day: Day,
    pub title: String,
    pub body: String,
    pub link: String,
    pub audited: bool,
    pub counterparty: String,
    pub amount_fen: Option<i64>,
    pub figures: Option<Figures>,
}

/// A permanent entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    pub id: Id,
    pub organisation_id: Id,
    pub kind: ReportKind,
    pub year: i64,
    pub event_day: Day,
    pub title: String,
    pub body: String,
    pub link: String,
    pub file_id: Option<Id>,
    pub audited: bool,
    pub counterparty: String,
    pub amount_fen: Option<i64>,
    pub due_day: Day,
    pub at: Micros,
}

impl Report {
    fn from_row(row: &Row) -> Result<Report, Fault> {
        let kind = row.text("kind")?;
        Ok(Report {
            id: row.int("id")?,
            organisation_id: row.int("organisation_id")?,
            kind: ReportKind::from_word(&kind).ok_or_else(|| Fault::inconsistent(format!("a report is of kind {kind}")))?,
            year: row.int("year")?,
            event_day: row.int("event_day")?,
            title: row.text("title")?,
            body: row.text("body")?,
            link: row.text("link")?,
            file_id: row.opt_int("file_id")?,
            audited: row.int("audited")? == 1,
            counterparty: row.text("counterparty")?,
            amount_fen: row.opt_int("amount_fen")?,
            due_day: row.int("due_day")?,
            at: row.int("at")?,
        })
    }

    /// How many days after it was due it was published.
    pub fn days_late(&self) -> i64 {
        (day_of(self.at) - self.due_day).max(0)
    }
}

/// A published note that something in a report was wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Correction {
    pub body: String,
    pub file_id: Option<Id>,
    pub at: Micros,
}

fn publisher(actor: &Actor, organisation_id: Id) -> Result<Id, Refusal> {
    if !actor.holds(organisation_id, &[Role::Manager, Role::Finance]) {
        return Err(Refusal::forbidden());
    }
    actor.person_id().ok_or_else(Refusal::forbidden)
}

/// Publishes a report. From then on everyone sees it and its paper, for good.
pub fn publish(app: &App, actor: &Actor, organisation_id: Id, new: &NewReport, paper: Option<&Prepared>) -> Result<Id, Trouble> {
    let person_id = publisher(actor, organisation_id)?;
    let (id, file_id, entry_id, now) = (app.new_id(), app.new_id(), app.new_id(), app.clock.now());
    let new = rules::report(new, paper.is_some(), day_of(now))?;
    let due_day = if new.kind.is_yearly() { rules::yearly_due(new.year) } else { new.event_day + rules::EVENT_DAYS };
    let known = || Trouble::from(Refusal { field: Some("year"), ..Refusal::conflict("refusal-report-known") });
    let written = app.db.write(|tx| {
        let organisation = store::find(tx, organisation_id)?.filter(|o| o.kind == Kind::Charity).ok_or_else(Refusal::forbidden)?;
        let figures = match &new.figures {
            Some(f) => Some(rules::figures(f, rules::limits_apply(&organisation.credit_code, ever_licensed(tx, organisation_id)?))?),
            None if new.kind == ReportKind::FinanceReport => return Err(Refusal::input("spending", "refusal-report-figures").into()),
            None => None,
        };
        if new.kind.is_yearly() && published(tx, organisation_id)?.contains(&(new.kind, new.year)) {
            return Err(known());
        }
        if let Some(paper) = paper {
            files::keep(tx, file_id, paper, organisation_id, person_id, now)?;
            files::publish(tx, file_id, now)?;
        }
        insert(tx, id, organisation_id, &new, paper.map(|_| file_id), due_day, person_id, now)?;
        if let Some(figures) = &figures {
            insert_figures(tx, id, figures)?;
        }
        let fact = json!({
            "report": id.to_string(), "organisation": organisation_id.to_string(), "kind": new.kind.word(), "year": new.year, "event_day": new.event_day,
            "text_sha256": hex(&sha256(format!("{}\n{}\n{}\n{}", new.title, new.body, new.counterparty, new.link).as_bytes())),
            "paper_sha256": paper.map(|p| hex(&sha256(&p.bytes))),
        });
        public_entry::append(tx, entry_id, "organisation_report", &fact.to_string(), now)?;
        Ok(id)
    });
    super::actions::unique_or(written, known)
}

#[expect(clippy::too_many_arguments, reason = "one row")]
fn insert(
    tx: &mut Tx,
    id: Id,
    organisation_id: Id,
    new: &NewReport,
    file_id: Option<Id>,
    due_day: Day,
    person_id: Id,
    now: Micros,
) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO organisation_report (id, organisation_id, kind, year, event_day, title, body, link, file_id, audited, counterparty, \
             amount_fen, due_day, person_id, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"),
        params![
            id,
            organisation_id,
            new.kind.word(),
            new.year,
            new.event_day,
            &new.title,
            &new.body,
            &new.link,
            file_id,
            i64::from(new.audited),
            &new.counterparty,
            new.amount_fen,
            due_day,
            person_id,
            now
        ],
    )
}

fn insert_figures(tx: &mut Tx, report_id: Id, f: &Figures) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO annual_figures (report_id, spending_fen, charitable_fen, management_fen, last_income_fen, mean_income_fen, \
             net_assets_fen, explanation) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
        params![
            report_id,
            f.spending_fen,
            f.charitable_fen,
            f.management_fen,
            f.last_income_fen,
            f.mean_income_fen,
            f.net_assets_fen,
            &f.explanation
        ],
    )
}

/// Publishes a correction beside a report of one's own.
pub fn correct(app: &App, actor: &Actor, organisation_id: Id, report_id: Id, body: &str, paper: Option<&Prepared>) -> Result<(), Trouble> {
    let person_id = publisher(actor, organisation_id)?;
    let body = rules::block("body", body, 10, 4000)?;
    let (id, file_id, entry_id, now) = (app.new_id(), app.new_id(), app.new_id(), app.clock.now());
    app.db.write(|tx| {
        find(tx, report_id)?.filter(|r| r.organisation_id == organisation_id).ok_or_else(Refusal::not_found)?;
        if let Some(paper) = paper {
            files::keep(tx, file_id, paper, organisation_id, person_id, now)?;
            files::publish(tx, file_id, now)?;
        }
        tx.execute_one(
            sql("INSERT INTO report_correction (id, report_id, body, file_id, person_id, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
            params![id, report_id, &body, paper.map(|_| file_id), person_id, now],
        )?;
        let fact = json!({
            "correction": id.to_string(), "report": report_id.to_string(), "text_sha256": hex(&sha256(body.as_bytes())),
            "paper_sha256": paper.map(|p| hex(&sha256(&p.bytes))),
        });
        Ok(public_entry::append(tx, entry_id, "report_corrected", &fact.to_string(), now)?)
    })
}

pub fn find(tx: &mut Tx, id: Id) -> Result<Option<Report>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM organisation_report WHERE id = ?1"), params![id])?;
    row.as_ref().map(Report::from_row).transpose()
}

/// Everything an organisation published about itself, the newest first.
pub fn list(tx: &mut Tx, organisation_id: Id) -> Result<Vec<Report>, Fault> {
    let rows =
        tx.query(sql("SELECT * FROM organisation_report WHERE organisation_id = ?1 ORDER BY id DESC LIMIT 500"), params![organisation_id])?;
    rows.iter().map(Report::from_row).collect()
}

pub fn figures(tx: &mut Tx, report_id: Id) -> Result<Option<Figures>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM annual_figures WHERE report_id = ?1"), params![report_id])?;
    row.map(|row| {
        Ok(Figures {
            spending_fen: row.int("spending_fen")?,
            charitable_fen: row.int("charitable_fen")?,
            management_fen: row.int("management_fen")?,
            last_income_fen: row.int("last_income_fen")?,
            mean_income_fen: row.opt_int("mean_income_fen")?,
            net_assets_fen: row.int("net_assets_fen")?,
            explanation: row.text("explanation")?,
        })
    })
    .transpose()
}

/// The corrections of a report, the oldest first.
pub fn corrections(tx: &mut Tx, report_id: Id) -> Result<Vec<Correction>, Fault> {
    let rows =
        tx.query(sql("SELECT body, file_id, at FROM report_correction WHERE report_id = ?1 ORDER BY id LIMIT 200"), params![report_id])?;
    rows.iter().map(|row| Ok(Correction { body: row.text("body")?, file_id: row.opt_int("file_id")?, at: row.int("at")? })).collect()
}

/// Whether an organisation ever had a 公开募捐资格证书.
pub fn ever_licensed(tx: &mut Tx, organisation_id: Id) -> Result<bool, Fault> {
    let certificates = store::certificates(tx, organisation_id)?;
    Ok(certificates.iter().any(|c| c.kind == CertificateKind::PublicFundraising))
}

fn published(tx: &mut Tx, organisation_id: Id) -> Result<Vec<(ReportKind, i64)>, Fault> {
    let rows =
        tx.query(sql("SELECT kind, year FROM organisation_report WHERE organisation_id = ?1 AND year > 0"), params![organisation_id])?;
    let mut known = Vec::new();
    for row in rows {
        known.extend(ReportKind::from_word(&row.text("kind")?).map(|kind| Ok::<_, Fault>((kind, row.int("year")?))).transpose()?);
    }
    Ok(known)
}

/// The yearly reports that a charity owes on a day: kind, year, due day, the oldest first.
pub fn owed(tx: &mut Tx, organisation_id: Id, today: Day) -> Result<Vec<(ReportKind, i64, Day)>, Fault> {
    let joined = day_of(store::joined_at(tx, organisation_id)?);
    Ok(rules::owed_reports(joined, &published(tx, organisation_id)?, today))
}

/// Since when the oldest report is overdue; nothing when none is.
pub fn overdue_since(tx: &mut Tx, organisation_id: Id, today: Day) -> Result<Option<Day>, Fault> {
    Ok(owed(tx, organisation_id, today)?.into_iter().map(|(_, _, due)| due).find(|due| *due < today))
}
