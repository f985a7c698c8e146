//! The standing cast: organisations with their people and projects in three states, built through the product's own
//! actions, for tests that need one of everything.

use app::kernel::civil::day_of;
use app::kernel::{DAY_US, HOUR_US, Id, Role, Strength};
use app::organisations::actions::{found, open_merchant};
use app::organisations::{CertificateKind, Kind, NewCertificate, NewOrganisation, complete_credit_code};

use crate::{Person, World};

/// 北京市朝阳区.
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
        Cast {
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
        }
    }

    /// An organisation with both certificates, valid for a year before and after now.
    pub fn organisation(&self, kind: Kind, name: &str, number: u8) -> Id {
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
        let organisation = NewOrganisation {
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
        };
        found(&self.app, organisation).unwrap_or_else(|trouble| panic!("{name}: {trouble:?}"))
    }
}
