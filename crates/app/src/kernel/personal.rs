//! What a slice holds about a person. Each slice that holds something says how to copy it, what stands in the way of erasing it, how to erase
//! it, and what ends when a consent is withdrawn; `people` asks them all and knows none.

use db::{Fault, Tx};

use super::{Id, Micros, Refusal};

/// One slice's part of a person.
pub struct Personal {
    /// The part's name in the copy that a person asks for.
    pub name: &'static str,
    /// Everything held about the person here, as JSON (PIPL art. 45).
    pub data_of: fn(&mut Tx, Id) -> Result<serde_json::Value, Fault>,
    /// Why the person cannot leave now: a sentence with a next step. `None`: nothing stands in the way.
    pub in_the_way: fn(&mut Tx, Id, Micros) -> Result<Option<Refusal>, Fault>,
    /// Erases who the person is and keeps the books (PIPL art. 47). Returns how many rows lost something.
    pub erase: fn(&mut Tx, Id, Micros) -> Result<u64, Fault>,
    /// What follows when the consent to this purpose is withdrawn.
    pub withdraw: fn(&mut Tx, Id, &str) -> Result<(), Fault>,
}

impl Personal {
    /// A part from which nothing is in the way and which rests on no consent.
    pub const fn new(
        name: &'static str,
        data_of: fn(&mut Tx, Id) -> Result<serde_json::Value, Fault>,
        erase: fn(&mut Tx, Id, Micros) -> Result<u64, Fault>,
    ) -> Personal {
        Personal { name, data_of, in_the_way: |_, _, _| Ok(None), erase, withdraw: |_, _, _| Ok(()) }
    }
}
