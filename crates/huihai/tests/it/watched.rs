//! What the stories of witnesses share: a log made by hand, a witness as a process, and a web server that may be dishonest.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use tlog::{AddCheckpoint, Address, Checkpoint, Growth, Hash, LogKey, Note, TiledTree, Vkey, monitoring_path};

use crate::program::{Place, Running, huihai, path};

pub const ORIGIN: &str = "log.example.org/gifts";

/// A log in memory, with the files of every size it had.
pub struct Log {
    pub key: LogKey,
    growth: Growth,
    roots: Vec<Hash>,
    pub files: HashMap<String, Vec<u8>>,
}

impl Log {
    pub fn new() -> Log {
        Log::signed_by(LogKey::from_seed(ORIGIN, &[1; 32]).expect("a name"))
    }

    pub fn signed_by(key: LogKey) -> Log {
        Log { key, growth: Growth::new(), roots: vec![tlog::EMPTY_ROOT], files: HashMap::new() }
    }

    pub fn add(&mut self, entry: &[u8]) {
        self.growth.append(entry).expect("it is short");
        self.roots.push(self.growth.root());
        self.files.extend(self.growth.take_files().into_iter().map(|(address, bytes)| (address.to_string(), bytes)));
    }

    /// A log of entries that say which they are, and what kind of log it is.
    pub fn of(kind: &str, size: usize) -> Log {
        let mut log = Log::new();
        (0..size).for_each(|index| log.add(format!("{kind} {index}").as_bytes()));
        log
    }

    pub fn size(&self) -> u64 {
        self.growth.size()
    }

    pub fn note(&self, size: u64) -> Note {
        signed(&self.key, self.key.vkey().name(), size, self.roots[size as usize])
    }

    pub fn proof(&self, from: u64, to: u64) -> Vec<Hash> {
        let read = |address: Address| self.files.get(&address.to_string()).cloned().ok_or("no such file");
        if from == 0 { Vec::new() } else { TiledTree::new(to, read).consistency(from).expect("a proof") }
    }

    pub fn asks(&self, from: u64, to: u64) -> AddCheckpoint {
        AddCheckpoint::new(from, self.proof(from, to), self.note(to)).expect("a request")
    }
}

/// A checkpoint with one signature.
pub fn signed(key: &LogKey, origin: &str, size: u64, root: Hash) -> Note {
    let checkpoint = Checkpoint::new(origin, size, root).expect("an origin");
    key.sign_checkpoint(&checkpoint).expect("its own")
}

/// `huihai witness`, running.
pub struct Watcher {
    pub process: Running,
    pub url: String,
    pub keys: Vec<Vkey>,
}

pub struct Answered {
    pub status: u16,
    pub kind: String,
    pub body: String,
}

/// How a witness is started in this place: its key, its state, and what else is said.
pub fn arguments(place: &Place, log: &Vkey, more: &[&str]) -> Vec<String> {
    let (key, state) = (path(&place.file("witness.key")), path(&place.file("state")));
    let usual = ["--key", &key, "--state", &state, "--name", "witness.example.edu", "--log", &log.to_string(), "--listen"];
    let mut words = usual.to_vec();
    if more.contains(&"--listen") {
        words.truncate(8)
    } else {
        words.push("127.0.0.1:0")
    }
    words.extend(more);
    words.into_iter().map(str::to_owned).collect()
}

impl Watcher {
    pub fn start(place: &Place, log: &Vkey, more: &[&str]) -> Watcher {
        let mut child = huihai(&["witness"], &arguments(place, log, more)).stdout(Stdio::piped()).spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("its output is ours")).lines().map_while(Result::ok);
        let wanted = if more.contains(&"--validate") { 2 } else { 1 };
        let said: Vec<String> = lines.filter(|line| line.starts_with("witness ")).take(wanted).collect();
        assert_eq!(said.len(), wanted, "the witness did not start");
        let word = |line: &String, at: usize| line.split(' ').nth(at).expect("name, key and address").to_owned();
        let keys = said.iter().map(|line| Vkey::parse(&word(line, 2)).expect("a key")).collect();
        Watcher { process: Running(child), url: word(&said[0], 3), keys }
    }

    /// It cannot start, and says why.
    pub fn refuses_to_start(place: &Place, log: &Vkey, more: &[&str]) -> String {
        let output = huihai(&["witness"], &arguments(place, log, more)).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(2), "it must not start");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    pub fn kill(mut self) {
        self.process.0.kill().expect("a child can be killed");
        self.process.0.wait().expect("a killed child ends");
    }

    pub fn asked(&self, body: &str) -> Answered {
        self.ask(body).expect("an answer")
    }

    pub fn ask(&self, body: &str) -> Result<Answered, ureq::Error> {
        let mut answer = agent().post(format!("{}/add-checkpoint", self.url)).send(body)?;
        let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        Ok(Answered { status: answer.status().as_u16(), kind, body: answer.body_mut().read_to_string()? })
    }

    /// The last cosigned note, as anybody can see it.
    pub fn latest(&self, origin: &str) -> Option<Note> {
        let mut answer = agent().get(format!("{}/{}", self.url, monitoring_path(origin))).call().expect("an answer");
        let body = answer.body_mut().read_to_vec().expect("a body");
        (answer.status() == 200).then(|| Note::parse(&body).expect("a note"))
    }

    pub fn latest_size(&self, origin: &str) -> u64 {
        self.latest(origin).map_or(0, |note| Checkpoint::parse(note.text()).expect("a checkpoint").size())
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().new_agent()
}

/// Which of these keys cosigned exactly this.
pub fn cosigned_by(keys: &[Vkey], sent: &AddCheckpoint, answer: &Answered) -> Vec<String> {
    match tlog::read_answer(answer.status, answer.body.as_bytes(), sent, keys) {
        tlog::WitnessAnswer::Cosigned(lines) => lines.iter().map(|line| line.name().to_owned()).collect(),
        _ => Vec::new(),
    }
}

type Files = HashMap<String, Vec<u8>>;

/// A web server with files under `/log`, which may be changed while it serves.
pub struct Served {
    pub url: String,
    files: Arc<Mutex<Files>>,
    _runtime: tokio::runtime::Runtime,
}

impl Served {
    pub fn new() -> Served {
        let files: Arc<Mutex<Files>> = Arc::default();
        let router = Router::new().fallback(file).with_state(files.clone());
        let (url, runtime) = serve(router);
        Served { url: format!("{url}/log"), files, _runtime: runtime }
    }

    pub fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().expect("nobody panicked")
    }
}

async fn file(State(files): State<Arc<Mutex<Files>>>, request: Request) -> Result<Vec<u8>, StatusCode> {
    let path = request.uri().path().trim_start_matches("/log/").to_owned();
    files.lock().expect("nobody panicked").get(&path).cloned().ok_or(StatusCode::NOT_FOUND)
}

/// Serves on a port of its own until the runtime is dropped.
pub fn serve(router: Router) -> (String, tokio::runtime::Runtime) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port on loopback");
    let url = format!("http://{}", listener.local_addr().expect("the port that was given"));
    runtime.spawn(async move { axum::serve(listener, router).await });
    (url, runtime)
}
