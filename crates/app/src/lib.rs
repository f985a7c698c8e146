//! The product, in slices. A slice is a folder: `mod.rs` its map and front door, `model` types, `rules` pure decisions,
//! `store` SQL, `actions` what people do, `pages` what they see, `jobs` what follows.
//!
//! Directions (`a → b`: a uses b), kept by a test: `organisations → people, files`; `projects → organisations, public_log`;
//! `offline → projects`; `giving → projects, offline`; `papers → giving`; `settlement → giving, papers`; `refunds → settlement, papers`; `discover` reads from all; `operations` reads from all;
//! `transparency` reads from all. `files` stands alone, and `public_log` too. Every slice may use `kernel`, `web`, `jobs`
//! and `channel`, which use no slice.

use std::sync::Arc;

use db::{Db, Fault, Migration};

use kernel::{Clock, IdMaker, Meters, Secret};

pub mod channel;
pub mod discover;
pub mod files;
pub mod giving;
pub mod jobs;
pub mod kernel;
pub mod offline;
pub mod operations;
pub mod organisations;
pub mod papers;
pub mod people;
pub mod projects;
pub mod public_log;
pub mod refunds;
pub mod settlement;
pub mod transparency;
pub mod web;

/// The schema, oldest first. Forward only: a migration that was released is never edited.
pub const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "ground", text: include_str!("../../../migrations/0001_ground.sql") },
    Migration { number: 2, name: "desks", text: include_str!("../../../migrations/0002_desks.sql") },
    Migration { number: 3, name: "supervision", text: include_str!("../../../migrations/0003_supervision.sql") },
    Migration { number: 4, name: "operations", text: include_str!("../../../migrations/0004_operations.sql") },
    Migration { number: 5, name: "projects", text: include_str!("../../../migrations/0005_projects.sql") },
    Migration { number: 6, name: "stream", text: include_str!("../../../migrations/0006_stream.sql") },
    Migration { number: 7, name: "people", text: include_str!("../../../migrations/0007_people.sql") },
    Migration { number: 8, name: "project_decisions", text: include_str!("../../../migrations/0008_project_decisions.sql") },
    Migration { number: 9, name: "papers", text: include_str!("../../../migrations/0009_papers.sql") },
    Migration { number: 10, name: "project_closing", text: include_str!("../../../migrations/0010_project_closing.sql") },
    Migration { number: 11, name: "disclosure", text: include_str!("../../../migrations/0011_disclosure.sql") },
    Migration { number: 12, name: "finance", text: include_str!("../../../migrations/0012_finance.sql") },
    Migration { number: 13, name: "sheets", text: include_str!("../../../migrations/0013_sheets.sql") },
    Migration { number: 14, name: "organisations", text: include_str!("../../../migrations/0014_organisations.sql") },
    Migration { number: 15, name: "refunds", text: include_str!("../../../migrations/0015_refunds.sql") },
    Migration { number: 16, name: "reversals", text: include_str!("../../../migrations/0016_reversals.sql") },
    Migration { number: 17, name: "offline", text: include_str!("../../../migrations/0017_offline.sql") },
    Migration { number: 18, name: "public_log", text: include_str!("../../../migrations/0018_public_log.sql") },
];

pub use kernel::Mode;

/// What the program needs to be told before it can run.
pub struct Setup {
    pub db: Db,
    pub clock: Clock,
    pub secret: Secret,
    pub mode: Mode,
    /// Where people reach this site, without a slash at the end, e.g. `https://give.example.org`.
    pub base_url: String,
    pub channel: channel::Channel,
    pub settlement: settlement::Limits,
    pub log: public_log::Setup,
    /// What people come in by, beside passwords: text messages and WeChat.
    pub people: people::Doors,
    /// A finance e-invoice service, for charities that issue their receipts through it.
    pub fiscal: Option<papers::Service>,
    /// A reverse proxy of our own stands in front and adds the visitor's address to `X-Forwarded-For`. The channel compares
    /// that address (H5 orders), and limits are counted by it.
    pub behind_proxy: bool,
    /// How many days a look at an organisation's certificates and its entry at 慈善中国 is good for before publication.
    pub qualification_check_days: i64,
}

/// The running product: one value, shared by pages, jobs and the batch writer.
pub struct App {
    pub db: Db,
    pub clock: Clock,
    pub ids: IdMaker,
    /// Which process this is among those that share the database; part of every id it makes.
    pub process: u8,
    /// What this process counts while it runs.
    pub meters: Meters,
    pub secret: Secret,
    pub mode: Mode,
    pub base_url: String,
    pub locales: web::Locales,
    pub channel: channel::Channel,
    pub settlement: settlement::Desk,
    pub log: public_log::Log,
    pub behind_proxy: bool,
    pub qualification_check_days: i64,
    pub giving: giving::Desk,
    pub people: people::Doors,
    personal: Vec<kernel::Personal>,
    /// What receipts say to an offline gift leaving the books: `projects` undoes it and knows no papers.
    pub before_undoing: fn(&App) -> kernel::BeforeUndoing,
    pub fiscal: Option<papers::Service>,
    job_kinds: Vec<jobs::JobKind>,
    chores: Vec<jobs::Chore>,
}

impl App {
    /// Migrates the database, takes a process number and puts everything together. Starts no thread: `jobs::start` and
    /// `settlement::start` do.
    pub fn new(setup: Setup) -> Result<Arc<App>, Fault> {
        if kernel::allows(setup.mode, kernel::Ability::RealMoney).is_err() && setup.channel.moves_money() {
            return Err(Fault::inconsistent("a demonstration takes no real money, so it is not connected to the real payment channel"));
        }
        setup.db.migrate(MIGRATIONS)?;
        let process = setup.db.write(kernel::process_number)?;
        Ok(Arc::new(App {
            db: setup.db,
            clock: setup.clock,
            ids: IdMaker::new(process),
            process,
            meters: Meters::default(),
            secret: setup.secret,
            mode: setup.mode,
            base_url: setup.base_url,
            locales: web::Locales::load(),
            channel: setup.channel,
            settlement: settlement::Desk::new(setup.settlement),
            log: public_log::Log::new(setup.log),
            behind_proxy: setup.behind_proxy,
            qualification_check_days: setup.qualification_check_days,
            giving: giving::Desk::default(),
            people: setup.people,
            personal: vec![
                people::personal(),
                organisations::personal(),
                files::personal(),
                projects::personal(),
                offline::personal(),
                giving::personal(),
                refunds::personal(),
                papers::personal(),
                transparency::personal(),
                operations::personal(),
            ],
            before_undoing: papers::before_undoing,
            fiscal: setup.fiscal,
            job_kinds: [people::jobs(), projects::jobs(), giving::jobs(), settlement::jobs(), refunds::jobs()]
                .into_iter()
                .flatten()
                .collect(),
            chores: [
                web::chores(),
                people::chores(),
                organisations::chores(),
                projects::chores(),
                giving::chores(),
                papers::chores(),
                settlement::chores(),
                refunds::chores(),
                operations::chores(),
                public_log::chores(),
                projects::disclosure::chores(),
            ]
            .into_iter()
            .flatten()
            .collect(),
        }))
    }

    pub fn jobs(&self) -> &[jobs::JobKind] {
        &self.job_kinds
    }

    /// Who holds what about a person, slice by slice.
    pub fn personal(&self) -> &[kernel::Personal] {
        &self.personal
    }

    pub fn chores(&self) -> &[jobs::Chore] {
        &self.chores
    }

    /// A new id, made now.
    pub fn new_id(&self) -> kernel::Id {
        self.ids.next(self.clock.now())
    }
}

/// Everything an operator may choose.
pub fn settings() -> Vec<kernel::settings::Setting> {
    [projects::settings(), refunds::settings(), transparency::settings(), operations::settings()].into_iter().flatten().collect()
}

/// Every route of the product with its right: the rights table.
pub fn routes() -> Vec<web::Route> {
    [
        web::routes(),
        discover::routes(),
        files::routes(),
        people::routes(),
        organisations::routes(),
        projects::routes(),
        offline::routes(),
        giving::routes(),
        papers::routes(),
        settlement::routes(),
        refunds::routes(),
        operations::routes(),
        transparency::routes(),
        public_log::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The whole site as an axum router.
pub fn site(app: &Arc<App>) -> axum::Router {
    web::router(app.clone(), routes()).merge(public_log::router(app))
}
