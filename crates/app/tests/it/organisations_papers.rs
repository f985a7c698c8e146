//! What entitles an organisation, over time: particulars, scans and renewals, warnings before a certificate ends, and the look
//! at certificates and filing before an appeal is published.

use app::kernel::civil::{day_of, day_text};
use app::kernel::{DAY_US, Id, Trouble};
use app::organisations::{self, renewals};
use app::projects::actions as projects;
use app::web::Lang;
use db::{params, sql};
use testkit::{Cast, PIXEL, World, on_both_engines};

fn again(world: &World, cast: &Cast) {
    for person in cast.everyone() {
        world.sign_in_again(person);
    }
}

fn version(world: &World, project: Id) -> i64 {
    world.count(sql("SELECT version AS count FROM project WHERE id = ?1"), params![project])
}

/// A project that only waits to be published.
fn reviewed(world: &World, cast: &Cast, title: &str) -> Id {
    let id = world.drafted(cast, title);
    projects::submit(&world.app, &cast.manager.actor, id, version(world, id), world.now()).expect("submitted");
    projects::review(&world.app, &cast.reviewer.actor, id, version(world, id), "材料齐全", world.now()).expect("reviewed");
    id
}

fn refusal_of<T: std::fmt::Debug>(outcome: Result<T, Trouble>) -> &'static str {
    match outcome {
        Err(Trouble::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    }
}

/// R1: certificates and the filing are compared again before publication; who did it, when and against what is recorded.
fn r1_papers_and_filing_are_compared_again_before_publication(world: &World) {
    let cast = world.cast();
    world.later(181 * DAY_US);
    again(world, &cast);
    let project = reviewed(world, &cast, "山里孩子的春天");
    let publish = || projects::publish(&world.app, &cast.second_reviewer.actor, project, version(world, project), world.now());
    assert_eq!(refusal_of(publish()), "refusal-organisation-check-old");
    cast.reviewer.get(&format!("/operator/projects/{project}")).has_status(200).sees("接收机构的证书和备案核验已于");
    cast.reviewer.get("/operator?queue=waiting-qualification&show=late").sees("机构证书待核验").sees("清河慈善基金会");
    let page = format!("/operator/organisations/{}", cast.charity);
    let action = format!("{page}/checks");
    cast.reviewer.get(&page).sees("发布前核验").sees("已过期").sees("周审");
    cast.reviewer.submit(&cast.reviewer.get(&page), &action, &[("directory_entry", " ")]).has_status(422).sees("请填写这一项");
    cast.manager.post(&action, &[("directory_entry", "慈善中国：清河")]).has_status(403);
    let typed = [("directory_entry", "慈善中国：清河慈善基金会，备案与证书一致"), ("note", "两证在有效期内")];
    cast.reviewer.submit(&cast.reviewer.get(&page), &action, &typed).has_status(200).sees("核验已记录").sees("两证在有效期内");
    world.stranger().get(&format!("/organisations/{}", cast.charity)).sees("平台最近一次核验").sees_no("两证在有效期内");
    cast.reviewer.get("/operator").sees_no("机构证书待核验");
    publish().expect("everything is there");
    let told = world.count(sql("SELECT COUNT(*) AS count FROM public_entry WHERE kind = 'qualification_checked'"), params![]);
    assert_eq!(told, 2);

    // A charity that nobody has looked at publishes nothing, and one without valid certificates cannot be found in order.
    world.later(200 * DAY_US);
    again(world, &cast);
    cast.reviewer.submit(&cast.reviewer.get(&page), &action, &typed).has_status(409).sees("没有同时有效的登记证书和公开募捐资格证书");
}

/// Warned at 90, 30 and 7 days; when it ends no gift is taken and donors read why; the renewal brings the project back.
fn a_certificate_that_ends_during_fundraising_stops_gifts_until_it_is_renewed(world: &World) {
    let cast = world.cast();
    let notices = || {
        world.count(
            sql("SELECT COUNT(*) AS count FROM notice WHERE person_id = ?1 AND message = 'notice-certificate-ends'"),
            params![cast.manager.id],
        )
    };
    // The cast's certificates were made yesterday and end 365 days later.
    world.later(270 * DAY_US);
    assert_eq!(notices(), 0);
    // Two certificates, each warned of once however often one looks.
    for (days, told) in [(5, 2), (60, 4), (22, 6)] {
        world.later(days * DAY_US);
        world.catch_up();
        assert_eq!(notices(), told);
    }
    again(world, &cast);
    world.qualified(cast.charity, &cast.reviewer);
    let project = world.project(&cast, "山里孩子的冬天");
    let page = format!("/projects/{project}");
    cast.manager.get("/desk").has_status(200);
    cast.manager.get(&format!("/desk/organisations/{}", cast.charity)).sees("证书即将到期或已过期").sees("过期当天起项目不再接受捐赠");
    world.stranger().get(&page).sees_no("证书不在有效期内");

    world.later(9 * DAY_US);
    again(world, &cast);
    world.stranger().get(&page).sees("证书不在有效期内");
    world.stranger().get(&format!("/projects/{project}/gift?amount=1")).has_status(409).sees("证书不在有效期内").sees("证书更新后会恢复");
    world.guest().speaks(Lang::En).get(&page).has_status(200).sees_no("⟦");

    // The manager hands in both renewed certificates with scans; they count only once the operator has compared them.
    let desk = format!("/desk/organisations/{}/certificates", cast.charity);
    let (today, later) = (day_text(day_of(world.now())), day_text(day_of(world.now()) + 1_000));
    let hand_in = |kind: &str, number: &str, files: &[(&str, &str, &[u8])]| {
        let values = [("kind", kind), ("number", number), ("issuer", "示范市民政局"), ("valid_from", &*today), ("valid_until", &*later)];
        cast.manager.submit_files(&cast.manager.get(&desk), &desk, &values, files)
    };
    hand_in("registration", "慈登新号", &[]).has_status(422).sees("请上传文件");
    hand_in("registration", "慈登新号", &[("scan", "a.png", b"not a picture")]).has_status(422);
    hand_in("registration", "慈登新号", &[("scan", "登记.png", PIXEL)]).has_status(200).sees("等待核对");
    hand_in("public_fundraising", "慈募新号", &[("scan", "资格.png", PIXEL)]).has_status(200);
    world.stranger().get(&page).sees("证书不在有效期内");
    let waiting = world.app.db.read(|tx| organisations::waiting_for_operator(tx, world.now())).expect("what waits");
    let renewals: Vec<Id> = waiting.iter().filter(|w| w.queue == "waiting-renewal").map(|w| w.thing_id).collect();
    let [first, second] = renewals[..] else { panic!("{waiting:?}") };
    let review = |id: Id, values: &[(&str, &str)]| {
        let path = format!("/operator/renewals/{id}");
        cast.reviewer.submit(&cast.reviewer.get(&path), &format!("{path}/decision"), values)
    };
    review(first, &[("verdict", "return"), ("reason", "")]).has_status(422).sees("请填写这一项");
    review(first, &[("verdict", "return"), ("reason", "扫描件看不清")]).has_status(200).sees("扫描件看不清");
    cast.reviewer.post(&format!("/operator/renewals/{first}/decision"), &[("verdict", "accept")]).has_status(409).sees("已经有人处理过了");
    cast.manager.get("/me/notices").sees("被退回");
    cast.manager.get(&desk).sees("扫描件看不清");
    hand_in("registration", "慈登新号", &[("scan", "登记.png", PIXEL)]).has_status(200);
    review(second, &[("verdict", "accept")]).has_status(200).sees("决定已记录");
    let third = world.count(sql("SELECT MAX(id) AS count FROM renewal"), params![]);
    review(third, &[("verdict", "accept")]).has_status(200);
    world.stranger().get(&page).sees_no("证书不在有效期内");
    // R4: the licence's scan is everyone's; that of the registration is not.
    let scan = |kind: &str| {
        world.count(
            sql("SELECT s.file_id AS count FROM certificate_scan s JOIN certificate c ON c.id = s.certificate_id WHERE c.kind = ?1"),
            params![kind],
        )
    };
    world.stranger().get(&format!("/files/{}", scan("public_fundraising"))).has_status(200);
    world.stranger().get(&format!("/files/{}", scan("registration"))).has_status(404);
    let public = world.stranger().get(&format!("/organisations/{}", cast.charity));
    assert!(public.links().contains(&format!("/files/{}", scan("public_fundraising"))));
}

/// R4: the full name, the credit code, the licence, the contact and how to look them up stand on the page; who runs the
/// charity stands there only if it says so.
fn r4_the_page_shows_what_the_law_wants_and_no_private_person(world: &World) {
    let cast = world.cast();
    let public = format!("/organisations/{}", cast.charity);
    for words in ["法定公示", "清河慈善基金会", "53100000MJ00000", "慈募第2号", "010-00000000", "慈善中国", "募捐信息查询"]
    {
        world.stranger().get(&public).sees(words);
    }
    let desk = format!("/desk/organisations/{}/particulars", cast.charity);
    let filled = [
        ("established", "2015-06-01"),
        ("competent_unit", "示范市民政局"),
        ("business_scope", "扶助困难儿童"),
        ("legal_representative", "沈立群"),
        ("head_name", "韩秘书长"),
        ("head_title", "秘书长"),
        ("phone", "13700137000"),
        ("email", "office@qinghe.example"),
        ("evaluation_kind", "基金会评估"),
        ("evaluation_level", "4A"),
        ("evaluation_until", "2029-12-31"),
        ("full_time", "12"),
        ("part_time", "3"),
        ("volunteers", "80"),
    ];
    let declare = |changed: &[(&str, &str)]| {
        let values: Vec<(&str, &str)> =
            filled.iter().map(|(name, value)| (*name, changed.iter().find(|(n, _)| n == name).map_or(*value, |(_, v)| *v))).collect();
        let more: Vec<(&str, &str)> = changed.iter().filter(|(n, _)| *n == "contact_public").copied().collect();
        cast.manager.submit(&cast.manager.get(&desk), &desk, &[values, more].concat())
    };
    for (field, typed, said) in [
        ("email", "office", "邮箱地址不对"),
        ("full_time", "十二", "人数要写成整数"),
        ("full_time", "-1", "人数要写成整数"),
        ("established", "2099-01-01", "成立日期在将来"),
        ("legal_representative", "", "请填写这一项"),
    ] {
        declare(&[(field, typed)]).has_status(422).sees(said);
    }
    world.keep_private("韩秘书长");
    world.keep_private("13700137000");
    world.keep_private("office@qinghe.example");
    declare(&[]).has_status(200).sees("基本信息已保存");
    let page = world.stranger().get(&public);
    for words in ["沈立群", "扶助困难儿童", "4A", "2029-12-31", "工作人员 15 人", "志愿者 80 人", "2015-06-01"] {
        page.sees(words);
    }
    page.sees_no("韩秘书长").sees_no("13700137000");
    cast.reviewer.get(&format!("/operator/organisations/{}", cast.charity)).sees("韩秘书长").sees("13700137000");
    cast.finance.get(&desk).has_status(200).sees("韩秘书长");
    cast.finance.post(&desk, &[("business_scope", "别的")]).has_status(403);
    for text in ["韩秘书长", "13700137000", "office@qinghe.example"] {
        world.no_longer_private(text);
    }
    declare(&[("contact_public", "1")]).has_status(200);
    world.stranger().get(&public).sees("韩秘书长").sees("13700137000");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM organisation_profile"), params![]), 2, "the first declaration is kept");
}

/// R23: nothing in the program deletes a certificate, and the database refuses to give up a scan.
fn r23_certificates_and_scans_are_kept(world: &World) {
    let cast = world.cast();
    let today = day_of(world.now());
    let new = organisations::NewCertificate {
        kind: organisations::CertificateKind::PublicFundraising,
        number: "慈募新号".to_owned(),
        issuer: "示范市民政局".to_owned(),
        valid_from_day: today,
        valid_until_day: today + 900,
    };
    let scan = testkit::paper();
    organisations::actions::add_certificate(&world.app, cast.charity, &new, Some((&scan, cast.reviewer.id))).expect("added");
    let kept =
        world.app.db.read(|tx| Ok::<_, db::Fault>((organisations::certificates(tx, cast.charity)?, renewals::scans(tx, cast.charity)?)));
    let (certificates, scans) = kept.expect("a read");
    assert_eq!((certificates.len(), scans.len()), (3, 1), "the old licence stands beside the new one");
    let gone = world.app.db.write(|tx| tx.execute(sql("DELETE FROM certificate_scan"), params![]));
    assert!(gone.is_err(), "the database refuses");
    let longer = world.app.db.write(|tx| tx.execute(sql("UPDATE certificate SET valid_until_day = 99999"), params![]));
    assert!(longer.is_err(), "a certificate is never made to last longer: the renewal is another one");
    for file in crate::sources::files("crates/app/src", ".rs") {
        assert!(!file.text.contains("DELETE FROM certificate"), "{} deletes certificates", file.path);
    }
}

/// What the check of the books says of organisations, when somebody with the database in hand has put a hand in.
fn the_check_knows_what_must_hold_of_organisations(world: &World) {
    let cast = world.cast();
    let donor = world.donor("13800138000");
    let life = world.life(&cast, &donor);
    world.check_the_books();
    let findings = || {
        let (_, findings) = app::settlement::check::check(&world.app.db).expect("a check");
        findings.into_iter().map(|f| f.0).collect::<Vec<_>>().join("\n")
    };
    let seat = world.count(sql("SELECT MIN(id) AS count FROM seat WHERE person_id = ?1"), params![cast.manager.id]);
    let tamper = |statement, id: i64| world.app.db.write(|tx| tx.execute_one(statement, params![id])).expect("a hand in the database");
    tamper(
        sql(
            "INSERT INTO seat (id, organisation_id, person_id, role, starts_at) SELECT 7, organisation_id, person_id, role, starts_at + 1 FROM seat WHERE id = ?1",
        ),
        seat,
    );
    assert!(findings().contains("the same seat twice"), "{}", findings());
    tamper(sql("DELETE FROM seat WHERE id = 7 AND ?1 > 0"), seat);
    tamper(sql("UPDATE admission SET state = 'refused' WHERE id = ?1"), life.admission);
    assert!(findings().contains(&format!("admission {} is not where its last step led", life.admission)), "{}", findings());
    tamper(sql("UPDATE admission SET state = 'submitted' WHERE id = ?1"), life.admission);
    renewals::decide(&world.app, &cast.reviewer.actor, life.renewal, true, "").expect("accepted");
    world.check_the_books();
    tamper(sql("UPDATE file SET public_since = NULL WHERE id = (SELECT file_id FROM renewal WHERE id = ?1)"), life.renewal);
    tamper(sql("UPDATE renewal SET number = '另一个' WHERE id = ?1"), life.renewal);
    let said = findings();
    assert!(said.contains("its certificate or scan is not there") && said.contains("is not public"), "{said}");
    // Put back as it was, for the world's own last look.
    tamper(sql("UPDATE file SET public_since = created_at WHERE id = (SELECT file_id FROM renewal WHERE id = ?1)"), life.renewal);
    tamper(
        sql("UPDATE renewal SET number = (SELECT number FROM certificate WHERE certificate.id = renewal.certificate_id) WHERE id = ?1"),
        life.renewal,
    );
}

fn the_list_of_organisations_is_exported_as_it_was_asked_for(world: &World) {
    let cast = world.cast();
    let formula = organisations::NewOrganisation {
        name: "=1+1 慈善会".to_owned(),
        ..world.new_organisation(organisations::Kind::Charity, "x", 9)
    };
    organisations::actions::found(&world.app, formula).expect("founded");
    let page = cast.reviewer.get("/operator/organisations?kind=charity");
    let link = page.link("导出表格");
    let csv = cast.reviewer.get(&link);
    csv.has_status(200);
    assert!(csv.header("content-type").starts_with("text/csv"));
    let text = csv.source();
    assert!(text.contains("清河慈善基金会") && !text.contains("云上乡村发展中心"), "{text}");
    assert!(text.contains("'=1+1 慈善会") && !text.contains(",=1+1"), "no cell is a formula: {text}");
    cast.manager.get("/operator/organisations/export").has_status(403);
}

on_both_engines![
    the_check_knows_what_must_hold_of_organisations,
    r1_papers_and_filing_are_compared_again_before_publication,
    a_certificate_that_ends_during_fundraising_stops_gifts_until_it_is_renewed,
    r4_the_page_shows_what_the_law_wants_and_no_private_person,
    r23_certificates_and_scans_are_kept,
    the_list_of_organisations_is_exported_as_it_was_asked_for,
];
