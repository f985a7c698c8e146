//! One project as the operator's reviewers see it, with everything on one page.

use maud::{Markup, html};

use crate::files::{self, File};
use crate::kernel::civil::day_of;
use crate::kernel::{Id, Refusal, Trouble};
use crate::organisations::{self, Certificate};
use crate::web::{Answer, Cx, Outcome, PageParts, paragraphs, refusal_text, show};

use super::super::disclosure::standing;
use super::super::model::{BudgetLine, Due, Paper, PaperKind, Plan, Project, State, StepTaken};
use super::super::rules::Difference;
use super::super::{actions, facts, rules, store};
use super::overview::step_list;
use super::{Parties, Place, budget_table, cost_table, error_of, refused, state_badge, status_of, trail, versions};

/// Everything a reviewer looks at.
struct View {
    project: Project,
    parties: Parties,
    place: Place,
    certificates: [Vec<Certificate>; 3],
    lines: Vec<BudgetLine>,
    steps: Vec<(StepTaken, String)>,
    missing: Vec<Refusal>,
    plan: Plan,
    papers: Vec<(Paper, File)>,
    /// Against the version that was judged before; `None`: this is the first.
    changed: Option<Vec<Difference>>,
    alike: Vec<(Project, u32)>,
    due: Vec<Due>,
}

fn load(cx: &Cx) -> Result<View, Trouble> {
    let id = cx.id_param("id")?;
    cx.app.db.read(|tx| {
        let project = store::find_for_operator(tx, id)?.ok_or_else(Refusal::not_found)?;
        let mut steps = Vec::new();
        for step in store::steps(tx, id)? {
            let name = store::person_name(tx, step.person_id)?;
            steps.push((step, name));
        }
        let mut certificates = [Vec::new(), Vec::new(), Vec::new()];
        for (place, id) in project.organisations().into_iter().enumerate() {
            certificates[place] = organisations::certificates(tx, id)?;
        }
        let mut papers = Vec::new();
        for paper in store::papers(tx, id)? {
            papers.extend(files::find(tx, paper.file_id)?.map(|file| (paper, file)));
        }
        let now = actions::snapshot(tx, &project)?;
        let words = |p: &Project| format!("{}{}{}", p.title, p.object, p.service);
        let mut alike: Vec<(Project, u32)> = store::look_alikes(tx, &project)?
            .into_iter()
            .map(|other| (rules::likeness(&words(&project), &words(&other)), other))
            .map(|(l, o)| (o, l))
            .collect();
        alike.retain(|(_, likeness)| *likeness >= rules::ALIKE);
        alike.sort_by_key(|(_, likeness)| std::cmp::Reverse(*likeness));
        alike.truncate(5);
        Ok(View {
            plan: now.plan.clone(),
            papers,
            changed: versions::since_last_review(tx, cx, id, &now)?,
            alike,
            parties: Parties::of(tx, &project)?,
            place: Place::of(tx, cx, &project.area_code)?,
            certificates,
            lines: store::lines(tx, id)?,
            steps,
            missing: actions::missing(tx, &project, day_of(cx.now))?.0,
            due: facts::due(tx, &project)?,
            project,
        })
    })
}

pub fn project(cx: &Cx) -> Outcome {
    page(cx, &[])
}

fn page(cx: &Cx, refusals: &[Refusal]) -> Outcome {
    let view = load(cx)?;
    let p = &view.project;
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("nav-operator"), "/operator")], &p.title))
        (ui::heading(&p.title, Some(&p.summary)))
        p.row {
            (state_badge(cx, p.state)) " "
            @if p.curated_at.is_some() { (ui::badge(ui::Tone::Good, &cx.t("project-curated"))) }
        }
        (refused(cx, refusals))
        (cx.claim_banner("project", p.id)?)
        (ui::columns(
            html! {
                (alike(cx, &view))
                @if let Some(changed) = &view.changed {
                    (ui::section(&cx.t("project-differences"), None, versions::difference_table(cx, &cx.t("project-differences-since"), changed)))
                }
                (ui::section(&cx.t("project-particulars"), None, particulars(cx, &view)))
                (ui::section(&cx.t("project-plan"), None, super::plan::terms(cx, &view.plan)))
                (ui::section(&cx.t("project-papers"), None, papers(cx, &view)))
                (ui::section(&cx.t("project-story"), None, paragraphs(&p.story)))
                (ui::section(&cx.t("project-budget"), None, html! { (budget_table(cx, &view.lines)) (cost_table(cx, &view.lines)) }))
                (ui::section(&cx.t("project-parties"), None, parties(cx, &view)))
            },
            html! {
                (checks(cx, &view))
                (decisions(cx, p, refusals))
                (ui::card(Some(&cx.t("project-steps")), step_list(cx, &view.steps)))
            },
        ))
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &p.title, body, ..PageParts::default() }))
}

fn particulars(cx: &Cx, view: &View) -> Markup {
    let p = &view.project;
    let words = |key: &str, text: &str| ui::Term::new(cx.t(key), ui::text(text));
    let english = [("project-form-english-title", &p.english_title), ("project-form-english-summary", &p.english_summary)];
    let mut terms: Vec<ui::Term> = english.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| words(key, text)).collect();
    terms.extend([
        words("project-field", &cx.t(p.field.key())),
        ui::Term::new(cx.t("project-form-where"), html! { (view.place.name) " " (view.place.badges(cx)) }),
        words("project-object", &p.object),
        words("project-service", &p.service),
        ui::Term::new(
            cx.t("project-filing-number"),
            html! {
                code { (p.filing_number) } " "
                @if !rules::filing_number_fits(&p.filing_number) { (ui::badge(ui::Tone::Warn, &cx.t("project-filing-unusual-short"))) }
            },
        ),
        ui::Term::new(cx.t("project-window"), html! { (show::day(p.starts_day)) " – " (show::day(p.ends_day)) }),
        words("project-form-goal", &show::money(p.goal_fen)),
    ]);
    ui::definition_list(&terms)
}

/// A hint, and what it rests on: the reviewer reads both and decides.
fn alike(cx: &Cx, view: &View) -> Markup {
    html! {
        @for (other, likeness) in &view.alike {
            (ui::notice(ui::Tone::Warn, &cx.t("project-word-note"), Some(&cx.t("project-alike")), html! {
                p { (ui::Link::new(other.title.as_str(), format!("/operator/projects/{}", other.id))) }
                p { (cx.ta("project-alike-why", &[("percent", (*likeness).into())])) }
            }))
        }
    }
}

fn papers(cx: &Cx, view: &View) -> Markup {
    html! {
        @if view.papers.is_empty() { p { (cx.t("project-papers-none")) } }
        @for kind in PaperKind::ALL {
            @let own: Vec<File> = view.papers.iter().filter(|(p, _)| p.kind == kind).map(|(_, f)| f.clone()).collect();
            @if !own.is_empty() { p { b { (cx.t(kind.key())) } } (files::attachments(cx, &own)) }
        }
    }
}

fn parties(cx: &Cx, view: &View) -> Markup {
    let today = day_of(cx.now);
    html! {
        @for ((key, organisation), certificates) in view.parties.with_roles().into_iter().zip(&view.certificates) {
            (ui::card(Some(&cx.t(key)), html! {
                p { (ui::Link::new(organisation.name.as_str(), format!("/operator/organisations/{}", organisation.id))) }
                p { (cx.t("project-credit-code")) " " code { (organisation.credit_code) } }
                ul {
                    @for c in certificates {
                        @let valid = c.valid_from_day <= today && today <= c.valid_until_day;
                        li {
                            (cx.t(match c.kind {
                                organisations::CertificateKind::Registration => "project-certificate-registration",
                                organisations::CertificateKind::PublicFundraising => "project-certificate-fundraising",
                            })) " " (c.number) " "
                            @if valid { (ui::badge(ui::Tone::Good, &cx.t("project-certificate-valid"))) }
                            @else { (ui::badge(ui::Tone::Bad, &cx.t("project-certificate-invalid"))) }
                        }
                    }
                }
            }))
        }
    }
}

/// What publication asks for, and what is missing today.
fn checks(cx: &Cx, view: &View) -> Markup {
    if view.project.state.is_public() {
        return html! {
            (standing(cx, &view.due))
            p { (ui::Link::new(cx.t("project-public-page"), format!("/projects/{}", view.project.id))) }
            p { (ui::Link::new(cx.t("disclosure-kept"), format!("/projects/{}/clocks", view.project.id))) }
        };
    }
    ui::card(
        Some(&cx.t("project-checks")),
        html! {
            @if view.missing.is_empty() { p { (ui::badge(ui::Tone::Good, &cx.t("project-checks-good"))) } }
            ul { @for refusal in &view.missing { li { (refusal_text(cx, refusal).0) } } }
        },
    )
}

fn decisions(cx: &Cx, p: &Project, refusals: &[Refusal]) -> Markup {
    let at = |part: &str| format!("/operator/projects/{}/{part}", p.id);
    let version = || vec![("version".into(), p.version.to_string().into())];
    let form = |part: &str, body: Markup| ui::form(&ui::Form { action: at(part).into(), hidden: version(), body, ..ui::Form::default() });
    let words = |name: &'static str, label: &str, required: bool| {
        ui::textarea_field(&ui::TextArea {
            name: name.into(),
            label: cx.t(label).into(),
            value: cx.form(name).into(),
            error: error_of(cx, refusals, name).into(),
            required,
            ..ui::TextArea::default()
        })
    };
    let press = |kind, key: &str| ui::submit_row(ui::button(kind, &cx.t(key), None), None);
    html! {
        p { (ui::Link::new(cx.t("project-decisions"), format!("/operator/projects/{}/decisions", p.id))) }
        @if p.state == State::Submitted {
            (ui::card(Some(&cx.t("project-review")), form("review", html! {
                (words("note", "project-review-note", false))
                (press(ui::ButtonKind::Main, "project-review"))
            })))
        }
        @if p.state == State::Reviewed {
            (ui::card(Some(&cx.t("project-publish")), form("publication", html! {
                p { (cx.t("project-publish-lead")) }
                (press(ui::ButtonKind::Main, "project-publish"))
            })))
        }
        @if matches!(p.state, State::Submitted | State::Reviewed) {
            (ui::card(Some(&cx.t("project-return")), form("return", html! {
                (words("reason", "project-reason", true))
                (press(ui::ButtonKind::Danger, "project-return"))
            })))
        }
        @if p.state.is_public() {
            @let (value, key) = if p.curated_at.is_some() { ("0", "project-uncurate") } else { ("1", "project-curate") };
            (ui::form(&ui::Form {
                action: at("curation").into(),
                hidden: vec![("curated".into(), value.into())],
                body: press(ui::ButtonKind::Quiet, key),
                ..ui::Form::default()
            }))
        }
    }
}

fn decided(cx: &Cx, outcome: Result<(), Trouble>, to: String) -> Outcome {
    match outcome {
        Ok(()) => Ok(Answer::redirect(to)),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => page(cx, &[refusal]),
        Err(other) => Err(other),
    }
}

fn id_and_version(cx: &Cx) -> Result<(Id, i64), Refusal> {
    Ok((cx.id_param("id")?, cx.form("version").parse().unwrap_or(0)))
}

pub fn return_to_draft(cx: &Cx) -> Outcome {
    let (id, version) = id_and_version(cx)?;
    let outcome = actions::return_to_draft(&cx.app, &cx.actor, id, version, cx.form("reason"), cx.now).map(|_| ());
    // A draft is its charity's again, so the reviewer goes back to the queue.
    decided(cx, outcome, "/operator?done=project-returned".to_owned())
}

pub fn review(cx: &Cx) -> Outcome {
    let (id, version) = id_and_version(cx)?;
    let outcome = actions::review(&cx.app, &cx.actor, id, version, cx.form("note"), cx.now).map(|_| ());
    decided(cx, outcome, format!("/operator/projects/{id}?done=project-reviewed"))
}

pub fn publish(cx: &Cx) -> Outcome {
    let (id, version) = id_and_version(cx)?;
    let outcome = actions::publish(&cx.app, &cx.actor, id, version, cx.now).map(|_| ());
    decided(cx, outcome, format!("/operator/projects/{id}?done=project-published"))
}

pub fn curate(cx: &Cx) -> Outcome {
    let (id, _) = id_and_version(cx)?;
    let curated = cx.form("curated") == "1";
    let outcome = actions::curate(&cx.app, &cx.actor, id, curated, cx.now);
    decided(cx, outcome, format!("/operator/projects/{id}?done=project-curation"))
}
