//! The rules of the books, by somebody who sees entries only.

use openbook::batch::{Gift, encode, summary};
use openbook::{Books, Broken, Entry};
use serde_json::{Value, json};

const PROJECT: i64 = 7;
const OTHER: i64 = 8;

struct Log {
    books: Books,
    next: u64,
}

impl Log {
    fn new() -> Log {
        Log { books: Books::default(), next: 0 }
    }

    fn say(&mut self, kind: &str, body: Value) -> Result<(), Broken> {
        self.say_with(kind, body, None)
    }

    fn say_with(&mut self, kind: &str, body: Value, side: Option<&[u8]>) -> Result<(), Broken> {
        let Value::Object(body) = body else { panic!("a body is an object") };
        let index = self.next;
        self.next += 1;
        self.books.take(index, &Entry { minute: 0, kind: kind.to_owned(), body }, side).map_err(|violation| {
            assert_eq!(violation.index, index);
            violation.broken
        })
    }

    /// The entry, and the end of its checkpoint.
    fn says(&mut self, kind: &str, body: Value) -> Result<(), Broken> {
        self.say(kind, body)?;
        self.books.hold().map_err(|violation| violation.broken)
    }

    fn gifts(&mut self, gifts: &[(i64, i64)]) {
        let (body, side) = batch(gifts, self.next);
        self.say_with("gift_batch", body, Some(&side)).unwrap();
        self.books.hold().unwrap();
    }
}

fn batch(gifts: &[(i64, i64)], mark: u64) -> (Value, Vec<u8>) {
    let gifts: Vec<Gift> = gifts.iter().map(|&(project, amount_fen)| Gift { project, amount_fen, commitment: [mark as u8; 32] }).collect();
    let side = encode(&gifts).unwrap();
    (serde_json::from_str(&openbook::books::batch_body(&summary(&gifts, &side))).unwrap(), side)
}

fn payout(id: i64, amount_fen: i64, fen: Value) -> Value {
    json!({"payout": id.to_string(), "project": PROJECT.to_string(), "amount_fen": amount_fen, "fen": fen})
}

fn expense(id: i64, amount_fen: i64, fen: Value) -> Value {
    json!({"expense": id.to_string(), "project": PROJECT.to_string(), "amount_fen": amount_fen, "fen": fen})
}

fn other(id: i64, amount_fen: i64, fen: Value) -> Value {
    json!({"id": id.to_string(), "project": PROJECT.to_string(), "amount_fen": amount_fen, "fen": fen})
}

fn about(mut body: Value, id: i64) -> Value {
    body["about"] = id.to_string().into();
    body
}

#[test]
fn a_year_of_a_project_holds() {
    let mut log = Log::new();
    log.gifts(&[(PROJECT, 600), (PROJECT, 400), (OTHER, 5)]);
    log.says("payout_paid", payout(1, 700, json!([[0, 700]]))).unwrap();
    log.says("expense_recorded", expense(2, 500, json!([[0, 500]]))).unwrap();
    log.says("payout_returned", other(3, 100, json!([[600, 700]]))).unwrap();
    log.says("refund_posted", other(4, 400, json!([[600, 1000]]))).unwrap();
    log.says("corrected", about(other(5, 500, json!([[0, 500]])), 2)).unwrap();
    log.says("expense_recorded", expense(6, 600, json!([[0, 600]]))).unwrap();
    log.says("offline_gift", json!({"id": "10", "project": "7", "amount_fen": 50, "fen": []})).unwrap();
    let mut redirect = other(11, 50, json!([[1000, 1050]]));
    redirect["to"] = OTHER.to_string().into();
    log.says("redirected", redirect).unwrap();
    let project = log.books.project(PROJECT).unwrap();
    assert_eq!((project.received_fen, project.paid_out_fen(), project.spent_fen(), project.refunded_fen), (1050, 600, 600, 400));
    assert_eq!((project.gifts, project.redirected_fen, project.out_fen()), (2, 50, 1050));
    assert_eq!(log.books.project(OTHER).unwrap().received_fen, 55);
    assert_eq!((log.books.gifts, log.books.gifts_fen), (3, 1005));
}

#[test]
fn every_rule_is_broken_once() {
    let started = || {
        let mut log = Log::new();
        log.gifts(&[(PROJECT, 1000)]);
        log.says("payout_paid", payout(1, 700, json!([[0, 700]]))).unwrap();
        log.says("expense_recorded", expense(2, 500, json!([[0, 500]]))).unwrap();
        log
    };
    let breaks = |kind: &str, body: Value| started().says(kind, body).unwrap_err();
    let mut redirect = other(3, 800, json!([[200, 1000]]));
    redirect["to"] = "8".into();
    let table = [
        ("payout_paid", payout(3, 400, json!([[700, 1100]])), Broken::NotInAccount(PROJECT)),
        ("payout_paid", payout(3, 100, json!([[600, 700]])), Broken::NotInAccount(PROJECT)),
        ("payout_paid", payout(1, 100, json!([[700, 800]])), Broken::Twice(1)),
        ("payout_paid", payout(3, 101, json!([[700, 800]])), Broken::Sum),
        ("payout_paid", payout(3, 200, json!([[700, 800], [700, 800]])), Broken::Sum),
        ("payout_paid", payout(3, 100, json!([[-100, 0]])), Broken::Sum),
        ("payout_paid", payout(3, 0, json!([])), Broken::Field("amount_fen")),
        ("payout_paid", json!({"payout": "3", "project": "7", "amount_fen": 1}), Broken::Field("fen")),
        ("payout_paid", json!({"payout": 3, "project": "7", "amount_fen": 1, "fen": [[700, 701]]}), Broken::Field("payout")),
        ("expense_recorded", expense(3, 300, json!([[500, 800]])), Broken::NotPaidOut(PROJECT)),
        ("expense_recorded", expense(3, 100, json!([[400, 500]])), Broken::NotPaidOut(PROJECT)),
        ("payout_returned", other(3, 300, json!([[400, 700]])), Broken::NotWithImplementer(PROJECT)),
        ("refund_posted", other(3, 100, json!([[650, 750]])), Broken::NotInAccount(PROJECT)),
        ("redirected", redirect, Broken::NotInAccount(PROJECT)),
        ("corrected", about(other(3, 500, json!([[0, 500]])), 99), Broken::NothingToCorrect(99)),
        ("corrected", about(other(3, 499, json!([[0, 499]])), 2), Broken::NothingToCorrect(2)),
        ("corrected", about(other(3, 500, json!([[200, 700]])), 2), Broken::NothingToCorrect(2)),
        ("corrected", about(other(3, 700, json!([[0, 700]])), 1), Broken::NotWithImplementer(PROJECT)),
        (
            "reconciliation",
            json!({"state": "agrees", "bill_gifts": 1, "ledger_gifts": 1, "bill_fen": 5, "ledger_fen": 6,
                   "bill_refunds": 0, "ledger_refunds": 0, "bill_refunds_fen": 0, "ledger_refunds_fen": 0}),
            Broken::DayDiffers,
        ),
    ];
    for (kind, body, broken) in table {
        assert_eq!(breaks(kind, body.clone()), broken, "{kind} {body}");
    }
    let mut twice = started();
    twice.says("corrected", about(other(3, 500, json!([[0, 500]])), 2)).unwrap();
    assert_eq!(twice.says("corrected", about(other(4, 500, json!([[0, 500]])), 2)), Err(Broken::NothingToCorrect(2)));
}

#[test]
fn side_data_is_what_the_entry_says() {
    let (body, side) = batch(&[(PROJECT, 600)], 1);
    let said = |field: &str, value: Value, side: Option<&[u8]>| {
        let mut body = body.clone();
        body[field] = value;
        Log::new().say_with("gift_batch", body, side).unwrap_err()
    };
    assert_eq!(said("gifts", 1.into(), None), Broken::NoSideData);
    assert_eq!(said("gifts", 2.into(), Some(&side)), Broken::SideDataDiffers("number of gifts"));
    assert_eq!(said("amount_fen", 601.into(), Some(&side)), Broken::SideDataDiffers("sum"));
    assert_eq!(said("root", "00".repeat(32).into(), Some(&side)), Broken::SideDataDiffers("root"));
    let (_, another) = batch(&[(PROJECT, 600)], 2);
    assert_eq!(said("gifts", 1.into(), Some(&another)), Broken::SideDataDiffers("hash"));
    assert!(matches!(said("gifts", 1.into(), Some(&side[1..])), Broken::SideData(_)));
    let mut log = Log::new();
    log.say_with("gift_batch", body.clone(), Some(&side)).unwrap();
    assert_eq!(log.say_with("gift_batch", body.clone(), Some(&side)), Err(Broken::SideDataDiffers("hash")), "no batch counts twice");
}

#[test]
fn within_a_checkpoint_the_order_does_not_matter_but_at_its_end_everything_is_there() {
    let mut log = Log::new();
    // The expense surfaced first, then the payout, then the gifts that both rest on.
    log.say("expense_recorded", expense(2, 500, json!([[0, 500]]))).unwrap();
    log.say("payout_paid", payout(1, 700, json!([[0, 700]]))).unwrap();
    let (body, side) = batch(&[(PROJECT, 1000)], 1);
    log.say_with("gift_batch", body, Some(&side)).unwrap();
    log.books.hold().unwrap();
    assert_eq!(log.books.project(PROJECT).unwrap().spent_fen(), 500);

    let mut log = Log::new();
    log.say("note", json!({})).unwrap();
    log.say("payout_paid", payout(1, 700, json!([[0, 700]]))).unwrap();
    let violation = log.books.hold().unwrap_err();
    assert_eq!((violation.index, violation.broken), (1, Broken::NotInAccount(PROJECT)), "nothing came in");
}

/// Sums beyond what 64 bits hold are a lie that is named, and not the end of the reader.
#[test]
fn more_than_can_be_counted_is_refused() {
    let most = i64::MAX - 1;
    let mut log = Log::new();
    log.gifts(&[(PROJECT, most)]);
    let (body, side) = batch(&[(PROJECT, most)], 99);
    assert_eq!(log.say_with("gift_batch", body, Some(&side)), Err(Broken::TooMuch));
    let mut log = Log::new();
    log.gifts(&[(PROJECT, most)]);
    let (body, side) = batch(&[(OTHER, most)], 99);
    assert_eq!(log.say_with("gift_batch", body, Some(&side)), Err(Broken::TooMuch));
    assert_eq!(log.say("offline_gift", json!({"id": "1", "project": PROJECT.to_string(), "amount_fen": most})), Err(Broken::TooMuch));
}
