//! A project that takes gifts, made through the actions of those whose work it is, what can happen to it meanwhile, and
//! the steps that every story of giving takes.

use app::giving::{self, GiftRequest, TradeType};
use app::kernel::{Actor, Id, Trouble, civil};
use app::projects::{self, Draft, Field, LineKind, NewExpense, NewLine};
use db::{Tx, params, sql};
use testkit::{Browser, Cast, Page, World};

pub struct Project {
    pub id: Id,
    pub recipient_id: Id,
    manager: Actor,
}

/// The name of the charity that receives, as the cast has it.
pub const RECIPIENT: &str = "清河慈善基金会";

/// 「山里孩子的冬天」, public and raising funds for three months, with one budget line of ¥365,000.
pub fn project(world: &World) -> Project {
    project_of(world, &world.cast())
}

pub fn project_of(world: &World, cast: &Cast) -> Project {
    let day = civil::day_of(world.now());
    let draft = Draft {
        title: "山里孩子的冬天".into(),
        english_title: "A winter in the mountains".into(),
        summary: "给山里的孩子送去过冬的衣服。".into(),
        english_summary: "Warm clothes for children in the mountains.".into(),
        story: "冬天很冷，教室里没有暖气。".into(),
        field: Field::Poverty,
        area_code: "110105000000".into(),
        object: "山区小学生".into(),
        service: "发放棉衣".into(),
        launcher_id: cast.charity,
        recipient_id: cast.charity,
        implementer_id: cast.implementer,
        filing_number: "53100000MJ0000002A26001".into(),
        starts_day: day,
        ends_day: day + 90,
        lines: vec![NewLine {
            item: "棉衣".into(),
            english_item: "Padded coats".into(),
            unit: "件".into(),
            quantity: 1_000,
            unit_price_fen: 36_500,
            kind: LineKind::Programme,
        }],
    };
    let (app, now) = (&world.app, world.now());
    let (manager, reviewer) = (&cast.manager.actor, &cast.reviewer.actor);
    let done = "a step of a project's life";
    let id = projects::actions::draft(app, manager, &draft, now).expect(done);
    world.complete(manager, id);
    projects::actions::submit(app, manager, id, version(world, id), now).expect(done);
    projects::actions::review(app, reviewer, id, version(world, id), "", now).expect(done);
    projects::actions::publish(app, reviewer, id, version(world, id), now).expect(done);
    Project { id, recipient_id: cast.charity, manager: manager.clone() }
}

/// What a donor sees after pressing through amount and calmer, redirects not followed.
pub fn confirm(donor: &Browser, project: &Project, values: &[(&str, &str)]) -> Page {
    let calmer = look(donor, project, values);
    donor.submit_once(&calmer, "/gifts", &[])
}

/// The calmer for these wishes.
pub fn look(donor: &Browser, project: &Project, values: &[(&str, &str)]) -> Page {
    let amount = donor.get(&format!("/projects/{}/gift", project.id));
    let calmer = donor.submit(&amount, &format!("/projects/{}/gift", project.id), values);
    calmer.has_status(200).sees("付款前，先看清楚");
    calmer
}

pub fn last_gift(world: &World) -> Id {
    world.count(sql("SELECT MAX(id) AS count FROM gift_intent"), params![])
}

pub fn intents(world: &World) -> i64 {
    world.count(sql("SELECT COUNT(*) AS count FROM gift_intent"), params![])
}

pub fn path(world: &World, gift: Id) -> String {
    giving::gift_path(&world.app, gift)
}

/// A wish made past the pages, whose order is left to the order maker.
pub fn wish(world: &World, project: &Project, amount_fen: i64) -> Result<Id, Trouble> {
    let shown = giving::show_calmer(&world.app, project.id, world.now())?;
    let request = GiftRequest {
        project_id: project.id,
        amount_fen,
        name: String::new(),
        message: String::new(),
        anonymous: true,
        snapshot_hash: shown.snapshot.hash,
        trade_type: TradeType::Native,
        open_id: String::new(),
        client_address: String::new(),
    };
    giving::give(&world.app, &Actor::Anyone, request, world.now())
}

fn version(world: &World, id: Id) -> i64 {
    world.count(sql("SELECT version AS count FROM project WHERE id = ?1"), params![id])
}

impl Project {
    /// The facts change: something more is planned.
    pub fn adds_a_budget_line(&self, world: &World) {
        let line = world.app.new_id();
        let write = |tx: &mut Tx| {
            tx.execute_one(
                sql("INSERT INTO budget_line (id, project_id, position, item, english_item, unit, quantity, unit_price_fen, amount_fen, spent_fen) \
                     VALUES (?1, ?2, 9, '新增的一项', '', '件', 1, 100, 100, 0)"),
                params![line, self.id],
            )?;
            tx.execute_one(sql("UPDATE project SET goal_fen = goal_fen + 100 WHERE id = ?1"), params![self.id])
        };
        world.app.db.write(write).expect("a budget line");
    }

    /// The charity pays out, three different people saying so.
    pub fn pays_out(&self, world: &World, cast: &Cast, amount_fen: i64) {
        let (app, now, done) = (&world.app, world.now(), "a payout");
        let payout = projects::actions::request_payout(app, &self.manager, self.id, amount_fen, "买手套", now).expect(done);
        projects::actions::approve_payout(app, &cast.finance.actor, payout, now).expect(done);
        projects::actions::approve_payout(app, &cast.approver.actor, payout, now).expect(done);
    }

    pub fn spends(&self, world: &World, cast: &Cast, amount_fen: i64) {
        let line = world.count(sql("SELECT MIN(id) AS count FROM budget_line WHERE project_id = ?1"), params![self.id]);
        let expense = NewExpense {
            budget_line_id: line,
            quantity: 1,
            unit_price_fen: amount_fen,
            description: "手套".into(),
            invoice_number: "0001".into(),
            spent_day: civil::day_of(world.now()),
        };
        projects::actions::record_expense(&world.app, &cast.implementer_manager.actor, self.id, &expense, world.now()).expect("an expense");
    }

    pub fn ends_fundraising(&self, world: &World) {
        let version = version(world, self.id);
        projects::actions::end_fundraising(&world.app, &self.manager, self.id, version, "已经筹够", world.now()).expect("an end");
    }

    /// 公开募捐资格证书 ran out.
    pub fn certificate_ends_yesterday(&self, world: &World) {
        let yesterday = civil::day_of(world.now()) - 1;
        // Certificates are only added; whoever owns the database can put that aside.
        let aside = match world.engine() {
            testkit::Engine::Sqlite => sql("DROP TRIGGER certificate_keeps"),
            testkit::Engine::Postgres => sql("ALTER TABLE certificate DISABLE TRIGGER certificate_stays"),
        };
        let write = |tx: &mut Tx| {
            tx.execute(aside, params![])?;
            tx.execute_one(
                sql("UPDATE certificate SET valid_until_day = ?2 WHERE organisation_id = ?1 AND kind = 'public_fundraising'"),
                params![self.recipient_id, yesterday],
            )
        };
        world.app.db.write(write).expect("a certificate");
    }
}
