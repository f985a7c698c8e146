//! What a donor can hold against everyone: the proof that their gift stands in the public log, or until then the promise of it.

use maud::html;

use crate::kernel::civil::minute_text;
use crate::kernel::{Refusal, Trouble};
use crate::public_log::{self, GiftProof};
use crate::web::{Cx, Outcome, PageParts};

use super::gift;
use crate::giving::actions;

pub fn page(cx: &Cx) -> Outcome {
    let gift = gift::of_path(cx)?;
    let path = actions::gift_path(&cx.app, gift.id);
    let said = public_log::of_gift(&cx.app, gift.id)?;
    let notice = |tone, word: &str, text: String| ui::notice(tone, &cx.t(word), None, html! { p { (text) } });
    let row = |href: String, title: &str, note: &str| super::gift::row(cx, href, title, note);
    let back = row(path.clone(), "giving-proof-back", "giving-keep-address");
    let body = html! {
        (ui::heading(&cx.t("giving-proof-title"), Some(&cx.t("giving-proof-lead"))))
        @match said {
            Some(GiftProof::Published { index, witnesses, .. }) => {
                (ui::notice(ui::Tone::Good, &cx.t("giving-proof-ready-word"), None, html! {
                    p { (cx.ta("giving-proof-ready", &[("index", index.to_string().into())])) }
                    @if witnesses > 0 { p { (cx.ta("giving-proof-witnessed", &[("witnesses", witnesses.into())])) } }
                }))
                (ui::link_list(&[
                    row(format!("{path}/proof.tlog-proof"), "giving-proof-download", "giving-proof-download-note"),
                    row("/verify".to_owned(), "log-verify", "log-verify-note"),
                    row(format!("/log/entries/{index}"), "giving-proof-entry", "log-bytes-note"),
                    back,
                ]))
                (ui::prose(html! { p { (cx.t("giving-proof-private")) } }))
            }
            Some(GiftProof::Promised { note, by }) => {
                (notice(ui::Tone::Info, "giving-proof-promised-word", cx.ta("giving-proof-promised", &[("when", minute_text(by).into())])))
                (ui::section(&cx.t("giving-proof-promise"), None, ui::verbatim(&note)))
                (ui::link_list(&[back]))
            }
            Some(GiftProof::Erased) => {
                (notice(ui::Tone::Info, "giving-proof-erased-word", cx.t("giving-proof-erased")))
                (ui::link_list(&[back]))
            }
            None => {
                (notice(ui::Tone::Info, "giving-proof-none-word", cx.t("giving-proof-none")))
                (ui::link_list(&[back]))
            }
        }
    };
    Ok(cx.page(PageParts { title: &cx.t("giving-proof-title"), body, ..PageParts::default() }))
}

/// `….tlog-proof`, once it is published.
pub fn file(cx: &Cx) -> Outcome {
    let gift = gift::of_path(cx)?;
    match public_log::of_gift(&cx.app, gift.id)? {
        Some(GiftProof::Published { file, .. }) => Ok(public_log::proof_file(format!("gift-{}.tlog-proof", gift.id), file)),
        _ => Err(Trouble::from(Refusal::conflict("refusal-giving-no-proof"))),
    }
}
