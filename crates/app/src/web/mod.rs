//! Everything between a request and a slice: routes and the rights table, sessions, languages, headers, the page shell.
//!
//! A page is a plain function `fn(&Cx) -> Outcome`. It runs on a blocking thread, may use the database, and never sees
//! a socket. A route cannot exist without a right: both stand in the same value.

use crate::App;
use crate::jobs::Chore;
use crate::kernel::{MINUTE_US, Trouble, audit};

mod answer;
mod claims;
mod csv;
mod cx;
mod forms;
mod http;
mod layout;
mod locale;
pub mod picture;
mod route;
mod session;
pub mod show;
mod uploads;

pub use answer::{Answer, Outcome};
pub use csv::csv;
pub use cx::{Cx, Form, Request, Upload, parse_id};
pub use forms::{paragraphs, refused, status_of};
pub use http::{SECURITY_HEADERS, dispatch, router};
pub use layout::{PageParts, field_error, local_path, refusal_text};
pub use locale::{FILES, Lang, Locales};
pub use route::{Method, Route, Run, direct_post, get, post, upload};
pub use session::{
    Cookie, SESSION_COOKIE, actor as actor_of_session, end as end_session, end_all as end_sessions_of,
    forget_expired as forget_expired_sessions, open as open_session, session_cookie,
};

/// The audit trail is chained a moment after it is written.
pub fn chores() -> Vec<Chore> {
    vec![Chore { name: "chain the audit trail", every: MINUTE_US, run: chain_audit }]
}

fn chain_audit(app: &App) -> Result<(), Trouble> {
    const AT_ONCE: i64 = 500;
    loop {
        let (entry_id, now) = (app.new_id(), app.clock.now());
        if app.db.write(|tx| audit::chain(tx, AT_ONCE, entry_id, now))? == 0 {
            return Ok(());
        }
    }
}

/// Styles, script, language and reading settings, `robots.txt`: what belongs to no slice.
pub fn routes() -> Vec<Route> {
    layout::routes()
}
