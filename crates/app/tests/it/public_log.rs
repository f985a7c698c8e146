//! The public log as strangers meet it: over HTTP, with programs of their own, while somebody tries to fork it.

use std::collections::BTreeMap;

use app::kernel::{MINUTE_US, SECOND_US};
use app::public_log::{self, Folder, GiftProof};
use db::{params, sql};
use openbook::{Books, Entry, Shown};
use sha2::{Digest, Sha256};
use testkit::{Engine, Life, Options, Wish, World, log_key, on_both_engines};
use tlog::{Checkpoint, Hash, Note, Policy, ProofFile};

/// What a stranger fetches.
struct Fetched {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

fn fetch(world: &World, path: &str) -> Fetched {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let mut answer = agent.get(format!("http://{}{path}", world.address())).call().expect("an answer");
    Fetched {
        status: answer.status().as_u16(),
        headers: answer.headers().iter().map(|(n, v)| (n.to_string(), v.to_str().unwrap_or_default().to_owned())).collect(),
        body: answer.body_mut().read_to_vec().expect("a body"),
    }
}

fn text(world: &World, path: &str) -> String {
    let fetched = fetch(world, path);
    assert_eq!(fetched.status, 200, "{path}");
    String::from_utf8(fetched.body).expect("text")
}

fn policy(world: &World) -> Policy {
    Policy::parse(text(world, "/log/policy").as_bytes()).expect("a policy")
}

fn checkpoint(world: &World) -> (Note, Checkpoint) {
    let note = Note::parse(text(world, "/log/checkpoint").as_bytes()).expect("a note");
    let believed = policy(world).believe(&note, None).expect("the policy believes it").checkpoint;
    (note, believed)
}

/// RFC 6962 §2.1 as it is written there, and nothing of ours.
pub fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            Sha256::new().chain_update([1]).chain_update(root(&leaves[..k])).chain_update(root(&leaves[k..])).finalize().into()
        }
    }
}

pub fn leaf(entry: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// Every entry, from the bundles that are served.
fn entries(world: &World) -> Vec<Vec<u8>> {
    let size = checkpoint(world).1.size();
    let mut all = Vec::new();
    for bundle in 0..size.div_ceil(256) {
        let width = (size - bundle * 256).min(256);
        let partial = if width < 256 { format!(".p/{width}") } else { String::new() };
        let fetched = fetch(world, &format!("/log/tile/entries/{bundle:03}{partial}"));
        assert_eq!(fetched.status, 200);
        let mut rest = &fetched.body[..];
        while let [high, low, after @ ..] = rest {
            let (entry, after) = after.split_at(usize::from(u16::from_be_bytes([*high, *low])));
            all.push(entry.to_vec());
            rest = after;
        }
    }
    assert_eq!(all.len() as u64, size);
    all
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn lived(world: &World) -> (Life, testkit::Person) {
    let (cast, donor) = (world.cast(), world.donor("13800000001"));
    let life = world.life(&cast, &donor);
    world.catch_up();
    (life, donor)
}

/// Every fact of a whole life is in the log; the tree is the one of RFC 6962; a stranger who replays it finds the same sums.
fn a_stranger_recomputes_everything(world: &World) {
    let (life, _) = lived(world);
    let (_, head) = checkpoint(world);
    let all = entries(world);
    assert_eq!(head.root().0, root(&all.iter().map(|entry| leaf(entry)).collect::<Vec<_>>()));
    assert_eq!(all.len() as i64, world.count(sql("SELECT COUNT(*) AS count FROM public_entry"), params![]));
    // The hashes of the first tile are those of the entries.
    let width = all.len().min(256);
    let tile = fetch(world, &format!("/log/tile/0/000{}", if width < 256 { format!(".p/{width}") } else { String::new() }));
    assert_eq!(tile.body, all[..width].iter().flat_map(|entry| leaf(entry)).collect::<Vec<u8>>());

    let mut books = Books::default();
    for (index, bytes) in (0..).zip(&all) {
        let entry = Entry::from_bytes(bytes).unwrap_or_else(|error| panic!("entry {index}: {error}"));
        let side = Books::side_data_of(&entry).map(|sha256| {
            let side = fetch(world, &format!("/log/side/{}", hex(&sha256)));
            assert_eq!((side.status, Sha256::digest(&side.body).as_slice()), (200, &sha256[..]));
            side.body
        });
        books.take(index, &entry, side.as_deref()).unwrap_or_else(|violation| panic!("{violation}"));
    }
    books.hold().expect("the books hold");
    let sums = "SELECT COUNT(*) AS count FROM gift";
    assert_eq!(books.gifts, world.count(sql("SELECT COUNT(*) AS count FROM gift"), params![]), "{sums}");
    let project = books.project(life.published).expect("the project");
    let fund = |statement| world.count(statement, params![life.published]);
    assert_eq!(project.spent_fen(), fund(sql("SELECT spent_fen AS count FROM fund WHERE project_id = ?1")));
    assert_eq!(project.paid_out_fen(), fund(sql("SELECT paid_out_fen - returned_fen AS count FROM fund WHERE project_id = ?1")));

    for (path, cache) in
        [("/log/checkpoint", "public, max-age=1"), ("/log/policy", "public, max-age=3600"), ("/log/log.vkey", "public, max-age=3600")]
    {
        let fetched = fetch(world, path);
        assert_eq!(fetched.headers["access-control-allow-origin"], "*", "{path}");
        assert_eq!(fetched.headers["cache-control"], cache, "{path}");
        assert_eq!(fetched.headers["content-type"], "text/plain; charset=utf-8");
    }
    assert_eq!(tile.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(tile.headers["content-type"], "application/octet-stream");
    assert_eq!(tile.headers["access-control-allow-origin"], "*");
    for path in
        ["tile/0/999", "tile/00/000", "tile/0/000.p/256", "tile/0/../signed", "tile/0/%2e%2e/signed", "tile/8", "side/xx", "side/00"]
    {
        assert_eq!(fetch(world, &format!("/log/{path}")).status, 404, "{path}");
    }
}

/// The proof of a gift, from the promise until it is published, verified with nothing but the file and the policy.
fn a_gift_is_promised_and_then_proved(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "证明给您看");
    // Another process has the right to write the log, and is slow.
    let lease = |until: i64| {
        let statement = sql("UPDATE log_state SET writer = 99, writer_until = ?1 WHERE id = 1");
        world.app.db.write(|tx| tx.execute_one(statement, params![until])).expect("set");
    };
    lease(world.now() + 60 * MINUTE_US);
    let gift = world.given(project, 520);
    let Some(GiftProof::Promised { note, by }) = public_log::of_gift(&world.app, gift).expect("read") else { panic!("a promise first") };
    assert!(by > world.now());
    let note = Note::parse(note.as_bytes()).expect("a note");
    note.verify([log_key().vkey()]).expect("the log's key signed the promise");
    let promise = openbook::promise::Promise::read(note.text()).expect("a promise");
    lease(0);
    world.catch_up();
    let Some(GiftProof::Published { file, index, .. }) = public_log::of_gift(&world.app, gift).expect("read") else {
        panic!("a proof then")
    };
    let all = entries(world);
    assert_eq!(promise.leaf_hash, leaf(&all[index as usize]), "what was promised is what stands there");

    let proof = ProofFile::parse(file.as_bytes()).expect("a proof");
    let shown = Shown::read(proof.extra.as_deref().expect("it shows the gift")).expect("it can be read");
    proof.verify(&Hash::of_leaf(&shown.entry), &policy(world), None).expect("it is in the log");
    shown.verify().expect("the gift is in the fact");
    let opening = shown.gift.clone().expect("a gift").opening;
    assert_eq!((opening.gift, opening.project, opening.amount_fen), (gift, project, 520));

    // One digit of the amount, of the time, one byte of the key: none of it is the gift.
    for (was, is) in [("\\\"amount_fen\\\":520", "\\\"amount_fen\\\":521"), ("\"at\":0", "\"at\":1"), ("T0", "T1")] {
        let text = String::from_utf8(shown.to_bytes()).expect("text");
        assert!(text.contains(was), "{text}");
        let forged = Shown::read(text.replacen(was, is, 1).as_bytes());
        assert!(forged.is_err() || forged.is_ok_and(|forged| forged.verify().is_err() || forged.entry != shown.entry), "{is}");
    }
    assert!(public_log::of_gift(&world.app, gift + 1).expect("read").is_none());
    assert!(public_log::of_entry(&world.app, i64::try_from(all.len()).unwrap()).expect("read").is_none());
    let file = public_log::of_entry(&world.app, 0).expect("read").expect("the first entry");
    let proof = ProofFile::parse(file.as_bytes()).expect("a proof");
    let shown = Shown::read(proof.extra.as_deref().unwrap()).unwrap();
    assert_eq!(shown.entry, all[0]);
    proof.verify(&Hash::of_leaf(&all[0]), &policy(world), None).expect("it is in the log");
}

/// Many gifts in one commit: each has its own commitment and path; who leaves takes the key along, and nobody else is touched.
fn who_leaves_is_forgotten_by_the_log(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "各有各的钥匙");
    let (anna, boris) = (world.donor("13800000001"), world.donor("13800000002"));
    let mut gifts = Vec::new();
    for (donor, fen) in [(&anna, 100), (&boris, 200), (&anna, 300)] {
        let wish = Wish { project, amount_fen: fen, name: "", message: "", anonymous: true };
        gifts.push(world.wish(&donor.actor, &wish).expect("a wish"));
    }
    world.catch_up();
    gifts.iter().for_each(|gift| world.pay(*gift));
    world.catch_up();
    let before = entries(world);
    world.app.db.write(|tx| public_log::gifts::destroy_key(tx, gifts[0])).expect("destroyed");
    world.app.db.write(|tx| public_log::gifts::destroy_key(tx, gifts[0])).expect("again");
    world.catch_up();
    assert!(matches!(public_log::of_gift(&world.app, gifts[0]), Ok(Some(GiftProof::Erased))));
    for gift in &gifts[1..] {
        assert!(matches!(public_log::of_gift(&world.app, *gift), Ok(Some(GiftProof::Published { .. }))));
    }
    assert_eq!(entries(world)[..before.len()], before[..], "the log says what it said");
}

/// Names, phones and messages that were typed are nowhere in what the log publishes, nor are their bare hashes.
fn nothing_private_is_in_the_log(world: &World) {
    let (life, donor) = lived(world);
    let mut private =
        vec![testkit::PRIVATE_NAME.to_owned(), testkit::PRIVATE_MESSAGE.to_owned(), "13800000001".to_owned(), "沈知秋女士".to_owned()];
    private.extend(["11010519491231002X", "13800138000", "三个月没有看到项目进展，请查一查。"].map(str::to_owned));
    private.push(life.gift.to_string());
    private.push(donor.id.to_string());
    let mut published: Vec<u8> = entries(world).concat();
    for side in world.app.db.read(|tx| tx.query(sql("SELECT body FROM gift_side"), params![])).expect("side data") {
        published.extend(side.blob("body").expect("bytes"));
    }
    let found = |needle: &[u8]| published.windows(needle.len()).any(|window| window == needle);
    assert!(found(b"gift_batch"), "the search works");
    for word in private {
        let hash = Sha256::digest(word.as_bytes());
        assert!(!found(word.as_bytes()), "{word} stands in the log");
        assert!(!found(&hash) && !found(hex(&hash).as_bytes()), "the bare hash of {word} stands in the log");
    }
}

/// The database of last week with the files of today, and the files of another history: the log does not go on.
fn a_restored_backup_cannot_fork_the_log(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "不能回到过去");
    world.given(project, 100);
    world.catch_up();
    let first = checkpoint(world).1;
    let state = world.app.db.read(public_log::state).expect("a state");
    world.given(project, 200);
    world.catch_up();
    assert!(checkpoint(world).1.size() > first.size());
    let now = world.app.db.read(public_log::state).expect("a state");
    let set = |signed_size: i64, root: &str| {
        let statement = sql("UPDATE log_state SET signed_size = ?1, signed_root = ?2 WHERE id = 1");
        world.app.db.write(|tx| tx.execute_one(statement, params![signed_size, root])).expect("set");
    };
    let run = || {
        world.clock.advance(20 * SECOND_US);
        let chore = world.app.chores().iter().find(|chore| chore.name == "public log").expect("the sequencer");
        (chore.run)(&world.app).map_err(|trouble| format!("{trouble:?}"))
    };
    set(state.signed_size, &state.signed_root);
    let why = run().expect_err("it stops");
    assert!(why.contains("older backup"), "{why}");
    let stopped = world.app.db.read(public_log::state).expect("a state");
    assert!(stopped.stopped.contains("older backup") && stopped.signed_size == state.signed_size, "{stopped:?}");
    set(now.signed_size, &state.signed_root);
    assert!(run().expect_err("it stops").contains("another tree"));
    set(now.signed_size, &now.signed_root);
    run().expect("with its own past it goes on");
    world.clock.advance(10 * MINUTE_US);
    run().expect("and says so");
    assert_eq!(world.app.db.read(public_log::state).expect("a state").stopped, "");
    assert_eq!(checkpoint(world).1.size() as i64, now.signed_size);
}

/// A database that is restored where the log's files are not: the same files are written again, and the log goes on.
fn lost_files_are_written_again(engine: Engine) {
    let world = &World::with(engine, Options { second_process: true, ..Options::default() });
    let cast = world.cast();
    let project = world.project(&cast, "一字不差");
    world.given(project, 100);
    world.catch_up();
    let (before, tree) = (entries(world), checkpoint(world).1);
    std::fs::remove_dir_all(world.app.log.folder.path()).expect("gone");
    // A process that starts knows nothing yet.
    let started = world.second_process();
    world.clock.advance(20 * SECOND_US);
    let chore = started.chores().iter().find(|chore| chore.name == "public log").expect("the sequencer");
    (chore.run)(started).unwrap_or_else(|trouble| panic!("{trouble:?}"));
    assert_eq!((entries(world), checkpoint(world).1), (before, tree));
    world.given(project, 200);
}

/// Two processes on one database: one writes, the other takes over when it falls silent, and nothing is there twice.
fn two_processes_write_one_log(engine: Engine) {
    let world = &World::with(engine, Options { second_process: true, ..Options::default() });
    let cast = world.cast();
    let project = world.project(&cast, "一本账");
    let second = world.second_process();
    let run = |app: &app::App| {
        let chore = app.chores().iter().find(|chore| chore.name == "public log").expect("the sequencer");
        (chore.run)(app).unwrap_or_else(|trouble| panic!("{trouble:?}"));
    };
    for round in 0..6 {
        world.given(project, 100 + round);
        let (one, other) = if round % 2 == 0 { (&world.app, second) } else { (second, &world.app) };
        world.clock.advance(20 * SECOND_US);
        std::thread::scope(|scope| {
            scope.spawn(|| run(one));
            scope.spawn(|| run(other));
        });
    }
    world.catch_up();
    let all = entries(world);
    assert_eq!(checkpoint(world).1.root().0, root(&all.iter().map(|entry| leaf(entry)).collect::<Vec<_>>()));
}

/// Every published fact is in the file of its day and in no other, in both forms, and can be hashed again from there.
fn everything_is_taken_home_by_day(world: &World) {
    lived(world);
    let all = entries(world);
    let days = || -> Vec<String> {
        let mut found = Vec::new();
        let mut pages = vec!["/data".to_owned()];
        let newest = text(world, "/data");
        pages.extend(newest.split("\"/data?month=").skip(1).map(|rest| format!("/data?month={}", &rest[..7])));
        for page in pages {
            found.extend(text(world, &page).split("\"/data/entries/").skip(1).filter_map(|rest| {
                let name = rest.split('"').next().unwrap_or_default();
                name.strip_suffix(".jsonl").map(str::to_owned)
            }));
        }
        found
    };
    let taken = |day: &str| -> Vec<(i64, Vec<u8>)> {
        let lines = text(world, &format!("/data/entries/{day}.jsonl"));
        let table = text(world, &format!("/data/entries/{day}.csv"));
        assert!(table.starts_with("\u{feff}index,kind,at,body,leaf_sha256\r\n"), "{table}");
        assert_eq!(table.lines().count(), lines.lines().count() + 1);
        lines
            .lines()
            .zip(table.lines().skip(1))
            .map(|(line, cells)| {
                let mut fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).expect("a line of JSON");
                let index = fields.remove("index").and_then(|index| index.as_i64()).expect("an index");
                let hash = fields.remove("leaf_sha256").expect("a hash");
                fields.insert("v".to_owned(), 1.into());
                let bytes = openbook::canonical::write(&serde_json::Value::Object(fields)).expect("an entry").into_bytes();
                assert_eq!(hash, hex(&leaf(&bytes)), "{line}");
                assert!(cells.starts_with(&format!("{index},")) && cells.ends_with(&format!(",{}", hex(&leaf(&bytes)))), "{cells}");
                let minute = Entry::from_bytes(&bytes).expect("an entry").minute;
                let shanghai = app::kernel::civil::day_text(app::kernel::civil::day_of(minute * MINUTE_US));
                assert_eq!(shanghai, day, "{line}");
                (index, bytes)
            })
            .collect()
    };
    let every: BTreeMap<i64, Vec<u8>> = days().iter().flat_map(|day| taken(day)).collect();
    assert_eq!(every.into_iter().collect::<Vec<_>>(), (0..).zip(all.clone()).collect::<Vec<_>>());

    // What waits for its witnesses is in no file.
    let size = |size: i64| {
        let statement = sql("UPDATE log_state SET published_size = ?1 WHERE id = 1");
        world.app.db.write(|tx| tx.execute_one(statement, params![size])).expect("set");
    };
    let published = i64::try_from(all.len()).expect("a size");
    size(published - 1);
    let seen: usize = days().iter().map(|day| taken(day).len()).sum();
    assert_eq!(seen, all.len() - 1);
    size(published);

    let day = days().remove(0);
    for (ending, kind) in [("jsonl", "application/jsonl; charset=utf-8"), ("csv", "text/csv; charset=utf-8")] {
        let fetched = fetch(world, &format!("/data/entries/{day}.{ending}"));
        assert_eq!(fetched.headers["content-type"], kind);
        assert_eq!(fetched.headers["access-control-allow-origin"], "*");
        assert!(fetched.headers["cache-control"].starts_with("public, max-age="));
        assert_eq!(fetched.headers["content-disposition"], format!("attachment; filename=\"huihai-{day}.{ending}\""));
    }
    for file in ["2026-02-30.csv", "20260907.csv", "2026-9-7.jsonl", "%202026-09-07.csv", "1999-01-01.csv", "today.csv", "x"] {
        let fetched = fetch(world, &format!("/data/entries/{file}"));
        assert_eq!(fetched.status, 404, "{file}");
        assert!(String::from_utf8_lossy(&fetched.body).contains("/data"), "it says where to look: {file}");
    }
    assert_eq!(fetch(world, &format!("/data/entries/{day}.xml")).status, 404);
    for month in ["1999-01", "x", "2026-13"] {
        assert_eq!(fetch(world, &format!("/data?month={month}")).status, 404, "{month}");
    }
}

/// One flipped bit in each file of the log: the check names the file.
fn a_damaged_file_is_named(world: &World) {
    lived(world);
    let folder: &Folder = &world.app.log.folder;
    let mut names = Vec::new();
    let mut open = vec![folder.path().join("tile")];
    while let Some(path) = open.pop() {
        for entry in std::fs::read_dir(path).expect("a folder") {
            let path = entry.expect("a file").path();
            if path.is_dir() { open.push(path) } else { names.push(path) }
        }
    }
    assert!(names.len() >= 2, "{names:?}");
    let check = || public_log::check_files(&world.app.db, folder, &world.app.log.policy).expect("read");
    assert!(check().is_empty());
    let size = checkpoint(world).1.size();
    let edge = format!("{}", size % 256);
    let mut named = 0;
    for path in names {
        let was = std::fs::read(&path).expect("a file");
        let mut damaged = was.clone();
        let at = damaged.len() / 2;
        damaged[at] ^= 4;
        std::fs::write(&path, &damaged).expect("written");
        let findings = check();
        let name = path.strip_prefix(folder.path()).expect("below").display().to_string();
        if name.ends_with(&format!(".p/{edge}")) {
            assert!(findings.iter().any(|finding| finding.contains(&name)), "{name}: {findings:?}");
            named += 1;
        }
        std::fs::write(&path, &was).expect("restored");
    }
    assert!(named >= 2, "the bundle and the tile of the edge");
}

on_both_engines![
    a_stranger_recomputes_everything,
    a_gift_is_promised_and_then_proved,
    who_leaves_is_forgotten_by_the_log,
    nothing_private_is_in_the_log,
    everything_is_taken_home_by_day,
    a_restored_backup_cannot_fork_the_log,
    a_damaged_file_is_named,
];

#[test]
fn two_processes_write_one_log_on_sqlite() {
    two_processes_write_one_log(Engine::Sqlite);
}

#[test]
fn two_processes_write_one_log_on_postgres() {
    two_processes_write_one_log(Engine::Postgres);
}

#[test]
fn lost_files_are_written_again_on_sqlite() {
    lost_files_are_written_again(Engine::Sqlite);
}

#[test]
fn lost_files_are_written_again_on_postgres() {
    lost_files_are_written_again(Engine::Postgres);
}
