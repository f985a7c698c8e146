//! The donor's papers: is a receipt issued once, for what was received, with a number that leaves no gap, and can a stranger
//! verify it without learning whose it is?

use app::giving::gift_path;
use app::kernel::civil::{day_of, parse_day, start_of};
use app::kernel::{DAY_US, HOUR_US, Id, Refusal, Role, Trouble};
use app::papers::actions::{desk, donor, donor::Asker, paper_path};
use app::papers::model::{Issuer, NewPayer, PayerKind, Way};
use app::papers::{self, Ids};
use app::projects::{Draft, Field, LineKind, NewLine, actions as projects};
use db::{params, sql};
use testkit::{Cast, Engine, Page, Person, Wish, World, on_both_engines, read_above_the_button};

/// A gift of this donor, paid and in the books.
pub fn gave(world: &World, donor: &Person, project: Id, amount_fen: i64) -> Id {
    let wish = Wish { project, amount_fen, name: "王小满", message: "", anonymous: false };
    let id = world.wish(&donor.actor, &wish).unwrap_or_else(|trouble| panic!("{trouble:?}"));
    world.catch_up();
    world.pay(id);
    id
}

/// The charity has said how it issues.
pub fn settled(world: &World, cast: &Cast) {
    let issuer = Issuer {
        way: Way::Own,
        prefix: "QH01".into(),
        handler: "冯财务".into(),
        reviewer: "陈审批".into(),
        payee: "冯财务".into(),
        item_code: "1001".into(),
        item_name: "公益事业捐赠".into(),
    };
    desk::settle(&world.app, &cast.finance.actor, &issuer, world.now()).expect("settings that hold");
}

fn payer(name: &str) -> NewPayer {
    NewPayer { kind: PayerKind::Person, name: name.to_owned(), code: String::new(), contact: String::new() }
}

fn applied(world: &World, donor: &Person, gifts: &[Id]) -> Result<Id, Trouble> {
    donor::apply(
        &world.app,
        Asker { person_id: donor.id, link: None },
        gifts,
        &payer("王小满"),
        &read_above_the_button(&world.app),
        world.now(),
    )
}

fn issued(world: &World, cast: &Cast, donor: &Person, gifts: &[Id]) -> Id {
    let id = applied(world, donor, gifts).unwrap_or_else(|trouble| panic!("{trouble:?}"));
    desk::issue(&world.app, &cast.finance.actor, id, world.now()).unwrap_or_else(|trouble| panic!("{trouble:?}"));
    id
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Trouble>) -> Refusal {
    match outcome {
        Err(Trouble::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

fn receipt_of(world: &World, application: Id) -> Id {
    world.count(sql("SELECT COALESCE(receipt_id, 0) AS count FROM receipt_application WHERE id = ?1"), params![application])
}

fn verification(world: &World, receipt: Id) -> String {
    let row = world
        .app
        .db
        .read(|tx| tx.query_one(sql("SELECT text_number, check_code FROM receipt WHERE id = ?1"), params![receipt]))
        .expect("a receipt");
    format!("/receipts/{}/{}", row.text("text_number").unwrap(), row.text("check_code").unwrap())
}

const IDENTITY: &str = "11010519491231002X";

fn a_donor_applies_and_takes_the_original_and_marked_copies(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let gift = gave(world, &donor, project, 168_032);
    world.keep_private("王小满丁");
    world.keep_private(IDENTITY);

    // The charity says how it issues.
    cast.finance.get("/desk/receipts").sees("还没有设置开票信息");
    let settings = cast.finance.get("/desk/receipts/settings");
    let names = [("prefix", "qh01"), ("handler", "冯财务"), ("reviewer", "陈审批"), ("payee", "冯财务")];
    cast.finance.submit(&settings, "/desk/receipts/settings", &names).sees("设置已保存").sees("QH01");

    // The donor picks the gift and states who pays.
    let mine = donor.get("/me/receipts");
    mine.sees("可开票").sees("2026-12-08 前可以申请").sees("¥1,680.32");
    let form = donor.click(&mine, "申请开票");
    let wrong = donor.submit(&form, "/me/receipts", &[("payer_name", "王小满丁"), ("payer_code", "110105194912310021")]);
    wrong.has_status(422).sees("这不是有效的居民身份证号码");
    let filled = [("payer_name", "王小满丁"), ("payer_code", IDENTITY), ("contact", "13800138000")];
    let application = donor.submit(&wrong, "/me/receipts", &filled);
    application.has_status(200).sees("申请已提交").sees("待开票").sees("2026-09-15").sees("**************002X").sees_no(IDENTITY);
    donor.get(&format!("{}/receipt", gift_path(&world.app, gift))).sees("已申请");

    // Finance looks at what is sealed, which the donor sees, and issues.
    let queue = cast.finance.get("/desk/receipts");
    queue.sees("王小满丁").sees("¥1,680.32").sees("2026-09-15");
    let item = cast.finance.click(&queue, "王小满丁");
    item.sees_no(IDENTITY);
    let address = item.path.clone();
    cast.manager.get(&address).has_status(200).sees("只有财务席位");
    cast.manager.post(&format!("{address}/payer"), &[]).has_status(403);
    cast.finance.submit(&item, &format!("{address}/payer"), &[]).sees(IDENTITY).sees("13800138000");
    cast.finance.submit(&item, &format!("{address}/receipt"), &[]).sees("票据已开出").sees("2026000001");
    let again = cast.finance.post(&format!("{address}/receipt"), &[]);
    again.has_status(409).sees("已经办理过了");
    cast.finance.post(&format!("{address}/payer"), &[]).has_status(409).sees_no(IDENTITY);

    // The donor has it, in words and figures; the first copy is the original.
    donor.get("/me/notices").sees("清河慈善基金会已开出票据 2026000001，¥1,680.32");
    let page = donor.get(&application.path);
    page.sees("2026000001").sees("人民币壹仟陆佰捌拾元叁角贰分").sees("冯财务").sees("第一次领取的是原件").sees("开票时核对");
    let copies = format!("{}/copies", application.path.split('?').next().unwrap());
    let original = donor.post(&copies, &[("form", "pdf")]);
    original.has_status(200);
    assert!(original.body.starts_with(b"%PDF-"), "the original is a PDF");
    assert_eq!(original.header("content-disposition"), "attachment; filename=\"receipt-2026000001-1.pdf\"");
    donor.get(&application.path).sees("已领取 1 次");
    let duplicate = donor.post(&copies, &[("form", "pdf")]);
    assert_eq!(duplicate.header("content-disposition"), "attachment; filename=\"receipt-2026000001-2.pdf\"");
    assert_ne!(original.body, duplicate.body, "the second copy says that it is none");
    let picture = donor.post(&copies, &[("form", "png")]);
    assert!(picture.body.starts_with(b"\x89PNG"));
    donor.get(&application.path).sees("已领取 3 次").sees("补打副本");

    // A stranger verifies it and learns no name.
    let address = verification(world, world.count(sql("SELECT MAX(id) AS count FROM receipt"), params![]));
    world.stranger().get(&address).has_status(200).sees("有效").sees("¥1,680.32").sees("王**丁").sees("清河慈善基金会");
    world.stranger().get("/receipts/2026000001/000000000000").has_status(404).sees("没有这张票据");
    let form = world.stranger().get("/receipts");
    let code = address.rsplit('/').next().unwrap();
    world.stranger().submit(&form, "/receipts", &[("number", "2026000001"), ("code", code)]).sees("本站开出，有效");
    cast.finance.get("/desk/receipts?words=2026000001").sees("王小满丁");
    cast.finance.get(&format!("/desk/receipts?words={gift}")).sees("王小满丁");
}

fn several_gifts_stand_on_one_receipt_and_never_on_two(world: &World) {
    let cast = world.cast();
    settled(world, &cast);
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let gifts: Vec<Id> = [10_000, 2_050, 5].into_iter().map(|fen| gave(world, &donor, project, fen.max(10))).collect();
    let application = issued(world, &cast, &donor, &gifts);
    let sum = world.count(sql("SELECT amount_fen AS count FROM receipt WHERE application_id = ?1"), params![application]);
    assert_eq!(sum, 12_060);
    donor.get(&paper_path(&world.app, application)).sees("¥120.60").sees("¥20.50").sees("人民币壹佰贰拾元陆角整");
    assert_eq!(refusal(applied(world, &donor, &gifts[1..])).key, "refusal-papers-issued");
    let more = gave(world, &donor, project, 700);
    assert_eq!(refusal(applied(world, &donor, &[more, gifts[0]])).key, "refusal-papers-issued");
    let other = world.donor("13900139000");
    assert_eq!(refusal(applied(world, &other, &[more])).status, 404, "a gift of somebody else is not there");
    // The database itself keeps a gift off a second receipt, whatever a program does.
    let twice = applied(world, &donor, &[more]).expect("a free gift");
    assert_eq!(refusal(applied(world, &donor, &[more])).key, "refusal-papers-applied");
    donor.post(&format!("{}/withdrawal", paper_path(&world.app, twice)), &[]).sees("申请已撤回");
    applied(world, &donor, &[more]).expect("free again");
}

/// Another charity with a project of its own.
fn second_charity(world: &World, cast: &Cast) -> (Id, Person) {
    app::organisations::actions::open_merchant(&world.app, cast.launcher, "1600000003").expect("a merchant number");
    world.gateway.name_merchant("1600000003", "远山助学促进会");
    let manager = world.staff("far-manager", "韩远山", cast.launcher, Role::Manager);
    world.qualified(cast.launcher, &cast.reviewer);
    world.partners(cast.launcher, cast.implementer, &manager);
    let finance = world.staff("far-finance", "杨远山", cast.launcher, Role::Finance);
    let today = day_of(world.now());
    let draft = Draft {
        title: "远山的书".into(),
        english_title: String::new(),
        summary: "给山里的学校送书,一个班一个书架。".into(),
        english_summary: String::new(),
        story: "书架是空的。".into(),
        field: Field::Education,
        area_code: "513431000000".into(),
        object: "山区小学生".into(),
        service: "送书".into(),
        launcher_id: cast.launcher,
        recipient_id: cast.launcher,
        implementer_id: cast.implementer,
        filing_number: "53100000MJ0000003A26001".into(),
        starts_day: today,
        ends_day: today + 90,
        lines: vec![NewLine {
            item: "书".into(),
            english_item: String::new(),
            unit: "本".into(),
            quantity: 100,
            unit_price_fen: 2_000,
            kind: LineKind::Programme,
        }],
    };
    let app = &world.app;
    let id = projects::draft(app, &manager.actor, &draft, world.now()).unwrap_or_else(|trouble| panic!("{trouble:?}"));
    world.complete(&manager.actor, id);
    let version = |id: Id| world.count(sql("SELECT version AS count FROM project WHERE id = ?1"), params![id]);
    let step = |step: Result<i64, Trouble>| step.unwrap_or_else(|trouble| panic!("{trouble:?}"));
    step(projects::submit(app, &manager.actor, id, version(id), world.now()));
    step(projects::review(app, &cast.reviewer.actor, id, version(id), "材料齐全", world.now()));
    step(projects::publish(app, &cast.second_reviewer.actor, id, version(id), world.now()));
    (id, finance)
}

fn gifts_to_two_charities_do_not_mix(world: &World) {
    let cast = world.cast();
    settled(world, &cast);
    let (near, donor) = (world.project(&cast, "山里孩子的冬天"), world.donor("13800138000"));
    let (far, finance) = second_charity(world, &cast);
    let gifts = [gave(world, &donor, near, 1_000), gave(world, &donor, far, 2_000)];
    assert_eq!(refusal(applied(world, &donor, &gifts)).key, "refusal-papers-other-charity");
    let application = applied(world, &donor, &gifts[1..]).expect("one charity");
    // Only the charity that received it issues, and only after it has said how; each has a series of its own.
    assert_eq!(refusal(desk::issue(&world.app, &cast.finance.actor, application, world.now())).status, 404);
    assert_eq!(refusal(desk::issue(&world.app, &finance.actor, application, world.now())).key, "refusal-papers-unsettled");
    let issuer = |prefix: &str| Issuer {
        way: Way::Own,
        prefix: prefix.into(),
        handler: "杨远山".into(),
        reviewer: "韩远山".into(),
        payee: "杨远山".into(),
        item_code: "1001".into(),
        item_name: "公益事业捐赠".into(),
    };
    let taken = desk::settle(&world.app, &finance.actor, &issuer("QH01"), world.now());
    assert_eq!(refusal(taken).key, "refusal-papers-prefix-taken");
    desk::settle(&world.app, &finance.actor, &issuer("YS01"), world.now()).expect("a code of their own");
    desk::issue(&world.app, &finance.actor, application, world.now()).expect("issued");
    issued(world, &cast, &donor, &gifts[..1]);
    let firsts = world.count(sql("SELECT COUNT(*) AS count FROM receipt WHERE number = 1"), params![]);
    assert_eq!(firsts, 2, "each series begins with one");
}

fn too_late_and_another_year_are_said_with_a_way_on(world: &World) {
    let cast = world.cast();
    settled(world, &cast);
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let gift = gave(world, &donor, project, 1_000);
    let until = |day: &str| start_of(parse_day(day).unwrap()) - world.now();
    // The last day, and the day after it.
    world.clock.advance(until("2026-12-08") + DAY_US - 1);
    world.sign_in_again(&donor);
    donor.get("/me/receipts").sees("可开票").sees("2026-12-08 前可以申请");
    world.clock.advance(1);
    donor.get("/me/receipts").sees("已过期").sees("2026-12-08 是最后一天").sees("联系机构").sees("010-00000000");
    let late = refusal(applied(world, &donor, &[gift]));
    assert_eq!((late.status, late.key), (409, "refusal-papers-late"));
    let page = donor.post(&format!("{}/receipt", gift_path(&world.app, gift)), &[("payer_kind", "person"), ("payer_name", "王小满")]);
    page.has_status(409).sees("2026-12-08 已经截止").sees("捐赠证书");
    world.clock.advance(until("2027-01-01"));
    world.sign_in_again(&donor);
    donor.get("/me/receipts?year=2026").sees("跨年不能开").sees("2026-12-08 是最后一天");
    assert_eq!(refusal(applied(world, &donor, &[gift])).key, "refusal-papers-other-year");
}

fn waived_and_anonymous_are_recorded(world: &World) {
    let cast = world.cast();
    settled(world, &cast);
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let gift = gave(world, &donor, project, 1_000);
    let nameless = world.given(project, 2_000);
    let path = gift_path(&world.app, gift);
    let page = donor.get(&format!("{path}/receipt"));
    let waived = donor.submit(&page, &format!("{path}/waiver"), &[]);
    waived.sees("已放弃开票").sees("已记录");
    assert_eq!(refusal(applied(world, &donor, &[gift])).key, "refusal-papers-waived");
    let record = cast.finance.get("/desk/receipts/gifts.csv?month=2026-09");
    let source = record.source();
    let line = |id: Id| source.lines().find(|l| l.contains(&id.to_string())).unwrap_or_default().to_owned();
    assert!(line(gift).contains("已放弃开票") && line(gift).contains(",否,"), "{}", line(gift));
    assert!(line(nameless).contains("可开票") && line(nameless).contains(",是,"), "{}", line(nameless));
    // They may change their mind, and both are kept.
    donor.submit(&waived, &format!("{path}/waiver"), &[]).sees("可开票");
    applied(world, &donor, &[gift]).expect("free again");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM receipt_waiver"), params![]), 2);
    let page = donor.post(&format!("{path}/waiver"), &[("waived", "1")]);
    page.has_status(409).sees("现在不能放弃");
}

fn a_guest_applies_with_the_gifts_address_in_the_name_of_a_company(world: &World) {
    let cast = world.cast();
    settled(world, &cast);
    let project = world.project(&cast, "山里孩子的冬天");
    let (gift, guest) = (world.given(project, 500_000), world.guest());
    let path = gift_path(&world.app, gift);
    guest.get(&path).sees("捐赠票据");
    let form = guest.get(&format!("{path}/receipt?apply=1"));
    let company =
        |code: &str| [("payer_kind", "company"), ("payer_name", "清河纸业有限公司"), ("payer_code", code)].map(|(n, v)| (n, v.to_owned()));
    let send = |form: &Page, code: &str| {
        let pairs = company(code);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (*n, v.as_str())).collect();
        guest.submit(form, &format!("{path}/receipt"), &pairs)
    };
    let refused = send(&form, "9144030071526726XH");
    refused.has_status(422).sees("校验位不对");
    let done = send(&refused, "9144030071526726XG");
    done.has_status(200).sees("申请已提交").sees("清河纸业有限公司").sees("9144030071526726XG");
    let id: Id = world.count(sql("SELECT MAX(id) AS count FROM receipt_application"), params![]);
    desk::issue(&world.app, &cast.finance.actor, id, world.now()).expect("issued");
    guest.get(&paper_path(&world.app, id)).sees("2026000001").sees("人民币伍仟元整");
    // Without the code in the address there is nothing, and a signed-in donor's gift is not a guest's.
    guest.get(&format!("/papers/{id}/00000000000000000000000000000000")).has_status(404);
    let donor = world.donor("13800138000");
    let own = gave(world, &donor, project, 1_000);
    let path = gift_path(&world.app, own);
    guest.get(&format!("{path}/receipt")).sees("请捐赠人本人登录后办理");
    guest.post(&format!("{path}/receipt"), &[("payer_kind", "person"), ("payer_name", "别人")]).has_status(404);
}

fn a_receipt_is_reversed_before_a_refund_and_the_rest_is_issued_anew(world: &World) {
    let cast = world.cast();
    settled(world, &cast);
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let (gift, other) = (gave(world, &donor, project, 10_000), gave(world, &donor, project, 5_000));
    let application = issued(world, &cast, &donor, &[gift, other]);
    let receipt = receipt_of(world, application);
    let ids = || Ids::new(&world.app);
    let begin = |gift: Id, fen: i64| world.app.db.write(|tx| papers::refund_begins(tx, &ids(), gift, fen, world.now()));

    assert_eq!(world.app.db.read(|tx| papers::must_be_reversed(tx, gift)).unwrap(), Some(receipt));
    assert_eq!(refusal(begin(gift, 4_000)).key, "refusal-papers-reverse-first");
    let link = paper_path(&world.app, application);
    let reversal = || {
        let ids = ids();
        world.app.db.write(|tx| papers::reverse(tx, &ids, receipt, cast.finance.id, "部分退款", &link, world.now()))
    };
    reversal().expect("reversed");
    assert_eq!(refusal(reversal()).key, "refusal-papers-reversed");
    assert_eq!(world.app.db.read(|tx| papers::must_be_reversed(tx, gift)).unwrap(), None);
    donor.get(&link).sees("已冲红").sees("2026000002").sees("不再有效");
    world.stranger().get(&verification(world, receipt)).sees("已冲红，不再有效").sees("2026000002");
    donor.get("/me/notices").sees("冲红：部分退款");

    // The refund begins, and what is left is applied for anew in the payer's name.
    let again = begin(gift, 4_000).expect("begun").expect("an application for the rest");
    cast.finance.get(&format!("/desk/receipts/{again}")).sees("按余额重开").sees("¥110.00");
    assert_eq!(refusal(begin(gift, 6_001)).key, "refusal-papers-returned-more");
    desk::issue(&world.app, &cast.finance.actor, again, world.now()).expect("issued");
    let sums = world.count(sql("SELECT CAST(SUM(amount_fen) AS BIGINT) AS count FROM receipt"), params![]);
    assert_eq!(sums, 11_000, "15,000 − 15,000 + 11,000");
    donor.get(&paper_path(&world.app, again)).sees("2026000003").sees("¥60.00").sees("¥50.00");

    // All of another gift goes back: there is nothing to receipt, and an application for it ends by itself.
    let whole = gave(world, &donor, project, 900);
    let waiting = applied(world, &donor, &[whole]).expect("applied");
    assert_eq!(begin(whole, 900).expect("begun"), None);
    donor.get(&paper_path(&world.app, waiting)).sees("已撤回");
    assert_eq!(refusal(applied(world, &donor, &[whole])).key, "refusal-papers-returned");
    donor.get("/me/receipts").sees("已退款");
    // A refund that came to nothing gives the amount back, and the application that had ended for it is made anew.
    let hand = papers::Hand { person_id: cast.finance.id, reason: "退款未成", link: &link };
    let ids = ids();
    assert!(world.app.db.write(|tx| papers::refund_failed(tx, &ids, whole, 900, &hand, world.now())).expect("undone"));
    assert_eq!(refusal(applied(world, &donor, &[whole])).key, "refusal-papers-applied");
}

fn a_receipt_issued_wrongly_is_reversed_at_the_desk(world: &World) {
    let cast = world.cast();
    settled(world, &cast);
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let gift = gave(world, &donor, project, 10_000);
    let application = issued(world, &cast, &donor, &[gift]);
    let page = cast.finance.get(&format!("/desk/receipts/{application}"));
    let action = format!("/desk/receipts/{application}/reversal");
    cast.manager.post(&action, &[("reason", "抬头写错")]).has_status(403);
    cast.finance.submit(&page, &action, &[("reason", "")]).has_status(422);
    cast.finance.submit(&page, &action, &[("reason", "抬头写错"), ("again", "1")]).sees("已冲红").sees("2026000002");
    let anew: Id = world.count(sql("SELECT MAX(id) AS count FROM receipt_application WHERE state = 'waiting'"), params![]);
    let item = cast.finance.get(&format!("/desk/receipts/{anew}"));
    item.sees("按余额重开");
    cast.finance.submit(&item, &format!("/desk/receipts/{anew}/refusal"), &[("reason", "请重新填写抬头")]).sees("已退回申请人");
    donor.get("/me/notices").sees("没有通过您的开票申请：请重新填写抬头");
    applied(world, &donor, &[gift]).expect("the donor applies with the right name");
    // A number that was used by hand is explained, and the list shows every number.
    let settings = cast.finance.get("/desk/receipts/settings");
    cast.finance.submit(&settings, "/desk/receipts/numbers", &[("reason", "停电时手工开具")]).sees("号码已登记");
    let list = cast.finance.get("/desk/receipts/series.csv").source();
    for words in ["2026000001", "2026000002", "2026000003", "停电时手工开具", "已冲红", "-100.00"] {
        assert!(list.contains(words), "{words} is missing in {list}");
    }
}

fn eight_at_once_get_a_number_each_and_leave_no_gap(world: &World) {
    let cast = world.cast();
    settled(world, &cast);
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let gifts: Vec<Id> = (0..8).map(|i| gave(world, &donor, project, 1_000 + i)).collect();
    let applications: Vec<Id> = gifts.iter().map(|gift| applied(world, &donor, &[*gift]).expect("applied")).collect();
    // Each application is issued by two hands at once, so half of all attempts roll back with a number in their hands.
    let now = world.now();
    let outcomes: Vec<Result<(), Trouble>> = std::thread::scope(|scope| {
        let hands: Vec<_> = applications
            .iter()
            .chain(&applications)
            .map(|id| scope.spawn(|| desk::issue(&world.app, &cast.finance.actor, *id, now)))
            .collect();
        hands.into_iter().map(|hand| hand.join().expect("no panic")).collect()
    });
    let (done, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 8, "{refused:?}");
    for outcome in refused {
        assert_eq!(refusal(outcome).key, "refusal-papers-decided");
    }
    let numbers = world.count(sql("SELECT COUNT(DISTINCT number) AS count FROM receipt WHERE number BETWEEN 1 AND 8"), params![]);
    assert_eq!((numbers, world.count(sql("SELECT last AS count FROM receipt_series"), params![])), (8, 8));
    // The same gift asked for by several at once is one application.
    let gift = gave(world, &donor, project, 99);
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..4).map(|_| scope.spawn(|| applied(world, &donor, &[gift]))).collect();
        hands.into_iter().map(|hand| hand.join().expect("no panic")).collect()
    });
    assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 1, "{outcomes:?}");
}

fn many_are_issued_with_one_press_and_the_rest_is_named(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let gifts: Vec<Id> = (0..3).map(|i| gave(world, &donor, project, 1_000 + i)).collect();
    let applications: Vec<Id> = gifts.iter().map(|gift| applied(world, &donor, &[*gift]).expect("applied")).collect();
    let ticked: Vec<String> = applications.iter().map(ToString::to_string).collect();
    let pairs: Vec<(&str, &str)> = ticked.iter().map(|id| ("application", id.as_str())).collect();
    cast.finance.post("/desk/receipts", &[]).has_status(422).sees("还没有勾选申请");
    cast.finance.post("/desk/receipts", &pairs).sees("已开出 0 张").sees("还没有设置开票信息");
    settled(world, &cast);
    donor.post(&format!("{}/withdrawal", paper_path(&world.app, applications[2])), &[]).has_status(200);
    let mixed = cast.finance.post("/desk/receipts", &pairs);
    mixed.sees("已开出 2 张").sees("已经办理过了");
    world.later(8 * DAY_US + HOUR_US);
    let late = applied(world, &donor, &[gifts[2]]).expect("applied");
    world.later(9 * DAY_US);
    world.sign_in_again(&cast.finance);
    cast.finance.get("/desk/receipts").sees("已超期");
    let waiting = world.app.db.read(|tx| papers::waiting_at_desk(tx, &[cast.charity], world.now())).expect("what waits");
    assert_eq!(waiting.iter().map(|w| w.thing_id).collect::<Vec<_>>(), [late]);
    assert!(waiting[0].due_at.is_some_and(|due| due < world.now()), "five working days are over");
}

/// Damage behind the program's back is found, and some the database refuses by itself.
#[test]
fn the_check_sees_a_gap_and_a_gift_on_two_receipts() {
    let world = World::new(Engine::Sqlite);
    let cast = world.cast();
    settled(&world, &cast);
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let gift = gave(&world, &donor, project, 1_000);
    issued(&world, &cast, &donor, &[gift]);
    for change in [sql("UPDATE receipt SET amount_fen = 1"), sql("DELETE FROM receipt_gift")] {
        assert!(world.app.db.write(|tx| tx.execute(change, params![])).is_err(), "the database itself refuses {}", change.text());
    }
    for damage in [
        sql("UPDATE receipt_series SET last = last + 1"),
        sql("UPDATE gift_paper SET receipt_id = NULL, application_id = NULL"),
        sql("UPDATE gift_paper SET returned_fen = 1"),
        sql("UPDATE receipt_application SET state = 'waiting'"),
    ] {
        let undone = world.app.db.write(|tx| {
            tx.execute(damage, params![])?;
            let found = papers::check(tx)?;
            Err::<(), _>(Trouble::from(Refusal::new(500, "refusal-our-fault").with("found", found.len())))
        });
        let found: usize = refusal(undone).args[0].1.parse().expect("a count");
        assert!(found > 0, "{} was not found", damage.text());
    }
}

on_both_engines![
    a_donor_applies_and_takes_the_original_and_marked_copies,
    several_gifts_stand_on_one_receipt_and_never_on_two,
    gifts_to_two_charities_do_not_mix,
    too_late_and_another_year_are_said_with_a_way_on,
    waived_and_anonymous_are_recorded,
    a_guest_applies_with_the_gifts_address_in_the_name_of_a_company,
    a_receipt_is_reversed_before_a_refund_and_the_rest_is_issued_anew,
    a_receipt_issued_wrongly_is_reversed_at_the_desk,
    eight_at_once_get_a_number_each_and_leave_no_gap,
    many_are_issued_with_one_press_and_the_rest_is_named,
];
