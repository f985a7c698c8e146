//! Gifts outside the channel are gifts: their donors find them, get receipts for them, are told what they are told; and things are
//! receipted by their value. What two people have seen is never on two receipts, and a cheque that bounced is on none.

use app::giving::gift_path;
use app::kernel::civil::{day_of, day_text};
use app::kernel::{DAY_US, Id};
use app::web::Lang;
use db::{params, sql};
use testkit::{Cast, Page, Person, World, on_both_engines};

use crate::offline::{SLIP, confirm, enter, newest, reference, today};
use crate::papers::{gave, settled};

/// ¥88.00 by bank transfer; of the donor, when their reference is given.
fn received(world: &World, cast: &Cast, project: Id, changes: &[(&str, &str)]) -> Id {
    enter(world, &cast.finance, project, changes).has_status(200);
    let gift = newest(world);
    confirm(&cast.approver, gift).has_status(200);
    gift
}

fn issue(cast: &Cast, application: Id) -> Page {
    let address = format!("/desk/receipts/{application}");
    cast.finance.submit(&cast.finance.get(&address), &format!("{address}/receipt"), &[])
}

fn newest_application(world: &World) -> Id {
    world.count(sql("SELECT MAX(id) AS count FROM receipt_application"), params![])
}

fn consents(world: &World, person: &Person, purpose: &str) -> i64 {
    let held = sql("SELECT COUNT(*) AS count FROM consent WHERE person_id = ?1 AND purpose = ?2 AND withdrawn_at IS NULL");
    world.count(held, params![person.id, purpose])
}

fn a_transfer_is_among_my_gifts_and_on_one_receipt_with_the_others(world: &World) {
    let cast = world.cast();
    settled(world, &cast);
    let project = world.project(&cast, "一滴水也走银行");
    let donor = world.donor("13800138000");
    let online = gave(world, &donor, project, 10_000);
    let code = reference(&donor);
    let offline = received(world, &cast, project, &[("reference", &code)]);
    // Among my gifts, in their sum, and each says where its receipt stands.
    let mine = donor.get("/me/gifts");
    mine.sees("¥188.00").sees("¥88.00").sees("银行转账").sees("可开票").sees("2026-12-08 前可以申请");
    let links = mine.links();
    assert!(links.contains(&format!("/me/receipts/gifts/{offline}")), "{links:?}");
    assert!(links.contains(&format!("{}/receipt", gift_path(&world.app, online))), "{links:?}");
    donor.get("/me/gifts?year=2025").sees("¥0.00");
    // The donor may waive its receipt and think better of it, as for any gift.
    let own = format!("/me/receipts/gifts/{offline}");
    let page = donor.get(&own);
    donor.submit(&page, &format!("{own}/waiver"), &[]).sees("已放弃开票");
    donor.submit(&donor.get(&own), &format!("{own}/waiver"), &[]).sees("可开票");
    world.donor("13900139000").get(&own).has_status(404);
    // One receipt for both, with a consent in the words that stood above the button.
    let form = donor.click(&donor.get("/me/receipts"), "申请开票");
    form.sees("申请票据，即同意把票据需要的抬头、金额和联系方式交给收款的慈善组织");
    assert_eq!(consents(world, &donor, "receipt_sharing"), 0);
    let page = donor.submit(&form, "/me/receipts", &[("payer_kind", "person"), ("payer_name", "王小满")]);
    page.has_status(200).sees("申请已提交").sees("¥188.00");
    assert_eq!(consents(world, &donor, "receipt_sharing"), 1);
    donor.get("/me/consents").sees("为开票把信息交给慈善组织");
    issue(&cast, newest_application(world)).has_status(200);
    donor.get("/me/gifts").sees("已开票").sees_no("可开票");
    donor.get(&own).sees("已开票");
    donor.get("/me/statements/2026").sees("2026000001").sees("¥188.00").sees("¥88.00");
    let table = donor.get("/me/gifts.csv").source();
    assert!(table.lines().any(|line| line.contains("银行转账") && line.contains("88.00") && line.contains("已开票")), "{table}");
    assert!(table.lines().any(|line| line.contains("网上捐赠") && line.contains("100.00")), "{table}");
    // 慈善法 art. 38: the charity's list of gifts and what became of their papers has it too.
    let list = cast.finance.get("/desk/receipts/gifts.csv?month=2026-09").source();
    assert!(list.lines().any(|line| line.contains(&offline.to_string()) && line.contains("已开票")), "{list}");
    world.check_the_books();
}

fn the_charity_applies_for_whoever_stands_on_the_evidence(world: &World) {
    let cast = world.cast();
    settled(world, &cast);
    let project = world.project(&cast, "支票也开票");
    let donor = world.donor("13800138000");
    let code = reference(&donor);
    let known = received(world, &cast, project, &[("reference", &code), ("bank_reference", "1")]);
    let cheque = received(world, &cast, project, &[("kind", "cheque"), ("bank_reference", "01234567")]);
    let page = cast.finance.click(&cast.finance.get(&format!("/desk/offline-gifts/{cheque}")), "捐赠票据");
    page.sees("清河商会").sees("¥88.00").sees("交款人以两人核对过的凭证为准");
    assert!(page.forms().iter().all(|f| f.fields.iter().all(|field| field.name != "payer_name")), "the name is not typed");
    let path = "/desk/receipts/applications";
    cast.approver.get(&format!("/desk/receipts/new?gift={cheque}")).sees("只有财务席位");
    cast.approver.post(path, &[("gift", &cheque.to_string()), ("payer_kind", "person")]).has_status(403);
    let company = |code: &'static str| [("payer_kind", "company"), ("payer_code", code), ("contact", "13800138001")];
    let wrong = cast.finance.submit(&page, path, &company("9144030071526726XH"));
    wrong.has_status(422).sees("校验位不对");
    cast.finance.submit(&wrong, path, &company("9144030071526726XG")).sees("开票申请已登记").sees("把这个网址交给捐赠人");
    let application = newest_application(world);
    cast.finance.get(&format!("/desk/receipts/new?gift={cheque}")).sees("已申请");
    issue(&cast, application).sees("票据已开出").sees("2026000001");
    let address = app::papers::actions::paper_path(&world.app, application);
    world.guest().get(&address).sees("清河商会").sees("2026000001").sees("人民币捌拾捌元整");
    // A donor who is known here applies for themselves; a gift of the channel and another charity's are not there.
    cast.finance.get(&format!("/desk/receipts/new?gift={known}")).sees("由本人在");
    cast.finance.post(path, &[("gift", &known.to_string()), ("payer_kind", "person")]).has_status(409).sees("由本人申请");
    let online = world.given(project, 1_000);
    cast.finance.get(&format!("/desk/receipts/new?gift={online}")).has_status(404);
    cast.implementer_manager.get(&format!("/desk/receipts/new?gift={cheque}")).has_status(404);
    // The cheque bounces: its receipt comes first.
    let form = cast.finance.click(&cast.finance.get(&format!("/desk/offline-gifts/{cheque}")), "申请更正");
    let asked = [("of", format!("7-{cheque}")), ("reason", "支票被银行退回".to_owned())];
    let asked: Vec<(&str, &str)> = asked.iter().map(|(n, v)| (*n, v.as_str())).collect();
    cast.finance.submit_files(&form, &format!("/desk/projects/{project}/record-corrections"), &asked, &[SLIP]).has_status(200);
    let reversal = world.count(sql("SELECT MAX(id) AS count FROM reversal"), params![]);
    let correction = format!("/desk/reversals/{reversal}");
    let agree = || cast.approver.submit(&cast.approver.get(&correction), &format!("{correction}/confirmation"), &[]);
    agree().has_status(409).sees("这笔捐赠的票据还有效").sees("先在“捐赠票据”里把票据冲红");
    let desk = format!("/desk/receipts/{application}");
    cast.finance.submit(&cast.finance.get(&desk), &format!("{desk}/reversal"), &[("reason", "支票被银行退回")]).sees("已冲红");
    agree().has_status(200).sees("已完成");
    // From here on there is nothing to receipt.
    cast.finance.get(&format!("/desk/receipts/new?gift={cheque}")).sees("没有入账");
    cast.finance.post(path, &[("gift", &cheque.to_string()), ("payer_kind", "person")]).has_status(409);
    world.check_the_books();
}

/// Four applications and a correction at once: one receipt at most, and none for what left the books.
fn an_offline_gift_is_never_on_two_receipts(world: &World) {
    let cast = world.cast();
    settled(world, &cast);
    let project = world.project(&cast, "同时按下");
    let gift = received(world, &cast, project, &[("kind", "cash"), ("bank_reference", "0001")]);
    let number = gift.to_string();
    let fields = [("gift", number.as_str()), ("payer_kind", "person")];
    let applied = crate::races::at_once(4, |_| cast.finance.post("/desk/receipts/applications", &fields).status);
    assert_eq!(applied.iter().filter(|status| **status == 200).count(), 1, "{applied:?}");
    let application = newest_application(world);
    let of = format!("7-{gift}");
    let fields: Vec<(String, String)> = [("of", of.as_str()), ("reason", "收错了")].map(|(n, v)| (n.to_owned(), v.to_owned())).into();
    let path = format!("/desk/projects/{project}/record-corrections");
    cast.finance.post_files(&path, &fields, &[SLIP]).has_status(303);
    let reversal = world.count(sql("SELECT MAX(id) AS count FROM reversal"), params![]);
    let outcomes = crate::races::at_once(4, |hand| match hand % 2 {
        0 => cast.finance.post(&format!("/desk/receipts/{application}/receipt"), &[]).status,
        _ => cast.approver.post(&format!("/desk/reversals/{reversal}/confirmation"), &[]).status,
    });
    assert_eq!(outcomes.iter().filter(|status| **status == 200).count(), 1, "a receipt or a correction: {outcomes:?}");
    world.check_the_books();
}

fn things_have_a_receipt_by_what_they_are_worth(world: &World) {
    let cast = world.cast();
    settled(world, &cast);
    let project = world.project(&cast, "一百件棉衣");
    let (project_text, day) = (project.to_string(), today(world));
    let fields = crate::offline::coats(&project_text, &day);
    let path = "/desk/offline-things";
    cast.finance.submit_files(&cast.finance.get("/desk/offline-things/new"), path, &fields, &[SLIP]).has_status(200);
    let things = world.count(sql("SELECT MAX(id) AS count FROM offline_things"), params![]);
    let address = format!("{path}/{things}");
    cast.finance.get(&format!("/desk/receipts/new?gift={things}")).has_status(404);
    cast.approver.submit(&cast.approver.get(&address), &format!("{address}/confirmation"), &[]).sees("已收到");
    let page = cast.finance.click(&cast.finance.get(&address), "捐赠票据");
    page.sees("捐赠物资：棉衣 100 件").sees("清河服装厂").sees("¥12,000.00");
    let filled = [("payer_kind", "company"), ("payer_code", "9144030071526726XG")];
    cast.finance.submit(&page, "/desk/receipts/applications", &filled).sees("开票申请已登记");
    issue(&cast, newest_application(world)).sees("票据已开出");
    let line = world
        .app
        .db
        .read(|tx| tx.query_one(sql("SELECT item_name, unit, quantity, standard_fen, amount_fen FROM receipt"), params![]))
        .expect("a receipt");
    let is =
        (line.text("item_name").unwrap(), line.text("unit").unwrap(), line.int("quantity").unwrap(), line.int("standard_fen").unwrap());
    assert_eq!(is, ("公益事业捐赠（棉衣）".to_owned(), "件".to_owned(), 100, 12_000));
    assert_eq!(line.int("amount_fen").unwrap(), 1_200_000);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM transfer"), params![]), 0, "things are not money");
    world.check_the_books();
}

/// Of the finance disclosure it is a line of its own, filled in and not typed; and whoever gave outside the channel is told what
/// all donors are told.
fn an_offline_gift_is_disclosed_and_its_donor_is_told(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "线下也要公开");
    let donor = world.donor("13800138000");
    world.given(project, 10_000);
    let code = reference(&donor);
    received(world, &cast, project, &[("reference", &code)]);
    world.later(2 * DAY_US);
    for person in cast.everyone() {
        world.sign_in_again(person);
    }
    let path = format!("/desk/projects/{project}/disclosures");
    let until = day_text(day_of(world.now()) - 1);
    let page = cast.finance.submit(&cast.finance.get(&path), &path, &[("until_day", &until)]);
    page.sees("平台用户捐款").sees("¥100.00").sees("线下捐款").sees("¥88.00");
    cast.finance.submit_files(&page, &path, &[("summary", "收支如上。")], &[]).has_status(200).sees("披露已发布");
    let public = world.stranger().get(&format!("/projects/{project}"));
    let address = public.links().into_iter().find(|link| link.contains("/disclosures/")).expect("a disclosure");
    world.stranger().get(&address).sees("线下捐款").sees("¥88.00").sees("¥188.00");
    let stopped = [("kind", "suspended"), ("reason_suspended", "封山期间不能发放。")];
    cast.reviewer.post(&format!("/operator/projects/{project}/decisions"), &stopped).has_status(200).sees("决定已生效");
    world.catch_up();
    world.sign_in_again(&donor);
    donor.get("/me/notices").sees("已被平台暂停");
    donor.get("/me/gifts").sees("项目已暂停");
    world.check_the_books();
}

/// PIPL arts. 15, 45 and 47: a copy has these gifts; a name that is no longer to be shown is not shown here either; what waits for a
/// receipt ends when its consent is taken back.
fn what_a_person_may_ask_of_their_data_holds_for_offline_gifts(world: &World) {
    let cast = world.cast();
    settled(world, &cast);
    let project = world.project(&cast, "名字是自己的");
    let donor = world.donor("13800138000");
    let code = reference(&donor);
    let gift = received(world, &cast, project, &[("reference", &code), ("payer", "小满商行")]);
    donor.submit(&donor.get("/me/export"), "/me/export", &[]).has_status(200);
    world.catch_up();
    let link = donor.get("/me/export").links().into_iter().find(|link| link.ends_with("data.json")).expect("a copy");
    let data: serde_json::Value = serde_json::from_slice(&donor.get(&link).body).expect("JSON");
    let held = &data["about"]["offline_gifts"];
    assert_eq!((&held["transfer_reference"], &held["gifts"][0]["payer"]), (&code.into(), &"小满商行".into()));
    // A receipt is asked for in English, and the words are those.
    donor.speaks(Lang::En);
    let form = donor.get(&format!("/me/receipts/gifts/{gift}?apply=1"));
    form.sees("By applying for a receipt you agree");
    let own = format!("/me/receipts/gifts/{gift}");
    donor.submit(&form, &own, &[("payer_kind", "person"), ("payer_name", "王小满")]).has_status(200);
    let application = newest_application(world);
    let read = world.app.db.read(|tx| {
        let statement = sql(
            "SELECT consent_text.body FROM receipt_application JOIN consent_text ON consent_text.sha256 = receipt_application.agreed_sha256 \
             WHERE receipt_application.id = ?1",
        );
        tx.query_one(statement, params![application])?.text("body")
    });
    assert!(read.expect("the words").starts_with("By applying"), "what was read is what is kept");
    donor.post("/me/consents/withdrawal", &[("purpose", "receipt_sharing")]).has_status(200);
    assert_eq!(consents(world, &donor, "receipt_sharing"), 0);
    let paper = app::papers::actions::paper_path(&world.app, application);
    donor.speaks(Lang::Zh).get(&paper).sees("已撤回").sees("您撤回了");
    cast.finance.post(&format!("/desk/receipts/{application}/receipt"), &[]).has_status(409);
    // The name was shown by the charity's word; the donor's word ends it.
    world.stranger().get(&format!("/projects/{project}")).sees("小满商行");
    let withdrawn = app::people::actions::consents::withdraw(&world.app, donor.id, app::people::Purpose::PublishName);
    withdrawn.unwrap_or_else(|trouble| panic!("{trouble:?}"));
    world.keep_private("小满商行");
    world.stranger().get(&format!("/projects/{project}")).has_status(200);
    world.check_the_books();
}

on_both_engines![
    a_transfer_is_among_my_gifts_and_on_one_receipt_with_the_others,
    the_charity_applies_for_whoever_stands_on_the_evidence,
    an_offline_gift_is_never_on_two_receipts,
    things_have_a_receipt_by_what_they_are_worth,
    an_offline_gift_is_disclosed_and_its_donor_is_told,
    what_a_person_may_ask_of_their_data_holds_for_offline_gifts,
];
