//! A refusal is an answer, not an accident: a sentence for the person and a next step. A fault is ours, and is logged.

use db::Fault;

/// Why we will not do what was asked. `key` names a message in `locales/`, whose `.next` attribute says what to do now.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub status: u16,
    pub key: &'static str,
    pub args: Vec<(&'static str, String)>,
    /// The form field the sentence belongs to, where there is one.
    pub field: Option<&'static str>,
}

impl Refusal {
    pub fn new(status: u16, key: &'static str) -> Refusal {
        Refusal { status, key, args: Vec::new(), field: None }
    }

    /// The input does not do: 422.
    pub fn input(field: &'static str, key: &'static str) -> Refusal {
        Refusal { field: Some(field), ..Refusal::new(422, key) }
    }

    /// What is asked for does not fit the state of things: 409.
    pub fn conflict(key: &'static str) -> Refusal {
        Refusal::new(409, key)
    }

    /// Not there, or not there for you: the two look the same from outside.
    pub fn not_found() -> Refusal {
        Refusal::new(404, "refusal-not-found")
    }

    pub fn forbidden() -> Refusal {
        Refusal::new(403, "refusal-forbidden")
    }

    pub fn too_many() -> Refusal {
        Refusal::new(429, "refusal-too-many")
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Refusal {
        self.args.push((name, value.to_string()));
        self
    }
}

/// What can keep an action from happening.
#[derive(Debug)]
pub enum Trouble {
    Refused(Refusal),
    Fault(Fault),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Trouble {
        Trouble::Refused(refusal)
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Trouble {
        Trouble::Fault(fault)
    }
}
