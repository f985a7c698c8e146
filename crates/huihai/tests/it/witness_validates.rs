//! `huihai witness --validate`: it reads along, and vouches for the books with its second key while they hold. The log is that of a whole
//! life of a project; then the operator changes one entry, signs the new tree with the log's own key, and is found out.

use std::fs;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use db::Engine;
use openbook::{Books, Entry, hex};
use serde_json::{Map, Value, json};
use testkit::{World, log_key};
use tlog::{AddCheckpoint, Checkpoint, Note};

use crate::program::{Place, path};
use crate::watched::{Log, Served, Watcher, cosigned_by};

/// Changes what an entry says.
type Lie = fn(&mut Map<String, Value>);

/// What a real log says: its entries, and its side data by path.
struct Told {
    entries: Vec<Vec<u8>>,
    sides: Vec<(String, Vec<u8>)>,
}

/// Lived once for all stories.
fn lived() -> &'static Told {
    static TOLD: OnceLock<Told> = OnceLock::new();
    TOLD.get_or_init(live)
}

fn live() -> Told {
    let world = World::new(Engine::Sqlite);
    let (cast, donor) = (world.cast(), world.donor("13800000001"));
    world.life(&cast, &donor);
    world.catch_up();
    let fetch = |path: &str| {
        let mut answer = ureq::get(format!("http://{}/log/{path}", world.address())).call().expect("the log is served");
        answer.body_mut().read_to_vec().expect("a body")
    };
    let note = Note::parse(&fetch("checkpoint")).expect("a note");
    let size = Checkpoint::parse(note.text()).expect("a checkpoint").size();
    assert!((10..256).contains(&size), "one bundle: {size}");
    let bundle = fetch(&format!("tile/entries/000.p/{size}"));
    let entries: Vec<Vec<u8>> = tlog::entries(&bundle).expect("a bundle").iter().map(|entry| entry.to_vec()).collect();
    let hashes = entries.iter().filter_map(|entry| Books::side_data_of(&Entry::from_bytes(entry).expect("an entry")));
    let paths: Vec<String> = hashes.map(|hash| format!("side/{}", hex(&hash))).collect();
    let sides = paths.into_iter().map(|path| (path.clone(), fetch(&path))).collect();
    Told { entries, sides }
}

impl Told {
    fn log(&self) -> Log {
        let mut log = Log::signed_by(log_key());
        self.entries.iter().for_each(|entry| log.add(entry));
        log
    }

    /// The first entry of a kind, with another body.
    fn with(&self, kind: &str, change: Lie) -> (usize, Told) {
        let is = |entry: &Vec<u8>| Entry::from_bytes(entry).expect("an entry").kind == kind;
        let at = self.entries.iter().position(is).unwrap_or_else(|| panic!("a {kind}"));
        let mut entry = Entry::from_bytes(&self.entries[at]).expect("an entry");
        change(&mut entry.body);
        let mut entries = self.entries.clone();
        entries[at] = entry.to_bytes().expect("it can be said");
        (at, Told { entries, sides: self.sides.clone() })
    }
}

struct Watched {
    place: Place,
    served: Served,
}

impl Watched {
    fn new() -> Watched {
        Watched { place: Place::new(Engine::Sqlite), served: Served::new() }
    }

    fn start(&self) -> Watcher {
        let second = path(&self.place.file("validating.key"));
        Watcher::start(&self.place, log_key().vkey(), &["--validate", &self.served.url, "--validating-key", &second])
    }

    fn serves(&self, log: &Log, told: &Told) {
        let mut files = self.served.files();
        files.clear();
        files.extend(log.files.clone());
        files.extend(told.sides.clone());
    }
}

/// Asks for this tree again and again until the second key has signed too, or the time is over.
fn both_sign(witness: &Watcher, log: &Log, from: u64, to: u64, within: Duration) -> bool {
    let started = Instant::now();
    let mut from = from;
    loop {
        let asked = log.asks(from, to);
        let answer = witness.asked(&asked.to_string());
        let signed = cosigned_by(&witness.keys, &asked, &answer);
        assert!(signed.contains(&"witness.example.edu".to_owned()), "the first key does not depend on the books: {}", answer.body);
        if signed.contains(&"witness.example.edu/validating".to_owned()) {
            return true;
        }
        if started.elapsed() > within {
            return false;
        }
        from = to;
        std::thread::sleep(Duration::from_millis(50));
    }
}

const LONG: Duration = Duration::from_secs(20);
const A_WHILE: Duration = Duration::from_secs(2);

#[test]
fn a_whole_life_holds_and_what_cannot_be_read_yet_follows() {
    let (told, watched) = (lived(), Watched::new());
    let log = told.log();
    let (half, size) = (log.size() / 2, log.size());
    let witness = watched.start();
    // Nothing is served yet: the first key signs all the same, and the log does not wait for the second.
    let started = Instant::now();
    let asked = log.asks(0, half);
    let answer = witness.asked(&asked.to_string());
    assert_eq!(cosigned_by(&witness.keys, &asked, &answer), ["witness.example.edu"]);
    assert!(started.elapsed() < Duration::from_millis(900), "{:?}", started.elapsed());
    watched.serves(&log, told);
    assert!(both_sign(&witness, &log, half, half, LONG), "half of it holds");
    // Once it reads along, both keys sign the very checkpoint they are asked for.
    let asked = log.asks(half, size);
    let answer = witness.asked(&asked.to_string());
    assert_eq!(cosigned_by(&witness.keys, &asked, &answer).len(), 2, "{}", answer.body);
    let latest = witness.latest("huihai.test/log").expect("a note");
    assert_eq!(latest.verify(&witness.keys).expect("signed").len(), 2, "anybody can see both");
    witness.kill();

    // After a start everything is read again, without being asked.
    let witness = watched.start();
    assert!(both_sign(&witness, &log, size, size, LONG));
    assert!(!watched.place.file("state/evidence").exists());
}

/// Side data that is withheld, or other bytes than were signed: nothing is known, nobody is accused, and it recovers.
#[test]
fn what_is_withheld_or_garbled_on_the_way_is_no_violation() {
    let (told, watched) = (lived(), Watched::new());
    let log = told.log();
    let size = log.size();
    let witness = watched.start();
    watched.serves(&log, told);
    watched.served.files().retain(|path, _| !path.starts_with("side/"));
    assert!(!both_sign(&witness, &log, 0, size, A_WHILE), "side data is missing");
    watched.serves(&log, told);
    watched.served.files().iter_mut().filter(|(path, _)| path.starts_with("side/")).for_each(|(_, bytes)| bytes[40] ^= 1);
    assert!(!both_sign(&witness, &log, size, size, A_WHILE), "side data is not what the entry says");
    // An expense of another amount on the way: the tree is not the signed one.
    let (_, other) = told.with("expense_recorded", |body| body["amount_fen"] = json!(1));
    watched.serves(&other.log(), told);
    assert!(!both_sign(&witness, &log, size, size, A_WHILE), "the entries are not those that were signed");
    watched.serves(&log, told);
    assert!(both_sign(&witness, &log, size, size, LONG), "and then everything is right again");
    assert!(!watched.place.file("state/evidence").exists());
}

#[test]
fn a_dishonest_operator_is_named() {
    let told = lived();
    let lies: [(&str, &str, Lie); 4] = [
        ("expense_recorded", "the fen it names do not add up", |body| body["amount_fen"] = json!(body["amount_fen"].as_i64().unwrap() + 1)),
        ("expense_recorded", "spends fen that were not paid out", |body| {
            let amount = body["amount_fen"].as_i64().unwrap();
            body["fen"] = json!([[90_000_000, 90_000_000 + amount]]);
        }),
        ("payout_paid", "takes fen that did not come in", |body| {
            body["amount_fen"] = json!(90_000_000);
            body["fen"] = json!([[0, 90_000_000]]);
        }),
        ("gift_batch", "does not have the sum", |body| body["amount_fen"] = json!(body["amount_fen"].as_i64().unwrap() + 100)),
    ];
    for (kind, complaint, lie) in lies {
        let watched = Watched::new();
        let (at, altered) = told.with(kind, lie);
        let log = altered.log();
        let size = log.size();
        watched.serves(&log, &altered);
        let witness = watched.start();
        assert!(!both_sign(&witness, &log, 0, size, Duration::ZERO), "{kind}");
        // The entry is the last of the files that are kept.
        let started = Instant::now();
        let entry_file = loop {
            let files = fs::read_dir(watched.place.file("state/evidence")).into_iter().flatten().map(|file| file.expect("a file").path());
            if let Some(file) = files.into_iter().find(|file| file.extension().is_some_and(|ending| ending == "entry")) {
                break file;
            }
            assert!(started.elapsed() < LONG, "{kind}: nothing was found");
            assert!(!both_sign(&witness, &log, size, size, Duration::ZERO), "{kind}: the second key signs for a lie");
        };
        let sentence = fs::read_to_string(entry_file.with_extension("why")).expect("a sentence");
        assert!(sentence.contains(complaint) && sentence.starts_with(&format!("entry {at}:")), "{kind} at {at}: {sentence}");
        assert_eq!(fs::read(&entry_file).expect("the entry itself"), altered.entries[at]);
        let signed = Note::parse(&fs::read(entry_file.with_extension("checkpoint")).expect("the checkpoint")).expect("a note");
        signed.verify([log_key().vkey()]).expect("the log has signed it");
        // It stays silent: also for what comes after, and after a start.
        witness.kill();
        let witness = watched.start();
        let mut longer = altered.log();
        longer.add(&told.entries[0]);
        watched.serves(&longer, &altered);
        let asked = AddCheckpoint::new(size, longer.proof(size, size + 1), longer.note(size + 1)).expect("a request");
        let answer = witness.asked(&asked.to_string());
        assert_eq!(cosigned_by(&witness.keys, &asked, &answer), ["witness.example.edu"]);
        witness.kill();
    }
}
