//! Reconciliation.
use crate::App;
use crate::kernel::Trouble;

pub fn catch_up(_app: &App) -> Result<(), Trouble> {
    Ok(())
}
