//! How a receipt looks on paper: the fields of a donation receipt, which copy it is, and a code by which a stranger verifies it.

use crate::Mode;
use crate::giving;
use crate::kernel::civil;
use crate::web::{Cx, show};

use super::super::actions::verification_path;
use super::super::model::{Kind, Receipt, ReceiptLine};
use super::{amount_words, organisation_of};

/// The paper of a receipt. `nth` is the how manieth copy it is: the first is the original, every later one says that it is
/// none.
pub fn receipt(cx: &Cx, r: &Receipt, lines: &[ReceiptLine], nth: i64) -> ui::Drawing {
    let pair = |key: &str, value: String| -> ui::Pair<'static> { (cx.t(key).into(), value.into()) };
    let copy = if nth <= 1 { cx.t("papers-copy-original") } else { cx.ta("papers-copy-duplicate", &[("count", (nth - 1).into())]) };
    let mut marks = vec![pair("papers-day", civil::day_text(civil::day_of(r.issued_at))), pair("papers-copy", copy)];
    if !r.reversed_number.is_empty() {
        marks.push(pair("papers-reversed-by", r.reversed_number.clone()));
    }
    let mut payer = vec![pair("papers-payer", r.payer_name.clone())];
    if !r.payer_code_mask.is_empty() {
        payer.push(pair("papers-payer-code", r.payer_code_mask.clone()));
    }
    let issuer = organisation_of(cx, &r.organisation_name, &r.organisation_english_name);
    let stamp = match (r.kind, r.reversed_by, nth) {
        (Kind::Receipt, Some(_), _) => cx.t("papers-receipt-reversed"),
        (Kind::Receipt, None, nth) if nth > 1 => cx.t("papers-stamp-duplicate"),
        _ => String::new(),
    };
    let address = format!("{}{}", cx.app.base_url, verification_path(r));
    let merged = lines.len() > 1;
    let list = if merged {
        lines
            .iter()
            .map(|l| {
                vec![
                    civil::day_text(civil::day_of(l.received_at)).into(),
                    l.gift_id.to_string().into(),
                    show::money(l.amount_fen).into(),
                    cx.either(&l.project_title, &l.project_english_title).to_owned().into(),
                ]
            })
            .collect()
    } else {
        Vec::new()
    };
    let project = match lines {
        [one] => cx.either(&one.project_title, &one.project_english_title).to_owned(),
        _ => cx.ta("papers-merged-note", &[("count", lines.len().into())]),
    };
    ui::paper_receipt(&ui::PaperReceipt {
        title: cx.t("papers-paper-title").into(),
        issuer: issuer.into(),
        numbers: vec![
            pair("papers-code", r.code.clone()),
            pair("papers-number", r.text_number.clone()),
            pair("papers-check-code", r.check_code.clone()),
        ],
        marks,
        payer,
        heads: ["papers-item-code", "papers-item-name", "papers-unit", "papers-quantity", "papers-standard", "papers-amount"]
            .map(|key| cx.t(key).into())
            .to_vec(),
        rows: vec![
            vec![
                r.item_code.as_str().into(),
                r.item_name.as_str().into(),
                r.unit.as_str().into(),
                r.quantity.to_string().into(),
                show::money(r.standard_fen).into(),
                show::money(r.amount_fen).into(),
            ],
            vec!["".into(), project.into()],
        ],
        total_words: pair("papers-total-words", amount_words(cx, r.amount_fen)),
        total: pair("papers-total", show::money(r.amount_fen)),
        hands: vec![
            pair("papers-receiver", issuer.to_owned()),
            pair("papers-receiver-code", r.organisation_credit_code.clone()),
            pair("papers-handler", r.handler.clone()),
            pair("papers-reviewer", r.reviewer.clone()),
            pair("papers-payee", r.payee.clone()),
        ],
        notes: vec![cx.t("papers-paper-note-law").into(), cx.t("papers-paper-note-check").into()],
        qr_svg: giving::qr(&address).into(),
        qr_label: cx.t("papers-paper-qr").into(),
        watermark: if cx.app.mode == Mode::Demo { cx.t("papers-watermark-demo").into() } else { "".into() },
        stamp: stamp.into(),
        red: r.kind == Kind::Reversal,
        list_title: cx.t("papers-paper-list").into(),
        list_heads: ["papers-received-day", "papers-gift-number", "papers-amount", "papers-project"].map(|key| cx.t(key).into()).to_vec(),
        list,
    })
}
