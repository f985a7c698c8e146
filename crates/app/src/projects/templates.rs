//! Starting points: what is usually written for a kind of project, and the categories of the field's own list. Both are
//! data files; a template is a draft to be rewritten, never a project.

use std::sync::LazyLock;

use serde::Deserialize;

use super::model::{LineKind, ProjectKind};

/// A category of the common list, first and second level in one code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub code: String,
    pub name: String,
    pub english_name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateLine {
    pub item: String,
    pub english_item: String,
    pub unit: String,
    pub quantity: i64,
    pub price_fen: i64,
    pub kind: LineKind,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub key: String,
    pub name: String,
    pub english_name: String,
    pub field: String,
    pub category: String,
    pub kind: ProjectKind,
    pub title: String,
    pub summary: String,
    pub object: String,
    pub service: String,
    pub story: String,
    pub purpose: String,
    pub selection: String,
    pub use_of_money: String,
    pub indicators: String,
    pub leftovers: String,
    pub gift_ways: String,
    #[serde(default)]
    pub emergency_proof: String,
    pub lines: Vec<TemplateLine>,
}

pub static CATEGORIES: LazyLock<Vec<Category>> =
    LazyLock::new(|| read("categories.json", include_str!("../../../../data/projects/categories.json")));

pub static TEMPLATES: LazyLock<Vec<Template>> =
    LazyLock::new(|| read("templates.json", include_str!("../../../../data/projects/templates.json")));

/// The files are part of the program, and a test reads them.
fn read<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("data/projects/{name}: {error}"))
}

pub fn category(code: &str) -> Option<&'static Category> {
    CATEGORIES.iter().find(|c| c.code == code)
}

pub fn template(key: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|t| t.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projects::model::Field;

    #[test]
    fn every_template_fits_the_form() {
        assert!(TEMPLATES.len() >= 5 && CATEGORIES.len() >= 8);
        for t in TEMPLATES.iter() {
            assert!(Field::from_word(&t.field).is_some() && category(&t.category).is_some(), "{}", t.key);
            assert!(t.title.chars().count() <= 40 && t.summary.chars().count() <= 140, "{}", t.key);
            assert!(t.lines.iter().all(|l| l.quantity > 0 && l.price_fen > 0), "{}", t.key);
            assert_eq!(t.kind == ProjectKind::Emergency, !t.emergency_proof.is_empty(), "{}", t.key);
        }
    }
}
