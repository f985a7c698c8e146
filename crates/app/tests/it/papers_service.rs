//! Receipts through a finance e-invoice service that is slow, down, silent, refuses or talks nonsense; and the yearly statement.

use app::kernel::{HOUR_US, Id, MINUTE_US, Trouble};
use app::papers::actions::{desk, donor, donor::Asker, paper_path};
use app::papers::model::{Issuer, NewPayer, PayerKind, Way};
use app::papers::{self, Ids, Reversal};
use db::{params, sql};
use sandbox::FiscalFaults;
use testkit::{Cast, Person, World, on_both_engines, read_above_the_button, sandbox};

use crate::papers::gave;

pub fn through_the_service(world: &World, cast: &Cast) {
    let issuer = Issuer {
        way: Way::Service,
        prefix: "QH01".into(),
        handler: "冯财务".into(),
        reviewer: "陈审批".into(),
        payee: "冯财务".into(),
        item_code: "1001".into(),
        item_name: "公益事业捐赠".into(),
    };
    desk::settle(&world.app, &cast.finance.actor, &issuer, world.now()).expect("settings that hold");
}

fn applied(world: &World, donor: &Person, gift: Id) -> Id {
    let code = "9144030071526726XG".to_owned();
    let payer = NewPayer { kind: PayerKind::Company, name: "清河纸业有限公司".into(), code, contact: String::new() };
    let asker = Asker { person_id: donor.id, link: None };
    donor::apply(&world.app, asker, &[gift], &payer, &read_above_the_button(&world.app), world.now())
        .unwrap_or_else(|trouble| panic!("{trouble:?}"))
}

fn sent(world: &World, cast: &Cast, application: Id) {
    desk::issue(&world.app, &cast.finance.actor, application, world.now()).unwrap_or_else(|trouble| panic!("{trouble:?}"));
    world.catch_up();
}

fn key(outcome: Result<impl std::fmt::Debug, Trouble>) -> &'static str {
    match outcome {
        Err(Trouble::Refused(refusal)) => refusal.key,
        other => panic!("not refused: {other:?}"),
    }
}

fn the_service_issues_and_reverses_and_its_numbers_stand(world: &World) {
    let cast = world.cast();
    through_the_service(world, &cast);
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let gift = gave(world, &donor, project, 12_345);
    let application = applied(world, &donor, gift);
    sent(world, &cast, application);
    let page = donor.get(&paper_path(&world.app, application));
    page.sees("已开票").sees("00000026").sees("0000000001").sees("¥123.45").sees("提交给财政电子票据系统");
    cast.finance.get("/desk/receipts/settings").sees("通过财政电子票据系统");
    // A reversal is asked for, and the refund waits until it is answered.
    let receipt = world.app.db.read(|tx| papers::must_be_reversed(tx, gift)).unwrap().expect("a valid receipt");
    world.fiscal.faults().down = true;
    let ids = Ids::new(&world.app);
    let link = paper_path(&world.app, application);
    let asked = world.app.db.write(|tx| papers::reverse(tx, &ids, receipt, cast.finance.id, "全额退款", &link, world.now()));
    assert_eq!(asked.expect("asked"), Reversal::Asked);
    world.catch_up();
    let again = Ids::new(&world.app);
    let twice = world.app.db.write(|tx| papers::reverse(tx, &again, receipt, cast.finance.id, "全额退款", &link, world.now()));
    assert_eq!(key(twice), "refusal-papers-being-issued");
    let begin = || {
        let ids = Ids::new(&world.app);
        world.app.db.write(|tx| papers::refund_begins(tx, &ids, gift, 12_345, world.now()))
    };
    assert_eq!(key(begin()), "refusal-papers-reverse-first");
    world.fiscal.faults().down = false;
    world.later(MINUTE_US);
    assert_eq!(world.app.db.read(|tx| papers::must_be_reversed(tx, gift)).unwrap(), None);
    donor.get(&link).sees("已冲红").sees("0000000002");
    assert_eq!(begin().expect("begun"), None, "nothing is left to receipt");
}

fn silence_and_nonsense_are_neither_success_nor_refusal(world: &World) {
    let cast = world.cast();
    through_the_service(world, &cast);
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let faults: [(&str, FiscalFaults); 5] = [
        ("down", FiscalFaults { down: true, ..FiscalFaults::default() }),
        ("its answer is lost", FiscalFaults { lose_answers: true, ..FiscalFaults::default() }),
        ("nonsense", FiscalFaults { garbage: true, ..FiscalFaults::default() }),
        ("signed by a stranger", FiscalFaults { forged: true, ..FiscalFaults::default() }),
        ("being worked on", FiscalFaults { pending: true, ..FiscalFaults::default() }),
    ];
    for (at, (called, fault)) in faults.into_iter().enumerate() {
        let gift = gave(world, &donor, project, 1_000);
        let application = applied(world, &donor, gift);
        *world.fiscal.faults() = fault;
        sent(world, &cast, application);
        world.later(HOUR_US);
        donor.get(&paper_path(&world.app, application)).sees("开票中").sees("还没有结果");
        world.sign_in_again(&cast.finance);
        cast.finance.get(&format!("/desk/receipts/{application}")).sees("等待结果").sees("不会当作成功");
        // Meanwhile nothing else happens to the gift.
        let ids = Ids::new(&world.app);
        let begun = world.app.db.write(|tx| papers::refund_begins(tx, &ids, gift, 1, world.now()));
        assert_eq!(key(begun), "refusal-papers-being-issued", "{called}");
        let withdrawn = donor.post(&format!("{}/withdrawal", paper_path(&world.app, application)), &[]);
        withdrawn.has_status(409);
        *world.fiscal.faults() = FiscalFaults::default();
        world.later(11 * MINUTE_US);
        world.sign_in_again(&donor);
        donor.get(&paper_path(&world.app, application)).sees("已开票");
        let receipts = world.count(sql("SELECT COUNT(*) AS count FROM receipt"), params![]);
        assert_eq!(receipts, i64::try_from(at).unwrap() + 1, "{called}: one receipt, however often it was asked for");
        assert_eq!(world.fiscal.last(), at as u64 + 1, "{called}: the service issued it once");
    }
}

fn a_refusal_of_the_service_is_read_at_the_desk(world: &World) {
    let cast = world.cast();
    through_the_service(world, &cast);
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let gift = gave(world, &donor, project, 1_000);
    let application = applied(world, &donor, gift);
    world.fiscal.faults().refuse = Some("项目编码未核定".to_owned());
    sent(world, &cast, application);
    cast.finance.get(&format!("/desk/receipts/{application}")).sees("没有办理").sees("项目编码未核定").sees("待开票");
    donor.get(&paper_path(&world.app, application)).sees("待开票").sees_no("项目编码未核定");
    world.fiscal.faults().refuse = None;
    sent(world, &cast, application);
    donor.get(&paper_path(&world.app, application)).sees("已开票");
}

fn a_year_of_gifts_is_told_on_one_statement(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let gift = gave(world, &donor, project, 100_000);
    let other = gave(world, &donor, project, 2_050);
    crate::papers::settled(world, &cast);
    let payer = NewPayer { kind: PayerKind::Person, name: "王小满".into(), code: String::new(), contact: String::new() };
    let asker = Asker { person_id: donor.id, link: None };
    let application = donor::apply(&world.app, asker, &[gift], &payer, &read_above_the_button(&world.app), world.now()).expect("applied");
    desk::issue(&world.app, &cast.finance.actor, application, world.now()).expect("issued");
    let ids = Ids::new(&world.app);
    world.app.db.write(|tx| papers::refund_begins(tx, &ids, other, 50, world.now())).expect("begun");
    let s = donor.get("/me/statements");
    s.has_status(200)
        .sees("2026 年度捐赠对账单")
        .sees("¥1,020.50")
        .sees("¥0.50")
        .sees("2026000001")
        .sees("百分之三十")
        .sees("不是税务意见");
    s.sees("清河慈善基金会").sees("山里孩子的冬天").sees("还在项目账户");
    donor.get("/me/statements/2026?starts=10").sees("这段时间没有捐赠").sees("2026-10-01 至 2027-09-30");
    donor.get("/me/statements/2026?starts=7").sees("2026-07-01 至 2027-06-30").sees("¥1,020.50");
    let pdf = donor.get("/me/statements/2026/statement.pdf");
    pdf.has_status(200);
    assert!(pdf.body.starts_with(b"%PDF-"));
    let csv = donor.get("/me/statements/2026/statement.csv").source();
    assert!(csv.contains("1000.00") && csv.contains("2026000001") && csv.contains("20.50"), "{csv}");
    donor.speaks(app::web::Lang::En);
    donor.get("/me/statements/2026").sees("Statement of gifts 2026").sees("30 per cent").sees("Example organisation 2");
    for wrong in ["/me/statements/26", "/me/statements/zwei", "/me/statements/2026?starts=13"] {
        donor.get(wrong).has_status(404);
    }
    world.stranger().visit("/me/statements/2026").has_status(303);
}

on_both_engines![
    the_service_issues_and_reverses_and_its_numbers_stand,
    silence_and_nonsense_are_neither_success_nor_refusal,
    a_refusal_of_the_service_is_read_at_the_desk,
    a_year_of_gifts_is_told_on_one_statement,
];
