//! The yearly statement: every gift of a calendar year, or of a year that begins in another month, by charity and project,
//! with its receipt, what went back, and where the money is now.

use maud::html;

use crate::Mode;
use crate::kernel::civil::{self, Day};
use crate::kernel::{Refusal, Trouble};
use crate::projects;
use crate::web::{Answer, Cx, Outcome, PageParts, picture, show};

use super::super::model::PaperGift;
use super::super::rules;
use super::super::store::{self, receipts};
use super::{organisation_of, today};

/// A gift with its receipt's number, if one is valid.
struct Line {
    gift: PaperGift,
    receipt_number: String,
}

/// Where the money of all gifts is now; what is not listed yet is in the account.
#[derive(Default)]
struct Whereabouts {
    in_account_fen: i64,
    with_implementer_fen: i64,
    spent_fen: i64,
}

struct Statement {
    year: i64,
    /// The month in which the year begins.
    starts: i64,
    first: Day,
    last: Day,
    lines: Vec<Line>,
    given_fen: i64,
    returned_fen: i64,
    receipted_fen: i64,
    now: Whereabouts,
}

/// How many gifts are followed to where they are; a donor with more reads the sums of what was followed on each gift's page.
const MOST: usize = 5_000;

fn load(cx: &Cx) -> Result<Statement, Trouble> {
    let person_id = cx.person_id()?;
    let year = match (cx.param("year"), cx.query("year")) {
        ("", "") => rules::year_of(today(cx)),
        ("", typed) | (typed, _) => typed.parse().ok().filter(|y| (1970..=9998).contains(y)).ok_or_else(Refusal::not_found)?,
    };
    let starts = match cx.query("starts") {
        "" => 1,
        typed => typed.parse().ok().filter(|m| (1..=12).contains(m)).ok_or_else(Refusal::not_found)?,
    };
    let (first, last) = rules::period(year, starts);
    let (from, until) = (civil::start_of(first), civil::start_of(last + 1));
    let mut statement = Statement {
        year,
        starts,
        first,
        last,
        lines: Vec::new(),
        given_fen: 0,
        returned_fen: 0,
        receipted_fen: 0,
        now: Whereabouts::default(),
    };
    let (lines, now) = cx.app.db.read(|tx| {
        let mut gifts = store::gifts_of(tx, person_id, from, until)?;
        gifts.truncate(MOST);
        gifts.sort_by(|a, b| {
            (a.organisation_id, a.project_id, a.received_at, a.gift_id).cmp(&(b.organisation_id, b.project_id, b.received_at, b.gift_id))
        });
        let (mut lines, mut now) = (Vec::new(), Whereabouts::default());
        for gift in gifts {
            match store::place(tx, gift.project_id, gift.gift_id)? {
                Some(before_fen) => {
                    let part = projects::whereabouts(tx, gift.project_id, before_fen, gift.amount_fen)?;
                    now.in_account_fen += part.in_account_fen;
                    now.with_implementer_fen += part.with_implementer_fen;
                    now.spent_fen += part.spent_fen;
                }
                None => now.in_account_fen += gift.amount_fen,
            }
            let receipt_number = match gift.receipt_id {
                Some(id) => receipts::find(tx, id)?.map(|r| r.text_number).unwrap_or_default(),
                None => String::new(),
            };
            lines.push(Line { gift, receipt_number });
        }
        Ok::<_, db::Fault>((lines, now))
    })?;
    statement.given_fen = lines.iter().map(|l| l.gift.amount_fen).sum();
    statement.returned_fen = lines.iter().map(|l| l.gift.returned_fen).sum();
    statement.receipted_fen = lines.iter().filter(|l| !l.receipt_number.is_empty()).map(|l| l.gift.left_fen()).sum();
    statement.now = now;
    statement.lines = lines;
    Ok(statement)
}

fn address(statement: &Statement, end: &str) -> String {
    let starts = if statement.starts == 1 { String::new() } else { format!("?starts={}", statement.starts) };
    format!("/me/statements/{}{end}{starts}", statement.year)
}

fn title(cx: &Cx, s: &Statement) -> String {
    if s.starts == 1 {
        cx.ta("papers-statement-title", &[("year", s.year.to_string().into())])
    } else {
        cx.ta("papers-statement-title-period", &[("from", civil::day_text(s.first).into()), ("until", civil::day_text(s.last).into())])
    }
}

/// `GET /me/statements/{year}?starts=7`; without a year in the path, the one that was asked for or this one.
pub fn page(cx: &Cx) -> Outcome {
    let s = load(cx)?;
    let title = title(cx, &s);
    let stat = |fen: i64, label: &str| ui::Stat { value: show::money(fen).into(), label: cx.t(label).into(), ..ui::Stat::default() };
    let this_year = rules::year_of(today(cx));
    let choice = |value: i64, words: String, chosen: i64| ui::Choice::new(value.to_string(), words).chosen(value == chosen);
    let body = html! {
        (ui::heading(&title, Some(&cx.ta("papers-statement-lead", &[("from", civil::day_text(s.first).into()), ("until", civil::day_text(s.last).into())]))))
        (ui::form(&ui::Form {
            action: "/me/statements".into(),
            method: ui::Method::Get,
            body: html! {
                (ui::select_field(&ui::Select {
                    name: "year".into(), label: cx.t("papers-statement-year").into(),
                    choices: (this_year - 9..=this_year).rev().map(|y| choice(y, y.to_string(), s.year)).collect(), ..ui::Select::default()
                }))
                (ui::select_field(&ui::Select {
                    name: "starts".into(), label: cx.t("papers-statement-starts").into(), help: cx.t("papers-statement-starts-help").into(),
                    choices: (1..=12).map(|m| choice(m, cx.ta("papers-month", &[("month", m.into())]), s.starts)).collect(), ..ui::Select::default()
                }))
                (ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("papers-statement-show"), None), None))
            },
            ..ui::Form::default()
        }))
        (ui::stat_row(&[stat(s.given_fen, "papers-given"), stat(s.returned_fen, "papers-returned"), stat(s.receipted_fen, "papers-statement-receipted")]))
        @if s.lines.is_empty() {
            (ui::empty_state(&cx.t("papers-statement-none"), &cx.t("papers-mine-none-why"), Some(&ui::Link::new(cx.t("papers-to-gifts"), "/me/gifts"))))
        } @else {
            @for lines in s.lines.chunk_by(|a, b| a.gift.organisation_id == b.gift.organisation_id) { (charity(cx, lines)) }
            (ui::section(&cx.t("papers-statement-where"), None, html! {
                p { (cx.t("papers-statement-where-lead")) }
                (ui::stat_row(&[
                    stat(s.now.in_account_fen, "papers-statement-account"), stat(s.now.with_implementer_fen, "papers-statement-implementer"),
                    stat(s.now.spent_fen, "papers-statement-spent"),
                ]))
                (show::as_of(cx))
            }))
            (ui::section(&cx.t("papers-statement-keep"), None, ui::link_list(&[
                keep(cx, address(&s, "/statement.pdf"), "papers-statement-pdf", "papers-statement-pdf-note"),
                keep(cx, address(&s, "/statement.csv"), "papers-statement-csv", "papers-statement-csv-note"),
                keep(cx, format!("/me/receipts?year={}", s.year), "papers-mine", "papers-statement-receipts-note"),
            ])))
        }
        (ui::section(&cx.t("papers-deduction"), None, html! { @for note in deduction(cx) { p { (note) } } }))
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

fn keep(cx: &Cx, href: String, title: &str, note: &str) -> ui::LinkRow<'static> {
    ui::LinkRow { href: href.into(), title: cx.t(title).into(), note: cx.t(note).into(), ..ui::LinkRow::default() }
}

/// 慈善法 art. 87; 个人所得税法 art. 6; 企业所得税法 art. 9.
fn deduction(cx: &Cx) -> Vec<String> {
    ["papers-deduction-person", "papers-deduction-company", "papers-deduction-receipt", "papers-deduction-no-advice"]
        .map(|key| cx.t(key))
        .to_vec()
}

fn charity(cx: &Cx, lines: &[Line]) -> maud::Markup {
    let first = &lines[0].gift;
    let name = organisation_of(cx, &first.organisation_name, &first.organisation_english_name);
    let mut table = ui::Table::new(
        cx.ta("papers-statement-caption", &[("organisation", name.into())]),
        vec![
            ui::Column::words(cx.t("papers-received-day")),
            ui::Column::words(cx.t("papers-project")),
            ui::Column::number(cx.t("papers-given")),
            ui::Column::number(cx.t("papers-returned")),
            ui::Column::words(cx.t("papers-statement-receipt")),
        ],
    );
    for line in lines {
        let gift = &line.gift;
        let receipt = match line.receipt_number.as_str() {
            "" => cx.t(&format!("papers-standing-{}", rules::standing(gift, today(cx)).word())),
            number => number.to_owned(),
        };
        table.row(&[
            &show::day(civil::day_of(gift.received_at)),
            &ui::Link::new(cx.either(&gift.project_title, &gift.project_english_title), super::gift_path(cx, gift)),
            &show::money(gift.amount_fen),
            &(if gift.returned_fen > 0 { show::money(gift.returned_fen) } else { String::new() }),
            &receipt,
        ]);
    }
    let sum = |f: fn(&PaperGift) -> i64| show::money(lines.iter().map(|l| f(&l.gift)).sum());
    table.total = vec![
        ui::text(cx.t("papers-statement-sum")),
        html! {},
        ui::text(sum(|g| g.amount_fen)),
        ui::text(sum(|g| g.returned_fen)),
        html! {},
    ];
    ui::section(name, None, ui::table(&table))
}

/// `GET /me/statements/{year}/statement.pdf`.
pub fn pdf(cx: &Cx) -> Outcome {
    let s = load(cx)?;
    let person = match &cx.actor {
        crate::kernel::Actor::Person { name, .. } => name.clone(),
        crate::kernel::Actor::Anyone => String::new(),
    };
    let mut rows: Vec<Vec<ui::Text>> = Vec::new();
    for lines in s.lines.chunk_by(|a, b| a.gift.organisation_id == b.gift.organisation_id) {
        let first = &lines[0].gift;
        rows.push(vec![organisation_of(cx, &first.organisation_name, &first.organisation_english_name).into()]);
        for line in lines {
            let gift = &line.gift;
            let receipt = match line.receipt_number.as_str() {
                "" => cx.t(&format!("papers-standing-{}", rules::standing(gift, today(cx)).word())),
                number => number.to_owned(),
            };
            rows.push(vec![
                civil::day_text(civil::day_of(gift.received_at)).into(),
                cx.either(&gift.project_title, &gift.project_english_title).into(),
                show::money(gift.amount_fen).into(),
                (if gift.returned_fen > 0 { show::money(gift.returned_fen) } else { String::new() }).into(),
                receipt.into(),
            ]);
        }
    }
    rows.push(vec![
        cx.t("papers-statement-sum").into(),
        "".into(),
        show::money(s.given_fen).into(),
        show::money(s.returned_fen).into(),
        "".into(),
    ]);
    let now = [
        ("in_account", show::money(s.now.in_account_fen)),
        ("with_implementer", show::money(s.now.with_implementer_fen)),
        ("spent", show::money(s.now.spent_fen)),
    ];
    let now: Vec<(&str, fluent_bundle::FluentValue)> = now.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
    let mut notes: Vec<ui::Text> = vec![cx.ta("papers-statement-now", &now).into()];
    notes.extend(deduction(cx).into_iter().map(ui::Text::from));
    let statement = ui::PaperStatement {
        title: title(cx, &s).into(),
        lead: vec![
            cx.ta("papers-statement-for", &[("name", person.into())]).into(),
            cx.ta("papers-statement-lead", &[("from", civil::day_text(s.first).into()), ("until", civil::day_text(s.last).into())]).into(),
            cx.ta("as-of", &[("time", civil::minute_text(cx.now).into())]).into(),
        ],
        heads: ["papers-received-day", "papers-project", "papers-given", "papers-returned", "papers-statement-receipt"]
            .map(|key| cx.t(key).into())
            .to_vec(),
        columns: vec![(60, 14), (220, 44), (660, 18), (840, 18), (1010, 18)],
        rows,
        notes,
        foot: cx.t("papers-statement-foot").into(),
        watermark: if cx.app.mode == Mode::Demo { cx.t("papers-watermark-demo").into() } else { "".into() },
    };
    let sheets = ui::paper_statement(&statement);
    let pages: Vec<&str> = sheets.iter().map(|sheet| sheet.svg.as_str()).collect();
    let body = picture::pdf(&pages, ui::PAPER_DPI)?;
    let file_name = Some(format!("gifts-{}.pdf", s.year));
    Ok(Answer::Bytes { status: 200, content_type: "application/pdf", body, cache_s: 0, file_name })
}

/// `GET /me/statements/{year}/statement.csv`.
pub fn spreadsheet(cx: &Cx) -> Outcome {
    let s = load(cx)?;
    let heads = [
        "papers-gift-number",
        "papers-received-at",
        "papers-receiver",
        "papers-project",
        "papers-given",
        "papers-returned",
        "papers-stands",
        "papers-statement-receipt",
    ];
    let mut rows = vec![heads.map(|key| cx.t(key)).to_vec()];
    for Line { gift, receipt_number } in &s.lines {
        rows.push(vec![
            gift.gift_id.to_string(),
            civil::rfc3339(gift.received_at),
            organisation_of(cx, &gift.organisation_name, &gift.organisation_english_name).to_owned(),
            cx.either(&gift.project_title, &gift.project_english_title).to_owned(),
            money::Fen(gift.amount_fen).yuan_text(),
            money::Fen(gift.returned_fen).yuan_text(),
            cx.t(&format!("papers-standing-{}", rules::standing(gift, today(cx)).word())),
            receipt_number.clone(),
        ]);
    }
    Ok(Answer::csv(format!("gifts-{}.csv", s.year), &rows))
}
