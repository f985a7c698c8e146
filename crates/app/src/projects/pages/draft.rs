//! Writing a project down, on a form that works without script: three empty budget rows are always there, and a button
//! adds more.

use db::Tx;
use maud::{Markup, html};

use crate::kernel::civil::{Day, day_text, parse_day};
use crate::kernel::{Id, Refusal, Trouble};
use crate::organisations::areas;
use crate::web::{Answer, Cx, Form, Outcome, PageParts, paragraphs, parse_id};

use super::super::model::{Draft, Field, LineKind, NewLine, Plan, Project};
use super::super::templates::{self, TEMPLATES, Template};
use super::super::{actions, rules, store};
use super::{error_of, organisation, refused, status_of, trail, whole_number};

/// Empty rows on an empty form, and those that its button adds. Below rows that are filled in one is enough: on a phone each is
/// half a screen long.
const SPARE_ROWS: usize = 3;

pub fn new(cx: &Cx) -> Outcome {
    let organisation_id = cx.organisations_as(&[crate::kernel::Role::Manager])?[0];
    let copied = parse_id(cx.query("copy"));
    let scope = actions::scope(&cx.actor);
    let (own, copied) = cx.app.db.read(|tx| {
        let copied = match copied {
            Some(id) => Some(store::find_for(tx, id, &scope)?.ok_or_else(Refusal::not_found)?),
            None => None,
        };
        let typed = copied.map(|project| Ok::<_, Trouble>((project.id, typed_of(tx, cx, &project)?))).transpose()?;
        Ok::<_, Trouble>((organisation(tx, organisation_id)?, typed))
    })?;
    let parties = || ["launcher", "recipient", "implementer"].into_iter().map(|n| (n.to_owned(), own.name.clone()));
    let typed = match (copied, templates::template(cx.query("template"))) {
        (Some((id, Form(mut pairs))), _) => {
            // Another appeal is another filing, in another time.
            pairs.retain(|(name, _)| !["filing_number", "starts_day", "ends_day"].contains(&name.as_str()));
            pairs.push(("copy".to_owned(), id.to_string()));
            Form(pairs)
        }
        (None, Some(template)) => Form(typed_of_template(template).into_iter().chain(parties()).collect()),
        (None, None) => Form(parties().collect()),
    };
    Ok(page(cx, None, &typed, &[], 0))
}

/// The parts of a draft, in the order in which they are usually written.
pub fn parts_of_draft(cx: &Cx, id: Id, current: usize) -> Markup {
    let at = |part: &str| format!("/desk/projects/{id}{part}");
    ui::tabs(
        &cx.t("project-parts"),
        &[
            ui::Link::new(cx.t("project-part-draft"), at("")),
            ui::Link::new(cx.t("project-plan"), at("/plan")),
            ui::Link::new(cx.t("project-papers"), at("/papers")),
        ],
        current,
    )
}

fn typed_of_template(t: &Template) -> Vec<(String, String)> {
    let mut pairs = vec![
        ("template".to_owned(), t.key.clone()),
        ("title".to_owned(), t.title.clone()),
        ("summary".to_owned(), t.summary.clone()),
        ("story".to_owned(), t.story.clone()),
        ("field".to_owned(), t.field.clone()),
        ("object".to_owned(), t.object.clone()),
        ("service".to_owned(), t.service.clone()),
        ("rows".to_owned(), t.lines.len().to_string()),
    ];
    for (line, row) in t.lines.iter().zip(1..) {
        pairs.push((format!("item_{row}"), line.item.clone()));
        pairs.push((format!("english_item_{row}"), line.english_item.clone()));
        pairs.push((format!("unit_{row}"), line.unit.clone()));
        pairs.push((format!("quantity_{row}"), line.quantity.to_string()));
        pairs.push((format!("price_{row}"), money::Fen(line.price_fen).yuan_text()));
        pairs.push((format!("kind_{row}"), line.kind.word().to_owned()));
    }
    pairs
}

/// The plan that a new draft starts with: a template's, or an earlier project's without its filing.
fn first_plan(cx: &Cx) -> Result<Option<Plan>, Trouble> {
    if let Some(t) = templates::template(cx.form("template")) {
        return Ok(Some(Plan {
            kind: t.kind,
            category: t.category.clone(),
            purpose: t.purpose.clone(),
            selection: t.selection.clone(),
            use_of_money: t.use_of_money.clone(),
            indicators: t.indicators.clone(),
            leftovers: t.leftovers.clone(),
            gift_ways: t.gift_ways.clone(),
            emergency_proof: t.emergency_proof.clone(),
            ..Plan::default()
        }));
    }
    let Some(id) = parse_id(cx.form("copy")) else { return Ok(None) };
    let scope = actions::scope(&cx.actor);
    cx.app.db.read(|tx| {
        let project = store::find_for(tx, id, &scope)?.ok_or_else(Refusal::not_found)?;
        Ok(Some(Plan { filed_day: 0, declared: false, nodes: Vec::new(), ..store::find_plan(tx, &project)? }))
    })
}

/// The form filled with a stored draft.
pub fn edit(cx: &Cx, project: &Project, refusals: &[Refusal], returned: Option<&str>) -> Outcome {
    let typed = cx.app.db.read(|tx| typed_of(tx, cx, project))?;
    let at = Existing { id: project.id, version: project.version, returned: returned.map(str::to_owned) };
    Ok(page(cx, Some(&at), &typed, refusals, 0))
}

pub fn create(cx: &Cx) -> Outcome {
    cx.organisations_as(&[crate::kernel::Role::Manager])?;
    if cx.form("do") == "rows" {
        return Ok(page(cx, None, &cx.request.form, &[], SPARE_ROWS));
    }
    let draft = match read(cx)? {
        Ok(draft) => draft,
        Err(refusals) => return Ok(page(cx, None, &cx.request.form, &refusals, 0)),
    };
    match actions::draft(&cx.app, &cx.actor, &draft, cx.now) {
        Ok(id) => {
            let version = match first_plan(cx)? {
                Some(plan) => actions::save_plan(&cx.app, &cx.actor, id, 1, &plan)?,
                None => 1,
            };
            after_saving(cx, id, version, &draft)
        }
        Err(Trouble::Refused(refusal)) => Ok(page(cx, None, &cx.request.form, &[refusal], 0)),
        Err(fault) => Err(fault),
    }
}

pub fn update(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let scope = actions::scope(&cx.actor);
    if cx.app.db.read(|tx| store::find_for(tx, id, &scope))?.is_none() {
        return Err(Refusal::not_found().into());
    }
    let at = Existing { id, version: cx.form("version").parse().unwrap_or(0), returned: None };
    if cx.form("do") == "rows" {
        return Ok(page(cx, Some(&at), &cx.request.form, &[], SPARE_ROWS));
    }
    let draft = match read(cx)? {
        Ok(draft) => draft,
        Err(refusals) => return Ok(page(cx, Some(&at), &cx.request.form, &refusals, 0)),
    };
    match actions::save(&cx.app, &cx.actor, id, at.version, &draft) {
        Ok(version) => after_saving(cx, id, version, &draft),
        Err(Trouble::Refused(refusal)) if refusal.status == 404 => Err(refusal.into()),
        Err(Trouble::Refused(refusal)) => Ok(page(cx, Some(&at), &cx.request.form, &[refusal], 0)),
        Err(fault) => Err(fault),
    }
}

/// Saved; and submitted, if that is what was asked and nothing is missing.
fn after_saving(cx: &Cx, id: Id, version: i64, draft: &Draft) -> Outcome {
    if cx.form("do") == "plan" {
        return Ok(Answer::redirect(format!("/desk/projects/{id}/plan?done=project-saved")));
    }
    if cx.form("do") != "submit" {
        return Ok(Answer::redirect(format!("/desk/projects/{id}?done=project-saved")));
    }
    let at = Existing { id, version, returned: None };
    let (kind, unready) = cx.app.db.read(|tx| {
        let project = store::find(tx, id)?;
        Ok::<_, db::Fault>((project.kind, actions::unready(tx, &project)?))
    })?;
    let mut missing = rules::submission_faults(&rules::cleaned(draft), kind);
    missing.extend(unready);
    if !missing.is_empty() {
        return Ok(page(cx, Some(&at), &cx.request.form, &missing, 0));
    }
    match actions::submit(&cx.app, &cx.actor, id, version, cx.now) {
        Ok(_) => Ok(Answer::redirect(format!("/desk/projects/{id}?done=project-submitted"))),
        Err(Trouble::Refused(refusal)) => Ok(page(cx, Some(&at), &cx.request.form, &[refusal], 0)),
        Err(fault) => Err(fault),
    }
}

/// The draft that the form describes, or everything that cannot be read in it.
fn read(cx: &Cx) -> Result<Result<Draft, Vec<Refusal>>, Trouble> {
    let mut refusals = Vec::new();
    let found = cx.app.db.read(|tx| {
        let mut organisations = Vec::new();
        for name in ["launcher", "recipient", "implementer"] {
            organisations.push(store::organisation_named(tx, &rules::tidy(cx.form(name), false))?);
        }
        Ok::<_, db::Fault>((organisations, areas::named(tx, cx.form("area"))?))
    })?;
    let (organisations, area) = found;
    for (field, found) in ["launcher", "recipient", "implementer"].into_iter().zip(&organisations) {
        if found.is_none() {
            refusals.push(Refusal::input(field, "refusal-project-organisation"));
        }
    }
    let area_code = match area {
        Ok(area) if area.level == 3 => area.code,
        Ok(_) => {
            refusals.push(Refusal::input("area", "refusal-project-area"));
            String::new()
        }
        Err(refusal) => {
            refusals.push(refusal);
            String::new()
        }
    };
    let field = Field::from_word(cx.form("field"));
    if field.is_none() {
        refusals.push(Refusal::input("field", "refusal-project-field"));
    }
    let mut day = |name: &'static str| -> Day {
        match (cx.form(name), parse_day(cx.form(name))) {
            ("", _) => 0,
            (_, Some(day)) => day,
            (_, None) => {
                refusals.push(Refusal::input(name, "refusal-project-day"));
                0
            }
        }
    };
    let (starts_day, ends_day) = (day("starts_day"), day("ends_day"));
    let draft = Draft {
        title: cx.form("title").to_owned(),
        english_title: cx.form("english_title").to_owned(),
        summary: cx.form("summary").to_owned(),
        english_summary: cx.form("english_summary").to_owned(),
        story: cx.form("story").to_owned(),
        field: field.unwrap_or(Field::Poverty),
        area_code,
        object: cx.form("object").to_owned(),
        service: cx.form("service").to_owned(),
        launcher_id: organisations[0].unwrap_or(0),
        recipient_id: organisations[1].unwrap_or(0),
        implementer_id: organisations[2].unwrap_or(0),
        filing_number: cx.form("filing_number").to_owned(),
        starts_day,
        ends_day,
        lines: lines(&cx.request.form),
    };
    refusals.extend(rules::unsaveable(&rules::cleaned(&draft)));
    Ok(if refusals.is_empty() { Ok(draft) } else { Err(refusals) })
}

/// The rows in which anything was typed. What cannot be read as a number is 0, which the rules refuse by its row.
pub fn lines(form: &Form) -> Vec<NewLine> {
    (1..=row_count(form))
        .filter_map(|row| {
            let cell = |name: &str| form.get(&format!("{name}_{row}")).to_owned();
            let (item, english_item, unit, quantity, price) =
                (cell("item"), cell("english_item"), cell("unit"), cell("quantity"), cell("price"));
            let kind = LineKind::from_word(form.get(&format!("kind_{row}"))).unwrap_or_default();
            let touched = [&item, &english_item, &unit, &quantity, &price].iter().any(|text| !text.is_empty());
            touched.then(|| NewLine {
                item,
                english_item,
                unit,
                quantity: whole_number(&quantity).unwrap_or(0),
                unit_price_fen: money::Fen::parse_yuan(&price).map_or(0, |fen| fen.0),
                kind,
            })
        })
        .collect()
}

/// How many budget rows the form had.
fn row_count(form: &Form) -> usize {
    form.get("rows").parse().unwrap_or(0).min(100)
}

fn typed_of(tx: &mut Tx, cx: &Cx, p: &Project) -> Result<Form, Trouble> {
    let day = |day: Day| if day == 0 { String::new() } else { day_text(day) };
    let lines = store::lines(tx, p.id)?;
    let mut pairs = vec![
        ("title".to_owned(), p.title.clone()),
        ("english_title".to_owned(), p.english_title.clone()),
        ("summary".to_owned(), p.summary.clone()),
        ("english_summary".to_owned(), p.english_summary.clone()),
        ("story".to_owned(), p.story.clone()),
        ("field".to_owned(), p.field.word().to_owned()),
        ("area".to_owned(), areas::name_path(tx, &p.area_code, crate::web::Lang::Zh)?),
        ("object".to_owned(), p.object.clone()),
        ("service".to_owned(), p.service.clone()),
        ("launcher".to_owned(), organisation(tx, p.launcher_id)?.name),
        ("recipient".to_owned(), organisation(tx, p.recipient_id)?.name),
        ("implementer".to_owned(), organisation(tx, p.implementer_id)?.name),
        ("filing_number".to_owned(), p.filing_number.clone()),
        ("starts_day".to_owned(), day(p.starts_day)),
        ("ends_day".to_owned(), day(p.ends_day)),
        ("rows".to_owned(), lines.len().to_string()),
    ];
    for (line, row) in lines.iter().zip(1..) {
        pairs.push((format!("item_{row}"), line.item.clone()));
        pairs.push((format!("english_item_{row}"), line.english_item.clone()));
        pairs.push((format!("unit_{row}"), line.unit.clone()));
        pairs.push((format!("quantity_{row}"), line.quantity.to_string()));
        pairs.push((format!("price_{row}"), money::Fen(line.unit_price_fen).yuan_text()));
        pairs.push((format!("kind_{row}"), line.kind.word().to_owned()));
    }
    debug_assert_eq!(parse_id(&p.id.to_string()), Some(p.id), "{}", cx.request.path);
    Ok(Form(pairs))
}

/// A draft that exists already, in the version its form was made from.
struct Existing {
    id: Id,
    version: i64,
    returned: Option<String>,
}

fn page(cx: &Cx, at: Option<&Existing>, typed: &Form, refusals: &[Refusal], more_rows: usize) -> Answer {
    let title = cx.t(if at.is_some() { "project-edit" } else { "project-new" });
    let action = at.map_or_else(|| "/desk/projects".to_owned(), |a| format!("/desk/projects/{}", a.id));
    let filled = lines(typed).len().max(if more_rows > 0 { row_count(typed) } else { 0 });
    let rows = filled + if filled == 0 || more_rows > 0 { SPARE_ROWS } else { 1 };
    let mut hidden = vec![("rows".into(), rows.to_string().into())];
    if let Some(at) = at {
        hidden.push(("version".into(), at.version.to_string().into()));
    }
    for name in ["template", "copy"] {
        if at.is_none() && !typed.get(name).is_empty() {
            hidden.push((name.into(), typed.get(name).to_owned().into()));
        }
    }
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk")], &title))
        (ui::heading(&title, Some(&cx.t("project-form-lead"))))
        @match at {
            Some(at) => (parts_of_draft(cx, at.id, 0)),
            None => (starting_points(cx, typed)),
        }
        @if let Some((at, reason)) = at.and_then(|a| Some((a, a.returned.as_deref()?))) {
            (ui::notice(ui::Tone::Warn, &cx.t("project-word-note"), Some(&cx.t("project-returned")), html! { (paragraphs(reason)) (cx.appeal_way("project", at.id)) }))
        }
        (refused(cx, refusals))
        (ui::form(&ui::Form { action: action.into(), hidden, body: fields(cx, typed, refusals, rows), ..ui::Form::default() }))
    };
    cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() })
}

fn fields(cx: &Cx, typed: &Form, refusals: &[Refusal], rows: usize) -> Markup {
    // English is never asked for; everything else is before the draft is submitted.
    let mark = |name: &str| cx.t(if name.starts_with("english") { "project-plan-optional" } else { "project-can-wait" });
    let input = |name: &'static str, label: &str, help: &str, kind: ui::InputKind, required: bool| {
        ui::input_field(&ui::Input {
            name: name.into(),
            label: cx.t(label).into(),
            kind,
            value: typed.get(name).to_owned().into(),
            help: if help.is_empty() { "".into() } else { cx.t(help).into() },
            error: error_of(cx, refusals, name).into(),
            required,
            mark: if required { "".into() } else { mark(name).into() },
            ..ui::Input::default()
        })
    };
    let area = |name: &'static str, label: &str, help: &str, rows: u32| {
        ui::textarea_field(&ui::TextArea {
            name: name.into(),
            label: cx.t(label).into(),
            value: typed.get(name).to_owned().into(),
            help: if help.is_empty() { "".into() } else { cx.t(help).into() },
            error: error_of(cx, refusals, name).into(),
            mark: mark(name).into(),
            rows,
            ..ui::TextArea::default()
        })
    };
    let text = ui::InputKind::Text;
    let choices = Field::ALL.into_iter().map(|f| ui::Choice::new(f.word(), cx.t(f.key())).chosen(typed.get("field") == f.word())).collect();
    let number = rules::tidy(typed.get("filing_number"), false).to_uppercase();
    html! {
        (ui::fieldset(&cx.t("project-form-what"), html! {
            (input("title", "project-form-title", "project-form-title-help", text, true))
            (input("english_title", "project-form-english-title", "project-form-english-help", text, false))
            (area("summary", "project-form-summary", "project-form-summary-help", 3))
            (area("english_summary", "project-form-english-summary", "", 3))
            (area("story", "project-form-story", "project-form-story-help", 10))
            (ui::radio_field(&ui::Radios {
                name: "field".into(), legend: cx.t("project-field").into(), choices, help: "".into(), error: error_of(cx, refusals, "field").into(), required: true,
            }))
        }))
        (ui::fieldset(&cx.t("project-form-where"), html! {
            (input("area", "project-form-area", "project-form-area-help", text, true))
            (input("object", "project-object", "project-form-object-help", text, false))
            (input("service", "project-service", "project-form-service-help", text, false))
        }))
        (ui::fieldset(&cx.t("project-parties"), html! {
            (input("launcher", "project-launcher", "project-form-organisation-help", text, true))
            (input("recipient", "project-recipient", "project-form-recipient-help", text, true))
            (input("implementer", "project-implementer", "project-form-organisation-help", text, true))
        }))
        (ui::fieldset(&cx.t("project-form-filing"), html! {
            (input("filing_number", "project-filing-number", "project-form-filing-help", text, false))
            @if !number.is_empty() && !rules::filing_number_fits(&number) {
                (ui::notice(ui::Tone::Warn, &cx.t("project-word-note"), None, html! { p { (cx.t("project-filing-unusual")) } }))
            }
            (input("starts_day", "project-form-starts", "project-form-starts-help", ui::InputKind::Date, false))
            (input("ends_day", "project-form-ends", "project-form-ends-help", ui::InputKind::Date, false))
        }))
        (budget(cx, typed, refusals, rows))
        (ui::submit_row(
            html! {
                (ui::button(ui::ButtonKind::Main, &cx.t("project-save-and-plan"), Some(("do", "plan"))))
                (ui::button(ui::ButtonKind::Quiet, &cx.t("project-save"), Some(("do", "save"))))
                (ui::button(ui::ButtonKind::Quiet, &cx.t("project-submit"), Some(("do", "submit"))))
            },
            Some(&ui::Link::new(cx.t("project-back-to-desk"), "/desk")),
        ))
    }
}

/// Where to start from: a template, an earlier project of one's own with how it went, or an empty form.
fn starting_points(cx: &Cx, typed: &Form) -> Markup {
    if !typed.get("template").is_empty() || !typed.get("copy").is_empty() {
        let key = if typed.get("copy").is_empty() { "project-start-from-template" } else { "project-start-from-copy" };
        return ui::notice(
            ui::Tone::Info,
            &cx.t("project-word-note"),
            None,
            html! {
                p { (cx.t(key)) " " (ui::Link::new(cx.t("project-start-other"), "/desk/projects/new")) }
            },
        );
    }
    let templates: Vec<ui::LinkRow> = TEMPLATES
        .iter()
        .map(|t| ui::LinkRow {
            href: format!("/desk/projects/new?template={}", t.key).into(),
            title: cx.either(&t.name, &t.english_name).into(),
            note: t.summary.as_str().into(),
            ..ui::LinkRow::default()
        })
        .collect();
    ui::section(
        &cx.t("project-start"),
        Some(&ui::Link::new(cx.t("project-start-copy"), "/desk/projects/earlier")),
        html! { p { (cx.t("project-start-lead")) } (ui::link_list(&templates)) },
    )
}

/// `/desk/projects/earlier`: which of one's own projects to copy, each with its record.
pub fn earlier(cx: &Cx) -> Outcome {
    let own = cx.organisations_as(&[crate::kernel::Role::Manager])?;
    let rows = cx.app.db.read(|tx| {
        let mut rows = Vec::new();
        for project in store::desk_projects(tx, &own)?.into_iter().filter(|p| p.state.is_public()).take(50) {
            let total = super::super::fund::total(tx, project.id)?;
            rows.push((project, total));
        }
        Ok::<_, db::Fault>(rows)
    })?;
    let title = cx.t("project-start-copy");
    let links: Vec<ui::LinkRow> = rows
        .iter()
        .map(|(p, total)| ui::LinkRow {
            href: format!("/desk/projects/new?copy={}", p.id).into(),
            title: p.title.as_str().into(),
            note: cx
                .ta(
                    "project-record",
                    &[
                        ("raised", crate::web::show::money(total.raised_fen()).into()),
                        ("goal", crate::web::show::money(p.goal_fen).into()),
                        ("executed", super::percent(total.spent_fen, total.raised_fen()).into()),
                    ],
                )
                .into(),
            aside: html! {
                (super::state_badge(cx, p.state))
                @if let Some(days) = super::days_late(cx, p.due_day) {
                    " " (ui::badge(ui::Tone::Warn, &cx.ta("project-card-overdue", &[("days", days.into())])))
                }
            },
        })
        .collect();
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk"), ui::Link::new(cx.t("project-new"), "/desk/projects/new")], &title))
        (ui::heading(&title, Some(&cx.t("project-start-copy-lead"))))
        @if links.is_empty() {
            (ui::empty_state(&cx.t("project-start-copy-none"), &cx.t("project-start-copy-none-why"), Some(&ui::Link::new(cx.t("project-new"), "/desk/projects/new"))))
        } @else { (ui::link_list(&links)) }
    };
    Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn budget(cx: &Cx, typed: &Form, refusals: &[Refusal], rows: usize) -> Markup {
    let cell = |name: &str, row: usize, label: &str, kind: ui::InputKind| {
        let name = format!("{name}_{row}");
        ui::input_field(&ui::Input {
            value: typed.get(&name).to_owned().into(),
            name: name.into(),
            label: cx.t(label).into(),
            kind,
            mark: if label == "project-line-english-item" { cx.t("project-plan-optional").into() } else { "".into() },
            ..ui::Input::default()
        })
    };
    let sum: Option<i64> = lines(typed).iter().map(NewLine::amount_fen).sum::<Option<i64>>();
    let faults: Vec<String> = refusals.iter().filter(|r| r.field == Some("lines")).map(|r| crate::web::refusal_text(cx, r).0).collect();
    ui::fieldset(
        &cx.t("project-budget"),
        html! {
            p.help #f-lines tabindex="-1" { (cx.t("project-form-budget-help")) }
            @for fault in &faults { p.error { (fault) } }
            @for row in 1..=rows {
                (ui::fieldset(&cx.ta("project-form-line", &[("line", row.to_string().into())]), html! {
                    (cell("item", row, "project-line-item", ui::InputKind::Text))
                    (cell("quantity", row, "project-line-how-many", ui::InputKind::Number))
                    (cell("unit", row, "project-line-unit", ui::InputKind::Text))
                    (cell("price", row, "project-line-price", ui::InputKind::Text))
                    (ui::select_field(&ui::Select {
                        name: format!("kind_{row}").into(),
                        label: cx.t("project-line-kind").into(),
                        choices: LineKind::ALL
                            .into_iter()
                            .map(|k| ui::Choice::new(k.word(), cx.t(k.key())).chosen(typed.get(&format!("kind_{row}")) == k.word()))
                            .collect(),
                        ..ui::Select::default()
                    }))
                    (cell("english_item", row, "project-line-english-item", ui::InputKind::Text))
                }))
            }
            @if let Some(sum) = sum { p { (cx.ta("project-form-sum", &[("amount", crate::web::show::money(sum).into())])) } }
            (ui::button(ui::ButtonKind::Quiet, &cx.t("project-more-rows"), Some(("do", "rows"))))
        },
    )
}
