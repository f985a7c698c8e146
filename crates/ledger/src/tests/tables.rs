//! Bookkeeping stories as tables. Each row is an event and the answer the books must give; then follow the
//! balances (what is posted, what pending payouts hold).

use crate::*;
use money::Fen;

/// Runs a table against the ledger and, row by row, against the auditor.
///
/// Columns of an event: what | id | from | to | amount | about | answer. `post` and `void` need only the id.
/// A row `balance | account | posted | held` states what must be on the account at that point.
fn run(table: &str) {
    let (mut ledger, mut auditor) = (Ledger::new(), Auditor::new());
    let hands = TwoHands::new(1, [2, 3]).unwrap();
    for row in table.lines().map(str::trim).filter(|row| !row.is_empty() && !row.starts_with('#')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        if cells[0] == "balance" {
            let account: Account = cells[1].parse().unwrap();
            let balance = ledger.balance(account);
            assert_eq!(balance.posted.yuan_text(), cells[2], "posted, {row}");
            assert_eq!(balance.held.yuan_text(), cells[3], "held, {row}");
            continue;
        }
        let id: i64 = cells[1].parse().unwrap();
        let (answer, second) = match cells[0] {
            "post" => (ledger.post(id, &hands), auditor.post(id)),
            "void" => (ledger.void(id), auditor.void(id)),
            what => match transfer(what, id, &cells) {
                Ok(asked) => (ledger.apply(&asked), auditor.apply(&asked)),
                Err(refused) => (Err(refused), Err(refused)),
            },
        };
        assert_eq!(answer, second, "the auditor disagrees on: {row}");
        let answer = match answer {
            Ok(Outcome::Recorded) => "recorded".to_owned(),
            Ok(Outcome::Exists) => "exists".to_owned(),
            Err(refused) => refused.to_string(),
        };
        assert_eq!(answer, *cells.last().unwrap(), "{row}");
    }
    let sum: i128 = ledger.balances().iter().map(|(_, balance)| i128::from(balance.posted.0)).sum();
    assert_eq!(sum, 0, "the books do not add up to zero");
}

fn transfer(what: &str, id: i64, cells: &[&str]) -> Result<Transfer, Refused> {
    let from: Account = cells[2].parse().unwrap();
    let to: Account = cells[3].parse().unwrap();
    let amount = match cells[4].strip_prefix('-') {
        Some(owed) => Fen(-Fen::parse_yuan(owed).unwrap().0),
        None => Fen::parse_yuan(cells[4]).unwrap(),
    };
    let about = cells[5].parse().unwrap_or(0);
    match what {
        "gift" => gift(id, from.owner(), to.owner(), amount),
        "refund" => refund(id, about, to.owner(), from.owner(), amount),
        "payout" => payout(id, from.owner(), amount),
        "expense" => expense(id, from.owner(), to.owner(), amount),
        "return" => payout_return(id, from.owner(), amount),
        "offline" => offline_gift(id, from.owner(), to.owner(), amount),
        "redirect" => redirect(id, from.owner(), to.owner(), amount),
        "correction" => {
            // Written as the mirror of what the row says was wrong.
            let wrong = match (to, from) {
                (Account::Implementer { project }, Account::Spent { budget_line }) => expense(about, project, budget_line, amount),
                (Account::Project { project }, Account::Implementer { .. }) => payout(about, project, amount),
                (Account::Implementer { project }, Account::Project { .. }) => payout_return(about, project, amount),
                (Account::Channel { organisation }, Account::Project { project }) => gift(about, organisation, project, amount),
                (Account::OwnAccount { organisation }, Account::Project { project }) => offline_gift(about, organisation, project, amount),
                (Account::Project { project: to }, Account::Project { project: from }) => redirect(about, to, from, amount),
                _ => panic!("no such correction: {from} to {to}"),
            };
            correction(id, &wrong?)
        }
        other => panic!("no such event: {other}"),
    }
}

#[test]
fn from_gift_to_spent() {
    run("
    # what    | id | from          | to            | amount | about | answer
    gift      | 1  | channel:7     | project:40    | 100.00 |       | recorded
    gift      | 2  | channel:7     | project:40    |  50.50 |       | recorded
    gift      | 3  | channel:7     | project:41    |   0.01 |       | recorded
    balance   | channel:7      | -150.51 | 0.00
    balance   | project:40     |  150.50 | 0.00
    balance   | project:41     |    0.01 | 0.00
    payout    | 4  | project:40    | implementer:40 | 120.00 |      | recorded
    balance   | project:40     |  150.50 | 120.00
    balance   | implementer:40 |    0.00 | 0.00
    post      | 4  | recorded
    balance   | project:40     |   30.50 | 0.00
    balance   | implementer:40 |  120.00 | 0.00
    expense   | 5  | implementer:40 | spent:9001   |  80.00 |       | recorded
    expense   | 6  | implementer:40 | spent:9002   |  35.00 |       | recorded
    return    | 7  | implementer:40 | project:40   |   5.00 |       | recorded
    balance   | implementer:40 |    0.00 | 0.00
    balance   | project:40     |   35.50 | 0.00
    balance   | spent:9001     |   80.00 | 0.00
    balance   | spent:9002     |   35.00 | 0.00
    balance   | channel:7      | -150.51 | 0.00
    ");
}

#[test]
fn asking_again_changes_nothing() {
    run("
    gift      | 1  | channel:7     | project:40    | 10.00 |       | recorded
    gift      | 1  | channel:7     | project:40    | 10.00 |       | exists
    gift      | 1  | channel:7     | project:40    | 10.01 |       | the id is taken by a transfer with a different amount
    gift      | 1  | channel:7     | project:41    | 10.00 |       | the id is taken by a transfer with a different credit account
    gift      | 1  | channel:8     | project:41    | 10.01 |       | the id is taken by a transfer with a different debit account
    payout    | 1  | project:40    | implementer:40 | 10.00 |      | the id is taken by a transfer with a different code
    refund    | 2  | project:40    | channel:7     |  1.00 | 1     | recorded
    refund    | 2  | project:40    | channel:7     |  1.00 | 1     | exists
    refund    | 2  | project:40    | channel:7     |  1.00 | 3     | the id is taken by a transfer with a different reference
    payout    | 3  | project:40    | implementer:40 |  4.00 |      | recorded
    payout    | 3  | project:40    | implementer:40 |  4.00 |      | exists
    post      | 3  | recorded
    post      | 3  | exists
    payout    | 3  | project:40    | implementer:40 |  4.00 |      | exists
    balance   | project:40     |    5.00 | 0.00
    balance   | channel:7      |   -9.00 | 0.00
    ");
}

#[test]
fn what_a_pending_payout_holds_is_not_available() {
    run("
    gift      | 1  | channel:7     | project:40    | 10.00 |       | recorded
    payout    | 2  | project:40    | implementer:40 | 7.00 |       | recorded
    payout    | 3  | project:40    | implementer:40 | 3.01 |       | project:40 has only ¥3.00 available
    refund    | 4  | project:40    | channel:7     |  3.01 | 1     | project:40 has only ¥3.00 available
    payout    | 3  | project:40    | implementer:40 | 3.00 |       | recorded
    payout    | 5  | project:40    | implementer:40 | 0.01 |       | project:40 has only ¥0.00 available
    expense   | 6  | implementer:40 | spent:90     |  0.01 |       | implementer:40 has only ¥0.00 available
    void      | 2  | recorded
    void      | 2  | exists
    post      | 2  | payout 2 was voided
    balance   | project:40     |   10.00 | 3.00
    post      | 3  | recorded
    void      | 3  | payout 3 was posted
    payout    | 2  | project:40    | implementer:40 | 7.00 |       | exists
    post      | 1  | 1 is not a payout
    void      | 99 | 99 is not in the books
    balance   | project:40     |    7.00 | 0.00
    balance   | implementer:40 |    3.00 | 0.00
    ");
}

#[test]
fn refunds_run_back_along_their_gift() {
    run("
    gift      | 1  | channel:7     | project:40    | 10.00 |       | recorded
    gift      | 2  | channel:8     | project:40    | 90.00 |       | recorded
    refund    | 3  | project:40    | channel:7     |  4.00 | 1     | recorded
    refund    | 4  | project:40    | channel:7     |  6.01 | 1     | only ¥6.00 of gift 1 is left to refund
    refund    | 4  | project:40    | channel:8     |  6.00 | 1     | 1 is not a gift by this channel for this project
    refund    | 4  | project:41    | channel:7     |  6.00 | 1     | 1 is not a gift by this channel for this project
    refund    | 4  | project:40    | channel:7     |  6.00 | 3     | 3 is not a gift by this channel for this project
    refund    | 4  | project:40    | channel:7     |  6.00 | 5     | 5 is not in the books
    refund    | 4  | project:40    | channel:7     |  6.00 | 1     | recorded
    refund    | 5  | project:40    | channel:7     |  0.01 | 1     | only ¥0.00 of gift 1 is left to refund
    balance   | channel:7      |    0.00 | 0.00
    balance   | channel:8      |  -90.00 | 0.00
    balance   | project:40     |   90.00 | 0.00
    ");
}

#[test]
fn a_gift_already_paid_out_is_refunded_only_after_money_came_back() {
    run("
    gift      | 1  | channel:7     | project:40    | 10.00 |       | recorded
    payout    | 2  | project:40    | implementer:40 | 10.00 |      | recorded
    post      | 2  | recorded
    refund    | 3  | project:40    | channel:7     | 10.00 | 1     | project:40 has only ¥0.00 available
    return    | 4  | implementer:40 | project:40   | 10.00 |       | recorded
    refund    | 3  | project:40    | channel:7     | 10.00 | 1     | recorded
    balance   | channel:7      |    0.00 | 0.00
    ");
}

#[test]
fn what_was_written_wrongly_is_undone_and_written_again() {
    run("
    gift      | 1  | channel:7     | project:40    | 100.00 |      | recorded
    payout    | 2  | project:40    | implementer:40 | 60.00 |      | recorded
    correction| 3  | implementer:40 | project:40   | 60.00 | 2     | 2 is not posted, so there is nothing to undo
    post      | 2  | recorded
    expense   | 4  | implementer:40 | spent:90     | 50.00 |       | recorded
    correction| 5  | spent:90      | implementer:40 | 49.99 | 4    | the correction does not mirror 4
    correction| 5  | spent:91      | implementer:40 | 50.00 | 4    | the correction does not mirror 4
    correction| 5  | spent:90      | implementer:40 | 50.00 | 8    | 8 is not in the books
    correction| 5  | project:40    | channel:7     | 100.00 | 1    | 1 is a gift and is not undone by a correction
    correction| 5  | spent:90      | implementer:40 | 50.00 | 4    | recorded
    correction| 5  | spent:90      | implementer:40 | 50.00 | 4    | exists
    correction| 6  | spent:90      | implementer:40 | 50.00 | 4    | 4 has already been undone
    expense   | 7  | implementer:40 | spent:91     | 50.00 |       | recorded
    balance   | spent:90       |    0.00 | 0.00
    balance   | spent:91       |   50.00 | 0.00
    balance   | implementer:40 |   10.00 | 0.00
    correction| 8  | implementer:40 | project:40   | 60.00 | 2     | implementer:40 has only ¥10.00 available
    return    | 9  | implementer:40 | project:40   | 10.00 |       | recorded
    correction| 10 | project:40    | implementer:40 | 10.00 | 9    | recorded
    balance   | implementer:40 |   10.00 | 0.00
    balance   | project:40     |   40.00 | 0.00
    ");
}

#[test]
fn gifts_outside_the_channel_stand_beside_it() {
    run("
    gift      | 1  | channel:7     | project:40    | 10.00 |       | recorded
    offline   | 2  | own_account:7 | project:40    | 90.00 |       | recorded
    offline   | 2  | own_account:7 | project:40    | 90.00 |       | exists
    balance   | channel:7      |  -10.00 | 0.00
    balance   | own_account:7  |  -90.00 | 0.00
    balance   | project:40     |  100.00 | 0.00
    refund    | 3  | project:40    | channel:7     |  1.00 | 2     | 2 is not a gift by this channel for this project
    payout    | 4  | project:40    | implementer:40 | 50.00 |      | recorded
    post      | 4  | recorded
    # a cheque that bounced: only what is still in the account can leave it
    correction| 5  | project:40    | own_account:7 | 90.00 | 2     | project:40 has only ¥50.00 available
    return    | 6  | implementer:40 | project:40   | 40.00 |       | recorded
    correction| 5  | project:40    | own_account:8 | 90.00 | 2     | the correction does not mirror 2
    correction| 5  | project:40    | own_account:7 | 90.00 | 2     | recorded
    correction| 7  | project:40    | own_account:7 | 90.00 | 2     | 2 has already been undone
    balance   | own_account:7  |    0.00 | 0.00
    balance   | project:40     |    0.00 | 0.00
    balance   | channel:7      |  -10.00 | 0.00
    ");
}

#[test]
fn what_is_left_over_is_used_for_another_project() {
    run("
    gift      | 1  | channel:7     | project:40    | 10.00 |       | recorded
    payout    | 2  | project:40    | implementer:40 | 3.00 |       | recorded
    redirect  | 3  | project:40    | project:41    |  7.01 |       | project:40 has only ¥7.00 available
    redirect  | 3  | project:40    | project:40    |  7.00 |       | the money would stay where it is
    redirect  | 3  | project:40    | project:41    |  7.00 |       | recorded
    redirect  | 3  | project:40    | project:41    |  7.00 |       | exists
    redirect  | 3  | project:40    | project:42    |  7.00 |       | the id is taken by a transfer with a different credit account
    balance   | project:40     |    3.00 | 3.00
    balance   | project:41     |    7.00 | 0.00
    correction| 4  | project:41    | project:40    |  7.00 | 3     | 3 is a redirect and is not undone by a correction
    redirect  | 5  | project:41    | project:40    |  7.00 |       | recorded
    balance   | project:40     |   10.00 | 3.00
    balance   | channel:7      |  -10.00 | 0.00
    ");
}

#[test]
fn nothing_of_nothing() {
    run("
    gift      | 0  | channel:7     | project:40    | 10.00 |       | the id is not positive
    gift      | 1  | channel:0     | project:40    | 10.00 |       | the debit account is not positive
    gift      | 1  | channel:7     | project:-4    | 10.00 |       | the credit account is not positive
    gift      | 1  | channel:7     | project:40    |  0.00 |       | the amount is not positive
    gift      | 1  | channel:7     | project:40    | -1.00 |       | the amount is not positive
    refund    | 2  | project:40    | channel:7     |  1.00 | 0     | the reference is not positive
    gift      | 1  | channel:7     | project:40    | 10.00 |       | recorded
    ");
}

#[test]
fn a_balance_that_would_not_fit_is_refused() {
    let mut ledger = Ledger::new();
    ledger.apply(&gift(1, 7, 40, Fen(i64::MAX)).unwrap()).unwrap();
    let more = gift(2, 7, 41, Fen(2)).unwrap();
    let channel = Account::Channel { organisation: 7 };
    assert_eq!(ledger.apply(&more), Err(Refused::TooLarge { account: channel }));
    let more = gift(2, 8, 40, Fen(1)).unwrap();
    assert_eq!(ledger.apply(&more), Err(Refused::TooLarge { account: Account::Project { project: 40 } }));
    assert_eq!(ledger.state(2), None, "a refused transfer leaves no trace");
}

#[test]
fn the_templates_write_what_the_decision_says() {
    // code, its number, debited kind, credited kind: see docs/decisions/0002-postings.md
    let wrong = expense(5, 40, 90, Fen(1)).unwrap();
    let rows = [
        (gift(1, 7, 40, Fen(1)).unwrap(), 1, 1, 2),
        (refund(2, 1, 7, 40, Fen(1)).unwrap(), 2, 2, 1),
        (payout(3, 40, Fen(1)).unwrap(), 3, 2, 3),
        (wrong, 4, 3, 4),
        (payout_return(4, 40, Fen(1)).unwrap(), 5, 3, 2),
        (correction(6, &wrong).unwrap(), 6, 4, 3),
        (offline_gift(7, 7, 40, Fen(1)).unwrap(), 7, 7, 2),
        (redirect(8, 40, 41, Fen(1)).unwrap(), 8, 2, 2),
    ];
    for (transfer, code, debit, credit) in rows {
        assert_eq!(transfer.code().number(), code);
        assert_eq!(Code::from_number(code), Some(transfer.code()));
        assert_eq!((transfer.debit().kind(), transfer.credit().kind()), (debit, credit));
        let [out, into] = transfer.postings();
        assert_eq!((out.account, out.amount_fen), (transfer.debit(), Fen(-1)));
        assert_eq!((into.account, into.amount_fen), (transfer.credit(), Fen(1)));
    }
    assert_eq!(Code::from_number(9), None);
    assert!(correction(7, &correction(6, &wrong).unwrap()).is_err(), "a correction is not corrected");
}

#[test]
fn accounts_keep_their_numbers_and_names() {
    for (account, kind, text) in [
        (Account::Channel { organisation: 7 }, 1, "channel:7"),
        (Account::Project { project: 7 }, 2, "project:7"),
        (Account::Implementer { project: 7 }, 3, "implementer:7"),
        (Account::Spent { budget_line: 7 }, 4, "spent:7"),
        (Account::OwnAccount { organisation: 7 }, 7, "own_account:7"),
    ] {
        assert_eq!(account.kind(), kind);
        assert_eq!(Account::from_stored(kind, 7), Some(account));
        assert_eq!(account.to_string(), text);
        assert_eq!(text.parse(), Ok(account));
    }
    assert_eq!(Account::from_stored(5, 7), None, "reserved for pools");
    assert_eq!("pool:7".parse::<Account>(), Err(()));
    assert_eq!("project:x".parse::<Account>(), Err(()));
}
