//! Stub.
use crate::web::Route;

pub fn routes() -> Vec<Route> {
    Vec::new()
}

pub fn prepare(_app: &crate::App) -> Result<(), db::Fault> {
    Ok(())
}
