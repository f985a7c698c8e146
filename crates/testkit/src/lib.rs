//! A world for tests: the whole product on either engine, a clock that stands still, browsers, and at the end a look
//! around whether anything was left over.
//!
//! | what | where |
//! |---|---|
//! | `World`: the product, its clock, its checks when dropped | `world.rs` |
//! | `Browser`: one person's browser, in process | `browser.rs` |
//! | `Page`, `Form`: what a browser shows and would send | `page.rs`, `form.rs` |
//! | `Chromium`: a real browser | `chromium.rs` |
//! | the payment channel: paying, notifying, forging | `gateway.rs` |
//! | who a story needs: donors, staff | `people.rs` |
//! | where the public log lies, and its key | `log.rs` |
//! | giving behind the pages | `gifts.rs` |
//! | one of everything: people, organisations, projects; what happens to one | `cast.rs`, `life.rs` |
//!
//! A story is a function of a `&World`, and `on_both_engines!` makes two tests of it:
//!
//! ```ignore
//! fn a_stranger_reads_the_home_page(world: &World) {
//!     world.stranger().get("/").has_status(200);
//! }
//!
//! on_both_engines![a_stranger_reads_the_home_page];
//! ```

#![forbid(unsafe_code)]

mod browser;
mod cast;
mod chromium;
mod form;
mod gateway;
mod gifts;
mod life;
mod log;
mod page;
mod people;
mod plans;
mod world;

pub use browser::Browser;
pub use cast::Cast;
pub use chromium::Chromium;
pub use db::Engine;
pub use form::{Field, Form};
pub use gateway::{MINI_APPID, SP_APPID};
pub use gifts::Wish;
pub use life::{Life, PIXEL, PRIVATE_MESSAGE, PRIVATE_NAME, paper, read_above_the_button, told};
pub use log::{LogPlace, log_key};
pub use page::Page;
pub use people::{PASSWORD, Person, totp_secret};
pub use sandbox;
pub use world::{Options, World};

/// Makes two tests of each named story, one on SQLite and one on PostgreSQL. A story that is not named here is dead
/// code, which the compiler reports.
#[macro_export]
macro_rules! on_both_engines {
    ($($story:ident),* $(,)?) => {$(
        mod $story {
            #[test]
            fn sqlite() {
                super::$story(&$crate::World::new($crate::Engine::Sqlite));
            }

            #[test]
            fn postgres() {
                super::$story(&$crate::World::new($crate::Engine::Postgres));
            }
        }
    )*};
}
