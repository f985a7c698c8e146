//! What is decided about projects, as pure functions: they take what is, what is asked and what time it is.

mod draft;
mod life;
mod money;
mod place;
mod reports;

pub use draft::{cleaned, filing_number_fits, submission_faults, tidy, unsaveable};
pub use life::{Giving, Publication, Step, may_review, missing_for_publication, takes_gifts};
pub use money::{Approval, approve, disclose, expense_amount_fen, refuse};
pub use place::{Stretch, locate};
pub use reports::{Life, due, next_due_day, overdue};
