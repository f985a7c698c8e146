//! What a draft needs besides its own page before it is submitted: a whole plan and its papers.

use app::files::Prepared;
use app::kernel::civil::day_of;
use app::kernel::{Actor, Id};
use app::projects::{LineKind, NewLine, Node, PaperKind, Plan, actions as projects};
use app::web::Upload;
use db::{params, sql};

use crate::{Cast, PIXEL, World};

impl World {
    /// A plan in which nothing is missing; filed twelve days ago.
    #[must_use]
    pub fn plan(&self) -> Plan {
        let today = day_of(self.now());
        Plan {
            category: "PM0102".to_owned(),
            purpose: "让孩子们暖和地上学。".to_owned(),
            responsible: "郑示范".to_owned(),
            office: "北京市朝阳区示范路 1 号".to_owned(),
            gift_ways: "互联网支付。".to_owned(),
            bank_account: "清河慈善基金会，0000 0000 0000，示范银行。".to_owned(),
            selection: "学校提名，公示五个工作日。".to_owned(),
            beneficiaries: 1_000,
            use_of_money: "买棉衣和午餐。".to_owned(),
            leftovers: "用于下一学年同样的学校。".to_owned(),
            partners: "云上乡村发展中心，评估合格，负责发放。".to_owned(),
            indicators: "每个孩子一件棉衣。".to_owned(),
            nodes: vec![Node { day: today + 60, what: "发完棉衣".to_owned() }],
            filed_day: today - 12,
            declared: true,
            ..Plan::default()
        }
    }

    /// Gives a draft that plan and the papers that are asked for.
    pub fn complete(&self, actor: &Actor, project: Id) {
        self.complete_with(actor, project, &self.plan());
    }

    pub fn complete_with(&self, actor: &Actor, project: Id, plan: &Plan) {
        let version = self.count(sql("SELECT version AS count FROM project WHERE id = ?1"), params![project]);
        projects::save_plan(&self.app, actor, project, version, plan).unwrap_or_else(|trouble| panic!("{trouble:?}"));
        for kind in [PaperKind::Plan, PaperKind::Commitment, PaperKind::Decision, PaperKind::FilingReceipt, PaperKind::EmergencyProof] {
            self.paper(actor, project, kind);
        }
    }

    /// Adds a paper of a kind.
    pub fn paper(&self, actor: &Actor, project: Id, kind: PaperKind) -> Id {
        let upload = Upload { field: "file".to_owned(), name: "材料.png".to_owned(), bytes: PIXEL.to_vec() };
        let prepared = Prepared::from_upload(&upload, false).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        projects::add_paper(&self.app, actor, project, kind, &prepared, self.now()).unwrap_or_else(|trouble| panic!("{trouble:?}"))
    }

    /// Asks for a change of a published project, with more beneficiaries and another use, and nothing else.
    #[must_use]
    pub fn change_wanted(&self) -> projects::Wanted {
        let plan = self.plan();
        let today = day_of(self.now());
        projects::Wanted {
            object: "山区小学生和他们的老师".to_owned(),
            service: "发放衣服，供应午餐".to_owned(),
            ends_day: today + 120,
            selection: plan.selection,
            beneficiaries: 1_100,
            use_of_money: "买棉衣、午餐和手套。".to_owned(),
            leftovers: plan.leftovers,
            nodes: plan.nodes,
            lines: vec![
                line("棉衣", "Padded coats", "件", 1_000, 26_500),
                line("午餐", "Lunches", "份", 19_000, 500),
                line("手套", "Gloves", "双", 1_000, 500),
            ],
            reason: "老师也没有厚衣服。".to_owned(),
            filing_number: "53100000MJ0000002A26002".to_owned(),
            filed_day: today,
        }
    }

    /// The same, found in order, while donors are being told.
    pub fn announced_change(&self, cast: &Cast, project: Id) -> Id {
        let change = projects::ask_for_change(&self.app, &cast.manager.actor, project, &self.change_wanted(), self.now());
        let change = change.unwrap_or_else(|trouble| panic!("{trouble:?}"));
        let announced = projects::announce_change(&self.app, &cast.second_reviewer.actor, change, "同意", self.now());
        announced.unwrap_or_else(|trouble| panic!("{trouble:?}"));
        self.catch_up();
        change
    }
}

fn line(item: &str, english_item: &str, unit: &str, quantity: i64, unit_price_fen: i64) -> NewLine {
    NewLine {
        item: item.to_owned(),
        english_item: english_item.to_owned(),
        unit: unit.to_owned(),
        quantity,
        unit_price_fen,
        kind: LineKind::Programme,
    }
}
