//! The pages of discover. All of them are public and write nothing.

mod about;
mod article;
mod help;
mod home;

use crate::kernel::Right;
use crate::web::{Route, get};

pub fn routes() -> Vec<Route> {
    vec![
        get("/", Right::Anyone, home::home),
        get("/about", Right::Anyone, about::about),
        get("/about/article", Right::Anyone, article::article),
        get("/help", Right::Anyone, help::help),
    ]
}
