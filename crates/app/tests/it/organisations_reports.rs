//! What an organisation publishes about itself (令81号): yearly by 31 May, major matters within thirty days, corrections beside
//! the original, and what management cost.

use app::kernel::civil::{day_of, day_text, parse_day};
use app::organisations;
use app::web::Lang;
use db::{params, sql};
use testkit::{Cast, PIXEL, Page, World, on_both_engines};

fn at(world: &World, cast: &Cast, day: &str) {
    world.morning(parse_day(day).expect("a day"), cast.everyone());
}

/// Publishes a report from its form; the form asks what its kind needs.
fn publish(cast: &Cast, kind: &str, values: &[(&str, &str)], file: bool) -> Page {
    let base = format!("/desk/organisations/{}/reports", cast.charity);
    let form = cast.manager.get(&format!("{base}?kind={kind}"));
    let files: &[(&str, &str, &[u8])] = if file { &[("file", "报告.png", PIXEL)] } else { &[] };
    cast.manager.submit_files(&form, &base, values, files)
}

const FIGURES: [(&str, &str); 5] =
    [("spending", "1000000"), ("charitable", "850000"), ("management", "80000"), ("last_income", "1200000"), ("net_assets", "3000000")];

/// R11: by 31 May; once that day is over everyone sees what is missing, on the page and in the list.
fn r11_yearly_reports_are_due_on_the_last_of_may(world: &World) {
    let cast = world.cast();
    let public = format!("/organisations/{}", cast.charity);
    let desk = format!("/desk/organisations/{}/reports", cast.charity);
    cast.manager.get(&desk).sees("现在没有到期的事");
    at(world, &cast, "2027-01-02");
    cast.manager.get(&desk).sees("年度工作报告 2026").sees("年度财务会计报告 2026").sees("关联方名单 2026").sees("2027-05-31 前");
    let waiting = world.app.db.read(|tx| organisations::waiting_at_desk(tx, &[cast.charity], world.now())).expect("what waits");
    assert_eq!(waiting.iter().filter(|w| w.queue == "waiting-yearly-report").count(), 3);
    let work = [("year", "2026"), ("title", "2026 年度工作报告")];
    publish(&cast, "work_report", &work, false).has_status(422).sees("请上传报告");
    publish(&cast, "work_report", &[("year", "2027"), ("title", "2027 年度工作报告")], true).has_status(422).sees("年度不对");
    for link in ["http://cszg.mca.gov.cn/1", "https://mca.gov.cn.example.com/1", "javascript:1", "https://example.org"] {
        publish(&cast, "work_report", &[work[0], work[1], ("link", link)], false).has_status(422).sees("不是“慈善中国”的网址");
    }
    at(world, &cast, "2027-05-31");
    world.stranger().get(&public).sees_no("已过法定期限");
    publish(&cast, "work_report", &[work[0], work[1], ("link", "https://cszg.mca.gov.cn/r/1")], false).has_status(200).sees("已公布");
    publish(&cast, "work_report", &work, true).has_status(409).sees("已经公布过了");
    at(world, &cast, "2027-06-01");
    let page = world.stranger().get(&public);
    page.sees("已过法定期限").sees("年度财务会计报告 2026").sees_no("迟了");
    world.stranger().get("/organisations").sees("报告逾期");
    let finance = [&[("year", "2026"), ("title", "2026 年度财务会计报告"), ("audited", "1")], &FIGURES[..]].concat();
    publish(&cast, "finance_report", &finance, true).has_status(200).sees("迟了 1 天").sees("经过审计").sees("在法定限额内");
    publish(&cast, "related_parties", &[("year", "2026"), ("title", "2026 年度关联方名单")], true).has_status(200);
    world.stranger().get(&public).sees_no("已过法定期限").sees("迟了 1 天");
    world.stranger().speaks(Lang::En).get(&public).sees_no("⟦");
}

/// R12: a major matter within thirty days of its day; later, everyone reads by how many days.
fn r12_major_matters_are_published_within_thirty_days(world: &World) {
    let cast = world.cast();
    let today = day_of(world.now());
    let matter = |kind: &str, day: i64| {
        let values = [
            ("event_day", &*day_text(day)),
            ("title", "购入国债"),
            ("body", "用暂时闲置的资金购入三年期国债。"),
            ("counterparty", "示范银行"),
            ("amount", "500000.50"),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        publish(&cast, kind, &values, false)
    };
    matter("investment", today + 1).has_status(422).sees("发生日期不对");
    for (kind, name) in
        [("asset_change", "重大资产变动"), ("investment", "重大投资"), ("transaction", "重大交易"), ("related_dealing", "关联交易")]
    {
        let page = matter(kind, today - 30);
        page.has_status(200).sees(name).sees("示范银行").sees("¥500,000.50").sees_no("迟了");
    }
    matter("investment", today - 31).has_status(200).sees("迟了 1 天");
    let list = world.stranger().get(&format!("/organisations/{}", cast.charity));
    list.sees("重大资产变动").sees("关联交易").sees("迟了 1 天");
    // The finance desk may publish, the approver may not, and nobody of another organisation.
    let base = format!("/desk/organisations/{}/reports", cast.charity);
    cast.finance.get(&format!("{base}?kind=investment")).has_status(200);
    cast.approver.post(&base, &[("kind", "investment")]).has_status(403);
    cast.implementer_manager.get(&base).has_status(404);
}

/// R13: each entry has an address of its own for good, and a correction stands beside it, never in its place.
fn r13_a_correction_stands_beside_the_original(world: &World) {
    let cast = world.cast();
    let day = day_text(day_of(world.now()) - 3);
    let page =
        publish(&cast, "transaction", &[("event_day", &day), ("title", "租入办公室"), ("body", "租入办公室三年，年租金五万元。")], true);
    let address = page.path.split('?').next().expect("a path").to_owned();
    let action = format!("/desk{address}/corrections");
    cast.manager.submit_files(&cast.manager.get(&address), &action, &[("body", "错")], &[]).has_status(422);
    let words = "年租金应为六万元，合同附件已更新。";
    cast.manager
        .submit_files(&cast.manager.get(&address), &action, &[("body", words)], &[("file", "更正.png", PIXEL)])
        .has_status(200)
        .sees("更正说明已公布");
    let seen = world.stranger().get(&address);
    seen.has_status(200).sees("年租金五万元").sees(words).sees("原文保持原样").sees("这一条永久保留");
    assert!(seen.elements(&format!("form[action='{action}']")).is_empty(), "a stranger corrects nothing");
    for change in [
        sql("UPDATE organisation_report SET body = 'x'"),
        sql("DELETE FROM organisation_report"),
        sql("UPDATE report_correction SET body = 'x'"),
        sql("DELETE FROM report_correction"),
    ] {
        assert!(world.app.db.write(|tx| tx.execute(change, params![])).is_err(), "the database refuses {}", change.text());
    }
    // Another organisation's address does not show it.
    let report = address.rsplit('/').next().expect("an id");
    world.stranger().get(&format!("/organisations/{}/reports/{report}", cast.launcher)).has_status(404);
}

/// R14: management cost at most a tenth of the year's spending, charitable spending at least seven tenths of last year's income.
/// Beyond that the charity explains itself, and everyone reads figures and explanation.
fn r14_beyond_a_limit_the_charity_explains_itself(world: &World) {
    let cast = world.cast();
    at(world, &cast, "2027-03-01");
    let figures = |changed: &[(&'static str, &'static str)]| {
        let mut values = [&[("year", "2026"), ("title", "2026 年度财务会计报告")], &FIGURES[..]].concat();
        for (name, value) in changed {
            match values.iter_mut().find(|(n, _)| n == name) {
                Some(pair) => pair.1 = value,
                None => values.push((name, value)),
            }
        }
        publish(&cast, "finance_report", &values, true)
    };
    figures(&[("management", "160000")]).has_status(422).sees("之和超过了总支出");
    figures(&[("management", "abc")]).has_status(422).sees("金额不对");
    figures(&[("management", "120000")]).has_status(422).sees("超过了法定限额");
    figures(&[("last_income", "2000000")]).has_status(422).sees("超过了法定限额");
    let page = figures(&[("management", "120000"), ("last_income", "2000000"), ("explanation", "本年新建了两个办公点。")]);
    page.has_status(200)
        .sees("管理费用超过了本年总支出的百分之十")
        .sees("低于上一年总收入的百分之七十")
        .sees("本年新建了两个办公点")
        .sees("12.0%")
        .sees("42.5%");
    // A social group: our sources do not give its thresholds, so nobody judges.
    let other = organisations::NewOrganisation {
        credit_code: organisations::complete_credit_code("51100000MJ0000040").expect("a code"),
        ..world.new_organisation(organisations::Kind::Charity, "远水志愿者协会", 40)
    };
    let other = organisations::actions::found(&world.app, other).expect("founded");
    let manager = world.staff("society", "尤会长", other, app::kernel::Role::Manager);
    let base = format!("/desk/organisations/{other}/reports");
    let values = [
        &[("year", "2026"), ("title", "2026 年度财务会计报告"), ("management", "120000")],
        &[FIGURES[0], FIGURES[1], FIGURES[3], FIGURES[4]][..],
    ]
    .concat();
    let page = manager.submit_files(&manager.get(&format!("{base}?kind=finance_report")), &base, &values, &[("file", "a.png", PIXEL)]);
    page.has_status(200).sees("这里只列数字，不作判断").sees("12.0%").sees_no("超过了");
}

on_both_engines![
    r11_yearly_reports_are_due_on_the_last_of_may,
    r12_major_matters_are_published_within_thirty_days,
    r13_a_correction_stands_beside_the_original,
    r14_beyond_a_limit_the_charity_explains_itself,
];
