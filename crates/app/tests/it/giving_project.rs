//! A project that takes gifts, made through the actions of those whose work it is, and what can happen to it meanwhile.

use app::giving::{self, GiftRequest, TradeType};
use app::kernel::{Actor, Id, civil};
use app::projects::{self, Draft, Field, NewLine};
use db::{Tx, params, sql};
use testkit::{Cast, World};

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
        }],
    };
    let (app, now) = (&world.app, world.now());
    let (manager, reviewer) = (&cast.manager.actor, &cast.reviewer.actor);
    let done = "a step of a project's life";
    let id = projects::actions::draft(app, manager, &draft, now).expect(done);
    projects::actions::submit(app, manager, id, version(world, id), now).expect(done);
    projects::actions::review(app, reviewer, id, version(world, id), "", now).expect(done);
    projects::actions::publish(app, reviewer, id, version(world, id), now).expect(done);
    Project { id, recipient_id: cast.charity, manager: manager.clone() }
}

/// The project that took the first gift, or a new one: for whoever needs any.
pub fn a_project(world: &World, cast: &Cast) -> Id {
    let made = world.count(sql("SELECT COALESCE(MIN(id), 0) AS count FROM project WHERE state = 'published'"), params![]);
    if made > 0 { made } else { project_of(world, cast).id }
}

/// A gift that stands in the books: for whoever needs any.
pub fn a_gift(world: &World, cast: &Cast) -> Id {
    let given = world.count(sql("SELECT COALESCE(MIN(id), 0) AS count FROM gift"), params![]);
    if given > 0 {
        return given;
    }
    let project_id = a_project(world, cast);
    let shown = giving::show_calmer(&world.app, project_id, world.now()).expect("a calmer");
    let request = GiftRequest {
        project_id,
        amount_fen: 1_000,
        name: "一位老师".into(),
        message: "加油".into(),
        anonymous: false,
        snapshot_hash: shown.snapshot.hash,
        trade_type: TradeType::Native,
        open_id: String::new(),
        client_address: String::new(),
    };
    let gift = giving::give(&world.app, &Actor::Anyone, request, world.now()).expect("an intent");
    world.catch_up();
    world.pay(gift);
    gift
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
            )
        };
        world.app.db.write(write).expect("a budget line");
    }

    pub fn ends_fundraising(&self, world: &World) {
        let version = version(world, self.id);
        projects::actions::end_fundraising(&world.app, &self.manager, self.id, version, "已经筹够", world.now()).expect("an end");
    }

    /// 公开募捐资格证书 ran out.
    pub fn certificate_ends_yesterday(&self, world: &World) {
        let yesterday = civil::day_of(world.now()) - 1;
        let write = |tx: &mut Tx| {
            tx.execute_one(
                sql("UPDATE certificate SET valid_until_day = ?2 WHERE organisation_id = ?1 AND kind = 'public_fundraising'"),
                params![self.recipient_id, yesterday],
            )
        };
        world.app.db.write(write).expect("a certificate");
    }
}
