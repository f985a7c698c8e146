//! What is decided about projects, as pure functions: they take what is, what is asked and what time it is.

mod changes;
mod clocks;
mod costs;
mod draft;
mod finance;
mod leftovers;
mod life;
mod money;
mod place;
mod plan;
mod reports;
mod telling;
mod versions;

pub use changes::{CHANGE_NOTICE_DAYS, LineChange, REDIRECT_NOTICE_DAYS, changed_lines, covers, decided};
pub use clocks::{CLOCKS, Owner, Period, Since, clock_of};
pub use costs::{above_plan, cost_of};
pub use draft::{cleaned, filing_number_fits, submission_faults, tidy, unsaveable};
pub use finance::{PAPERS, disclosure, flows, may_review_disclosure};
pub use leftovers::{Left, NextForLeftovers, next_for_leftovers};
pub use life::{Giving, Publication, Step, may_review, missing_for_publication, takes_gifts};
pub use money::{Approval, approve, decides_reversal, disclose, expense_amount_fen, refuse};
pub use place::{Change, Layer, Span, Stream, Stretch, Swap, is_taken_back, owned, parts, without};
pub use plan::{
    Earlier, FILING_GRACE_DAYS, Filing, cleaned_plan, earlier_emergencies, filing, papers_missing, plan_faults, unsaveable_plan,
};
pub use reports::{Became, Event, Kept, Life, Told, due, history, next_due_day, overdue};
pub use telling::{PHOTOGRAPHS, progress, reminder, text};
pub use versions::{ALIKE, Difference, differences, likeness};
