//! The promises of `db`, each tried on both engines.

mod bulk;
mod copy;
mod faults;
mod migrations;
mod story;
mod together;
mod traps;

use db::testing::{ENGINES, Fresh, fresh};
use db::{Engine, Migration};

/// A fresh database with one migration of this text, on each engine in turn.
fn on_both(text: &'static str, mut test: impl FnMut(Engine, &Fresh)) {
    for engine in ENGINES {
        let world = fresh(engine);
        world.db().migrate(&[Migration { number: 1, name: "world", text }]).unwrap();
        test(engine, &world);
    }
}
