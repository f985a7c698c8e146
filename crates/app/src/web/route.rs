//! The rights table. Each slice lists its routes; the program serves exactly these and the tests try exactly these.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::App;
use crate::kernel::Right;

use super::{Cx, Outcome};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    Get,
    Post,
}

/// A path such as `/projects/{id}`, what it asks of who comes in, and the function that answers.
#[derive(Clone)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub right: Right,
    pub run: Run,
    /// Files may come with it, so its body may be larger than a form's.
    pub takes_files: bool,
}

type DirectAnswer = Pin<Box<dyn Future<Output = Response> + Send>>;

#[derive(Clone, Copy)]
pub enum Run {
    /// A page or form: runs on a blocking thread with a session, a language and the origin check.
    Page(fn(&Cx) -> Outcome),
    /// Machines that sign their own messages: no session, no language, raw bytes, answered without leaving the async thread.
    Direct(fn(Arc<App>, HeaderMap, Bytes) -> DirectAnswer),
}

pub fn get(path: &'static str, right: Right, run: fn(&Cx) -> Outcome) -> Route {
    Route { method: Method::Get, path, right, run: Run::Page(run), takes_files: false }
}

pub fn post(path: &'static str, right: Right, run: fn(&Cx) -> Outcome) -> Route {
    Route { method: Method::Post, path, right, run: Run::Page(run), takes_files: false }
}

/// A form with files (`multipart/form-data`); the same fields without files are taken too.
pub fn upload(path: &'static str, right: Right, run: fn(&Cx) -> Outcome) -> Route {
    Route { takes_files: true, ..post(path, right, run) }
}

pub fn direct_post(path: &'static str, run: fn(Arc<App>, HeaderMap, Bytes) -> DirectAnswer) -> Route {
    Route { method: Method::Post, path, right: Right::Anyone, run: Run::Direct(run), takes_files: false }
}
