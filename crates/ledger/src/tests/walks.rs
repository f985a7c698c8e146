//! Random walks: thousands of events, sound and unsound, asked of the ledger and of the auditor, which must
//! give the same answers and the same balances; then `check` reads what was recorded and must find nothing.

use crate::*;
use money::Fen;
use std::collections::{BTreeMap, HashMap};

/// splitmix64, so that a seed printed on one machine repeats on every other.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// What was recorded in one walk, for `check`.
pub(super) struct Walk {
    pub(super) facts: Vec<Fact>,
    pub(super) ledger: Ledger,
    pub(super) answers: BTreeMap<&'static str, u32>,
}

struct Walker {
    dice: Dice,
    ledger: Ledger,
    auditor: Auditor,
    asked: Vec<Transfer>,
    gifts: HashMap<i64, GiftFacts>,
    facts: Vec<Fact>,
    answers: BTreeMap<&'static str, u32>,
    next_id: i64,
    last_gift: i64,
    seed: u64,
}

pub(super) fn walk(seed: u64, steps: usize) -> Walk {
    let mut walker = Walker {
        dice: Dice::new(seed),
        ledger: Ledger::new(),
        auditor: Auditor::new(),
        asked: Vec::new(),
        gifts: HashMap::new(),
        facts: Vec::new(),
        answers: BTreeMap::new(),
        next_id: 0,
        last_gift: 0,
        seed,
    };
    for _ in 0..steps {
        walker.step();
    }
    walker.compare_balances();
    Walk { facts: walker.facts, ledger: walker.ledger, answers: walker.answers }
}

impl Walker {
    fn step(&mut self) {
        match self.dice.below(100) {
            0..24 => self.ask(0),
            24..27 => self.ask(6),
            27..30 => self.ask(7),
            30..40 => self.ask(1),
            40..55 => self.ask(2),
            55..65 => self.ask(3),
            65..72 => self.ask(4),
            72..80 => self.ask(5),
            80..86 => self.ask_again(),
            86..95 => self.decide(true),
            _ => self.decide(false),
        }
    }

    /// Few owners and small amounts, so that accounts run dry and ids collide in meaning.
    fn ask(&mut self, what: u64) {
        let id = match self.dice.below(20) {
            0 => self.some_known_id(),
            1 => self.dice.below(3) as i64 - 1,
            _ => {
                self.next_id += 1 + self.dice.below(3) as i64;
                self.next_id
            }
        };
        let organisation = 1 + self.dice.below(2) as i64;
        let project = 1 + self.dice.below(3) as i64;
        let amount = match self.dice.below(40) {
            0 => Fen(-(self.dice.below(2) as i64)),
            // Two of these do not fit, one and everything else does, gross and net.
            1 if what == 0 => Fen(i64::MAX - 1_000_000),
            _ => Fen(1 + self.dice.below(300) as i64),
        };
        let asked = match what {
            0 => gift(id, organisation, project, amount),
            1 => self.some_refund(id, organisation, project, amount),
            2 => payout(id, project, amount),
            3 => expense(id, project, self.some_line(project), amount),
            4 => payout_return(id, project, amount),
            5 => self.some_correction(id, amount),
            6 => offline_gift(id, organisation, project, amount),
            _ => redirect(id, project, 1 + self.dice.below(3) as i64, amount),
        };
        match asked {
            Ok(asked) => self.apply(asked),
            Err(refused) => self.count(Err(refused)),
        }
    }

    fn some_line(&mut self, project: i64) -> i64 {
        project * 10 + self.dice.below(2) as i64
    }

    fn some_known_id(&mut self) -> i64 {
        match self.asked.len() {
            0 => 1,
            count => self.asked[self.dice.below(count as u64) as usize].id(),
        }
    }

    fn some_refund(&mut self, id: i64, organisation: i64, project: i64, amount: Fen) -> Result<Transfer, Refused> {
        let about = if self.dice.below(15) == 0 { self.next_id + 100 } else { self.some_known_id() };
        match (self.gifts.get(&about).copied(), self.dice.below(10)) {
            (Some(gift), 1..10) => refund(id, about, gift.organisation, gift.project, amount),
            _ => refund(id, about, organisation, project, amount),
        }
    }

    fn some_correction(&mut self, id: i64, amount: Fen) -> Result<Transfer, Refused> {
        let of = self.some_known_id();
        let Some(wrong) = self.asked.iter().find(|asked| asked.id() == of).copied() else {
            return correction(id, &payout(self.next_id + 100, 1, amount)?);
        };
        // Sometimes the id is right and the content is not.
        if self.dice.below(5) == 0 { correction(id, &payout(of, 1, amount)?) } else { correction(id, &wrong) }
    }

    fn ask_again(&mut self) {
        if self.asked.is_empty() {
            return;
        }
        let place = self.dice.below(self.asked.len() as u64) as usize;
        self.apply(self.asked[place]);
    }

    fn apply(&mut self, asked: Transfer) {
        let answer = self.ledger.apply(&asked);
        let second = self.auditor.apply(&asked);
        assert_eq!(answer, second, "LEDGER_SEED={}: the auditor disagrees on {asked:?}", self.seed);
        self.asked.push(asked);
        self.count(answer);
        if answer == Ok(Outcome::Recorded) {
            self.record(&asked);
        }
    }

    fn decide(&mut self, post: bool) {
        let waiting: Vec<i64> = self.asked.iter().map(Transfer::id).filter(|id| self.ledger.state(*id) == Some(State::Pending)).collect();
        let id = match (waiting.len() as u64, self.dice.below(4)) {
            (count @ 1.., 1..) => waiting[self.dice.below(count) as usize],
            _ => self.some_known_id(),
        };
        let approved_by = [12, 13];
        let (answer, second) = if post {
            let hands = TwoHands::new(11, approved_by).unwrap();
            (self.ledger.post(id, &hands), self.auditor.post(id))
        } else {
            (self.ledger.void(id), self.auditor.void(id))
        };
        assert_eq!(answer, second, "LEDGER_SEED={}: the auditor disagrees on {id}, post: {post}", self.seed);
        self.count(answer);
        if answer == Ok(Outcome::Recorded) {
            let decided = if post { Fact::PayoutPosted { id, approved_by } } else { Fact::PayoutVoided { id } };
            self.facts.push(decided);
        }
    }

    fn record(&mut self, taken: &Transfer) {
        let (id, amount) = (taken.id(), taken.amount());
        let (debit, credit) = (taken.debit().owner(), taken.credit().owner());
        let fact = match taken.code() {
            Code::Gift => {
                self.gifts.insert(id, GiftFacts { organisation: debit, project: credit, amount });
                self.recorded_gift(id, debit, credit, amount)
            }
            Code::Refund => {
                let gift = taken.about().unwrap();
                let gift_facts = self.gifts.get(&gift).copied();
                Fact::Refund { id, organisation: credit, project: debit, amount, gift, gift_facts }
            }
            Code::Payout => Fact::PayoutRequested { id, project: debit, amount, requested_by: 11 },
            Code::Expense => {
                let line_project = Some(credit / 10);
                Fact::Expense { id, project: debit, budget_line: credit, line_project, amount }
            }
            Code::PayoutReturn => Fact::PayoutReturn { id, project: debit, amount },
            Code::Correction => Fact::Correction { id, of: taken.about().unwrap() },
            Code::OfflineGift => Fact::OfflineGift { id, organisation: debit, project: credit, amount },
            Code::Redirect => Fact::Redirect { id, from: debit, to: credit, amount },
        };
        self.facts.push(fact);
    }

    /// Channels confirm out of order, so a gift may come after one with a later id; then it is told as the
    /// batch that it was settled in, as a database does whose gifts are folded in the order of time.
    fn recorded_gift(&mut self, id: i64, organisation: i64, project: i64, amount: Fen) -> Fact {
        if id > self.last_gift {
            self.last_gift = id;
            return Fact::Gift { id, organisation, project, amount };
        }
        let batch = self.facts.len() as i64 + 1;
        Fact::GiftBatch { batch, organisation, project, count: 1, sum: amount }
    }

    fn count(&mut self, answer: Result<Outcome, Refused>) {
        let name = match answer {
            Ok(Outcome::Recorded) => "recorded",
            Ok(Outcome::Exists) => "exists",
            Err(Refused::NotPositive { .. }) => "not positive",
            Err(Refused::ExistsWithDifferent { .. }) => "exists with different",
            Err(Refused::Unknown { .. }) => "unknown",
            Err(Refused::NotThatGift { .. }) => "not that gift",
            Err(Refused::RefundExceedsGift { .. }) => "refund exceeds gift",
            Err(Refused::SameAccount) => "same account",
            Err(Refused::NotCorrectable { .. }) => "not correctable",
            Err(Refused::NotPosted { .. }) => "not posted",
            Err(Refused::NotItsMirror { .. }) => "not its mirror",
            Err(Refused::AlreadyCorrected { .. }) => "already corrected",
            Err(Refused::NotAPayout { .. }) => "not a payout",
            Err(Refused::AlreadyVoided { .. }) => "already voided",
            Err(Refused::AlreadyPosted { .. }) => "already posted",
            Err(Refused::Insufficient { .. }) => "insufficient",
            Err(Refused::TooLarge { .. }) => "too large",
        };
        *self.answers.entry(name).or_default() += 1;
    }

    fn compare_balances(&self) {
        let nothing = |posted: i64, held: i64| (posted, held) == (0, 0);
        let ledger: Vec<_> = self
            .ledger
            .balances()
            .into_iter()
            .map(|(account, b)| (account.kind(), account.owner(), b.posted.0, b.held.0))
            .filter(|row| !nothing(row.2, row.3))
            .collect();
        let auditor: Vec<_> = self
            .auditor
            .balances()
            .into_iter()
            .map(|(kind, owner, posted, held)| (kind, owner, posted as i64, held as i64))
            .filter(|row| !nothing(row.2, row.3))
            .collect();
        assert_eq!(ledger, auditor, "LEDGER_SEED={}: balances", self.seed);
        assert_eq!(ledger.iter().map(|row| i128::from(row.2)).sum::<i128>(), 0, "LEDGER_SEED={}", self.seed);
        for (kind, owner, posted, held) in ledger {
            assert!([1, 7].contains(&kind) || posted >= held, "LEDGER_SEED={}: {kind}:{owner} below zero", self.seed);
        }
    }
}

/// The seeds of a test run: a fixed range, or the one in `LEDGER_SEED`.
pub(super) fn seeds(count: u64) -> Vec<u64> {
    match std::env::var("LEDGER_SEED").ok().and_then(|seed| seed.parse().ok()) {
        Some(seed) => vec![seed],
        None => (1..=count).collect(),
    }
}

#[test]
fn ledger_and_auditor_agree_and_check_finds_nothing() {
    let mut answers: BTreeMap<&str, u32> = BTreeMap::new();
    let seeds = seeds(300);
    for &seed in &seeds {
        let walked = walk(seed, 400);
        for (name, count) in &walked.answers {
            *answers.entry(name).or_default() += count;
        }
        let mut checker = Checker::new();
        for fact in &walked.facts {
            checker.take(fact);
        }
        let computed = checker.computed();
        assert_eq!(check(walked.facts, &computed), vec![], "LEDGER_SEED={seed}");

        // The checker's postings, summed by account, are the ledger's balances.
        let mut sums: BTreeMap<Account, i128> = BTreeMap::new();
        for sum in computed.postings.unwrap() {
            *sums.entry(sum.account).or_default() += i128::from(sum.amount_fen.0);
        }
        for (account, balance) in walked.ledger.balances() {
            let summed = sums.remove(&account).unwrap_or_default();
            assert_eq!(summed, i128::from(balance.posted.0), "LEDGER_SEED={seed}: {account}");
        }
        assert!(sums.values().all(|sum| *sum == 0), "LEDGER_SEED={seed}: accounts only the checker knows");
    }
    println!("{answers:?}");
    // A walk that never met a refusal has not tried it.
    if seeds.len() > 1 {
        assert_eq!(answers.len(), 17, "every answer occurs: {answers:?}");
    }
}
