//! The desks: what waits, who has it, what was done about it.

use app::kernel::{DAY_US, MINUTE_US};
use app::web::Lang;
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
    let submit = |id| app::projects::actions::submit(&world.app, &manager.actor, id, 1, world.now()).expect("it is complete");
    submit(first);
    world.later(MINUTE_US);
    submit(second);

    let desk = reviewer.get("/operator");
    desk.has_status(200).sees("待审核的项目").sees("没人审核").sees("待人核对的付款确认").sees("没人核对");
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

on_both_engines![
    the_health_page_names_what_is_oldest_and_what_gave_up,
    watchers_are_told_that_the_process_lives_and_works,
    prometheus_reads_what_happened_without_a_word_about_anybody,
    the_operator_sees_what_waits_how_long_who_has_it_and_what_happens_otherwise,
    a_charitys_desk_takes_up_only_what_waits_there,
];
