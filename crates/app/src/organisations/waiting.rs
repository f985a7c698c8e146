//! What waits in the things of organisations: for the operator, and at a charity's own desk.

use db::{Fault, Tx};

use crate::kernel::civil::{Day, day_of, start_of};
use crate::kernel::{Id, Micros, WAITING_SHOWN, Waiting};

use super::admissions::{self, AdmissionState};
use super::rules::{EXPIRING_DAYS, WARNED_DAYS};
use super::{checks, model::Kind, partners, renewals, reports, store};

/// So many days before it ends, a look at an organisation's papers is due again.
const CHECKED_SOON_DAYS: Day = 14;

/// Applications and renewals, certificates that are about to end, papers that must be looked at again.
pub fn for_operator(tx: &mut Tx, now: Micros) -> Result<Vec<Waiting>, Fault> {
    let today = day_of(now);
    let mut waiting = Vec::new();
    for admission in admissions::in_state(tx, AdmissionState::Submitted, WAITING_SHOWN)? {
        waiting.push(Waiting {
            queue: "waiting-admission",
            thing: "admission",
            thing_id: admission.id,
            title: admission.name,
            href: format!("/operator/admissions/{}", admission.id),
            since: admission.submitted_at,
            due_at: None,
            unattended: "unattended-admission",
        });
    }
    for renewal in renewals::waiting(tx, WAITING_SHOWN)? {
        waiting.push(Waiting {
            queue: "waiting-renewal",
            thing: "renewal",
            thing_id: renewal.id,
            title: renewal.organisation_name,
            href: format!("/operator/renewals/{}", renewal.id),
            since: renewal.submitted_at,
            due_at: None,
            unattended: "unattended-renewal",
        });
    }
    for ending in renewals::ending(tx, today + WARNED_DAYS[1], WAITING_SHOWN)? {
        waiting.push(certificate(&ending, "organisation", ending.certificate.organisation_id, false));
    }
    for due in checks::due(tx, today + CHECKED_SOON_DAYS, WAITING_SHOWN)? {
        waiting.push(Waiting {
            queue: "waiting-qualification",
            thing: "qualification",
            thing_id: due.organisation_id,
            title: due.name,
            href: format!("/operator/organisations/{}", due.organisation_id),
            since: due.holds_until_day.map_or(due.asked_at, |day| start_of(day + 1 - CHECKED_SOON_DAYS)),
            due_at: due.holds_until_day.map(|day| start_of(day + 1) - 1),
            unattended: "unattended-qualification",
        });
    }
    Ok(waiting)
}

/// At a desk: certificates that are about to end, yearly reports, results of partners.
pub fn at_desk(tx: &mut Tx, organisation_ids: &[Id], now: Micros) -> Result<Vec<Waiting>, Fault> {
    let today = day_of(now);
    let mut waiting = Vec::new();
    for ending in renewals::ending(tx, today + EXPIRING_DAYS, 10_000)? {
        if organisation_ids.contains(&ending.certificate.organisation_id) {
            waiting.push(certificate(&ending, "certificate", ending.certificate.id, true));
        }
    }
    for id in organisation_ids {
        let Some(organisation) = store::find(tx, *id)?.filter(|o| o.kind == Kind::Charity) else { continue };
        for (kind, year, due) in reports::owed(tx, *id, today)? {
            waiting.push(Waiting {
                queue: "waiting-yearly-report",
                thing: "organisation_report",
                thing_id: *id,
                title: format!("{} {year}", organisation.name),
                href: format!("/desk/organisations/{id}/reports?kind={}&year={year}", kind.word()),
                since: start_of(due - 150),
                due_at: Some(start_of(due + 1)),
                unattended: "unattended-yearly-report",
            });
        }
        for owed in partners::results(tx, *id)?.into_iter().filter(|r| r.published.is_none()) {
            waiting.push(Waiting {
                queue: "waiting-partner-result",
                thing: "partner_result",
                thing_id: owed.project_id,
                href: format!("/desk/organisations/{id}/partners/{}", owed.partner_id),
                since: owed.ended_at,
                due_at: Some(start_of(owed.due_day() + 1)),
                title: owed.partner_name,
                unattended: "unattended-partner-result",
            });
        }
    }
    waiting.sort_by_key(|w| w.due_at.unwrap_or(w.since));
    waiting.truncate(usize::try_from(WAITING_SHOWN).unwrap_or(200));
    Ok(waiting)
}

fn certificate(ending: &renewals::Ending, thing: &'static str, thing_id: Id, desk: bool) -> Waiting {
    let c = &ending.certificate;
    let area = if desk { "desk" } else { "operator" };
    let page = if desk { "/certificates" } else { "" };
    Waiting {
        queue: "waiting-certificate",
        thing,
        thing_id,
        title: ending.organisation_name.clone(),
        href: format!("/{area}/organisations/{}{page}", c.organisation_id),
        since: start_of(c.valid_until_day - EXPIRING_DAYS),
        due_at: Some(start_of(c.valid_until_day + 1)),
        unattended: "unattended-certificate",
    }
}
