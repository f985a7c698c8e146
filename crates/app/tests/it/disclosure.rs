//! Telling late: who is reminded, and what the public sees; corrections that stand beside what they correct; entries that never
//! go away.

use app::kernel::civil::{add_months, day_of, day_text, start_of};
use app::kernel::{DAY_US, Id, Strength};
use app::projects::disclosure::{correct, tell_leftovers};
use app::projects::{NewDisclosure, NewProgress, Thing, actions};
use db::{params, sql};
use testkit::{Cast, PIXEL, Person, World, on_both_engines, told};

fn again(world: &World, person: &Person) -> Person {
    world.signed_in(person.id, &person.name, Strength::Staff, Vec::new())
}

fn post(world: &World, cast: &Cast, project: Id, title: &str) -> Id {
    let post = told(title, "按计划进行。", title, 120);
    actions::post_progress(&world.app, &cast.manager.actor, project, &post, &[], world.now()).expect("posted")
}

/// Discloses until yesterday.
fn disclose(world: &World, cast: &Cast, project: Id) -> Id {
    let (finance, until) = (&cast.finance.actor, day_of(world.now()) - 1);
    let figures = actions::figures_until(&world.app, finance, project, until, world.now()).expect("figures");
    actions::disclose(&world.app, finance, project, &figures, &NewDisclosure::of("收支如上。"), &[], world.now()).expect("disclosed")
}

fn step(world: &World, cast: &Cast, project: Id, what: &str) {
    let version = world.count(sql("SELECT version AS count FROM project WHERE id = ?1"), params![project]);
    let (app, manager, now) = (&world.app, &cast.manager.actor, world.now());
    match what {
        "end" => actions::end_fundraising(app, manager, project, version, "期限已到", now),
        "execute" => actions::start_executing(app, manager, project, version, now),
        _ => actions::close(app, manager, project, version, "做完了", now),
    }
    .expect("a step");
}

/// No clock is kept: who is reminded and when, what the lists show, and that making it good does not make it undone. The whole
/// year of such a project, through the pages, is `year_missed.rs`.
fn reminders_come_in_time_and_lateness_is_shown_everywhere(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "没有音讯的项目");
    let published = day_of(world.now());
    let due = add_months(published, 3);
    let notices = |person: &Person, message: &str| {
        world.count(sql("SELECT COUNT(*) AS count FROM notice WHERE person_id = ?1 AND message = ?2"), params![person.id, message])
    };
    // Reminded 14, 7 and 1 days before, and 1, 7 and 14 days after: each once, however often the clock ticks.
    for (day, before, after) in [
        (due - 15, 0, 0),
        (due - 14, 1, 0),
        (due - 10, 1, 0),
        (due - 7, 2, 0),
        (due - 1, 3, 0),
        (due, 3, 0),
        (due + 1, 3, 1),
        (due + 8, 3, 2),
        (due + 14, 3, 3),
        (due + 20, 3, 3),
    ] {
        world.later(start_of(day) + DAY_US / 2 - world.now());
        world.catch_up();
        let sent = (notices(&cast.manager, "notice-disclosure-soon"), notices(&cast.manager, "notice-disclosure-late"));
        assert_eq!(sent, (before, after), "on {}", day_text(day));
    }
    assert_eq!(notices(&cast.finance, "notice-disclosure-late"), 3, "the finance answers too");
    assert_eq!(notices(&cast.approver, "notice-disclosure-late"), 0, "an approver does not");
    let manager = again(world, &cast.manager);
    manager.get("/me/notices").sees("没有音讯的项目").sees("已逾期 1 天");
    manager.get("/desk").sees("要公开的报告");
    // News does not stand in for a report.
    let form = manager.get(&format!("/desk/projects/{project}/progress"));
    let action = format!("/desk/projects/{project}/progress");
    let words = [("title", "我们上了电视"), ("body", "本县电视台来采访。")];
    manager.submit(&form, &action, &words).has_status(422).sees("请写明做了什么").sees("请选“动态”");
    let news = [&words[..], &[("kind", "news")]].concat();
    manager.submit(&form, &action, &news).has_status(200).sees("它不算项目进展");
    let stranger = world.stranger();
    let register = stranger.get("/disclosure");
    register.sees("没有音讯的项目").sees("逾期 20 天").sees("清河慈善基金会").sees("中华人民共和国慈善法").sees("第 79 条");
    stranger.get("/disclosure?field=health").sees_no("没有音讯的项目");
    stranger.get("/disclosure?field=poverty&area=510000000000").sees("没有音讯的项目");
    stranger.get("/disclosure?area=110000000000").sees_no("没有音讯的项目");
    stranger.get(&format!("/disclosure?organisation={}", cast.implementer)).sees("没有音讯的项目");
    stranger.get("/disclosure/charities").sees("清河慈善基金会").sees("逾期 20 天");
    stranger.get("/disclosure/clocks").sees("第 72 条").sees("5 天");
    let file = stranger.get("/disclosure/register.csv");
    assert!(file.contains_bytes("没有音讯的项目") && file.header("content-type").starts_with("text/csv"));
    stranger.get("/projects").sees("报告逾期 20 天");
    stranger.get(&format!("/projects/{project}")).sees("已逾期 20 天").sees("动态");
    // Made good, it is late no more, and its lateness stays in its record.
    post(world, &cast, project, "终于有了进展");
    stranger.get("/disclosure").sees_no("没有音讯的项目");
    let clocks = stranger.get(&format!("/projects/{project}/clocks"));
    clocks.sees("逾期 20 天").sees(&format!("{} 已公开", day_text(due + 20)));
    // Everything else is missed, too: half a year without finances, the end of both without a report.
    world.later(start_of(add_months(published, 7)) - world.now());
    step(world, &cast, project, "end");
    step(world, &cast, project, "execute");
    step(world, &cast, project, "close");
    world.later(start_of(add_months(published, 12)) - world.now());
    let page = stranger.get(&format!("/projects/{project}"));
    page.sees("募款结束后的全面公开").sees("结项后的全面公开");
    let clocks = stranger.get(&format!("/projects/{project}/clocks"));
    clocks.sees("仍未公开，之后不再需要").sees("还没有公开");
    world.check_the_books();
}

/// 令81号 art. 16: what was told is corrected by a note beside it and is never edited, whoever asks.
fn r13_what_was_told_stays_and_corrections_stand_beside_it(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的账");
    let progress = post(world, &cast, project, "发放棉衣 120 件");
    let manager = &cast.manager;
    let action = format!("/desk/projects/{project}/corrections");
    let form = manager.get(&format!("{action}?thing=progress-{progress}"));
    manager.submit(&form, &action, &[("was_wrong", ""), ("is_right", "112 件")]).has_status(422).sees("请写明原来哪里写错了");
    let right = [("was_wrong", "“120 件”写错了。"), ("is_right", "是 112 件，数错了一箱。")];
    manager.submit(&form, &action, &right).has_status(200).sees("和原文放在一起");
    let stranger = world.stranger();
    let original = format!("/projects/{project}/progress/{progress}");
    let page = stranger.get(&original);
    page.has_status(200).sees("发放棉衣 120 件").sees("是 112 件，数错了一箱。").sees("已更正");
    let note = page.links().into_iter().find(|l| l.contains("/corrections/")).expect("a link to the note");
    let page = stranger.get(&note);
    page.sees("清河慈善基金会").sees("是 112 件，数错了一箱。").sees_no(&cast.manager.name);
    // The hash of what was corrected is the one that was published with it.
    let entry = world.count(
        sql("SELECT COUNT(*) AS count FROM public_entry AS posted JOIN public_entry AS corrected ON corrected.kind = 'correction_published' \
             WHERE posted.kind = 'progress_posted' AND corrected.body LIKE '%' || ?1 || '%' AND posted.body LIKE '%' || ?1 || '%'"),
        params![hash_of(world, project)],
    );
    assert_eq!(entry, 1);
    // A note that was wrong itself gets a note of its own.
    let id: Id = note.rsplit('/').next().and_then(|id| id.parse().ok()).expect("its id");
    let second =
        correct(&world.app, &manager.actor, project, (Thing::Correction, id), "112 件也不对", "是 113 件", world.now()).expect("corrected");
    stranger.get(&note).sees("是 113 件");
    // The database itself refuses to change what was told.
    for change in [
        sql("UPDATE progress_post SET body = 'x'"),
        sql("DELETE FROM progress_post"),
        sql("UPDATE progress_told SET reached = 1"),
        sql("UPDATE disclosure SET summary = 'x'"),
        sql("UPDATE correction SET is_right = 'x'"),
        sql("DELETE FROM correction"),
        sql("UPDATE leftover_statement SET body = 'x'"),
    ] {
        // A statement that finds no row has nothing to refuse.
        let rows = world.app.db.write(|tx| tx.execute(change, params![]));
        assert!(rows.is_err() || rows.is_ok_and(|n| n == 0), "{}", change.text());
    }
    // Nobody corrects what is not there, nor what another project told.
    let other = world.project(&cast, "别的项目");
    for (project, told) in [(project, (Thing::Expense, progress)), (other, (Thing::Progress, progress)), (project, (Thing::Disclosure, 1))]
    {
        let refused = correct(&world.app, &manager.actor, project, told, "错", "对", world.now());
        assert!(matches!(refused, Err(app::kernel::Trouble::Refused(r)) if r.key == "refusal-disclosure-no-such-thing"), "{told:?}");
    }
    let refused = correct(&world.app, &cast.approver.actor, project, (Thing::Progress, progress), "错", "对", world.now());
    assert!(matches!(refused, Err(app::kernel::Trouble::Refused(r)) if r.status == 403));
    // Closed, everything is still where it was; so it is said what became of the money.
    step(world, &cast, project, "end");
    step(world, &cast, project, "execute");
    let early = tell_leftovers(&world.app, &manager.actor, project, "没有剩余。", world.now());
    assert!(matches!(early, Err(app::kernel::Trouble::Refused(r)) if r.key == "refusal-disclosure-leftovers-early"));
    step(world, &cast, project, "close");
    let leftovers = format!("/desk/projects/{project}/leftovers");
    let statement = [("body", "没有剩余。")];
    manager.submit(&manager.get(&leftovers), &format!("{leftovers}/statement"), &statement).has_status(200).sees("已公开");
    // The closing report is an entry too, and can be corrected as everything that was told.
    let report = closing_report(world, &cast, project);
    let entry = Thing::ClosingReport.path(project, report);
    assert!(stranger.get(&format!("/projects/{project}/record")).links().contains(&entry));
    let told = (Thing::ClosingReport, report);
    correct(&world.app, &manager.actor, project, told, "“一百人”写错了", "是九十九人", world.now()).expect("corrected");
    stranger.get(&entry).has_status(200).sees("全部做完。").sees("是九十九人");
    let index = stranger.get(&format!("/projects/{project}/record"));
    for address in [original, note, Thing::Correction.path(project, second)] {
        assert!(index.links().contains(&address), "{address} is not in the record");
        stranger.get(&address).has_status(200);
    }
}

/// Hands in the closing report of a project, which the operator publishes.
fn closing_report(world: &World, cast: &Cast, project: Id) -> Id {
    let words = ("全部做完。", "计划一百人，实际一百人。", "没有剩余。");
    let report = actions::hand_in_closing_report(&world.app, &cast.manager.actor, project, words, 100, world.now()).expect("handed in");
    actions::judge_closing_report(&world.app, &cast.reviewer.actor, report, true, "", world.now()).expect("published");
    report
}

/// The hash under which the only post of a project stands in the public log.
fn hash_of(world: &World, project: Id) -> String {
    let row = world.app.db.read(|tx| {
        tx.query_one(sql("SELECT original_sha256 FROM correction WHERE project_id = ?1 ORDER BY id LIMIT 1"), params![project])?
            .blob("original_sha256")
    });
    app::kernel::hex(&row.expect("a hash"))
}

/// Money that is left when a project closes starts a clock, which what became of it stops.
fn what_is_left_is_spoken_of(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "有结余的项目");
    let gift = world.given(project, 50_000);
    assert!(gift > 0);
    post(world, &cast, project, "做完了");
    step(world, &cast, project, "end");
    step(world, &cast, project, "execute");
    step(world, &cast, project, "close");
    world.later(2 * DAY_US);
    disclose(world, &cast, project);
    let stranger = world.stranger();
    stranger.get(&format!("/projects/{project}/clocks")).sees("公开剩余财产的处理情况").sees("第81号").sees("还没到期");
    world.later(100 * DAY_US);
    stranger.get("/disclosure").sees("有结余的项目").sees("公开剩余财产的处理情况");
    world.sign_in_again(&cast.manager);
    cast.manager.get(&format!("/desk/projects/{project}/leftovers")).sees("已经迟了").sees("¥500.00").sees("还没有公开过");
    let told = tell_leftovers(&world.app, &cast.finance.actor, project, "转入同县同类项目。", world.now()).expect("told");
    cast.manager.get(&format!("/desk/projects/{project}/leftovers")).sees("转到目的相同或相近的项目").sees("转入同县同类项目。");
    // The disclosure told of the money; what was done is told by the closing report, which is late too (慈善法 art. 79).
    stranger.get("/disclosure").sees("有结余的项目").sees("结项后的全面公开").sees_no("公开剩余财产的处理情况");
    closing_report(world, &cast, project);
    stranger.get("/disclosure").sees_no("有结余的项目");
    stranger.get(&format!("/projects/{project}/leftovers/{told}")).sees("剩余 ¥500.00").sees("转入同县同类项目。");
    stranger.get(&format!("/projects/{project}/clocks")).sees("逾期");
}

/// 慈善法 art. 72: what is raised for a major emergency is told every five days, and who is late is seen.
fn r10_an_emergency_is_told_every_five_days(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "驰援灾区的项目");
    let emergency = sql("UPDATE project SET kind = 'emergency' WHERE id = ?1");
    world.app.db.write(|tx| tx.execute_one(emergency, params![project])).expect("an emergency");
    post(world, &cast, project, "物资已经出发");
    let stranger = world.stranger();
    let clocks = format!("/projects/{project}/clocks");
    stranger.get(&clocks).sees("公开募得款物的接收情况").sees("第 72 条").sees("还没到期");
    world.later(6 * DAY_US);
    stranger.get("/disclosure").sees("驰援灾区的项目").sees("公开募得款物的接收情况").sees("逾期 1 天");
    disclose(world, &cast, project);
    stranger.get("/disclosure").sees_no("驰援灾区的项目");
    stranger.get(&clocks).sees("逾期 1 天");
    world.later(5 * DAY_US);
    stranger.get("/disclosure").sees_no("驰援灾区的项目");
    world.later(DAY_US);
    stranger.get("/disclosure").sees("驰援灾区的项目");
}

fn photographs_come_with_a_post_and_forget_where_they_were_taken(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "有照片的项目");
    let action = format!("/desk/projects/{project}/progress");
    let form = cast.manager.get(&action);
    let filled = [("title", "棉衣到了"), ("body", "都穿上了。"), ("done", "发放棉衣 20 件"), ("reached", "20")];
    let two = [("photographs", "村口.png", PIXEL), ("photographs", "学校.png", PIXEL)];
    cast.manager.submit_files(&form, &action, &filled, &two).has_status(200).sees("进展已发布").sees("村口.png");
    cast.manager.submit_files(&form, &action, &filled, &[("photographs", "a.png", b"MZ")]).has_status(422);
    let many: Vec<(&str, &str, &[u8])> = (0..10).map(|_| ("photographs", "一张.png", PIXEL)).collect();
    cast.manager.submit_files(&form, &action, &filled, &many).has_status(422).sees("最多 9 张");
    let page = world.stranger().get(&format!("/projects/{project}"));
    page.sees("20 人").sees("上次进展以来支出");
    let file = page.links().into_iter().find(|l| l.starts_with("/files/")).expect("a photograph");
    world.stranger().get(&file).has_status(200);
    let news = NewProgress { title: "动态".into(), body: "没有数".into(), execution: None };
    actions::post_progress(&world.app, &cast.manager.actor, project, &news, &[], world.now()).expect("news");
}

on_both_engines![
    reminders_come_in_time_and_lateness_is_shown_everywhere,
    r13_what_was_told_stays_and_corrections_stand_beside_it,
    what_is_left_is_spoken_of,
    r10_an_emergency_is_told_every_five_days,
    photographs_come_with_a_post_and_forget_where_they_were_taken,
];
