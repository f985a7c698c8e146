//! kill -9 in the middle of the load: no acknowledged gift lost, none twice, every fold right.

use std::time::{Duration, Instant};

use db::Engine;

use crate::program::{Place, Running, huihai, json, path};

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
