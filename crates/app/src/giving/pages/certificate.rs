//! The certificate: a picture drawn here, with Chinese type, for a gift that stands in the books.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use money::Fen;
use resvg::usvg::fontdb::{Database, FaceInfo, Source, Style, Weight};
use resvg::{tiny_skia, usvg};

use crate::giving::model::GiftView;
use crate::kernel::civil;
use crate::kernel::{Refusal, Trouble, sha256};
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
    let picture = picture(&drawing(cx, &gift), fonts)?;
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

/// One family with Chinese characters, in memory, found when the first picture is drawn; `None` when the system has none.
/// Only this family: looking a glyph up in every font of a system takes seconds.
fn fonts() -> Option<&'static Arc<Database>> {
    static FONTS: OnceLock<Option<Arc<Database>>> = OnceLock::new();
    FONTS.get_or_init(|| chinese_fonts().map(Arc::new)).as_ref()
}

fn chinese_fonts() -> Option<Database> {
    let mut installed = Database::new();
    installed.load_system_fonts();
    let names = installed.faces().flat_map(|face| face.families.iter().map(|(name, _)| name.clone()));
    let family = names.filter_map(|name| Some((preference(&name)?, name))).min()?.1;
    let of_family = |face: &FaceInfo| face.style == Style::Normal && face.families.iter().any(|(name, _)| *name == family);
    let mut files: Vec<PathBuf> = installed
        .faces()
        .filter(|face| of_family(face) && matches!(face.weight, Weight::NORMAL | Weight::BOLD))
        .filter_map(|face| match &face.source {
            Source::File(file) => Some(file.clone()),
            _ => None,
        })
        .collect();
    files.dedup();
    let mut fonts = Database::new();
    for file in files {
        fonts.load_font_data(std::fs::read(file).ok()?);
    }
    let others: Vec<_> = fonts.faces().filter(|face| !of_family(face)).map(|face| face.id).collect();
    for id in others {
        fonts.remove_face(id);
    }
    fonts.set_sans_serif_family(family);
    (!fonts.is_empty()).then_some(fonts)
}

/// Families that write simplified Chinese, the plainest first.
fn preference(family: &str) -> Option<usize> {
    let known = ["Noto Sans CJK SC", "Source Han Sans", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "PingFang SC", "Microsoft YaHei"];
    let kinds = ["CJK SC", "WenQuanYi", "Droid Sans Fallback", "AR PL", "SimHei", "SimSun", "CJK"];
    known.iter().chain(&kinds).position(|name| family.starts_with(name) || family.contains(name))
}

/// Draws one picture at a time, and remembers the last few: drawing is the dearest thing a visitor can ask for.
fn picture(svg: &str, fonts: &Arc<Database>) -> Result<Vec<u8>, Refusal> {
    static WAITING: AtomicUsize = AtomicUsize::new(0);
    static DRAWN: Mutex<VecDeque<([u8; 32], Vec<u8>)>> = Mutex::new(VecDeque::new());
    let key = sha256(svg.as_bytes());
    if WAITING.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
        WAITING.fetch_sub(1, Ordering::Relaxed);
        return Err(Refusal::too_many());
    }
    let mut drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    WAITING.fetch_sub(1, Ordering::Relaxed);
    if let Some((_, picture)) = drawn.iter().find(|(k, _)| *k == key) {
        return Ok(picture.clone());
    }
    let picture = paint(svg, fonts).map_err(|why| {
        tracing::error!(why, "a certificate could not be drawn");
        Refusal::new(503, "refusal-giving-no-font")
    })?;
    if drawn.len() >= REMEMBERED {
        drawn.pop_front();
    }
    drawn.push_back((key, picture.clone()));
    Ok(picture)
}

/// How many may stand in line for a picture, and how many pictures are kept.
const MOST_WAITING: usize = 8;
const REMEMBERED: usize = 32;

fn paint(svg: &str, fonts: &Arc<Database>) -> Result<Vec<u8>, String> {
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
