//! The desks: what waits, who has it, what was done about it.

use app::kernel::{DAY_US, MINUTE_US, Right};
use app::operations::report::{self, Half};
use app::web::{Lang, Method};
use db::{params, sql};
use testkit::{Cast, Page, World, on_both_engines};

use crate::routes;

fn claim(page: &Page, who: &testkit::Person, thing: &str, id: i64, what: &str) -> Page {
    let id = id.to_string();
    let desk = if page.path.starts_with("/operator") { "/operator/claims" } else { "/desk/claims" };
    who.post(desk, &[("thing", thing), ("id", &id), ("do", what), ("back", &page.path)])
}

fn the_operator_sees_what_waits_how_long_who_has_it_and_what_happens_otherwise(world: &World) {
    let all = routes::everything(world);
    let Cast { reviewer, second_reviewer, manager, .. } = &all.cast;
    let (first, second) = (world.drafted(&all.cast, "早交的项目"), world.drafted(&all.cast, "晚交的项目"));
    let submit =
        |id| app::projects::actions::submit(&world.app, &manager.actor, id, world.version(id), world.now()).expect("it is complete");
    submit(first);
    world.later(MINUTE_US);
    submit(second);

    let desk = reviewer.get("/operator");
    desk.has_status(200).sees("待审核的项目").sees("没人审核").sees("待人核对的付款确认").sees("没人核对");
    // One line a queue, which names the oldest, its day and that nobody has it; what is late comes first, and behind the line is the queue.
    desk.sees("早交的项目").sees_no("晚交的项目").sees("2 件").sees("没人领取").sees("其他队列现在没有事项等待");
    let desk = reviewer.get("/operator?queue=waiting-project-submitted");
    let text = desk.text();
    assert!(text.find("早交的项目") < text.find("晚交的项目"), "the oldest comes first");

    // One takes it up; the other sees that, cannot take it, and cannot decide it.
    claim(&desk, reviewer, "project", first, "take").has_status(200).sees("归您处理").sees("您在处理");
    let other = second_reviewer.get("/operator");
    other.sees("周审在处理");
    claim(&other, second_reviewer, "project", first, "take").has_status(409).sees("另一位同事");
    let page = second_reviewer.get(&format!("/operator/projects/{first}"));
    page.sees("周审正在处理这件事");
    let review = format!("/operator/projects/{first}/review");
    second_reviewer.submit(&page, &review, &[("note", "齐全")]).has_status(409).sees("另一位同事");
    reviewer.get("/operator?show=mine").sees("早交的项目").sees_no("晚交的项目");
    reviewer.get("/operator?show=free&queue=waiting-project-submitted").sees("晚交的项目").sees_no("早交的项目");
    reviewer.get("/operator?q=没有这个").sees("没有符合条件的事项");

    // Half an hour later it is anybody's again; whoever has it decides, and it is gone.
    world.clock.advance(31 * MINUTE_US);
    let page = second_reviewer.get(&format!("/operator/projects/{first}"));
    claim(&page, second_reviewer, "project", first, "take").sees("这件事由您处理");
    claim(&page, second_reviewer, "project", first, "leave").sees("放回队列");
    second_reviewer.submit(&second_reviewer.get(&page.path), &review, &[("note", "齐全")]).has_status(200).sees("审核通过");

    // Ten days later what nobody touched is late.
    world.later(10 * DAY_US);
    world.sign_in_again(reviewer);
    reviewer.get("/operator?show=late").sees("晚交的项目").sees("逾期");
    let whole = reviewer.get("/operator").text().to_owned();
    assert!(whole.find("件逾期") < whole.find("没有时限"), "what is late comes before what has no clock: {whole}");
    let table = reviewer.get("/operator/waiting.csv?order=due");
    assert!(table.header("content-type").starts_with("text/csv"));
    assert!(table.source().contains("晚交的项目"), "{}", table.source());
    reviewer.speaks(Lang::En);
    reviewer.get("/operator").sees("If nobody reviews it");
}

fn a_charitys_desk_takes_up_only_what_waits_there(world: &World) {
    let all = routes::everything(world);
    let Cast { finance, approver, reviewer, .. } = &all.cast;
    let desk = finance.get("/desk");
    desk.has_status(200).sees("待审批的拨款").sees("¥100.00").sees("没人审批");
    claim(&desk, finance, "payout", all.life.open_payout, "take").sees("您在处理");
    approver.get("/desk").sees("冯财务在处理");
    claim(&approver.get("/desk"), approver, "payout", all.life.open_payout, "take").has_status(409);
    // Not its own, or nothing at all.
    for (thing, id) in [("held", all.life.held), ("payout", 1), ("project", all.life.published)] {
        claim(&desk, finance, thing, id, "take").has_status(409).sees("不在等待处理的事项里");
    }
    reviewer.get("/operator").sees_no("冯财务");
    assert!(finance.get("/desk/waiting.csv").source().contains("¥100.00"));
}

fn the_health_page_names_what_is_oldest_and_what_gave_up(world: &World) {
    let cast = world.cast();
    // A job of a kind that nobody knows, tried ten times over hours.
    let now = world.now();
    world.app.db.write(|tx| app::jobs::enqueue(tx, 7, "forgotten", "payload", now)).expect("a job");
    let health = || {
        world.sign_in_again(&cast.reviewer);
        cast.reviewer.get("/operator/health")
    };
    health().has_status(200).sees("账本一致").sees("forgotten").sees("刚刚");
    for _ in 0..10 {
        world.later(60 * MINUTE_US);
    }
    app::jobs::run_chores(&world.app);
    let page = health();
    page.sees("多次失败").sees("正常").sees_no("还没有做过");
    let metrics = app::operations::metrics(&world.app);
    assert!(metrics.contains("huihai_failed_jobs 1\n"), "{metrics}");

    // Without a reason nothing happens; tried again it fails again; discarded it is gone, and both reasons are kept.
    let action = "/operator/health/jobs/7";
    cast.reviewer.submit(&page, action, &[("reason-7", ""), ("do", "retry")]).has_status(422).sees("请写明理由");
    cast.reviewer.submit(&page, action, &[("reason-7", "已更新程序"), ("do", "retry")]).has_status(200).sees("马上重试");
    for _ in 0..10 {
        world.later(60 * MINUTE_US);
    }
    let page = health();
    cast.reviewer
        .submit(&page, action, &[("reason-7", "不再需要"), ("do", "discard")])
        .has_status(200)
        .sees("已作废")
        .sees("没有放弃的任务");
    cast.reviewer.post(action, &[("reason-7", "再来"), ("do", "discard")]).has_status(404);
    let kept = world.count(sql("SELECT COUNT(*) AS count FROM job_decision WHERE reason IN ('已更新程序', '不再需要')"), params![]);
    assert_eq!(kept, 2);
}

fn watchers_are_told_that_the_process_lives_and_works(world: &World) {
    let stranger = world.stranger();
    assert_eq!(stranger.get("/healthz").source(), "alive\n");
    assert_eq!(stranger.get("/readyz").source(), "ready\n");
    stranger.get("/metrics").has_status(404);
}

fn prometheus_reads_what_happened_without_a_word_about_anybody(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    world.keep_private("不愿留名的秦女士");
    let donor = world.donor("13800138000");
    let wish = testkit::Wish { project, amount_fen: 5_000, name: "不愿留名的秦女士", message: "悄悄话一句", anonymous: true };
    let gift = world.wish(&donor.actor, &wish).expect("a wish");
    world.catch_up();
    world.pay(gift);
    let code = world.app.secret.code("gift", &gift.to_string());
    donor.get(&format!("/gifts/{gift}/{code}")).has_status(200);
    world.stranger().get("/no-such-page").has_status(404);
    app::jobs::run_chores(&world.app);
    let text = app::operations::metrics(&world.app);
    for line in [
        "huihai_gifts_settled_total 1\n",
        "huihai_queue_depth 0\n",
        "huihai_books_alarm 0\n",
        "huihai_database_up 1\n",
        "huihai_http_requests_total{method=\"GET\",route=\"/gifts/{id}/{code}\",status=\"2xx\"} 1\n",
        "huihai_http_request_seconds_bucket{method=\"GET\",route=\"/gifts/{id}/{code}\",le=\"+Inf\"} 1\n",
        "huihai_channel_answers_total{status=\"200\"}",
        "huihai_chore_age_seconds{chore=\"roll up totals\"} 0.000000\n",
    ] {
        assert!(text.contains(line), "no {line} in\n{text}");
    }
    for private in ["13800138000", "不愿留名", "悄悄话", &code, &gift.to_string(), &project.to_string()] {
        assert!(!text.contains(private), "{private} is told to Prometheus");
    }
    // What promtool would complain about: a sample without a type, a type told twice.
    let mut types = std::collections::BTreeSet::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split(' ').next()) {
            assert!(types.insert(name.to_owned()), "{name} has two types");
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap_or_default();
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).filter(|f| types.contains(*f));
            assert!(types.contains(family.unwrap_or(name)), "{name} has no type");
            assert!(line.rsplit(' ').next().is_some_and(|value| value.parse::<f64>().is_ok()), "{line}");
        }
    }
}

fn the_audit_trail_is_searched_cannot_be_deleted_and_a_tampered_chain_is_found(world: &World) {
    let all = routes::everything(world);
    let Cast { reviewer, finance, .. } = &all.cast;
    let path = format!("/desk/projects/{}/progress", all.life.published);
    finance.post(&path, &[("kind", "news"), ("title", "越权"), ("body", "不该成功")]).has_status(403);
    world.catch_up();
    let page = reviewer.get(&format!("/operator/audit?person=冯财务&path={path}"));
    page.has_status(200).sees("冯财务").sees(&path).sees("没有被接受").sees_no("郑项目").sees_no("越权");
    reviewer.get("/operator/audit?day=2020-01-01").sees("没有符合条件的记录");
    reviewer.get("/operator/audit?person=没有这个人").sees("没有符合条件的记录");
    assert!(reviewer.get("/operator/audit.csv").source().contains("冯财务"));
    reviewer.get("/operator/audit?recompute=1").sees("链条完整");

    for removal in
        [sql("DELETE FROM audit WHERE id > 0"), sql("DELETE FROM audit_link WHERE position > 0"), sql("UPDATE audit SET path = '/'")]
    {
        assert!(world.app.db.write(|tx| tx.execute(removal, params![])).is_err(), "the database itself refuses {}", removal.text());
    }
    // Whoever owns the database can put its trigger aside. Then the chain tells.
    let (aside, back) = match world.engine() {
        testkit::Engine::Sqlite => (sql("DROP TRIGGER audit_keeps"), None),
        testkit::Engine::Postgres => {
            (sql("ALTER TABLE audit DISABLE TRIGGER audit_stays"), Some(sql("ALTER TABLE audit ENABLE TRIGGER audit_stays")))
        }
    };
    let id = world.count(sql("SELECT MIN(audit_id) AS count FROM audit_link"), params![]);
    let person = world.count(sql("SELECT person_id AS count FROM audit WHERE id = ?1"), params![id]);
    let as_owner = |person: i64| {
        world
            .app
            .db
            .write(|tx| tx.execute_one(sql("UPDATE audit SET person_id = ?2 WHERE id = ?1"), params![id, person]))
            .expect("tampered")
    };
    world.app.db.write(|tx| tx.execute(aside, params![])).expect("the owner of the database");
    as_owner(1);
    let (_, findings) = app::settlement::check::check(&world.app.db).expect("a check");
    assert!(findings.iter().any(|f| f.0.contains(&id.to_string()) && f.0.contains("audit trail is broken")), "{findings:?}");
    reviewer.get("/operator/audit?recompute=1").sees("链条断了").sees(&id.to_string());
    as_owner(person);
    if let Some(back) = back {
        world.app.db.write(|tx| tx.execute(back, params![])).expect("the owner of the database");
    }
    reviewer.get("/operator/audit?recompute=1").sees("链条完整");
}

/// R22: the platform publishes how it ran at least every half year (公开募捐平台服务管理办法).
fn r22_a_half_yearly_report_is_counted_published_once_and_corrected_by_note(world: &World) {
    let all = routes::everything(world);
    let reviewer = &all.cast.reviewer;
    let stranger = world.stranger();
    stranger.get("/reports").has_status(200).sees("还没有发布过报告");
    let so_far = stranger.get("/reports/2026H2");
    so_far.has_status(200).sees("还没有发布").sees("捐赠金额").sees("¥1,000.00");
    stranger.get("/reports/2027H1").has_status(404);
    stranger.get("/reports/2026H3").has_status(404);
    reviewer.post("/operator/reports", &[("half", "2026H2")]).has_status(409).sees("还没有过完");

    let half = Half::parse("2026H2").expect("a half year");
    let counted = || world.app.db.read(|tx| report::count(tx, half, world.app.mode)?.json()).expect("figures");
    let before = counted();
    assert!(before.contains(r#""gifts":{"count":1,"fen":100000}"#), "{before}");
    assert!(before.contains(r#""payouts":{"count":1,"fen":60000}"#), "{before}");

    // The year turns; what happens afterwards belongs to the next half.
    world.later(140 * DAY_US);
    let at_the_end = counted();
    world.sign_in_again(reviewer);
    let page = reviewer.get("/operator/reports");
    reviewer.submit(&page, "/operator/reports", &[]).has_status(200).sees("报告已发布");
    reviewer.post("/operator/reports", &[("half", "2026H2")]).has_status(409).sees("已经发布过");
    stranger.get("/reports/2026H2").sees("与账本一致");
    let kept = stranger.get("/reports/2026H2/figures.json").source().to_owned();
    assert_eq!(kept, at_the_end, "the published bytes are the counted ones");
    let _ = world.app.db.write(|tx| tx.execute(sql("UPDATE platform_report SET body = ''"), params![])).expect_err("a report stays");
    world.later(30 * DAY_US);
    assert_eq!(counted(), kept, "counted again a month later, the same bytes");
    world.sign_in_again(reviewer);
    let page = reviewer.get("/operator/reports");
    reviewer.submit(&page, "/operator/reports/notes", &[("note", "")]).has_status(422);
    reviewer.submit(&page, "/operator/reports/notes", &[("note", "捐赠笔数未含线下捐赠。")]).has_status(200).sees("更正已发布");
    stranger.get("/reports/2026H2").sees("捐赠笔数未含线下捐赠。").sees("与账本一致");
    let entries =
        world.count(sql("SELECT COUNT(*) AS count FROM public_entry WHERE kind IN ('platform_report', 'platform_report_note')"), params![]);
    assert_eq!(entries, 2);
}

fn an_appeal_is_judged_by_somebody_else_with_a_reason(world: &World) {
    let all = routes::everything(world);
    let Cast { manager, reviewer, second_reviewer, implementer_manager, .. } = &all.cast;
    let desk = manager.get("/desk/appeals");
    desk.has_status(200).sees("退回的第一个项目").sees("退回的第二个项目").sees("等待答复");
    let judged = format!("/operator/appeals/{}", all.life.appeal);
    second_reviewer.get("/operator").sees("待答复的申诉").sees("没人答复");
    // Whoever decided is not even offered the buttons, and the door is shut.
    reviewer.get(&judged).sees("请别人来答复").sees_no("维持原决定");
    reviewer.post(&judged, &[("do", "confirm"), ("reason", "没问题")]).has_status(403).sees("要由别人来答复");
    let page = second_reviewer.get(&judged);
    page.sees("预算写得太粗").sees("附件里有明细");
    second_reviewer.submit(&page, &judged, &[("do", "uphold"), ("reason", "")]).has_status(422);
    second_reviewer.submit(&page, &judged, &[("do", "uphold"), ("reason", "明细足够，请重新提交。")]).has_status(200).sees("申诉成立");
    second_reviewer.post(&judged, &[("do", "confirm"), ("reason", "改主意了")]).has_status(409);
    manager.get(&format!("/desk/appeals/{}", all.life.appeal)).sees("申诉成立").sees("请重新提交");
    manager.get("/me/notices").sees("申诉成立");
    // Once only, and only by whom it concerns.
    let again = |who: &testkit::Person, id: i64| {
        who.post("/desk/appeals", &[("thing", "project"), ("id", &id.to_string()), ("statement", "再看一次")])
    };
    let second = world.count(sql("SELECT thing_id AS count FROM appeal WHERE id = ?1"), params![all.life.appeal]);
    again(manager, second).has_status(409);
    again(implementer_manager, all.life.returned).has_status(409);
    again(manager, all.life.published).has_status(409);
    implementer_manager.get(&format!("/desk/appeals/{}", all.life.appeal)).has_status(404);
    // Late, both sides see it; too old, it cannot be made.
    again(manager, all.life.returned).has_status(200);
    world.later(20 * DAY_US);
    for person in [manager, second_reviewer] {
        world.sign_in_again(person);
    }
    manager.get("/desk/appeals").sees("逾期");
    second_reviewer.get("/operator?queue=waiting-appeal&show=late").sees("退回的第一个项目");
}

/// R16: no deception, no quotas in disguise (慈善法 art. 31, 32): no page ranks givers, and nothing groups them by employer
/// or class. That nobody is pressed elsewhere no program can promise; every page has a way to complain.
fn r16_no_page_ranks_givers_or_counts_them_by_employer_or_class(world: &World) {
    let _all = routes::everything(world);
    let schema = world.app.db.schema().expect("a schema");
    for (table, columns) in &schema.tables {
        for column in &columns.columns {
            let grouping =
                ["employer", "class", "school", "quota", "department"].iter().find(|w| column.name.split('_').any(|part| part == **w));
            assert!(grouping.is_none(), "{table}.{} would let givers be grouped", column.name);
        }
    }
    let stranger = world.stranger();
    for route in app::routes().iter().filter(|r| r.right == Right::Anyone && r.method == Method::Get && !r.path.contains('{')) {
        let page = stranger.visit(route.path);
        if page.is_html() && page.status == 200 {
            for word in ["排行榜", "捐赠排名", "人人都要捐", "完成率"] {
                page.sees_no(word);
            }
            assert!(page.links().iter().any(|link| link.starts_with("/complaints/new")), "{} has no way to complain", route.path);
        }
    }
}

/// R23: certificates and fundraising records at least two years, books thirty, logs six months (网络安全法 art. 21). The
/// program deletes none of them at all: whatever a chore forgets is named here.
fn r23_nothing_that_must_be_kept_is_ever_deleted(world: &World) {
    let all = routes::everything(world);
    let keep = [
        "certificate",
        "organisation",
        "project",
        "project_step",
        "budget_line",
        "progress_post",
        "disclosure",
        "payout",
        "expense",
        "transfer",
        "gift",
        "gift_intent",
        "gift_batch",
        "project_gift",
        "calmer_snapshot",
        "channel_day",
        "bill_day",
        "reconciliation_case",
        "held_notification",
        "refused_notification",
        "public_entry",
        "audit",
        "audit_outcome",
        "audit_link",
        "complaint",
        "complaint_step",
        "appeal",
        "file",
        "file_body",
        "job_decision",
    ];
    let rows =
        || world.app.db.digests().expect("digests").into_iter().map(|d| (d.table, d.rows)).collect::<std::collections::BTreeMap<_, _>>();
    let before = rows();
    for _ in 0..3 {
        world.later(1_100 * DAY_US);
    }
    let after = rows();
    for table in keep {
        assert!(
            after[table] >= before[table] && before.contains_key(table),
            "{table} had {} rows and has {} nine years later",
            before[table],
            after[table]
        );
    }
    assert!(all.life.gift > 0);
}

/// R25: the function groups of MZ/T 087-2017 as its readers name them, each with the pages that serve it.
#[test]
fn r25_every_function_group_of_mz_t_087_has_its_routes() {
    let routes = app::routes();
    let there = |path: &str| routes.iter().any(|route| route.path == path);
    for (group, paths) in [
        ("募捐活动详情", &["/projects", "/projects/{id}", "/projects/{id}/disclosures/{disclosure}"][..]),
        ("慈善组织详情", &["/organisations", "/organisations/{id}"]),
        ("捐赠记录", &["/me/gifts", "/gifts/{id}/{code}"]),
        ("社会举报", &["/complaints/new", "/operator/complaints/{id}"]),
        ("活动管理", &["/desk/projects/{id}", "/desk/projects/{id}/progress", "/operator/projects/{id}"]),
        ("捐赠管理", &["/projects/{id}/gift", "/operator/reconciliation", "/operator/held"]),
        ("捐赠人管理", &["/me", "/sign-in"]),
    ] {
        for path in paths {
            assert!(there(path), "{group}: no route {path}");
        }
    }
}

/// R26: what the summary of the platform rule asks of the system itself. Designation by the ministry, 等保 and penetration
/// tests are people's work; the parts that are software each have a route or a header.
#[test]
fn r26_display_payment_and_use_query_are_there_and_safe() {
    let routes = app::routes();
    let right = |path: &str| routes.iter().find(|route| route.path == path).map(|route| route.right);
    assert_eq!(right("/projects/{id}"), Some(Right::Anyone), "display");
    assert_eq!(right("/projects/{id}/gift"), Some(Right::Anyone), "payment");
    assert_eq!(right("/gifts/{id}/{code}"), Some(Right::Anyone), "use query, by the donor's own link");
    assert!(routes.iter().any(|route| route.path == "/wechat/notifications"), "confirmation by the channel");
    for header in ["content-security-policy", "x-content-type-options", "referrer-policy"] {
        assert!(app::web::SECURITY_HEADERS.iter().any(|(name, _)| *name == header), "{header}");
    }
    for operated in ["/operator/audit", "/operator/health", "/operator/settings"] {
        assert_eq!(right(operated), Some(Right::Operator), "{operated}");
    }
}

on_both_engines![
    the_audit_trail_is_searched_cannot_be_deleted_and_a_tampered_chain_is_found,
    r22_a_half_yearly_report_is_counted_published_once_and_corrected_by_note,
    an_appeal_is_judged_by_somebody_else_with_a_reason,
    r16_no_page_ranks_givers_or_counts_them_by_employer_or_class,
    r23_nothing_that_must_be_kept_is_ever_deleted,
    the_health_page_names_what_is_oldest_and_what_gave_up,
    watchers_are_told_that_the_process_lives_and_works,
    prometheus_reads_what_happened_without_a_word_about_anybody,
    the_operator_sees_what_waits_how_long_who_has_it_and_what_happens_otherwise,
    a_charitys_desk_takes_up_only_what_waits_there,
];

#[test]
fn pages_of_operations_fit_small_phones_and_complain_of_nothing() {
    let world = World::with(testkit::Engine::Sqlite, testkit::Options { for_a_real_browser: true, ..testkit::Options::default() });
    let all = routes::everything(&world);
    app::jobs::run_chores(&world.app);
    let chromium = testkit::Chromium::start("zh-CN");
    let pictures =
        std::env::var_os("HUIHAI_SCREENSHOTS").map_or_else(|| crate::sources::root().join("target/screenshots"), std::path::PathBuf::from);
    for (person, paths) in [
        (
            &all.cast.reviewer,
            vec![
                "/operator".to_owned(),
                "/operator/health".to_owned(),
                "/operator/audit".to_owned(),
                "/operator/appeals".to_owned(),
                "/operator/reports".to_owned(),
                "/operator/members".to_owned(),
                "/reports/2026H2".to_owned(),
                "/about/mode".to_owned(),
            ],
        ),
        (&all.cast.second_reviewer, vec![format!("/operator/appeals/{}", all.life.appeal)]),
        (
            &all.cast.manager,
            vec!["/desk".to_owned(), "/desk/appeals".to_owned(), format!("/desk/appeals/new?thing=project&id={}", all.life.returned)],
        ),
    ] {
        chromium.open(&format!("http://{}/help", world.address()));
        let token = person.cookie("huihai_session").expect("a session");
        let _ = chromium.evaluate(&format!("document.cookie = 'huihai_session={token}; path=/'"));
        for path in paths {
            for (width, height) in [(320, 640), (360, 740), (1280, 800)] {
                chromium.resize(width, height);
                chromium.open(&format!("http://{}{path}", world.address()));
                assert_eq!(chromium.overflow(), 0, "{path} stands out of a window of {width} pixels");
                if width > 320 {
                    let name = path.split('?').next().unwrap_or_default().trim_matches('/').replace('/', "-");
                    chromium.screenshot(&pictures.join(format!("operations-{name}-{width}.png")));
                }
            }
            let complaints = chromium.complaints();
            assert!(complaints.is_empty(), "{path}: {complaints:#?}");
        }
    }
}
