//! Backup, restore and move, rehearsed with the program itself: while gifts settle, and over from one engine to the other.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use db::Engine;
use db::testing::fresh;

use crate::program::{Place, Running, huihai, json, path};

fn said(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn run(arguments: &[&str], more: &[String]) -> Output {
    huihai(arguments, more).output().expect("the program starts")
}

/// Gifts being acknowledged into a database until this is dropped.
struct Load {
    running: Running,
    acknowledged: PathBuf,
}

impl Load {
    fn begin(place: &Place) -> Load {
        let acknowledged = place.file("acknowledged");
        let arguments = ["bench", "gifts", "--gifts", "200000", "--projects", "300", "--naive", "0", "--batch", "1000", "--acknowledged"];
        let running = Running(
            huihai(&arguments, &[vec![path(&acknowledged)], place.for_bench()].concat()).stdout(Stdio::null()).spawn().expect("it starts"),
        );
        Load { running, acknowledged }
    }

    fn size(&self) -> u64 {
        std::fs::metadata(&self.acknowledged).map_or(0, |m| m.len())
    }

    fn wait_until(&mut self, bytes: u64) {
        let deadline = Instant::now() + Duration::from_secs(180);
        while self.size() < bytes {
            assert!(Instant::now() < deadline, "no gifts were acknowledged in three minutes");
            assert!(self.running.0.try_wait().expect("a child can be asked").is_none(), "the load has ended");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Backs up while gifts settle; what was acknowledged before the backup began is in it, and it is clean.
fn rehearse(engine: Engine) {
    let place = Place::new(engine);
    let mut load = Load::begin(&place);
    load.wait_until(8 * 2_000);
    let before = place.file("before");
    std::fs::copy(&load.acknowledged, &before).expect("a copy of what was acknowledged");
    let (size_before, kept) = (load.size(), path(&place.file("kept")));
    let backup = [vec!["--to".into(), kept.clone(), "--without-secret".into()], place.for_check()].concat();
    let done = run(&["backup"], &backup);
    assert!(done.status.success(), "{}", said(&done));
    load.wait_until(size_before + 8);
    drop(load);

    let again = run(&["backup"], &backup);
    assert!(!again.status.success() && said(&again).contains("there already"), "{}", said(&again));
    let (restored, empty) = (Place::new(Engine::Sqlite), fresh(Engine::Postgres));
    let target = match engine {
        Engine::Sqlite => restored.for_check(),
        Engine::Postgres => vec!["--database".to_owned(), empty.url_or_path().to_owned()],
    };
    let back = run(&["restore", "--from", &kept], &target);
    assert!(back.status.success() && said(&back).contains("clean"), "{}", said(&back));
    let checked = json(&run(&["check", "--json", "--acknowledged", &path(&before)], &target));
    assert_eq!(checked["findings"].as_array().map(Vec::len), Some(0), "{checked}");
    assert!(checked["acknowledged"].as_u64() >= Some(2_000), "{checked}");
    // A second restore into the same place is refused.
    let twice = run(&["restore", "--from", &kept], &target);
    assert!(!twice.status.success() && said(&twice).contains("already"), "{}", said(&twice));
}

#[test]
fn a_backup_under_load_is_clean_and_holds_every_gift_acknowledged_before_it() {
    rehearse(Engine::Sqlite);
    rehearse(Engine::Postgres);
}

/// A folder with a database that has some gifts, and a secret.
fn small(place: &Place) {
    let done = run(&["bench", "gifts", "--gifts", "3000", "--projects", "20", "--naive", "0"], &place.for_bench());
    assert!(done.status.success(), "{}", said(&done));
    std::fs::write(place.file("secret"), [7; 32]).expect("a secret");
}

#[test]
fn a_backup_names_what_it_lacks_and_a_damaged_one_is_refused() {
    let place = Place::new(Engine::Sqlite);
    small(&place);
    let kept = place.file("kept");
    let data = place.for_check();
    let nowhere = run(&["backup", "--to", &path(&kept), "--data", &path(&place.file("nowhere"))], &[]);
    assert!(!nowhere.status.success() && said(&nowhere).contains("secret"), "{}", said(&nowhere));
    let done = run(&["backup", "--to", &path(&kept)], &data);
    assert!(done.status.success() && said(&done).contains("secret"), "{}", said(&done));
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(kept.join("secret")).expect("a secret"));
    assert_eq!(mode & 0o077, 0, "only its owner reads the secret");

    let whole = Place::new(Engine::Sqlite);
    let back = run(&["restore", "--from", &path(&kept)], &whole.for_check());
    assert!(back.status.success(), "{}", said(&back));
    assert_eq!(std::fs::read(whole.file("secret")).expect("the secret came back"), [7; 32]);

    let file = kept.join("huihai.sqlite");
    let mut bytes = std::fs::read(&file).expect("a database");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).expect("damage");
    let other = Place::new(Engine::Sqlite);
    let refused = run(&["restore", "--from", &path(&kept)], &other.for_check());
    assert!(!refused.status.success() && said(&refused).contains("is not what was backed up"), "{}", said(&refused));
    assert!(!Path::new(&other.file("huihai.sqlite")).exists(), "nothing of it was taken");
}

#[test]
fn a_moved_installation_checks_byte_for_byte_the_same() {
    let place = Place::new(Engine::Sqlite);
    small(&place);
    let data = place.for_check();
    let before = run(&["check", "--json"], &data);
    let to = fresh(Engine::Postgres);
    let url = ["--to".to_owned(), to.url_or_path().to_owned()];
    let moved = run(&["move"], &[data.clone(), url.to_vec()].concat());
    assert!(moved.status.success() && said(&moved).contains("agree on every one"), "{}", said(&moved));
    let there = run(&["check", "--json", "--database", to.url_or_path()], &[]);
    assert_eq!(String::from_utf8_lossy(&there.stdout), String::from_utf8_lossy(&before.stdout));
    assert!(json(&there)["folds"]["fund"]["rows"].as_u64() > Some(0));
    let twice = run(&["move"], &[data, url.to_vec()].concat());
    assert!(!twice.status.success() && said(&twice).contains("not empty"), "{}", said(&twice));
}
