//! The product through its front door, on both engines.
//!
//! | file | asks |
//! |---|---|
//! | `world.rs` | does the world of the tests itself keep its promises? |
//! | `coverage.rs` | what nobody may forget: statements, rights, migrations |

mod coverage;
mod world;
