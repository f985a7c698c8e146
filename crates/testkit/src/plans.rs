//! What a draft needs besides its own page before it is submitted: a whole plan and its papers.

use app::files::Prepared;
use app::kernel::civil::day_of;
use app::kernel::{Actor, Id};
use app::projects::{Node, PaperKind, Plan, actions as projects};
use app::web::Upload;
use db::{params, sql};

use crate::{PIXEL, World};

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
}
