//! kill -9 in the middle of the load: no acknowledged gift lost, none twice, every fold right, and one history in the public log.

use std::time::{Duration, Instant};

use db::Engine;

use crate::program::{Place, Running, huihai, json, path};
use crate::watched::{ORIGIN, Watcher};
use tlog::LogKey;

/// One crash: a load is started, killed after `after` of acknowledging gifts, and the books are looked at.
/// Returns how many gifts had been acknowledged.
fn crash(engine: Engine, gifts: &str, after: Duration) -> u64 {
    let place = Place::new(engine);
    let acknowledged = place.file("acknowledged");
    let arguments = ["bench", "gifts", "--gifts", gifts, "--projects", "500", "--naive", "0", "--batch", "1000", "--acknowledged"];
    let mut load = Running(
        huihai(&arguments, &[vec![path(&acknowledged)], place.for_bench()].concat())
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("the program starts"),
    );
    let deadline = Instant::now() + Duration::from_secs(120);
    let size = || std::fs::metadata(&acknowledged).map_or(0, |m| m.len());
    while size() == 0 {
        assert!(Instant::now() < deadline, "no gift was acknowledged in two minutes");
        assert!(load.0.try_wait().expect("a child can be asked").is_none(), "the load ended before it was killed");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(after);
    load.0.kill().expect("a child can be killed");
    let ended = load.0.wait().expect("a killed child ends");
    assert!(!ended.success(), "the load had ended by itself; it must be longer for this machine");
    let arguments = [vec!["--acknowledged".to_owned(), path(&acknowledged)], place.for_check()].concat();
    let checked = json(&huihai(&["check", "--json"], &arguments).output().expect("the program starts"));
    assert_eq!(checked["findings"].as_array().map(Vec::len), Some(0), "{checked}");
    let count = checked["acknowledged"].as_u64().expect("acknowledged gifts were looked for");
    assert!(checked["gifts"].as_u64() >= Some(count), "{checked}");
    assert!(count > 0);
    count
}

#[test]
fn a_killed_load_loses_nothing_that_was_acknowledged() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        crash(engine, "200000", Duration::from_millis(300));
    }
}

#[test]
#[ignore = "soak"]
fn twenty_killed_loads_lose_nothing_that_was_acknowledged() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        for round in 0..20_u64 {
            let count = crash(engine, "2000000", Duration::from_millis(50 + round * 97));
            println!("{engine:?} round {}: {count} acknowledged gifts, all there, books clean", round + 1);
        }
    }
}

/// The books with their log, and the witness that the log needs, killed at random moments, together and one after the other, and started again
/// on what is left: nothing acknowledged is lost, nothing that the witness has seen is taken back, and the log goes on to its end.
fn killed_with_its_witness(engine: Engine, rounds: u64) {
    let place = Place::new(engine);
    let (acknowledged, policy) = (place.file("acknowledged"), place.file("policy"));
    let key = LogKey::from_seed(ORIGIN, &[1; 32]).expect("a name");
    std::fs::write(place.file("log.key"), format!("{}\n", key.to_private_line())).expect("written");
    let witnessed_by = |witness: &Watcher| {
        let text = format!("log {0} http://127.0.0.1:9\nwitness one {1} {2}\nquorum one\n", key.vkey(), witness.keys[0], witness.url);
        std::fs::write(&policy, text).expect("written");
    };
    let log_in = if engine == Engine::Postgres { vec!["--data".to_owned(), path(&place.file(""))] } else { vec![] };
    let load = |gifts: &str| {
        let files = vec!["--acknowledged".to_owned(), path(&acknowledged), "--policy".to_owned(), path(&policy)];
        let asked = ["bench", "gifts", "--gifts", gifts, "--projects", "100", "--naive", "0", "--batch", "50", "--json"];
        huihai(&asked, &[files, place.for_bench(), log_in.clone()].concat())
    };
    let size = || std::fs::metadata(&acknowledged).map_or(0, |m| m.len());
    let (mut seen, mut killed_at_work) = (0, 0);
    for round in 0..rounds {
        let witness = Watcher::start(&place, key.vkey(), &[]);
        witnessed_by(&witness);
        let remembered = witness.latest_size(ORIGIN);
        assert!(remembered >= seen, "round {round}: the witness had seen {seen} entries and remembers {remembered}");
        let before = size();
        let mut running = Running(load("40000").stdout(std::process::Stdio::null()).spawn().expect("the program starts"));
        let deadline = Instant::now() + Duration::from_secs(120);
        while size() == before {
            assert!(Instant::now() < deadline, "no gift was acknowledged in two minutes");
            assert!(
                running.0.try_wait().expect("a child can be asked").is_none_or(|ended| ended.success()),
                "round {round}: the load failed"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(round * 137 % 1900));
        seen = witness.latest_size(ORIGIN);
        if round % 2 == 1 {
            // The witness first, and the log goes without it for a moment.
            drop(witness);
            std::thread::sleep(Duration::from_millis(round * 31 % 400));
        }
        killed_at_work += u64::from(running.0.try_wait().expect("a child can be asked").is_none());
        drop(running);
    }
    assert!(killed_at_work * 2 > rounds, "only {killed_at_work} of {rounds} were killed at work");
    let witness = Watcher::start(&place, key.vkey(), &[]);
    witnessed_by(&witness);
    let ended = load("200").output().expect("the program starts");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let published = json(&ended)["log_entries_published"].as_u64().expect("how far the log is");
    assert_eq!(witness.latest_size(ORIGIN), published, "the witness has seen all of it");
    assert!(published > seen);
    let arguments = [vec!["--acknowledged".to_owned(), path(&acknowledged)], place.for_check()].concat();
    let checked = json(&huihai(&["check", "--json"], &arguments).output().expect("the program starts"));
    assert_eq!(checked["findings"].as_array().map(Vec::len), Some(0), "{}", checked["findings"]);
    println!(
        "{engine:?}: {killed_at_work} of {rounds} killed at work, {} acknowledged gifts there, {published} entries, one history",
        checked["acknowledged"]
    );
}

#[test]
fn killed_with_its_witness_the_log_has_one_history() {
    killed_with_its_witness(Engine::Sqlite, 2);
    killed_with_its_witness(Engine::Postgres, 2);
}

#[test]
#[ignore = "soak"]
fn killed_fifty_times_with_its_witness_the_log_has_one_history() {
    killed_with_its_witness(Engine::Sqlite, 50);
    killed_with_its_witness(Engine::Postgres, 50);
}
