//! What a page function gives back.

use maud::Markup;

use crate::kernel::Trouble;

use super::Cookie;

pub enum Answer {
    /// A whole HTML document.
    Page { status: u16, html: Markup, cookies: Vec<Cookie> },
    /// See other (303): after a write, so that reloading does not write again.
    Redirect { to: String, cookies: Vec<Cookie> },
    /// Anything else: pictures, styles, JSON, downloads. `cache_s` 0 means never kept.
    Bytes { status: u16, content_type: &'static str, body: Vec<u8>, cache_s: u32, file_name: Option<String> },
}

pub type Outcome = Result<Answer, Trouble>;

impl Answer {
    pub fn redirect(to: impl Into<String>) -> Answer {
        Answer::Redirect { to: to.into(), cookies: Vec::new() }
    }

    pub fn json(value: &serde_json::Value) -> Answer {
        Answer::json_with_status(200, value)
    }

    pub fn json_with_status(status: u16, value: &serde_json::Value) -> Answer {
        Answer::Bytes {
            status,
            content_type: "application/json; charset=utf-8",
            body: value.to_string().into_bytes(),
            cache_s: 0,
            file_name: None,
        }
    }

    /// A list for spreadsheets, saved under this name.
    pub fn csv(file_name: impl Into<String>, rows: &[Vec<String>]) -> Answer {
        let body = super::csv(rows);
        Answer::Bytes { status: 200, content_type: "text/csv; charset=utf-8", body, cache_s: 0, file_name: Some(file_name.into()) }
    }

    pub fn bytes(content_type: &'static str, body: impl Into<Vec<u8>>, cache_s: u32) -> Answer {
        Answer::Bytes { status: 200, content_type, body: body.into(), cache_s, file_name: None }
    }

    #[must_use]
    pub fn with_cookie(mut self, cookie: Cookie) -> Answer {
        match &mut self {
            Answer::Page { cookies, .. } | Answer::Redirect { cookies, .. } => cookies.push(cookie),
            Answer::Bytes { .. } => {}
        }
        self
    }

    #[must_use]
    pub fn with_status(mut self, new: u16) -> Answer {
        match &mut self {
            Answer::Page { status, .. } | Answer::Bytes { status, .. } => *status = new,
            Answer::Redirect { .. } => {}
        }
        self
    }
}
