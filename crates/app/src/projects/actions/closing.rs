//! Ending a project: the closing report, judged and published; leftovers decided, told to donors and passed on
//! (慈善法 arts. 58 and 79; 令81号: within three months after the end).

use db::Tx;
use serde::Serialize;

use crate::App;
use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, TakingBack, Trouble, claims, public_entry};

use super::super::model::{Hold, NoticeKind, Redirect, State};
use super::super::store::{NewRedirect, NewReport};
use super::super::{facts, fund, rules, store};
use super::decisions::{NoticeIds, tell_donors, unconcerned, words_of};
use super::{Stamp, hash, load, seated};

/// Hands in the closing report of a closed project.
pub fn hand_in_closing_report(
    app: &App,
    actor: &Actor,
    id: Id,
    (results, indicators, leftovers): (&str, &str, &str),
    beneficiaries: i64,
    now: Micros,
) -> Result<Id, Trouble> {
    let results = words_of("results", results, 3_000)?;
    let indicators = words_of("indicators", indicators, 2_000)?;
    let leftovers = words_of("leftovers", leftovers, 1_000)?;
    if !(0..=100_000_000).contains(&beneficiaries) {
        return Err(Refusal::input("beneficiaries", "refusal-project-closing-beneficiaries").into());
    }
    let report_id = app.new_id();
    app.db.write(|tx| {
        let project = load(tx, actor, id)?;
        let person_id = seated(actor, &[project.recipient_id], &[Role::Manager])?;
        if project.state != State::Closed {
            return Err(Refusal::conflict("refusal-project-closing-early").into());
        }
        let report = NewReport {
            id: report_id,
            project_id: id,
            results: &results,
            indicators: &indicators,
            beneficiaries,
            leftovers: &leftovers,
            by: person_id,
            now,
        };
        if store::add_closing_report(tx, &report)? { Ok(report_id) } else { Err(Refusal::conflict("refusal-project-closing-there").into()) }
    })
}

/// Publishes a closing report, or sends it back with a reason.
pub fn judge_closing_report(app: &App, actor: &Actor, report_id: Id, publish: bool, answer: &str, now: Micros) -> Result<(), Trouble> {
    let answer = if publish { rules::tidy(answer, true) } else { words_of("answer", answer, 500)? };
    let (entry_id, notice) = (app.new_id(), NoticeIds::new(app));
    app.db.write(|tx| {
        let report = store::closing_report(tx, report_id)?.ok_or_else(Refusal::not_found)?;
        let (project, person_id) = unconcerned(tx, actor, report.project_id)?;
        claims::decide(tx, "closing_report", report_id, person_id, now)?;
        if !store::judge_closing_report(tx, report_id, publish, &answer, person_id, now)? {
            return Err(Refusal::conflict("refusal-project-change-decided").into());
        }
        if !publish {
            return Ok(());
        }
        let total = fund::total(tx, project.id)?;
        let fact = Closed {
            project: project.id.to_string(),
            report: report_id.to_string(),
            beneficiaries: report.beneficiaries,
            gifts_fen: total.raised_fen(),
            spent_fen: total.spent_fen,
            left_fen: total.in_account_fen(),
            text_sha256: hash(&format!("{}\n{}\n{}", report.results, report.indicators, report.leftovers)),
        };
        tell_donors(
            tx,
            notice,
            project.id,
            NoticeKind::Closed,
            (&report.results, &format!("/projects/{}/closing-report", project.id)),
            now,
        )?;
        facts::refresh_due_day(tx, project.id)?;
        Ok(public_entry::append(tx, entry_id, "project_closing_report", &public_entry::body(&fact)?, now)?)
    })
}

/// Another reviewer found that a report should not have come back: it waits again. False: another one was handed in.
pub fn hand_in_again(tx: &mut Tx, back: &TakingBack) -> Result<bool, Trouble> {
    Ok(store::hand_in_again(tx, back.thing_id, back.decided_at)?)
}

#[derive(Serialize)]
struct Closed {
    project: String,
    report: String,
    beneficiaries: i64,
    gifts_fen: i64,
    spent_fen: i64,
    left_fen: i64,
    text_sha256: String,
}

/// Asks to pass leftovers on to another project of the same recipient that is of the same or a similar purpose.
pub fn ask_for_redirect(app: &App, actor: &Actor, id: Id, to: Id, amount_fen: i64, reason: &str, now: Micros) -> Result<Id, Trouble> {
    let reason = words_of("reason", reason, 1_000)?;
    let redirect_id = app.new_id();
    app.db.write(|tx| {
        let from = load(tx, actor, id)?;
        let person_id = seated(actor, &[from.recipient_id], &[Role::Manager])?;
        if !matches!(from.state, State::FundraisingEnded | State::Executing | State::Closed) {
            return Err(Refusal::conflict("refusal-project-redirect-early").into());
        }
        let target = store::find_public(tx, to)?.filter(|t| t.id != id);
        let target = target.ok_or_else(|| Refusal::input("to", "refusal-project-redirect-target"))?;
        if target.recipient_id != from.recipient_id {
            return Err(Refusal::input("to", "refusal-project-redirect-recipient").into());
        }
        if !target.state.is_running() || target.hold != Hold::None {
            return Err(Refusal::input("to", "refusal-project-redirect-closed").into());
        }
        if target.field != from.field {
            return Err(Refusal::input("to", "refusal-project-redirect-purpose").into());
        }
        let total = fund::total(tx, id)?;
        let left_fen = total.available_fen();
        if amount_fen <= 0 || amount_fen > left_fen {
            return Err(Refusal::input("amount", "refusal-project-redirect-amount").with("available", money::Fen(left_fen.max(0))).into());
        }
        let asked = NewRedirect { id: redirect_id, from_id: id, to_id: to, amount_fen, reason: &reason, by: person_id, now };
        if store::add_redirect(tx, &asked)? { Ok(redirect_id) } else { Err(Refusal::conflict("refusal-project-redirect-open").into()) }
    })
}

/// The redirection as this desk may see it, and its decider: finance or approver of the recipient, not who asked.
fn deciding(tx: &mut db::Tx, actor: &Actor, redirect_id: Id) -> Result<(Redirect, Id), Trouble> {
    let redirect = store::redirect(tx, redirect_id)?.ok_or_else(Refusal::not_found)?;
    let from = load(tx, actor, redirect.from_id)?;
    let person_id = seated(actor, &[from.recipient_id], &[Role::Finance, Role::Approver])?;
    if person_id == redirect.asked_by {
        return Err(Refusal::new(403, "refusal-project-redirect-own").into());
    }
    Ok((redirect, person_id))
}

/// The second person agrees: donors are told first, and the money moves when the notice is over.
pub fn announce_redirect(app: &App, actor: &Actor, redirect_id: Id, now: Micros) -> Result<Day, Trouble> {
    let (entry_id, notice) = (app.new_id(), NoticeIds::new(app));
    app.db.write(|tx| {
        let (redirect, person_id) = deciding(tx, actor, redirect_id)?;
        claims::decide(tx, "project_redirect", redirect_id, person_id, now)?;
        let effective_day = day_of(now) + rules::REDIRECT_NOTICE_DAYS.get(tx)?;
        if !store::announce_redirect(tx, redirect_id, person_id, effective_day, now)? {
            return Err(Refusal::conflict("refusal-project-change-decided").into());
        }
        let link = format!("/projects/{}", redirect.to_id);
        tell_donors(tx, notice, redirect.from_id, NoticeKind::Redirect, (&redirect.reason, &link), now)?;
        let fact = Announced {
            redirect: redirect_id.to_string(),
            from: redirect.from_id.to_string(),
            to: redirect.to_id.to_string(),
            amount_fen: redirect.amount_fen,
            effective_day,
            text_sha256: hash(&redirect.reason),
        };
        public_entry::append(tx, entry_id, "redirect_announced", &public_entry::body(&fact)?, now)?;
        Ok(effective_day)
    })
}

#[derive(Serialize)]
struct Announced {
    redirect: String,
    from: String,
    to: String,
    amount_fen: i64,
    effective_day: Day,
    text_sha256: String,
}

pub fn refuse_redirect(app: &App, actor: &Actor, redirect_id: Id, answer: &str, now: Micros) -> Result<(), Trouble> {
    let answer = words_of("answer", answer, 500)?;
    app.db.write(|tx| {
        let (_, person_id) = deciding(tx, actor, redirect_id)?;
        claims::decide(tx, "project_redirect", redirect_id, person_id, now)?;
        if store::refuse_redirect(tx, redirect_id, &answer, person_id, now)? {
            Ok(())
        } else {
            Err(Refusal::conflict("refusal-project-change-decided").into())
        }
    })
}

/// Posts every announced redirection whose day has come. One that no longer fits lapses, in public.
pub fn settle_redirects(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    for redirect_id in app.db.read(|tx| store::redirects_due(tx, day_of(now)))? {
        let redirect = app.db.read(|tx| store::redirect(tx, redirect_id))?.ok_or_else(Refusal::not_found)?;
        let stamp = Stamp { id: redirect_id, ..Stamp::new(app, now) };
        let notice = NoticeIds::new(app);
        let link = format!("/projects/{}", redirect.to_id);
        let posted = app.db.write(|tx| {
            if store::settle_redirect(tx, redirect_id, true, now)? {
                super::redirect(tx, &stamp, redirect.from_id, redirect.to_id, redirect.amount_fen)?;
                tell_donors(tx, notice, redirect.from_id, NoticeKind::Redirected, (&redirect.reason, &link), now)?;
            }
            Ok::<_, Trouble>(())
        });
        match posted {
            Ok(()) => {}
            Err(Trouble::Refused(refusal)) => {
                tracing::info!(redirect = redirect_id, reason = refusal.key, "a redirection no longer fits and lapses");
                app.db.write(|tx| {
                    if store::settle_redirect(tx, redirect_id, false, now)? {
                        tell_donors(tx, notice, redirect.from_id, NoticeKind::Lapsed, (&redirect.reason, &link), now)?;
                    }
                    Ok::<_, Trouble>(())
                })?;
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}
