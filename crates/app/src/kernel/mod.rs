//! What every slice stands on: ids, the clock, who is acting and what they may do, refusals, the outbox of public
//! entries, the audit trail, who has taken up what, working days, what a slice holds about a person.
//!
//! Invariant: the kernel knows no slice. Nothing here opens a socket or draws a page.

mod actor;
pub mod audit;
pub mod civil;
pub mod claims;
mod clock;
mod decision;
mod ids;
pub mod members;
mod meter;
mod mode;
mod personal;
pub mod public_entry;
mod rate;
mod refusal;
pub mod sealed;
mod secret;
pub mod settings;
mod undoing;
mod waiting;
pub mod workdays;

pub use actor::{Actor, Right, Role, SeatHeld, Strength, seat_holds_at};
pub use clock::{Clock, DAY_US, HOUR_US, MINUTE_US, Micros, SECOND_US};
pub use decision::{Appealable, Concerned, DECISIONS_SHOWN, Decision, TakingBack};
pub use ids::{IdMaker, first_id_at, made_at, process_number};
pub use meter::{BOUNDS_US, Beat, Histogram, Meters, RouteMeter};
pub use mode::{Ability, Mode, allows};
pub use personal::Personal;
pub use rate::{allow, forget as forget_rates, take as take_rate, used_since as rate_used_since};
pub use refusal::{Refusal, Trouble};
pub use secret::{Digest, Secret, constant_time_eq, hex, random_bytes, sha256};
pub use undoing::BeforeUndoing;
pub use waiting::{WAITING_SHOWN, Waiting};

/// A time-ordered 64-bit identifier; its text form is its decimal digits.
pub type Id = i64;
