//! `/files/{id}`, and the list of attachments that other slices show.

use maud::{Markup, html};

use crate::kernel::{Refusal, Right};
use crate::web::{Answer, Cx, Outcome, Route, get};

use super::store::{self, File};

pub fn routes() -> Vec<Route> {
    vec![get("/files/{id}", Right::Anyone, file)]
}

fn file(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let (file, body) = cx.app.db.read(|tx| {
        let file = store::find(tx, id)?.filter(|f| f.may_be_seen_by(&cx.actor)).ok_or_else(Refusal::not_found)?;
        let body = store::body(tx, id)?.ok_or_else(Refusal::not_found)?;
        Ok::<_, crate::kernel::Trouble>((file, body))
    })?;
    let cache_s = if file.public_since.is_some() { 86_400 } else { 0 };
    Ok(Answer::bytes(file.kind.content_type(), body, cache_s))
}

/// Attachments as links with their size; nothing when there are none.
pub fn attachments(cx: &Cx, files: &[File]) -> Markup {
    html! {
        @if !files.is_empty() {
            ul.attachments { @for file in files {
                li { a href={ "/files/" (file.id) } { (file.name) } " " small { (cx.ta("file-size", &[("kb", ((file.bytes + 1023) / 1024).into())])) } }
            } }
        }
    }
}
