//! How an organisation comes in: a form with papers, a review with reasons, a correction, and then a desk.

use app::kernel::{DAY_US, Id, Role, Trouble};
use app::organisations::admissions::{self, Verdict};
use app::organisations::{self, Kind, complete_credit_code};
use app::people;
use app::web::Lang;
use db::{params, sql};
use testkit::{PASSWORD, PIXEL, Page, Person, World, on_both_engines};

/// Fills in the form; `changed` says what is typed otherwise.
fn fill(person: &Person, page: &Page, action: &str, changed: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Page {
    let code = complete_credit_code("53440000MJ0000077").expect("a credit code");
    let mut values = vec![
        ("kind", "charity"),
        ("name", "澄溪慈善基金会"),
        ("credit_code", code.as_str()),
        ("area", "通渭县"),
        ("address", "通渭县示范路 3 号"),
        ("contact", "0932-0000000"),
        ("registration_number", "慈登第 77 号"),
        ("registration_issuer", "示范省民政厅"),
        ("registration_from", "2024-01-01"),
        ("licence_number", "慈募第 77 号"),
        ("licence_issuer", "示范省民政厅"),
        ("licence_from", "2024-01-01"),
        ("licence_until", "2028-12-31"),
    ];
    for (name, value) in changed {
        match values.iter_mut().find(|(n, _)| n == name) {
            Some(pair) => pair.1 = value,
            None => values.push((name, value)),
        }
    }
    person.submit_files(page, action, &values, files)
}

fn apply(person: &Person, changed: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Page {
    fill(person, &person.get("/me/admissions/new"), "/me/admissions", changed, files)
}

const SCANS: &[(&str, &str, &[u8])] = &[("registration_scan", "登记.png", PIXEL), ("licence_scan", "资格.png", PIXEL)];

fn newest(world: &World) -> Id {
    world.count(sql("SELECT MAX(id) AS count FROM admission"), params![])
}

fn an_organisation_applies_is_corrected_and_comes_in(world: &World) {
    let cast = world.cast();
    let applicant = world.donor("13800138000");
    applicant.get("/me").sees("机构入驻");
    applicant.get("/me/admissions").sees("还没有申请");
    apply(&applicant, &[], &[]).has_status(422).sees("请上传证书扫描件");
    apply(&applicant, &[], &SCANS[..1]).has_status(422).sees("请上传证书扫描件");
    apply(&applicant, &[("credit_code", "5344")], SCANS).has_status(422).sees("这里有 4 位");
    apply(&applicant, &[], &[("registration_scan", "a.png", b"<html>"), SCANS[1]]).has_status(422);
    let page = apply(&applicant, &[], SCANS);
    page.has_status(200).sees("申请已提交").sees("等待审核").sees("澄溪慈善基金会");
    let id = newest(world);
    let (mine, review) = (format!("/me/admissions/{id}"), format!("/operator/admissions/{id}"));
    // One application an organisation, whoever asks; an organisation that is here needs none.
    let other = world.donor("13800138001");
    apply(&other, &[], SCANS).has_status(409).sees("已有一份申请在办理");
    let known = world.app.db.read(|tx| organisations::find(tx, cast.charity)).expect("a read").expect("the charity").credit_code;
    apply(&other, &[("credit_code", &known)], SCANS).has_status(409).sees("已经登记过");
    // Nobody else sees it, nor its papers.
    other.get(&mine).has_status(404);
    cast.manager.get(&review).has_status(403);
    let paper = world.count(sql("SELECT MIN(file_id) AS count FROM admission_paper"), params![]);
    for (person, status) in [(&other, 404), (&applicant, 200), (&cast.reviewer, 200)] {
        assert_eq!(person.get(&format!("/files/{paper}")).status, status, "{}", person.name);
    }
    let waiting = world.app.db.read(|tx| organisations::waiting_for_operator(tx, world.now())).expect("what waits");
    assert!(waiting.iter().any(|w| w.queue == "waiting-admission" && w.thing_id == id && w.href == review), "{waiting:?}");

    let decide = |values: &[(&str, &str)]| cast.reviewer.submit(&cast.reviewer.get(&review), &format!("{review}/decision"), values);
    decide(&[("verdict", "return")]).has_status(422).sees("请填写这一项");
    decide(&[("verdict", "return"), ("reason", "地址与登记证书不一致")]).has_status(200).sees("决定已记录");
    applicant.get("/me/notices").sees("需要修改");
    let page = applicant.get(&mine);
    page.sees("退回修改").sees("地址与登记证书不一致");
    assert_eq!(page.attributes("#f-address", "value"), ["通渭县示范路 3 号"], "what was submitted stands in the form");
    fill(&applicant, &page, &mine, &[("address", "通渭县新路 8 号")], &[]).has_status(200).sees("等待审核");
    // Whoever still looks at the first version decides nothing.
    let stale = [("verdict", "approve"), ("version", "1")];
    cast.reviewer.post(&format!("{review}/decision"), &stale).has_status(409).sees("这份申请已经变了");
    cast.second_reviewer.get(&review).sees("通渭县新路 8 号").sees("有改动").sees("地址与登记证书不一致");
    decide(&[("verdict", "approve")]).has_status(200).sees("已通过");
    cast.reviewer.post(&format!("{review}/decision"), &[("verdict", "refuse"), ("reason", "晚了"), ("version", "2")]).has_status(409);
    let organisation = world.count(sql("SELECT organisation_id AS count FROM admission WHERE id = ?1"), params![id]);
    world.stranger().get(&format!("/organisations/{organisation}")).has_status(200).sees("通渭县新路 8 号").sees("公开募捐资格有效");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM admission_version"), params![]), 2, "both versions are kept");

    // The applicant is its first manager, and sets up a desk sign-in.
    applicant.get("/me/notices").sees("已通过审核");
    sets_up_a_login(world, &applicant, "chengxi.manager");
    let manager = world.signed_in(applicant.id, "王小满", app::kernel::Strength::Staff, Vec::new());
    manager.get(&format!("/desk/organisations/{organisation}")).has_status(200).sees("澄溪慈善基金会").sees("还没有填写基本信息");
    manager.get(&format!("/desk/organisations/{}", cast.charity)).has_status(404);
}

/// The page with the code for the authenticator; what it shows is typed back.
fn sets_up_a_login(world: &World, person: &Person, login: &str) {
    let page = person.get("/me/desk-access");
    page.has_status(200).sees("开通机构登录");
    assert_eq!(page.elements("svg").iter().filter(|e| e.html().len() > 2_000).count(), 1, "a code to scan");
    let key: String = page.texts("code").remove(0).split_whitespace().collect();
    let secret = base32(&key);
    let code = people::totp_now(&secret, world.now());
    let send = |login: &str, password: &str, again: &str, code: &str| {
        let values = [("login", login), ("password", password), ("again", again), ("totp", code)];
        person.submit(&person.get("/me/desk-access"), "/me/desk-access", &values)
    };
    send("x", PASSWORD, PASSWORD, &code).has_status(422).sees("登录名要 3 到 32 个字符");
    send(login, "short", "short", &code).has_status(422).sees("密码要 10 到 200 个字符");
    send(login, PASSWORD, "something else", &code).has_status(422).sees("两次输入的密码不一样");
    send(login, PASSWORD, PASSWORD, "000000").has_status(422).sees("动态码不对");
    send(login, PASSWORD, PASSWORD, &code).has_status(200).sees("机构登录已开通");
    let door = world.guest();
    let sign_in = [("login", login), ("password", PASSWORD), ("totp", &*code)];
    door.submit(&door.get("/staff/sign-in"), "/staff/sign-in", &sign_in).is_at("/desk");
    person.post("/me/desk-access", &[("login", "second.login")]).has_status(409).sees("现在不需要开通");
}

fn base32(text: &str) -> Vec<u8> {
    let (mut bits, mut held, mut bytes) = (0_u64, 0, Vec::new());
    for c in text.bytes() {
        let value = if c.is_ascii_uppercase() { c - b'A' } else { c - b'2' + 26 };
        bits = (bits << 5) | u64::from(value);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).expect("a byte"));
        }
    }
    bytes
}

fn an_application_is_refused_with_a_reason_and_may_be_made_again(world: &World) {
    let cast = world.cast();
    let applicant = world.donor("13800138000");
    apply(
        &applicant,
        &[
            ("kind", "company"),
            ("name", "满江红电器公司"),
            ("licence_number", ""),
            ("licence_issuer", ""),
            ("licence_from", ""),
            ("licence_until", ""),
        ],
        &SCANS[..1],
    )
    .has_status(200);
    let id = newest(world);
    // The one who applies does not decide, even with a seat at the operator's desk.
    let own = admissions::apply(
        &world.app,
        &cast.reviewer.actor,
        &world.new_organisation(Kind::Implementer, "自己人服务社", 50),
        &admissions::Papers { registration: Some(&testkit::paper()), licence: None },
    )
    .expect("applied");
    let refused = admissions::decide(&world.app, &cast.reviewer.actor, own, 1, Verdict::Approve, "");
    assert!(matches!(refused, Err(Trouble::Refused(r)) if r.key == "refusal-admission-own"));
    let review = format!("/operator/admissions/{id}");
    cast.reviewer
        .submit(&cast.reviewer.get(&review), &format!("{review}/decision"), &[("verdict", "refuse"), ("reason", "营业执照已注销")])
        .has_status(200);
    let page = applicant.get(&format!("/me/admissions/{id}"));
    page.sees("未通过").sees("营业执照已注销");
    applicant.speaks(Lang::En).get(&page.path).sees("refused").sees_no("⟦");
    applicant.speaks(Lang::Zh);
    applicant.get("/me/desk-access").sees("您还没有席位");
    apply(&applicant, &[("name", "满江红电器公司")], SCANS).has_status(200);
    world.later(DAY_US);
}

/// Two of the operator, one application: one of them decides.
fn two_who_decide_at_once_admit_one_organisation(world: &World) {
    let cast = world.cast();
    let applicant = world.donor("13800138000");
    apply(&applicant, &[], SCANS).has_status(200);
    let id = newest(world);
    let before = world.count(sql("SELECT COUNT(*) AS count FROM organisation"), params![]);
    let made: Vec<_> = std::thread::scope(|scope| {
        let hands: Vec<_> = [&cast.reviewer, &cast.second_reviewer, &cast.reviewer, &cast.second_reviewer]
            .into_iter()
            .map(|person| scope.spawn(|| admissions::decide(&world.app, &person.actor, id, 1, Verdict::Approve, "")))
            .collect();
        hands.into_iter().map(|hand| hand.join().expect("no panic")).collect()
    });
    assert_eq!(made.iter().filter(|one| one.is_ok()).count(), 1, "{made:?}");
    assert!(made.iter().all(|one| !matches!(one, Err(Trouble::Fault(_)))), "{made:?}");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM organisation"), params![]), before + 1);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM seat WHERE person_id = ?1"), params![applicant.id]), 1);
}

/// A company gives beside others: managers and finance, no approvers.
fn a_company_has_managers_and_finance(world: &World) {
    let cast = world.cast();
    let company = world.organisation(Kind::Company, "满江红电器公司", 60);
    let path = format!("/operator/organisations/{company}");
    cast.reviewer.get(&path).has_status(200).sees("企业").sees_no("发布前核验");
    let give = |role: &str| cast.reviewer.post(&format!("{path}/seats"), &[("login", "former"), ("role", role)]);
    give("approver").has_status(422).sees("企业没有审批人");
    give("manager").has_status(200);
    let manager = world.signed_in(cast.former.id, "钱已离", app::kernel::Strength::Staff, Vec::new());
    manager.get(&format!("/desk/organisations/{company}")).has_status(200).sees_no("合作方");
    manager.get(&format!("/desk/organisations/{company}/partners")).has_status(404);
    manager.get("/desk/seats").sees_no("审批人员");
    world.stranger().get("/organisations").sees_no("满江红电器公司");
    assert!(Role::from_word("approver").is_some());
}

on_both_engines![
    an_organisation_applies_is_corrected_and_comes_in,
    an_application_is_refused_with_a_reason_and_may_be_made_again,
    two_who_decide_at_once_admit_one_organisation,
    a_company_has_managers_and_finance,
];
