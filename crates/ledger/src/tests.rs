//! Tables that a treasurer can review, random walks against the auditor, and damaged books for `check`.

mod damaged;
mod disclosed;
mod misstated;
mod tables;
mod walks;
