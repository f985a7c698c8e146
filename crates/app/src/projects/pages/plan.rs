//! The filed plan (募捐方案): its form at the desk, and how it is read by everyone.

use maud::{Markup, html};

use crate::kernel::civil::{Day, day_text, parse_day};
use crate::kernel::{Refusal, Trouble};
use crate::web::{Answer, Cx, Form, Outcome, PageParts, paragraphs, show};

use super::super::model::{Node, PLAN_TEXTS, Plan, Project, ProjectKind, State};
use super::super::{actions, rules, store, templates};
use super::draft::parts_of_draft;
use super::overview::{address, load};
use super::{error_of, refused, status_of, trail, whole_number};

pub fn plan(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let plan = cx.app.db.read(|tx| store::find_plan(tx, &project))?;
    if project.state != State::Draft {
        return Ok(shown(cx, &project, &plan));
    }
    // Whoever comes here from a refused submission sees at once what is missing.
    let refusals = if cx.query("check") == "1" { rules::plan_faults(&plan) } else { Vec::new() };
    Ok(page(cx, &project, project.version, &typed_of(&plan), &refusals))
}

pub fn save(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let version = cx.form("version").parse().unwrap_or(0);
    let (plan, mut refusals) = read(&cx.request.form);
    refusals.extend(rules::unsaveable_plan(&rules::cleaned_plan(&plan)));
    if !refusals.is_empty() {
        return Ok(page(cx, &project, version, &cx.request.form, &refusals));
    }
    match actions::save_plan(&cx.app, &cx.actor, project.id, version, &plan) {
        Ok(_) if cx.form("do") == "next" => Ok(Answer::redirect(address(project.id, "/papers?done=project-plan-saved"))),
        Ok(_) => Ok(Answer::redirect(address(project.id, "/plan?done=project-plan-saved"))),
        Err(Trouble::Refused(refusal)) => Ok(page(cx, &project, version, &cx.request.form, &[refusal])),
        Err(fault) => Err(fault),
    }
}

/// The plan that the form describes, and what cannot be read in it.
fn read(form: &Form) -> (Plan, Vec<Refusal>) {
    let mut refusals = Vec::new();
    let mut plan = Plan {
        kind: ProjectKind::from_word(form.get("kind")).unwrap_or_default(),
        category: form.get("category").to_owned(),
        declared: form.get("declared") == "1",
        sites: lines_of(form.get("sites")),
        ..Plan::default()
    };
    for text in &PLAN_TEXTS {
        form.get(text.name).clone_into((text.of_mut)(&mut plan));
    }
    if !form.get("beneficiaries").is_empty() {
        plan.beneficiaries = whole_number(form.get("beneficiaries")).unwrap_or_else(|| {
            refusals.push(Refusal::input("beneficiaries", "refusal-project-plan-beneficiaries"));
            0
        });
    }
    if !form.get("filed_day").is_empty() {
        plan.filed_day = parse_day(form.get("filed_day")).unwrap_or_else(|| {
            refusals.push(Refusal::input("filed_day", "refusal-project-day"));
            0
        });
    }
    plan.nodes = nodes(form.get("nodes"));
    (plan, refusals)
}

fn lines_of(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
}

/// One node a line: the day, a blank, what is reached. A line without a day keeps day 0, which the rules refuse by its line.
pub fn nodes(text: &str) -> Vec<Node> {
    lines_of(text)
        .into_iter()
        .map(|line| {
            let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line.as_str(), ""));
            match parse_day(first) {
                Some(day) => Node { day, what: rest.trim().to_owned() },
                None => Node { day: 0, what: line.clone() },
            }
        })
        .collect()
}

pub fn nodes_text(nodes: &[Node]) -> String {
    nodes.iter().map(|n| format!("{} {}", day_text(n.day), n.what)).collect::<Vec<_>>().join("\n")
}

fn typed_of(plan: &Plan) -> Form {
    let day = |day: Day| if day == 0 { String::new() } else { day_text(day) };
    let mut pairs = vec![
        ("kind".to_owned(), plan.kind.word().to_owned()),
        ("category".to_owned(), plan.category.clone()),
        ("beneficiaries".to_owned(), if plan.beneficiaries == 0 { String::new() } else { plan.beneficiaries.to_string() }),
        ("sites".to_owned(), plan.sites.join("\n")),
        ("nodes".to_owned(), nodes_text(&plan.nodes)),
        ("filed_day".to_owned(), day(plan.filed_day)),
        ("declared".to_owned(), if plan.declared { "1".to_owned() } else { String::new() }),
    ];
    pairs.extend(PLAN_TEXTS.iter().map(|t| (t.name.to_owned(), (t.of)(plan).clone())));
    Form(pairs)
}

fn page(cx: &Cx, project: &Project, version: i64, typed: &Form, refusals: &[Refusal]) -> Answer {
    let title = cx.t("project-plan");
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk"), ui::Link::new(project.title.as_str(), address(project.id, ""))], &title))
        (ui::heading(&title, Some(&cx.t("project-plan-lead"))))
        (parts_of_draft(cx, project.id, 1))
        (refused(cx, refusals))
        (ui::form(&ui::Form {
            action: address(project.id, "/plan").into(),
            hidden: vec![("version".into(), version.to_string().into())],
            body: fields(cx, typed, refusals),
            ..ui::Form::default()
        }))
    };
    cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() })
}

/// One text of the plan as a field.
pub fn text_field(cx: &Cx, name: &'static str, value: &str, refusals: &[Refusal]) -> Markup {
    let Some(text) = PLAN_TEXTS.iter().find(|t| t.name == name) else { return html! {} };
    let (label, help, error) = (cx.t(text.label), cx.t(text.help), error_of(cx, refusals, name));
    let mark = if text.missing.is_some() { String::new() } else { cx.t("project-plan-optional") };
    if text.rows == 1 {
        return ui::input_field(&ui::Input {
            name: name.into(),
            label: label.into(),
            value: value.to_owned().into(),
            help: help.into(),
            error: error.into(),
            mark: mark.into(),
            ..ui::Input::default()
        });
    }
    ui::textarea_field(&ui::TextArea {
        name: name.into(),
        label: label.into(),
        value: value.to_owned().into(),
        help: help.into(),
        error: error.into(),
        mark: mark.into(),
        rows: text.rows,
        ..ui::TextArea::default()
    })
}

/// How many people: expected in a plan, reached in a closing report; `label` says which.
pub fn beneficiaries_field(cx: &Cx, label: &str, value: &str, refusals: &[Refusal]) -> Markup {
    ui::input_field(&ui::Input {
        name: "beneficiaries".into(),
        label: cx.t(label).into(),
        kind: ui::InputKind::Number,
        value: value.to_owned().into(),
        help: cx.t("project-plan-beneficiaries-help").into(),
        error: error_of(cx, refusals, "beneficiaries").into(),
        unit: cx.t("project-plan-beneficiaries-unit").into(),
        ..ui::Input::default()
    })
}

pub fn nodes_field(cx: &Cx, value: &str, refusals: &[Refusal]) -> Markup {
    ui::textarea_field(&ui::TextArea {
        name: "nodes".into(),
        label: cx.t("project-plan-nodes").into(),
        value: value.to_owned().into(),
        help: cx.t("project-plan-nodes-help").into(),
        error: error_of(cx, refusals, "nodes").into(),
        rows: 5,
        ..ui::TextArea::default()
    })
}

fn fields(cx: &Cx, typed: &Form, refusals: &[Refusal]) -> Markup {
    let text = |name: &'static str| text_field(cx, name, typed.get(name), refusals);
    let kinds =
        ProjectKind::ALL.into_iter().map(|k| ui::Choice::new(k.word(), cx.t(k.key())).chosen(typed.get("kind") == k.word())).collect();
    let mut categories = vec![ui::Choice::new("", cx.t("project-plan-choose"))];
    categories.extend(templates::CATEGORIES.iter().map(|c| {
        ui::Choice::new(c.code.as_str(), format!("{} {}", c.code, cx.either(&c.name, &c.english_name)))
            .chosen(typed.get("category") == c.code)
    }));
    html! {
        (ui::fieldset(&cx.t("project-plan-part-kind"), html! {
            (ui::radio_field(&ui::Radios {
                name: "kind".into(), legend: cx.t("project-plan-kind").into(), choices: kinds, help: cx.t("project-plan-kind-help").into(),
                error: error_of(cx, refusals, "kind").into(), required: true,
            }))
            (text("emergency_proof"))
            (ui::select_field(&ui::Select {
                name: "category".into(), label: cx.t("project-plan-category").into(), choices: categories,
                help: cx.t("project-plan-category-help").into(), error: error_of(cx, refusals, "category").into(), ..ui::Select::default()
            }))
        }))
        (ui::fieldset(&cx.t("project-plan-part-why"), html! {
            (text("purpose")) (text("selection"))
            (beneficiaries_field(cx, "project-plan-beneficiaries", typed.get("beneficiaries"), refusals))
            (ui::textarea_field(&ui::TextArea {
                name: "sites".into(), label: cx.t("project-plan-sites").into(), value: typed.get("sites").to_owned().into(),
                help: cx.t("project-plan-sites-help").into(), error: error_of(cx, refusals, "sites").into(),
                mark: cx.t("project-plan-optional").into(), rows: 3, ..ui::TextArea::default()
            }))
        }))
        (ui::fieldset(&cx.t("project-plan-part-how"), html! {
            (text("use_of_money")) (nodes_field(cx, typed.get("nodes"), refusals)) (text("indicators")) (text("leftovers"))
        }))
        (ui::fieldset(&cx.t("project-plan-part-who"), html! {
            (text("responsible")) (text("office")) (text("gift_ways")) (text("bank_account")) (text("partners"))
        }))
        (ui::fieldset(&cx.t("project-plan-part-filing"), html! {
            (ui::input_field(&ui::Input {
                name: "filed_day".into(), label: cx.t("project-plan-filed").into(), kind: ui::InputKind::Date,
                value: typed.get("filed_day").to_owned().into(), help: cx.t("project-plan-filed-help").into(),
                error: error_of(cx, refusals, "filed_day").into(), ..ui::Input::default()
            }))
            (ui::checkbox(&ui::Check {
                name: "declared".into(), value: "1".into(), label: html! { (cx.t("project-plan-declared")) },
                checked: typed.get("declared") == "1", help: cx.t("project-plan-declared-help").into(),
                error: error_of(cx, refusals, "declared").into(), ..ui::Check::default()
            }))
        }))
        (ui::submit_row(
            html! {
                (ui::button(ui::ButtonKind::Main, &cx.t("project-plan-next"), Some(("do", "next"))))
                (ui::button(ui::ButtonKind::Quiet, &cx.t("project-plan-save"), Some(("do", "save"))))
            },
            Some(&ui::Link::new(cx.t("project-back-to-desk"), "/desk")),
        ))
    }
}

/// The plan once it was submitted: to be read.
fn shown(cx: &Cx, project: &Project, plan: &Plan) -> Answer {
    let title = cx.t("project-plan");
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk"), ui::Link::new(project.title.as_str(), address(project.id, ""))], &title))
        (ui::heading(&title, Some(&project.title)))
        (terms(cx, plan))
    };
    cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() })
}

/// The plan as everyone reads it; what was left empty is left out.
pub fn terms(cx: &Cx, plan: &Plan) -> Markup {
    let mut terms = vec![ui::Term::new(cx.t("project-plan-kind"), ui::text(cx.t(plan.kind.key())))];
    if let Some(category) = templates::category(&plan.category) {
        let words = format!("{} {}", category.code, cx.either(&category.name, &category.english_name));
        terms.push(ui::Term::new(cx.t("project-plan-category"), ui::text(words)));
    }
    for text in &PLAN_TEXTS {
        let words = (text.of)(plan);
        if !words.is_empty() {
            terms.push(ui::Term::new(cx.t(text.label), paragraphs(words)));
        }
    }
    if plan.beneficiaries > 0 {
        terms.push(ui::Term::new(cx.t("project-plan-beneficiaries"), ui::text(show::count(plan.beneficiaries))));
    }
    if !plan.sites.is_empty() {
        terms.push(ui::Term::new(cx.t("project-plan-sites"), html! { ul { @for site in &plan.sites { li { (site) } } } }));
    }
    if !plan.nodes.is_empty() {
        let nodes = html! { ul { @for node in &plan.nodes { li { (show::day(node.day)) " " (node.what) } } } };
        terms.push(ui::Term::new(cx.t("project-plan-nodes"), nodes));
    }
    if plan.filed_day > 0 {
        terms.push(ui::Term::new(cx.t("project-plan-filed"), html! { (show::day(plan.filed_day)) }));
    }
    ui::definition_list(&terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_a_day_and_what_is_reached() {
        let read = nodes("2026-10-01 定好点位\n\n 2026-12-01　装完三十盏 \n没有日期");
        assert_eq!(read.len(), 3);
        assert_eq!(nodes_text(&read[..2]), "2026-10-01 定好点位\n2026-12-01 装完三十盏");
        assert_eq!(read[2].day, 0);
    }
}
