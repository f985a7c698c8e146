//! This slice's own part of a person: who they are. Whoever needs a way in keeps one until they leave.

use crate::kernel::Personal;

use super::store;

pub fn personal() -> Personal {
    Personal::new("person", store::copies::data_of, store::copies::erase)
}
