//! My gifts: newest first, by year, with their sum, and as a spreadsheet.

use maud::{Markup, html};
use money::Fen;

use crate::giving::actions;
use crate::giving::model::{GiftView, Stage};
use crate::giving::{rules, store};
use crate::kernel::civil::{self, Day};
use crate::kernel::{Id, Micros, Refusal, Trouble};
use crate::offline;
use crate::projects;
use crate::web::{Answer, Cx, Outcome, PageParts, show};

const PAGE: usize = 20;

/// The years a donor can choose from, and the chosen one (`None`: all).
struct Years {
    first: i64,
    last: i64,
    chosen: Option<i64>,
}

impl Years {
    fn load(cx: &Cx, donor_id: Id) -> Result<Years, Trouble> {
        let last = year_of(cx.now);
        let first = cx.app.db.read(|tx| store::first_gift_at(tx, donor_id))?.map_or(last, year_of);
        let chosen = match cx.query("year") {
            "" => None,
            typed => Some(typed.parse::<i64>().ok().filter(|y| (1970..=9999).contains(y)).ok_or_else(Refusal::not_found)?),
        };
        Ok(Years { first, last, chosen })
    }

    fn bounds(&self) -> (Micros, Micros) {
        match self.chosen {
            None => (0, i64::MAX),
            Some(year) => (civil::start_of(new_year(year)), civil::start_of(new_year(year + 1))),
        }
    }
}

fn year_of(at: Micros) -> i64 {
    civil::day_text(civil::day_of(at))[..4].parse().unwrap_or(1970)
}

fn new_year(year: i64) -> Day {
    civil::parse_day(&format!("{year:04}-01-01")).unwrap_or(0)
}

pub fn page(cx: &Cx) -> Outcome {
    let donor_id = cx.person_id()?;
    let years = Years::load(cx, donor_id)?;
    let (from, until) = years.bounds();
    let before = match cx.query("before") {
        "" => Id::MAX,
        typed => crate::web::parse_id(typed).ok_or_else(Refusal::not_found)?,
    };
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let (mut gifts, (count, sum_fen, projects)) = cx.app.db.read(|tx| -> Result<_, db::Fault> {
        Ok((store::gifts_of(tx, donor_id, from, until, before, limit)?, store::sums_of(tx, donor_id, from, until)?))
    })?;
    let offline = cx.app.db.read(|tx| offline::gifts_of(tx, donor_id, from, until))?;
    let more = gifts.len() > PAGE;
    gifts.truncate(PAGE);
    let notices = cx.app.db.read(|tx| -> Result<_, db::Fault> {
        let mut told: Vec<(projects::ProjectNotice, String)> = Vec::new();
        for gift in &gifts {
            if !told.iter().any(|(notice, _)| notice.project_id == gift.project_id) {
                let newest = projects::notices(tx, gift.project_id, 1)?;
                told.extend(
                    newest.into_iter().map(|notice| (notice, cx.either(&gift.project_title, &gift.project_english_title).to_owned())),
                );
            }
        }
        Ok(told)
    })?;
    let stat = |value: String, label: &str| ui::Stat { value: value.into(), label: cx.t(label).into(), ..ui::Stat::default() };
    let title = cx.t("giving-mine");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("giving-mine-lead"))))
        (ui::stat_row(&[
            stat(show::money(sum_fen), "giving-mine-sum"),
            stat(show::count(count), "giving-mine-count"),
            stat(show::count(projects), "giving-mine-projects"),
        ]))
        (show::as_of(cx))
        @if !notices.is_empty() {
            (ui::section(&cx.t("giving-project-notices"), None, ui::link_list(&notices.iter().map(|(n, title)| ui::LinkRow {
                href: n.link.as_str().into(), title: cx.t(n.kind.key()).into(), note: title.as_str().into(), ..ui::LinkRow::default()
            }).collect::<Vec<_>>())))
        }
        (year_tabs(cx, &years))
        @if gifts.is_empty() {
            (ui::empty_state(&cx.t("giving-mine-none"), &cx.t("giving-mine-none-why"), Some(&ui::Link::new(cx.t("giving-find-project"), "/projects"))))
        } @else {
            (ui::link_list(&gifts.iter().map(|g| row(cx, g)).collect::<Vec<_>>()))
            (pages(cx, &years, before, more.then(|| gifts.last().map_or(0, |g| g.id))))
            p { (ui::link_button(ui::ButtonKind::Quiet, &cx.t("giving-mine-csv"), &address("/me/gifts.csv", &years, None))) " " (ui::Link::new(cx.t("giving-mine-refunds"), "/me/refunds")) }
        }
        (ui::section(&cx.t("giving-mine-papers"), None, ui::link_list(&[
            paper(cx, address("/me/receipts", &years, None), "giving-mine-receipts", "giving-mine-receipts-note"),
            paper(cx, address("/me/statements", &years, None), "giving-mine-statement", "giving-mine-statement-note"),
        ])))
        @if !offline.is_empty() { (ui::section(&cx.t("giving-offline-gifts"), None, ui::link_list(&offline.iter().map(|g| offline_row(cx, g)).collect::<Vec<_>>()))) }
        p { (cx.t("giving-offline-how")) " " (ui::Link::new(cx.t("offline-mine"), "/me/transfer-reference")) }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

fn paper(cx: &Cx, href: String, title: &str, note: &str) -> ui::LinkRow<'static> {
    ui::LinkRow { href: href.into(), title: cx.t(title).into(), note: cx.t(note).into(), ..ui::LinkRow::default() }
}

fn address(path: &str, years: &Years, before: Option<Id>) -> String {
    let year = years.chosen.map(|y| format!("year={y}"));
    let before = before.map(|id| format!("before={id}"));
    let query: Vec<String> = year.into_iter().chain(before).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

fn year_tabs(cx: &Cx, years: &Years) -> Markup {
    let mut links = vec![ui::Link::new(cx.t("giving-mine-all-years"), "/me/gifts")];
    let listed: Vec<i64> = (years.first..=years.last).rev().collect();
    links.extend(
        listed.iter().map(|y| ui::Link::new(cx.ta("giving-mine-year", &[("year", y.to_string().into())]), format!("/me/gifts?year={y}"))),
    );
    let current = years.chosen.map_or(Some(0), |year| listed.iter().position(|y| *y == year).map(|at| at + 1));
    ui::tabs(&cx.t("giving-mine-years"), &links, current.unwrap_or(usize::MAX))
}

fn row<'a>(cx: &Cx, gift: &'a GiftView) -> ui::LinkRow<'a> {
    let stage = rules::stage(gift, false);
    let tone = match stage {
        Stage::Thanks => ui::Tone::Good,
        Stage::Refused | Stage::Closed | Stage::GivenBack => ui::Tone::Plain,
        Stage::Held => ui::Tone::Warn,
        Stage::Waiting | Stage::Pay | Stage::Confirming => ui::Tone::Info,
    };
    let when = civil::minute_text(gift.paid_at.unwrap_or(gift.created_at));
    let recipient = cx.either(&gift.recipient_name, &gift.recipient_english_name);
    ui::LinkRow {
        href: actions::gift_path(&cx.app, gift.id).into(),
        title: cx.either(&gift.project_title, &gift.project_english_title).into(),
        note: format!("{when} · {recipient}").into(),
        aside: html! { b { (show::money(gift.amount_fen)) } " " (ui::badge(tone, &cx.t(&format!("giving-badge-{}", stage.word())))) },
    }
}

fn offline_row<'a>(cx: &Cx, gift: &'a offline::DonorGift) -> ui::LinkRow<'a> {
    let recipient = cx.either(&gift.recipient_name, &gift.recipient_english_name);
    let (tone, key) = if gift.undone { (ui::Tone::Bad, "offline-undone") } else { (ui::Tone::Good, "offline-confirmed") };
    ui::LinkRow {
        href: format!("/me/offline-gifts/{}", gift.id).into(),
        title: cx.either(&gift.project_title, &gift.project_english_title).into(),
        note: format!("{} · {} · {recipient}", civil::day_text(gift.received_day), cx.t(gift.kind.key())).into(),
        aside: html! { b { (show::money(gift.amount_fen)) } " " (ui::badge(tone, &cx.t(key))) },
    }
}

fn pages(cx: &Cx, years: &Years, before: Id, oldest: Option<Id>) -> Markup {
    let newest = (before != Id::MAX).then(|| ui::Link::new(cx.t("giving-mine-newest"), address("/me/gifts", years, None)));
    let older = oldest.map(|id| ui::Link::new(cx.t("giving-mine-older"), address("/me/gifts", years, Some(id))));
    if newest.is_none() && older.is_none() {
        return Markup::default();
    }
    ui::pagination(&ui::Pagination { label: cx.t("giving-mine-pages").into(), previous: newest, next: older, ..ui::Pagination::default() })
}

/// The same as a spreadsheet.
pub fn csv(cx: &Cx) -> Outcome {
    let donor_id = cx.person_id()?;
    let years = Years::load(cx, donor_id)?;
    let (from, until) = years.bounds();
    let gifts = cx.app.db.read(|tx| store::gifts_of(tx, donor_id, from, until, Id::MAX, i64::MAX))?;
    let heads = ["number", "begun", "paid", "project", "recipient", "amount", "state", "signed", "message"];
    let mut rows = vec![heads.map(|head| cx.t(&format!("giving-csv-{head}"))).to_vec()];
    for gift in &gifts {
        let signed = if gift.anonymous { cx.t("giving-signed-anonymous") } else { gift.name.clone() };
        rows.push(vec![
            gift.id.to_string(),
            civil::rfc3339(gift.created_at),
            gift.paid_at.map(civil::rfc3339).unwrap_or_default(),
            cx.either(&gift.project_title, &gift.project_english_title).to_owned(),
            cx.either(&gift.recipient_name, &gift.recipient_english_name).to_owned(),
            Fen(gift.amount_fen).yuan_text(),
            cx.t(&format!("giving-badge-{}", rules::stage(gift, false).word())),
            signed,
            gift.message.clone(),
        ]);
    }
    let name = years.chosen.map_or("gifts.csv".to_owned(), |year| format!("gifts-{year}.csv"));
    Ok(Answer::csv(name, &rows))
}
