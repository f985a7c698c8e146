//! What an organisation's papers must look like. Reads no clock.

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros, Refusal, Role};

use super::model::{Kind, NewCertificate, NewOrganisation, Seat};
use super::partners::{NewAgreement, NewEvaluation, Partnership};
use super::profile::Profile;
use super::reports::{Figures, NewReport, ReportKind};

/// 9999-12-31: a certificate on which no end is printed (长期).
pub const LONG_TERM_DAY: Day = 2_932_896;
/// How long before its end a certificate is called expiring: time enough to renew it with the authority.
pub const EXPIRING_DAYS: Day = 90;

/// The characters of a 统一社会信用代码: digits and capitals without I, O, S, V, Z (GB 32100-2015, 4.2).
const CREDIT_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The eighteenth character for seventeen others; nothing if one of them does not occur in such codes.
/// GB 32100-2015, 4.4: weights are the powers of 3 modulo 31, and the weighted sum must come to 0 modulo 31.
fn credit_check(body: &[u8]) -> Option<u8> {
    let mut weight = 1;
    let mut sum = 0;
    for byte in body {
        let value = CREDIT_ALPHABET.iter().position(|c| c == byte)?;
        sum = (sum + value * weight) % 31;
        weight = weight * 3 % 31;
    }
    Some(CREDIT_ALPHABET[(31 - sum) % 31])
}

/// Reads a 统一社会信用代码: full-width forms, small letters and spaces are understood.
pub fn credit_code(typed: &str) -> Result<String, Refusal> {
    let code: String = half_width(typed).chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
    if code.len() != 18 {
        return Err(Refusal::input("credit_code", "refusal-credit-code-length").with("length", code.chars().count()));
    }
    match credit_check(&code.as_bytes()[..17]) {
        None => Err(Refusal::input("credit_code", "refusal-credit-code-signs")),
        Some(check) if check == code.as_bytes()[17] => Ok(code),
        Some(_) => Err(Refusal::input("credit_code", "refusal-credit-code-check")),
    }
}

/// A credit code made of seventeen characters and their check character, for invented organisations.
pub fn complete_credit_code(seventeen: &str) -> Option<String> {
    let check = credit_check(seventeen.as_bytes()).filter(|_| seventeen.len() == 17)?;
    Some(format!("{seventeen}{}", char::from(check)))
}

fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| if ('\u{ff01}'..='\u{ff5e}').contains(&c) { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c })
        .collect()
}

/// Everything on the form that founds an organisation, put into its stored form.
pub fn new_organisation(new: &NewOrganisation) -> Result<NewOrganisation, Refusal> {
    let checked = NewOrganisation {
        kind: new.kind,
        name: line("name", &new.name, 2, 100)?,
        english_name: line("english_name", &new.english_name, 0, 200)?,
        credit_code: credit_code(&new.credit_code)?,
        about: block("about", &new.about, 0, 2000)?,
        english_about: block("english_about", &new.english_about, 0, 4000)?,
        address: line("address", &new.address, 2, 200)?,
        contact: line("contact", &new.contact, 2, 200)?,
        area_code: new.area_code.clone(),
        certificates: new.certificates.iter().map(new_certificate).collect::<Result<_, _>>()?,
    };
    Ok(checked)
}

pub fn new_certificate(new: &NewCertificate) -> Result<NewCertificate, Refusal> {
    let checked =
        NewCertificate { number: line("number", &new.number, 1, 60)?, issuer: line("issuer", &new.issuer, 2, 100)?, ..new.clone() };
    if checked.valid_until_day < checked.valid_from_day {
        return Err(Refusal::input("valid_until", "refusal-certificate-ends-first"));
    }
    if checked.valid_until_day > LONG_TERM_DAY {
        return Err(Refusal::input("valid_until", "refusal-organisation-day"));
    }
    Ok(checked)
}

/// One line of words: surrounding space removed, neither shorter nor longer than it may be.
pub fn line(field: &'static str, typed: &str, least: usize, most: usize) -> Result<String, Refusal> {
    let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    within(field, text, least, most)
}

pub fn block(field: &'static str, typed: &str, least: usize, most: usize) -> Result<String, Refusal> {
    within(field, typed.trim().replace("\r\n", "\n"), least, most)
}

fn within(field: &'static str, text: String, least: usize, most: usize) -> Result<String, Refusal> {
    let length = text.chars().count();
    if length < least {
        return Err(Refusal::input(field, "refusal-organisation-field-empty"));
    }
    if length > most {
        return Err(Refusal::input(field, "refusal-organisation-field-long").with("limit", most));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Refusal::input(field, "refusal-organisation-field-signs"));
    }
    Ok(text)
}

/// How many days before its end somebody is told that a certificate runs out.
pub const WARNED_DAYS: [Day; 3] = [90, 30, 7];

/// The warning that is due when a certificate has so many days left: the last one that was passed. None after its end.
pub fn warning_due(days_left: Day) -> Option<Day> {
    WARNED_DAYS.into_iter().rev().find(|days| (0..=*days).contains(&days_left))
}

/// A charity's particulars (the field list of 2026), put into their stored form.
pub fn profile(p: &Profile, today: Day) -> Result<Profile, Refusal> {
    let email = line("email", &p.email, 0, 120)?;
    if !email.is_empty() && !email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) {
        return Err(Refusal::input("email", "refusal-organisation-email"));
    }
    if p.established_day.is_some_and(|day| day > today) {
        return Err(Refusal::input("established", "refusal-organisation-established"));
    }
    for (field, count) in [("full_time", p.full_time), ("part_time", p.part_time), ("volunteers", p.volunteers)] {
        if !(0..=10_000_000).contains(&count) {
            return Err(Refusal::input(field, "refusal-organisation-people"));
        }
    }
    Ok(Profile {
        competent_unit: line("competent_unit", &p.competent_unit, 0, 100)?,
        business_scope: block("business_scope", &p.business_scope, 2, 2000)?,
        legal_representative: line("legal_representative", &p.legal_representative, 2, 60)?,
        head_name: line("head_name", &p.head_name, 0, 60)?,
        head_title: line("head_title", &p.head_title, 0, 60)?,
        phone: line("phone", &p.phone, 0, 40)?,
        postal_address: line("postal_address", &p.postal_address, 0, 200)?,
        evaluation_kind: line("evaluation_kind", &p.evaluation_kind, 0, 60)?,
        evaluation_level: line("evaluation_level", &p.evaluation_level, 0, 20)?,
        email,
        ..p.clone()
    })
}

/// Somebody looked at the papers and at 慈善中国: the question is what they found, in words.
pub fn qualification_note(entry: &str, note: &str) -> Result<(String, String), Refusal> {
    Ok((line("directory_entry", entry, 4, 300)?, block("note", note, 0, 500)?))
}

pub fn evaluation(new: &NewEvaluation, today: Day) -> Result<NewEvaluation, Refusal> {
    if new.day > today {
        return Err(Refusal::input("day", "refusal-partner-day"));
    }
    Ok(NewEvaluation {
        standing: block("standing", &new.standing, 2, 1000)?,
        capability: block("capability", &new.capability, 2, 1000)?,
        record: block("record", &new.record, 2, 1000)?,
        interests: block("interests", &new.interests, 2, 1000)?,
        evaluator: line("evaluator", &new.evaluator, 2, 60)?,
        passes: new.passes,
        day: new.day,
    })
}

/// A written agreement: it ends after it begins, and says that nobody's own people are to benefit (慈善法 arts. 40, 59).
pub fn agreement(new: &NewAgreement) -> Result<(), Refusal> {
    if !new.declared {
        return Err(Refusal::input("declared", "refusal-partner-declaration"));
    }
    if new.until_day < new.from_day {
        return Err(Refusal::input("until", "refusal-certificate-ends-first"));
    }
    Ok(())
}

/// What is known on the day on which an appeal would be published.
pub struct Standing<'a> {
    /// Until when the last look at the papers and at 慈善中国 is good enough; none was taken when absent.
    pub checked_until: Option<Day>,
    /// Those beside the recipient, by name.
    pub partners: &'a [(String, Partnership)],
}

/// What an organisation's side still lacks before publication: its qualification was checked lately (慈善法 art. 27 and the
/// platform rules of 2026: certificates and the filing), and with every other organisation there are an evaluation that
/// passes and an agreement (art. 26).
pub fn missing_for_publication(s: &Standing, today: Day) -> Vec<Refusal> {
    let mut missing = Vec::new();
    match s.checked_until {
        None => missing.push(Refusal::conflict("refusal-organisation-unchecked")),
        Some(until) if until < today => {
            missing.push(Refusal::conflict("refusal-organisation-check-old").with("day", crate::kernel::civil::day_text(until)));
        }
        Some(_) => {}
    }
    for (name, partnership) in s.partners {
        if !partnership.evaluated {
            missing.push(Refusal::conflict("refusal-partner-not-evaluated").with("name", name));
        }
        if !partnership.agreed {
            missing.push(Refusal::conflict("refusal-partner-not-agreed").with("name", name));
        }
    }
    missing
}

/// A merchant number of WeChat Pay: digits only, at most 32 (merchant API v3, `mchid` and `sub_mchid`).
pub fn merchant_number(typed: &str) -> Result<String, Refusal> {
    let number: String = half_width(typed).chars().filter(|c| !c.is_whitespace()).collect();
    let fits = (8..=32).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    if fits { Ok(number) } else { Err(Refusal::input("mchid", "refusal-merchant-number")) }
}

/// Whether a seat makes sense: it ends after it begins and after now, and reviewing is the operator's work.
pub fn new_seat(kind: Kind, role: Role, starts_at: Micros, ends_at: Option<Micros>, now: Micros) -> Result<(), Refusal> {
    if role == Role::Reviewer && kind != Kind::Operator {
        return Err(Refusal::input("role", "refusal-seat-reviewer"));
    }
    // A company gives money beside others; it approves nobody's payouts.
    if role == Role::Approver && kind == Kind::Company {
        return Err(Refusal::input("role", "refusal-seat-company"));
    }
    match ends_at {
        Some(end) if end <= starts_at => Err(Refusal::input("ends", "refusal-seat-ends-first")),
        Some(end) if end <= now => Err(Refusal::input("ends", "refusal-seat-over")),
        _ => Ok(()),
    }
}

/// Whether a manager may end this seat of their organisation: the last manager may not go without a successor.
pub fn may_end(seats: &[Seat], seat_id: Id, now: Micros) -> Result<(), Refusal> {
    let seat = seats.iter().find(|s| s.id == seat_id).ok_or_else(Refusal::not_found)?;
    let others = seats.iter().filter(|s| s.id != seat_id && s.role == Role::Manager && s.held_at(now) && !s.login.is_empty());
    if seat.role == Role::Manager && seat.held_at(now) && others.count() == 0 {
        return Err(Refusal::conflict("refusal-seat-last-manager"));
    }
    Ok(())
}

/// What is published about a year by 31 May of the next (令81号 2026: annual work report, finance report, related parties).
pub fn yearly_due(year: i64) -> Day {
    crate::kernel::civil::parse_day(&format!("{:04}-05-31", year + 1)).unwrap_or(LONG_TERM_DAY)
}

pub fn year_of(day: Day) -> i64 {
    crate::kernel::civil::day_text(day).split('-').next().and_then(|year| year.parse().ok()).unwrap_or(0)
}

/// How long a major matter may take to be published (令81号 arts. 13 and 14).
pub const EVENT_DAYS: Day = 30;

/// The yearly reports that an organisation owes on a day and has not published: from the year's end on, and only where the
/// day on which they are due came after it joined. (kind, year, due day), the oldest first.
pub fn owed_reports(joined: Day, published: &[(ReportKind, i64)], today: Day) -> Vec<(ReportKind, i64, Day)> {
    let mut owed = Vec::new();
    for year in year_of(joined) - 1..year_of(today) {
        let due = yearly_due(year);
        if due < joined {
            continue;
        }
        owed.extend(ReportKind::YEARLY.into_iter().filter(|kind| !published.contains(&(*kind, year))).map(|kind| (kind, year, due)));
    }
    owed
}

/// A report in its stored form. `has_file`: a paper came with it. A yearly one is a paper or the address of its entry at
/// 慈善中国; an event is told in words.
pub fn report(new: &NewReport, has_file: bool, today: Day) -> Result<NewReport, Refusal> {
    let link = line("link", &new.link, 0, 300)?;
    let host = link.strip_prefix("https://").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    if !link.is_empty() && !host.is_some_and(|host| host == "mca.gov.cn" || host.ends_with(".mca.gov.cn")) {
        return Err(Refusal::input("link", "refusal-report-link"));
    }
    let yearly = new.kind.is_yearly();
    if yearly && !(1950..year_of(today)).contains(&new.year) {
        return Err(Refusal::input("year", "refusal-report-year"));
    }
    if !yearly && (new.event_day <= 0 || new.event_day > today) {
        return Err(Refusal::input("event_day", "refusal-report-event-day"));
    }
    if yearly && !has_file && link.is_empty() {
        return Err(Refusal::input("file", "refusal-report-paper"));
    }
    if new.amount_fen.is_some_and(|fen| fen < 0) {
        return Err(Refusal::input("amount", "refusal-report-amount"));
    }
    Ok(NewReport {
        kind: new.kind,
        year: if yearly { new.year } else { 0 },
        event_day: if yearly { 0 } else { new.event_day },
        title: line("title", &new.title, 2, 120)?,
        body: block("body", &new.body, if yearly { 0 } else { 10 }, 4000)?,
        link,
        audited: new.audited && new.kind == ReportKind::FinanceReport,
        counterparty: line("counterparty", &new.counterparty, 0, 120)?,
        amount_fen: if yearly { None } else { new.amount_fen },
        figures: new.figures.clone().filter(|_| new.kind == ReportKind::FinanceReport),
    })
}

/// A limit of 慈善法 art. 61 for foundations with 公开募捐资格, and whether it is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Management cost at most a tenth of the year's spending.
    pub management_kept: bool,
    /// Charitable spending at least seven tenths of last year's income, or of the mean of the three years before.
    pub spending_kept: bool,
}

impl Limits {
    pub fn kept(self) -> bool {
        self.management_kept && self.spending_kept
    }
}

/// Holds a year's figures against the limits.
pub fn limits(f: &Figures) -> Limits {
    let percent = |part: i64, whole: i64| (i128::from(part) * 100, i128::from(whole));
    let (management, spending) = percent(f.management_fen, f.spending_fen);
    let enough = |income: i64| {
        let (spent, income) = percent(f.charitable_fen, income);
        spent >= income * 70
    };
    Limits {
        management_kept: management <= spending * 10,
        spending_kept: enough(f.last_income_fen) || f.mean_income_fen.is_some_and(enough),
    }
}

/// Whether the limits apply: a foundation (its credit code begins with 53, GB 32100-2015) that may raise funds from the
/// public. For other forms our sources do not give the thresholds, so their figures are shown without a judgement.
pub fn limits_apply(credit_code: &str, ever_licensed: bool) -> bool {
    ever_licensed && credit_code.starts_with("53")
}

/// The figures of a year. Beyond a limit they need the organisation's own explanation.
pub fn figures(f: &Figures, judged: bool) -> Result<Figures, Refusal> {
    let amounts = [
        ("spending", f.spending_fen),
        ("charitable", f.charitable_fen),
        ("management", f.management_fen),
        ("last_income", f.last_income_fen),
        ("mean_income", f.mean_income_fen.unwrap_or(0)),
    ];
    for (field, fen) in amounts {
        if fen < 0 {
            return Err(Refusal::input(field, "refusal-report-amount"));
        }
    }
    if f.charitable_fen + f.management_fen > f.spending_fen {
        return Err(Refusal::input("spending", "refusal-report-parts"));
    }
    let explanation = block("explanation", &f.explanation, 0, 2000)?;
    if judged && !limits(f).kept() && explanation.is_empty() {
        return Err(Refusal::input("explanation", "refusal-report-explanation"));
    }
    Ok(Figures { explanation, ..f.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::civil::{day_text, parse_day};
    use crate::organisations::CertificateKind;

    #[test]
    fn a_credit_code_is_checked_as_the_standard_says() {
        for (typed, read) in CODES {
            assert_eq!(credit_code(typed).as_deref(), Ok(*read), "{typed}");
        }
        for (bad, key) in [
            ("", "refusal-credit-code-length"),
            ("9144030071526726X", "refusal-credit-code-length"),
            ("9144030071526726XG1", "refusal-credit-code-length"),
            ("9144030071526726XH", "refusal-credit-code-check"),
            ("9144030071526762XG", "refusal-credit-code-check"),
            ("9144O30071526726XG", "refusal-credit-code-signs"),
            ("9144030071526726X-", "refusal-credit-code-check"),
            ("慈善组织慈善组织慈善组织慈善组织慈善", "refusal-credit-code-length"),
        ] {
            assert_eq!(credit_code(bad).map_err(|r| r.key), Err(key), "{bad}");
        }
    }

    /// Codes that companies print on their own licences; then ways of typing one of them.
    const CODES: &[(&str, &str)] = &[
        ("9144030071526726XG", "9144030071526726XG"),
        ("914403001922038216", "914403001922038216"),
        (" 9144 0300 7152 6726 xg ", "9144030071526726XG"),
    ];

    #[test]
    fn invented_codes_are_completed_and_any_single_slip_is_found() {
        let code = complete_credit_code("53440000MJ0000001").unwrap();
        assert_eq!(credit_code(&code), Ok(code.clone()));
        for at in 0..18 {
            for other in CREDIT_ALPHABET {
                let mut slipped = code.clone().into_bytes();
                if slipped[at] == *other {
                    continue;
                }
                slipped[at] = *other;
                assert!(credit_code(std::str::from_utf8(&slipped).unwrap()).is_err());
            }
        }
        assert_eq!(complete_credit_code("534400"), None);
        assert_eq!(complete_credit_code("53440000IO0000001"), None);
    }

    #[test]
    fn a_warning_comes_ninety_thirty_and_seven_days_before() {
        for (left, due) in
            [(91, None), (90, Some(90)), (31, Some(90)), (30, Some(30)), (8, Some(30)), (7, Some(7)), (0, Some(7)), (-1, None)]
        {
            assert_eq!(warning_due(left), due, "{left} days left");
        }
    }

    #[test]
    fn yearly_reports_are_owed_by_the_end_of_may_to_whoever_had_joined() {
        let day = |text| parse_day(text).unwrap();
        let owed = |joined, published: &[(ReportKind, i64)], today| {
            owed_reports(day(joined), published, day(today)).into_iter().map(|(k, y, d)| (k.word(), y, day_text(d))).collect::<Vec<_>>()
        };
        let three =
            |year: i64, due: &str| ["work_report", "finance_report", "related_parties"].map(|kind| (kind, year, due.to_owned())).to_vec();
        assert_eq!(owed("2026-09-07", &[], "2026-12-31"), []);
        assert_eq!(owed("2026-09-07", &[], "2027-01-01"), three(2026, "2027-05-31"));
        // Who joins on the last day owes the year before, too.
        assert_eq!(owed("2026-05-31", &[], "2026-06-01"), three(2025, "2026-05-31"));
        assert_eq!(owed("2026-06-01", &[], "2026-06-01"), []);
        let published = [(ReportKind::WorkReport, 2026), (ReportKind::FinanceReport, 2026)];
        assert_eq!(owed("2026-09-07", &published, "2028-01-02").len(), 4);
    }

    #[test]
    fn a_foundation_keeps_to_ten_and_seventy_in_the_hundred() {
        let figures = |management_fen, charitable_fen, mean_income_fen| Figures {
            spending_fen: 1_000_000,
            charitable_fen,
            management_fen,
            last_income_fen: 1_000_000,
            mean_income_fen,
            net_assets_fen: 0,
            explanation: String::new(),
        };
        for (management, charitable, mean, management_kept, spending_kept) in [
            (100_000, 700_000, None, true, true),
            (100_001, 700_000, None, false, true),
            (100_000, 699_999, None, true, false),
            (100_000, 699_999, Some(999_998), true, true),
            (100_000, 699_999, Some(1_000_000), true, false),
        ] {
            let f = figures(management, charitable, mean);
            assert_eq!(limits(&f), Limits { management_kept, spending_kept }, "{f:?}");
            assert_eq!(super::figures(&f, true).is_err(), !(management_kept && spending_kept), "beyond a limit, an explanation is owed");
            assert!(super::figures(&f, false).is_ok());
        }
        assert!(
            limits_apply("53100000MJ00000020", true)
                && !limits_apply("53100000MJ00000020", false)
                && !limits_apply("51100000MJ00000020", true)
        );
    }

    #[test]
    fn publication_asks_for_a_look_at_the_papers_and_for_partners_that_hold() {
        let keys = |checked_until, evaluated, agreed| {
            let partners = [("云上".to_owned(), Partnership { evaluated, agreed })];
            missing_for_publication(&Standing { checked_until, partners: &partners }, 100).iter().map(|r| r.key).collect::<Vec<_>>()
        };
        assert!(keys(Some(100), true, true).is_empty());
        assert_eq!(keys(Some(99), true, true), ["refusal-organisation-check-old"]);
        assert_eq!(
            keys(None, false, false),
            ["refusal-organisation-unchecked", "refusal-partner-not-evaluated", "refusal-partner-not-agreed"]
        );
        assert!(missing_for_publication(&Standing { checked_until: Some(100), partners: &[] }, 100).is_empty());
    }

    #[test]
    fn a_certificate_does_not_end_before_it_begins() {
        let from = parse_day("2026-01-01").unwrap();
        let certificate = |number: &str, until| NewCertificate {
            kind: CertificateKind::Registration,
            number: number.into(),
            issuer: "某省民政厅".into(),
            valid_from_day: from,
            valid_until_day: until,
        };
        assert!(new_certificate(&certificate("粤001", from)).is_ok(), "one day is enough");
        assert!(new_certificate(&certificate("粤001", LONG_TERM_DAY)).is_ok());
        assert_eq!(day_text(LONG_TERM_DAY), "9999-12-31");
        assert_eq!(new_certificate(&certificate("粤001", from - 1)).unwrap_err().key, "refusal-certificate-ends-first");
        assert_eq!(new_certificate(&certificate(" ", from)).unwrap_err().field, Some("number"));
        assert_eq!(new_certificate(&certificate("a\u{7}", from)).unwrap_err().key, "refusal-organisation-field-signs");
    }

    #[test]
    fn a_merchant_number_is_digits() {
        assert_eq!(merchant_number(" 1900 000109 "), Ok("1900000109".to_owned()));
        assert_eq!(merchant_number("\u{ff11}900000109"), Ok("1900000109".to_owned()));
        for bad in ["", "1234567", "19000001a9", "-190000010", &*"1".repeat(33)] {
            assert_eq!(merchant_number(bad).map_err(|r| r.key), Err("refusal-merchant-number"), "{bad}");
        }
    }

    #[test]
    fn a_seat_begins_ends_and_belongs_where_it_is_given() {
        let table = [
            (Kind::Charity, Role::Manager, 10, None, Ok(())),
            (Kind::Charity, Role::Manager, 10, Some(20), Ok(())),
            (Kind::Operator, Role::Reviewer, 10, None, Ok(())),
            (Kind::Charity, Role::Reviewer, 10, None, Err("refusal-seat-reviewer")),
            (Kind::Implementer, Role::Reviewer, 10, None, Err("refusal-seat-reviewer")),
            (Kind::Charity, Role::Finance, 10, Some(10), Err("refusal-seat-ends-first")),
            // It ended yesterday.
            (Kind::Charity, Role::Finance, 1, Some(11), Err("refusal-seat-over")),
        ];
        for (kind, role, starts_at, ends_at, said) in table {
            assert_eq!(new_seat(kind, role, starts_at, ends_at, 12).map_err(|r| r.key), said);
        }
    }
}
