//! `huihai witness` as a log meets it: every row of the table of C2SP tlog-witness over HTTP, two requests at once, kill -9, and a state that
//! was damaged or lost.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use db::Engine;
use tlog::{AddCheckpoint, Checkpoint, Hash, LogKey};

use crate::program::{Place, path};
use crate::watched::{Log, ORIGIN, Watcher, cosigned_by, signed};

fn place() -> Place {
    Place::new(Engine::Sqlite)
}

/// The files in the witness's state whose name ends so.
fn state_files(place: &Place, folder: &str, ending: &str) -> Vec<PathBuf> {
    let Ok(files) = fs::read_dir(place.file("state").join(folder)) else { return Vec::new() };
    files.map(|file| file.expect("a file").path()).filter(|file| file.to_string_lossy().ends_with(ending)).collect()
}

#[test]
fn the_table_of_answers_row_by_row() {
    let (place, log, other) = (place(), Log::of("gift", 20), Log::of("lie", 20));
    let witness = Watcher::start(&place, log.key.vkey(), &[]);
    let with = |request: &AddCheckpoint, was: &str, is: &str| {
        let text = request.to_string();
        assert!(text.contains(was), "{text}");
        text.replacen(was, is, 1)
    };
    assert!(witness.latest(ORIGIN).is_none());

    // 400: malformed.
    let line = format!("{}\n", Hash([7; 32]));
    let too_many = with(&log.asks(0, 5), "old 0\n", &format!("old 0\n{}", line.repeat(64)));
    for body in ["", "old", "old 00\n\n", "old 1\nnonsense\n\n", &too_many, &with(&log.asks(0, 5), "old 0", "old 6"), &"x".repeat(700_000)]
    {
        let answer = witness.asked(body);
        assert_eq!(answer.status, 400, "{}", answer.body);
    }
    // 404: an origin it does not know.
    let stranger = LogKey::from_seed("elsewhere.example.org", &[1; 32]).expect("a name");
    let unknown = AddCheckpoint::new(0, Vec::new(), signed(&stranger, "elsewhere.example.org", 5, Hash([5; 32]))).expect("a request");
    assert_eq!(witness.asked(&unknown.to_string()).status, 404);
    // 403: nobody it trusts has signed, or the trusted key's line is wrong.
    let thief = LogKey::from_seed(ORIGIN, &[9; 32]).expect("a name");
    let stolen = AddCheckpoint::new(0, Vec::new(), signed(&thief, ORIGIN, 5, Hash([5; 32]))).expect("a request");
    assert_eq!(witness.asked(&stolen.to_string()).status, 403);
    assert_eq!(witness.asked(&with(&log.asks(0, 5), "\n5\n", "\n6\n")).status, 403);
    // 422, as long as nothing was cosigned: a tree without entries has one root; from nothing there is nothing to prove.
    let empty = AddCheckpoint::new(0, Vec::new(), signed(&log.key, ORIGIN, 0, Hash([5; 32]))).expect("a request");
    assert_eq!(witness.asked(&empty.to_string()).status, 422);
    assert_eq!(witness.asked(&with(&log.asks(0, 5), "old 0\n", &format!("old 0\n{line}"))).status, 422);
    // 409: it has never cosigned, so it wants to begin at 0.
    let answer = witness.asked(&log.asks(3, 5).to_string());
    assert_eq!((answer.status, answer.kind.as_str(), answer.body.as_str()), (409, "text/x.tlog.size", "0\n"));
    assert!(witness.latest(ORIGIN).is_none(), "nothing was cosigned yet");

    // 200.
    for (from, to) in [(0, 5), (5, 5), (5, 20)] {
        let asked = log.asks(from, to);
        let answer = witness.asked(&asked.to_string());
        assert_eq!(cosigned_by(&witness.keys, &asked, &answer), ["witness.example.edu"], "{from} to {to}: {}", answer.body);
        let latest = witness.latest(ORIGIN).expect("what it cosigned");
        assert_eq!(latest.text(), asked.note().text());
        assert_eq!(latest.verify([log.key.vkey(), &witness.keys[0]]).expect("both have signed").len(), 2);
    }
    // 409: another size, also a larger tree than it knows.
    for (from, to) in [(5, 20), (0, 20), (5, 5)] {
        let answer = witness.asked(&log.asks(from, to).to_string());
        assert_eq!((answer.status, answer.body.as_str()), (409, "20\n"));
    }
    // 422: another past, and the same size with another root.
    let mut longer = Log::of("lie", 24);
    let before = state_files(&place, "evidence", ".request").len();
    let fork = AddCheckpoint::new(20, Vec::new(), other.note(20)).expect("a request");
    assert_eq!(witness.asked(&fork.to_string()).status, 422);
    assert_eq!(witness.asked(&longer.asks(20, 24).to_string()).status, 422);
    let evidence = state_files(&place, "evidence", ".request");
    assert_eq!(evidence.len(), before + 2);
    let kept = evidence.iter().find(|file| file.to_string_lossy().contains("fork-")).expect("two trees of one size");
    assert_eq!(fs::read_to_string(kept).expect("evidence"), fork.to_string());
    let own = fs::read_to_string(kept.with_extension("cosigned-before")).expect("the other tree");
    assert_eq!(own, witness.latest(ORIGIN).expect("a note").to_string(), "both trees of this size, each with the log's signature");

    // What anybody could send is no evidence: a public checkpoint with a proof that is none. And evidence has an end.
    assert_eq!(witness.asked(&with(&log.asks(20, 20), "old 20\n", &format!("old 20\n{line}"))).status, 422);
    assert_eq!(witness.asked(&fork.to_string()).status, 422);
    assert_eq!(state_files(&place, "evidence", ".request").len(), before + 2);
    for index in 0..40 {
        longer.add(format!("more {index}").as_bytes());
        assert_eq!(witness.asked(&longer.asks(20, longer.size()).to_string()).status, 422);
    }
    assert_eq!(state_files(&place, "evidence", ".request").len(), 32 + 1, "32 without a proof and one fork");
    assert_eq!(witness.latest_size(ORIGIN), 20);
}

#[test]
fn of_two_requests_at_once_one_is_cosigned() {
    let (place, log) = (place(), Log::of("gift", 90));
    let witness = Watcher::start(&place, log.key.vkey(), &[]);
    let mut size = 0;
    for _ in 0..10 {
        let answers: Vec<(u64, u16)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (1..=8)
                .map(|more| {
                    let (witness, log) = (&witness, &log);
                    scope.spawn(move || (size + more, witness.asked(&log.asks(size, size + more).to_string()).status))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
        });
        let cosigned: Vec<u64> = answers.iter().filter(|(_, status)| *status == 200).map(|(to, _)| *to).collect();
        assert_eq!(cosigned.len(), 1, "{answers:?}");
        assert!(answers.iter().all(|(_, status)| matches!(status, 200 | 409)), "{answers:?}");
        size = cosigned[0];
        assert_eq!(witness.latest_size(ORIGIN), size);
    }
}

#[test]
fn killed_between_and_within_requests_it_keeps_its_word() {
    killed(12);
}

#[test]
#[ignore = "soak"]
fn killed_fifty_times_it_keeps_its_word() {
    killed(50);
}

fn killed(rounds: u64) {
    let (place, log, lie) = (place(), Log::of("gift", 600), Log::of("lie", 600));
    let (mut told, mut keys) = (0, None);
    for round in 0..rounds {
        let witness = Watcher::start(&place, log.key.vkey(), &[]);
        assert_eq!(*keys.get_or_insert(witness.keys.clone()), witness.keys, "the key is made once");
        let seen = witness.latest_size(ORIGIN);
        assert!(seen >= told, "it said {told} and remembers {seen}");
        if seen > 0 {
            assert_eq!(witness.asked(&lie.asks(0, 600).to_string()).body, format!("{seen}\n"));
            assert_eq!(witness.asked(&AddCheckpoint::new(seen, Vec::new(), lie.note(seen)).unwrap().to_string()).status, 422);
        }
        told = seen;
        // The kill comes in the middle of a run of requests.
        std::thread::scope(|scope| {
            let url = witness.url.clone();
            let run = scope.spawn({
                let (log, witness) = (&log, &witness);
                move || {
                    let mut cosigned = seen;
                    while cosigned < seen + 9 && cosigned < log.size() {
                        match witness.ask(&log.asks(cosigned, cosigned + 1).to_string()) {
                            Ok(answer) if answer.status == 200 => cosigned += 1,
                            Ok(answer) => panic!("{}: {}", answer.status, answer.body),
                            Err(_) => break,
                        }
                    }
                    cosigned
                }
            });
            std::thread::sleep(Duration::from_millis(3 + round % 12 * 4));
            let killed = std::process::Command::new("kill").args(["-9", &witness.process.0.id().to_string()]).status();
            assert!(killed.expect("kill").success(), "{url}");
            told = told.max(run.join().expect("the run ends"));
        });
        witness.kill();
    }
    assert!(told > 0, "something was cosigned");
}

#[test]
fn a_state_that_is_in_use_damaged_or_lost_stops_it() {
    let (place, log) = (place(), Log::of("gift", 20));
    let vkey = log.key.vkey();
    let witness = Watcher::start(&place, vkey, &[]);
    assert_eq!(witness.asked(&log.asks(0, 9).to_string()).status, 200);
    let mode = fs::metadata(place.file("witness.key")).expect("a key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the key is its owner's only");
    let said = Watcher::refuses_to_start(&place, vkey, &[]);
    assert!(said.contains("another witness works on the state"), "{said}");
    witness.kill();

    let file = state_files(&place, "", ".checkpoint").remove(0);
    let whole = fs::read(&file).expect("a state");
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        fs::write(&file, &whole[..length]).expect("written");
        let said = Watcher::refuses_to_start(&place, vkey, &[]);
        assert!(said.contains("is damaged") && said.contains("retire the key"), "{length} bytes: {said}");
    }
    // One digit of the size; a note of another log's; one nobody but the log has signed.
    let text = String::from_utf8(whole.clone()).expect("text");
    for damaged in [text.replacen("\n9\n", "\n8\n", 1), log.note(9).to_string(), text.replace("gifts", "other")] {
        fs::write(&file, &damaged).expect("written");
        assert!(Watcher::refuses_to_start(&place, vkey, &[]).contains("is damaged"), "{damaged}");
    }
    fs::remove_file(&file).expect("removed");
    assert!(Watcher::refuses_to_start(&place, vkey, &[]).contains("is gone"));
    // The key with an empty folder: its state is somewhere else, or lost.
    fs::rename(place.file("state"), place.file("put-away")).expect("moved");
    let said = Watcher::refuses_to_start(&place, vkey, &[]);
    assert!(said.contains("A witness whose state was lost is retired"), "{said}");
    // The state with another key.
    fs::remove_dir_all(place.file("state")).expect("removed");
    fs::rename(place.file("put-away"), place.file("state")).expect("moved");
    fs::rename(place.file("witness.key"), place.file("away.key")).expect("moved");
    let said = Watcher::refuses_to_start(&place, vkey, &[]);
    assert!(said.contains("bring back the key"), "{said}");

    // With everything back as it was, it goes on where it stood.
    fs::rename(place.file("away.key"), place.file("witness.key")).expect("moved");
    fs::write(&file, &whole).expect("written");
    let witness = Watcher::start(&place, vkey, &[]);
    assert_eq!(witness.asked(&log.asks(0, 20).to_string()).body, "9\n");
    assert_eq!(witness.asked(&log.asks(9, 20).to_string()).status, 200);
}

#[test]
fn it_reads_its_log_from_a_policy_and_knows_a_cosigner_from_a_log() {
    let (place, log) = (place(), Log::of("gift", 3));
    let witness = Watcher::start(&place, log.key.vkey(), &[]);
    let cosigner = witness.keys[0].clone();
    witness.kill();
    let policy = place.file("policy");
    fs::write(&policy, format!("log {}\nwitness w {cosigner}\nquorum w\n", log.key.vkey())).expect("written");
    // Said twice, once as a key and once in a policy, it is one log.
    let witness = Watcher::start(&place, log.key.vkey(), &["--log", &path(&policy)]);
    assert_eq!(witness.asked(&log.asks(0, 3).to_string()).status, 200);
    witness.kill();
    for (word, complaint) in [
        (cosigner.to_string(), "the key of a cosigner"),
        ("nowhere".to_owned(), "neither the key of a log nor a policy file"),
        (path(&place.file("witness.key")), "the policy"),
    ] {
        let said = Watcher::refuses_to_start(&place, log.key.vkey(), &["--log", &word]);
        assert!(said.contains(complaint), "{word}: {said}");
    }
}

/// Clients that say half a request and wait are let go, and nobody else has to wait for them.
#[test]
fn who_is_slow_is_let_go() {
    let (place, log) = (place(), Log::of("gift", 3));
    let witness = Watcher::start(&place, log.key.vkey(), &[]);
    let address = witness.url.trim_start_matches("http://").to_owned();
    let mut slow: Vec<TcpStream> = (0..40).map(|_| TcpStream::connect(&address).expect("a connection")).collect();
    for (at, connection) in slow.iter_mut().enumerate() {
        let half =
            if at % 2 == 0 { "POST /add-che" } else { "POST /add-checkpoint HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nold 0\n" };
        connection.write_all(half.as_bytes()).expect("sent");
    }
    let started = Instant::now();
    assert_eq!(witness.asked(&log.asks(0, 3).to_string()).status, 200);
    assert!(started.elapsed() < Duration::from_secs(3));
    for connection in &mut slow {
        connection.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
        let mut rest = Vec::new();
        let _ = connection.read_to_end(&mut rest);
    }
    assert!(started.elapsed() < Duration::from_secs(15), "they were let go after {:?}", started.elapsed());
    assert_eq!(Checkpoint::parse(witness.latest(ORIGIN).expect("a note").text()).expect("a checkpoint").size(), 3);
}
