//! Whom a charity works with (慈善法 art. 26): evaluated, agreed in writing, supervised, and the result published.

use app::kernel::civil::{day_of, day_text};
use app::kernel::{DAY_US, Id, Trouble};
use app::organisations::partners::{self, NewAgreement, NewEvaluation};
use app::organisations::{self, Kind};
use app::projects::actions as projects;
use db::{params, sql};
use testkit::{Cast, PIXEL, World, on_both_engines, paper};

fn version(world: &World, project: Id) -> i64 {
    world.count(sql("SELECT version AS count FROM project WHERE id = ?1"), params![project])
}

fn missing(world: &World, charity: Id, partner: Id) -> Vec<&'static str> {
    let today = day_of(world.now());
    let missing = world.app.db.read(|tx| organisations::missing_for_publication(tx, charity, &[partner], today)).expect("a read");
    missing.into_iter().map(|refusal| refusal.key).collect()
}

/// A project whose work another organisation does, reviewed.
fn with_implementer(world: &World, cast: &Cast, implementer: Id) -> Id {
    let id = world.drafted(cast, "山里孩子的新学期");
    let change = |tx: &mut db::Tx| tx.execute_one(sql("UPDATE project SET implementer_id = ?2 WHERE id = ?1"), params![id, implementer]);
    world.app.db.write(change).expect("a project");
    projects::submit(&world.app, &cast.manager.actor, id, version(world, id), world.now()).expect("submitted");
    projects::review(&world.app, &cast.reviewer.actor, id, version(world, id), "材料齐全", world.now()).expect("reviewed");
    id
}

/// R6: a project with a partner is published only while an evaluation that passes and a written agreement hold.
fn r6_a_partner_is_evaluated_and_agreed_with_before_publication(world: &World) {
    let cast = world.cast();
    let stranger = world.organisation(Kind::Implementer, "新来的社工站", 30);
    let project = with_implementer(world, &cast, stranger);
    let publish = || projects::publish(&world.app, &cast.second_reviewer.actor, project, version(world, project), world.now());
    let refused = |key: &str| match publish() {
        Err(Trouble::Refused(refusal)) => assert_eq!(refusal.key, key),
        other => panic!("{other:?}"),
    };
    refused("refusal-partner-not-evaluated");
    cast.reviewer.get(&format!("/operator/projects/{project}")).sees("还没有对“新来的社工站”做出合格的评估").sees("没有有效的书面协议");

    let page = format!("/desk/organisations/{}/partners/{stranger}", cast.charity);
    let today = day_text(day_of(world.now()));
    let evaluate = |changed: (&str, &str), files: &[(&str, &str, &[u8])]| {
        let values = [
            ("standing", "登记有效"),
            ("capability", "专职五人"),
            ("record", "做过两个项目"),
            ("interests", "查过理事与受益名单"),
            ("result", "pass"),
            ("evaluator", "评估小组"),
            ("day", &*today),
        ];
        let values = values.map(|(name, value)| (name, if name == changed.0 { changed.1 } else { value }));
        cast.manager.submit_files(&cast.manager.get(&page), &format!("{page}/evaluations"), &values, files)
    };
    let report: &[(&str, &str, &[u8])] = &[("report", "评估.png", PIXEL)];
    evaluate(("", ""), &[]).has_status(422).sees("请上传文件");
    evaluate(("day", &day_text(day_of(world.now()) + 1)), report).has_status(422).sees("评估日期在将来");
    evaluate(("standing", ""), report).has_status(422).sees("请填写这一项");
    evaluate(("result", "fail"), report).has_status(200).sees("不合格");
    refused("refusal-partner-not-evaluated");
    evaluate(("", ""), report).has_status(200).sees("评估已记录");
    refused("refusal-partner-not-agreed");

    let agree = |from: i64, until: i64, values: &[(&str, &str)]| {
        let (from, until) = (day_text(day_of(world.now()) + from), day_text(day_of(world.now()) + until));
        let values = [&[("from", &*from), ("until", &*until)], values].concat();
        cast.manager.submit_files(&cast.manager.get(&page), &format!("{page}/agreements"), &values, &[("paper", "协议.png", PIXEL)])
    };
    agree(5, 4, &[("declared", "1")]).has_status(422).sees("截止日期早于开始日期");
    // An agreement that begins next week, or ended yesterday, does not hold today.
    agree(7, 30, &[("declared", "1")]).has_status(200);
    agree(-30, -1, &[("declared", "1")]).has_status(200);
    refused("refusal-partner-not-agreed");
    agree(0, 30, &[("declared", "1")]).has_status(200).sees("协议已登记");
    publish().expect("evaluated and agreed");
    world.stranger().get(&format!("/organisations/{}", cast.charity)).sees("新来的社工站").sees("评估与协议有效");
    // The papers themselves stay with the desk and the operator.
    let file = world.count(sql("SELECT MAX(file_id) AS count FROM partner_agreement"), params![]);
    world.stranger().get(&format!("/files/{file}")).has_status(404);
    cast.reviewer.get(&format!("/files/{file}")).has_status(200);
    // Only the charity's own manager does this.
    cast.finance.get(&page).has_status(200);
    for (person, status) in [(&cast.finance, 403), (&cast.implementer_manager, 404)] {
        assert_eq!(person.post(&format!("{page}/agreements"), &[("from", "2026-01-01")]).status, status);
    }
    assert!(missing(world, cast.charity, stranger).is_empty());
    world.later(31 * DAY_US);
    assert_eq!(missing(world, cast.charity, stranger), ["refusal-partner-not-agreed"], "an agreement ends");
}

/// R7: no interested party benefits. Both sides declare it in the agreement, and the check is recorded with the evaluation;
/// neither can be left out.
fn r7_interested_parties_are_looked_for_and_declared(world: &World) {
    let cast = world.cast();
    let other = world.organisation(Kind::Implementer, "新来的社工站", 30);
    let (app, manager, today) = (&world.app, &cast.manager.actor, day_of(world.now()));
    let evaluation = NewEvaluation {
        standing: "登记有效".to_owned(),
        capability: "专职五人".to_owned(),
        record: "做过两个项目".to_owned(),
        interests: String::new(),
        passes: true,
        evaluator: "评估小组".to_owned(),
        day: today,
    };
    let key = |outcome: Result<Id, Trouble>| match outcome {
        Err(Trouble::Refused(refusal)) => (refusal.field, refusal.key),
        other => panic!("{other:?}"),
    };
    let unchecked = partners::evaluate(app, manager, cast.charity, other, &evaluation, &paper());
    assert_eq!(key(unchecked), (Some("interests"), "refusal-organisation-field-empty"));
    let undeclared = NewAgreement { from_day: today, until_day: today + 30, declared: false };
    let refused = partners::agree(app, manager, cast.charity, other, &undeclared, &paper());
    assert_eq!(key(refused), (Some("declared"), "refusal-partner-declaration"));
    assert_eq!(missing(world, cast.charity, other), ["refusal-partner-not-evaluated", "refusal-partner-not-agreed"]);
    let page = format!("/desk/organisations/{}/partners/{other}", cast.charity);
    let (from, until) = (day_text(today), day_text(today + 30));
    let values = [("from", &*from), ("until", &*until)];
    cast.manager
        .submit_files(&cast.manager.get(&page), &format!("{page}/agreements"), &values, &[("paper", "a.png", PIXEL)])
        .has_status(422)
        .sees("没有利害关系声明");
    // Nobody is their own partner, and the operator is nobody's.
    for stranger in [cast.charity, cast.operator] {
        let declared = NewAgreement { declared: true, ..undeclared.clone() };
        let refused = partners::agree(app, manager, cast.charity, stranger, &declared, &paper());
        assert_eq!(key(refused), (Some("partner"), "refusal-partner-unknown"));
    }
}

/// R6: the result of evaluation and supervision is published within three months after the appeal; late is seen by everyone.
fn r6_the_result_is_published_within_three_months(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    projects::end_fundraising(&world.app, &cast.manager.actor, project, version(world, project), "已经筹够", world.now()).expect("ended");
    let owed = |world: &World| {
        let waiting = world.app.db.read(|tx| organisations::waiting_at_desk(tx, &[cast.charity], world.now())).expect("what waits");
        waiting.into_iter().filter(|w| w.queue == "waiting-partner-result").count()
    };
    assert_eq!(owed(world), 2, "one for the launcher, one for the implementer");
    let page = format!("/desk/organisations/{}/partners/{}", cast.charity, cast.implementer);
    let shown = cast.manager.get(&page);
    shown.sees("山里孩子的冬天").sees("结果须在 2026-12-08 前公布");
    let publish = |words: &str| cast.manager.submit(&cast.manager.get(&page), &format!("{page}/results"), &[("body", words)]);
    publish("好").has_status(422);
    publish("每月走访一次，查看发放记录，没有发现问题。").has_status(200).sees("结果已公布");
    let repeated = [("project", &*project.to_string()), ("body", "每月走访一次，查看发放记录，没有发现问题。")];
    cast.manager.post(&format!("{page}/results"), &repeated).has_status(409).sees("已经公布过");
    assert_eq!(owed(world), 1);
    let public = format!("/organisations/{}", cast.charity);
    world.stranger().get(&public).sees("每月走访一次").sees_no("至今没有公布");
    world.later(93 * DAY_US);
    world.stranger().get(&public).sees("“山里孩子的冬天”与 远山助学促进会 合作的评估和监督结果").sees("至今没有公布");
}

on_both_engines![
    r6_a_partner_is_evaluated_and_agreed_with_before_publication,
    r7_interested_parties_are_looked_for_and_declared,
    r6_the_result_is_published_within_three_months,
];
