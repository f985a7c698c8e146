//! What a reason asks for, who must say yes, what may follow what, and by when.

use ledger::{HandsRefused, TwoHands};

use crate::kernel::civil::{Day, add_months, day_of, start_of};
use crate::kernel::settings::Setting;
use crate::kernel::workdays::add_workdays;
use crate::kernel::{DAY_US, Id, Micros, Refusal};

use super::model::{Asked, Case, Confirmed, Filed, OpenedBy, Paper, Party, Payment, Reason, State};

/// Working days until a charity's first answer. No law states a term; donors of 2017 complained of being passed around for more than
/// twenty days.
pub const ANSWER_WORKDAYS: Setting = Setting { name: "refund_answer_workdays", default: 10, least: 1, most: 30 };
/// Days until the money is back, or the donor knows why not.
pub const DONE_DAYS: Setting = Setting { name: "refund_done_days", default: 30, least: 1, most: 120 };

/// How long a charity may take, as the operator has chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    pub answer_workdays: i64,
    pub done_days: i64,
}

impl Clocks {
    /// The ends of the two days.
    pub fn due(&self, opened_at: Micros) -> (Micros, Micros) {
        let opened: Day = day_of(opened_at);
        let workdays = u32::try_from(self.answer_workdays).unwrap_or(1);
        (start_of(add_workdays(opened, workdays) + 1), start_of(opened + self.done_days + 1))
    }
}

/// The papers without which a reason cannot be examined.
pub fn papers(reason: Reason) -> &'static [Paper] {
    match reason {
        Reason::Duplicate | Reason::WrongAmount | Reason::SystemFault => &[Paper::PaymentProof],
        Reason::NoCapacity => &[Paper::GuardianProof, Paper::Identity, Paper::PaymentProof],
        Reason::StolenAccount => &[Paper::PoliceCase, Paper::Identity, Paper::PaymentProof],
        Reason::AgainstWill => &[Paper::MedicalCertificate, Paper::Identity],
        Reason::ProjectImpossible => &[Paper::ProjectDecision],
        Reason::Other | Reason::MadeElsewhere => &[],
    }
}

/// The papers a case still lacks. What the platform itself held as a payment that does not fit is its own proof.
pub fn missing(case: &Case, filed: &[Filed]) -> Vec<Paper> {
    if case.held_id != 0 {
        return Vec::new();
    }
    papers(case.reason).iter().copied().filter(|paper| !filed.iter().any(|f| f.paper == *paper)).collect()
}

/// The reasons a donor can choose; the charity can also say that its project is impossible.
pub const DONOR_REASONS: [Reason; 7] = [
    Reason::Duplicate,
    Reason::WrongAmount,
    Reason::SystemFault,
    Reason::NoCapacity,
    Reason::StolenAccount,
    Reason::AgainstWill,
    Reason::Other,
];

pub const CHARITY_REASONS: [Reason; 8] = [
    Reason::Duplicate,
    Reason::WrongAmount,
    Reason::SystemFault,
    Reason::NoCapacity,
    Reason::StolenAccount,
    Reason::AgainstWill,
    Reason::ProjectImpossible,
    Reason::Other,
];

pub fn may_choose(opened_by: OpenedBy, reason: Reason) -> bool {
    match opened_by {
        OpenedBy::Donor => DONOR_REASONS.contains(&reason),
        OpenedBy::Charity | OpenedBy::Operator => CHARITY_REASONS.contains(&reason),
        OpenedBy::Channel => reason == Reason::MadeElsewhere,
    }
}

/// Longest statement, note or reason, in characters.
pub const LONGEST: usize = 1_000;
/// How many papers one case takes.
pub const MOST_PAPERS: usize = 20;

/// The last day on which the channel gives a payment back (WeChat Pay, 申请退款: within one year).
pub fn last_day(paid_at: Micros) -> Day {
    add_months(day_of(paid_at), 12)
}

/// Whether a case can be opened for this. What other cases already speak of is guarded by the claim on the payment.
pub fn open(payment: &Payment, asked: &Asked, opened_by: OpenedBy, now: Micros) -> Result<(), Refusal> {
    if !may_choose(opened_by, asked.reason) {
        return Err(Refusal::input("reason", "refusal-refunds-reason"));
    }
    if asked.amount_fen < 1 || asked.amount_fen > payment.total_fen {
        return Err(Refusal::input("amount", "refusal-refunds-amount").with("most", money::Fen(payment.total_fen)));
    }
    let length = asked.statement.chars().count();
    if length == 0 {
        return Err(Refusal::input("statement", "refusal-refunds-statement"));
    }
    if length > LONGEST {
        return Err(Refusal::input("statement", "refusal-refunds-too-long").with("most", LONGEST));
    }
    within_a_year(payment.paid_at, now)
}

pub fn within_a_year(paid_at: Micros, now: Micros) -> Result<(), Refusal> {
    if day_of(now) > last_day(paid_at) { Err(Refusal::conflict("refusal-refunds-year")) } else { Ok(()) }
}

/// A note or reason as typed: there must be one, and it must fit.
pub fn note(text: &str, field: &'static str) -> Result<String, Refusal> {
    let tidy: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect::<String>().trim().to_owned();
    match tidy.chars().count() {
        0 => Err(Refusal::input(field, "refusal-refunds-note")),
        n if n > LONGEST => Err(Refusal::input(field, "refusal-refunds-too-long").with("most", LONGEST)),
        _ => Ok(tidy),
    }
}

/// Whether the papers can be called complete.
pub fn examine(case: &Case, filed: &[Filed]) -> Result<(), Refusal> {
    if case.state != State::Applied {
        return Err(moved_on());
    }
    if missing(case, filed).is_empty() { Ok(()) } else { Err(Refusal::conflict("refusal-refunds-papers-missing")) }
}

/// Who has to confirm besides the charity, which confirms by asking for approval.
pub fn others(case: &Case, paid_out: bool, implementer_is_charity: bool) -> Vec<Party> {
    let mut parties = Vec::new();
    if paid_out && !implementer_is_charity {
        parties.push(Party::Implementer);
    }
    let platform = matches!(case.reason, Reason::SystemFault | Reason::StolenAccount | Reason::Duplicate);
    // What the operator opened it has confirmed by opening it.
    if platform && case.opened_by != OpenedBy::Operator {
        parties.push(Party::Operator);
    }
    parties
}

/// Those who have not said yes yet.
pub fn outstanding(needed: &[Party], confirmed: &[Confirmed]) -> Vec<Party> {
    needed.iter().copied().filter(|party| !confirmed.iter().any(|c| c.party == *party)).collect()
}

pub fn confirm(case: &Case, party: Party, needed: &[Party]) -> Result<(), Refusal> {
    if !matches!(case.state, State::Applied | State::Examined) || !needed.contains(&party) {
        return Err(moved_on());
    }
    Ok(())
}

/// The charity confirms and asks two others to agree.
pub fn request(case: &Case, needed: &[Party], confirmed: &[Confirmed], now: Micros) -> Result<(), Refusal> {
    if case.state != State::Examined {
        return Err(moved_on());
    }
    if !outstanding(needed, confirmed).is_empty() {
        return Err(Refusal::conflict("refusal-refunds-unconfirmed"));
    }
    within_a_year(case.paid_at, now)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    First,
    Second,
}

/// Whether this person's yes counts, and what it leads to: nobody agrees to what they asked for or opened, and nobody twice.
pub fn approve(case: &Case, person_id: Id) -> Result<Approval, Refusal> {
    let own = || Refusal::new(403, "refusal-refunds-own-request");
    let requested_by = case.requested_by.unwrap_or(0);
    let opened_here = case.opened_by == OpenedBy::Charity && case.opened_person == person_id;
    match (case.state, case.first_by) {
        _ if person_id == requested_by || opened_here => Err(own()),
        (State::Requested, _) => Ok(Approval::First),
        (State::ApprovedOnce, Some(first)) => match TwoHands::new(requested_by, [first, person_id]) {
            Ok(_) => Ok(Approval::Second),
            Err(HandsRefused::OwnRequest { .. }) => Err(own()),
            Err(HandsRefused::SamePerson { .. }) => Err(Refusal::new(403, "refusal-refunds-same-person")),
        },
        _ => Err(moved_on()),
    }
}

/// A no is possible until the channel has been asked, and again when the channel has given up.
pub fn refuse(case: &Case) -> Result<(), Refusal> {
    let open = case.state.is_undecided() || matches!(case.state, State::Approved | State::Stuck);
    if open { Ok(()) } else { Err(moved_on()) }
}

/// The donor may think better of it until two people have agreed.
pub fn withdraw(case: &Case) -> Result<(), Refusal> {
    if case.state.is_undecided() { Ok(()) } else { Err(moved_on()) }
}

/// Once, within two months of the refusal.
pub fn appeal(case: &Case, now: Micros) -> Result<(), Refusal> {
    match (case.state, case.ended_at) {
        (State::Refused, Some(ended_at)) if case.appeal.is_empty() && now <= ended_at + 60 * DAY_US => Ok(()),
        (State::Refused, _) => Err(Refusal::conflict("refusal-refunds-appeal")),
        _ => Err(moved_on()),
    }
}

pub fn moved_on() -> Refusal {
    Refusal::conflict("refusal-refunds-moved-on")
}

/// Whose turn it is, for the sentence at the top of a case: a message `refunds-next-…`.
pub fn next_step(case: &Case, missing: bool, outstanding: &[Party]) -> &'static str {
    match case.state {
        State::Applied if missing => "refunds-next-papers",
        State::Applied => "refunds-next-examine",
        State::Examined if outstanding.contains(&Party::Implementer) => "refunds-next-implementer",
        State::Examined if outstanding.contains(&Party::Operator) => "refunds-next-operator",
        State::Examined => "refunds-next-request",
        State::Requested => "refunds-next-first",
        State::ApprovedOnce => "refunds-next-second",
        State::Approved if case.waits_for == "receipt" => "refunds-next-receipt",
        State::Approved => "refunds-next-money",
        State::Sending => "refunds-next-channel",
        State::Stuck => "refunds-next-stuck",
        State::Returned => "refunds-next-returned",
        State::Refused => "refunds-next-refused",
        State::Appealed => "refunds-next-appealed",
        State::Upheld => "refunds-next-upheld",
        State::Withdrawn => "refunds-next-withdrawn",
        State::Found => "refunds-next-found",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::civil::{day_text, parse_rfc3339};

    fn case(state: State) -> Case {
        Case {
            id: 1,
            organisation_id: 2,
            project_id: 3,
            gift_id: 4,
            donor_id: 5,
            held_id: 0,
            out_trade_no: "4".into(),
            transaction_id: "T".into(),
            paid_at: 0,
            total_fen: 100,
            amount_fen: 50,
            reason: Reason::NoCapacity,
            statement: "孩子误点".into(),
            opened_by: OpenedBy::Donor,
            opened_person: 5,
            opened_at: 0,
            state,
            waits_for: String::new(),
            off_receipts: false,
            answer_due_at: 0,
            done_due_at: 0,
            answered_at: None,
            requested_by: Some(10),
            first_by: None,
            second_by: None,
            decided_reason: String::new(),
            appeal: String::new(),
            ended_at: None,
        }
    }

    #[test]
    fn every_reason_says_which_papers_it_needs() {
        let filed = |papers: &[Paper]| -> Vec<Filed> {
            papers.iter().enumerate().map(|(i, paper)| Filed { file_id: i as i64, paper: *paper, by_donor: true }).collect()
        };
        for reason in Reason::ALL {
            let asked = Case { reason, ..case(State::Applied) };
            assert_eq!(missing(&asked, &filed(papers(reason))), [], "{reason:?}");
            assert_eq!(missing(&asked, &[]), papers(reason), "{reason:?}");
            assert_eq!(examine(&asked, &[]).is_err(), !papers(reason).is_empty(), "{reason:?}");
            let held = Case { reason, held_id: 9, ..case(State::Applied) };
            assert_eq!(examine(&held, &[]), Ok(()), "what the platform held is its own proof");
        }
    }

    #[test]
    fn two_people_who_neither_asked_nor_opened() {
        for (state, first, opened, person, answer) in [
            (State::Requested, None, 5, 10, Err("refusal-refunds-own-request")),
            (State::Requested, None, 11, 11, Err("refusal-refunds-own-request")),
            (State::Requested, None, 5, 11, Ok(Approval::First)),
            (State::ApprovedOnce, Some(11), 5, 11, Err("refusal-refunds-same-person")),
            (State::ApprovedOnce, Some(11), 5, 10, Err("refusal-refunds-own-request")),
            (State::ApprovedOnce, Some(11), 5, 12, Ok(Approval::Second)),
            (State::Approved, Some(11), 5, 13, Err("refusal-refunds-moved-on")),
            (State::Applied, None, 5, 13, Err("refusal-refunds-moved-on")),
        ] {
            let asked = Case { first_by: first, opened_by: OpenedBy::Charity, opened_person: opened, ..case(state) };
            assert_eq!(approve(&asked, person).map_err(|r| r.key), answer, "{state:?} by {person}");
        }
    }

    #[test]
    fn who_has_to_confirm_depends_on_the_reason_and_on_where_the_money_is() {
        use Party::*;
        for (reason, opened_by, paid_out, parties) in [
            (Reason::NoCapacity, OpenedBy::Donor, false, vec![]),
            (Reason::NoCapacity, OpenedBy::Donor, true, vec![Implementer]),
            (Reason::StolenAccount, OpenedBy::Donor, false, vec![Operator]),
            (Reason::StolenAccount, OpenedBy::Donor, true, vec![Implementer, Operator]),
            (Reason::Duplicate, OpenedBy::Operator, false, vec![]),
            (Reason::SystemFault, OpenedBy::Charity, false, vec![Operator]),
        ] {
            let asked = Case { reason, opened_by, ..case(State::Examined) };
            assert_eq!(others(&asked, paid_out, false), parties, "{reason:?}");
        }
        assert_eq!(others(&case(State::Examined), true, true), [], "a charity that carries it out itself confirms once");
    }

    #[test]
    fn a_case_is_within_the_payment_and_within_a_year() {
        let paid_at = parse_rfc3339("2026-02-28T12:00:00+08:00").unwrap();
        let payment = Payment {
            organisation_id: 1,
            project_id: 2,
            gift_id: 3,
            donor_id: 0,
            held_id: 0,
            out_trade_no: "3".into(),
            transaction_id: "T".into(),
            paid_at,
            total_fen: 100,
        };
        let asked = |amount_fen, statement: &str| Asked { reason: Reason::Other, amount_fen, statement: statement.into() };
        for (asked, now, answer) in [
            (asked(100, "因为"), paid_at, Ok(())),
            (asked(1, "因为"), paid_at + 365 * DAY_US, Ok(())),
            (asked(1, "因为"), paid_at + 366 * DAY_US, Err("refusal-refunds-year")),
            (asked(0, "因为"), paid_at, Err("refusal-refunds-amount")),
            (asked(101, "因为"), paid_at, Err("refusal-refunds-amount")),
            (asked(1, ""), paid_at, Err("refusal-refunds-statement")),
            (asked(1, &"长".repeat(1_001)), paid_at, Err("refusal-refunds-too-long")),
        ] {
            assert_eq!(open(&payment, &asked, OpenedBy::Donor, now).map_err(|r| r.key), answer, "{asked:?}");
        }
        let impossible = Asked { reason: Reason::ProjectImpossible, amount_fen: 1, statement: "因为".into() };
        assert!(open(&payment, &impossible, OpenedBy::Donor, paid_at).is_err());
        assert_eq!(open(&payment, &impossible, OpenedBy::Charity, paid_at), Ok(()));
    }

    #[test]
    fn the_first_answer_in_ten_working_days_and_the_end_in_thirty_days() {
        // A Monday; no holiday until the end of the month. Then the National Day lies in between.
        for (opened, answer, done) in
            [("2026-09-07T10:00:00+08:00", "2026-09-20", "2026-10-07"), ("2026-09-28T10:00:00+08:00", "2026-10-16", "2026-10-28")]
        {
            let (answer_due, done_due) = Clocks { answer_workdays: 10, done_days: 30 }.due(parse_rfc3339(opened).unwrap());
            assert_eq!((day_text(day_of(answer_due - 1)), day_text(day_of(done_due - 1))), (answer.to_owned(), done.to_owned()));
        }
    }

    #[test]
    fn a_refusal_can_be_appealed_once_in_two_months() {
        let refused = Case { ended_at: Some(0), ..case(State::Refused) };
        assert_eq!(appeal(&refused, 60 * DAY_US), Ok(()));
        assert_eq!(appeal(&refused, 60 * DAY_US + 1).unwrap_err().key, "refusal-refunds-appeal");
        assert_eq!(appeal(&Case { appeal: "再看看".into(), ..refused }, 0).unwrap_err().key, "refusal-refunds-appeal");
        assert_eq!(appeal(&case(State::Upheld), 0).unwrap_err().key, "refusal-refunds-moved-on");
    }
}
