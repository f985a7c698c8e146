//! What giving allows, decided without clock, database or network.

use std::net::IpAddr;

use money::Fen;
use wechat::OrderAnswer;

use crate::kernel::{MINUTE_US, Micros, Refusal, SECOND_US};

use super::model::{After, GiftView, Order, Queue, Stage, TradeType};

/// One gift: from one jiao, as everywhere on Tencent's platform (中国社会报, 2020-09-11: "一角起捐"), …
pub const SMALLEST_FEN: i64 = 10;
/// … up to ¥50,000, a usual single-payment limit for WeChat balance and bank cards. Larger gifts are made by bank transfer.
pub const LARGEST_FEN: i64 = 5_000_000;
pub const NAME_CHARS: usize = 30;
pub const MESSAGE_CHARS: usize = 140;

/// How long a donor may think after the calmer was shown.
pub const CALMER_LIFE: Micros = 30 * MINUTE_US;
/// How long an order can be paid: the life of a prepay id and of a code to scan (WeChat Pay v3: two hours).
pub const ORDER_LIFE: Micros = 120 * MINUTE_US;
/// An h5 address lives five minutes (WeChat Pay v3, H5 下单); a donor needs a little of that to get there.
pub const H5_LIFE: Micros = 4 * MINUTE_US + 30 * SECOND_US;
/// When an order is asked about for the first time.
pub const FIRST_QUERY: Micros = 30 * SECOND_US;

/// Reads a typed amount and checks the limits.
pub fn amount(typed: &str) -> Result<i64, Refusal> {
    let fen = Fen::parse_yuan(typed).map_err(|refused| Refusal::input("amount", refused.key()))?;
    within_limits(fen.0)?;
    Ok(fen.0)
}

pub fn within_limits(amount_fen: i64) -> Result<(), Refusal> {
    if amount_fen < SMALLEST_FEN {
        return Err(Refusal::input("amount", "refusal-giving-too-small").with("smallest", Fen(SMALLEST_FEN)));
    }
    if amount_fen > LARGEST_FEN {
        return Err(Refusal::input("amount", "refusal-giving-too-large").with("largest", Fen(LARGEST_FEN)));
    }
    Ok(())
}

pub fn name(typed: &str) -> Result<String, Refusal> {
    let name = plain(typed);
    let fits = name.chars().count() <= NAME_CHARS;
    if fits { Ok(name) } else { Err(Refusal::input("name", "refusal-giving-name-long").with("most", NAME_CHARS)) }
}

pub fn message(typed: &str) -> Result<String, Refusal> {
    let message = plain(typed);
    let fits = message.chars().count() <= MESSAGE_CHARS;
    if fits { Ok(message) } else { Err(Refusal::input("message", "refusal-giving-message-long").with("most", MESSAGE_CHARS)) }
}

/// One line of what was typed: control characters and runs of blanks become one blank; marks that turn the direction of
/// writing, with which a name could pretend to be another, and invisible fillers are dropped. Emoji keep their joiners.
fn plain(typed: &str) -> String {
    let kept = typed.chars().filter(|c| !is_trick(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Unicode's bidirectional controls (UAX #9), zero-width fillers, separators, tags and noncharacters.
fn is_trick(c: char) -> bool {
    matches!(c,
        '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// The way of paying that will work: inside WeChat only with the donor's id there, in a phone's browser only with an address.
pub fn trade_type(asked: TradeType, open_id: &str, client_address: &str) -> TradeType {
    let asked = if asked == TradeType::Jsapi && open_id.is_empty() { TradeType::H5 } else { asked };
    if asked == TradeType::H5 && client_address.parse::<IpAddr>().is_err() { TradeType::Native } else { asked }
}

/// The way of paying that suits a browser.
pub fn trade_type_of(user_agent: &str) -> TradeType {
    let says = |word: &str| user_agent.contains(word);
    if says("MicroMessenger") && !says("WindowsWechat") && !says("MacWechat") {
        return TradeType::Jsapi;
    }
    let phone = says("iPhone") || says("Android") || says("HarmonyOS") || says("Mobile");
    if phone { TradeType::H5 } else { TradeType::Native }
}

/// Figures that move with every gift. On a busy day they differ between seeing and confirming, which takes nothing away
/// from what the donor was told, so they alone do not bring the calmer back.
const MOVING: [&str; 2] = ["gifts", "raised_fen"];

/// Whether two snapshots tell a donor the same, but for figures that move with every gift.
pub fn tell_the_same(told: &str, now: &str) -> bool {
    fn lasting(body: &str) -> Option<serde_json::Value> {
        let mut value: serde_json::Value = serde_json::from_str(body).ok()?;
        let facts = value.as_object_mut()?;
        for name in MOVING {
            facts.remove(name);
        }
        Some(value)
    }
    told == now || lasting(told).is_some_and(|facts| Some(facts) == lasting(now))
}

/// What is known about an order when it is placed.
#[derive(Clone, Copy, Debug)]
pub struct Tried {
    /// This one counted.
    pub tries: i64,
    /// The donor was once given a way to pay it.
    pub handed_out: bool,
}

/// Nothing is ever concluded from silence, and an order that somebody may have paid is asked about.
pub fn after_order(answer: Result<OrderAnswer, String>, tried: Tried, now: Micros) -> After {
    let ordered = |reference| After::Ordered { reference, query_at: now + FIRST_QUERY };
    let again = |why| After::Again { at: now + backoff(tried.tries), why };
    match answer {
        Ok(OrderAnswer::Jsapi { prepay_id }) => ordered(prepay_id),
        Ok(OrderAnswer::H5 { h5_url }) => ordered(h5_url),
        Ok(OrderAnswer::Native { code_url }) => ordered(code_url),
        Ok(OrderAnswer::AlreadyPaid) => ASK,
        Ok(OrderAnswer::Refused(_)) if tried.handed_out => ASK,
        Ok(OrderAnswer::Refused(error)) => After::Refused { reason: error.code },
        Ok(OrderAnswer::Unknown { status, why }) => again(format!("{status}: {why}")),
        Err(why) => again(why),
    }
}

/// The channel is asked at once.
const ASK: After = After::Ordered { reference: String::new(), query_at: 0 };

/// An order whose time ran out in the waiting room. If it was ever sent, the channel may know it.
pub fn too_late(tried: Tried) -> After {
    if tried.tries > 1 || tried.handed_out { ASK } else { After::Closed }
}

/// One second, then two, four … up to half a minute.
fn backoff(tries: i64) -> Micros {
    (SECOND_US << (tries - 1).clamp(0, 5)).min(30 * SECOND_US)
}

/// Whether an order made at `created_at` is too old to be placed: the channel wants a minute to pay.
pub fn too_late_to_order(created_at: Micros, now: Micros) -> bool {
    now + MINUTE_US >= created_at + ORDER_LIFE
}

/// How long `before` orders take, when `made` were made since `since`.
pub fn queue(before: i64, made: Option<(i64, Micros)>, now: Micros) -> Queue {
    let estimate = made.filter(|(count, _)| *count > 0).map(|(count, since)| {
        let took = (now - since).max(SECOND_US);
        (before + 1).saturating_mul(took) / count
    });
    Queue { before, estimate }
}

/// What the page of a gift shows. `returned`: the donor comes back from the cashier.
pub fn stage(gift: &GiftView, returned: bool) -> Stage {
    if gift.paid_at.is_some() {
        return Stage::Thanks;
    }
    if gift.held {
        return Stage::Held;
    }
    if gift.aside.amount_fen > 0 && gift.aside.returned_fen >= gift.aside.amount_fen {
        return Stage::GivenBack;
    }
    match &gift.order {
        Order::Waiting => Stage::Waiting,
        Order::Ordered { reference, .. } if returned || reference.is_empty() => Stage::Confirming,
        Order::Ordered { .. } => Stage::Pay,
        // The channel says paid and the gift is not in the books: a person has it.
        Order::Closed { paid: true } => Stage::Held,
        Order::Closed { paid: false } => Stage::Closed,
        Order::Refused { .. } => Stage::Refused,
    }
}

/// Whether the address of a phone's cashier has gone stale and must be asked for again.
pub fn reference_is_stale(trade_type: TradeType, ordered_at: Option<Micros>, now: Micros) -> bool {
    trade_type == TradeType::H5 && ordered_at.is_none_or(|at| now - at > H5_LIFE)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
