//! What a benchmark of gifts stands on: charities, projects and intents, and the confirmations that the channel would send
//! for them. Rows of open orders are left out: settling neither reads nor writes them.

use std::sync::Arc;

use anyhow::{Context, Result};

use app::App;
use app::kernel::{Id, Micros, sha256};
use app::settlement::Confirmation;
use db::{BulkInsert, Kind, Tx, Value, params, sql};

/// The instant at which everything is said to happen: signatures are made beforehand for this clock.
pub const STATED_NOW: Micros = 1_788_739_200_000_000;

const CHARITIES: usize = 100;
const CALENDAR_DAY: i64 = 20_702;

/// A small generator with a seed, so that a run can be repeated exactly.
pub struct Lot(u64);

impl Lot {
    pub fn new(seed: u64) -> Lot {
        Lot(seed)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or(0)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// The amounts of the article: half of the gifts under ¥10, a mean near ¥40.
pub fn amount_fen(lot: &mut Lot) -> i64 {
    const AMOUNTS: [i64; 20] =
        [10, 10, 100, 100, 100, 200, 500, 520, 666, 888, 1000, 1000, 2000, 2000, 5000, 5000, 6600, 9900, 10_000, 30_000];
    AMOUNTS[lot.below(AMOUNTS.len())]
}

pub struct Project {
    pub id: Id,
    recipient_id: Id,
    mchid: String,
}

/// Charities with merchant numbers, and projects among them.
pub fn projects(app: &App, count: usize) -> Result<Vec<Project>> {
    let person = app.new_id();
    let organisations: Vec<Id> = (0..CHARITIES).map(|_| app.new_id()).collect();
    let run = app.new_id();
    let projects: Vec<Project> = (0..count)
        .map(|i| Project { id: app.new_id(), recipient_id: organisations[i % CHARITIES], mchid: format!("{run}{}", i % CHARITIES) })
        .collect();
    app.db
        .write(|tx| {
            tx.execute_one(sql("INSERT INTO person (id, name, created_at) VALUES (?1, 'bench', 0)"), params![person])?;
            tx.execute(
                sql("INSERT INTO area (code, parent, level, name, english, three_regions, former_poverty_county) \
                     VALUES ('000000000000', '', 1, 'bench', 'bench', 0, 0) ON CONFLICT (code) DO NOTHING"),
                params![],
            )?;
            for (i, id) in organisations.iter().enumerate() {
                charity(tx, *id, &format!("{run}{i}"))?;
            }
            for project in &projects {
                insert_project(tx, project, person)?;
            }
            Ok::<_, db::Fault>(())
        })
        .context("preparing projects")?;
    Ok(projects)
}

fn charity(tx: &mut Tx, id: Id, mchid: &str) -> Result<(), db::Fault> {
    tx.execute_one(
        sql("INSERT INTO organisation (id, kind, name, english_name, credit_code, about, english_about, address, contact, area_code, created_at) \
             VALUES (?1, 'charity', 'bench', 'bench', ?2, '', '', '', '', '000000000000', 0)"),
        params![id, mchid],
    )?;
    tx.execute_one(sql("INSERT INTO merchant (organisation_id, mchid, opened_at) VALUES (?1, ?2, 0)"), params![id, mchid])
}

fn insert_project(tx: &mut Tx, project: &Project, person: Id) -> Result<(), db::Fault> {
    tx.execute_one(
        sql("INSERT INTO project (id, state, version, title, english_title, summary, english_summary, story, field, area_code, object, service, \
             launcher_id, recipient_id, implementer_id, filing_number, goal_fen, starts_day, ends_day, due_day, created_by, created_at) \
             VALUES (?1, 'published', 1, 'bench', '', '', '', '', 'education', '000000000000', '', '', ?2, ?2, ?2, '', 1, ?3, ?3, ?4, ?5, 0)"),
        params![project.id, project.recipient_id, CALENDAR_DAY, app::projects::NEVER, person],
    )
}

const INTENT: BulkInsert = BulkInsert {
    table: "gift_intent",
    columns: &[
        ("id", Kind::Int),
        ("project_id", Kind::Int),
        ("recipient_id", Kind::Int),
        ("donor_id", Kind::Int),
        ("amount_fen", Kind::Int),
        ("anonymous", Kind::Int),
        ("name", Kind::Text),
        ("message", Kind::Text),
        ("snapshot_hash", Kind::Blob),
        ("created_at", Kind::Int),
    ],
};

/// Makes `count` intents and the confirmations for them, out of order within windows of 4,096 as they would arrive.
pub fn confirmations(app: &Arc<App>, projects: &[Project], count: usize, lot: &mut Lot) -> Result<Vec<Confirmation>> {
    const SHOWN: &str = "what the calmer showed";
    let snapshot = sha256(SHOWN.as_bytes());
    app.db
        .write(|tx| {
            tx.execute(
                sql("INSERT INTO calmer_snapshot (hash, body, first_shown_at) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING"),
                params![&snapshot, SHOWN, STATED_NOW],
            )
        })
        .context("preparing the snapshot")?;
    let mut made = Vec::with_capacity(count);
    while made.len() < count {
        let some = (count - made.len()).min(50_000);
        let mut rows: Vec<Value> = Vec::with_capacity(some * INTENT.columns.len());
        for _ in 0..some {
            // The third power of an even lot: a few projects get most of the gifts, as on a giving day.
            let even = lot.below(1_000_000) as u64;
            let skewed = even * even / 1_000_000 * even / 1_000_000;
            let project = &projects[usize::try_from(skewed).unwrap_or(0) * projects.len() / 1_000_000];
            let (id, amount) = (app.ids.next(STATED_NOW), amount_fen(lot));
            let donor_id = i64::try_from(lot.below(3_000_000)).unwrap_or(0) * i64::from(lot.below(2) == 0);
            rows.extend([
                id.into(),
                project.id.into(),
                project.recipient_id.into(),
                donor_id.into(),
                amount.into(),
                0.into(),
                "".into(),
                "".into(),
                Value::from(&snapshot),
                STATED_NOW.into(),
            ]);
            made.push(Confirmation {
                out_trade_no: id.to_string(),
                transaction_id: format!("42000{:023}", lot.next()),
                mchid: project.mchid.clone(),
                amount_fen: amount,
                currency: "CNY".into(),
                paid_at: STATED_NOW,
            });
        }
        app.db.write_batch(|tx| tx.bulk_insert(INTENT, &rows)).context("preparing intents")?;
    }
    for window in made.chunks_mut(4096) {
        for i in (1..window.len()).rev() {
            window.swap(i, lot.below(i + 1));
        }
    }
    Ok(made)
}

/// One in two hundred confirmations comes twice, as the channel repeats itself.
pub fn with_duplicates(confirmations: Vec<Confirmation>, lot: &mut Lot) -> Vec<Confirmation> {
    let mut all = Vec::with_capacity(confirmations.len() + confirmations.len() / 200);
    for confirmation in confirmations {
        if lot.below(200) == 0 {
            all.push(confirmation.clone());
        }
        all.push(confirmation);
    }
    all
}
