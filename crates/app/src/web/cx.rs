//! One request as a page function sees it: who, what, in which language, at what time.

use std::sync::Arc;

use fluent_bundle::FluentValue;

use crate::App;
use crate::kernel::{Actor, Id, Micros, Refusal, Role};

use super::Lang;

/// The parts of a request that pages use, already decoded.
#[derive(Default)]
pub struct Request {
    pub path: String,
    /// The pattern of the route that was matched, as in the rights table.
    pub pattern: &'static str,
    pub params: Vec<(String, String)>,
    pub query: Form,
    pub form: Form,
    /// The files of an upload, in the order in which they came; a field left empty is not there.
    pub uploads: Vec<Upload>,
    pub body: Vec<u8>,
    pub cookies: Vec<(String, String)>,
    /// The token of an `Authorization: Bearer …`, which programs send to `/api/` in place of a cookie.
    pub bearer: String,
    pub user_agent: String,
    pub host: String,
    pub peer: String,
    pub wants_json: bool,
}

impl Request {
    pub fn cookie(&self, name: &str) -> &str {
        self.cookies.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// The session this request belongs to: a browser's cookie, or for `/api/` a program's token.
    pub fn session_token(&self) -> &str {
        let cookie = self.cookie(super::SESSION_COOKIE);
        if cookie.is_empty() && self.wants_json { &self.bearer } else { cookie }
    }
}

/// A file as a browser sent it. Nothing it says about itself is believed; `files` looks at the bytes.
#[derive(Default, Clone)]
pub struct Upload {
    pub field: String,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Decoded name/value pairs in the order in which they came.
#[derive(Default, Clone)]
pub struct Form(pub Vec<(String, String)>);

impl Form {
    /// The trimmed value, or the empty string.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.trim())
    }
}

pub struct Cx {
    pub app: Arc<App>,
    pub now: Micros,
    pub lang: Lang,
    pub actor: Actor,
    pub request: Request,
}

impl Cx {
    /// A message without arguments.
    pub fn t(&self, key: &str) -> String {
        self.app.locales.text(self.lang, key, &[])
    }

    /// A message with arguments: `cx.ta("gift-of", &[("amount", text.into())])`.
    pub fn ta(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        self.app.locales.text(self.lang, key, args)
    }

    /// The Chinese or the English text of something that is stored in both; the English one may be missing.
    pub fn either<'a>(&self, chinese: &'a str, english: &'a str) -> &'a str {
        if self.lang == Lang::En && !english.is_empty() { english } else { chinese }
    }

    pub fn param(&self, name: &str) -> &str {
        self.request.params.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// An id in the path; something that is not an id is not there.
    pub fn id_param(&self, name: &str) -> Result<Id, Refusal> {
        parse_id(self.param(name)).ok_or_else(Refusal::not_found)
    }

    pub fn query(&self, name: &str) -> &str {
        self.request.query.get(name)
    }

    pub fn form(&self, name: &str) -> &str {
        self.request.form.get(name)
    }

    /// The file of a field, if one was chosen.
    pub fn upload(&self, field: &str) -> Option<&Upload> {
        self.request.uploads.iter().find(|u| u.field == field)
    }

    /// The signed-in person; routes that call this ask for at least `Right::SignedIn`.
    pub fn person_id(&self) -> Result<Id, Refusal> {
        self.actor.person_id().ok_or_else(Refusal::forbidden)
    }

    /// The organisations in which the actor holds one of these roles; refuses when there is none.
    pub fn organisations_as(&self, roles: &[Role]) -> Result<Vec<Id>, Refusal> {
        let ids = self.actor.organisations_as(roles);
        if ids.is_empty() { Err(Refusal::forbidden()) } else { Ok(ids) }
    }
}

/// Reads an id's text form: decimal digits, no sign, no leading zero.
pub fn parse_id(text: &str) -> Option<Id> {
    let plain = !text.is_empty() && text.len() <= 19 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    plain.then(|| text.parse().ok()).flatten()
}
