//! `/disclosure`: what is due and what is late, by project and by charity, for everyone; and the table of clocks.

use maud::{Markup, html};

use crate::kernel::Id;
use crate::kernel::civil::{day_of, day_text, parse_day};
use crate::organisations::areas;
use crate::web::{Answer, Cx, Outcome, PageParts, parse_id, show};

use super::super::super::facts;
use super::super::super::model::{Due, Field, NEVER};
use super::super::super::pages::{asked_page, pager};
use super::super::super::rules::{CLOCKS, Period, Since};
use super::super::store::{self, Owing, Wanted};
use super::source;

const PAGE_LENGTH: i64 = 40;
/// The most rows of the list as a file.
const FILE_ROWS: i64 = 20_000;

/// What a reader asked for.
struct Asked {
    which: &'static str,
    field: Option<Field>,
    area: String,
    organisation: Option<Id>,
    by_charity: bool,
}

const WHICH: [(&str, &str); 3] = [("late", "disclosure-which-late"), ("soon", "disclosure-which-soon"), ("all", "disclosure-which-all")];

impl Asked {
    fn of(cx: &Cx) -> Asked {
        Asked {
            which: WHICH.iter().map(|(word, _)| *word).find(|word| *word == cx.query("which")).unwrap_or("late"),
            field: Field::from_word(cx.query("field")),
            area: cx.query("area").chars().take(12).collect(),
            organisation: parse_id(cx.query("organisation")),
            by_charity: cx.query("sort") == "charity",
        }
    }

    fn until_day(&self, today: i64) -> i64 {
        match self.which {
            "soon" => today + 30,
            "all" => NEVER - 1,
            _ => today - 1,
        }
    }

    fn wanted(&self, today: i64, limit: i64, offset: i64) -> Wanted {
        Wanted {
            until_day: self.until_day(today),
            field: self.field,
            area: self.area.clone(),
            organisation: self.organisation,
            by_charity: self.by_charity,
            limit,
            offset,
        }
    }

    fn address(&self, path: &str, page: i64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let organisation = self.organisation.map(|id| id.to_string()).unwrap_or_default();
        let page = if page > 1 { page.to_string() } else { String::new() };
        for (name, value) in [
            ("which", if self.which == "late" { "" } else { self.which }),
            ("field", self.field.map_or("", Field::word)),
            ("area", self.area.as_str()),
            ("organisation", organisation.as_str()),
            ("sort", if self.by_charity { "charity" } else { "" }),
            ("page", page.as_str()),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// A project with those of its reports that were asked for.
struct Row {
    owing: Owing,
    due: Vec<Due>,
}

fn rows(cx: &Cx, asked: &Asked, limit: i64, offset: i64) -> Result<(Vec<Row>, i64), db::Fault> {
    let today = day_of(cx.now);
    cx.app.db.read(|tx| {
        let wanted = asked.wanted(today, limit, offset);
        let mut rows = Vec::new();
        for owing in store::owing(tx, &wanted)? {
            let mut due = facts::due(tx, &owing.project)?;
            due.retain(|item| item.due_day <= wanted.until_day);
            due.sort_by_key(|item| item.due_day);
            rows.push(Row { owing, due });
        }
        Ok((rows, store::owing_count(tx, &wanted)?))
    })
}

pub fn register(cx: &Cx) -> Outcome {
    let asked = Asked::of(cx);
    let (today, page) = (day_of(cx.now), asked_page(cx));
    let (rows, count) = rows(cx, &asked, PAGE_LENGTH, (page - 1) * PAGE_LENGTH)?;
    let (late, soon, provinces) = cx.app.db.read(|tx| {
        let all = |until_day| Wanted { until_day, ..Wanted::default() };
        let late = store::owing_count(tx, &all(today - 1))?;
        let soon = store::owing_count(tx, &all(today + 30))?;
        Ok::<_, db::Fault>((late, soon - late, areas::provinces(tx)?))
    })?;
    let title = cx.t("disclosure-register");
    let lead = cx.t("disclosure-register-lead");
    let stat = |number: i64, key: &str, which: &str| ui::Stat {
        value: show::count(number).into(),
        label: cx.t(key).into(),
        href: format!("/disclosure?which={which}").into(),
    };
    let body = html! {
        (ui::heading(&title, Some(&lead)))
        (ui::stat_row(&[stat(late, "disclosure-late-projects", "late"), stat(soon, "disclosure-soon-projects", "soon")]))
        (ui::tabs(&title, &tabs(cx), 0))
        (filters(cx, &asked, &provinces))
        @if rows.is_empty() {
            (ui::empty_state(&cx.t("disclosure-none"), &cx.t("disclosure-none-why"), Some(&ui::Link::new(cx.t("disclosure-show-all"), "/disclosure?which=all"))))
        } @else {
            p {
                (cx.ta("project-count", &[("count", count.into()), ("number", show::count(count).into())])) " "
                (ui::Link::new(cx.t("disclosure-as-file"), asked.address("/disclosure/register.csv", 1)))
            }
            (list(cx, &rows))
            (show::as_of(cx))
            (pager(cx, page, (count + PAGE_LENGTH - 1) / PAGE_LENGTH, |page| asked.address("/disclosure", page)))
        }
    };
    Ok(cx.page(PageParts { title: &title, description: &lead, canonical: Some("/disclosure"), body, ..PageParts::default() }))
}

fn tabs(cx: &Cx) -> [ui::Link<'static>; 3] {
    [
        ui::Link::new(cx.t("disclosure-by-project"), "/disclosure"),
        ui::Link::new(cx.t("disclosure-by-charity"), "/disclosure/charities"),
        ui::Link::new(cx.t("disclosure-clocks"), "/disclosure/clocks"),
    ]
}

/// Which reports, which field, which order; provinces below, as in the list of projects.
fn filters(cx: &Cx, asked: &Asked, provinces: &[areas::Area]) -> Markup {
    let which = WHICH.iter().map(|(word, key)| ui::Choice::new(*word, cx.t(key)).chosen(*word == asked.which)).collect();
    let fields = std::iter::once(ui::Choice::new("", cx.t("project-any")).chosen(asked.field.is_none()))
        .chain(Field::ALL.into_iter().map(|f| ui::Choice::new(f.word(), cx.t(f.key())).chosen(asked.field == Some(f))))
        .collect();
    let areas = std::iter::once(ui::Choice::new("", cx.t("project-any")).chosen(asked.area.is_empty()))
        .chain(
            provinces
                .iter()
                .map(|p| ui::Choice::new(p.code.clone(), cx.either(&p.name, &p.english).to_owned()).chosen(asked.area == p.code)),
        )
        .collect();
    let sorts = [("due", "disclosure-sort-due", false), ("charity", "disclosure-sort-charity", true)]
        .into_iter()
        .map(|(word, key, by)| ui::Choice::new(word, cx.t(key)).chosen(asked.by_charity == by))
        .collect();
    let hidden = asked.organisation.map(|id| ("organisation".into(), id.to_string().into())).into_iter().collect();
    let select = |name: &'static str, label: &str, choices| {
        ui::select_field(&ui::Select { name: name.into(), label: cx.t(label).into(), choices, ..ui::Select::default() })
    };
    ui::form(&ui::Form {
        action: "/disclosure".into(),
        method: ui::Method::Get,
        hidden,
        body: html! {
            (ui::grid([
                select("which", "disclosure-which", which),
                select("field", "project-field", fields),
                select("area", "disclosure-area", areas),
                select("sort", "project-sort", sorts),
            ]))
            (ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("project-search-button"), None), None))
        },
    })
}

fn list(cx: &Cx, rows: &[Row]) -> Markup {
    let mut table = ui::Table::new(
        cx.t("disclosure-due-reports"),
        vec![
            ui::Column::words(cx.t("disclosure-project")),
            ui::Column::words(cx.t("project-recipient")),
            ui::Column::words(cx.t("disclosure-what")),
            ui::Column::words(cx.t("disclosure-due-day")),
            ui::Column::number(cx.t("disclosure-late")),
        ],
    );
    let today = day_of(cx.now);
    for row in rows {
        let p = &row.owing.project;
        let project = ui::Link::new(cx.either(&p.title, &p.english_title), format!("/projects/{}/clocks", p.id));
        let charity =
            ui::Link::new(cx.either(&row.owing.charity, &row.owing.charity_english), format!("/organisations/{}", p.recipient_id));
        for item in &row.due {
            table.row(&[&project, &charity, &what(cx, item), &show::day(item.due_day), &late_badge(cx, today - item.due_day)]);
        }
    }
    ui::table(&table)
}

/// The report and, smaller, the article that asks for it.
pub fn what(cx: &Cx, item: &Due) -> Markup {
    html! { span { (cx.t(item.what.key())) " " small { (source(cx, item.what)) } } }
}

/// "late by 12 days", or nothing.
pub fn late_badge(cx: &Cx, days: i64) -> Markup {
    html! {
        @if days > 0 { (ui::badge(ui::Tone::Warn, &cx.ta("disclosure-days-late", &[("days", days.into())]))) }
        @else { (cx.t("disclosure-not-late")) }
    }
}

/// The same list as a file.
pub fn table(cx: &Cx) -> Outcome {
    let asked = Asked::of(cx);
    let (rows, _) = rows(cx, &asked, FILE_ROWS, 0)?;
    let heads = [
        "disclosure-project",
        "disclosure-project-number",
        "project-recipient",
        "project-field",
        "disclosure-what",
        "disclosure-source",
        "disclosure-due-day",
        "disclosure-late",
    ];
    let today = day_of(cx.now);
    let mut cells = vec![heads.iter().map(|key| cx.t(key)).collect()];
    for row in &rows {
        let p = &row.owing.project;
        for item in &row.due {
            cells.push(vec![
                p.title.clone(),
                p.id.to_string(),
                row.owing.charity.clone(),
                cx.t(p.field.key()),
                cx.t(item.what.key()),
                source(cx, item.what),
                day_text(item.due_day),
                (today - item.due_day).max(0).to_string(),
            ]);
        }
    }
    Ok(Answer::csv(format!("disclosure-{}.csv", day_text(today)), &cells))
}

/// How each charity keeps its clocks.
pub fn charities(cx: &Cx) -> Outcome {
    let today = day_of(cx.now);
    let charities = cx.app.db.read(|tx| store::charities(tx, today, 500))?;
    let title = cx.t("disclosure-by-charity-title");
    let mut table = ui::Table::new(
        cx.t("disclosure-charities-caption"),
        vec![
            ui::Column::words(cx.t("project-recipient")),
            ui::Column::number(cx.t("disclosure-public-projects")),
            ui::Column::number(cx.t("disclosure-late-projects")),
            ui::Column::number(cx.t("disclosure-longest-late")),
        ],
    );
    for charity in &charities {
        let name =
            ui::Link::new(cx.either(&charity.name, &charity.english_name), format!("/disclosure?which=all&organisation={}", charity.id));
        table.row(&[&name, &show::count(charity.projects), &show::count(charity.late), &late_badge(cx, today - charity.first_due_day)]);
    }
    let body = html! {
        (ui::heading(&title, Some(&cx.t("disclosure-by-charity-lead"))))
        (ui::tabs(&cx.t("disclosure-register"), &tabs(cx), 1))
        @if charities.is_empty() {
            (ui::empty_state(&cx.t("disclosure-charities-none"), &cx.t("disclosure-charities-none-why"), None))
        } @else { (ui::table(&table)) (show::as_of(cx)) }
    };
    Ok(cx.page(PageParts { title: &title, canonical: Some("/disclosure/charities"), body, ..PageParts::default() }))
}

/// Where the clocks come from.
pub fn clocks(cx: &Cx) -> Outcome {
    let title = cx.t("disclosure-clocks-title");
    let lead = cx.t("disclosure-clocks-lead");
    let mut table = ui::Table::new(
        cx.t("disclosure-clocks-caption"),
        vec![
            ui::Column::words(cx.t("disclosure-what")),
            ui::Column::words(cx.t("disclosure-when")),
            ui::Column::words(cx.t("disclosure-owner")),
            ui::Column::words(cx.t("disclosure-source")),
            ui::Column::words(cx.t("disclosure-in-force")),
        ],
    );
    for clock in CLOCKS {
        let since = match clock.since {
            Since::LastReport => "disclosure-since-last",
            Since::FundraisingEnded => "disclosure-since-ended",
            Since::Closed => "disclosure-since-closed",
        };
        let period = match clock.period {
            Period::Months(months) => cx.ta("disclosure-months", &[("count", i64::from(months).into())]),
            Period::Days(days) => cx.ta("disclosure-days", &[("count", days.into())]),
        };
        let when = cx.ta(since, &[("period", period.into())]);
        let beyond = clock.only_beyond_months.map(|m| cx.ta("disclosure-beyond", &[("count", i64::from(m).into())])).unwrap_or_default();
        let owner = match clock.owner {
            super::super::super::rules::Owner::Recipient => cx.t("project-recipient"),
        };
        table.row(&[
            &cx.t(clock.report.key()),
            &html! { span { (when) @if !beyond.is_empty() { " " small { (beyond) } } } },
            &owner,
            &html! { span { (source(cx, clock.report)) " " small { (cx.ta("disclosure-rule", &[("rule", clock.rule.into())])) } } },
            &parse_day(clock.in_force).map(show::day).unwrap_or_default(),
        ]);
    }
    let body = html! {
        (ui::heading(&title, Some(&lead)))
        (ui::tabs(&cx.t("disclosure-register"), &tabs(cx), 2))
        (ui::table(&table))
        (ui::prose(html! {
            p { (cx.t("disclosure-clocks-progress")) }
            p { (cx.t("disclosure-clocks-emergency")) }
            p { (cx.t("disclosure-clocks-news")) }
            p { (cx.t("disclosure-clocks-kept")) }
        }))
    };
    Ok(cx.page(PageParts { title: &title, description: &lead, canonical: Some("/disclosure/clocks"), body, ..PageParts::default() }))
}
