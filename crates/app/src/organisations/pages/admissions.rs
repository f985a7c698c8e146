//! The way in: the applicant's form and status page, the operator's queue and review.

use maud::{Markup, html};

use crate::files::{self, File};
use crate::kernel::{Refusal, Trouble};
use crate::organisations::admissions::{self, Admission, AdmissionState, AdmissionStep, Papers, Verdict};
use crate::organisations::areas;
use crate::organisations::model::NewOrganisation;
use crate::web::{Answer, Cx, Outcome, PageParts, refused, show};

use super::forms::Field;
use super::{certificate_word, forms, kind_word, last_day};

fn state_badge(cx: &Cx, state: AdmissionState) -> Markup {
    let (tone, key) = match state {
        AdmissionState::Submitted => (ui::Tone::Info, "organisation-admission-state-submitted"),
        AdmissionState::Returned => (ui::Tone::Warn, "organisation-admission-state-returned"),
        AdmissionState::Approved => (ui::Tone::Good, "organisation-admission-state-approved"),
        AdmissionState::Refused => (ui::Tone::Bad, "organisation-admission-state-refused"),
    };
    ui::badge(tone, &cx.t(key))
}

pub fn mine(cx: &Cx) -> Outcome {
    let person_id = cx.person_id()?;
    let all = cx.app.db.read(|tx| admissions::of_person(tx, person_id))?;
    let rows: Vec<ui::LinkRow> = all.iter().map(|a| row(cx, a, format!("/me/admissions/{}", a.id))).collect();
    let title = cx.t("organisation-admissions-mine");
    let begin = ui::Link::new(cx.t("organisation-admission-new"), "/me/admissions/new");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("organisation-admissions-mine-lead"))))
        @if rows.is_empty() { (ui::empty_state(&cx.t("organisation-admissions-none"), &cx.t("organisation-admissions-none-why"), Some(&begin))) }
        @else {
            (ui::link_list(&rows))
            p { (ui::link_button(ui::ButtonKind::Quiet, &cx.t("organisation-admission-new"), "/me/admissions/new")) }
        }
    };
    Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn row<'a>(cx: &Cx, a: &'a Admission, href: String) -> ui::LinkRow<'a> {
    ui::LinkRow {
        href: href.into(),
        title: a.name.as_str().into(),
        note: cx
            .ta("organisation-admission-version", &[("version", a.version.into()), ("time", show::minute(a.submitted_at).into())])
            .into(),
        aside: state_badge(cx, a.state),
    }
}

pub fn new(cx: &Cx) -> Outcome {
    Ok(new_page(cx, None))
}

fn new_page(cx: &Cx, refusal: Option<&Refusal>) -> Answer {
    let title = cx.t("organisation-admission-new");
    let trail = [ui::Link::new(cx.t("account"), "/me"), ui::Link::new(cx.t("organisation-admissions-mine"), "/me/admissions")];
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &trail, &title))
        (ui::heading(&title, Some(&cx.t("organisation-admission-new-lead"))))
        (forms::admission_form(cx, "/me/admissions".to_owned(), refusal, None))
    };
    cx.page_with_status(refusal.map_or(200, |r| r.status), PageParts { title: &title, body, reading: true, ..PageParts::default() })
}

/// The form with its papers, which were looked at before any transaction.
fn with_form(cx: &Cx, act: impl FnOnce(&NewOrganisation, &Papers) -> Result<String, Trouble>) -> Result<String, Trouble> {
    let new = forms::read_organisation(cx)?;
    let (registration, licence) = (forms::read_paper(cx, "registration_scan")?, forms::read_paper(cx, "licence_scan")?);
    act(&new, &Papers { registration: registration.as_ref(), licence: licence.as_ref() })
}

pub fn apply(cx: &Cx) -> Outcome {
    let outcome = with_form(cx, |new, papers| {
        let id = admissions::apply(&cx.app, &cx.actor, new, papers)?;
        Ok(format!("/me/admissions/{id}?done=admission-submitted"))
    });
    match outcome {
        Ok(to) => Ok(Answer::redirect(to)),
        Err(Trouble::Refused(refusal)) => Ok(new_page(cx, Some(&refusal))),
        Err(fault) => Err(fault),
    }
}

struct View {
    admission: Admission,
    form: NewOrganisation,
    area: String,
    papers: Vec<File>,
    steps: Vec<AdmissionStep>,
    /// The form of the version before, to show what changed.
    before: Option<NewOrganisation>,
}

fn load(cx: &Cx) -> Result<View, Trouble> {
    let id = cx.id_param("admission")?;
    cx.app.db.read(|tx| {
        let admission = admissions::find(tx, id)?.ok_or_else(Refusal::not_found)?;
        let form = admissions::form(tx, id, admission.version)?.ok_or_else(Refusal::not_found)?;
        Ok(View {
            area: areas::name_path(tx, &form.area_code, cx.lang)?,
            papers: admissions::papers(tx, id)?,
            steps: admissions::steps(tx, id)?,
            before: if admission.version > 1 { admissions::form(tx, id, admission.version - 1)? } else { None },
            admission,
            form,
        })
    })
}

/// The form's answers; those that differ from the version before are marked.
fn answers(cx: &Cx, v: &View) -> Markup {
    let f = &v.form;
    let changed = |of: fn(&NewOrganisation) -> String| v.before.as_ref().is_some_and(|b| of(b) != of(f));
    let mark = |differs: bool| html! { @if differs { " " (ui::badge(ui::Tone::Info, &cx.t("organisation-admission-changed"))) } };
    let plain = |key: &str, of: fn(&NewOrganisation) -> String| {
        let value = of(f);
        ui::Term::new(cx.t(key), html! { (if value.is_empty() { "—".to_owned() } else { value }) (mark(changed(of))) })
    };
    let mut terms = vec![
        ui::Term::new(cx.t("organisation-kind"), ui::text(kind_word(cx, f.kind))),
        plain("organisation-name", |o| o.name.clone()),
        plain("organisation-english-name", |o| o.english_name.clone()),
        plain("organisation-credit-code", |o| o.credit_code.clone()),
        ui::Term::new(cx.t("organisation-area"), html! { (v.area) (mark(changed(|o| o.area_code.clone()))) }),
        plain("organisation-address", |o| o.address.clone()),
        plain("organisation-contact", |o| o.contact.clone()),
        plain("organisation-about", |o| o.about.clone()),
    ];
    for c in &f.certificates {
        let same = v.before.as_ref().is_none_or(|b| b.certificates.contains(c));
        let words =
            html! { (c.number) " · " (c.issuer) " · " (show::day(c.valid_from_day)) "–" (last_day(cx, c.valid_until_day)) (mark(!same)) };
        terms.push(ui::Term::new(certificate_word(cx, c.kind), words));
    }
    html! {
        (ui::definition_list(&terms))
        h3 { (cx.t("organisation-admission-papers")) }
        (files::attachments(cx, &v.papers))
    }
}

fn history(cx: &Cx, steps: &[AdmissionStep]) -> Markup {
    let heads = ["organisation-admission-when", "organisation-state", "organisation-admission-which", "organisation-reason"];
    let mut table = ui::Table::new(cx.t("organisation-admission-history"), heads.map(|key| ui::Column::words(cx.t(key))).to_vec());
    for s in steps {
        let reason = if s.reason.is_empty() { "—" } else { &s.reason };
        table.row(&[&show::instant(s.at), &state_badge(cx, s.state), &s.version, &reason]);
    }
    ui::table(&table)
}

pub fn status(cx: &Cx) -> Outcome {
    status_page(cx, None)
}

fn status_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let view = load(cx)?;
    // Somebody else's application is not there.
    if Some(view.admission.applicant_id) != cx.actor.person_id() {
        return Err(Refusal::not_found().into());
    }
    let a = &view.admission;
    let lead = match a.state {
        AdmissionState::Submitted => "organisation-admission-lead-submitted",
        AdmissionState::Returned => "organisation-admission-lead-returned",
        AdmissionState::Approved => "organisation-admission-lead-approved",
        AdmissionState::Refused => "organisation-admission-lead-refused",
    };
    let trail = [ui::Link::new(cx.t("account"), "/me"), ui::Link::new(cx.t("organisation-admissions-mine"), "/me/admissions")];
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &trail, &a.name))
        (ui::heading(&a.name, Some(&cx.t(lead))))
        p { (state_badge(cx, a.state)) }
        @if a.state == AdmissionState::Returned {
            @if let Some(last) = view.steps.last() {
                (ui::notice(ui::Tone::Warn, &cx.t("organisation-reason"), None, html! { p { (last.reason) } }))
            }
        }
        @if a.state == AdmissionState::Approved {
            p { (ui::link_button(ui::ButtonKind::Main, &cx.t("organisation-admission-go-on"), "/me/desk-access")) }
        }
        @if matches!(a.state, AdmissionState::Returned | AdmissionState::Refused) { (cx.appeal_way("admission", a.id)) }
        (ui::section(&cx.t("organisation-admission-history"), None, history(cx, &view.steps)))
        @if a.state == AdmissionState::Returned {
            (ui::section(&cx.t("organisation-admission-again"), None, forms::admission_form(cx, format!("/me/admissions/{}", a.id), refusal, Some(&view.form))))
        } @else {
            (ui::section(&cx.t("organisation-admission-answers"), None, answers(cx, &view)))
        }
    };
    Ok(cx.page_with_status(refusal.map_or(200, |r| r.status), PageParts { title: &a.name, body, reading: true, ..PageParts::default() }))
}

pub fn submit_again(cx: &Cx) -> Outcome {
    let id = cx.id_param("admission")?;
    let outcome = with_form(cx, |new, papers| {
        admissions::submit_again(&cx.app, &cx.actor, id, new, papers)?;
        Ok(format!("/me/admissions/{id}?done=admission-submitted"))
    });
    match outcome {
        Ok(to) => Ok(Answer::redirect(to)),
        Err(Trouble::Refused(refusal)) if refusal.field.is_some() => status_page(cx, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}

/// The operator's queue: what waits, then what is with the applicants.
pub fn queue(cx: &Cx) -> Outcome {
    const SHOWN: i64 = 200;
    use AdmissionState::{Approved, Refused, Returned, Submitted};
    let lists = cx.app.db.read(|tx| {
        let all = [Submitted, Returned, Approved, Refused].map(|state| (state, admissions::in_state(tx, state, SHOWN)));
        all.into_iter().map(|(state, found)| Ok((state, found?))).collect::<Result<Vec<_>, db::Fault>>()
    })?;
    let title = cx.t("organisation-admissions");
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &[ui::Link::new(cx.t("nav-operator"), "/operator")], &title))
        (ui::heading(&title, Some(&cx.t("organisation-admissions-lead"))))
        @for (state, found) in &lists {
            @if !found.is_empty() || *state == Submitted {
                (ui::section(&cx.t(&format!("organisation-admission-state-{}", state.word())), None, html! {
                    @if found.is_empty() { p { (cx.t("organisation-admissions-nothing")) } }
                    @else {
                        @let rows: Vec<ui::LinkRow> = found.iter().map(|a| row(cx, a, format!("/operator/admissions/{}", a.id))).collect();
                        (ui::link_list(&rows))
                    }
                }))
            }
        }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

pub fn review(cx: &Cx) -> Outcome {
    review_page(cx, None)
}

fn review_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let view = load(cx)?;
    let a = &view.admission;
    let trail = [ui::Link::new(cx.t("nav-operator"), "/operator"), ui::Link::new(cx.t("organisation-admissions"), "/operator/admissions")];
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &trail, &a.name))
        (ui::heading(&a.name, Some(&cx.t("organisation-admission-review-lead"))))
        p { (state_badge(cx, a.state)) }
        (answers(cx, &view))
        @if let Some(id) = a.organisation_id { p { (ui::Link::new(cx.t("organisation-public-page"), format!("/organisations/{id}"))) } }
        (ui::section(&cx.t("organisation-admission-history"), None, history(cx, &view.steps)))
        (refused(cx, refusal))
        @if a.state == AdmissionState::Submitted {
            (cx.claim_banner("admission", a.id)?)
            (ui::section(&cx.t("organisation-decision"), None, ui::form(&ui::Form {
                action: format!("/operator/admissions/{}/decision", a.id).into(),
                hidden: vec![("version".into(), a.version.to_string().into())],
                body: html! {
                    (Field::long("reason", "organisation-reason").optional().help("organisation-admission-reason-help").draw(cx, refusal))
                    (ui::submit_row(html! {
                        (ui::button(ui::ButtonKind::Main, &cx.t("organisation-admission-approve"), Some(("verdict", "approve"))))
                        (ui::button(ui::ButtonKind::Quiet, &cx.t("organisation-admission-return"), Some(("verdict", "return"))))
                        (ui::button(ui::ButtonKind::Danger, &cx.t("organisation-admission-refuse"), Some(("verdict", "refuse"))))
                    }, None))
                },
                ..ui::Form::default()
            })))
        }
    };
    Ok(cx.page_with_status(refusal.map_or(200, |r| r.status), PageParts { title: &a.name, body, ..PageParts::default() }))
}

pub fn decide(cx: &Cx) -> Outcome {
    let id = cx.id_param("admission")?;
    let verdict = Verdict::from_word(cx.form("verdict")).ok_or_else(|| Refusal::input("reason", "refusal-organisation-verdict"));
    let version = cx.form("version").parse().unwrap_or(0);
    match verdict.map_err(Trouble::from).and_then(|verdict| admissions::decide(&cx.app, &cx.actor, id, version, verdict, cx.form("reason")))
    {
        Ok(()) => Ok(Answer::redirect(format!("/operator/admissions/{id}?done=decided"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => review_page(cx, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}
