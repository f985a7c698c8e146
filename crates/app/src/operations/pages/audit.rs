//! `/operator/audit`: what was done at the desks, by whom and when; whether the chain over it still holds.

use db::{Fault, Tx, params, sql};
use maud::{Markup, html};

use crate::kernel::civil::{self, parse_day, rfc3339};
use crate::kernel::{Id, Micros, audit};
use crate::web::{Answer, Cx, Outcome, PageParts, parse_id, show};

const SHOWN: i64 = 50;
const EXPORTED: i64 = 20_000;

struct Entry {
    id: Id,
    person_id: Id,
    name: String,
    route: String,
    path: String,
    at: Micros,
    /// 0: nobody knows how it ended; its process died.
    status: i64,
    refusal: String,
    /// Its place in the chain; 0: it waits for one.
    position: i64,
}

/// What is looked for. The person is named by name or by number, the path by its beginning.
struct Asked {
    person: String,
    path: String,
    day: String,
    before: Id,
}

impl Asked {
    fn of(cx: &Cx) -> Asked {
        let text = |name: &str| cx.query(name).chars().filter(|c| !c.is_control()).take(120).collect::<String>();
        Asked { person: text("person"), path: text("path"), day: text("day"), before: parse_id(cx.query("before")).unwrap_or(0) }
    }

    fn address(&self, path: &str, before: Option<Id>) -> String {
        let before = before.map(|id| id.to_string()).unwrap_or_default();
        let pairs = [("person", &self.person), ("path", &self.path), ("day", &self.day), ("before", &before)];
        format!("{path}?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
    }
}

fn entries(tx: &mut Tx, asked: &Asked, limit: i64) -> Result<Vec<Entry>, Fault> {
    let (from, until) = parse_day(&asked.day).map_or((0, 0), |day| (civil::start_of(day), civil::start_of(day + 1)));
    // In the order of bytes U+10FFFF stands after everything that a path has.
    let end = format!("{}\u{10ffff}", asked.path);
    let rows = tx.query(
        sql("SELECT audit.id, audit.person_id, COALESCE(person.name, '') AS name, audit.route, audit.path, audit.at, \
                    COALESCE(audit_outcome.status, 0) AS status, COALESCE(audit_outcome.refusal, '') AS refusal, COALESCE(audit_link.position, 0) AS position \
             FROM audit LEFT JOIN person ON person.id = audit.person_id LEFT JOIN audit_outcome ON audit_outcome.audit_id = audit.id \
             LEFT JOIN audit_link ON audit_link.audit_id = audit.id \
             WHERE (?1 = '' OR person.name = ?1 OR CAST(audit.person_id AS TEXT) = ?1) AND (?2 = '' OR (audit.path >= ?2 AND audit.path < ?3)) \
             AND (?4 = 0 OR (audit.at >= ?4 AND audit.at < ?5)) AND (?6 = 0 OR audit.id < ?6) ORDER BY audit.id DESC LIMIT ?7"),
        params![&asked.person, &asked.path, &end, from, until, asked.before, limit],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Entry {
                id: row.int("id")?,
                person_id: row.int("person_id")?,
                name: row.text("name")?,
                route: row.text("route")?,
                path: row.text("path")?,
                at: row.int("at")?,
                status: row.int("status")?,
                refusal: row.text("refusal")?,
                position: row.int("position")?,
            })
        })
        .collect()
}

pub fn page(cx: &Cx) -> Outcome {
    let asked = Asked::of(cx);
    let recompute = cx.query("recompute") == "1";
    let (mut found, chain, findings) = cx.app.db.read(|tx| {
        let findings = if recompute { Some(audit::check(tx)?) } else { None };
        Ok::<_, Fault>((entries(tx, &asked, SHOWN + 1)?, audit::standing(tx)?, findings))
    })?;
    let more = i64::try_from(found.len()).unwrap_or(0) > SHOWN;
    found.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
    let title = cx.t("audit-title");
    let body = html! {
        (ui::breadcrumbs(&cx.t("operations-trail"), &[ui::Link::new(cx.t("nav-operator"), "/operator")], &title))
        (ui::heading(&title, Some(&cx.t("audit-lead"))))
        (integrity(cx, &chain, findings.as_deref()))
        (search(cx, &asked))
        @if found.is_empty() { (ui::empty_state(&cx.t("audit-none"), &cx.t("audit-none-why"), None)) }
        @else {
            (table(cx, &found))
            @if more || asked.before > 0 {
                (ui::pagination(&ui::Pagination {
                    label: cx.t("audit-pages").into(),
                    previous: (asked.before > 0).then(|| ui::Link::new(cx.t("audit-newest"), asked.address("/operator/audit", None))),
                    next: found.last().filter(|_| more).map(|last| ui::Link::new(cx.t("audit-older"), asked.address("/operator/audit", Some(last.id)))),
                    position: cx.ta("audit-shown", &[("count", found.len().into())]).into(),
                }))
            }
            p { (ui::Link::new(cx.t("operations-csv"), asked.address("/operator/audit.csv", None))) }
        }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

fn integrity(cx: &Cx, chain: &audit::Standing, findings: Option<&[String]>) -> Markup {
    let head: String = chain.head.chars().take(16).collect();
    html! {
        (ui::definition_list(&[
            ui::Term::new(cx.t("audit-length"), ui::text(show::count(chain.length))),
            ui::Term::new(cx.t("audit-head"), html! { code { (head) @if head.is_empty() { "–" } @else { "…" } } }),
            ui::Term::new(cx.t("audit-open"), ui::text(show::count(chain.open))),
        ]))
        @match findings {
            None => { p { (ui::Link::new(cx.t("audit-recompute"), "/operator/audit?recompute=1")) } },
            Some([]) => (ui::notice(ui::Tone::Good, &cx.t("audit-holds"), None, html! { p { (cx.t("audit-holds-why")) } })),
            Some(broken) => (ui::notice(ui::Tone::Bad, &cx.t("audit-broken"), None, html! {
                p { (cx.t("audit-broken-why")) }
                ul { @for finding in broken { li { (finding) } } }
            })),
        }
    }
}

fn search(cx: &Cx, asked: &Asked) -> Markup {
    let field = |name: &'static str, key: &str, help: &str, value: &str, kind| {
        ui::input_field(&ui::Input {
            name: name.into(),
            label: cx.t(key).into(),
            help: if help.is_empty() { "".into() } else { cx.t(help).into() },
            value: value.to_owned().into(),
            kind,
            ..ui::Input::default()
        })
    };
    ui::form(&ui::Form {
        action: "/operator/audit".into(),
        method: ui::Method::Get,
        hidden: Vec::new(),
        body: html! {
            (field("person", "audit-person", "audit-person-help", &asked.person, ui::InputKind::default()))
            (field("path", "audit-path", "audit-path-help", &asked.path, ui::InputKind::default()))
            (field("day", "audit-day", "", &asked.day, ui::InputKind::Date))
            (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("operations-search-button"), None), None))
        },
    })
}

/// How an attempt ended, in a word.
fn ended(cx: &Cx, entry: &Entry) -> Markup {
    match entry.status {
        0 => ui::badge(ui::Tone::Warn, &cx.t("audit-ended-unknown")),
        200..=399 if entry.refusal.is_empty() => ui::badge(ui::Tone::Good, &cx.t("audit-ended-done")),
        _ => ui::badge(ui::Tone::Plain, &cx.t("audit-ended-refused")),
    }
}

fn table(cx: &Cx, entries: &[Entry]) -> Markup {
    let column = |key: &str| ui::Column::words(cx.t(key));
    let mut table = ui::Table::new(
        cx.t("audit-title"),
        vec![
            column("audit-when"),
            column("audit-person"),
            column("audit-what"),
            column("audit-ended"),
            ui::Column::number(cx.t("audit-position")),
        ],
    );
    for entry in entries {
        table.row(&[
            &show::instant(entry.at),
            &html! { (entry.name) " " small { (entry.person_id) } },
            &html! { code { (entry.path) } },
            &html! { (ended(cx, entry)) @if !entry.refusal.is_empty() { " " small { (entry.refusal) } } },
            &if entry.position > 0 { entry.position.to_string() } else { "–".to_owned() },
        ]);
    }
    ui::table(&table)
}

pub fn export(cx: &Cx) -> Outcome {
    let found = cx.app.db.read(|tx| entries(tx, &Asked::of(cx), EXPORTED))?;
    let head =
        ["audit-when", "audit-person", "audit-number", "audit-route", "audit-path", "audit-ended", "audit-refusal", "audit-position"];
    let mut rows = vec![head.iter().map(|key| cx.t(key)).collect::<Vec<_>>()];
    for e in found {
        rows.push(vec![
            rfc3339(e.at),
            e.name,
            e.person_id.to_string(),
            e.route,
            e.path,
            e.status.to_string(),
            e.refusal,
            e.position.to_string(),
        ]);
    }
    Ok(Answer::csv("audit.csv", &rows))
}
