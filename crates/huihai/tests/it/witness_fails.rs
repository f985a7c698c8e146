//! The log with witnesses that are down, slow, confused or lying: giving goes on, nothing is published without a quorum, and it recovers
//! by itself.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use app::kernel::SECOND_US;
use app::public_log::{self, Folder, GiftProof, Setup, State as LogState};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use db::{Engine, params, sql};
use testkit::{LogPlace, Options, World, log_key};
use tlog::{AddCheckpoint, CosignerKey, Decision, Policy, Seen, decide};

use crate::program::Place;
use crate::watched::{Watcher, serve};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Honest,
    Slow,
    Html,
    /// The line of somebody else's key.
    AnotherKey,
    /// Its own line with a wrong signature.
    WrongSignature,
    /// Signs another tree than it is asked for.
    AnotherTree,
    /// Never agrees on a size.
    Undecided,
    Refuses,
    /// Makes up that it has seen more, and cannot show it.
    Ahead,
}

/// A witness that can be told how to behave.
struct Fake {
    mood: Mutex<Mood>,
    seen: Mutex<Option<Seen>>,
    /// What its monitoring address shows.
    shows: Mutex<Option<String>>,
    key: CosignerKey,
}

impl Fake {
    fn new() -> Arc<Fake> {
        let key = CosignerKey::from_seed("fake.example.edu", &[3; 32]).expect("a name");
        Arc::new(Fake { mood: Mutex::new(Mood::Honest), seen: Mutex::default(), shows: Mutex::default(), key })
    }

    fn mood(&self) -> MutexGuard<'_, Mood> {
        self.mood.lock().expect("nobody panicked")
    }
}

async fn latest(State(fake): State<Arc<Fake>>) -> Result<String, StatusCode> {
    fake.shows.lock().expect("nobody panicked").clone().ok_or(StatusCode::NOT_FOUND)
}

fn router(fake: &Arc<Fake>) -> Router {
    Router::new().route("/add-checkpoint", post(answer)).route("/{origin}/checkpoint", get(latest)).with_state(fake.clone())
}

async fn answer(State(fake): State<Arc<Fake>>, body: Bytes) -> (StatusCode, String) {
    let mood = *fake.mood();
    let request = AddCheckpoint::parse(&body).expect("the log sends requests");
    let other = CosignerKey::from_seed("other.example.edu", &[4; 32]).expect("a name");
    let line = |key: &CosignerKey| key.cosign(request.checkpoint(), 1_790_000_000).expect("a line").to_string();
    match mood {
        Mood::Slow => {
            tokio::time::sleep(Duration::from_secs(3)).await;
            (StatusCode::OK, line(&fake.key))
        }
        Mood::Html => (StatusCode::OK, "<!doctype html><title>Welcome to our hosting</title>\n".to_owned()),
        Mood::AnotherKey => (StatusCode::OK, line(&other)),
        Mood::WrongSignature => (StatusCode::OK, line(&fake.key).replace("A", "B")),
        Mood::AnotherTree => {
            let tree = tlog::Checkpoint::new(request.checkpoint().origin(), request.checkpoint().size(), tlog::Hash([9; 32]));
            (StatusCode::OK, fake.key.cosign(&tree.expect("an origin"), 1_790_000_000).expect("a line").to_string())
        }
        Mood::Undecided => (StatusCode::CONFLICT, format!("{}\n", request.old_size().saturating_sub(1))),
        Mood::Refuses => (StatusCode::FORBIDDEN, "no\n".to_owned()),
        Mood::Ahead => (StatusCode::CONFLICT, "999999\n".to_owned()),
        Mood::Honest => {
            let mut seen = fake.seen.lock().expect("nobody panicked");
            let answer = match decide(&request, &[log_key().vkey().clone()], *seen, &[&fake.key], 1_790_000_000) {
                Decision::Cosign { seen: now, answer, .. } => {
                    *seen = Some(now);
                    answer
                }
                Decision::Refuse(refused) => refused.answer(),
            };
            (StatusCode::from_u16(answer.status).expect("a status"), answer.body)
        }
    }
}

fn watched_world(lines: &str, quorum: &str, log_place: &LogPlace) -> World {
    let key = log_key();
    let policy = format!("log {}\n{lines}{quorum}\n", key.vkey());
    let policy = Policy::parse(policy.as_bytes()).expect("a policy");
    let log = Setup { key, folder: Folder::new(log_place.path()), policy, patience: Duration::from_millis(400) };
    World::with(Engine::Sqlite, Options { log: Some(log), ..Options::default() })
}

fn state(world: &World) -> LogState {
    world.app.db.read(public_log::state).expect("a state")
}

/// One round of the sequencer, a moment later.
fn round(world: &World) -> Result<(), String> {
    world.clock.advance(20 * SECOND_US);
    let chore = world.app.chores().iter().find(|chore| chore.name == "public log").expect("the sequencer");
    (chore.run)(&world.app).map_err(|trouble| format!("{trouble:?}"))
}

fn failure_of(world: &World, name: &str) -> String {
    let heard = world.app.db.read(public_log::heard).expect("what was heard");
    heard.into_iter().find(|heard| heard.name == name).map(|heard| heard.failure).unwrap_or_default()
}

#[test]
fn giving_goes_on_without_a_quorum_and_proofs_come_when_it_is_back() {
    let (place, log_place, fake) = (Place::new(Engine::Sqlite), LogPlace::new(), Fake::new());
    let (fake_url, _runtime) = serve(router(&fake));
    let mut real = Watcher::start(&place, log_key().vkey(), &[]);
    let real_url = real.url.clone();
    let lines = format!("witness real {} {real_url}\nwitness fake {} {fake_url}\n", real.keys[0], fake.key.vkey());
    let world = watched_world(&lines, "group both all real fake\nquorum both", &log_place);
    let cast = world.cast();
    let project = world.project(&cast, "有人看着");
    world.given(project, 100);
    world.catch_up();
    assert!(state(&world).published_size > 0 && state(&world).published_size == state(&world).assigned);

    let moods =
        [Mood::Slow, Mood::Html, Mood::AnotherKey, Mood::WrongSignature, Mood::AnotherTree, Mood::Undecided, Mood::Refuses, Mood::Ahead];
    for (at, mood) in moods.into_iter().enumerate() {
        let before = state(&world);
        *fake.mood() = mood;
        let gift = world.given(project, 200 + at as i64);
        round(&world).unwrap_or_else(|why| panic!("{mood:?}: {why}"));
        let gifts = world.count(sql("SELECT COUNT(*) AS count FROM gift"), params![]);
        assert_eq!(gifts, at as i64 + 2, "{mood:?}: giving goes on");
        assert_eq!(state(&world).published_text, before.published_text, "{mood:?}: nothing is published without a quorum");
        assert!(matches!(public_log::of_gift(&world.app, gift), Ok(Some(GiftProof::Promised { .. }))), "{mood:?}: the proof waits");
        assert!(!failure_of(&world, "fake").is_empty(), "{mood:?}: it is said who is silent");
        assert_eq!(failure_of(&world, "real"), "", "{mood:?}");
        assert_eq!(state(&world).stopped, "", "{mood:?}: no witness stops the log by saying something");
        *fake.mood() = Mood::Honest;
        round(&world).expect("it goes on");
        assert!(state(&world).published_size > before.published_size, "{mood:?}: it recovers by itself");
        assert!(matches!(public_log::of_gift(&world.app, gift), Ok(Some(GiftProof::Published { .. }))));
        assert_eq!(failure_of(&world, "fake"), "");
    }

    // The real one is killed, and comes back on the same port.
    let before = state(&world);
    real.kill();
    let gift = world.given(project, 300);
    round(&world).expect("it waits");
    assert_eq!(state(&world).published_text, before.published_text);
    assert!(!failure_of(&world, "real").is_empty());
    real = Watcher::start(&place, log_key().vkey(), &["--listen", real_url.trim_start_matches("http://")]);
    round(&world).expect("it goes on");
    assert!(state(&world).published_size > before.published_size);
    assert_eq!(real.latest_size("huihai.test/log") as i64, state(&world).published_size);
    assert!(matches!(public_log::of_gift(&world.app, gift), Ok(Some(GiftProof::Published { .. }))));
}

#[test]
fn a_log_restored_from_before_what_a_witness_saw_stops() {
    let (place, log_place, fake) = (Place::new(Engine::Sqlite), LogPlace::new(), Fake::new());
    let witness = Watcher::start(&place, log_key().vkey(), &[]);
    let size = {
        let lines = format!("witness real {} {}\n", witness.keys[0], witness.url);
        let world = watched_world(&lines, "quorum real", &log_place);
        let cast = world.cast();
        let project = world.project(&cast, "昨天的事");
        world.given(project, 100);
        world.catch_up();
        witness.latest_size("huihai.test/log")
    };
    // Database and files are both gone, and somebody begins anew with the key: nothing here knows better, but the witness does.
    let anew = LogPlace::new();
    let (url, _runtime) = serve(router(&fake));
    // The fake tells what the real one has kept, so that this world can be taken down in order at the end.
    let note = witness.latest("huihai.test/log").expect("what it saw");
    *fake.shows.lock().expect("nobody panicked") = Some(note.to_string());
    *fake.seen.lock().expect("nobody panicked") = Some(Seen::of(&tlog::Checkpoint::parse(note.text()).expect("a checkpoint")));
    let lines = format!("witness real {} {url}\n", fake.key.vkey());
    let world = watched_world(&lines, "quorum real", &anew);
    *fake.mood() = Mood::Refuses;
    let cast = world.cast();
    world.project(&cast, "今天的事");
    *fake.mood() = Mood::Honest;
    let why = round(&world).expect_err("it stops");
    assert!(why.contains(&format!("the witness real has seen {size} entries")), "{why}");
    let stopped = state(&world);
    assert!(stopped.stopped.contains("entries were lost, and the log does not go on"), "{stopped:?}");
    assert_eq!(stopped.published_text, "", "nothing is published");
    assert!(round(&world).is_err(), "it stays so");
    *fake.seen.lock().expect("nobody panicked") = None;
}
