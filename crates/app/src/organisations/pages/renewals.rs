//! Certificates at a charity's desk, and the operator's page on which a handed-in one is looked at.

use maud::html;

use crate::files;
use crate::kernel::{Refusal, Role, Trouble};
use crate::organisations::model::CertificateKind;
use crate::organisations::renewals::{self, RenewalState};
use crate::organisations::store;
use crate::web::{Answer, Cx, Outcome, PageParts, refused, show};

use super::forms::Field;
use super::{certificate_table, certificate_word, forms, last_day, own, paper_link, room_trail};

pub fn desk(cx: &Cx) -> Outcome {
    desk_page(cx, None)
}

fn desk_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let id = own(cx, &Role::ALL)?;
    let (certificates, scans, renewals) = cx
        .app
        .db
        .read(|tx| Ok::<_, db::Fault>((store::certificates(tx, id)?, renewals::scans(tx, id)?, renewals::of_organisation(tx, id)?)))?;
    let title = cx.t("organisation-certificates");
    let heads = [
        "organisation-certificate",
        "organisation-certificate-number",
        "organisation-handed-in-at",
        "organisation-state",
        "organisation-reason",
    ];
    let mut table = ui::Table::new(cx.t("organisation-handed-in"), heads.map(|key| ui::Column::words(cx.t(key))).to_vec());
    for r in &renewals {
        let reason = if r.reason.is_empty() { "—" } else { &r.reason };
        table.row(&[
            &certificate_word(cx, r.certificate.kind),
            &r.certificate.number,
            &show::instant(r.submitted_at),
            &state_badge(cx, r.state),
            &html! { (reason) @if r.state == RenewalState::Returned { (cx.appeal_way("renewal", r.id)) } },
        ]);
    }
    let manager = cx.actor.holds(id, &[Role::Manager]);
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &room_trail(cx, id), &title))
        (ui::heading(&title, Some(&cx.t("organisation-certificates-lead"))))
        @if certificates.is_empty() { p { (cx.t("organisation-certificates-none")) } } @else { (certificate_table(cx, &certificates, &scans)) }
        @if !renewals.is_empty() { (ui::section(&cx.t("organisation-handed-in"), None, ui::table(&table))) }
        @if manager { (ui::section(&cx.t("organisation-hand-in"), None, html! {
            p { (cx.t("organisation-hand-in-note")) }
            (forms::certificate_form(cx, format!("/desk/organisations/{id}/certificates"), refusal, true))
        })) }
    };
    Ok(cx.page_with_status(refusal.map_or(200, |r| r.status), PageParts { title: &title, body, ..PageParts::default() }))
}

fn state_badge(cx: &Cx, state: RenewalState) -> maud::Markup {
    let (tone, key) = match state {
        RenewalState::Submitted => (ui::Tone::Info, "organisation-renewal-submitted"),
        RenewalState::Accepted => (ui::Tone::Good, "organisation-renewal-accepted"),
        RenewalState::Returned => (ui::Tone::Warn, "organisation-renewal-returned"),
    };
    ui::badge(tone, &cx.t(key))
}

pub fn hand_in(cx: &Cx) -> Outcome {
    let id = own(cx, &[Role::Manager])?;
    let outcome = forms::read_lone_certificate(cx)
        .and_then(|new| Ok((new, forms::needed_paper(cx, "scan")?)))
        .map_err(Trouble::from)
        .and_then(|(new, scan)| renewals::hand_in(&cx.app, &cx.actor, id, &new, &scan));
    match outcome {
        Ok(_) => Ok(Answer::redirect(format!("/desk/organisations/{id}/certificates?done=handed-in"))),
        Err(Trouble::Refused(refusal)) => desk_page(cx, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

pub fn one(cx: &Cx) -> Outcome {
    operator_page(cx, None)
}

fn operator_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let id = cx.id_param("renewal")?;
    let (renewal, before, paper) = cx.app.db.read(|tx| {
        let renewal = renewals::find(tx, id)?.ok_or_else(Refusal::not_found)?;
        let before = store::certificates(tx, renewal.organisation_id)?;
        let paper = files::list(tx, &[renewal.file_id])?;
        Ok::<_, Trouble>((renewal, before, paper))
    })?;
    let c = &renewal.certificate;
    let title = cx.t("organisation-renewal-title");
    let terms = [
        ui::Term::new(
            cx.t("organisation-name"),
            html! { (ui::Link::new(renewal.organisation_name.as_str(), format!("/operator/organisations/{}", renewal.organisation_id))) },
        ),
        ui::Term::new(cx.t("organisation-certificate"), ui::text(certificate_word(cx, c.kind))),
        ui::Term::new(cx.t("organisation-certificate-number"), ui::text(&c.number)),
        ui::Term::new(cx.t("organisation-certificate-issuer"), ui::text(&c.issuer)),
        ui::Term::new(cx.t("organisation-valid-from"), show::day(c.valid_from_day)),
        ui::Term::new(cx.t("organisation-valid-until"), last_day(cx, c.valid_until_day)),
        ui::Term::new(cx.t("organisation-scan"), files::attachments(cx, &paper)),
        ui::Term::new(cx.t("organisation-state"), state_badge(cx, renewal.state)),
    ];
    let trail =
        [ui::Link::new(cx.t("nav-operator"), "/operator"), ui::Link::new(cx.t("organisation-operator-title"), "/operator/organisations")];
    let public = c.kind == CertificateKind::PublicFundraising;
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &trail, &title))
        (ui::heading(&title, Some(&cx.t("organisation-renewal-lead"))))
        (ui::definition_list(&terms))
        p { (paper_link(cx, renewal.file_id)) }
        @if public { p { (cx.t("organisation-renewal-public")) } }
        (refused(cx, refusal))
        @if renewal.state == RenewalState::Submitted {
            (cx.claim_banner("renewal", id)?)
            (ui::section(&cx.t("organisation-decision"), None, ui::form(&ui::Form {
                action: format!("/operator/renewals/{id}/decision").into(),
                body: html! {
                    (Field::long("reason", "organisation-reason").optional().help("organisation-renewal-reason-help").draw(cx, refusal))
                    (ui::submit_row(html! {
                        (ui::button(ui::ButtonKind::Main, &cx.t("organisation-renewal-accept"), Some(("verdict", "accept"))))
                        (ui::button(ui::ButtonKind::Danger, &cx.t("organisation-renewal-return"), Some(("verdict", "return"))))
                    }, None))
                },
                ..ui::Form::default()
            })))
        } @else if !renewal.reason.is_empty() { (ui::definition_list(&[ui::Term::new(cx.t("organisation-reason"), ui::text(&renewal.reason))])) }
        (ui::section(&cx.t("organisation-certificates"), None, certificate_table(cx, &before, &[])))
    };
    Ok(cx.page_with_status(refusal.map_or(200, |r| r.status), PageParts { title: &title, body, ..PageParts::default() }))
}

pub fn decide(cx: &Cx) -> Outcome {
    let id = cx.id_param("renewal")?;
    let verdict = match cx.form("verdict") {
        "accept" => Ok(true),
        "return" => Ok(false),
        _ => Err(Refusal::input("reason", "refusal-organisation-verdict")),
    };
    match verdict.map_err(Trouble::from).and_then(|accept| renewals::decide(&cx.app, &cx.actor, id, accept, cx.form("reason"))) {
        Ok(()) => Ok(Answer::redirect(format!("/operator/renewals/{id}?done=decided"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => operator_page(cx, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}
