//! The product through its front door, on both engines.
//!
//! | file | asks |
//! |---|---|
//! | `world.rs` | does the world of the tests itself keep its promises? |
//! | `coverage.rs` | what nobody may forget: statements, migrations |
//! | `tidy.rs` | is it written as the house writes: directions, words, messages, documents? |

mod coverage;
mod sources;
mod tidy;
mod world;
