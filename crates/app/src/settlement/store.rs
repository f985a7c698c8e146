//! Statements of settlement.
