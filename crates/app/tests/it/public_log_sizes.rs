//! The served log at the sizes where trees and tiles go wrong: around one tile, around a tile of tiles, and far beyond. Every file that a
//! stranger can fetch is compared, byte for byte, with what RFC 6962 and C2SP tlog-tiles say, computed here from the facts alone.

use db::{params, sql};
use testkit::{Engine, World};
use tlog::{Note, Policy};

use crate::public_log::{leaf, root};

type Hash = [u8; 32];

fn fetch(agent: &ureq::Agent, world: &World, path: &str) -> Vec<u8> {
    let mut answer = agent.get(format!("http://{}/log/{path}", world.address())).call().unwrap_or_else(|error| panic!("{path}: {error}"));
    answer.body_mut().with_config().limit(32 << 20).read_to_vec().expect("a body")
}

/// `x001/x234/067`, and `.p/W` for a tile that is not full.
fn address(index: usize, width: usize) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut above = index / 1000;
    while above > 0 {
        path = format!("x{:03}/{path}", above % 1000);
        above /= 1000;
    }
    if width < 256 { format!("{path}.p/{width}") } else { path }
}

/// What the log should hold: the bytes that were told, in the order that the database gave them.
fn told(world: &World) -> Vec<Vec<u8>> {
    let statement = sql("SELECT public_entry.kind, public_entry.body, public_entry.created_at FROM log_entry \
         JOIN public_entry ON public_entry.id = log_entry.entry_id ORDER BY log_entry.entry_index");
    let rows = world.app.db.read(|tx| tx.query(statement, params![])).expect("facts");
    rows.iter()
        .map(|row| {
            let (kind, body) = (row.text("kind").expect("a kind"), row.text("body").expect("a body"));
            let at = minute(row.int("created_at").expect("a time"));
            format!(r#"{{"at":"{at}","body":{body},"kind":"{kind}","v":1}}"#).into_bytes()
        })
        .collect()
}

/// `2026-09-09T01:02Z`, counted off day by day.
fn minute(micros: i64) -> String {
    let minutes = micros.div_euclid(60_000_000);
    let (mut days, mut year, mut month) = (minutes / 1440, 1970, 0);
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    while days >= 365 + i64::from(leap(year)) {
        days -= 365 + i64::from(leap(year));
        year += 1;
    }
    let months = [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    while days >= months[month] {
        days -= months[month];
        month += 1;
    }
    format!("{year:04}-{:02}-{:02}T{:02}:{:02}Z", month + 1, days + 1, minutes % 1440 / 60, minutes % 60)
}

fn grow_to(world: &World, size: usize) {
    let has = world.count(sql("SELECT COUNT(*) AS count FROM public_entry"), params![]);
    let missing: Vec<i64> = (has..size as i64).map(|_| world.app.new_id()).collect();
    for some in missing.chunks(20_000) {
        let now = world.clock.now();
        let tell = |tx: &mut db::Tx| {
            some.iter().try_for_each(|id| {
                // Bodies of many lengths.
                let body = format!(r#"{{"about":"{id}","note_sha256":"{}"}}"#, "5".repeat(id.unsigned_abs() as usize % 65));
                app::kernel::public_entry::append(tx, *id, "example", &body, now)
            })
        };
        world.app.db.write_batch(tell).expect("told");
    }
    let chore = world.app.chores().iter().find(|chore| chore.name == "public log").expect("the sequencer");
    world.clock.advance(1_000_000);
    (chore.run)(&world.app).unwrap_or_else(|trouble| panic!("{trouble:?}"));
}

/// Fetches everything and compares it.
fn is_right(world: &World, size: usize) {
    let agent = ureq::Agent::config_builder().build().new_agent();
    let entries = told(world);
    assert_eq!(entries.len(), size);
    let leaves: Vec<Hash> = entries.iter().map(|entry| leaf(entry)).collect();

    let note = String::from_utf8(fetch(&agent, world, "checkpoint")).expect("text");
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!(lines[1], size.to_string());
    assert_eq!(lines[2], tlog::Hash(root(&leaves)).to_string());
    let policy = Policy::parse(&fetch(&agent, world, "policy")).expect("a policy");
    policy.believe(&Note::parse(note.as_bytes()).expect("a note"), None).expect("signed, and cosigned by the quorum");

    for (bundle, some) in entries.chunks(256).enumerate() {
        let path = format!("tile/entries/{}", address(bundle, some.len()));
        let expected: Vec<u8> =
            some.iter().flat_map(|entry| [&u16::try_from(entry.len()).expect("short").to_be_bytes()[..], entry].concat()).collect();
        assert!(fetch(&agent, world, &path) == expected, "{path} at size {size}");
    }
    let (mut hashes, mut level) = (leaves, 0);
    while !hashes.is_empty() {
        for (tile, some) in hashes.chunks(256).enumerate() {
            let path = format!("tile/{level}/{}", address(tile, some.len()));
            assert!(fetch(&agent, world, &path) == some.concat(), "{path} at size {size}");
        }
        hashes = hashes.as_chunks::<256>().0.iter().map(|full| root(full)).collect();
        level += 1;
    }
}

fn right_at(engine: Engine, sizes: &[usize]) {
    let world = &World::new(engine);
    world.catch_up();
    for &size in sizes {
        grow_to(world, size);
        is_right(world, size);
    }
}

#[test]
fn around_one_tile_on_postgres() {
    right_at(Engine::Postgres, &[1, 2, 255, 256, 257, 513]);
}

#[test]
fn around_one_tile_and_a_tile_of_tiles() {
    right_at(Engine::Sqlite, &[1, 2, 255, 256, 257, 65_535, 65_536, 65_537]);
}

#[test]
#[ignore = "soak"]
fn a_million_on_both_engines() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        right_at(engine, &[65_535, 65_536, 65_537, 1_000_000]);
    }
}
