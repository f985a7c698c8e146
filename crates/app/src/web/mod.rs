//! Everything between a request and a slice: routes and the rights table, sessions, languages, headers, the page shell.
//!
//! A page is a plain function `fn(&Cx) -> Outcome`. It runs on a blocking thread, may use the database, and never sees
//! a socket. A route cannot exist without a right: both stand in the same value.

mod answer;
mod cx;
mod http;
mod layout;
mod locale;
mod route;
mod session;
pub mod show;

pub use answer::{Answer, Outcome};
pub use cx::{Cx, Form, Request, parse_id};
pub use http::{SECURITY_HEADERS, dispatch, router};
pub use layout::{PageParts, field_error, local_path, refusal_text};
pub use locale::{FILES, Lang, Locales};
pub use route::{Method, Route, Run, direct_post, get, post};
pub use session::{
    Cookie, SESSION_COOKIE, actor as actor_of_session, end as end_session, end_all as end_sessions_of,
    forget_expired as forget_expired_sessions, open as open_session, session_cookie,
};

/// Styles, script, language and reading settings, `robots.txt`: what belongs to no slice.
pub fn routes() -> Vec<Route> {
    layout::routes()
}
