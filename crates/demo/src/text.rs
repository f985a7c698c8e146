//! What is told: organisations, people and projects, from `data/demo`. The files are compiled in, so one that cannot be
//! read is a defect of this program.

use serde::Deserialize;
use serde::de::DeserializeOwned;

fn read<T: DeserializeOwned>(name: &str, text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| panic!("data/demo/{name}: {error}"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    pub key: String,
    pub kind: String,
    pub name: String,
    pub english_name: String,
    /// Nine characters of the credit code.
    pub code: String,
    pub area: String,
    /// Its account at the channel, and since how many months.
    pub mchid: Option<String>,
    pub months: Option<i64>,
    pub about: String,
    pub english_about: String,
    pub address: String,
    pub contact: String,
}

pub fn organisations() -> Vec<Organisation> {
    #[derive(Deserialize)]
    struct File {
        organisation: Vec<Organisation>,
    }
    read::<File>("organisations.toml", include_str!("../../../data/demo/organisations.toml")).organisation
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    pub password: String,
    pub donor_phone: String,
    pub staff: Vec<Staff>,
    pub donor: Vec<Donor>,
    pub words: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    pub login: Option<String>,
    pub name: String,
    pub organisation: String,
    pub role: String,
    #[serde(default)]
    pub opens: String,
    #[serde(default)]
    pub task: String,
    #[serde(default)]
    pub english_task: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Donor {
    pub name: String,
    pub phone: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub names: Vec<String>,
    pub messages: Vec<String>,
}

impl People {
    pub fn load() -> People {
        read("people.toml", include_str!("../../../data/demo/people.toml"))
    }
}

/// A project's whole story. Days count back from the day on which the world is built.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    pub key: String,
    pub title: String,
    pub english_title: String,
    pub summary: String,
    pub english_summary: String,
    pub story: String,
    pub field: String,
    pub area: String,
    pub object: String,
    pub service: String,
    pub launcher: String,
    pub recipient: String,
    pub implementer: String,
    pub published: i64,
    /// How many days the appeal runs.
    pub window: i64,
    #[serde(default)]
    pub curated: bool,
    /// How often a gift comes here, beside the others.
    #[serde(default)]
    pub draw: u64,
    pub state: String,
    pub ended: Option<i64>,
    pub executing: Option<i64>,
    pub closed: Option<i64>,
    /// The operator stopped it on this day; `affairs.rs` says why.
    pub suspended: Option<i64>,
    pub lines: Vec<Line>,
    #[serde(default)]
    pub progress: Vec<Progress>,
    #[serde(default)]
    pub spending: Vec<Spending>,
    #[serde(default)]
    pub disclosure: String,
    /// From this day on nothing is disclosed any more, though it should be.
    #[serde(default)]
    pub disclosure_stops: i64,
    #[serde(default)]
    pub end_reason: String,
    #[serde(default)]
    pub close_note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub item: String,
    pub english_item: String,
    pub unit: String,
    pub quantity: i64,
    pub price_fen: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    pub at: i64,
    pub title: String,
    pub body: String,
    /// How many people it reached.
    pub reached: i64,
}

/// Money that is asked for, agreed to, paid and spent on whole units of one budget line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spending {
    pub line: usize,
    /// Per cent of what is available on the day of the request.
    pub share: i64,
    pub request: i64,
    pub paid: Option<i64>,
    pub spent: Option<i64>,
    #[serde(default)]
    pub description: String,
    /// How far it got, when not all the way.
    pub until: Option<String>,
}

pub fn projects() -> Vec<Project> {
    #[derive(Deserialize)]
    struct File {
        project: Vec<Project>,
    }
    read::<File>("projects.toml", include_str!("../../../data/demo/projects.toml")).project
}
