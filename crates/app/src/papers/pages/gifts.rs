//! My gifts, whatever way they came: newest first, by year, with their sum and where the receipt of each stands, and as a
//! spreadsheet.

use std::collections::HashMap;

use maud::{Markup, html};
use money::Fen;

use crate::giving::model::Stage;
use crate::giving::{self, GiftView, rules::stage};
use crate::kernel::civil;
use crate::kernel::{Id, Micros, Refusal, Trouble};
use crate::offline;
use crate::projects;
use crate::web::{Answer, Cx, Outcome, PageParts, show};

use super::super::actions::paper_path;
use super::super::model::{Papers, Standing};
use super::super::rules::{self, new_year};
use super::super::store;
use super::{own_gift_path, standing_badge, standing_words, today};

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
        let first = cx.app.db.read(|tx| giving::first_gift_at(tx, donor_id))?.map_or(last, year_of);
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
    rules::year_of(civil::day_of(at))
}

/// What has been done about the papers of the gifts on a page, asked for at once.
struct Receipts(HashMap<Id, Papers>);

impl Receipts {
    fn of(tx: &mut db::Tx, gifts: &[GiftView], offline: &[offline::DonorGift]) -> Result<Receipts, db::Fault> {
        let ids: Vec<Id> = gifts.iter().filter(|g| g.paid_at.is_some()).map(|g| g.id).chain(offline.iter().map(|g| g.id)).collect();
        Ok(Receipts(store::papers_of(tx, &ids)?))
    }

    fn papers(&self, id: Id) -> Papers {
        self.0.get(&id).copied().unwrap_or_default()
    }

    /// Where the receipt of a gift stands; nothing while it is not paid.
    fn standing(&self, cx: &Cx, gift: &GiftView) -> Option<Standing> {
        gift.paid_at.map(|at| rules::standing_of(self.papers(gift.id), gift.amount_fen, at, today(cx)))
    }

    fn standing_offline(&self, cx: &Cx, gift: &offline::DonorGift) -> Standing {
        rules::standing_of(self.papers(gift.id), gift.amount_fen, civil::start_of(gift.received_day), today(cx))
    }

    /// The link below a gift: to its receipt, or to where one is applied for.
    fn link(&self, cx: &Cx, id: Id, received_at: Micros, standing: Standing, otherwise: String) -> (String, Markup) {
        let href = self.papers(id).application_id.map_or(otherwise, |application| paper_path(&cx.app, application));
        (href, html! { (standing_badge(cx, standing)) " " (standing_words(cx, received_at, standing)) })
    }
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
        Ok((giving::gifts_of(tx, donor_id, from, until, before, limit)?, giving::sums_of(tx, donor_id, from, until)?))
    })?;
    let offline = cx.app.db.read(|tx| offline::gifts_of(tx, donor_id, from, until))?;
    let more = gifts.len() > PAGE;
    gifts.truncate(PAGE);
    let receipts = cx.app.db.read(|tx| Receipts::of(tx, &gifts, &offline))?;
    let notices = cx.app.db.read(|tx| -> Result<_, db::Fault> {
        let given = gifts.iter().map(|g| (g.project_id, cx.either(&g.project_title, &g.project_english_title)));
        let given = given.chain(offline.iter().map(|g| (g.project_id, cx.either(&g.project_title, &g.project_english_title))));
        let mut told: Vec<(projects::ProjectNotice, String)> = Vec::new();
        for (project_id, title) in given {
            if !told.iter().any(|(notice, _)| notice.project_id == project_id) {
                let newest = projects::notices(tx, project_id, 1)?;
                told.extend(newest.into_iter().map(|notice| (notice, title.to_owned())));
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
        @if gifts.is_empty() && offline.is_empty() {
            (ui::empty_state(&cx.t("giving-mine-none"), &cx.t("giving-mine-none-why"), Some(&ui::Link::new(cx.t("giving-find-project"), "/projects"))))
        } @else {
            @if !gifts.is_empty() { (ui::link_list_with(&gifts.iter().map(|g| row(cx, g, &receipts)).collect::<Vec<_>>())) }
            (pages(cx, &years, before, more.then(|| gifts.last().map_or(0, |g| g.id))))
            p { (ui::link_button(ui::ButtonKind::Quiet, &cx.t("giving-mine-csv"), &address("/me/gifts.csv", &years, None))) " " (ui::Link::new(cx.t("giving-mine-refunds"), "/me/refunds")) }
        }
        (ui::section(&cx.t("giving-mine-papers"), None, ui::link_list(&[
            paper(cx, address("/me/receipts", &years, None), "giving-mine-receipts", "giving-mine-receipts-note"),
            paper(cx, address("/me/statements", &years, None), "giving-mine-statement", "giving-mine-statement-note"),
        ])))
        @if !offline.is_empty() { (ui::section(&cx.t("giving-offline-gifts"), None, ui::link_list_with(&offline.iter().map(|g| offline_row(cx, g, &receipts)).collect::<Vec<_>>()))) }
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

type Row<'a> = (ui::LinkRow<'a>, Option<(String, Markup)>);

fn row<'a>(cx: &Cx, gift: &'a GiftView, receipts: &Receipts) -> Row<'a> {
    let stage = stage(gift, false);
    let tone = match stage {
        Stage::Thanks => ui::Tone::Good,
        Stage::Refused | Stage::Closed | Stage::GivenBack => ui::Tone::Plain,
        Stage::Held => ui::Tone::Warn,
        Stage::Waiting | Stage::Pay | Stage::Confirming => ui::Tone::Info,
    };
    let when = civil::minute_text(gift.paid_at.unwrap_or(gift.created_at));
    let recipient = cx.either(&gift.recipient_name, &gift.recipient_english_name);
    let path = giving::gift_path(&cx.app, gift.id);
    let received_at = gift.paid_at.unwrap_or(gift.created_at);
    let more = receipts.standing(cx, gift).map(|s| receipts.link(cx, gift.id, received_at, s, format!("{path}/receipt")));
    let row = ui::LinkRow {
        href: path.into(),
        title: cx.either(&gift.project_title, &gift.project_english_title).into(),
        note: format!("{when} · {recipient}").into(),
        aside: html! { b { (show::money(gift.amount_fen)) } " " (ui::badge(tone, &cx.t(&format!("giving-badge-{}", stage.word())))) },
    };
    (row, more)
}

fn offline_row<'a>(cx: &Cx, gift: &'a offline::DonorGift, receipts: &Receipts) -> Row<'a> {
    let recipient = cx.either(&gift.recipient_name, &gift.recipient_english_name);
    let (tone, key) = if gift.undone { (ui::Tone::Bad, "offline-undone") } else { (ui::Tone::Good, "offline-confirmed") };
    let (received_at, standing) = (civil::start_of(gift.received_day), receipts.standing_offline(cx, gift));
    // What was undone has its own badge, and no receipt to speak of.
    let more = (!gift.undone).then(|| receipts.link(cx, gift.id, received_at, standing, own_gift_path(gift.id)));
    let row = ui::LinkRow {
        href: format!("/me/offline-gifts/{}", gift.id).into(),
        title: cx.either(&gift.project_title, &gift.project_english_title).into(),
        note: format!("{} · {} · {recipient}", civil::day_text(gift.received_day), cx.t(gift.kind.key())).into(),
        aside: html! { b { (show::money(gift.amount_fen)) } " " (ui::badge(tone, &cx.t(key))) },
    };
    (row, more)
}

fn pages(cx: &Cx, years: &Years, before: Id, oldest: Option<Id>) -> Markup {
    let newest = (before != Id::MAX).then(|| ui::Link::new(cx.t("giving-mine-newest"), address("/me/gifts", years, None)));
    let older = oldest.map(|id| ui::Link::new(cx.t("giving-mine-older"), address("/me/gifts", years, Some(id))));
    if newest.is_none() && older.is_none() {
        return Markup::default();
    }
    ui::pagination(&ui::Pagination { label: cx.t("giving-mine-pages").into(), previous: newest, next: older, ..ui::Pagination::default() })
}

/// The same as a spreadsheet, the newest first.
pub fn csv(cx: &Cx) -> Outcome {
    let donor_id = cx.person_id()?;
    let years = Years::load(cx, donor_id)?;
    let (from, until) = years.bounds();
    let (gifts, offline, receipts) = cx.app.db.read(|tx| {
        let gifts = giving::gifts_of(tx, donor_id, from, until, Id::MAX, i64::MAX)?;
        let offline = offline::gifts_of(tx, donor_id, from, until)?;
        let receipts = Receipts::of(tx, &gifts, &offline)?;
        Ok::<_, db::Fault>((gifts, offline, receipts))
    })?;
    let signed = |anonymous: bool, name: &str| if anonymous { cx.t("giving-signed-anonymous") } else { name.to_owned() };
    let stands = |standing: Standing| cx.t(&format!("papers-standing-{}", standing.word()));
    let mut rows: Vec<(Micros, Vec<String>)> = Vec::new();
    for gift in &gifts {
        let line = vec![
            gift.id.to_string(),
            civil::rfc3339(gift.created_at),
            gift.paid_at.map(civil::rfc3339).unwrap_or_default(),
            cx.either(&gift.project_title, &gift.project_english_title).to_owned(),
            cx.either(&gift.recipient_name, &gift.recipient_english_name).to_owned(),
            Fen(gift.amount_fen).yuan_text(),
            cx.t("giving-csv-online"),
            cx.t(&format!("giving-badge-{}", stage(gift, false).word())),
            signed(gift.anonymous, &gift.name),
            gift.message.clone(),
            receipts.standing(cx, gift).map(stands).unwrap_or_default(),
        ];
        rows.push((gift.paid_at.unwrap_or(gift.created_at), line));
    }
    for gift in &offline {
        let day = civil::day_text(gift.received_day);
        let state = cx.t(if gift.undone { "offline-undone" } else { "offline-confirmed" });
        let line = vec![
            gift.id.to_string(),
            day.clone(),
            day,
            cx.either(&gift.project_title, &gift.project_english_title).to_owned(),
            cx.either(&gift.recipient_name, &gift.recipient_english_name).to_owned(),
            Fen(gift.amount_fen).yuan_text(),
            cx.t(gift.kind.key()),
            state,
            signed(gift.anonymous, &gift.name),
            String::new(),
            if gift.undone { String::new() } else { stands(receipts.standing_offline(cx, gift)) },
        ];
        rows.push((civil::start_of(gift.received_day), line));
    }
    rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let heads = ["number", "begun", "paid", "project", "recipient", "amount", "way", "state", "signed", "message", "receipt"];
    let mut table = vec![heads.map(|head| cx.t(&format!("giving-csv-{head}"))).to_vec()];
    table.extend(rows.into_iter().map(|(_, line)| line));
    let name = years.chosen.map_or("gifts.csv".to_owned(), |year| format!("gifts-{year}.csv"));
    Ok(Answer::csv(name, &table))
}
