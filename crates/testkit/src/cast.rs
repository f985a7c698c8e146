//! The standing cast: organisations with their people, and projects in any state, made through the product's own
//! actions.

use app::kernel::civil::day_of;
use app::kernel::{DAY_US, HOUR_US, Id, Role, Strength, Trouble};
use app::organisations::actions::{found, open_merchant};
use app::organisations::partners::{self, NewAgreement, NewEvaluation};
use app::organisations::{CertificateKind, Kind, NewCertificate, NewOrganisation, checks, complete_credit_code};
use app::projects::{Draft, Field, LineKind, NewLine, actions as projects};
use db::{params, sql};

use crate::{Person, World, paper};

/// 北京市朝阳区, where every organisation is registered.
const AREA: &str = "110105000000";

pub struct Cast {
    pub operator: Id,
    pub reviewer: Person,
    pub second_reviewer: Person,
    /// Receives gifts for the projects.
    pub charity: Id,
    pub manager: Person,
    pub finance: Person,
    pub approver: Person,
    pub second_approver: Person,
    pub launcher: Id,
    pub implementer: Id,
    pub implementer_manager: Person,
    /// Managed the charity until yesterday.
    pub former: Person,
}

impl Cast {
    /// Everybody who has, or had, a desk.
    #[must_use]
    pub fn everyone(&self) -> [&Person; 8] {
        let Cast { reviewer, second_reviewer, manager, finance, approver, second_approver, implementer_manager, former, .. } = self;
        [reviewer, second_reviewer, manager, finance, approver, second_approver, implementer_manager, former]
    }
}

impl World {
    /// Everyone. It takes a day of the world's time, so that one person's seat has ended.
    #[must_use]
    pub fn cast(&self) -> Cast {
        let operator = self.organisation(Kind::Operator, "汇海运营中心", 1);
        let charity = self.organisation(Kind::Charity, "清河慈善基金会", 2);
        let launcher = self.organisation(Kind::Charity, "远山助学促进会", 3);
        let implementer = self.organisation(Kind::Implementer, "云上乡村发展中心", 4);
        open_merchant(&self.app, charity, "1600000002").expect("a merchant number");
        self.gateway.name_merchant("1600000002", "清河慈善基金会");
        let (former, _) = self.seated("former", "钱已离", charity, Role::Manager, Some(HOUR_US));
        self.later(DAY_US);
        let cast = Cast {
            operator,
            reviewer: self.staff("reviewer", "周审", operator, Role::Reviewer),
            second_reviewer: self.staff("reviewer-2", "吴核", operator, Role::Reviewer),
            charity,
            manager: self.staff("manager", "郑项目", charity, Role::Manager),
            finance: self.staff("finance", "冯财务", charity, Role::Finance),
            approver: self.staff("approver", "陈审批", charity, Role::Approver),
            second_approver: self.staff("approver-2", "褚审批", charity, Role::Approver),
            launcher,
            implementer,
            implementer_manager: self.staff("doer", "卫执行", implementer, Role::Manager),
            former: self.signed_in(former, "钱已离", Strength::Staff, Vec::new()),
        };
        self.qualified(cast.charity, &cast.reviewer);
        for partner in [launcher, implementer] {
            self.partners(charity, partner, &cast.manager);
        }
        cast
    }

    /// The operator has just looked at a charity's papers.
    pub fn qualified(&self, charity: Id, reviewer: &Person) {
        checks::record(&self.app, &reviewer.actor, charity, "慈善中国：示范条目", "").unwrap_or_else(|trouble| panic!("{trouble:?}"));
    }

    /// A charity has evaluated another organisation, and they have an agreement for two years from today.
    pub fn partners(&self, charity: Id, partner: Id, manager: &Person) {
        let today = day_of(self.now());
        let paper = paper();
        let evaluation = NewEvaluation {
            standing: "登记证书有效".to_owned(),
            capability: "有专职人员三名".to_owned(),
            record: "三年无不良记录".to_owned(),
            interests: "与受益人无利害关系".to_owned(),
            passes: true,
            evaluator: "评估小组".to_owned(),
            day: today,
        };
        let agreement = NewAgreement { from_day: today, until_day: today + 730, declared: true };
        partners::evaluate(&self.app, &manager.actor, charity, partner, &evaluation, &paper)
            .unwrap_or_else(|trouble| panic!("{trouble:?}"));
        partners::agree(&self.app, &manager.actor, charity, partner, &agreement, &paper).unwrap_or_else(|trouble| panic!("{trouble:?}"));
    }

    /// A project of the cast that takes gifts for three months, with two budget lines: ¥365,000 in all.
    pub fn project(&self, cast: &Cast, title: &str) -> Id {
        let id = self.drafted(cast, title);
        let (app, now) = (&self.app, self.now());
        let (manager, reviewer) = (&cast.manager.actor, &cast.reviewer.actor);
        let taken = |step: Result<i64, Trouble>| step.unwrap_or_else(|trouble| panic!("{title}: {trouble:?}"));
        let version = taken(projects::submit(app, manager, id, self.version(id), now));
        let version = taken(projects::review(app, reviewer, id, version, "材料齐全", now));
        taken(projects::publish(app, &cast.second_reviewer.actor, id, version, now));
        id
    }

    /// The same before anybody has reviewed it.
    pub fn drafted(&self, cast: &Cast, title: &str) -> Id {
        let today = day_of(self.now());
        let line = |item: &str, english_item: &str, unit: &str, quantity, unit_price_fen| NewLine {
            item: item.to_owned(),
            english_item: english_item.to_owned(),
            unit: unit.to_owned(),
            quantity,
            unit_price_fen,
            kind: LineKind::Programme,
        };
        let draft = Draft {
            title: title.to_owned(),
            english_title: "A year in the mountains".to_owned(),
            summary: "给山里的孩子送去合身的衣服和热的午饭。".to_owned(),
            english_summary: "Clothes that fit and warm lunches for children in the mountains.".to_owned(),
            story: "教室里没有暖气,午饭是冷的。".to_owned(),
            field: Field::Poverty,
            area_code: "513431000000".to_owned(),
            object: "山区小学生".to_owned(),
            service: "发放衣服,供应午餐".to_owned(),
            launcher_id: cast.launcher,
            recipient_id: cast.charity,
            implementer_id: cast.implementer,
            filing_number: "53100000MJ0000002A26001".to_owned(),
            starts_day: today,
            ends_day: today + 90,
            lines: vec![line("棉衣", "Padded coats", "件", 1_000, 26_500), line("午餐", "Lunches", "份", 20_000, 500)],
        };
        let id =
            projects::draft(&self.app, &cast.manager.actor, &draft, self.now()).unwrap_or_else(|trouble| panic!("{title}: {trouble:?}"));
        self.complete(&cast.manager.actor, id);
        id
    }

    /// The same after its life, in which nobody gave anything.
    pub fn closed(&self, cast: &Cast, title: &str) -> Id {
        let id = self.project(cast, title);
        let (app, now, manager) = (&self.app, self.now(), &cast.manager.actor);
        let taken = |step: Result<i64, Trouble>| step.unwrap_or_else(|trouble| panic!("{title}: {trouble:?}"));
        taken(projects::end_fundraising(app, manager, id, self.version(id), "不再需要", now));
        taken(projects::start_executing(app, manager, id, self.version(id), now));
        taken(projects::close(app, manager, id, self.version(id), "没有收到捐赠,结项。", now));
        id
    }

    /// The version a step would have to name now.
    pub fn version(&self, project: Id) -> i64 {
        self.count(sql("SELECT version AS count FROM project WHERE id = ?1"), params![project])
    }

    /// An organisation with both certificates, valid for a year before and after now.
    pub fn organisation(&self, kind: Kind, name: &str, number: u8) -> Id {
        found(&self.app, self.new_organisation(kind, name, number)).unwrap_or_else(|trouble| panic!("{name}: {trouble:?}"))
    }

    /// What such an organisation says about itself.
    #[must_use]
    pub fn new_organisation(&self, kind: Kind, name: &str, number: u8) -> NewOrganisation {
        let today = day_of(self.now());
        let certificate = |kind, name: &str| NewCertificate {
            kind,
            number: format!("{name}第{number}号"),
            issuer: "示范市民政局".to_owned(),
            valid_from_day: today - 365,
            valid_until_day: today + 365,
        };
        let mut certificates = vec![certificate(CertificateKind::Registration, "慈登")];
        if kind == Kind::Charity {
            certificates.push(certificate(CertificateKind::PublicFundraising, "慈募"));
        }
        NewOrganisation {
            kind,
            name: name.to_owned(),
            english_name: format!("Example organisation {number}"),
            credit_code: complete_credit_code(&format!("53100000MJ00000{number:02}")).expect("seventeen fitting characters"),
            about: format!("{name},为测试而设。"),
            english_about: "Founded for tests.".to_owned(),
            address: "北京市朝阳区示范路 1 号".to_owned(),
            contact: "010-00000000".to_owned(),
            area_code: AREA.to_owned(),
            certificates,
        }
    }
}
