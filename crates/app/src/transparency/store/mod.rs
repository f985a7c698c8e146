//! What is read and written: complaints, questions.

pub mod complaints;
pub mod questions;
