//! The days around a gift in a real Chromium on a phone of 360×740, clicked by each side in turn: a gift by bank, a receipt for
//! two gifts of which one goes back, a complaint, leftovers, a change of use; and each desk with everything on it. With
//! HUIHAI_SCREENSHOTS set, a picture of each page is left, on the phone and at a desk of 1280×800.

use std::path::PathBuf;

use app::giving::gift_path;
use app::kernel::civil::{day_of, day_text};
use app::kernel::{DAY_US, Id};
use app::papers::actions::paper_path;
use db::{Sql, params, sql};
use testkit::{Cast, PIXEL, Person};

use crate::browser::Visit;
use crate::papers::{gave, settled};
use crate::projects_closing::closed_with_leftovers;

/// A phone that goes from hand to hand.
struct Phone {
    visit: Visit,
    cast: Cast,
    donor: Person,
    /// A picture that can be attached.
    paper: PathBuf,
}

impl Phone {
    fn begin(called: &'static str) -> Phone {
        let visit = Visit::begin(called);
        visit.chromium.as_a_phone();
        visit.chromium.resize(360, 740);
        let (cast, donor) = (visit.world.cast(), visit.world.donor("13800138000"));
        let paper = std::env::temp_dir().join(format!("huihai-{called}-{}.png", std::process::id()));
        std::fs::write(&paper, PIXEL).expect("a folder for what is attached");
        Phone { visit, cast, donor, paper }
    }

    fn newest(&self, statement: Sql) -> Id {
        self.visit.world.count(statement, params![])
    }

    /// Somebody opens their desk, looks at it and takes up what waits there.
    fn takes_up(&self, person: &Person, desk: &str, picture: &str, href: &str) {
        self.visit.becomes(person);
        self.visit.open(desk);
        if !picture.is_empty() {
            self.visit.look(picture);
        }
        self.visit.follow(href);
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.paper);
    }
}

#[test]
fn a_gift_by_bank_is_entered_confirmed_and_found_by_its_donor() {
    let phone = Phone::begin("bank");
    let Phone { visit, cast, donor, paper } = &phone;
    let chromium = &visit.chromium;
    let project = visit.world.project(cast, "一滴水也走银行");
    visit.becomes(donor);
    visit.open("/me/transfer-reference");
    visit.look("01-reference");
    let reference =
        chromium.text().split_whitespace().find_map(|word| word.find("HH").and_then(|at| word.get(at..at + 9)).map(str::to_owned));
    let reference = reference.expect("a reference is shown");

    visit.becomes(&cast.finance);
    visit.open("/desk");
    visit.look("02-finance-desk");
    visit.follow("/desk/offline");
    visit.look("03-offline-room");
    visit.follow("/desk/offline-gifts/new");
    chromium.click("main [name=kind][value=transfer]");
    visit.fill(&[
        ("amount", "88"),
        ("received_day", &day_text(day_of(visit.world.now()))),
        ("payer", "清河商会"),
        ("bank_reference", "2026090700000001"),
        // As it stands in a bank's remark: in small letters, with a gap.
        ("reference", &format!("{} {}", &reference[..4].to_lowercase(), &reference[4..])),
    ]);
    chromium.attach("main [name=evidence]", paper);
    visit.look("04-entry");
    visit.send("/desk/offline-gifts");
    chromium.sees("已按识别码关联");
    visit.look("05-entered");
    let address = format!("/desk/offline-gifts/{}", phone.newest(sql("SELECT MAX(id) AS count FROM offline_gift")));
    assert!(!chromium.has(&format!("form[action='{address}/confirmation']")), "whoever entered it does not confirm it");

    phone.takes_up(&cast.approver, "/desk", "06-approver-desk", &address);
    visit.look("07-to-confirm");
    visit.send(&format!("{address}/confirmation"));
    chromium.sees("已确认入账");
    visit.look("08-confirmed");

    visit.becomes(donor);
    visit.open("/me/gifts");
    chromium.sees("线下");
    visit.look("09-my-gifts");
    chromium.press("一滴水也走银行");
    chromium.is_at("/me/offline-gifts/");
    chromium.sees("¥88.00");
    visit.look("10-my-gift");
    visit.becomes_nobody();
    visit.open(&format!("/projects/{project}"));
    chromium.sees("¥88.00 是线下捐赠");
    visit.look("11-public");
}

#[test]
fn one_of_two_gifts_on_a_receipt_goes_back() {
    let phone = Phone::begin("reversal");
    let Phone { visit, cast, donor, .. } = &phone;
    let (world, chromium) = (&visit.world, &visit.chromium);
    settled(world, cast);
    let project = world.project(cast, "山里孩子的冬天");
    let gift = gave(world, donor, project, 10_000);
    gave(world, donor, project, 2_500);
    world.catch_up();

    visit.becomes(donor);
    visit.open("/me/receipts");
    visit.look("01-my-receipts");
    chromium.press("申请开票");
    visit.fill(&[("payer_name", "王小满")]);
    visit.look("02-application");
    visit.send("/me/receipts");
    chromium.sees("申请已提交");
    let application = || phone.newest(sql("SELECT MAX(id) AS count FROM receipt_application"));
    let whole = application();
    phone.takes_up(&cast.finance, "/desk", "03-finance-desk", &format!("/desk/receipts/{whole}"));
    visit.look("04-to-issue");
    chromium.press("开具票据");
    chromium.sees("票据已开出");
    let whole = paper_path(&world.app, whole);
    visit.becomes(donor);
    visit.open(&whole);
    chromium.sees("人民币壹佰贰拾伍元整");
    visit.look("05-receipt");

    // One of the two is asked back.
    visit.open(&gift_path(&world.app, gift));
    visit.look("06-gift");
    let refund = format!("{}/refund", gift_path(&world.app, gift));
    chromium.click(&format!("main a[href='{refund}']"));
    chromium.click("main [name=reason][value=other]");
    visit.fill(&[("amount", "100"), ("statement", "同一天家里人也替我捐了，想留一笔。")]);
    visit.look("07-asking");
    visit.send(&refund);
    chromium.sees("申请已提交");
    let case = format!("/desk/refunds/{}", phone.newest(sql("SELECT MAX(id) AS count FROM refund_case")));
    phone.takes_up(&cast.manager, "/desk", "08-manager-desk", &case);
    visit.look("09-case");
    visit.send(&format!("{case}/examination"));
    chromium.sees("已进入办理");
    visit.fill(&[("note", "已与捐赠人通话核实。")]);
    visit.look("10-request");
    visit.send(&format!("{case}/request"));
    chromium.sees("已提请审批");
    for (who, desk, page) in [(&cast.finance, "", "11-first-approval"), (&cast.approver, "12-approver-desk", "13-second-approval")] {
        phone.takes_up(who, "/desk", desk, &case);
        chromium.sees("已与捐赠人通话核实");
        visit.look(page);
        visit.send(&format!("{case}/approval"));
        chromium.sees("已记下您的同意");
    }
    visit.look("14-agreed");

    // The receipt is reversed before a fen moves.
    visit.becomes(donor);
    visit.open(&whole);
    chromium.sees("其余的捐赠已按原抬头替您重新申请");
    visit.look("15-reversed");
    visit.open(&refund);
    visit.look("16-under-way");
    let rest = application();
    phone.takes_up(&cast.finance, "/desk", "", &format!("/desk/receipts/{rest}"));
    visit.look("17-rest-to-issue");
    chromium.press("开具票据");
    chromium.sees("票据已开出");
    world.catch_up();
    world.deliver();
    world.catch_up();

    visit.becomes(donor);
    visit.open(&refund);
    chromium.sees("已原路退回");
    visit.look("18-back");
    visit.open("/me/notices");
    chromium.sees("冲红：捐赠退款");
    visit.look("19-notices");
    visit.open("/me/receipts");
    visit.look("20-my-receipts");
    visit.open(&paper_path(&world.app, rest));
    chromium.sees("人民币贰拾伍元整");
    visit.open("/me/statements/2026");
    chromium.sees("已退款");
    visit.look("21-statement");
    visit.becomes_nobody();
    visit.open(&format!("/projects/{project}"));
    chromium.sees("-¥100.00");
    visit.look("22-public");
}

#[test]
fn a_complaint_is_answered_within_its_clock() {
    let phone = Phone::begin("complaint");
    let Phone { visit, cast, paper, .. } = &phone;
    let (world, chromium) = (&visit.world, &visit.chromium);
    let project = world.project(cast, "山里孩子的冬天");
    visit.open(&format!("/projects/{project}"));
    visit.follow(&format!("/complaints/new?project={project}"));
    chromium.click("main [name=kind][value=misuse]");
    visit.fill(&[("body", "他们说棉衣发给了三所学校，我去问了，只有一所收到。"), ("contact", "reporter@example.org")]);
    chromium.attach("main [name=papers]", paper);
    visit.look("01-complaint");
    visit.send("/complaints");
    // A Monday or Tuesday: five working days later is the next one.
    chromium.sees("2026-09-15");
    visit.look("02-received");
    let mine = chromium.path().split('?').next().unwrap_or_default().to_owned();
    let number = phone.newest(sql("SELECT MAX(id) AS count FROM complaint"));
    let judged = format!("/operator/complaints/{number}");

    world.later(DAY_US);
    phone.takes_up(&cast.reviewer, "/operator", "03-operator", &judged);
    visit.look("04-to-judge");
    visit.send(&format!("{judged}/statement"));
    chromium.sees("已请机构说明");
    let asked = format!("/desk/complaints/{number}");
    phone.takes_up(&cast.manager, "/desk", "05-manager-desk", &asked);
    chromium.sees("只有一所收到");
    assert!(!chromium.text().contains("reporter@example.org"), "the charity does not read who complained");
    visit.fill(&[("statement", "另外两所学校的签收单附后，下周送到。")]);
    chromium.attach("main [name=papers]", paper);
    visit.look("06-statement");
    visit.send(&asked);
    chromium.sees("说明已提交");

    world.later(DAY_US);
    phone.takes_up(&cast.reviewer, "/operator", "07-operator", &judged);
    chromium.sees("下周送到");
    chromium.click("main [name=outcome][value=corrected]");
    visit.fill(&[("answer", "已经核查，另外两所下周送到，签收单会公开。")]);
    visit.look("08-answer");
    visit.send(&format!("{judged}/answer"));
    chromium.sees("已答复投诉人");
    visit.look("09-answered");

    visit.becomes_nobody();
    visit.open(&mine);
    chromium.sees("签收单会公开");
    visit.look("10-mine");
    chromium.press("解决了");
    chromium.sees("已经记下您的意见");
    visit.open("/complaints");
    visit.look("11-figures");
}

#[test]
fn leftovers_go_to_a_similar_project() {
    let phone = Phone::begin("leftovers");
    let Phone { visit, cast, donor, .. } = &phone;
    let (world, chromium) = (&visit.world, &visit.chromium);
    let from = closed_with_leftovers(world, cast, donor, "山里孩子的春天");
    let to = world.project(cast, "山里孩子的冬天");
    let (room, public) = (format!("/desk/projects/{from}/leftovers"), format!("/projects/{from}"));
    phone.takes_up(&cast.manager, &format!("/desk/projects/{from}"), "01-desk-project", &room);
    visit.fill(&[("amount", "470"), ("reason", "两所学校都发完了，邻村的孩子同样需要。")]);
    visit.look("02-asking");
    visit.send(&room);
    chromium.sees("等第二个人同意");
    visit.look("03-asked");
    phone.takes_up(&cast.finance, "/desk", "04-finance-desk", &room);
    visit.look("05-to-decide");
    chromium.press("同意，并告知捐赠人");
    chromium.sees("正在告知捐赠人");
    visit.look("06-agreed");
    world.catch_up();
    visit.becomes(donor);
    visit.open("/me/notices");
    chromium.sees("有剩余善款");
    visit.look("07-donor-told");
    visit.becomes_nobody();
    visit.open(&public);
    chromium.sees("剩余善款将转到另一个项目");
    visit.look("08-public-announced");
    world.later(30 * DAY_US);
    for (project, name) in [(from, "09-public-from"), (to, "10-public-to")] {
        visit.open(&format!("/projects/{project}"));
        chromium.sees("¥470.00");
        visit.look(name);
    }
    visit.becomes(donor);
    visit.open("/me/notices");
    chromium.sees("剩余善款已转到同类项目");
    visit.look("11-donor-told-again");
}

#[test]
fn a_change_of_use_is_judged_and_donors_are_told() {
    let phone = Phone::begin("change");
    let Phone { visit, cast, donor, .. } = &phone;
    let (world, chromium) = (&visit.world, &visit.chromium);
    let project = world.project(cast, "山里孩子的冬天");
    gave(world, donor, project, 100_000);
    let asked = format!("/desk/projects/{project}/change");
    phone.takes_up(&cast.manager, &format!("/desk/projects/{project}"), "", &asked);
    visit.fill(&[
        ("reason", "老师也没有厚衣服。"),
        ("filing_number", "53100000MJ0000002A26002"),
        ("filed_day", &day_text(day_of(world.now()))),
        ("object", "山区小学生和他们的老师"),
        ("quantity_2", "18000"),
        ("item_3", "手套"),
        ("unit_3", "双"),
        ("quantity_3", "2000"),
        ("price_3", "5"),
    ]);
    visit.look("01-asking");
    chromium.press("提交变更");
    chromium.sees("变更已提交");
    visit.look("02-asked");
    let change = phone.newest(sql("SELECT MAX(id) AS count FROM project_change"));
    let judged = format!("/operator/changes/{change}");
    phone.takes_up(&cast.reviewer, "/operator", "03-operator", &judged);
    visit.look("04-to-judge");
    visit.send(&format!("{judged}/announcement"));
    chromium.sees("捐赠人正在被告知");
    world.catch_up();
    let public = format!("/projects/{project}/changes/{change}");
    phone.takes_up(donor, "/me/notices", "05-donor-told", &public);
    chromium.sees("新旧对照");
    visit.fill(&[("words", "我捐的是午餐，请不要减。")]);
    visit.look("06-old-and-new");
    visit.send(&format!("{public}/objections"));
    chromium.sees("您的异议已记下");
    visit.becomes_nobody();
    visit.open(&format!("/projects/{project}"));
    chromium.sees("项目将要变更");
    visit.look("07-public-announced");
    world.later(60 * DAY_US);
    visit.open(&format!("/projects/{project}"));
    chromium.sees("山区小学生和他们的老师");
    visit.look("08-public-changed");
}

/// With one of everything that can wait: what each side sees first.
#[test]
fn every_desk_fits_with_everything_on_it() {
    let phone = Phone::begin("desks");
    let Phone { visit, cast, donor, .. } = &phone;
    let _ = visit.world.life(cast, donor);
    for (name, person, page) in [
        ("manager", &cast.manager, "/desk"),
        ("finance", &cast.finance, "/desk"),
        ("approver", &cast.approver, "/desk"),
        ("implementer", &cast.implementer_manager, "/desk"),
        ("operator", &cast.reviewer, "/operator"),
        ("donor", donor, "/me"),
        ("donor-gifts", donor, "/me/gifts"),
    ] {
        visit.becomes(person);
        visit.open(page);
        visit.look(name);
        // Mark, settings and menu stand in one line on a phone, also beside somebody's name.
        let tall = visit.chromium.evaluate("return document.querySelector('.top-row').getBoundingClientRect().height");
        assert!(tall.as_f64().is_some_and(|tall| tall < 70.0), "the head of {page} is {tall} pixels tall");
    }
}
