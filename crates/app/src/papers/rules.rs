//! When a gift can have a receipt, what a payer must state, how numbers look. Reads no clock.
//!
//! Sources: 慈善法 arts. 38 (what a receipt states; waived and anonymous are recorded), 87 (deduction) and 115 (penalty);
//! 《公益事业捐赠票据使用管理办法》 财综〔2024〕1号. That an application is made within three months and within the gift's
//! calendar year is the practice of the platforms, not the law: `docs/decisions` says what follows from that.

use crate::kernel::civil::{self, Day};
use crate::kernel::{Micros, Refusal};
use crate::organisations;

use super::model::{Issuer, NewPayer, PaperGift, Papers, PayerKind, Source, Standing, Way};

/// How many months a donor has to apply.
pub const MONTHS: i32 = 3;
/// How many gifts fit on one receipt with its list.
pub const MOST_GIFTS: usize = 50;
/// How many working days a charity has to issue.
pub const WORKDAYS: u32 = 5;
/// How many applications are issued with one press.
pub const BULK: usize = 100;

/// The calendar year of a day.
pub fn year_of(day: Day) -> i64 {
    civil::day_text(day)[..4].parse().unwrap_or(1970)
}

/// The first day of a year.
pub fn new_year(year: i64) -> Day {
    civil::parse_day(&format!("{year:04}-01-01")).unwrap_or(0)
}

/// The first and the last day of a year that begins in the month `starts` of the calendar year `year`.
pub fn period(year: i64, starts: i64) -> (Day, Day) {
    let months = i32::try_from(starts - 1).unwrap_or(0);
    (civil::add_months(new_year(year), months), civil::add_months(new_year(year + 1), months) - 1)
}

/// The last day on which a receipt can be applied for: three months on, and no later than the year's last day.
pub fn last_day(received: Day) -> Day {
    civil::add_months(received, MONTHS).min(new_year(year_of(received) + 1) - 1)
}

/// Where a gift stands on a day.
pub fn standing(gift: &PaperGift, today: Day) -> Standing {
    let PaperGift { application_id, receipt_id, returned_fen, waived_at, .. } = *gift;
    standing_of(Papers { application_id, receipt_id, returned_fen, waived_at }, gift.amount_fen, gift.received_at, today)
}

/// The same from what has been done about its papers, and when which amount was received.
pub fn standing_of(papers: Papers, amount_fen: i64, received_at: Micros, today: Day) -> Standing {
    let received = civil::day_of(received_at);
    let until = last_day(received);
    if papers.receipt_id.is_some() {
        Standing::Issued
    } else if papers.returned_fen >= amount_fen {
        Standing::Returned
    } else if papers.application_id.is_some() {
        Standing::Applied
    } else if papers.waived_at.is_some() {
        Standing::Waived
    } else if year_of(received) != year_of(today) {
        Standing::OtherYear
    } else if today > until {
        Standing::Late { until }
    } else {
        Standing::Open { until }
    }
}

/// Why a gift cannot be applied for now.
pub fn open(gift: &PaperGift, today: Day) -> Result<(), Refusal> {
    let key = match standing(gift, today) {
        Standing::Open { .. } => return Ok(()),
        Standing::Applied => "refusal-papers-applied",
        Standing::Issued => "refusal-papers-issued",
        Standing::Waived => "refusal-papers-waived",
        Standing::Returned => "refusal-papers-returned",
        Standing::OtherYear => "refusal-papers-other-year",
        Standing::Late { until } => return Err(Refusal::conflict("refusal-papers-late").with("day", civil::day_text(until))),
    };
    Err(Refusal::conflict(key))
}

/// What an application asks for: gifts of one charity and one year, each of them open. Returns charity and year.
pub fn together(gifts: &[PaperGift], today: Day) -> Result<(i64, i64), Refusal> {
    let Some(first) = gifts.first() else { return Err(Refusal::input("gift", "refusal-papers-none-chosen")) };
    if gifts.len() > MOST_GIFTS {
        return Err(Refusal::input("gift", "refusal-papers-too-many").with("most", MOST_GIFTS));
    }
    if gifts.iter().any(|g| g.organisation_id != first.organisation_id) {
        return Err(Refusal::input("gift", "refusal-papers-other-charity"));
    }
    // What was given in kind has a quantity and a unit of its own.
    if gifts.len() > 1 && gifts.iter().any(|g| matches!(g.source, Source::Things { .. })) {
        return Err(Refusal::input("gift", "refusal-papers-things-alone"));
    }
    for gift in gifts {
        open(gift, today)?;
    }
    Ok((first.organisation_id, year_of(civil::day_of(first.received_at))))
}

/// Checks 开票信息 and puts it into its stored form.
pub fn payer(typed: &NewPayer) -> Result<NewPayer, Refusal> {
    let name = line("payer_name", &typed.name, 2, 100, "refusal-papers-payer-name")?;
    let code = match (typed.kind, typed.code.trim()) {
        (PayerKind::Person, "") => String::new(),
        (PayerKind::Person, typed) => identity_number(typed)?,
        (PayerKind::Company, typed) => {
            organisations::credit_code(typed).map_err(|refusal| Refusal { field: Some("payer_code"), ..refusal })?
        }
    };
    Ok(NewPayer { kind: typed.kind, name, code, contact: contact(&typed.contact)? })
}

fn line(field: &'static str, typed: &str, least: usize, most: usize, key: &'static str) -> Result<String, Refusal> {
    let text = typed.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (least..=most).contains(&text.chars().count());
    if fits { Ok(text) } else { Err(Refusal::input(field, key).with("most", most)) }
}

/// 公民身份号码 (GB 11643-1999): seventeen digits and a check character (ISO 7064 MOD 11-2), with a real birthday inside.
pub fn identity_number(typed: &str) -> Result<String, Refusal> {
    const CHECK: &[u8; 11] = b"10X98765432";
    let refused = || Refusal::input("payer_code", "refusal-papers-identity");
    let number: String = half_width(typed).chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
    let bytes = number.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return Err(refused());
    }
    // The weights are 2^(17-i) modulo 11.
    let (mut sum, mut weight) = (0_usize, 2_usize);
    for byte in bytes[..17].iter().rev() {
        sum += usize::from(byte - b'0') * weight;
        weight = weight * 2 % 11;
    }
    let birthday = format!("{}-{}-{}", &number[6..10], &number[10..12], &number[12..14]);
    if CHECK[sum % 11] != bytes[17] || civil::parse_day(&birthday).is_none() {
        return Err(refused());
    }
    Ok(number)
}

fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| if ('\u{ff01}'..='\u{ff5e}').contains(&c) { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c })
        .collect()
}

/// A telephone or a mail address, or nothing.
fn contact(typed: &str) -> Result<String, Refusal> {
    let text: String = half_width(typed).chars().filter(|c| !c.is_whitespace()).collect();
    let phone = text.len() >= 7 && text.len() <= 20 && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-'));
    let mail = text.len() <= 100
        && text.is_ascii()
        && text.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.') && !host.contains('@'));
    if text.is_empty() || phone || mail { Ok(text) } else { Err(Refusal::input("contact", "refusal-papers-contact")) }
}

/// A code of which only the end is shown.
pub fn mask_code(code: &str) -> String {
    let chars: Vec<char> = code.chars().collect();
    let shown = chars.len().min(4);
    format!("{}{}", "*".repeat(chars.len() - shown), chars[chars.len() - shown..].iter().collect::<String>())
}

/// A name as a stranger may see it: 王*满.
pub fn mask_name(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    match chars.len() {
        0 => String::new(),
        1 => "*".to_owned(),
        2 => format!("{}*", chars[0]),
        more => format!("{}{}{}", chars[0], "*".repeat(more - 2), chars[more - 1]),
    }
}

/// 票据号码 of our own series: the year and six digits.
pub fn text_number(year: i64, number: i64) -> String {
    format!("{year:04}{number:06}")
}

/// Checks a charity's settings.
pub fn issuer(typed: &Issuer) -> Result<Issuer, Refusal> {
    let prefix: String = half_width(&typed.prefix).trim().to_ascii_uppercase();
    let fits = (2..=12).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if !fits {
        return Err(Refusal::input("prefix", "refusal-papers-prefix"));
    }
    let name = |field, typed: &str| line(field, typed, 2, 30, "refusal-papers-hand");
    let checked = Issuer {
        way: typed.way,
        prefix,
        handler: name("handler", &typed.handler)?,
        reviewer: name("reviewer", &typed.reviewer)?,
        payee: name("payee", &typed.payee)?,
        item_code: line("item_code", &typed.item_code, 1, 30, "refusal-papers-item")?,
        item_name: line("item_name", &typed.item_name, 2, 30, "refusal-papers-item")?,
    };
    if checked.reviewer == checked.handler {
        return Err(Refusal::input("reviewer", "refusal-papers-reviewer"));
    }
    Ok(checked)
}

/// What a charity has before it has chosen: its own series, and no names yet.
pub fn unsettled() -> Issuer {
    Issuer {
        way: Way::Own,
        prefix: String::new(),
        handler: String::new(),
        reviewer: String::new(),
        payee: String::new(),
        item_code: "1001".to_owned(),
        item_name: "公益事业捐赠".to_owned(),
    }
}

/// What stands in the one line of a receipt: money as one, things as so many at so much where that comes out even.
pub struct Line {
    pub item_name: String,
    pub unit: String,
    pub quantity: i64,
    pub standard_fen: i64,
}

pub fn line_of(issuer: &Issuer, gifts: &[PaperGift], amount_fen: i64) -> Line {
    let one = |item_name: String, unit: &str| Line { item_name, unit: unit.to_owned(), quantity: 1, standard_fen: amount_fen };
    match gifts {
        [PaperGift { source: Source::Things { item, unit, quantity }, .. }] => {
            if *quantity > 0 && amount_fen % quantity == 0 {
                let item_name = format!("{}（{item}）", issuer.item_name);
                Line { item_name, unit: unit.clone(), quantity: *quantity, standard_fen: amount_fen / quantity }
            } else {
                one(format!("{}（{item} {quantity} {unit}）", issuer.item_name), "批")
            }
        }
        _ => one(issuer.item_name.clone(), "元"),
    }
}

/// A reason that people will read.
pub fn reason(typed: &str) -> Result<String, Refusal> {
    line("reason", typed, 2, 200, "refusal-papers-reason")
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
