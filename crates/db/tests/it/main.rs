//! The promises of `db`, each tried on both engines.

mod story;
