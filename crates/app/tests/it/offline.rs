//! Gifts outside the channel, through the front door: entered by one, confirmed by another, found by their donor; and every
//! way in which they may not come in.

use app::kernel::civil::{day_of, day_text};
use app::kernel::{Id, Role};
use app::organisations::Kind;
use db::{params, sql};
use testkit::{Browser, PIXEL, Page, Person, World, on_both_engines};

pub const SLIP: (&str, &str, &[u8]) = ("evidence", "回单.png", PIXEL);

pub fn today(world: &World) -> String {
    day_text(day_of(world.now()))
}

pub fn reference(donor: &Person) -> String {
    let page = donor.get("/me/transfer-reference");
    let text = page.text().to_owned();
    let at = text.find("HH").expect("a reference is shown");
    text[at..at + 9].to_owned()
}

/// Enters a transfer of ¥88.00 with some fields changed.
pub fn enter(world: &World, who: &Browser, project: Id, changes: &[(&str, &str)]) -> Page {
    let (project, today) = (project.to_string(), today(world));
    let mut fields = vec![
        ("project", project.as_str()),
        ("kind", "transfer"),
        ("amount", "88.00"),
        ("received_day", today.as_str()),
        ("payer", "清河商会"),
        ("bank_reference", "2026032400000001"),
    ];
    for (name, value) in changes {
        fields.retain(|(n, _)| n != name);
        fields.push((name, value));
    }
    // A project that the form does not offer can still be sent.
    if changes.iter().any(|(name, _)| *name == "project") {
        let pairs: Vec<(String, String)> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        return who.post_files("/desk/offline-gifts", &pairs, &[SLIP]);
    }
    who.submit_files(&who.get("/desk/offline-gifts/new"), "/desk/offline-gifts", &fields, &[SLIP])
}

pub fn newest(world: &World) -> Id {
    world.count(sql("SELECT MAX(id) AS count FROM offline_gift"), params![])
}

pub fn confirm(who: &Person, gift: Id) -> Page {
    let address = format!("/desk/offline-gifts/{gift}");
    who.submit(&who.get(&address), &format!("{address}/confirmation"), &[])
}

fn a_transfer_is_entered_by_one_confirmed_by_another_and_found_by_its_donor(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "一滴水也走银行");
    let donor = world.donor("13800138000");
    let written = reference(&donor);
    assert_eq!(reference(&donor), written, "it lasts");
    let remark = format!("{} {}", &written[..4].to_lowercase(), &written[4..]);
    enter(world, &cast.finance, project, &[("reference", &remark)]).has_status(200).sees("待确认").sees("已按识别码关联");
    let gift = newest(world);
    // Whoever entered it sees no button, and is refused without one.
    cast.finance.get(&format!("/desk/offline-gifts/{gift}")).sees_no("确认收到");
    cast.finance.post(&format!("/desk/offline-gifts/{gift}/confirmation"), &[]).has_status(403).sees("录入的人不能自己确认");
    donor.get("/me/gifts").sees_no("88.00");
    confirm(&cast.approver, gift).has_status(200).sees("已入账");
    cast.manager.post(&format!("/desk/offline-gifts/{gift}/confirmation"), &[]).has_status(409);
    // In the books, with its place in the stream, and never among the channel's totals.
    let posted = |statement| world.count(statement, params![gift]);
    assert_eq!(posted(sql("SELECT amount_fen AS count FROM transfer WHERE code = 7 AND fact_id = ?1")), 8_800);
    assert_eq!(posted(sql("SELECT position AS count FROM project_gift WHERE gift_id = ?1")), 1);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM channel_day"), params![]), 0);
    world.stranger().get(&format!("/projects/{project}")).sees("已筹 ¥88.00").sees("¥88.00 是线下捐赠").sees("清河商会");
    // The donor finds it, follows it, and decides how it is signed.
    donor.get("/me/notices").sees("已经核对入账");
    donor.get("/me/gifts").sees("¥88.00").sees("线下");
    let address = format!("/me/offline-gifts/{gift}");
    donor.get(&address).sees("在账户里").sees("清河慈善基金会");
    donor.submit(&donor.get(&address), &format!("{address}/anonymity"), &[("anonymous", "1")]).has_status(200);
    world.stranger().get(&format!("/projects/{project}")).sees_no("清河商会");
    world.donor("13900139000").get(&address).has_status(404);
    world.check_the_books();
}

fn what_does_not_fit_is_refused_with_a_sentence(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "填错了会告诉你");
    let closed = world.closed(&cast, "已经结项的项目");
    let (closed, tomorrow) = (closed.to_string(), day_text(day_of(world.now()) + 1));
    let finance = &cast.finance;
    for (change, sentence) in [
        (("amount", "0"), "请填写大于零"),
        (("amount", "-5"), "请填写大于零"),
        (("amount", "一百"), "请填写大于零"),
        (("received_day", tomorrow.as_str()), "日期不能晚于今天"),
        (("received_day", "2019-01-01"), "只能登记"),
        (("received_day", "昨天"), "请填写日期"),
        (("payer", " "), "请填写这一项"),
        (("bank_reference", ""), "请填写这一项"),
        (("project", closed.as_str()), "请选择本机构正在进行的公开项目"),
        (("project", "1"), "请选择本机构正在进行的公开项目"),
        (("reference", "HH2345678"), "这个汇款识别码不对"),
    ] {
        enter(world, finance, project, &[change]).has_status(422).sees(sentence);
    }
    // Another charity's finance desk does not reach this project, and a manager does not enter at all.
    let elsewhere = world.organisation(Kind::Charity, "邻县慈善会", 5);
    let outsider = world.staff("outsider-finance", "外人乙", elsewhere, Role::Finance);
    let fields =
        [("project", project.to_string()), ("kind", "cash".to_owned()), ("amount", "1".to_owned()), ("received_day", today(world))];
    let mut fields: Vec<(String, String)> = fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
    fields.extend([("payer".to_owned(), "某人".to_owned()), ("bank_reference".to_owned(), "1".to_owned())]);
    outsider.post_files("/desk/offline-gifts", &fields, &[SLIP]).has_status(422).sees("请选择本机构正在进行的公开项目");
    cast.manager.get("/desk/offline-gifts/new").has_status(403);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM offline_gift"), params![]), 0);
    // Without evidence there is nothing to confirm.
    let without = finance.post_files("/desk/offline-gifts", &fields, &[]);
    without.has_status(422).sees("请附上凭证");
    // One number at the bank is one gift; once it was refused, it may be entered anew.
    enter(world, finance, project, &[]).has_status(200);
    enter(world, finance, project, &[("amount", "89")]).has_status(409).sees("已经登记过了");
    let address = format!("/desk/offline-gifts/{}", newest(world));
    let refused = cast.approver.submit(&cast.approver.get(&address), &format!("{address}/refusal"), &[("reason", "金额与回单不符")]);
    refused.sees("未确认").sees("金额与回单不符");
    enter(world, finance, project, &[("amount", "89")]).has_status(200);
    cast.approver.post(&format!("{address}/confirmation"), &[]).has_status(409);
    world.check_the_books();
}

fn a_cheque_that_bounces_is_undone_for_everyone_to_see(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "退票也要写明白");
    enter(world, &cast.finance, project, &[("kind", "cheque"), ("bank_reference", "01234567")]).has_status(200);
    let gift = newest(world);
    confirm(&cast.approver, gift).sees("已入账");
    let form = cast.finance.click(&cast.finance.get(&format!("/desk/offline-gifts/{gift}")), "申请更正");
    let path = format!("/desk/projects/{project}/record-corrections");
    let of = format!("7-{gift}");
    let asked = cast.finance.submit_files(&form, &path, &[("of", &of), ("reason", "支票被银行退回")], &[SLIP]);
    asked.has_status(200).sees("等待确认");
    let reversal = world.count(sql("SELECT MAX(id) AS count FROM reversal"), params![]);
    let address = format!("/desk/reversals/{reversal}");
    cast.finance.post(&format!("{address}/confirmation"), &[]).has_status(403).sees("提出的人不能自己确认");
    cast.approver.submit(&cast.approver.get(&address), &format!("{address}/confirmation"), &[]).has_status(200).sees("已完成");
    cast.finance.get(&format!("/desk/offline-gifts/{gift}")).sees("已更正");
    world.stranger().get(&format!("/projects/{project}")).sees("已筹 ¥0.00").sees("支票被银行退回").sees("更正线下捐赠");
    world.check_the_books();
}

/// A hundred coats from a factory, as finance types them.
pub fn coats<'a>(project: &'a str, received_day: &'a str) -> [(&'a str, &'a str); 8] {
    [
        ("project", project),
        ("item", "棉衣"),
        ("quantity", "100"),
        ("unit", "件"),
        ("valuation", "12000"),
        ("basis", "出厂发票"),
        ("received_day", received_day),
        ("payer", "清河服装厂"),
    ]
}

fn things_are_listed_and_never_posted(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "一百件棉衣");
    let (project_text, today) = (project.to_string(), today(world));
    let fields = coats(&project_text, &today);
    let path = "/desk/offline-things";
    cast.finance.submit_files(&cast.finance.get("/desk/offline-things/new"), path, &fields, &[SLIP]).has_status(200).sees("待确认");
    let things = world.count(sql("SELECT MAX(id) AS count FROM offline_things"), params![]);
    let address = format!("{path}/{things}");
    let public = format!("/projects/{project}");
    world.stranger().get(&public).sees_no("清河服装厂");
    cast.finance.post(&format!("{address}/confirmation"), &[]).has_status(403);
    let early = [("handed_day", today.as_str()), ("handed_to", "清河小学")];
    cast.finance.post(&format!("{address}/handover"), &early).has_status(409).sees("还没有点验确认");
    cast.approver.submit(&cast.approver.get(&address), &format!("{address}/confirmation"), &[]).has_status(200).sees("已收到");
    world.stranger().get(&public).sees("清河服装厂").sees("棉衣").sees("¥12,000.00").sees("已筹 ¥0.00");
    cast.finance.submit(&cast.finance.get(&address), &format!("{address}/handover"), &early).has_status(200).sees("已发放");
    world.stranger().get(&public).sees("清河小学");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM transfer"), params![]), 0, "things are not money");
    world.check_the_books();
}

fn the_account_that_donors_see_has_two_people_behind_it(world: &World) {
    let cast = world.cast();
    world.project(&cast, "收款账户");
    let donor = world.donor("13800138000");
    donor.get("/me/transfer-reference").sees("还没有机构公布收款账户");
    let path = "/desk/offline/account";
    let typed = [("name", "清河慈善基金会"), ("bank", "清河农商银行营业部"), ("number", "6228 0000 1234 5678")];
    cast.finance.submit(&cast.finance.get(path), path, &[typed[0], typed[1], ("number", "6228-abc")]).has_status(422).sees("账号应为");
    cast.finance.submit(&cast.finance.get(path), path, &typed).has_status(200).sees("请另一位同事");
    donor.get("/me/transfer-reference").sees_no("6228000012345678");
    cast.approver.submit(&cast.approver.get(path), &format!("{path}/confirmation"), &[]).has_status(200);
    donor.get("/me/transfer-reference").sees("6228000012345678").sees("清河农商银行营业部");
}

/// Two colleagues press at once, and two people enter the same slip at once: each happens once.
fn at_once_is_once(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "同时按下");
    let entered = crate::races::at_once(4, |_| enter(world, &cast.finance, project, &[]).status);
    assert_eq!(entered.iter().filter(|status| **status == 200).count(), 1, "{entered:?}");
    let gift = newest(world);
    let people = [&cast.approver, &cast.second_approver, &cast.manager];
    let path = format!("/desk/offline-gifts/{gift}/confirmation");
    let confirmed = crate::races::at_once(3, |hand| people[hand].post(&path, &[]).status);
    assert_eq!(confirmed.iter().filter(|status| **status == 409).count(), 2, "{confirmed:?}");
    assert_eq!(world.count(sql("SELECT offline_fen AS count FROM fund WHERE project_id = ?1"), params![project]), 8_800);
}

on_both_engines![
    a_transfer_is_entered_by_one_confirmed_by_another_and_found_by_its_donor,
    what_does_not_fit_is_refused_with_a_sentence,
    a_cheque_that_bounces_is_undone_for_everyone_to_see,
    things_are_listed_and_never_posted,
    the_account_that_donors_see_has_two_people_behind_it,
    at_once_is_once,
];
