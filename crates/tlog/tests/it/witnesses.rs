//! The witness's table, row by row, and what a log takes from answers of all kinds.

use tlog::{
    AddCheckpoint, BadRequest, Checkpoint, CosignerKey, Decision, EMPTY_ROOT, Frontier, Hash, LogKey, MAX_PROOF_HASHES, NotProved, Note,
    Refused, SIZE_CONTENT_TYPE, Seen, TiledTree, WitnessAnswer, decide, monitoring_path, read_answer,
};

use crate::sample::{self, Files, NOW_S};

/// A log with 20 entries.
struct Story {
    log: LogKey,
    witness: CosignerKey,
    files: Files,
}

fn story() -> Story {
    let mut files = Files::new();
    for i in 0..20 {
        files.grow([format!("entry {i}").as_bytes()]);
    }
    Story { log: sample::log_key(), witness: sample::witness_key(), files }
}

impl Story {
    fn root(&self, size: u64) -> Hash {
        let mut frontier = Frontier::new();
        (0..size).for_each(|i| frontier.append(Hash::of_leaf(format!("entry {i}").as_bytes())));
        frontier.root()
    }

    fn seen(&self, size: u64) -> Seen {
        Seen { size, root: self.root(size) }
    }

    fn checkpoint(&self, size: u64, root: Hash) -> Note {
        self.log.sign_checkpoint(&Checkpoint::new(self.log.vkey().name(), size, root).expect("an origin")).expect("its own")
    }

    fn proof(&self, old_size: u64, size: u64) -> Vec<Hash> {
        TiledTree::new(size, |address| self.files.read(address)).consistency(old_size).expect("a proof")
    }

    fn request(&self, old_size: u64, size: u64) -> AddCheckpoint {
        AddCheckpoint::new(old_size, self.proof(old_size, size), self.checkpoint(size, self.root(size))).expect("a request")
    }

    fn decide(&self, request: &AddCheckpoint, seen: Option<Seen>) -> Decision {
        // Over the wire and back.
        let read = AddCheckpoint::parse(request.to_string().as_bytes()).expect("a request");
        assert_eq!(&read, request);
        decide(&read, &[self.log.vkey().clone()], seen, &[&self.witness], NOW_S)
    }

    fn refused(&self, request: &AddCheckpoint, seen: Option<Seen>) -> Refused {
        match self.decide(request, seen) {
            Decision::Refuse(refused) => refused,
            Decision::Cosign { .. } => panic!("it was cosigned: {request}"),
        }
    }
}

#[test]
fn a_witness_follows_a_log_and_each_answer_is_a_cosignature() {
    let story = story();
    let mut seen = None;
    for (old_size, size) in [(0, 0), (0, 1), (1, 1), (1, 2), (2, 7), (7, 8), (8, 20), (20, 20)] {
        let request = story.request(old_size, size);
        let Decision::Cosign { seen: now, note, answer } = story.decide(&request, seen) else {
            panic!("{old_size} to {size} was refused");
        };
        assert_eq!((answer.status, now), (200, story.seen(size)));
        // What the log makes of it is what the witness shows.
        let WitnessAnswer::Cosigned(lines) = read_answer(200, answer.body.as_bytes(), &request, [story.witness.vkey()]) else {
            panic!("the log does not take {answer}");
        };
        let mut cosigned = request.note().clone();
        cosigned.signatures.extend(lines);
        assert_eq!(cosigned, note);
        assert_eq!(note.verify([story.log.vkey(), story.witness.vkey()]).expect("both signed").len(), 2);
        let kept = Note::parse(note.to_string().as_bytes()).expect("a note");
        assert_eq!(Seen::of(&Checkpoint::parse(kept.text()).expect("a checkpoint")), now);
        seen = Some(now);
    }
}

#[test]
fn the_table_of_refusals() {
    let story = story();
    let with = |old_size, proof: Vec<Hash>, note: Note| AddCheckpoint::new(old_size, proof, note).expect("a request");
    let other_root = Hash::of_leaf(b"another past");
    // 404: an unknown log; who a stranger is comes before everything it says.
    let stranger = LogKey::from_seed("log.example", &[7; 32]).expect("a name");
    let note = stranger.sign_checkpoint(&Checkpoint::new("log.example", 9, other_root).expect("an origin")).expect("its own");
    assert_eq!(story.refused(&with(5, vec![], note), Some(story.seen(8))).status(), 404);
    // 403: another key of the same name, a wrong line of the right key, and a line of the right key under another's text.
    let namesake = LogKey::from_seed(story.log.vkey().name(), &[7; 32]).expect("a name");
    let checkpoint = Checkpoint::new(story.log.vkey().name(), 9, story.root(9)).expect("an origin");
    let note = namesake.sign_checkpoint(&checkpoint).expect("its own");
    assert_eq!(story.refused(&with(5, vec![], note.clone()), Some(story.seen(8))).status(), 403);
    let mut wrong = note;
    wrong.signatures.extend(story.checkpoint(8, story.root(8)).signatures);
    assert_eq!(story.refused(&with(8, story.proof(8, 9), wrong), Some(story.seen(8))).status(), 403);
    // 409: the size cosigned last, whether the log is behind, ahead, or new.
    for (seen, old_size, said) in [(Some(8), 7, "8\n"), (Some(8), 0, "8\n"), (Some(8), 9, "8\n"), (None, 3, "0\n"), (Some(20), 8, "20\n")] {
        let refused = story.refused(&story.request(old_size, 12), seen.map(|size| story.seen(size)));
        let answer = refused.answer();
        assert_eq!((answer.status, answer.content_type, answer.body.as_str()), (409, SIZE_CONTENT_TYPE, said));
        assert!(!refused.is_evidence());
    }
    // 422: a log-signed request that is not shown to be right is kept.
    let table = [
        ("an empty tree with a root", with(0, vec![], story.checkpoint(0, other_root)), None, Refused::EmptyRoot),
        (
            "a proof from nothing",
            with(0, vec![other_root], story.checkpoint(3, story.root(3))),
            None,
            Refused::Inconsistent(NotProved::Length),
        ),
        ("no proof", with(8, vec![], story.checkpoint(9, story.root(9))), Some(8), Refused::Inconsistent(NotProved::Length)),
        (
            "another's proof",
            with(7, story.proof(8, 9), story.checkpoint(9, story.root(9))),
            Some(7),
            Refused::Inconsistent(NotProved::Length),
        ),
        ("another tree", with(7, story.proof(7, 9), story.checkpoint(9, other_root)), Some(7), Refused::Inconsistent(NotProved::Root)),
        (
            "the same size again with another root",
            with(8, vec![], story.checkpoint(8, other_root)),
            Some(8),
            Refused::Inconsistent(NotProved::Root),
        ),
        (
            "the same size with a proof",
            with(8, vec![other_root], story.checkpoint(8, story.root(8))),
            Some(8),
            Refused::Inconsistent(NotProved::Length),
        ),
    ];
    for (name, request, seen, expected) in table {
        let refused = story.refused(&request, seen.map(|size| story.seen(size)));
        assert_eq!((&refused, refused.status(), refused.is_evidence()), (&expected, 422, true), "{name}");
    }
    // A rewritten past, honestly proved from itself.
    let rewritten = Seen { size: 7, root: other_root };
    assert_eq!(story.refused(&story.request(7, 9), Some(rewritten)), Refused::Inconsistent(NotProved::OldRoot));
    // A witness without a key or a clock does not pretend.
    let request = story.request(0, 3);
    for (keys, now_s) in [(vec![], NOW_S), (vec![&story.witness], 0)] {
        let decision = decide(&request, &[story.log.vkey().clone()], None, &keys, now_s);
        assert_eq!(decision, Decision::Refuse(Refused::CannotSign));
    }
}

#[test]
fn malformed_requests_name_their_line() {
    let story = story();
    let good = story.request(7, 20).to_string();
    let note = story.checkpoint(20, story.root(20)).to_string();
    let hash = EMPTY_ROOT;
    let table = [
        (String::new(), BadRequest::Old),
        (good.replacen("old ", "old  ", 1), BadRequest::Old),
        (good.replacen("old 7", "old 07", 1), BadRequest::Old),
        (good.replacen("old 7", "old -7", 1), BadRequest::Old),
        (good.replacen("old 7", "Old 7", 1), BadRequest::Old),
        (good.replacen("old 7", "old 21", 1), BadRequest::OldIsLarger),
        (good.replacen("old 7\n", "old 7\n \n", 1), BadRequest::Hash { line: 2 }),
        (format!("old 7\n{hash}\n{}\n\n{note}", &hash.to_string()[1..]), BadRequest::Hash { line: 3 }),
        (format!("old 7\n{note}"), BadRequest::Hash { line: 2 }),
        (format!("old 7\n{}\n{note}", format!("{hash}\n").repeat(MAX_PROOF_HASHES + 1)), BadRequest::TooManyHashes),
        (good.replacen("\n20\n", "\n020\n", 1), BadRequest::Checkpoint(tlog::BadCheckpoint::Size)),
        ("x".repeat(tlog::MAX_REQUEST_BYTES + 1), BadRequest::TooLong),
    ];
    for (text, expected) in table {
        assert_eq!(AddCheckpoint::parse(text.as_bytes()), Err(expected), "{text:.80}");
        assert_eq!(Refused::Malformed(expected).answer().status, 400);
    }
    let most = format!("old 7\n{}\n{note}", format!("{hash}\n").repeat(MAX_PROOF_HASHES));
    assert!(AddCheckpoint::parse(most.as_bytes()).is_ok());
    assert!(matches!(
        AddCheckpoint::parse(format!("old 7\n\n{}", &note[..note.len() - 1]).as_bytes()),
        Err(BadRequest::Note { after: 2, .. })
    ));
    assert_eq!(AddCheckpoint::new(0, vec![hash; 64], story.checkpoint(20, hash)), Err(BadRequest::TooManyHashes));
}

#[test]
fn a_log_takes_only_what_a_witness_may_say() {
    let story = story();
    let sent = story.request(7, 12);
    let other = CosignerKey::from_seed("other.example", &[5; 32]).expect("a name");
    let key = story.witness.vkey();
    let line = |key: &CosignerKey, size| {
        key.cosign(&Checkpoint::new(story.log.vkey().name(), size, story.root(size)).expect("an origin"), NOW_S)
            .expect("a time")
            .to_string()
    };
    let (right, stale, stranger) = (line(&story.witness, 12), line(&story.witness, 11), line(&other, 12));
    let log_line = sent.note().signatures[0].to_string();
    let nonsense = WitnessAnswer::Nonsense { status: 200 };
    let answer = |status, body: &str| read_answer(status, body.as_bytes(), &sent, [key]);
    assert!(matches!(answer(200, &right), WitnessAnswer::Cosigned(lines) if lines.len() == 1));
    assert!(matches!(answer(200, &format!("{stranger}{right}{right}")), WitnessAnswer::Cosigned(lines) if lines.len() == 1));
    let html = "<!DOCTYPE html>\n<title>Welcome</title>\n";
    let wrong = [
        String::new(),
        "\n".to_owned(),
        html.to_owned(),
        stale.clone(),
        stranger,
        log_line,
        format!("{right}{stale}"),
        format!("{right}{html}"),
        right.trim_end().to_owned(),
    ];
    for body in wrong {
        assert_eq!(answer(200, &body), nonsense, "{body:?}");
    }
    // The log's own key is not a witness, even if it is configured as one.
    assert_eq!(read_answer(200, sent.note().signatures[0].to_string().as_bytes(), &sent, [story.log.vkey()]), nonsense);
    let conflict = WitnessAnswer::Nonsense { status: 409 };
    let table = [
        ("9\n", WitnessAnswer::Conflict { size: 9 }),
        ("0\n", WitnessAnswer::Conflict { size: 0 }),
        ("12\n", WitnessAnswer::Conflict { size: 12 }),
        ("13\n", WitnessAnswer::Ahead { size: 13 }),
        ("7\n", conflict.clone()),
        ("9", conflict.clone()),
        ("09\n", conflict.clone()),
        ("9\n\n", conflict.clone()),
        (html, conflict),
    ];
    for (body, expected) in table {
        assert_eq!(answer(409, body), expected, "{body:?}");
    }
    for status in [201, 204, 302, 400, 403, 404, 422, 429, 500, 503] {
        assert_eq!(answer(status, &right), WitnessAnswer::Refused { status });
    }
    assert_eq!(read_answer(200, b"\xff\xfe", &sent, [key]), nonsense);
    assert_eq!(
        monitoring_path("log.charity.example/donations"),
        format!("{}/checkpoint", sample::sha256_hex(b"log.charity.example/donations"))
    );
}
