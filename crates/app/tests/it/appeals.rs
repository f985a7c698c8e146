//! Appeals: every decision of the operator has a way to appeal, somebody else judges it, and a decision that was wrong is taken
//! back.

use std::collections::BTreeSet;

use app::kernel::{DAY_US, Id, Right, Role, civil};
use app::projects::{self, DecisionKind, actions};
use app::web::Method;
use db::{params, sql};
use testkit::{Cast, Person, World, on_both_engines};

use crate::routes;

/// What a form of the operator does.
enum Form {
    /// Decides, and what comes of it can be appealed as this kind.
    Decides(&'static str),
    /// Is itself the second look, or the way to one.
    SecondLook,
    /// Decides nothing that anybody could be wronged by, or nothing about anybody.
    Else(&'static str),
}

/// Every form of the operator. Whoever adds one says here how what it decides is appealed.
const FORMS: &[(&str, Form)] = &[
    ("/operator/disclosures/{id}/review", Form::Decides("disclosure")),
    ("/operator/projects/{id}/decisions", Form::Decides("project_decision")),
    ("/operator/projects/{id}/return", Form::Decides("project")),
    ("/operator/closing-reports/{report}", Form::Decides("closing_report")),
    ("/operator/changes/{change}/refusal", Form::Decides("project_change")),
    ("/operator/admissions/{admission}/decision", Form::Decides("admission")),
    ("/operator/renewals/{renewal}/decision", Form::Decides("renewal")),
    ("/operator/organisations/{id}/seats/{seat}/end", Form::Decides("seat")),
    ("/operator/complaints/{id}/answer", Form::Decides("complaint")),
    ("/operator/questions/{id}/hiding", Form::Decides("question")),
    ("/operator/appeals/{id}", Form::SecondLook),
    // A charity refused; the operator is whom the donor appeals to.
    ("/operator/refunds/{id}/appeal", Form::SecondLook),
    ("/operator/changes/{change}/announcement", Form::Else("says yes; donors object on the change's page")),
    ("/operator/projects/{id}/review", Form::Else("says yes")),
    ("/operator/projects/{id}/publication", Form::Else("says yes")),
    ("/operator/projects/{id}/curation", Form::Else("a place on the front page is nobody's right")),
    ("/operator/complaints/{id}/statement", Form::Else("asks")),
    ("/operator/refunds/{id}/confirmation", Form::Else("says yes")),
    ("/operator/held/{id}/refund", Form::Else("gives a payment back whole")),
    ("/operator/held/{id}/resolution", Form::Else("records or leaves a payment; the payer's complaint reopens it")),
    ("/operator/reconciliation/run", Form::Else("compares")),
    ("/operator/reconciliation/{id}/resolution", Form::Else("writes down how a difference was explained; the difference stays public")),
    ("/operator/organisations", Form::Else("founds")),
    ("/operator/organisations/{id}/certificates", Form::Else("records a paper that was seen")),
    ("/operator/organisations/{id}/checks", Form::Else("records that papers agree")),
    ("/operator/organisations/{id}/merchant", Form::Else("opens an account number")),
    ("/operator/organisations/{id}/seats", Form::Else("gives")),
    ("/operator/members", Form::Else("lets in")),
    (
        "/operator/members/end",
        Form::Else("the list is the village's or unit's own: who belongs to it is decided there, and a number goes back on it"),
    ),
    ("/operator/reports", Form::Else("publishes the platform's own figures")),
    ("/operator/reports/notes", Form::Else("corrects the platform's own figures")),
    ("/operator/settings", Form::Else("changes the platform's own promises")),
    ("/operator/health/jobs/{id}", Form::Else("about a job of the program")),
    ("/operator/claims", Form::Else("takes something up")),
];

#[test]
fn every_decision_of_the_operator_can_be_appealed() {
    let posted: BTreeSet<&str> =
        app::routes().iter().filter(|r| r.right == Right::Operator && r.method == Method::Post).map(|r| r.path).collect();
    let named: BTreeSet<&str> = FORMS.iter().map(|(path, _)| *path).collect();
    let unnamed: Vec<&&str> = posted.difference(&named).collect();
    assert!(unnamed.is_empty(), "nobody says how what these forms decide is appealed: {unnamed:?}");
    let gone: Vec<&&str> = named.difference(&posted).collect();
    assert!(gone.is_empty(), "there are no such forms: {gone:?}");
    let decided: BTreeSet<&str> =
        FORMS.iter().filter_map(|(_, form)| if let Form::Decides(thing) = form { Some(*thing) } else { None }).collect();
    let appealable: BTreeSet<&str> = app::operations::appealable().into_iter().collect();
    assert_eq!(decided, appealable, "what is decided, and what can be appealed");
    for (path, form) in FORMS {
        if let Form::Else(why) = form {
            assert!(!why.is_empty(), "{path}");
        }
    }
}

/// Appeals at a desk or on one's own page, from the link that stands below the decision. The appeal's id.
fn appeals(world: &World, who: &Person, read_at: &str, root: &str, thing: &str, thing_id: Id) -> Id {
    let way = format!("{root}/appeals/new?thing={thing}&id={thing_id}");
    let page = who.get(read_at);
    assert!(page.links().contains(&way), "{read_at} shows no way to appeal: {:?}", page.links());
    who.get(&format!("{root}/appeals")).has_status(200);
    let form = who.get(&way);
    who.submit(&form, &format!("{root}/appeals"), &[("statement", "")]).has_status(422).sees("请写明理由");
    who.submit(&form, &format!("{root}/appeals"), &[("statement", "依据在附件里，请再看一次。")]).has_status(200).sees("等待答复");
    // A second time it cannot be appealed.
    who.post(&format!("{root}/appeals"), &[("thing", thing), ("id", &thing_id.to_string()), ("statement", "再来一次")]).has_status(409);
    world.count(sql("SELECT id AS count FROM appeal WHERE thing = ?1 AND thing_id = ?2"), params![thing, thing_id])
}

/// Whoever decided cannot judge; somebody else upholds it, and what followed is read by whoever appealed.
fn upheld(decider: &Person, judge: &Person, appellant: &Person, root: &str, appeal: Id, follows: &str) {
    let judged = format!("/operator/appeals/{appeal}");
    decider.post(&judged, &[("do", "uphold"), ("reason", "我改主意了。")]).has_status(403);
    judge.submit(&judge.get(&judged), &judged, &[("do", "uphold"), ("reason", "附件说明了问题。")]).has_status(200).sees(follows);
    appellant.get(&format!("{root}/appeals/{appeal}")).sees("申诉成立").sees(follows);
}

fn count(world: &World, text: db::Sql, id: Id) -> i64 {
    world.count(text, params![id])
}

fn a_project_that_came_back_is_submitted_again(world: &World) {
    let all = routes::everything(world);
    let Cast { manager, reviewer, second_reviewer, .. } = &all.cast;
    let id = all.life.returned;
    let appeal = appeals(world, manager, &format!("/desk/projects/{id}"), "/desk", "project", id);
    upheld(reviewer, second_reviewer, manager, "/desk", appeal, "项目已重新提交");
    assert_eq!(count(world, sql("SELECT COUNT(*) AS count FROM project WHERE id = ?1 AND state = 'submitted'"), id), 1);
    // Either reviewer may judge it now: it was the charity that submitted it.
    let judged = format!("/operator/projects/{id}");
    second_reviewer.submit(&second_reviewer.get(&judged), &format!("{judged}/review"), &[("note", "齐全")]).has_status(200);

    // Of the other one the draft is handed in before the appeal is judged: nothing is left to take back.
    let appeal = all.life.appeal;
    let other = count(world, sql("SELECT thing_id AS count FROM appeal WHERE id = ?1"), appeal);
    actions::submit(&world.app, &manager.actor, other, world.version(other), world.now()).expect("submitted");
    upheld(reviewer, second_reviewer, manager, "/desk", appeal, "没有可以撤回的");
}

fn a_project_that_was_stopped_goes_on_and_what_was_declined_is_done(world: &World) {
    let cast = world.cast();
    let Cast { manager, reviewer, second_reviewer, .. } = &cast;
    let decide = |who: &Person, id: Id, kind: DecisionKind, authority: &str| {
        actions::decide(&world.app, &who.actor, id, kind, "查到的情况不清楚。", authority, world.now()).expect("decided")
    };
    let hold = |id: Id, hold: &str| {
        let found = world.count(sql("SELECT COUNT(*) AS count FROM project WHERE id = ?1 AND hold = ?2"), params![id, hold]);
        assert_eq!(found, 1, "{hold}");
    };
    let page = |id: Id| format!("/desk/projects/{id}/decisions");
    for kind in [DecisionKind::Suspended, DecisionKind::TakenDown] {
        let id = world.project(&cast, &format!("被{}的项目", kind.word()));
        let decision = decide(reviewer, id, kind, "");
        let appeal = appeals(world, manager, &page(id), "/desk", "project_decision", decision);
        upheld(reviewer, second_reviewer, manager, "/desk", appeal, "原来的处置已经撤回");
        hold(id, "none");
        world.stranger().get("/projects").sees(&format!("被{}的项目", kind.word()));
    }
    let id = world.project(&cast, "想要暂停的项目");
    actions::ask_for_suspension(&world.app, &manager.actor, id, "大雪封山。", world.now()).expect("asked");
    let decision = decide(reviewer, id, DecisionKind::RequestRefused, "");
    let appeal = appeals(world, manager, &page(id), "/desk", "project_decision", decision);
    upheld(reviewer, second_reviewer, manager, "/desk", appeal, "原来的处置已经撤回");
    hold(id, "suspended");
    // What was said to an authority cannot be unsaid; the answer says what happens next.
    let decision = decide(reviewer, id, DecisionKind::Reported, "示范市民政局");
    let appeal = appeals(world, manager, &page(id), "/desk", "project_decision", decision);
    upheld(reviewer, second_reviewer, manager, "/desk", appeal, "没有可以撤回的");
    hold(id, "suspended");
    world.catch_up();
}

fn a_refused_change_waits_again(world: &World) {
    let cast = world.cast();
    let Cast { manager, reviewer, second_reviewer, .. } = &cast;
    let id = world.project(&cast, "山里孩子的冬天");
    let at = format!("/desk/projects/{id}/change");
    let today = civil::day_text(civil::day_of(world.now()));
    let wanted = [
        ("reason", "老师也没有厚衣服。"),
        ("filed_day", today.as_str()),
        ("filing_number", "53100000MJ0000002A26002"),
        ("object", "山区小学生和他们的老师"),
    ];
    manager.submit(&manager.get(&at), &at, &wanted).has_status(200);
    let change = count(world, sql("SELECT id AS count FROM project_change WHERE project_id = ?1"), id);
    reviewer.post(&format!("/operator/changes/{change}/refusal"), &[("answer_refusal", "看不出为什么要改。")]).has_status(200);
    let appeal = appeals(world, manager, &at, "/desk", "project_change", change);
    upheld(reviewer, second_reviewer, manager, "/desk", appeal, "变更申请已回到待审核");
    second_reviewer.get("/operator").sees("山里孩子的冬天");
    actions::announce_change(&world.app, &second_reviewer.actor, change, "", world.now()).expect("announced");
    world.catch_up();
}

fn reports_that_came_back_wait_again_or_pass(world: &World) {
    let all = routes::everything(world);
    let Cast { manager, reviewer, second_reviewer, .. } = &all.cast;
    let report = all.life.closing_report;
    reviewer.post(&format!("/operator/closing-reports/{report}"), &[("do", "return"), ("answer", "写得太短。")]).has_status(200);
    let at = format!("/desk/projects/{}/closing-report", all.life.closed);
    let appeal = appeals(world, manager, &at, "/desk", "closing_report", report);
    upheld(reviewer, second_reviewer, manager, "/desk", appeal, "结项报告已回到待审核");
    assert_eq!(count(world, sql("SELECT COUNT(*) AS count FROM closing_report WHERE id = ?1 AND state = 'submitted'"), report), 1);

    let disclosure = all.life.disclosure;
    projects::disclosure::review(&world.app, &reviewer.actor, disclosure, false, "和账本对不上。", world.now()).expect("returned");
    let at = format!("/desk/projects/{}/corrections", all.life.published);
    let appeal = appeals(world, manager, &at, "/desk", "disclosure", disclosure);
    upheld(reviewer, second_reviewer, manager, "/desk", appeal, "这份公示已通过审核");
    manager.get(&at).sees_no("和账本对不上。");
}

fn organisations_papers_and_seats_come_back(world: &World) {
    let all = routes::everything(world);
    let Cast { manager, finance, reviewer, second_reviewer, charity, .. } = &all.cast;
    let renewal = all.life.renewal;
    reviewer.post(&format!("/operator/renewals/{renewal}/decision"), &[("verdict", "return"), ("reason", "看不清印章")]).has_status(200);
    let appeal = appeals(world, manager, &format!("/desk/organisations/{charity}/certificates"), "/desk", "renewal", renewal);
    upheld(reviewer, second_reviewer, manager, "/desk", appeal, "证书已回到待审核");

    let admission = all.life.admission;
    let decision = format!("/operator/admissions/{admission}/decision");
    let refused = [("version", "1"), ("verdict", "refuse"), ("reason", "经营范围不合")];
    reviewer.post(&decision, &refused).has_status(200);
    let appeal = appeals(world, &all.donor, &format!("/me/admissions/{admission}"), "/me", "admission", admission);
    manager.get(&format!("/desk/appeals/{appeal}")).has_status(404);
    manager.get(&format!("/me/appeals/{appeal}")).has_status(404);
    upheld(reviewer, second_reviewer, &all.donor, "/me", appeal, "入驻申请已回到待审核");

    let seat = count(world, sql("SELECT id AS count FROM seat WHERE person_id = ?1"), finance.id);
    let reason = format!("reason-{seat}");
    reviewer.post(&format!("/operator/organisations/{charity}/seats/{seat}/end"), &[(&reason, "收到了离职通知")]).has_status(200);
    finance.get("/desk").has_status(403);
    let appeal = appeals(world, finance, "/me/appeals", "/me", "seat", seat);
    upheld(reviewer, second_reviewer, finance, "/me", appeal, "席位已经恢复");
    finance.get("/desk").has_status(200);
}

fn a_complaint_is_opened_again_and_a_question_is_shown_again(world: &World) {
    let all = routes::everything(world);
    let Cast { reviewer, second_reviewer, .. } = &all.cast;
    let donor = &all.donor;
    let form = donor.get("/complaints/new");
    donor.submit(&form, "/complaints", &[("kind", "platform"), ("body", "提交了三次都没有收到回音。")]).has_status(200);
    let id = world.count(sql("SELECT MAX(id) AS count FROM complaint"), params![]);
    let mine = format!("/complaints/{id}/{}", world.app.secret.code("complaint", &id.to_string()));
    let answer = format!("/operator/complaints/{id}/answer");
    let answered = [("outcome", "unfounded"), ("answer", "查过了，没有发现问题。")];
    reviewer.post(&answer, &answered).has_status(200);
    donor.post(&mine, &[("solved", "0"), ("why", "还是没有回音。")]).has_status(200);
    second_reviewer.post(&answer, &answered).has_status(200);
    let appeal = appeals(world, donor, &mine, "/me", "complaint", id);
    upheld(second_reviewer, reviewer, donor, "/me", appeal, "投诉已重新打开");
    // Whoever answered last does not answer now.
    second_reviewer.post(&answer, &answered).has_status(403);
    reviewer.post(&answer, &[("outcome", "corrected"), ("answer", "确实漏看了，现在补上答复。")]).has_status(200);

    let question = all.life.hidden_question;
    let asked = format!("/questions/{question}/{}", world.app.secret.code("question", &question.to_string()));
    let public = format!("/projects/{}/questions", all.life.published);
    world.stranger().get(&public).sees_no("联系人的手机号是多少");
    let appeal = appeals(world, donor, &asked, "/me", "question", question);
    upheld(reviewer, second_reviewer, donor, "/me", appeal, "提问已重新公开显示");
    world.stranger().get(&public).sees("联系人的手机号是多少");
}

/// A decision is looked at by one of two who do it at the same time; the other hears that it is done. Nobody judges for their own
/// organisation, or sixty-one days late.
fn nobody_judges_their_own_or_twice_and_not_for_ever(world: &World) {
    let all = routes::everything(world);
    let Cast { manager, reviewer, second_reviewer, charity, .. } = &all.cast;
    let judged = format!("/operator/appeals/{}", all.life.appeal);
    app::organisations::actions::give_seat(&world.app, *charity, second_reviewer.id, Role::Manager, world.now(), None).expect("a seat");
    second_reviewer.get(&judged).sees("请别人来答复");
    second_reviewer.post(&judged, &[("do", "confirm"), ("reason", "没问题")]).has_status(403).sees("要由别人来答复");
    let own = format!("/operator/appeals/{}", all.life.own_appeal);
    reviewer.get("/operator/appeals").sees("隐藏提问");
    reviewer.post(&own, &[("do", "confirm"), ("reason", "没问题")]).has_status(403);
    world.later(61 * DAY_US);
    world.sign_in_again(manager);
    manager.get("/desk/appeals").sees_no("退回的第一个项目");
    manager.post("/desk/appeals", &[("thing", "project"), ("id", &all.life.returned.to_string()), ("statement", "太晚了")]).has_status(409);
}

on_both_engines![
    a_project_that_came_back_is_submitted_again,
    a_project_that_was_stopped_goes_on_and_what_was_declined_is_done,
    a_refused_change_waits_again,
    reports_that_came_back_wait_again_or_pass,
    organisations_papers_and_seats_come_back,
    a_complaint_is_opened_again_and_a_question_is_shown_again,
    nobody_judges_their_own_or_twice_and_not_for_ever,
];
