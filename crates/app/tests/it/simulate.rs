//! Random worlds: gifts, forgeries, repetitions, a channel that fails, clocks that jump, and money moving every way, against a
//! model that knows nothing of the product but its promises. A failing seed is printed; `HUIHAI_SEED` replays it.

use std::collections::{BTreeMap, BTreeSet};

use app::kernel::civil::day_of;
use app::kernel::{DAY_US, HOUR_US, Id, MINUTE_US, Micros, Refusal, SECOND_US, Trouble};
use app::projects::actions::Stamp;
use app::projects::{NewExpense, actions as projects, fund};
use db::{params, sql};
use ledger::Code;
use testkit::sandbox::{ApiFailure, Event, Forgery, RefundEvent, SignedNotification};
use testkit::{Cast, Engine, World};

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and the same on every machine.
struct Lots(u64);

impl Lots {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below a usize")
    }

    fn between(&mut self, least: i64, most: i64) -> i64 {
        least + i64::try_from(self.next() % (most - least + 1).unsigned_abs()).expect("below an i64")
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn one_of<T: Clone>(&mut self, things: &[T]) -> Option<T> {
        (!things.is_empty()).then(|| things[self.below(things.len())].clone())
    }
}

/// What must be true of a project's money, kept by adding and subtracting alone.
#[derive(Default, Clone, Debug)]
struct Money {
    goal_fen: i64,
    gifts: i64,
    gifts_fen: i64,
    pending_fen: i64,
    paid_out_fen: i64,
    spent_fen: i64,
    returned_fen: i64,
    refunding_fen: i64,
    refunded_fen: i64,
    offline_fen: i64,
    redirected_in_fen: i64,
    redirected_out_fen: i64,
    /// Budget line: what it may cost, what it has cost.
    lines: BTreeMap<Id, (i64, i64)>,
}

impl Money {
    fn available_fen(&self) -> i64 {
        let received = self.gifts_fen + self.offline_fen + self.redirected_in_fen - self.refunded_fen - self.redirected_out_fen;
        received - self.paid_out_fen + self.returned_fen - self.pending_fen - self.refunding_fen
    }

    fn with_implementer_fen(&self) -> i64 {
        self.paid_out_fen - self.returned_fen - self.spent_fen
    }
}

#[derive(Clone, Debug)]
struct Wished {
    project: Id,
    amount_fen: i64,
    /// The channel has the money.
    paid: bool,
}

/// What the world should be like.
#[derive(Default)]
struct Model {
    money: BTreeMap<Id, Money>,
    wishes: BTreeMap<Id, Wished>,
    /// Gifts that are in the books, as far as the model has looked.
    recorded: BTreeSet<Id>,
    /// Notifications that were acknowledged: their gifts must be in the books.
    acknowledged: BTreeSet<Id>,
    /// (reason, number) of what a person has to decide.
    held: BTreeSet<(String, String)>,
    refused_at_the_door: i64,
    open_payouts: BTreeMap<Id, (Id, i64, usize)>,
    /// Refunds that the channel works on: gift, amount.
    refunding: BTreeMap<Id, (Id, i64)>,
    /// What of each gift is given back or being given back.
    refunded: BTreeMap<Id, i64>,
    /// What may be undone: (code, id) with project, amount, and the budget line of an expense.
    undoable: BTreeMap<(i64, Id), (Id, i64, Id)>,
    undone: i64,
}

struct Simulation<'a> {
    world: &'a World,
    cast: Cast,
    lots: Lots,
    model: Model,
    /// Notifications that an eavesdropper could send again.
    overheard: Vec<(Id, SignedNotification, Micros)>,
    refunds: i64,
}

const STEPS: usize = 60;

impl Simulation<'_> {
    fn begin(world: &World, seed: u64) -> Simulation<'_> {
        let cast = world.cast();
        let mut model = Model::default();
        for project in [world.project(&cast, "第一个项目"), world.project(&cast, "第二个项目")] {
            let lines: BTreeMap<Id, (i64, i64)> = world
                .app
                .db
                .read(|tx| {
                    let rows =
                        tx.query(sql("SELECT id, amount_fen FROM budget_line WHERE project_id = ?1 ORDER BY id"), params![project])?;
                    rows.iter().map(|row| Ok::<_, db::Fault>((row.int("id")?, (row.int("amount_fen")?, 0)))).collect()
                })
                .expect("budget lines");
            let goal_fen = lines.values().map(|line| line.0).sum();
            model.money.insert(project, Money { goal_fen, lines, ..Money::default() });
        }
        let mut simulation = Simulation { world, cast, lots: Lots(seed), model, overheard: Vec::new(), refunds: 0 };
        // Something to pay out from the start, in every project.
        for project in simulation.model.money.keys().copied().collect::<Vec<_>>() {
            let id = simulation.wish_for(project, 100_000);
            world.pay_only(id);
            simulation.model.wishes.get_mut(&id).expect("a wish").paid = true;
        }
        simulation.deliver();
        simulation
    }

    fn step(&mut self) {
        match self.lots.below(32) {
            0..=4 => self.wish(),
            5..=8 => self.pay(),
            9 | 10 => self.deliver(),
            11 => self.replay(),
            12 | 13 => self.forge(),
            14 => self.refund_unasked(),
            15 | 16 => self.ask_for_a_payout(),
            17..=19 => self.decide_a_payout(),
            20 | 21 => self.spend(),
            22 => self.break_the_channel(),
            23 | 24 => self.hold_a_refund(),
            25 | 26 => self.end_a_refund(),
            27 => self.bring_back(),
            28 => self.redirect(),
            29 => self.give_offline(),
            30 => self.undo(),
            _ => self.jump(),
        }
    }

    fn project(&mut self) -> Id {
        let projects: Vec<Id> = self.model.money.keys().copied().collect();
        self.lots.one_of(&projects).expect("there are projects")
    }

    fn wish(&mut self) {
        let project = self.project();
        let random_fen = self.lots.between(10, 300_000);
        let amount_fen = self.lots.one_of(&[10, 100, 1_000, 5_000, random_fen]).expect("amounts");
        self.wish_for(project, amount_fen);
        self.look();
    }

    fn wish_for(&mut self, project: Id, amount_fen: i64) -> Id {
        let id = self.world.ordered(project, amount_fen);
        self.model.wishes.insert(id, Wished { project, amount_fen, paid: false });
        id
    }

    fn some_wish(&mut self) -> Option<Id> {
        let wishes: Vec<Id> = self.model.wishes.keys().copied().collect();
        self.lots.one_of(&wishes)
    }

    /// Somebody pays at the cashier; the order may have ended, and then the channel takes nothing.
    fn pay(&mut self) {
        let Some(id) = self.some_wish() else { return };
        if self.lots.one_in(4) {
            // The notification does not travel by itself but waits for an eavesdropper.
            let Ok(signed) = self.world.gateway.pay(&id.to_string(), self.world.now()) else { return };
            self.overheard.push((id, signed, self.world.now()));
        } else if self.world.gateway.pay_and_notify(&id.to_string()).is_err() {
            return;
        }
        self.model.wishes.get_mut(&id).expect("a wish").paid = true;
    }

    fn deliver(&mut self) {
        let (copies, newest_first) = (self.lots.below(3), self.lots.one_in(2));
        {
            let mut faults = self.world.gateway.faults();
            faults.extra_copies = u32::try_from(copies).expect("few");
            faults.newest_first = newest_first;
            faults.lose_notifications = false;
        }
        for delivery in self.world.deliver() {
            assert!(matches!(delivery.answer, Ok(200 | 204)), "a true notification was not taken: {delivery:?}");
        }
        let mut faults = self.world.gateway.faults();
        faults.extra_copies = 0;
        faults.lose_notifications = self.lots.one_in(3);
        drop(faults);
        self.look();
    }

    /// An old notification once more: taken while it is fresh, refused by its age afterwards, and never a second gift.
    fn replay(&mut self) {
        let Some((id, signed, at)) = self.lots.one_of(&self.overheard) else { return };
        let status = self.world.notify(&signed);
        let apart_s = (self.world.now().div_euclid(SECOND_US) - at.div_euclid(SECOND_US)).abs();
        if apart_s < 300 {
            assert!(status < 300, "a true notification {apart_s} s old was answered {status}");
            self.model.acknowledged.insert(id);
        } else {
            assert_eq!(status, 401, "a notification {apart_s} s old must not be believed");
            self.model.refused_at_the_door += 1;
        }
        self.look();
    }

    fn forge(&mut self) {
        let Some(id) = self.some_wish() else { return };
        let forgery = self.lots.one_of(&Forgery::ALL).expect("forgeries");
        let Ok(forged) = self.world.gateway.forge(&id.to_string(), forgery) else { return };
        self.look();
        let recorded = self.model.recorded.contains(&id);
        let status = self.world.notify(&forged);
        let held_as = match forgery {
            Forgery::UnknownOrder => Some(("unknown_intent", "99999999999999".to_owned())),
            // The same transaction again is a repetition, whatever else it says.
            Forgery::WrongAmount | Forgery::WrongCurrency | Forgery::WrongMerchant if recorded => None,
            Forgery::WrongAmount => Some(("amount_differs", id.to_string())),
            Forgery::WrongCurrency => Some(("currency_differs", id.to_string())),
            Forgery::WrongMerchant => Some(("merchant_differs", id.to_string())),
            _ => {
                assert!((400..500).contains(&status), "{forgery:?} was answered {status}");
                self.model.refused_at_the_door += 1;
                return;
            }
        };
        assert!(status < 300, "{forgery:?} was answered {status}");
        self.model.held.extend(held_as.map(|(reason, number)| (reason.to_owned(), number)));
    }

    fn refund_unasked(&mut self) {
        let Some(id) = self.some_wish() else { return };
        self.refunds += 1;
        let refund = Event::Refund(RefundEvent {
            merchant: wechat::Merchant::Partner {
                sp_appid: testkit::SP_APPID.to_owned(),
                sp_mchid: self.world.gateway.credentials().mchid,
                sub_appid: None,
                sub_mchid: "1600000002".to_owned(),
            },
            out_trade_no: id.to_string(),
            transaction_id: format!("42000{id}"),
            out_refund_no: format!("R{}", self.refunds),
            refund_id: format!("50000{}", self.refunds),
            // One that succeeded opens a case (`refunds.rs`); this one came to nothing, and a person looks.
            status: "CLOSED".to_owned(),
            total_fen: self.model.wishes[&id].amount_fen,
            refund_fen: 10,
            ended_at: self.world.now(),
            notify_url: format!("http://{}/wechat/notifications", self.world.address()),
        });
        let signed = self.world.gateway.sign_notification(&refund, self.world.now() / SECOND_US);
        assert!(self.world.notify(&signed) < 300);
        self.model.held.insert(("unexpected_refund".to_owned(), id.to_string()));
    }

    fn ask_for_a_payout(&mut self) {
        self.settle_down();
        let project = self.project();
        let money = self.model.money[&project].clone();
        let most_fen = money.available_fen().min(money.goal_fen - money.paid_out_fen + money.returned_fen - money.pending_fen);
        let amount_fen = self.lots.between(1, most_fen.max(1) * 5 / 4 + 1);
        let asked = projects::request_payout(&self.world.app, &self.cast.manager.actor, project, amount_fen, "材料款", self.world.now());
        match allowed(asked) {
            Ok(id) => {
                assert!(amount_fen <= most_fen, "{amount_fen} fen were set aside of {most_fen}");
                self.model.money.get_mut(&project).expect("a project").pending_fen += amount_fen;
                self.model.open_payouts.insert(id, (project, amount_fen, 0));
            }
            Err(refusal) => assert!(amount_fen > most_fen, "{amount_fen} of {most_fen} fen: {refusal:?}"),
        }
    }

    fn decide_a_payout(&mut self) {
        let open: Vec<Id> = self.model.open_payouts.keys().copied().collect();
        let Some(id) = self.lots.one_of(&open) else { return };
        let (project, amount_fen, hands) = self.model.open_payouts[&id];
        let (app, now) = (&self.world.app, self.world.now());
        if self.lots.one_in(5) {
            projects::refuse_payout(app, &self.cast.finance.actor, id, "请补材料", now).expect("an open payout can be refused");
            self.model.open_payouts.remove(&id);
            self.model.money.get_mut(&project).expect("a project").pending_fen -= amount_fen;
            return;
        }
        let people = [&self.cast.approver.actor, &self.cast.second_approver.actor];
        projects::approve_payout(app, people[hands], id, now).expect("another hand can approve");
        let twice = projects::approve_payout(app, people[hands], id, now);
        assert!(allowed(twice).is_err(), "one hand approved twice");
        if hands == 0 {
            self.model.open_payouts.insert(id, (project, amount_fen, 1));
            return;
        }
        self.model.open_payouts.remove(&id);
        let money = self.model.money.get_mut(&project).expect("a project");
        (money.pending_fen, money.paid_out_fen) = (money.pending_fen - amount_fen, money.paid_out_fen + amount_fen);
        self.model.undoable.insert((3, id), (project, amount_fen, 0));
    }

    fn spend(&mut self) {
        let project = self.project();
        let money = self.model.money[&project].clone();
        let lines: Vec<(Id, (i64, i64))> = money.lines.iter().map(|(id, line)| (*id, *line)).collect();
        let (line, (amount_fen, spent_fen)) = self.lots.one_of(&lines).expect("a budget has lines");
        let most_fen = money.with_implementer_fen().min(amount_fen - spent_fen);
        let (quantity, unit_price_fen) = (self.lots.between(1, 5), self.lots.between(1, most_fen.max(1) / 3 + 10));
        let asked = NewExpense {
            budget_line_id: line,
            quantity,
            unit_price_fen,
            description: "午餐".to_owned(),
            invoice_number: "24512000000012345678".to_owned(),
            spent_day: day_of(self.world.now()),
        };
        let spent = projects::record_expense(&self.world.app, &self.cast.implementer_manager.actor, project, &asked, self.world.now());
        match allowed(spent) {
            Ok(id) => {
                self.model.undoable.insert((4, id), (project, quantity * unit_price_fen, line));
                assert!(quantity * unit_price_fen <= most_fen, "{quantity} × {unit_price_fen} fen of {most_fen}");
                let money = self.model.money.get_mut(&project).expect("a project");
                money.spent_fen += quantity * unit_price_fen;
                money.lines.get_mut(&line).expect("a line").1 += quantity * unit_price_fen;
            }
            Err(refusal) => assert!(quantity * unit_price_fen > most_fen, "{quantity} × {unit_price_fen} of {most_fen} fen: {refusal:?}"),
        }
    }

    fn moved(&self, movement: impl Fn(&mut db::Tx, &Stamp) -> Result<(), Trouble>) -> Result<Id, Refusal> {
        let stamp = Stamp::new(&self.world.app, self.world.now());
        allowed(self.world.app.db.write(|tx| movement(tx, &stamp))).map(|()| stamp.id)
    }

    fn money(&mut self, project: Id) -> &mut Money {
        self.model.money.get_mut(&project).expect("a project")
    }

    fn hold_a_refund(&mut self) {
        self.settle_down();
        let recorded: Vec<Id> = self.model.recorded.iter().copied().collect();
        let Some(gift) = self.lots.one_of(&recorded) else { return };
        let Wished { project, amount_fen: given_fen, .. } = self.model.wishes[&gift];
        let left_fen = given_fen - self.model.refunded.get(&gift).copied().unwrap_or(0);
        let most_fen = left_fen.min(self.money(project).available_fen());
        let amount_fen = self.lots.between(1, left_fen.max(1) * 5 / 4 + 1);
        match self.moved(|tx, stamp| projects::hold_refund(tx, stamp, gift, amount_fen)) {
            Ok(id) => {
                assert!(amount_fen <= most_fen, "{amount_fen} fen are given back of {most_fen}");
                self.money(project).refunding_fen += amount_fen;
                *self.model.refunded.entry(gift).or_default() += amount_fen;
                self.model.refunding.insert(id, (gift, amount_fen));
                self.world.refunds_as_the_channel_has_them();
            }
            Err(refusal) => assert!(amount_fen > most_fen, "{amount_fen} of {most_fen} fen: {refusal:?}"),
        }
    }

    fn end_a_refund(&mut self) {
        let open: Vec<Id> = self.model.refunding.keys().copied().collect();
        let Some(id) = self.lots.one_of(&open) else { return };
        let (gift, amount_fen) = self.model.refunding.remove(&id).expect("a refund");
        let project = self.model.wishes[&gift].project;
        self.money(project).refunding_fen -= amount_fen;
        let (app, entry_id, now) = (&self.world.app, self.world.app.new_id(), self.world.now());
        if self.lots.one_in(4) {
            app.db.write(|tx| projects::release_refund(tx, id, now)).expect("an open refund can be called off");
            *self.model.refunded.get_mut(&gift).expect("a gift") -= amount_fen;
        } else {
            app.db.write(|tx| projects::post_refund(tx, id, entry_id, now)).expect("an open refund can be posted");
            self.money(project).refunded_fen += amount_fen;
        }
        self.world.refunds_as_the_channel_has_them();
    }

    fn bring_back(&mut self) {
        let project = self.project();
        let most_fen = self.money(project).with_implementer_fen();
        let amount_fen = self.lots.between(1, most_fen.max(1) * 5 / 4 + 1);
        match self.moved(|tx, stamp| projects::take_return(tx, stamp, project, amount_fen)) {
            Ok(id) => {
                assert!(amount_fen <= most_fen, "{amount_fen} fen came back of {most_fen}");
                self.money(project).returned_fen += amount_fen;
                self.model.undoable.insert((5, id), (project, amount_fen, 0));
            }
            Err(refusal) => assert!(amount_fen > most_fen, "{amount_fen} of {most_fen} fen: {refusal:?}"),
        }
    }

    fn redirect(&mut self) {
        self.settle_down();
        let from = self.project();
        let to = self.model.money.keys().copied().find(|id| *id != from).expect("another project");
        let most_fen = self.money(from).available_fen();
        let amount_fen = self.lots.between(1, most_fen.max(1) / 3 + 10);
        match self.moved(|tx, stamp| projects::redirect(tx, stamp, from, to, amount_fen)) {
            Ok(_) => {
                assert!(amount_fen <= most_fen, "{amount_fen} fen were redirected of {most_fen}");
                self.money(from).redirected_out_fen += amount_fen;
                self.money(to).redirected_in_fen += amount_fen;
            }
            Err(refusal) => assert!(amount_fen > most_fen, "{amount_fen} of {most_fen} fen: {refusal:?}"),
        }
    }

    fn give_offline(&mut self) {
        let (project, amount_fen, charity) = (self.project(), self.lots.between(1, 5_000), self.cast.charity);
        let id = self.moved(|tx, stamp| projects::enter_offline_gift(tx, stamp, charity, project, amount_fen)).expect("a gift");
        self.money(project).offline_fen += amount_fen;
        self.model.undoable.insert((7, id), (project, amount_fen, 0));
    }

    fn undo(&mut self) {
        self.settle_down();
        let known: Vec<(i64, Id)> = self.model.undoable.keys().copied().collect();
        let Some((code, id)) = self.lots.one_of(&known) else { return };
        let (project, amount_fen, line) = self.model.undoable[&(code, id)];
        let done = self.moved(|tx, stamp| match code {
            7 => projects::undo_offline_gift(tx, stamp, id),
            _ => projects::undo(tx, stamp, Code::from_number(code).expect("a code"), id),
        });
        let money = self.money(project);
        match (code, &done) {
            (4, _) => assert!(done.is_ok(), "an expense can always be corrected: {done:?}"),
            (5 | 7, _) => assert_eq!(done.is_ok(), amount_fen <= money.available_fen(), "{code} of {amount_fen}: {done:?}, {money:?}"),
            // Of a payout it depends on which of its fen are used; the books themselves are compared after every ten steps.
            _ => {}
        }
        if done.is_err() {
            return;
        }
        match code {
            3 => money.paid_out_fen -= amount_fen,
            4 => {
                money.spent_fen -= amount_fen;
                money.lines.get_mut(&line).expect("a line").1 -= amount_fen;
            }
            5 => money.returned_fen -= amount_fen,
            _ => money.offline_fen -= amount_fen,
        }
        self.model.undoable.remove(&(code, id));
        self.model.undone += 1;
    }

    fn break_the_channel(&mut self) {
        let failures = [ApiFailure::Before, ApiFailure::After, ApiFailure::TooOften, ApiFailure::ForgedAnswer];
        let count = self.lots.below(4);
        let failures = (0..count).filter_map(|_| self.lots.one_of(&failures)).collect();
        self.world.gateway.faults().api_failures = failures;
    }

    /// Time passes; now and then the machine's clock is put back a little.
    fn jump(&mut self) {
        let by = match self.lots.below(6) {
            0 => -self.lots.between(1, 120) * SECOND_US,
            1 | 2 => self.lots.between(1, 60) * SECOND_US,
            3 => self.lots.between(1, 30) * MINUTE_US,
            4 => self.lots.between(1, 5) * HOUR_US,
            _ => DAY_US,
        };
        self.world.clock.advance(by);
        self.settle_down();
    }

    fn settle_down(&mut self) {
        self.world.catch_up();
        self.look();
    }

    /// What entered the books since last time is taken into the model: only what the channel was paid for, each once.
    fn look(&mut self) {
        let ids: BTreeSet<Id> = self
            .world
            .app
            .db
            .read(|tx| tx.query(sql("SELECT id FROM gift ORDER BY id"), params![])?.iter().map(|row| row.int("id")).collect())
            .expect("gifts");
        assert!(ids.is_superset(&self.model.recorded), "gifts went away");
        assert!(ids.is_superset(&self.model.acknowledged), "a gift was acknowledged and is not in the books");
        for id in ids.difference(&self.model.recorded.clone()) {
            let wish = self.model.wishes.get(id).unwrap_or_else(|| panic!("nobody wished gift {id}"));
            assert!(wish.paid, "gift {id} was not paid");
            let money = self.model.money.get_mut(&wish.project).expect("a project");
            (money.gifts, money.gifts_fen) = (money.gifts + 1, money.gifts_fen + wish.amount_fen);
            self.model.recorded.insert(*id);
        }
    }

    /// Every total and every list agrees with the model.
    fn compare(&mut self) {
        self.settle_down();
        self.world.refunds_as_the_channel_has_them();
        self.world.check_the_books();
        for (project, money) in &self.model.money {
            let total = self.world.app.db.read(|tx| fund::total(tx, *project)).expect("totals");
            let found = [total.gifts, total.gifts_fen, total.pending_fen, total.paid_out_fen, total.spent_fen, total.returned_fen];
            let must = [money.gifts, money.gifts_fen, money.pending_fen, money.paid_out_fen, money.spent_fen, money.returned_fen];
            assert_eq!(found, must, "{money:?}");
            let found = [total.refunding_fen, total.refunded_fen, total.offline_fen, total.redirected_in_fen, total.redirected_out_fen];
            let must = [money.refunding_fen, money.refunded_fen, money.offline_fen, money.redirected_in_fen, money.redirected_out_fen];
            assert_eq!(found, must, "{money:?}");
            assert_eq!((total.available_fen(), total.with_implementer_fen()), (money.available_fen(), money.with_implementer_fen()));
            for (line, (_, spent_fen)) in &money.lines {
                let found = self.world.count(sql("SELECT spent_fen AS count FROM budget_line WHERE id = ?1"), params![*line]);
                assert_eq!(found, *spent_fen);
            }
        }
        let held: BTreeSet<(String, String)> = self
            .world
            .app
            .db
            .read(|tx| {
                let rows = tx.query(sql("SELECT DISTINCT reason, out_trade_no FROM held_notification"), params![])?;
                rows.iter().map(|row| Ok::<_, db::Fault>((row.text("reason")?, row.text("out_trade_no")?))).collect()
            })
            .expect("held notifications");
        assert_eq!(held, self.model.held);
        let refused = self.world.count(sql("SELECT COALESCE(CAST(SUM(times) AS BIGINT), 0) AS count FROM refused_notification"), params![]);
        assert_eq!(refused, self.model.refused_at_the_door, "refused notifications that nobody counted");
    }

    /// In the end everything that was paid is in the books, although nobody may have told us.
    fn end(mut self) -> Happened {
        self.world.refunds_as_the_channel_has_them();
        self.world.look_around();
        self.look();
        let paid: BTreeSet<Id> = self.model.wishes.iter().filter(|(_, wish)| wish.paid).map(|(id, _)| *id).collect();
        assert_eq!(self.model.recorded, paid, "what the channel took and what stands in the books");
        self.compare();
        let sum = |part: fn(&Money) -> i64| self.model.money.values().map(part).sum();
        Happened {
            gifts: sum(|m| m.gifts),
            paid_out_fen: sum(|m| m.paid_out_fen),
            spent_fen: sum(|m| m.spent_fen),
            held: i64::try_from(self.model.held.len()).expect("few"),
            refused: self.model.refused_at_the_door,
            refunded_fen: sum(|m| m.refunded_fen),
            returned_fen: sum(|m| m.returned_fen),
            redirected_fen: sum(|m| m.redirected_in_fen),
            offline_fen: sum(|m| m.offline_fen),
            undone: self.model.undone,
        }
    }
}

/// A refusal is an answer; a fault is not.
fn allowed<T>(outcome: Result<T, Trouble>) -> Result<T, Refusal> {
    match outcome {
        Ok(done) => Ok(done),
        Err(Trouble::Refused(refusal)) => Err(refusal),
        Err(Trouble::Fault(fault)) => panic!("{fault}"),
    }
}

/// What happened in a world, so that one can see that something did.
#[derive(Debug)]
struct Happened {
    gifts: i64,
    paid_out_fen: i64,
    spent_fen: i64,
    held: i64,
    refused: i64,
    refunded_fen: i64,
    returned_fen: i64,
    redirected_fen: i64,
    offline_fen: i64,
    undone: i64,
}

fn live(engine: Engine, seed: u64) -> Happened {
    println!("seed {seed} on {engine:?}; HUIHAI_SEED={seed} replays it");
    let world = World::new(engine);
    let mut simulation = Simulation::begin(&world, seed);
    for step in 0..STEPS {
        simulation.step();
        if step % 10 == 9 {
            simulation.compare();
        }
    }
    simulation.end()
}

fn live_many(engine: Engine, usual: std::ops::Range<u64>) {
    if let Ok(seed) = std::env::var("HUIHAI_SEED") {
        let happened = live(engine, seed.parse().expect("HUIHAI_SEED is a number"));
        println!("{happened:?}");
        return;
    }
    let all: Vec<Happened> = usual.map(|seed| live(engine, seed)).collect();
    let ever: [fn(&Happened) -> i64; 10] = [
        |h| h.gifts,
        |h| h.paid_out_fen,
        |h| h.spent_fen,
        |h| h.held,
        |h| h.refused,
        |h| h.refunded_fen,
        |h| h.returned_fen,
        |h| h.redirected_fen,
        |h| h.offline_fen,
        |h| h.undone,
    ];
    assert!(ever.iter().all(|part| all.iter().any(|happened| part(happened) > 0)), "some things never happened: {all:?}");
}

#[test]
fn random_worlds_on_sqlite() {
    live_many(Engine::Sqlite, 1..11);
}

#[test]
fn random_worlds_on_postgres() {
    live_many(Engine::Postgres, 1..11);
}

#[test]
#[ignore = "soak"]
fn many_random_worlds_on_sqlite() {
    live_many(Engine::Sqlite, 1_000..1_500);
}

#[test]
#[ignore = "soak"]
fn many_random_worlds_on_postgres() {
    live_many(Engine::Postgres, 1_000..1_500);
}
