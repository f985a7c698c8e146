//! What must be said before a gift that never was one leaves the books, by a slice that the books do not know.

use db::Tx;

use super::{Id, Micros, Trouble};

/// Called in the transaction that undoes a gift, with the gift, its amount and the time; may refuse. Whoever makes it has made
/// the ids it needs, so that it can run twice.
pub type BeforeUndoing = Box<dyn Fn(&mut Tx, Id, i64, Micros) -> Result<(), Trouble>>;
