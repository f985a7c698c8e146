//! Drawings become pictures and PDF pages here, with the system's Chinese type. A machine without it draws nothing: empty
//! boxes are worse than no paper.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref};
use resvg::usvg::fontdb::{Database, FaceInfo, Source, Style, Weight};
use resvg::{tiny_skia, usvg};

use crate::kernel::{Refusal, sha256};

/// A drawing as PNG.
///
/// # Errors
/// 503 when no font with Chinese characters is installed, 429 when too many wait for a picture.
pub fn png(svg: &str, width_px: u32, height_px: u32) -> Result<Vec<u8>, Refusal> {
    let fonts = fonts_or_refusal()?;
    drawn(svg, "png", || paint(svg, width_px, height_px, fonts))
}

/// Drawings as the pages of one PDF, with the glyphs they use embedded. `dpi` is what the drawings' pixels mean.
///
/// # Errors
/// As `png`.
pub fn pdf(pages: &[&str], dpi: f32) -> Result<Vec<u8>, Refusal> {
    let fonts = fonts_or_refusal()?;
    drawn(&pages.join("\n"), "pdf", || write_pdf(pages, dpi, fonts))
}

fn fonts_or_refusal() -> Result<&'static Arc<Database>, Refusal> {
    fonts().ok_or_else(|| {
        tracing::error!(
            "no font with Chinese characters is installed (on Debian: fonts-noto-cjk); certificates and papers cannot be drawn"
        );
        Refusal::new(503, "refusal-giving-no-font")
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

/// Draws one thing at a time, and remembers the last few: drawing is the dearest thing a visitor can ask for.
fn drawn(content: &str, kind: &str, draw: impl FnOnce() -> Result<Vec<u8>, String>) -> Result<Vec<u8>, Refusal> {
    static WAITING: AtomicUsize = AtomicUsize::new(0);
    static DRAWN: Mutex<VecDeque<([u8; 32], Vec<u8>)>> = Mutex::new(VecDeque::new());
    let key = sha256(format!("{kind}\n{content}").as_bytes());
    if WAITING.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
        WAITING.fetch_sub(1, Ordering::Relaxed);
        return Err(Refusal::too_many());
    }
    let mut drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    WAITING.fetch_sub(1, Ordering::Relaxed);
    if let Some((_, picture)) = drawn.iter().find(|(k, _)| *k == key) {
        return Ok(picture.clone());
    }
    let picture = draw().map_err(|why| {
        tracing::error!(why, "a paper could not be drawn");
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

fn tree(svg: &str, fonts: &Arc<Database>) -> Result<usvg::Tree, String> {
    let options = usvg::Options { fontdb: fonts.clone(), ..usvg::Options::default() };
    usvg::Tree::from_str(svg, &options).map_err(|e| e.to_string())
}

fn paint(svg: &str, width_px: u32, height_px: u32, fonts: &Arc<Database>) -> Result<Vec<u8>, String> {
    let tree = tree(svg, fonts)?;
    let mut picture = tiny_skia::Pixmap::new(width_px, height_px).ok_or("no picture of this size")?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut picture.as_mut());
    picture.encode_png().map_err(|e| e.to_string())
}

/// Each drawing is a form of the size of its page; text stays text, so it can be searched and copied.
fn write_pdf(pages: &[&str], dpi: f32, fonts: &Arc<Database>) -> Result<Vec<u8>, String> {
    let mut next = Ref::new(1);
    let (catalog, page_tree) = (next.bump(), next.bump());
    let mut pdf = Pdf::new();
    let mut kids = Vec::new();
    for svg in pages {
        let tree = tree(svg, fonts)?;
        let (chunk, form) = svg2pdf::to_chunk(&tree, svg2pdf::ConversionOptions::default()).map_err(|e| e.to_string())?;
        let mut renumbered = HashMap::new();
        let chunk = chunk.renumber(|old| *renumbered.entry(old).or_insert_with(|| next.bump()));
        let form = *renumbered.get(&form).ok_or("a drawing without a form")?;
        let (page, content) = (next.bump(), next.bump());
        let (width, height) = (tree.size().width() * 72.0 / dpi, tree.size().height() * 72.0 / dpi);
        let mut entry = pdf.page(page);
        entry.media_box(Rect::new(0.0, 0.0, width, height)).parent(page_tree).contents(content);
        entry.resources().x_objects().pair(Name(b"P"), form);
        entry.finish();
        let mut drawing = Content::new();
        drawing.transform([width, 0.0, 0.0, height, 0.0, 0.0]).x_object(Name(b"P"));
        pdf.stream(content, &drawing.finish());
        pdf.extend(&chunk);
        kids.push(page);
    }
    pdf.catalog(catalog).pages(page_tree);
    let count = i32::try_from(kids.len()).unwrap_or(0);
    pdf.pages(page_tree).kids(kids).count(count);
    Ok(pdf.finish())
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
            paint(&ui::certificate_svg(&certificate), ui::CERTIFICATE_WIDTH_PX, ui::CERTIFICATE_HEIGHT_PX, fonts).unwrap()
        };
        let (wang, one, nobody) = (picture("王"), picture("一"), picture(""));
        assert_eq!(&wang[..8], b"\x89PNG\r\n\x1a\n");
        assert!(wang != one && wang != nobody && one != nobody);
    }

    #[test]
    fn a_pdf_has_its_pages_and_is_small_because_only_used_glyphs_are_in_it() {
        let Some(fonts) = fonts() else { return };
        let page = ui::paper_receipt(&ui::PaperReceipt { title: "捐赠票据".into(), ..ui::PaperReceipt::default() });
        let pdf = write_pdf(&[&page.svg, &page.svg], ui::PAPER_DPI, fonts).unwrap();
        let document = lopdf::Document::load_mem(&pdf).unwrap();
        assert_eq!(document.get_pages().len(), 2);
        assert!(pdf.len() < 200_000, "{} bytes", pdf.len());
    }
}
