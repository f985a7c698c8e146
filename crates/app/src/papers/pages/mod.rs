//! What people see of papers: the donor (`gifts`, `mine`, `paper`, `statement`), a stranger who verifies (`verify`), the
//! charity's desk (`desk`, `behalf`, `settings`).

mod behalf;
mod desk;
mod drawing;
mod gifts;
mod mine;
mod paper;
mod settings;
mod statement;
mod verify;

use maud::Markup;

use crate::giving;
use crate::kernel::civil::{self, Day};
use crate::kernel::{Id, Micros, Refusal, Right};
use crate::web::{Cx, Lang, Route, get, post, show};

use super::model::{Application, Kind, PaperGift, Receipt, Source, Standing, State};
use super::rules;

pub fn routes() -> Vec<Route> {
    vec![
        get("/me/gifts", Right::SignedIn, gifts::page),
        get("/me/gifts.csv", Right::SignedIn, gifts::csv),
        get("/me/receipts", Right::SignedIn, mine::page),
        get("/me/receipts/new", Right::SignedIn, mine::new),
        post("/me/receipts", Right::SignedIn, mine::apply),
        get("/me/receipts/gifts/{id}", Right::SignedIn, mine::own),
        post("/me/receipts/gifts/{id}", Right::SignedIn, mine::apply_for_own),
        post("/me/receipts/gifts/{id}/waiver", Right::SignedIn, mine::waive_own),
        get("/me/statements", Right::SignedIn, statement::page),
        get("/me/statements/{year}", Right::SignedIn, statement::page),
        get("/me/statements/{year}/statement.pdf", Right::SignedIn, statement::pdf),
        get("/me/statements/{year}/statement.csv", Right::SignedIn, statement::spreadsheet),
        get("/gifts/{id}/{code}/receipt", Right::Anyone, mine::of_gift),
        post("/gifts/{id}/{code}/receipt", Right::Anyone, mine::apply_for_gift),
        post("/gifts/{id}/{code}/waiver", Right::Anyone, mine::waive),
        get("/papers/{id}/{code}", Right::Anyone, paper::page),
        post("/papers/{id}/{code}/copies", Right::Anyone, paper::copy),
        post("/papers/{id}/{code}/withdrawal", Right::Anyone, paper::withdraw),
        get("/receipts", Right::Anyone, verify::form),
        get("/receipts/{number}/{code}", Right::Anyone, verify::page),
        get("/desk/receipts", Right::Desk, desk::list),
        post("/desk/receipts", Right::Desk, desk::issue_chosen),
        get("/desk/receipts/new", Right::Desk, behalf::page),
        post("/desk/receipts/applications", Right::Desk, behalf::apply),
        get("/desk/receipts/settings", Right::Desk, settings::page),
        post("/desk/receipts/settings", Right::Desk, settings::keep),
        post("/desk/receipts/numbers", Right::Desk, settings::void_number),
        get("/desk/receipts/series.csv", Right::Desk, settings::series_csv),
        get("/desk/receipts/gifts.csv", Right::Desk, settings::gifts_csv),
        get("/desk/receipts/{id}", Right::Desk, desk::application),
        post("/desk/receipts/{id}/payer", Right::Desk, desk::payer),
        post("/desk/receipts/{id}/receipt", Right::Desk, desk::issue),
        post("/desk/receipts/{id}/refusal", Right::Desk, desk::refuse),
        post("/desk/receipts/{id}/reversal", Right::Desk, desk::reverse),
    ]
}

/// Where an application stands; one whose receipt was reversed says that first.
fn state_badge(cx: &Cx, application: &Application) -> Markup {
    if application.reversed {
        return ui::badge(ui::Tone::Bad, &cx.t("papers-receipt-reversed"));
    }
    let tone = match application.state {
        State::Waiting | State::Sent => ui::Tone::Info,
        State::Issued => ui::Tone::Good,
        State::Refused => ui::Tone::Bad,
        State::Withdrawn => ui::Tone::Plain,
    };
    ui::badge(tone, &cx.t(&format!("papers-state-{}", application.state.word())))
}

/// Valid, reversed, a reversal: the word that stands beside a receipt everywhere.
fn receipt_badge(cx: &Cx, receipt: &Receipt) -> Markup {
    match (receipt.kind, receipt.reversed_by) {
        (Kind::Receipt, None) => ui::badge(ui::Tone::Good, &cx.t("papers-receipt-valid")),
        (Kind::Receipt, Some(_)) => ui::badge(ui::Tone::Bad, &cx.t("papers-receipt-reversed")),
        (Kind::Reversal, _) => ui::badge(ui::Tone::Warn, &cx.t("papers-receipt-reversal")),
        (Kind::Void, _) => ui::badge(ui::Tone::Plain, &cx.t("papers-receipt-void")),
    }
}

fn standing_badge(cx: &Cx, standing: Standing) -> Markup {
    let tone = match standing {
        Standing::Open { .. } | Standing::Applied => ui::Tone::Info,
        Standing::Issued => ui::Tone::Good,
        Standing::Waived | Standing::Late { .. } | Standing::OtherYear | Standing::Returned => ui::Tone::Plain,
    };
    ui::badge(tone, &cx.t(&format!("papers-standing-{}", standing.word())))
}

/// One sentence on why a gift stands where it stands.
fn standing_why(cx: &Cx, gift: &PaperGift, standing: Standing) -> String {
    if standing == Standing::Returned && gift.source != Source::Channel {
        return cx.t("papers-why-undone");
    }
    standing_words(cx, gift.received_at, standing)
}

fn standing_words(cx: &Cx, received_at: Micros, standing: Standing) -> String {
    let day = match standing {
        Standing::Open { until } | Standing::Late { until } => until,
        _ => rules::last_day(civil::day_of(received_at)),
    };
    cx.ta(&format!("papers-why-{}", standing.word()), &[("day", civil::day_text(day).into())])
}

/// When a gift was received: of what did not come through the channel nobody knows the hour.
fn received_text(gift: &PaperGift) -> String {
    match gift.source {
        Source::Channel => civil::minute_text(gift.received_at),
        Source::Offline | Source::Things { .. } => civil::day_text(civil::day_of(gift.received_at)),
    }
}

/// Where a signed-in donor sees to the receipt of a gift, whatever way it came.
fn own_gift_path(gift_id: Id) -> String {
    format!("/me/receipts/gifts/{gift_id}")
}

/// A donor's own page of a gift.
fn gift_path(cx: &Cx, gift: &PaperGift) -> String {
    match gift.source {
        Source::Channel => giving::gift_path(&cx.app, gift.gift_id),
        Source::Offline | Source::Things { .. } => format!("/me/offline-gifts/{}", gift.gift_id),
    }
}

fn organisation_of<'a>(cx: &Cx, chinese: &'a str, english: &'a str) -> &'a str {
    cx.either(chinese, english)
}

/// An amount in words where the language has them.
fn amount_words(cx: &Cx, fen: i64) -> String {
    if cx.lang == Lang::Zh { money::Fen(fen).capital() } else { show::money(fen) }
}

/// A year that was asked for; this year unless told.
fn asked_year(cx: &Cx) -> Result<i64, Refusal> {
    match cx.query("year") {
        "" => Ok(rules::year_of(today(cx))),
        typed => typed.parse().ok().filter(|y| (1970..=9999).contains(y)).ok_or_else(Refusal::not_found),
    }
}

fn today(cx: &Cx) -> Day {
    civil::day_of(cx.now)
}
