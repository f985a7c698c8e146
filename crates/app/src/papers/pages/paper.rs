//! The page of one application, for whoever holds its address: where it stands, the receipt, copies, who read what is sealed.

use maud::{Markup, html};

use crate::kernel::{Id, Trouble, civil, sealed};
use crate::web::{Answer, Cx, Outcome, PageParts, picture, show};

use super::super::actions::{donor, paper_path};
use super::super::model::{Application, Receipt, ReceiptLine, State};
use super::super::store::{self, receipts};
use super::{amount_words, drawing, organisation_of, receipt_badge, state_badge};

fn of_path(cx: &Cx) -> Result<Application, Trouble> {
    donor::find(&cx.app, cx.id_param("id")?, cx.param("code"))
}

/// An application with everything that hangs on it.
struct Whole {
    application: Application,
    receipt: Option<Receipt>,
    lines: Vec<ReceiptLine>,
    /// The application for what is left, after the receipt was reversed.
    rest: Option<Id>,
    reads: Vec<sealed::SealedRead>,
}

fn whole(cx: &Cx, application: Application) -> Result<Whole, Trouble> {
    Ok(cx.app.db.read(|tx| {
        let receipt = match application.receipt_id {
            Some(id) => receipts::find(tx, id)?,
            None => None,
        };
        let lines = match &receipt {
            Some(receipt) => receipts::lines(tx, receipt.id)?,
            None => Vec::new(),
        };
        let rest = match &receipt {
            Some(receipt) if receipt.reversed_by.is_some() => store::replacement(tx, receipt.id)?,
            _ => None,
        };
        let mut reads = Vec::new();
        for id in [application.payer_code_id, application.contact_id].into_iter().filter(|id| *id != 0) {
            reads.extend(sealed::reads(tx, id)?);
        }
        Ok::<_, db::Fault>(Whole { application: application.clone(), receipt, lines, rest, reads })
    })?)
}

pub fn page(cx: &Cx) -> Outcome {
    let Whole { application: a, receipt, lines, rest, reads } = whole(cx, of_path(cx)?)?;
    let name = organisation_of(cx, &a.organisation_name, &a.organisation_english_name);
    let path = paper_path(&cx.app, a.id);
    let own = a.person_id != 0 && cx.actor.person_id() == Some(a.person_id);
    let title = cx.t("papers-application");
    let mut terms = vec![
        ui::Term::new(cx.t("papers-state"), state_badge(cx, &a)),
        ui::Term::new(cx.t("papers-payer-name"), ui::text(&a.payer_name)),
        ui::Term::new(cx.t("papers-asked-at"), show::instant(a.asked_at)),
    ];
    if !a.payer_code_mask.is_empty() {
        terms.push(ui::Term::new(cx.t("papers-payer-code"), ui::text(&a.payer_code_mask)));
    }
    if !a.contact_mask.is_empty() {
        terms.push(ui::Term::new(cx.t("papers-contact"), ui::text(&a.contact_mask)));
    }
    if matches!(a.state, State::Waiting | State::Sent) {
        terms.push(ui::Term::new(cx.t("papers-due"), show::day(a.due_day)));
    }
    if a.state == State::Refused {
        terms.push(ui::Term::new(cx.t("papers-reason"), ui::text(&a.reason)));
    }
    if a.state == State::Withdrawn && !a.reason.is_empty() {
        terms.push(ui::Term::new(cx.t("papers-reason"), ui::text(cx.t(&a.reason))));
    }
    let amount = ui::Term::new(cx.t("papers-amount-left"), ui::text(show::money(a.left_fen)));
    if receipt.is_none() {
        terms.push(amount);
    }
    let body = html! {
        (ui::heading(&title, Some(&cx.ta("papers-application-lead", &[("organisation", name.into())]))))
        (ui::definition_list(&terms))
        @match a.state {
            State::Waiting => {
                p { (cx.ta("papers-waiting-why", &[("day", civil::day_text(a.due_day).into())])) }
                (ui::form(&ui::Form {
                    action: format!("{path}/withdrawal").into(),
                    body: ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("papers-withdraw"), None), None),
                    ..ui::Form::default()
                }))
            }
            State::Sent => p { (cx.t("papers-sent-why")) },
            State::Withdrawn if !a.reason.is_empty() => {}
            State::Refused | State::Withdrawn => p { (cx.t("papers-again-why")) },
            State::Issued => {}
        }
        @if let Some(receipt) = &receipt { (receipt_section(cx, receipt, &lines, &path, rest.map(|id| (id, own)))) }
        p { (cx.ta("papers-contact-charity", &[("contact", a.organisation_contact.as_str().into())])) }
        @if a.payer_code_id != 0 || a.contact_id != 0 { (reads_section(cx, &reads)) }
        @if own { p { (ui::Link::new(cx.t("papers-back-to-list"), "/me/receipts")) } }
    };
    Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

/// `rest`: the application for what is left of a reversed receipt, and whether it is the reader's own.
fn receipt_section(cx: &Cx, receipt: &Receipt, lines: &[ReceiptLine], path: &str, rest: Option<(Id, bool)>) -> Markup {
    let copy = |form: &'static str, key: &str, kind| {
        ui::form(&ui::Form {
            action: format!("{path}/copies").into(),
            hidden: vec![("form".into(), form.into())],
            body: ui::submit_row(ui::button(kind, &cx.t(key), None), None),
            ..ui::Form::default()
        })
    };
    let mut rows = vec![
        ui::ReceiptLine::new(cx.t("papers-number"), receipt.text_number.as_str()),
        ui::ReceiptLine::new(cx.t("papers-code"), receipt.code.as_str()),
        ui::ReceiptLine::new(cx.t("papers-check-code"), receipt.check_code.as_str()),
        ui::ReceiptLine::new(cx.t("papers-day"), civil::day_text(civil::day_of(receipt.issued_at))),
        ui::ReceiptLine::new(cx.t("papers-handler"), receipt.handler.as_str()),
        ui::ReceiptLine::new(cx.t("papers-reviewer"), receipt.reviewer.as_str()),
        ui::ReceiptLine::new(cx.t("papers-payee"), receipt.payee.as_str()),
    ];
    rows.extend(lines.iter().map(|l| {
        ui::ReceiptLine::new(
            civil::day_text(civil::day_of(l.received_at)),
            format!("{} · {}", show::money(l.amount_fen), cx.either(&l.project_title, &l.project_english_title)),
        )
    }));
    ui::section(
        &cx.t("papers-receipt"),
        None,
        html! {
            p { (receipt_badge(cx, receipt)) }
            @if receipt.reversed_by.is_some() {
                (ui::notice(ui::Tone::Bad, &cx.t("papers-word-note"), Some(&cx.t("papers-reversed-title")), html! {
                    p { (cx.ta("papers-reversed-why", &[("number", receipt.reversed_number.as_str().into())])) }
                    @if let Some((rest, own)) = rest {
                        p {
                            (cx.t("papers-reversed-rest"))
                            @if own { " " (ui::Link::new(cx.t("papers-reversed-rest-see"), paper_path(&cx.app, rest))) }
                        }
                    }
                }))
            }
            (ui::receipt(&ui::Receipt {
                title: cx.t("papers-receipt").into(), amount: show::money(receipt.amount_fen).into(), amount_note: amount_words(cx, receipt.amount_fen).into(), lines: rows,
                foot: html! { p { (ui::Link::new(cx.t("papers-verify-this"), super::super::actions::verification_path(receipt))) } },
            }))
            @if receipt.prints == 0 { p { (cx.t("papers-original-waits")) } }
            @else { p { (cx.ta("papers-copies-taken", &[("count", receipt.prints.into())])) } }
            (copy("pdf", if receipt.prints == 0 { "papers-take-original" } else { "papers-take-copy" }, ui::ButtonKind::Main))
            (copy("png", if receipt.prints == 0 { "papers-take-original-picture" } else { "papers-take-copy-picture" }, ui::ButtonKind::Quiet))
        },
    )
}

fn reads_section(cx: &Cx, reads: &[sealed::SealedRead]) -> Markup {
    let mut table = ui::Table::new(
        cx.t("papers-reads-caption"),
        ["papers-read-at", "papers-reader", "papers-read-why"].map(|key| ui::Column::words(cx.t(key))).to_vec(),
    );
    for read in reads {
        let reader = if read.reader.is_empty() { cx.t("papers-reader-program") } else { read.reader.clone() };
        table.row(&[&show::instant(read.at), &reader, &cx.t(&read.why)]);
    }
    ui::section(
        &cx.t("papers-reads"),
        None,
        html! {
            p { (cx.t("papers-reads-lead")) }
            @if reads.is_empty() { p { (cx.t("papers-reads-none")) } } @else { (ui::table(&table)) }
        },
    )
}

/// `POST /papers/{id}/{code}/copies`: hands out a copy, as PDF or picture. A form and not a link, so that nothing that looks
/// ahead takes the original away.
pub fn copy(cx: &Cx) -> Outcome {
    let application = of_path(cx)?;
    let receipt_id = application.receipt_id.ok_or_else(|| crate::kernel::Refusal::conflict("refusal-papers-not-issued"))?;
    let lines = cx.app.db.read(|tx| receipts::lines(tx, receipt_id))?;
    let as_picture = cx.form("form") == "png";
    // Drawn once before it is counted, so that a machine that cannot draw takes no original away.
    let draw = |receipt: &Receipt, nth: i64| -> Result<Vec<u8>, Trouble> {
        let paper = drawing::receipt(cx, receipt, &lines, nth);
        Ok(if as_picture {
            picture::png(&paper.svg, ui::PAPER_WIDTH_PX, paper.height_px)?
        } else {
            picture::pdf(&[&paper.svg], ui::PAPER_DPI)?
        })
    };
    let before = cx.app.db.read(|tx| receipts::find(tx, receipt_id))?.ok_or_else(crate::kernel::Refusal::not_found)?;
    draw(&before, before.prints + 1)?;
    let (receipt, nth) = donor::take_copy(&cx.app, receipt_id, cx.actor.person_id().unwrap_or(0), cx.now)?;
    let body = draw(&receipt, nth)?;
    Ok(if as_picture {
        Answer::Bytes { status: 200, content_type: "image/png", body, cache_s: 0, file_name: None }
    } else {
        let file_name = Some(format!("receipt-{}-{nth}.pdf", receipt.text_number));
        Answer::Bytes { status: 200, content_type: "application/pdf", body, cache_s: 0, file_name }
    })
}

/// `POST /papers/{id}/{code}/withdrawal`.
pub fn withdraw(cx: &Cx) -> Outcome {
    let application = of_path(cx)?;
    donor::withdraw(&cx.app, &application, cx.actor.person_id().unwrap_or(0), cx.now)?;
    Ok(Answer::redirect(format!("{}?done=papers-withdrawn", paper_path(&cx.app, application.id))))
}
