//! Pure decisions of operations.

pub mod queues;
