//! The certificate: a picture drawn here, with Chinese type, for a gift that stands in the books.

use money::Fen;

use crate::giving::model::GiftView;
use crate::kernel::civil;
use crate::kernel::{Refusal, Trouble};
use crate::web::{Answer, Cx, Lang, Outcome, picture, show};

use super::project_path;

pub fn svg(cx: &Cx) -> Outcome {
    let gift = confirmed(cx)?;
    Ok(Answer::bytes("image/svg+xml", drawing(cx, &gift), 0))
}

/// # Errors
/// 503 when no font with Chinese characters is installed: a certificate of empty boxes is worse than none.
pub fn png(cx: &Cx) -> Outcome {
    let gift = confirmed(cx)?;
    let picture = picture::png(&drawing(cx, &gift), ui::CERTIFICATE_WIDTH_PX, ui::CERTIFICATE_HEIGHT_PX)?;
    Ok(Answer::Bytes { status: 200, content_type: "image/png", body: picture, cache_s: 0, file_name: None })
}

/// Only money that arrived is certified.
fn confirmed(cx: &Cx) -> Result<GiftView, Trouble> {
    let gift = super::gift::of_path(cx)?;
    if gift.paid_at.is_none() {
        return Err(Refusal::conflict("refusal-giving-not-confirmed").into());
    }
    Ok(gift)
}

fn drawing(cx: &Cx, gift: &GiftView) -> String {
    let donor = match (gift.anonymous, gift.name.as_str()) {
        (true, _) => cx.t("giving-signed-anonymous"),
        (false, "") => cx.t("giving-signed-nobody"),
        (false, name) => name.to_owned(),
    };
    // The code leads to the project, which anybody may see; the gift's own address stays with the donor.
    let project = format!("{}{}", cx.app.base_url, project_path(gift.project_id));
    let capital = if cx.lang == Lang::Zh { Fen(gift.amount_fen).capital() } else { String::new() };
    let day = civil::day_text(civil::day_of(gift.paid_at.unwrap_or(gift.created_at)));
    ui::certificate_svg(&ui::Certificate {
        brand: cx.t("site-name").into(),
        title: cx.t("giving-certificate-title").into(),
        donor: donor.into(),
        sentence: cx.t("giving-certificate-sentence").into(),
        amount: show::money(gift.amount_fen).into(),
        amount_words: capital.into(),
        lines: vec![
            (cx.t("giving-line-project").into(), cx.either(&gift.project_title, &gift.project_english_title).into()),
            (cx.t("giving-line-recipient").into(), cx.either(&gift.recipient_name, &gift.recipient_english_name).into()),
            (cx.t("giving-line-day").into(), day.into()),
        ],
        number_label: cx.t("giving-certificate-number").into(),
        number: gift.id.to_string().into(),
        qr_svg: show::qr(&project).into(),
        qr_label: cx.t("giving-certificate-qr").into(),
    })
}
