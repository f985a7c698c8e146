//! Who gives how much, when and to what; and the way of one gift.

use std::sync::Arc;

use app::App;
use app::giving::{self, GiftRequest, TradeType};
use app::kernel::{Actor, DAY_US, HOUR_US, Id, MINUTE_US, Micros, SECOND_US};
use app::settlement;
use axum::http::{HeaderMap, HeaderValue};
use sandbox::Gateway;

use crate::dice::Dice;
use crate::text::{Project, Words};
use crate::{DemoFault, doing};

/// How many gifts of how many fen. As in the article, half of them are below ten yuan and the mean is near ¥41.
const AMOUNTS: [(usize, i64); 19] = [
    (12, 10),
    (6, 50),
    (48, 100),
    (22, 200),
    (40, 500),
    (8, 666),
    (8, 888),
    (10, 990),
    (49, 1_000),
    (30, 2_000),
    (8, 3_000),
    (22, 5_000),
    (4, 6_600),
    (3, 8_800),
    (16, 10_000),
    (5, 20_000),
    (2, 36_500),
    (3, 50_000),
    (4, 100_000),
];

/// One gift that will be given.
#[derive(Debug, Clone)]
pub struct Planned {
    pub project: usize,
    pub at: Micros,
    pub amount_fen: i64,
    /// Who of the signed-in donors; `None`: a guest.
    pub donor: Option<usize>,
    pub name: String,
    pub message: String,
    pub anonymous: bool,
    pub trade_type: TradeType,
    /// From the order until the donor has paid.
    pub thinks: Micros,
}

/// Plans all gifts. `windows` says from when until when each project takes gifts.
pub fn plan(projects: &[Project], windows: &[Option<(Micros, Micros)>], donors: &[String], words: &Words, dice: &mut Dice) -> Vec<Planned> {
    let mut amounts: Vec<i64> = AMOUNTS.iter().flat_map(|(count, fen)| std::iter::repeat_n(*fen, *count)).collect();
    dice.shuffle(&mut amounts);
    let draws: Vec<usize> = (0..projects.len())
        .filter(|at| windows[*at].is_some())
        .flat_map(|at| std::iter::repeat_n(at, usize::try_from(projects[at].draw).unwrap_or(0)))
        .collect();
    amounts.into_iter().map(|amount_fen| planned(amount_fen, *dice.pick(&draws), windows, donors, words, dice)).collect()
}

fn planned(
    amount_fen: i64,
    project: usize,
    windows: &[Option<(Micros, Micros)>],
    donors: &[String],
    words: &Words,
    dice: &mut Dice,
) -> Planned {
    let (from, until) = windows[project].expect("only projects that take gifts are drawn");
    let donor = (dice.below(100) < 45).then(|| dice.below(donors.len() as u64)).and_then(|d| usize::try_from(d).ok());
    let anonymous = dice.below(100) < 35;
    let name = donor.map_or_else(|| dice.pick(&words.names).clone(), |d| donors[d].clone());
    let message = if dice.below(100) < 40 { dice.pick(&words.messages).clone() } else { String::new() };
    let trade_type = match dice.below(10) {
        0..=5 => TradeType::Jsapi,
        6..=8 => TradeType::H5,
        _ => TradeType::Native,
    };
    Planned {
        project,
        at: moment(from, until, dice),
        amount_fen,
        donor,
        name,
        message,
        anonymous,
        trade_type,
        thinks: 10 * SECOND_US + dice.within(MINUTE_US),
    }
}

/// A moment of the day on which people are awake; a new appeal is heard by more people than an old one.
fn moment(from: Micros, until: Micros, dice: &mut Dice) -> Micros {
    loop {
        let part = dice.below(1000).min(dice.below(1000));
        let at = from + (until - from) / 1000 * i64::try_from(part).unwrap_or(0) + dice.within(DAY_US);
        let hour = (at + 8 * HOUR_US).rem_euclid(DAY_US) / HOUR_US;
        if at < until && (6..23).contains(&hour) {
            return at;
        }
    }
}

/// What a gift needs around it.
pub struct Way<'a> {
    pub app: &'a Arc<App>,
    pub gateway: &'a Gateway,
    pub runtime: &'a tokio::runtime::Runtime,
}

impl Way<'_> {
    /// The donor looks at the calmer, confirms, pays at the gateway, and the gateway's notification enters the books.
    pub fn give(&self, actor: &Actor, project_id: Id, gift: &Planned) -> Result<Id, DemoFault> {
        let what = || format!("a gift of {} fen to project {project_id}", gift.amount_fen);
        let refused = |why: String| DemoFault::Refused { what: what(), why };
        let app = self.app;
        app.clock.set(gift.at);
        let calmer = doing(what, giving::show_calmer(app, project_id, gift.at))?;
        let open_id =
            if gift.trade_type == TradeType::Jsapi { format!("demo-open-id-{}", gift.donor.map_or(0, |d| d + 1)) } else { String::new() };
        let request = GiftRequest {
            project_id,
            amount_fen: gift.amount_fen,
            name: gift.name.clone(),
            message: gift.message.clone(),
            anonymous: gift.anonymous,
            snapshot_hash: calmer.snapshot.hash,
            trade_type: gift.trade_type,
            open_id,
            client_address: "127.0.0.1".to_owned(),
        };
        let id = doing(what, giving::give(app, actor, request, gift.at))?;
        doing(what, giving::make_orders(app))?;
        let paid_at = gift.at + gift.thinks;
        app.clock.set(paid_at);
        let notification = self.gateway.pay(&id.to_string(), paid_at).map_err(|why| refused(why.to_string()))?;
        let mut headers = HeaderMap::new();
        for (name, value) in &notification.headers {
            headers.insert(*name, HeaderValue::from_str(value).map_err(|why| refused(why.to_string()))?);
        }
        let answer = self.runtime.block_on(settlement::take_notification(app, &headers, &notification.body));
        if answer.status >= 300 {
            return Err(refused(format!("the notification was answered {}", answer.status)));
        }
        Ok(id)
    }
}
