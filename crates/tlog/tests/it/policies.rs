//! Policy files as a table: which are read, which line is wrong and why, and who is a quorum.

use proptest::prelude::*;
use tlog::{BadKey, BadLine, BadPolicy, CosignerKey, LogKey, MAX_MEMBERS, Policy};

use crate::sample::{LOG_VKEY, WITNESS_VKEY};

fn witness(seed: u8) -> String {
    CosignerKey::from_seed(&format!("w{seed}.example"), &[seed; 32]).expect("a name").vkey().to_string()
}

fn parse(text: &str) -> Result<Policy, BadPolicy> {
    Policy::parse(text.as_bytes())
}

/// `a` to `d` under the groups that follow.
fn four(rest: &str) -> Policy {
    let witnesses: String =
        ["a", "b", "c", "d"].iter().zip(11..).map(|(name, seed)| format!("witness {name} {}\n", witness(seed))).collect();
    parse(&format!("log {LOG_VKEY}\n{witnesses}{rest}")).expect("a policy")
}

#[test]
fn comments_blanks_and_tabs_are_nothing_and_the_rest_is_printed_again() {
    let text = format!(
        "# ours\n\n \t\n\tlog  {LOG_VKEY}\thttps://log.example/\n # another\nwitness w1 {WITNESS_VKEY} http://w1.example:8080\nwitness w2 {}\ngroup g 2 w1 w2\n\
         group top any g\nquorum top\nwitness later {}",
        witness(3),
        witness(4)
    );
    let policy = parse(&text).expect("a policy");
    assert_eq!(policy.logs()[0].url.as_deref(), Some("https://log.example/"));
    assert_eq!(policy.witnesses().iter().map(|witness| witness.name.as_str()).collect::<Vec<_>>(), ["w1", "w2", "later"]);
    assert_eq!(parse(&policy.to_string()), Ok(policy));
    let none = parse("quorum none\n").expect("a policy");
    assert!(none.is_quorum(|_| false) && none.to_string() == "quorum none\n");
}

#[test]
fn a_wrong_line_is_named_with_what_is_wrong() {
    let head = format!("log {LOG_VKEY}\nwitness w1 {WITNESS_VKEY}\n");
    let (second, third) = (witness(3), witness(4));
    let same_key = CosignerKey::from_seed("another.name", &[2; 32]).expect("a name").vkey().to_string();
    let log_as_witness = CosignerKey::from_seed("log.charity.example/donations", &[1; 32]).expect("a name").vkey().to_string();
    let name = |name: &str| BadLine::Name(name.to_owned());
    let table = [
        ("nonsense\n".to_owned(), BadLine::Keyword),
        ("Log x\n".to_owned(), BadLine::Keyword),
        ("quorum w1 # why\n".to_owned(), BadLine::Words),
        ("quorum\n".to_owned(), BadLine::Words),
        ("witness w2\n".to_owned(), BadLine::Words),
        ("group g any\n".to_owned(), BadLine::Words),
        (format!("witness w2 {second} https://a https://b\n"), BadLine::Words),
        (format!("witness w2 {second} ftp://a\n"), BadLine::Url),
        (format!("witness w2 {second} https://\n"), BadLine::Url),
        (format!("witness w2 {second}\r\n"), BadLine::Control),
        (format!("witness w2 {LOG_VKEY}\n"), BadLine::Key(BadKey::NotACosigner)),
        (format!("log {second}\n"), BadLine::Key(BadKey::NotALog)),
        ("log x+00000000+AQ==\n".to_owned(), BadLine::Key(BadKey::Bytes)),
        (format!("log {LOG_VKEY}\n"), BadLine::KeyTwice),
        (format!("witness w2 {WITNESS_VKEY}\n"), BadLine::KeyTwice),
        (format!("witness w2 {same_key}\n"), BadLine::KeyTwice),
        (format!("witness w2 {log_as_witness}\n"), BadLine::KeyTwice),
        (format!("witness w1 {second}\n"), name("w1")),
        (format!("witness none {second}\n"), name("none")),
        ("group w1 any w1\n".to_owned(), name("w1")),
        ("group none any w1\n".to_owned(), name("none")),
        ("group g any w2\n".to_owned(), BadLine::Unknown("w2".to_owned())),
        ("group g any g\n".to_owned(), BadLine::Unknown("g".to_owned())),
        ("quorum w2\n".to_owned(), BadLine::Unknown("w2".to_owned())),
        ("group g any w1 w1\n".to_owned(), BadLine::MemberTwice("w1".to_owned())),
        ("group g 0 w1\n".to_owned(), BadLine::Threshold),
        ("group g 2 w1\n".to_owned(), BadLine::Threshold),
        ("group g 01 w1\n".to_owned(), BadLine::Threshold),
        ("group g most w1\n".to_owned(), BadLine::Threshold),
    ];
    for (line, what) in table {
        assert_eq!(parse(&format!("{head}{line}quorum none\n")), Err(BadPolicy::Line { line: 3, what }), "{line}");
    }
    assert_eq!(parse(&head), Err(BadPolicy::NoQuorum));
    assert_eq!(parse(&format!("{head}quorum w1\nquorum none\n")), Err(BadPolicy::Line { line: 4, what: BadLine::QuorumTwice }));
    let twice = format!("{head}witness w2 {second}\nwitness w3 {third}\ngroup g any w1 w2\ngroup h any w3 w2\nquorum none\n");
    assert_eq!(parse(&twice), Err(BadPolicy::Line { line: 6, what: BadLine::MemberTwice("w2".to_owned()) }));
    assert_eq!(Policy::parse(b"quorum none\n\xff"), Err(BadPolicy::NotUtf8));
    assert_eq!(Policy::parse(&vec![b'\n'; tlog::MAX_POLICY_BYTES + 1]), Err(BadPolicy::TooLong));
}

#[test]
fn two_hundred_and_fifty_six_logs_and_witnesses_are_read_and_no_more() {
    let seed = |i: usize, role: u8| {
        let mut seed = [role; 32];
        seed[..8].copy_from_slice(&(i as u64).to_be_bytes());
        seed
    };
    let text = |number: usize| -> String {
        let lines = (0..number).map(|i| {
            let log = LogKey::from_seed(&format!("log{i}"), &seed(i, 1)).expect("a name");
            let witness = CosignerKey::from_seed("w", &seed(i, 2)).expect("a name");
            format!("log {}\nwitness w{i} {}\n", log.vkey(), witness.vkey())
        });
        lines.chain(["quorum w0\n".to_owned()]).collect()
    };
    assert_eq!(parse(&text(MAX_MEMBERS)).map(|policy| policy.witnesses().len()), Ok(MAX_MEMBERS));
    assert_eq!(parse(&text(MAX_MEMBERS + 1)), Err(BadPolicy::Line { line: 2 * MAX_MEMBERS + 1, what: BadLine::TooMany }));
}

#[test]
fn who_is_a_quorum() {
    let one = four("quorum b\n");
    let three = four("group g 3 a b c d\nquorum g\n");
    let both_houses = four("group north any a b\ngroup south any c d\ngroup g all north south\nquorum g\n");
    let mixed = four("group south all c d\ngroup g 2 a b south\nquorum g\n");
    let table = [
        (&one, "b", true),
        (&one, "acd", false),
        (&three, "abd", true),
        (&three, "ab", false),
        (&both_houses, "ab", false),
        (&both_houses, "bc", true),
        (&both_houses, "", false),
        (&mixed, "ac", false),
        (&mixed, "ab", true),
        (&mixed, "bcd", true),
        (&mixed, "cd", false),
    ];
    for (policy, signed, expected) in table {
        assert_eq!(policy.is_quorum(|name| signed.contains(name)), expected, "{signed} under\n{policy}");
    }
}

/// The bound that the module's head states: the halves of a quorum overlap in more witnesses than lie.
#[test]
fn a_quorum_bears_as_many_liars_as_is_written() {
    for (n, q, liars) in [(4_u32, 3, 1), (5, 4, 2), (7, 5, 2), (3, 2, 0)] {
        let sets = || (0..1_u32 << n).filter(move |set| set.count_ones() == q);
        let overlap = sets().flat_map(|one| sets().map(move |other| (one & other).count_ones())).min();
        assert_eq!(overlap, Some(liars + 1), "{q} of {n}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_number_of_a_group_counts_each_member_once(k in 1_usize..=4, signed in 0_u8..16) {
        let policy = four(&format!("group g {k} a b c d\nquorum g\n"));
        let has = |name: &str| signed >> (name.as_bytes()[0] - b'a') & 1 == 1;
        prop_assert_eq!(policy.is_quorum(has), signed.count_ones() as usize >= k);
    }
}
