//! Finance disclosures in their full shape, the operator's word on them, and expenses that come as a spreadsheet.

use std::fmt::Write as _;

use app::kernel::civil::{day_of, day_text};
use app::kernel::{DAY_US, Id, Refusal, Role, Trouble, claims};
use app::organisations::Kind;
use app::projects::disclosure::{correct, imports, review};
use app::projects::{Elsewhere, NewDisclosure, NewExpense, Thing, actions};
use app::web::Upload;
use db::{params, sql};
use testkit::{Cast, Person, World, on_both_engines};

fn refused<T: std::fmt::Debug>(outcome: Result<T, Trouble>) -> Refusal {
    match outcome {
        Err(Trouble::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn again(world: &World, person: &Person) -> Person {
    world.signed_in(person.id, &person.name, app::kernel::Strength::Staff, Vec::new())
}

fn lines(world: &World, project: Id) -> Vec<Id> {
    let rows =
        world.app.db.read(|tx| tx.query(sql("SELECT id FROM budget_line WHERE project_id = ?1 ORDER BY position"), params![project]));
    rows.expect("lines").iter().map(|row| row.int("id").expect("an id")).collect()
}

/// A project with money in the implementer's hands.
fn funded(world: &World, cast: &Cast, fen: i64) -> Id {
    let project = world.project(cast, "山里孩子的账");
    world.given(project, fen);
    let now = world.now();
    let payout = actions::request_payout(&world.app, &cast.manager.actor, project, fen, "第一批", now).expect("asked");
    actions::approve_payout(&world.app, &cast.finance.actor, payout, now).expect("a first yes");
    actions::approve_payout(&world.app, &cast.approver.actor, payout, now).expect("a second yes");
    project
}

fn spend(world: &World, cast: &Cast, project: Id, line: Id, fen: i64) -> Id {
    let expense = NewExpense {
        budget_line_id: line,
        quantity: 1,
        unit_price_fen: fen,
        description: "一批".to_owned(),
        invoice_number: "24512000".to_owned(),
        spent_day: day_of(world.now()),
    };
    actions::record_expense(&world.app, &cast.implementer_manager.actor, project, &expense, world.now()).expect("recorded")
}

fn disclose(world: &World, cast: &Cast, project: Id, words: &NewDisclosure) -> Result<Id, Trouble> {
    let until = day_of(world.now()) - 1;
    let figures = actions::figures_until(&world.app, &cast.finance.actor, project, until, world.now())?;
    actions::disclose(&world.app, &cast.finance.actor, project, &figures, words, &[], world.now())
}

fn a_disclosure_is_prepared_from_the_ledger_in_its_full_shape(world: &World) {
    let cast = world.cast();
    let project = funded(world, &cast, 1_000_000);
    let line = lines(world, project);
    // The second line is what running the project costs, as the plan says.
    let to_management = sql("UPDATE budget_line SET kind = 'management' WHERE id = ?1");
    world.app.db.write(|tx| tx.execute_one(to_management, params![line[1]])).expect("a line of management");
    spend(world, &cast, project, line[0], 300_000);
    spend(world, &cast, project, line[1], 50_000);
    world.later(2 * DAY_US);
    // Not typed but shown: what the ledger received, every expense of the period, planned and actual.
    let finance = again(world, &cast.finance);
    let path = format!("/desk/projects/{project}/disclosures");
    let until = day_text(day_of(world.now()) - 1);
    let page = finance.submit(&finance.get(&path), &path, &[("until_day", &until)]);
    page.sees("支出明细").sees("管理费用").sees("¥3,000.00").sees("¥500.00").sees("¥3,500.00");
    finance.submit(&page, &path, &[("summary", "收支如上。"), ("other", "1")]).has_status(422).sees("请写明是什么收入");
    finance.submit(&page, &path, &[("summary", "收支如上。"), ("enterprise", "两万")]).has_status(422);
    let over = [("summary", "收支如上。"), ("enterprise", "100"), ("elsewhere_expense", "100.01"), ("expense_words", "运费")];
    finance.submit(&page, &path, &over).has_status(422).sees("最多是 ¥100.00");
    let filled = [("summary", "收支如上。"), ("enterprise", "20,000"), ("elsewhere_expense", "500"), ("expense_words", "运费")];
    let paper = [("papers", "审计报告.png", testkit::PIXEL)];
    finance.submit_files(&page, &path, &filled, &paper).has_status(200).sees("披露已发布");
    let stranger = world.stranger();
    let public = stranger.get(&format!("/projects/{project}"));
    let address = public.links().into_iter().find(|l| l.contains("/disclosures/")).expect("a disclosure");
    let shown = stranger.get(&address);
    for fact in
        ["平台用户捐款", "¥10,000.00", "企业捐款", "¥20,000.00", "运费", "¥19,500.00", "管理费用", "审计报告.png", "平台审核中", "24512000"]
    {
        shown.sees(fact);
    }
    let sheet = stranger.get(&format!("{address}/sheet"));
    assert!(sheet.has_status(200).header("content-type").contains("spreadsheetml"));
    // The next one opens where this one closed, elsewhere too, and tells only what is new.
    spend(world, &cast, project, line[0], 7);
    world.later(DAY_US);
    let more = Elsewhere { expense_fen: 1_950_001, expense_words: "运费".into(), ..Elsewhere::default() };
    let over = disclose(world, &cast, project, &NewDisclosure { elsewhere: more, ..NewDisclosure::of("收支如上。") });
    assert_eq!(refused(over).key, "refusal-disclosure-elsewhere-balance");
    let next = disclose(world, &cast, project, &NewDisclosure::of("收支如上。")).expect("disclosed");
    let told =
        world.count(sql("SELECT CAST(SUM(amount_fen) AS BIGINT) AS count FROM disclosure_expense WHERE disclosure_id = ?1"), params![next]);
    let left = world.count(sql("SELECT closing_fen AS count FROM disclosure_elsewhere WHERE disclosure_id = ?1"), params![next]);
    assert_eq!((told, left), (7, 1_950_000));
}

fn the_operators_word_stands_beside_a_disclosure_until_it_is_corrected(world: &World) {
    let cast = world.cast();
    let project = funded(world, &cast, 100_000);
    world.later(2 * DAY_US);
    let id = disclose(world, &cast, project, &NewDisclosure::of("收支如上。")).expect("disclosed");
    let reviewer = again(world, &cast.reviewer);
    let page = reviewer.click(&reviewer.get("/operator"), "山里孩子的账");
    page.is_at(&format!("/operator/disclosures/{id}")).sees("¥1,000.00");
    let action = format!("/operator/disclosures/{id}/review");
    reviewer.submit(&page, &action, &[("verdict", "returned"), ("reason", "")]).has_status(422).sees("请写明原因");
    // Somebody else has taken it up.
    let taken = world.app.db.write(|tx| claims::take_up(tx, "disclosure", id, cast.second_reviewer.id, world.now()));
    taken.expect("taken up");
    let theirs = refused(review(&world.app, &cast.reviewer.actor, id, true, "", world.now()));
    assert_eq!(theirs.key, "refusal-claimed");
    review(&world.app, &cast.second_reviewer.actor, id, false, "请写明结余怎样使用。", world.now()).expect("returned");
    let twice = refused(review(&world.app, &cast.reviewer.actor, id, true, "", world.now()));
    assert_eq!(twice.key, "refusal-disclosure-reviewed");
    let stranger = world.stranger();
    let public = Thing::Disclosure.path(project, id);
    stranger.get(&public).sees("平台要求更正").sees("请写明结余怎样使用。").sees_no(&cast.second_reviewer.name);
    let finance = again(world, &cast.finance);
    finance.get("/me/notices").sees("需要更正");
    finance.get("/desk").sees("要更正的财务披露");
    world.later(DAY_US / 24);
    let told = (Thing::Disclosure, id);
    correct(&world.app, &cast.finance.actor, project, told, "没有写明结余", "结余用于第二批棉衣。", world.now()).expect("corrected");
    stranger.get(&public).sees("平台审核中").sees("结余用于第二批棉衣。");
    review(&world.app, &cast.reviewer.actor, id, true, "", world.now()).expect("passed");
    stranger.get(&public).sees("平台审核通过");
    // Nobody reviews for their own house, nor may a charity review.
    let other = disclose_again(world, &cast, project);
    let seats = world.staff("both", "双重身份", cast.operator, Role::Reviewer);
    let mut actor = seats.actor.clone();
    if let app::kernel::Actor::Person { seats, .. } = &mut actor {
        seats.push(app::kernel::SeatHeld { organisation_id: cast.charity, role: Role::Finance, operator: false });
    }
    assert_eq!(refused(review(&world.app, &actor, other, true, "", world.now())).key, "refusal-project-recused");
    assert_eq!(refused(review(&world.app, &cast.finance.actor, other, true, "", world.now())).status, 403);
    // Eight reviewers at once have one word.
    let said = std::thread::scope(|scope| {
        let hands: Vec<_> =
            (0..8).map(|_| scope.spawn(|| review(&world.app, &cast.reviewer.actor, other, true, "", world.now()).is_ok())).collect();
        hands.into_iter().map(|hand| usize::from(hand.join().expect("a thread"))).sum::<usize>()
    });
    assert_eq!(said, 1);
}

/// Recorded without its invoice; handed in later, for the desks; shown to everyone when the charity decides so, in the line of the
/// disclosure and on the page of the expense.
fn an_invoice_is_handed_in_later_and_shown_when_the_charity_decides(world: &World) {
    let cast = world.cast();
    let project = funded(world, &cast, 90_000);
    let line = lines(world, project)[0];
    let expense = spend(world, &cast, project, line, 20_000);
    world.later(app::kernel::DAY_US);
    for person in cast.everyone() {
        world.sign_in_again(person);
    }
    let disclosure = disclose(world, &cast, project, &NewDisclosure::of("一笔支出。")).expect("disclosed");
    let at = format!("/desk/projects/{project}/expenses/{expense}");
    let hand_in = |who: &Person, bytes: &[u8]| who.post_files(&format!("{at}/invoice"), &[], &[("invoice", "发票.png", bytes)]);
    cast.finance.post(&format!("{at}/publication"), &[]).has_status(409).sees("还没有发票文件");
    hand_in(&cast.finance, b"MZ a program").has_status(422);
    cast.finance.post_files(&format!("{at}/invoice"), &[], &[]).has_status(422).sees("请选择发票文件");
    hand_in(&cast.approver, testkit::PIXEL).has_status(403);
    hand_in(&cast.implementer_manager, testkit::PIXEL).has_status(303);
    cast.implementer_manager.get(&at).sees("只有本机构和平台能看到");
    hand_in(&cast.finance, testkit::PIXEL).has_status(409).sees("已经有发票文件了");
    let file = world.count(sql("SELECT file_id AS count FROM expense_file WHERE expense_id = ?1"), params![expense]);
    let (stranger, link) = (world.stranger(), format!("/files/{file}"));
    let public = [format!("/projects/{project}/expenses/{expense}"), format!("/projects/{project}/disclosures/{disclosure}")];
    stranger.get(&link).has_status(404);
    for path in &public {
        assert!(!stranger.get(path).links().contains(&link), "{path} shows what is not public");
    }
    cast.implementer_manager.post(&format!("{at}/publication"), &[]).has_status(403);
    cast.finance.submit(&cast.finance.get(&at), &format!("{at}/publication"), &[]).has_status(200).sees("发票已公开");
    cast.manager.post(&format!("{at}/publication"), &[]).has_status(409).sees("已经公开了");
    for path in &public {
        assert!(stranger.get(path).links().contains(&link), "{path} does not show the invoice");
    }
    stranger.get(&link).has_status(200);
    let entries = world.count(sql("SELECT COUNT(*) AS count FROM public_entry WHERE kind = 'invoice_published'"), params![]);
    assert_eq!(entries, 1);
}

/// Told, and then found to be wrong: the next period tells the correction as a line of its own, the note beside the first disclosure
/// says why, and the check of the books agrees.
fn an_expense_corrected_after_it_was_told_is_explained_by_the_next_period(world: &World) {
    let cast = world.cast();
    let project = funded(world, &cast, 90_000);
    let line = lines(world, project)[0];
    let expense = spend(world, &cast, project, line, 20_000);
    let next_day = || {
        world.later(app::kernel::DAY_US);
        for person in cast.everyone() {
            world.sign_in_again(person);
        }
    };
    next_day();
    let first = disclose(world, &cast, project, &NewDisclosure::of("一笔支出。")).expect("disclosed");
    let slip = testkit::paper();
    let typed = actions::Typed { reason: "单价写错", evidence: Some(&slip) };
    let now = world.now();
    let asked = actions::ask_correction(&world.app, &cast.finance.actor, project, (ledger::Code::Expense, expense), &typed, now);
    actions::confirm_reversal(&world.app, &cast.approver.actor, asked.expect("asked"), now).expect("confirmed");
    app::projects::disclosure::correct(
        &world.app,
        &cast.finance.actor,
        project,
        (app::projects::Thing::Disclosure, first),
        "支出 200 元写错了单价",
        "这笔支出已经更正，下一期列为一行",
        now,
    )
    .expect("a note");
    next_day();
    let second = disclose(world, &cast, project, &NewDisclosure::of("更正上期的一笔支出。")).expect("disclosed");
    let figures = |id: Id| {
        let of = |statement| world.count(statement, params![id]);
        (
            of(sql("SELECT opening_fen AS count FROM disclosure WHERE id = ?1")),
            of(sql("SELECT expense_fen AS count FROM disclosure WHERE id = ?1")),
            of(sql("SELECT closing_fen AS count FROM disclosure WHERE id = ?1")),
        )
    };
    let (before, after) = (figures(first), figures(second));
    assert_eq!(after.0, before.2, "the second begins where the first ended");
    assert_eq!(after.2, before.2 + 20_000, "what was not spent is there again");
    let stranger = world.stranger();
    stranger.get(&format!("/projects/{project}/disclosures/{second}")).sees("更正").sees("¥200.00");
    stranger.get(&format!("/projects/{project}/disclosures/{first}")).sees("这笔支出已经更正，下一期列为一行");
    world.check_the_books();
}

fn disclose_again(world: &World, cast: &Cast, project: Id) -> Id {
    world.later(2 * DAY_US);
    disclose(world, cast, project, &NewDisclosure::of("收支如上。")).expect("disclosed")
}

/// A CSV of expenses with these rows below the heads.
fn table(rows: &[String]) -> Vec<u8> {
    let mut text = "支出日期,预算项,内容,数量,单价（元）,金额（元）,发票号码\r\n".to_owned();
    for row in rows {
        let _ = write!(text, "{row}\r\n");
    }
    text.into_bytes()
}

fn upload(bytes: Vec<u8>) -> Upload {
    Upload { field: "sheet".into(), name: "支出.csv".into(), bytes }
}

fn expenses_come_as_a_sheet_and_are_recorded_together_or_not_at_all(world: &World) {
    let cast = world.cast();
    let project = funded(world, &cast, 1_000_000);
    let today = day_text(day_of(world.now()));
    let doer = &cast.implementer_manager;
    let path = format!("/desk/projects/{project}/sheets");
    let template = doer.get(&format!("{path}/template"));
    assert!(template.has_status(200).header("content-type").contains("spreadsheetml"));
    assert!(template.header("content-disposition").contains("expenses-template"));
    let expenses = || world.count(sql("SELECT COUNT(*) AS count FROM expense WHERE project_id = ?1"), params![project]);
    // Something is wrong: every cell is named, and nothing is recorded.
    let good = format!("{today},棉衣,第一批,2,265,530,A1");
    let wrong = table(&[good.clone(), "不记得,毛衣,第二批,一,265,,A2".to_owned(), format!("{today},午餐,午餐,2,5,11,A3")]);
    let page = doer.submit_files(&doer.get(&path), &path, &[], &[("sheet", "支出.csv", &wrong)]);
    page.has_status(200).sees("A3").sees("“不记得”不是日期").sees("B3").sees("没有预算项“毛衣”").sees("D3").sees("F4").sees("应是 ¥10.00");
    assert!(!page.forms().iter().any(|f| f.action.ends_with("/confirmation")));
    doer.post(&format!("{}/confirmation", page.path), &[]).has_status(409).sees("还有要改的单元格");
    assert_eq!(expenses(), 0);
    // All is well: looked at, confirmed, in the books with its row.
    let right = table(&[good, format!("{today},午餐,午餐,２,\"￥5.00\",10,A3")]);
    let page = doer.submit_files(&doer.get(&path), &path, &[], &[("sheet", "支出.csv", &right)]);
    page.has_status(200).sees("¥540.00").sees("检查通过");
    assert_eq!(expenses(), 0, "looking records nothing");
    let sheet: Id = page.path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("its id");
    // Eight impatient thumbs record it once.
    let recorded = std::thread::scope(|scope| {
        let hands: Vec<_> =
            (0..8).map(|_| scope.spawn(|| imports::confirm(&world.app, &doer.actor, project, sheet, world.now()).is_ok())).collect();
        hands.into_iter().map(|hand| usize::from(hand.join().expect("a thread"))).sum::<usize>()
    });
    assert_eq!((recorded, expenses()), (1, 2));
    doer.get(&page.path).sees("已登记");
    // The same file again is refused unless it is meant; a known invoice is said.
    let refused_page = doer.submit_files(&doer.get(&path), &path, &[], &[("sheet", "另一个名字.csv", &right)]);
    refused_page.has_status(422).sees("已经登记过");
    let meant = doer.submit_files(&refused_page, &path, &[("again", "1")], &[("sheet", "支出.csv", &right)]);
    meant.has_status(200).sees("发票号码 A1 已经登记过");
    doer.submit(&meant, &format!("{}/confirmation", meant.path), &[]).has_status(200).sees("全部登记");
    assert_eq!(expenses(), 4);
    // More than there is, more than a line holds, another project's template, no spreadsheet, too many rows.
    let much = table(&[format!("{today},午餐,午餐,1,9000,,B1"), format!("{today},午餐,午餐,1,990,,B2")]);
    let page = doer.submit_files(&doer.get(&path), &path, &[], &[("sheet", "支出.csv", &much)]);
    page.has_status(200).sees("待报账的款项只有");
    let id: Id = page.path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("its id");
    assert_eq!(refused(imports::confirm(&world.app, &doer.actor, project, id, world.now())).key, "refusal-sheet-unpaid");
    let over = table(&[format!("{today},午餐,午餐,30000,5,,C1")]);
    doer.submit_files(&doer.get(&path), &path, &[], &[("sheet", "支出.csv", &over)]).sees("F2").sees("超出");
    let other = world.project(&cast, "别的项目");
    let theirs = doer.get(&format!("/desk/projects/{other}/sheets/template")).body.to_vec();
    doer.submit_files(&doer.get(&path), &path, &[], &[("sheet", "模板.xlsx", &theirs)]).has_status(422).sees("另一个项目的模板");
    let own = doer.get(&format!("{path}/template")).body.to_vec();
    doer.submit_files(&doer.get(&path), &path, &[], &[("sheet", "模板.xlsx", &own)]).has_status(200).sees("表头下面没有内容");
    doer.submit_files(&doer.get(&path), &path, &[], &[("sheet", "a.xlsx", testkit::PIXEL)]).has_status(422).sees("这不是表格文件");
    let many = table(&vec![format!("{today},午餐,午餐,1,1,,D1"); 100_000]);
    doer.submit_files(&doer.get(&path), &path, &[], &[("sheet", "多.csv", &many)]).has_status(422).sees("最多 500 行");
    // Another charity's staff find nothing of it.
    let elsewhere = world.organisation(Kind::Charity, "邻县慈善会", 5);
    let outsider = world.staff("outsider", "外人", elsewhere, Role::Manager);
    let foreign = imports::look_at(&world.app, &outsider.actor, project, &upload(right.clone()), false, world.now());
    assert_eq!(refused(foreign).status, 404);
    assert_eq!(refused(imports::confirm(&world.app, &outsider.actor, project, id, world.now())).status, 404);
    assert_eq!(refused(imports::look_at(&world.app, &cast.approver.actor, project, &upload(right), false, world.now())).status, 403);
    assert_eq!(expenses(), 4);
    let export = doer.get(&format!("{path}/expenses"));
    assert!(export.has_status(200).header("content-type").contains("spreadsheetml"));
}

on_both_engines![
    an_invoice_is_handed_in_later_and_shown_when_the_charity_decides,
    an_expense_corrected_after_it_was_told_is_explained_by_the_next_period,
    a_disclosure_is_prepared_from_the_ledger_in_its_full_shape,
    the_operators_word_stands_beside_a_disclosure_until_it_is_corrected,
    expenses_come_as_a_sheet_and_are_recorded_together_or_not_at_all,
];
