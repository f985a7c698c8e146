//! Giving, without the pages: for stories whose point lies behind them.

use app::giving::{self, GiftRequest, TradeType};
use app::kernel::{Actor, Id, Trouble};

use crate::World;

/// What a donor wishes. The name and the message of an anonymous gift are private from then on.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    pub project: Id,
    pub amount_fen: i64,
    pub name: &'a str,
    pub message: &'a str,
    pub anonymous: bool,
}

impl World {
    /// Looks at the calmer and confirms it: an intent that waits for its order.
    pub fn wish(&self, donor: &Actor, wish: &Wish) -> Result<Id, Trouble> {
        if wish.anonymous {
            [wish.name, wish.message].into_iter().filter(|text| !text.is_empty()).for_each(|text| self.keep_private(text));
        }
        let shown = giving::show_calmer(&self.app, wish.project, self.now())?;
        let request = GiftRequest {
            project_id: wish.project,
            amount_fen: wish.amount_fen,
            name: wish.name.to_owned(),
            message: wish.message.to_owned(),
            anonymous: wish.anonymous,
            snapshot_hash: shown.snapshot.hash,
            trade_type: TradeType::Native,
            open_id: String::new(),
            client_address: String::new(),
        };
        giving::give(&self.app, donor, request, self.now())
    }

    /// A guest's nameless wish with its order placed, ready to be paid.
    pub fn ordered(&self, project: Id, amount_fen: i64) -> Id {
        let wish = Wish { project, amount_fen, name: "", message: "", anonymous: true };
        let id = self.wish(&Actor::Anyone, &wish).unwrap_or_else(|trouble| panic!("{amount_fen} fen for {project}: {trouble:?}"));
        self.catch_up();
        id
    }

    /// The same, paid and in the books.
    pub fn given(&self, project: Id, amount_fen: i64) -> Id {
        let id = self.ordered(project, amount_fen);
        self.pay(id);
        id
    }
}
