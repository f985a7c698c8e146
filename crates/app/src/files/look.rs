//! What an upload is, and what is kept of it.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use lopdf::{Dictionary, Document, LoadOptions, Object};

use crate::kernel::Refusal;
use crate::web::Upload;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Jpeg,
    Png,
    Pdf,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Kind::Jpeg => "jpeg",
            Kind::Png => "png",
            Kind::Pdf => "pdf",
        }
    }

    pub fn from_word(word: &str) -> Option<Kind> {
        [Kind::Jpeg, Kind::Png, Kind::Pdf].into_iter().find(|k| k.word() == word)
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Kind::Jpeg => "image/jpeg",
            Kind::Png => "image/png",
            Kind::Pdf => "application/pdf",
        }
    }

    pub fn is_picture(self) -> bool {
        self != Kind::Pdf
    }
}

/// A file that was looked at and can be kept.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub name: String,
    pub kind: Kind,
    pub bytes: Vec<u8>,
}

/// The longer side of a kept picture: enough to read an invoice on.
const LONGEST_PX: u32 = 2_560;
/// What a picture may unpack to while it is read.
const UNPACKED: u64 = 400 * 1024 * 1024;
/// The largest PDF: pictures are made smaller, papers are not.
const PDF_BYTES: usize = 10 * 1024 * 1024;

impl Prepared {
    /// Looks at an upload. `pictures_only`: a paper is refused too.
    pub fn from_upload(upload: &Upload, pictures_only: bool) -> Result<Prepared, Refusal> {
        let name = cleaned_name(&upload.name);
        let refused = |key| Refusal::new(422, key).with("name", &name);
        let (kind, bytes) = match sniffed(&upload.bytes) {
            Some(Sniffed::Picture(format)) => picture(&upload.bytes, format).ok_or_else(|| refused("refusal-file-picture-broken"))?,
            Some(Sniffed::Pdf) if pictures_only => return Err(refused("refusal-file-picture-only")),
            Some(Sniffed::Pdf) if upload.bytes.len() > PDF_BYTES => {
                return Err(refused("refusal-file-pdf-large").with("most", PDF_BYTES >> 20));
            }
            Some(Sniffed::Pdf) => (Kind::Pdf, quiet_pdf(&upload.bytes).map_err(refused)?),
            None if upload.bytes.is_empty() => return Err(refused("refusal-file-empty")),
            None => return Err(refused(if pictures_only { "refusal-file-picture-only" } else { "refusal-file-kind" })),
        };
        Ok(Prepared { name, kind, bytes })
    }

    /// The same, tied to the form's field.
    pub fn of_field(upload: &Upload, field: &'static str, pictures_only: bool) -> Result<Prepared, Refusal> {
        Prepared::from_upload(upload, pictures_only).map_err(|refusal| Refusal { field: Some(field), ..refusal })
    }
}

enum Sniffed {
    Picture(ImageFormat),
    Pdf,
}

/// By the first bytes; what the name or the browser says plays no part.
fn sniffed(bytes: &[u8]) -> Option<Sniffed> {
    if bytes.starts_with(b"%PDF-") {
        return Some(Sniffed::Pdf);
    }
    let format = image::guess_format(bytes).ok()?;
    matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP).then_some(Sniffed::Picture(format))
}

/// The picture upright, not larger than needed, and without anything that is not picture. A photograph becomes a JPEG; what
/// has transparent parts or is small enough stays a PNG.
fn picture(bytes: &[u8], format: ImageFormat) -> Option<(Kind, Vec<u8>)> {
    // Decoders are careful, but these bytes may come from anyone.
    catch_unwind(AssertUnwindSafe(|| {
        let mut limits = Limits::default();
        limits.max_alloc = Some(UNPACKED);
        limits.max_image_width = Some(30_000);
        limits.max_image_height = Some(30_000);
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().ok()?;
        let orientation = decoder.orientation().ok()?;
        let mut image = DynamicImage::from_decoder(decoder).ok()?;
        image.apply_orientation(orientation);
        if image.width().max(image.height()) > LONGEST_PX {
            image = image.resize(LONGEST_PX, LONGEST_PX, image::imageops::FilterType::CatmullRom);
        }
        let mut out = Vec::new();
        let small_png = format == ImageFormat::Png && image.width() * image.height() <= 1_000_000;
        if small_png || image.color().has_alpha() {
            DynamicImage::ImageRgba8(image.to_rgba8()).write_to(&mut Cursor::new(&mut out), ImageFormat::Png).ok()?;
            return Some((Kind::Png, out));
        }
        image.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut out, 85)).ok()?;
        Some((Kind::Jpeg, out))
    }))
    .ok()
    .flatten()
}

/// Types of actions that reach beyond the page, and entries that carry programs or other files.
const ACTIONS: [&[u8]; 6] = [b"JavaScript", b"Launch", b"SubmitForm", b"ImportData", b"RichMediaExecute", b"Rendition"];
const ENTRIES: [&[u8]; 6] = [b"JS", b"JavaScript", b"EmbeddedFiles", b"EF", b"XFA", b"RichMediaContent"];

/// The PDF, if it is one that can be read and does nothing by itself.
fn quiet_pdf(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    let options = LoadOptions { max_decompressed_size: Some(64 << 20), ..LoadOptions::default() };
    let document = catch_unwind(AssertUnwindSafe(|| Document::load_mem_with_options(bytes, options)))
        .ok()
        .and_then(Result::ok)
        .ok_or("refusal-file-pdf-broken")?;
    if document.is_encrypted() || document.trailer.has(b"Encrypt") {
        return Err("refusal-file-pdf-locked");
    }
    if document.get_pages().is_empty() {
        return Err("refusal-file-pdf-broken");
    }
    let acts = document.objects.values().any(|object| acts(object, 0)) || acts_in(&document.trailer, 0);
    if acts { Err("refusal-file-pdf-acts") } else { Ok(bytes.to_vec()) }
}

fn acts(object: &Object, depth: u32) -> bool {
    match object {
        // Nobody nests pages so deep; whoever does hides something.
        _ if depth > 60 => true,
        Object::Array(items) => items.iter().any(|item| acts(item, depth + 1)),
        Object::Dictionary(dictionary) => acts_in(dictionary, depth + 1),
        Object::Stream(stream) => acts_in(&stream.dict, depth + 1),
        _ => false,
    }
}

fn acts_in(dictionary: &Dictionary, depth: u32) -> bool {
    dictionary.iter().any(|(key, value)| {
        let action = key == b"S" && value.as_name().is_ok_and(|name| ACTIONS.contains(&name));
        action || ENTRIES.contains(&key.as_slice()) || acts(value, depth)
    })
}

/// A name to show and to save under: no path, no control characters, not endless.
fn cleaned_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?')).collect();
    let short: String = plain.trim().chars().take(80).collect();
    if short.is_empty() { "附件".to_owned() } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::{Object, Stream, dictionary};

    fn upload(name: &str, bytes: Vec<u8>) -> Upload {
        Upload { field: "file".into(), name: name.into(), bytes }
    }

    fn key(name: &str, bytes: Vec<u8>) -> &'static str {
        Prepared::from_upload(&upload(name, bytes), false).unwrap_err().key
    }

    /// A photograph of 60×40 with an EXIF block that says where it was taken and that the camera was held sideways.
    fn photograph() -> Vec<u8> {
        let mut jpeg = Vec::new();
        DynamicImage::new_rgb8(60, 40).write_with_encoder(JpegEncoder::new(&mut jpeg)).unwrap();
        // TIFF header, one entry: Orientation (0x0112) = 6; then a text where a GPS block would stand.
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif.extend_from_slice(b"GPS 39.9042N 116.4074E");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let mut with = jpeg[..2].to_vec();
        with.extend_from_slice(&[0xff, 0xe1, length[0], length[1]]);
        with.extend_from_slice(&exif);
        with.extend_from_slice(&jpeg[2..]);
        with
    }

    #[test]
    fn a_photograph_is_turned_upright_and_forgets_where_it_was_taken() {
        let bytes = photograph();
        assert!(bytes.windows(3).any(|w| w == b"GPS"));
        let kept = Prepared::from_upload(&upload("C:\\照片\\村口.jpg", bytes), true).unwrap();
        assert_eq!((kept.name.as_str(), kept.kind), ("村口.jpg", Kind::Jpeg));
        assert!(!kept.bytes.windows(3).any(|w| w == b"GPS") && !kept.bytes.windows(4).any(|w| w == b"Exif"));
        let image = image::load_from_memory(&kept.bytes).unwrap();
        assert_eq!((image.width(), image.height()), (40, 60));
    }

    #[test]
    fn a_picture_is_what_its_bytes_are() {
        let mut png = Vec::new();
        DynamicImage::new_rgba8(20, 10).write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
        assert_eq!(Prepared::from_upload(&upload("发票.pdf", png.clone()), false).unwrap().kind, Kind::Png);
        assert_eq!(key("a.png", png[..png.len() / 2].to_vec()), "refusal-file-picture-broken");
        assert_eq!(key("photo.jpg", b"MZ\x90\0 a program".to_vec()), "refusal-file-kind");
        assert_eq!(key("photo.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_vec()), "refusal-file-kind");
        assert_eq!(key("photo.jpg", Vec::new()), "refusal-file-empty");
        assert_eq!(Prepared::from_upload(&upload("a.pdf", pdf(None)), true).unwrap_err().key, "refusal-file-picture-only");
    }

    #[test]
    fn a_picture_that_would_unpack_to_gigabytes_is_refused() {
        // A PNG header that claims 30,000 × 30,000 pixels of 64 bits.
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x75\x30\0\0\x75\x30\x10\x06\0\0\0".to_vec();
        png.extend_from_slice(&[0; 4]);
        assert_eq!(key("bomb.png", png), "refusal-file-picture-broken");
    }

    /// A one-page PDF, with `extra` in its catalogue.
    fn pdf(extra: Option<(&str, Object)>) -> Vec<u8> {
        let mut document = Document::with_version("1.7");
        let pages = document.new_object_id();
        let content = document.add_object(Stream::new(dictionary! {}, b"BT ET".to_vec()));
        let page = document.add_object(dictionary! { "Type" => "Page", "Parent" => pages, "Contents" => content });
        document.objects.insert(pages, dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }.into());
        let mut catalogue = dictionary! { "Type" => "Catalog", "Pages" => pages };
        if let Some((key, value)) = extra {
            catalogue.set(key, value);
        }
        let catalogue = document.add_object(catalogue);
        document.trailer.set("Root", catalogue);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_pdf_may_be_read_and_may_not_act() {
        let bytes = pdf(None);
        assert_eq!(Prepared::from_upload(&upload("合同.pdf", bytes.clone()), false).unwrap().bytes, bytes);
        let destination: Object = vec![Object::Null, Object::Name(b"Fit".to_vec())].into();
        assert!(Prepared::from_upload(&upload("合同.pdf", pdf(Some(("OpenAction", destination)))), false).is_ok());
        for (entry, value) in [
            ("OpenAction", Object::from(dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") })),
            ("OpenAction", Object::from(dictionary! { "S" => "Launch", "F" => Object::string_literal("cmd.exe") })),
            ("Names", Object::from(dictionary! { "EmbeddedFiles" => dictionary! {} })),
            ("AA", Object::from(dictionary! { "WC" => dictionary! { "S" => "SubmitForm" } })),
            ("AcroForm", Object::from(dictionary! { "XFA" => Object::string_literal("<xdp/>") })),
        ] {
            assert_eq!(key("合同.pdf", pdf(Some((entry, value)))), "refusal-file-pdf-acts", "{entry}");
        }
        assert_eq!(key("合同.pdf", b"%PDF-1.7\nnothing".to_vec()), "refusal-file-pdf-broken");
        // The name of the action written with an escape is the same name.
        let hidden =
            String::from_utf8_lossy(&pdf(Some(("OpenAction", dictionary! { "S" => "Launch" }.into())))).replace("/Launch", "/L#61unch");
        assert_eq!(key("合同.pdf", hidden.into_bytes()), "refusal-file-pdf-acts");
    }
}
