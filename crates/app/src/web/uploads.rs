//! Bodies as they come over the wire: heard out up to a limit, and forms with files taken apart.

use axum::body::{Body, Bytes};
use futures_util::StreamExt;

use super::Upload;

/// The most a form with files may weigh.
pub const LIMIT: usize = 20 * 1024 * 1024;
pub const LIMIT_MB: usize = LIMIT / 1024 / 1024;
/// A body over its limit is listened to for this long before the connection is given up.
const HEARD_OUT: usize = 120 * 1024 * 1024;
/// How many fields and files a form may have.
const PARTS: usize = 2_000;

pub enum TooLarge {
    /// It ended; nothing of it was kept.
    Heard,
    /// It went on and on, or broke off.
    CutOff,
}

/// The body, if it is no larger than `limit`.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, TooLarge> {
    let mut stream = body.into_data_stream();
    let mut kept = Vec::new();
    let mut heard = 0;
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| TooLarge::CutOff)?;
        heard += piece.len();
        if heard > HEARD_OUT {
            return Err(TooLarge::CutOff);
        }
        if heard > limit {
            kept = Vec::new();
        } else {
            kept.extend_from_slice(&piece);
        }
    }
    if heard > limit { Err(TooLarge::Heard) } else { Ok(Bytes::from(kept)) }
}

/// The fields and files of a `multipart/form-data` body; `None` for any other type. An empty file field is not there.
pub async fn parse(content_type: &str, body: &Bytes) -> Result<Option<(Vec<(String, String)>, Vec<Upload>)>, multer::Error> {
    let Ok(boundary) = multer::parse_boundary(content_type) else { return Ok(None) };
    let body = body.clone();
    let once = futures_util::stream::once(async move { Ok::<_, std::convert::Infallible>(body) });
    let mut parts = multer::Multipart::new(once, boundary);
    let (mut pairs, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await? {
        if pairs.len() + files.len() >= PARTS {
            return Err(multer::Error::FieldSizeExceeded { limit: PARTS as u64, field_name: None });
        }
        let field = part.name().unwrap_or("").to_owned();
        match part.file_name().map(str::to_owned) {
            Some(name) => {
                let bytes = part.bytes().await?.to_vec();
                if !(name.is_empty() && bytes.is_empty()) {
                    files.push(Upload { field, name, bytes });
                }
            }
            None => pairs.push((field, String::from_utf8_lossy(&part.bytes().await?).into_owned())),
        }
    }
    Ok(Some((pairs, files)))
}
