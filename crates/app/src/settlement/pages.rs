//! Pages of settlement.
use crate::web::{Route, direct_post};

use super::notifications;

pub fn routes() -> Vec<Route> {
    vec![direct_post("/wechat/notifications", notifications::receive)]
}
