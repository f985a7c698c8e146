//! Writing a project down, on a form that works without script: three empty budget rows are always there, and a button
//! adds more.

use db::Tx;
use maud::{Markup, html};

use crate::kernel::civil::{Day, day_text, parse_day};
use crate::kernel::{Id, Refusal, Trouble};
use crate::organisations::areas;
use crate::web::{Answer, Cx, Form, Outcome, PageParts, parse_id};

use super::super::model::{Draft, Field, NewLine, Project};
use super::super::{actions, rules, store};
use super::{error_of, organisation, refused, status_of, trail, whole_number};

/// Empty rows below those that are filled in.
const SPARE_ROWS: usize = 3;

pub fn new(cx: &Cx) -> Outcome {
    let organisation_id = cx.organisations_as(&[crate::kernel::Role::Manager])?[0];
    let own = cx.app.db.read(|tx| organisation(tx, organisation_id))?;
    let typed = Form(["launcher", "recipient", "implementer"].into_iter().map(|n| (n.to_owned(), own.name.clone())).collect());
    Ok(page(cx, None, &typed, &[], 0))
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
        Ok(id) => after_saving(cx, id, 1, &draft),
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
    if cx.form("do") != "submit" {
        return Ok(Answer::redirect(format!("/desk/projects/{id}?done=project-saved")));
    }
    let at = Existing { id, version, returned: None };
    let missing = rules::submission_faults(&rules::cleaned(draft));
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
fn lines(form: &Form) -> Vec<NewLine> {
    (1..=row_count(form))
        .filter_map(|row| {
            let cell = |name: &str| form.get(&format!("{name}_{row}")).to_owned();
            let (item, english_item, unit, quantity, price) =
                (cell("item"), cell("english_item"), cell("unit"), cell("quantity"), cell("price"));
            let touched = [&item, &english_item, &unit, &quantity, &price].iter().any(|text| !text.is_empty());
            touched.then(|| NewLine {
                item,
                english_item,
                unit,
                quantity: whole_number(&quantity).unwrap_or(0),
                unit_price_fen: money::Fen::parse_yuan(&price).map_or(0, |fen| fen.0),
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
    let rows = (filled + SPARE_ROWS).max(row_count(typed).min(filled + SPARE_ROWS));
    let mut hidden = vec![("rows".into(), rows.to_string().into())];
    if let Some(at) = at {
        hidden.push(("version".into(), at.version.to_string().into()));
    }
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk")], &title))
        (ui::heading(&title, Some(&cx.t("project-form-lead"))))
        @if let Some(reason) = at.and_then(|a| a.returned.as_deref()) {
            (ui::notice(ui::Tone::Warn, &cx.t("project-word-note"), Some(&cx.t("project-returned")), super::paragraphs(reason)))
        }
        (refused(cx, refusals))
        (ui::form(&ui::Form { action: action.into(), hidden, body: fields(cx, typed, refusals, rows), ..ui::Form::default() }))
    };
    cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() })
}

fn fields(cx: &Cx, typed: &Form, refusals: &[Refusal], rows: usize) -> Markup {
    let input = |name: &'static str, label: &str, help: &str, kind: ui::InputKind, required: bool| {
        ui::input_field(&ui::Input {
            name: name.into(),
            label: cx.t(label).into(),
            kind,
            value: typed.get(name).to_owned().into(),
            help: if help.is_empty() { "".into() } else { cx.t(help).into() },
            error: error_of(cx, refusals, name).into(),
            required,
            mark: if required { "".into() } else { cx.t("project-can-wait").into() },
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
            mark: cx.t("project-can-wait").into(),
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
                (ui::button(ui::ButtonKind::Main, &cx.t("project-save"), Some(("do", "save"))))
                (ui::button(ui::ButtonKind::Quiet, &cx.t("project-submit"), Some(("do", "submit"))))
            },
            Some(&ui::Link::new(cx.t("project-back-to-desk"), "/desk")),
        ))
    }
}

fn budget(cx: &Cx, typed: &Form, refusals: &[Refusal], rows: usize) -> Markup {
    let cell = |name: &str, row: usize, label: &str, kind: ui::InputKind| {
        let name = format!("{name}_{row}");
        ui::input_field(&ui::Input {
            value: typed.get(&name).to_owned().into(),
            name: name.into(),
            label: cx.t(label).into(),
            kind,
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
                    (cell("english_item", row, "project-line-english-item", ui::InputKind::Text))
                    (cell("quantity", row, "project-line-how-many", ui::InputKind::Number))
                    (cell("unit", row, "project-line-unit", ui::InputKind::Text))
                    (cell("price", row, "project-line-price", ui::InputKind::Text))
                }))
            }
            @if let Some(sum) = sum { p { (cx.ta("project-form-sum", &[("amount", crate::web::show::money(sum).into())])) } }
            (ui::button(ui::ButtonKind::Quiet, &cx.t("project-more-rows"), Some(("do", "rows"))))
        },
    )
}
