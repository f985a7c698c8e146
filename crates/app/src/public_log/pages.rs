//! The explorer: the log entry by entry in plain sentences, who witnesses it, and how to check it without us.

use maud::{Markup, html};
use money::Fen;
use openbook::Entry;
use serde_json::Value;

use crate::kernel::civil::{day_text, minute_text};
use crate::kernel::{MINUTE_US, Refusal, Right};
use crate::web::show::{as_of, count, money};
use crate::web::{Answer, Cx, Outcome, PageParts, Route, get};

use super::{data, proof, store};

pub fn routes() -> Vec<Route> {
    vec![
        get("/log", Right::Anyone, explorer),
        get("/log/entries/{index}", Right::Anyone, entry),
        get("/log/entries/{index}/proof", Right::Anyone, entry_proof),
        get("/data", Right::Anyone, data::page),
    ]
}

const ON_A_PAGE: i64 = 30;
const RECONCILIATIONS: i64 = 10;

/// `/log`, the newest first; `?before=` goes back.
fn explorer(cx: &Cx) -> Outcome {
    let (state, heard) = cx.app.db.read(|tx| Ok::<_, db::Fault>((store::state(tx)?, store::heard(tx)?)))?;
    let end = match cx.query("before") {
        "" => state.published_size,
        typed => typed.parse::<i64>().map_err(|_| Refusal::not_found())?.clamp(0, state.published_size),
    };
    let from = (end - ON_A_PAGE).max(0);
    let entries = cx.app.db.read(|tx| store::entries(tx, from, end))?;
    let mut newest_first: Vec<_> = (from..).zip(entries).collect();
    newest_first.reverse();
    let reconciled = cx.app.db.read(|tx| store::reconciliations(tx, state.published_size, RECONCILIATIONS))?;
    let title = cx.t("log-title");
    let stat = |value: String, key: &str| ui::Stat { value: value.into(), label: cx.t(key).into(), ..ui::Stat::default() };
    let body = html! {
        (ui::heading(&title, Some(&cx.t("log-lead"))))
        @if state.stopped.is_empty() && state.published_size < state.signed_size && cx.now - state.signed_at > MINUTE_US {
            (ui::notice(ui::Tone::Warn, &cx.t("log-waiting-word"), None, html! { p { (cx.t("log-waiting")) } }))
        }
        @if !state.stopped.is_empty() {
            (ui::notice(ui::Tone::Bad, &cx.t("log-stopped-word"), None, html! { p { (cx.t("log-stopped")) } (ui::verbatim(&state.stopped)) }))
        }
        (ui::stat_row(&[stat(count(state.published_size), "log-size"), stat(minute_text(state.published_at), "log-published-at")]))
        (as_of(cx))
        @if newest_first.is_empty() {
            (ui::empty_state(&cx.t("log-empty"), &cx.t("log-empty-why"), None))
        } @else {
            (table(cx, cx.t("log-table"), &newest_first))
            (ui::link_list(&neighbours(cx, from, end, state.published_size)))
        }
        (ui::section(&cx.t("log-reconciled"), Some(&ui::Link::new(cx.t("log-reconciled-all"), "/reconciliation")), html! {
            (ui::prose(html! { p { (cx.t("log-reconciled-lead")) } }))
            @if reconciled.is_empty() { (ui::prose(html! { p { (cx.t("log-reconciled-none")) } })) }
            @else { (table(cx, cx.t("log-reconciled"), &reconciled)) }
        }))
        (ui::section(&cx.t("log-witnesses"), None, html! {
            (witnesses(cx, &heard))
            (ui::prose(html! { p { (cx.t("log-witness-yours")) } }))
            (ui::verbatim(&own_witness(cx)))
            (ui::prose(html! { p { (cx.t("log-witness-yours-next")) } }))
        }))
        (ui::section(&cx.t("log-check"), None, html! {
            (ui::prose(html! { p { (cx.t("log-check-1")) } p { (cx.t("log-check-2")) } }))
            (ui::link_list(&[
                link("/verify".to_owned(), cx.t("log-verify"), cx.t("log-verify-note")),
                link("/data".to_owned(), cx.t("data-title"), cx.t("data-note")),
                link("/log/checkpoint".to_owned(), cx.t("log-checkpoint"), cx.t("log-checkpoint-note")),
                link("/log/policy".to_owned(), cx.t("log-policy"), cx.t("log-policy-note")),
            ]))
        }))
    };
    Ok(cx.page(PageParts { title: &title, description: &cx.t("log-lead"), canonical: Some("/log"), body, ..PageParts::default() }))
}

fn table(cx: &Cx, caption: String, entries: &[(i64, Vec<u8>)]) -> Markup {
    let mut table = ui::Table::new(
        caption,
        vec![ui::Column::number(cx.t("log-number")), ui::Column::words(cx.t("log-time")), ui::Column::words(cx.t("log-fact"))],
    );
    for (index, bytes) in entries {
        let Ok(entry) = Entry::from_bytes(bytes) else { continue };
        table.row(&[
            &ui::Link::new(index.to_string(), format!("/log/entries/{index}")),
            &minute_text(entry.minute * MINUTE_US),
            &html! { (sentence(cx, &entry)) " " (about(cx, &entry)) },
        ]);
    }
    ui::table(&table)
}

fn neighbours<'a>(cx: &Cx, from: i64, end: i64, size: i64) -> Vec<ui::LinkRow<'a>> {
    let mut rows = Vec::new();
    if from > 0 {
        rows.push(link(format!("/log?before={from}"), cx.t("log-older"), String::new()));
    }
    if end < size {
        rows.push(link(format!("/log?before={}", (end + ON_A_PAGE).min(size)), cx.t("log-newer"), String::new()));
    }
    rows
}

fn witnesses(cx: &Cx, heard: &[store::Heard]) -> Markup {
    let asked = cx.app.log.policy.witnesses();
    if asked.is_empty() {
        return ui::prose(html! { p { (cx.t("log-no-witness")) } });
    }
    let mut table = ui::Table::new(
        cx.t("log-witnesses"),
        vec![
            ui::Column::words(cx.t("log-witness-name")),
            ui::Column::number(cx.t("log-witness-size")),
            ui::Column::words(cx.t("log-witness-last")),
        ],
    );
    for witness in asked {
        let known = heard.iter().find(|heard| heard.name == witness.name);
        let last = match known {
            Some(known) if known.cosigned_at > 0 && known.failure.is_empty() => minute_text(known.cosigned_at),
            Some(known) if known.cosigned_at > 0 => cx.ta("log-witness-silent-since", &[("when", minute_text(known.cosigned_at).into())]),
            _ => cx.t("log-witness-never"),
        };
        let size = known.map_or(0, |known| known.size);
        table.row(&[&html! { (witness.name) (ui::verbatim(&witness.vkey.to_string())) }, &count(size), &last]);
    }
    ui::table(&table)
}

/// How anybody witnesses this log, as docs/operating.md has it.
fn own_witness(cx: &Cx) -> String {
    format!(
        "mkdir witness && cd witness\ncurl -fsO {}/log/policy\nhuihai witness --key witness.key --name witness.example.edu --log policy \\\n  \
         --state state --listen 127.0.0.1:8090\n",
        cx.app.base_url
    )
}

/// `/log/entries/{index}`: a fact, the bytes that are hashed, its proof.
fn entry(cx: &Cx) -> Outcome {
    let (index, size, bytes) = of_path(cx)?;
    let entry = Entry::from_bytes(&bytes).map_err(|error| db::Fault::inconsistent(format!("entry {index} of the public log: {error}")))?;
    let title = cx.ta("log-entry-title", &[("index", index.to_string().into())]);
    let hash = tlog::Hash::of_leaf(&bytes);
    let side = openbook::Books::side_data_of(&entry).map(|sha256| openbook::hex(&sha256));
    let mut links = vec![link(format!("/log/entries/{index}/proof"), cx.t("log-proof"), cx.t("log-proof-note"))];
    if let Some(side) = side {
        links.push(link(format!("/log/side/{side}"), cx.t("log-side"), cx.t("log-side-note")));
    }
    links.push(link("/verify".to_owned(), cx.t("log-verify"), cx.t("log-verify-note")));
    links.push(link(format!("/log?before={}", (index + 1).min(size)), cx.t("log-back"), String::new()));
    let body = html! {
        (ui::heading(&title, Some(&sentence(cx, &entry))))
        p { (minute_text(entry.minute * MINUTE_US)) " " (about(cx, &entry)) }
        (ui::section(&cx.t("log-bytes"), None, html! {
            (ui::prose(html! { p { (cx.t("log-bytes-note")) } }))
            (ui::verbatim(&String::from_utf8_lossy(&bytes)))
            p { (cx.t("log-hash")) } (ui::verbatim(&hash.to_string()))
        }))
        (ui::link_list(&links))
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

fn entry_proof(cx: &Cx) -> Outcome {
    let (index, _, _) = of_path(cx)?;
    let file = proof::of_entry(&cx.app, index)?.ok_or_else(Refusal::not_found)?;
    Ok(proof_file(format!("entry-{index}.tlog-proof"), file))
}

/// A `.tlog-proof` to keep.
pub fn proof_file(name: String, file: String) -> Answer {
    Answer::Bytes { status: 200, content_type: "text/plain; charset=utf-8", body: file.into_bytes(), cache_s: 0, file_name: Some(name) }
}

fn of_path(cx: &Cx) -> Result<(i64, i64, Vec<u8>), crate::kernel::Trouble> {
    let index = cx.param("index").parse::<i64>().ok().filter(|index| *index >= 0).ok_or_else(Refusal::not_found)?;
    let size = cx.app.db.read(store::state)?.published_size;
    if index >= size {
        return Err(Refusal::not_found().into());
    }
    let bytes = cx.app.db.read(|tx| store::entries(tx, index, index + 1))?.remove(0);
    Ok((index, size, bytes))
}

pub fn link<'a>(href: String, title: String, note: String) -> ui::LinkRow<'a> {
    ui::LinkRow { href: href.into(), title: title.into(), note: note.into(), aside: Markup::default() }
}

/// The project that a fact is about, or else the charity, as a link.
fn about(cx: &Cx, entry: &Entry) -> Markup {
    let of = |field: &str| entry.text(field).filter(|id| *id != "0");
    match (of("project"), of("organisation")) {
        (Some(id), _) => html! { (ui::Link::new(cx.t("log-project"), format!("/projects/{id}"))) },
        (None, Some(id)) => html! { (ui::Link::new(cx.t("log-organisation-page"), format!("/organisations/{id}"))) },
        (None, None) => Markup::default(),
    }
}

/// A fact in one plain sentence.
fn sentence(cx: &Cx, entry: &Entry) -> String {
    let fen = |field: &str| entry.int(field).map_or_else(String::new, money);
    let amount = ("amount", fen("amount_fen").into());
    let day = ("day", entry.int("day").map_or_else(String::new, day_text).into());
    match entry.kind.as_str() {
        "gift_batch" => cx.ta("log-gift-batch", &[("gifts", entry.int("gifts").unwrap_or(0).into()), amount]),
        "offline_gift" => cx.ta("log-offline-gift", &[amount]),
        "payout_paid" => cx.ta("log-payout", &[amount]),
        "expense_recorded" => cx.ta("log-expense", &[amount]),
        "payout_returned" => cx.ta("log-return", &[amount]),
        "refund_posted" => cx.ta("log-refund", &[amount]),
        "redirected" => cx.ta("log-redirect", &[amount]),
        "corrected" => cx.ta("log-corrected", &[amount]),
        "receipt_issued" => cx.ta("log-receipt", &[amount]),
        "receipt_reversed" => cx.ta(
            "log-receipt-reversed",
            &[("amount", entry.int("amount_fen").map_or_else(String::new, |fen| Fen(fen.abs()).to_string()).into())],
        ),
        "receipt_number_void" => cx.t("log-receipt-void"),
        "reconciliation" if entry.text("state") == Some("agrees") => cx.ta("log-day-agrees", &[day, ("amount", fen("bill_fen").into())]),
        "reconciliation" => cx.ta("log-day-differs", &[day, ("bill", fen("bill_fen").into()), ("ledger", fen("ledger_fen").into())]),
        "project_published" => cx.t("log-project-published"),
        "project_filed" => cx.t("log-project-filed"),
        "project_step" => cx.t("log-project-step"),
        "project_decided" => cx.t("log-project-decided"),
        "project_change_announced" => cx.t("log-change-announced"),
        "project_changed" => cx.t("log-changed"),
        "project_costs_explained" => cx.t("log-costs"),
        "project_closing_report" => cx.t("log-closing"),
        "redirect_announced" => cx.ta("log-redirect-announced", &[amount]),
        "progress_posted" => cx.t("log-progress"),
        "disclosure_published" => cx.ta("log-disclosure", &[("income", fen("income_fen").into()), ("expense", fen("expense_fen").into())]),
        "disclosure_reviewed" => cx.t("log-disclosure-reviewed"),
        "correction_published" => cx.t("log-correction"),
        "leftovers_told" => cx.t("log-leftovers"),
        "organisation_founded" => cx.t("log-organisation"),
        "certificate_added" => cx.t("log-certificate"),
        "qualification_checked" => cx.t("log-qualification"),
        "organisation_report" => cx.t("log-organisation-report"),
        "report_corrected" => cx.t("log-report-corrected"),
        "partner_evaluated" => {
            cx.t(if entry.body.get("passes").and_then(Value::as_bool) == Some(true) { "log-partner-passes" } else { "log-partner-fails" })
        }
        "partner_agreed" => cx.t("log-partner-agreed"),
        "partner_result" => cx.t("log-partner-result"),
        "complaint_received" => cx.t("log-complaint"),
        "complaint_answered" => cx.t("log-complaint-answered"),
        "platform_report" => cx.t("log-platform-report"),
        "platform_report_note" => cx.t("log-platform-note"),
        "audit_head" => cx.t("log-audit"),
        "erasure" => cx.t("log-erasure"),
        other => cx.ta("log-other", &[("kind", other.to_owned().into())]),
    }
}
