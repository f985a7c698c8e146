//! The certificate: a picture drawn here, with Chinese type, for a gift that stands in the books.

use std::sync::{Arc, OnceLock};

use money::Fen;
use resvg::{tiny_skia, usvg};

use crate::giving::model::GiftView;
use crate::kernel::civil;
use crate::kernel::{Refusal, Trouble};
use crate::web::{Answer, Cx, Lang, Outcome, show};

use super::project_path;

pub fn svg(cx: &Cx) -> Outcome {
    let gift = confirmed(cx)?;
    Ok(Answer::bytes("image/svg+xml", drawing(cx, &gift), 0))
}

/// # Errors
/// 503 when no font with Chinese characters is installed: a certificate of empty boxes is worse than none.
pub fn png(cx: &Cx) -> Outcome {
    let gift = confirmed(cx)?;
    let Some(fonts) = fonts() else {
        tracing::error!("no font with Chinese characters is installed (on Debian: fonts-noto-cjk); certificates cannot be drawn");
        return Err(Refusal::new(503, "refusal-giving-no-font").into());
    };
    let picture = paint(&drawing(cx, &gift), fonts).map_err(|why| {
        tracing::error!(gift_id = gift.id, why, "a certificate could not be drawn");
        Trouble::from(Refusal::new(503, "refusal-giving-no-font"))
    })?;
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
        qr_svg: super::gift::qr(&project).into(),
        qr_label: cx.t("giving-certificate-qr").into(),
    })
}

/// The system's fonts, read once when the first picture is drawn; `None` when none of them writes Chinese.
fn fonts() -> Option<&'static Arc<usvg::fontdb::Database>> {
    static FONTS: OnceLock<Option<Arc<usvg::fontdb::Database>>> = OnceLock::new();
    FONTS
        .get_or_init(|| {
            let mut fonts = usvg::fontdb::Database::new();
            fonts.load_system_fonts();
            let chinese = fonts.faces().any(|face| face.families.iter().any(|(name, _)| writes_chinese(name)));
            chinese.then(|| Arc::new(fonts))
        })
        .as_ref()
}

/// The families that servers have; the drawing falls back from one to the other.
fn writes_chinese(family: &str) -> bool {
    ["CJK", "Source Han", "WenQuanYi", "Droid Sans Fallback", "AR PL", "PingFang", "YaHei", "SimSun", "SimHei"]
        .iter()
        .any(|name| family.contains(name))
}

fn paint(svg: &str, fonts: &Arc<usvg::fontdb::Database>) -> Result<Vec<u8>, String> {
    let options = usvg::Options { fontdb: fonts.clone(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| e.to_string())?;
    let mut picture = tiny_skia::Pixmap::new(ui::CERTIFICATE_WIDTH_PX, ui::CERTIFICATE_HEIGHT_PX).ok_or("no picture of this size")?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut picture.as_mut());
    picture.encode_png().map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The picture must hold ink where the donor's name stands: 王 and 一 differ, empty boxes do not.
    #[test]
    fn chinese_characters_are_drawn_each_with_its_own_shape() {
        let Some(fonts) = fonts() else {
            // A machine without Chinese fonts answers 503; nothing can be drawn on it.
            return;
        };
        let picture = |donor: &str| {
            let certificate = ui::Certificate { donor: donor.to_owned().into(), ..ui::Certificate::default() };
            paint(&ui::certificate_svg(&certificate), fonts).unwrap()
        };
        let (wang, one, nobody) = (picture("王"), picture("一"), picture(""));
        assert_eq!(&wang[..8], b"\x89PNG\r\n\x1a\n");
        assert!(wang != one && wang != nobody && one != nobody);
    }
}
