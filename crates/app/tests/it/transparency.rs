//! Supervision by everyone: a complaint from the first word to the last, and a donor's question.

use app::kernel::DAY_US;
use db::{params, sql};
use testkit::{Browser, PIXEL, Page, World, on_both_engines};

const TOLD: &str = "他们说棉衣发给了三所学校，我去问了，只有一所收到。";

/// Complains about a project and gives back the page with the link.
fn complains(who: &Browser, project: i64, kind: &str, files: &[(&str, &str, &[u8])]) -> Page {
    let form = who.get(&format!("/complaints/new?project={project}"));
    who.submit_files(&form, "/complaints", &[("kind", kind), ("body", TOLD), ("contact", "reporter@example.org")], files)
}

fn r18_whoever_complains_is_answered_within_five_working_days(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    let guest = world.guest();
    // The way in stands on every page of the project, and leads to that project.
    for path in [format!("/projects/{project}"), format!("/projects/{project}/gift"), format!("/projects/{project}/progress")] {
        assert!(guest.get(&path).links().contains(&format!("/complaints/new?project={project}")), "{path}");
    }
    let mine = complains(&guest, project, "misuse", &[("papers", "照片.png", PIXEL)]);
    mine.has_status(200).sees("处理中").sees("最晚答复日");
    // 2026-09-08 is a Tuesday: five working days later is the 15th.
    mine.sees("2026-09-15");

    let id = world.count(sql("SELECT MAX(id) AS count FROM complaint"), params![]);
    let at_operator = format!("/operator/complaints/{id}");
    // The charity sees nothing until it is asked, and then not who complained nor what was attached.
    cast.manager.get(&format!("/desk/complaints/{id}")).has_status(404);
    let page = cast.reviewer.get(&at_operator);
    page.sees(TOLD).sees("reporter@example.org").sees("照片.png");
    cast.reviewer.submit(&page, &format!("{at_operator}/statement"), &[]).has_status(200).sees("已请机构说明");
    let desk = cast.manager.get(&format!("/desk/complaints/{id}"));
    desk.sees(TOLD);
    assert!(!desk.contains_bytes("reporter@example.org") && !desk.contains_bytes("照片.png"));
    cast.finance.get(&format!("/desk/complaints/{id}")).has_status(403);
    cast.manager
        .submit_files(
            &desk,
            &format!("/desk/complaints/{id}"),
            &[("statement", "另外两所学校的签收单附后，下周送到。")],
            &[("papers", "签收单.png", PIXEL)],
        )
        .has_status(200);

    // An answer without an outcome, or too short, is refused with a sentence; then it is answered.
    let page = cast.reviewer.get(&at_operator);
    let answer = format!("{at_operator}/answer");
    cast.reviewer.post(&answer, &[("answer", "已经核查，另外两所下周送到。")]).has_status(422).sees("请选择处理结果");
    cast.reviewer.submit(&page, &answer, &[("outcome", "corrected"), ("answer", "短")]).has_status(422);
    cast.reviewer
        .submit(&page, &answer, &[("outcome", "corrected"), ("answer", "已经核查，另外两所下周送到，签收单会公开。")])
        .has_status(200);
    cast.second_reviewer.post(&answer, &[("outcome", "unfounded"), ("answer", "这是另一个答复，不应写进去。")]).has_status(409);

    // Not solved: another person has to look at it.
    let mine = guest.get(&mine.path);
    mine.sees("情况属实，已改正").sees("签收单会公开");
    let action = mine.path.split('?').next().unwrap_or_default().to_owned();
    guest.submit(&mine, &action, &[("solved", "0"), ("why", "下周到了，还是没有送来。")]).has_status(200).sees("重新处理中");
    let again = [("outcome", "suspended"), ("answer", "项目已暂停，等两所学校签收后再恢复。")];
    cast.reviewer.post(&answer, &again).has_status(403).sees("另一位工作人员");
    cast.second_reviewer.submit(&cast.second_reviewer.get(&at_operator), &answer, &again).has_status(200);
    let figures = world.stranger().get("/complaints");
    assert_eq!(figures.texts("tbody td"), ["1", "1", "0", "0", "0", "0", "1"]);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM public_entry WHERE kind = 'complaint_answered'"), params![]), 2);
}

fn a_complaint_without_an_answer_is_overdue_in_public(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    complains(&world.guest(), project, "untrue", &[]).has_status(200);
    world.later(8 * DAY_US);
    let figures = world.stranger().get("/complaints");
    assert_eq!(figures.texts("tbody td"), ["1", "0", "0", "0", "1", "0", "0"]);
    world.sign_in_again(&cast.reviewer);
    cast.reviewer.get("/operator/complaints").sees("已超期 1 天");
}

fn r16_pressure_to_give_can_be_reported_without_an_account(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    let guest = world.guest();
    let form = guest.get(&format!("/complaints/new?project={project}&kind=pressure"));
    form.sees("摊派、强迫或变相强迫捐赠");
    guest.submit(&form, "/complaints", &[("body", "班级群里要求每个孩子都捐，还要截图接龙。")]).has_status(200);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM complaint WHERE kind = 'pressure'"), params![]), 1);
}

fn complaints_that_do_not_do_are_refused_with_a_sentence(world: &World) {
    let guest = world.guest();
    let form = guest.get("/complaints/new");
    let send = |values: &[(&str, &str)]| guest.submit(&form, "/complaints", values);
    send(&[("kind", "platform"), ("body", "太短")]).has_status(422).sees("至少 10 个字");
    send(&[("kind", "platform"), ("body", &"长".repeat(2_001))]).has_status(422).sees("最多 2000 个字");
    guest.post("/complaints", &[("body", TOLD)]).has_status(422).sees("请选择是什么事");
    guest.post("/complaints", &[("kind", "platform"), ("body", TOLD), ("project", "77")]).has_status(422).sees("没有找到这个项目");
    let program =
        guest.submit_files(&form, "/complaints", &[("kind", "platform"), ("body", TOLD)], &[("papers", "a.jpg", b"MZ a program")]);
    program.has_status(422).sees("不能接收");
    let script = send(&[("kind", "platform"), ("body", "<script>alert(1)</script> 这里有脚本")]);
    script.has_status(200);
    assert!(!script.contains_bytes("<script>alert"), "what was typed is words");
    guest.get("/complaints/1/0123456789abcdef0123456789abcdef").has_status(404);
    // One address cannot flood the desk.
    for _ in 0..20 {
        let _ = guest.post("/complaints", &[("kind", "platform"), ("body", TOLD)]);
    }
    guest.post("/complaints", &[("kind", "platform"), ("body", TOLD)]).has_status(429);
}

fn r15_a_donor_asks_what_became_of_the_gift_and_gets_copies(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let path = format!("/projects/{project}/questions");
    let form = donor.get(&path);
    donor.submit(&form, &path, &[("body", "第一批棉衣发给了哪些学校？")]).has_status(200).sees("还没有答复");
    let private = donor.submit(&form, &path, &[("kind", "copy"), ("body", "请给我第一批采购的发票。")]);
    private.has_status(200);
    // Everyone sees the public question and that it waits; the request for copies nobody but the asker.
    let seen = world.stranger().get(&path);
    seen.sees("第一批棉衣发给了哪些学校？").sees("还没有答复");
    assert!(!seen.contains_bytes("发票"));

    let copy = world.count(sql("SELECT id AS count FROM question WHERE kind = 'copy'"), params![]);
    let desk = format!("/desk/questions/{copy}");
    cast.implementer_manager.get(&desk).has_status(404);
    let page = cast.finance.get(&desk);
    page.sees("没有登录，或没有给这个项目捐过");
    cast.finance.submit_files(&page, &desk, &[("answer", "发票三张，见附件。")], &[("papers", "发票.png", PIXEL)]).has_status(200);
    cast.manager.post(&desk, &[("answer", "改一改答复。")]).has_status(409);
    let mine = donor.get(&private.path);
    mine.sees("发票三张");
    let paper = mine.links().into_iter().find(|link| link.contains("/papers/")).expect("a link to the paper");
    donor.get(&paper).has_status(200);
    world.stranger().get(paper.replace("/papers/", "/papers/1").as_str()).has_status(404);
    donor.get("/me/notices").sees("山里孩子的冬天");
    donor.get("/me/questions").sees("已答复");

    // The clock: ten working days, then it is late for everyone to see.
    world.later(15 * DAY_US);
    world.stranger().get(&path).sees("已超期");
    world.sign_in_again(&cast.reviewer);
    let public = world.count(sql("SELECT id AS count FROM question WHERE kind = 'question'"), params![]);
    let hide = format!("/operator/questions/{public}/hiding");
    cast.reviewer.submit(&cast.reviewer.get(&path), &hide, &[]).has_status(200);
    assert!(!world.stranger().get(&path).contains_bytes("哪些学校？"));
}

fn the_operator_chooses_clocks_within_their_limits(world: &World) {
    let cast = world.cast();
    let form = cast.reviewer.get("/operator/settings");
    cast.reviewer.submit(&form, "/operator/settings", &[("question_days", "20")]).has_status(200);
    assert_eq!(world.count(sql("SELECT value AS count FROM setting WHERE name = 'question_days'"), params![]), 20);
    // Nobody may promise less than the standard asks.
    cast.reviewer.submit(&form, "/operator/settings", &[("complaint_workdays", "6")]).has_status(422).sees("1 到 5");
    cast.reviewer.submit(&form, "/operator/settings", &[("question_workdays", "十")]).has_status(422);
}

on_both_engines![
    r18_whoever_complains_is_answered_within_five_working_days,
    a_complaint_without_an_answer_is_overdue_in_public,
    r16_pressure_to_give_can_be_reported_without_an_account,
    complaints_that_do_not_do_are_refused_with_a_sentence,
    r15_a_donor_asks_what_became_of_the_gift_and_gets_copies,
    the_operator_chooses_clocks_within_their_limits,
];
