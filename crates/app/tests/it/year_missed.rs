//! The same project, and nobody keeps a clock: after each one the public page, the record, the register and the operator's
//! queue say what is late, since when and by which article; giving stops where the rules say; and what is caught up later stays
//! late in the record for ever.

use app::giving::gift_path;
use app::kernel::civil::{day_text, parse_day};
use app::projects::actions;
use app::web::Lang;
use db::{params, sql};
use testkit::{World, on_both_engines};

use crate::year::{TITLE, Year};

const LAW: &str = "中华人民共和国慈善法（2023年修正）》第 79 条";

fn the_same_project_misses_every_clock(world: &World) {
    let year = Year::begin(world);
    let [thousand, ..] = year.takes_gifts();
    year.morning("2026-10-08");
    year.pays_out(2_240_000, "第一批十四盏路灯");
    year.spends("太阳能路灯", "14", "1400", "太阳能路灯十四盏", "24362000000011110001");
    year.spends("安装", "14", "200", "十四盏的安装", "24362000000011110002");
    let complaint = year.nobody_answers(thousand);

    // The last day is in time; the day after is not.
    year.morning("2026-12-08");
    year.sees_what_is_late(&[]);
    year.morning("2026-12-09");
    year.sees_what_is_late(&[("公开项目进展", "2026-12-08", 1), ("公开财务情况", "2026-12-08", 1)]);
    year.whoever_wants_to_give_is_told();

    year.morning("2027-01-12");
    year.sees_what_is_late(&[("公开项目进展", "2026-12-08", 35), ("公开财务情况", "2026-12-08", 35)]);
    year.is_suspended_for_its_silence(complaint);
    year.morning("2027-02-02");
    year.catches_up_once();

    // Nothing more is told. The window closes by itself, and nobody ends fundraising for a fortnight.
    year.morning("2027-03-16");
    year.takes_no_gifts("2027-03-15");
    year.morning("2027-04-01");
    year.ends_fundraising();
    year.morning("2027-05-31");
    year.is_silent_about_itself(false);
    year.morning("2027-06-01");
    year.is_silent_about_itself(true);
    year.sees_what_is_late(&[("公开项目进展", "2027-05-02", 30), ("公开财务情况", "2027-05-01", 31)]);
    year.morning("2027-07-02");
    year.sees_what_is_late(&[
        ("公开项目进展", "2027-05-02", 61),
        ("公开财务情况", "2027-05-01", 62),
        ("募款结束后的全面公开", "2027-07-01", 1),
    ]);

    year.morning("2027-07-05");
    let other = year.is_closed();
    year.morning("2027-09-08");
    year.the_certificates_have_ended(other);
    year.morning("2027-10-06");
    let end =
        [("募款结束后的全面公开", "2027-07-01", 97), ("结项后的全面公开", "2027-10-05", 1), ("公开剩余财产的处理情况", "2027-10-05", 1)];
    year.sees_what_is_late(&end);

    year.morning("2027-10-20");
    year.catches_up_at_last();
    // A year later it reads the same.
    for day in ["2027-10-21", "2028-10-21"] {
        year.morning(day);
        year.is_remembered();
    }
    world.check_the_books();
}

impl Year<'_> {
    /// Page, record, clocks, register, its file, the list, the operator's queue: each report with its day and by how many days.
    fn sees_what_is_late(&self, late: &[(&str, &str, i64)]) {
        let stranger = self.world.stranger();
        let (page, record) = (stranger.get(&self.public("")), stranger.get(&self.public("/record")));
        let (clocks, register) = (self.clocks(), stranger.get("/disclosure"));
        let reviewer = &self.cast.reviewer;
        if late.is_empty() {
            page.sees("没有逾期的报告");
            record.sees("没有逾期的报告");
            register.sees_no(TITLE);
            reviewer.get("/operator").sees_no("报告逾期的项目");
            return;
        }
        let file = stranger.get("/disclosure/register.csv").source();
        for (what, day, days) in late {
            let sentence = format!("应于 {day} 前公开，已逾期 {days} 天。");
            let source = if *what == "公开剩余财产的处理情况" { "第81号" } else { LAW };
            for seen in [&page, &record] {
                seen.sees(what).sees(&sentence).sees(source).sees_no("没有逾期的报告");
            }
            for seen in [&clocks, &register] {
                seen.sees(what).sees(day).sees(&format!("逾期 {days} 天")).sees(source);
            }
            assert!(file.lines().any(|line| line.contains(what) && line.contains(day) && line.ends_with(&format!(",{days}"))), "{file}");
        }
        clocks.sees("还没有公开");
        let most = late.iter().map(|(_, _, days)| days).max().expect("one at least");
        stranger.get("/projects?state=all").sees(&format!("报告逾期 {most} 天"));
        stranger.get("/disclosure/charities").sees("清河慈善基金会").sees(&format!("逾期 {most} 天"));
        stranger.speaks(Lang::En).get(&self.public("")).sees("Asked for by").sees_no("⟦");
        // The operator finds it in the queue, and there what it is about.
        let queue = reviewer.get("/operator");
        queue.sees("报告逾期的项目").sees(TITLE);
        let judged = reviewer.get(&format!("/operator/projects/{}", self.project));
        judged.sees(late[0].0).sees(LAW);
        self.cast.manager.get("/desk").sees("要公开的报告");
    }

    /// A question, a complaint, a receipt and a refund are asked for, and all of them wait too long.
    fn nobody_answers(&self, gift: i64) -> i64 {
        let (donor, guest, world) = (&self.donor, self.world.guest(), self.world);
        let questions = self.public("/questions");
        donor.submit(&donor.get(&questions), &questions, &[("body", "第一批灯装在了哪些路口？")]).has_status(200);
        let form = guest.get(&format!("/complaints/new?project={}", self.project));
        let mine = guest.submit(&form, "/complaints", &[("kind", "silent"), ("body", "问了两次，没有人回答。")]);
        mine.has_status(200).sees("2026-10-14");
        let form = self.neighbour.click(&self.neighbour.get("/me/receipts"), "申请开票");
        self.neighbour.submit(&form, "/me/receipts", &[("payer_name", "石门村商会")]).has_status(200);
        let refund = format!("{}/refund", gift_path(&world.app, gift));
        let asked = [("reason", "wrong_amount"), ("amount", "900"), ("statement", "多按了一个零。")];
        donor.submit(&donor.get(&refund), &refund, &asked).has_status(200);
        self.morning("2026-11-02");
        world.stranger().get(&questions).sees("已超期");
        guest.get(&mine.path).sees("超期");
        assert_eq!(world.stranger().get("/complaints").texts("tbody td"), ["1", "0", "0", "0", "1", "0", "0"]);
        donor.get(&refund).sees("逾期");
        let operator = self.cast.reviewer.get("/operator");
        operator.sees("投诉举报").sees("退款案件");
        self.cast.reviewer.get("/operator/refunds").sees("逾期");
        self.cast.finance.get("/desk/receipts").sees("已超期");
        for queue in ["退款案件", "开票申请"] {
            self.cast.finance.get("/desk").sees(queue);
        }
        self.newest(sql("SELECT MAX(id) AS count FROM complaint"))
    }

    fn whoever_wants_to_give_is_told(&self) {
        let (guest, at) = (self.world.guest(), self.public("/gift"));
        let calmer = guest.submit(&guest.get(&at), &at, &[("amount", "10")]);
        calmer.sees("付款前，先看清楚").sees("逾期 1 天");
    }

    /// The operator, coming from its queue, suspends the project; giving stops at once and everyone reads why.
    fn is_suspended_for_its_silence(&self, complaint: i64) {
        let (reviewer, world) = (&self.cast.reviewer, self.world);
        let at = format!("/operator/projects/{}/decisions", self.project);
        let why = "三个月没有公开项目进展和财务情况，投诉也没有得到说明。";
        let page = reviewer.get(&at);
        reviewer.submit(&page, &at, &[("kind", "suspended"), ("reason_suspended", why)]).has_status(200).sees("决定已生效");
        let answer = format!("/operator/complaints/{complaint}");
        let told = [("outcome", "suspended"), ("answer", "情况属实，项目已暂停，等机构补齐报告。")];
        reviewer.submit(&reviewer.get(&answer), &format!("{answer}/answer"), &told).has_status(200);
        world.catch_up();
        world.stranger().get(&self.public("")).sees("已被平台暂停").sees(why).sees_no("我要捐赠");
        world.guest().get(&self.public("/gift")).has_status(409);
        self.donor.get("/me/notices").sees("已被平台暂停");
        // Answered at last, the complaint stays one that was late.
        assert_eq!(world.stranger().get("/complaints").texts("tbody td"), ["1", "0", "1", "0", "0", "0", "0"]);
    }

    /// Everything that was owed is told in one morning, and the operator lets the project go on.
    fn catches_up_once(&self) {
        let (second, world) = (&self.cast.second_reviewer, self.world);
        self.posts_progress("迟到的进展：十四盏灯", "安装路灯 14 盏", "46");
        self.discloses("2027-02-01");
        let at = format!("/operator/projects/{}/decisions", self.project);
        second.submit(&second.get(&at), &at, &[("kind", "resumed"), ("reason_resumed", "报告已补齐。")]).has_status(200);
        world.catch_up();
        let stranger = world.stranger();
        for part in ["", "/record"] {
            stranger.get(&self.public(part)).sees("没有逾期的报告");
        }
        stranger.get("/disclosure").sees_no(TITLE);
        // Late is late: the day on which it came, and how long it was missing.
        self.clocks().sees("2027-02-02 已公开").sees("逾期 56 天").sees("全部报告中逾期 2 份");
        stranger.get(&self.public("")).sees("我要捐赠");
    }

    fn takes_no_gifts(&self, last_day: &str) {
        let (guest, page) = (self.world.guest(), self.world.stranger().get(&self.public("")));
        page.sees(last_day).sees_no("我要捐赠");
        guest.get(&self.public("/gift")).has_status(409).sees(last_day);
    }

    /// 令81号: the charity's own reports of the year, on its page and in the list of organisations.
    fn is_silent_about_itself(&self, late: bool) {
        let stranger = self.world.stranger();
        let page = stranger.get(&format!("/organisations/{}", self.cast.charity));
        let list = stranger.get("/organisations");
        if late {
            page.sees("已过法定期限").sees("年度工作报告 2026").sees("年度财务会计报告 2026").sees("关联方名单 2026");
            list.sees("报告逾期");
        } else {
            page.sees_no("已过法定期限");
            list.sees_no("报告逾期");
        }
    }

    /// Over; and on the same day the charity, whose papers still hold, publishes another project.
    fn is_closed(&self) -> i64 {
        let (manager, world) = (&self.cast.manager, self.world);
        let at = self.desk("/closing");
        manager.submit(&manager.get(&at), &at, &[("reason", "装完十四盏。")]).has_status(200).sees("项目已结项");
        self.clocks().sees("到 2027-07-05 仍未公开，之后不再需要");
        world.qualified(self.cast.charity, &self.cast.reviewer);
        let other = world.project(&self.cast, "邻村的夜路灯");
        world.guest().get(&format!("/projects/{other}/gift")).has_status(200);
        other
    }

    /// Nobody renewed them: nothing new is published, and what runs takes no gifts.
    fn the_certificates_have_ended(&self, other: i64) {
        let (world, cast) = (self.world, &self.cast);
        world.guest().get(&format!("/projects/{other}/gift")).has_status(409).sees("证书不在有效期内");
        let id = world.drafted(cast, "另一个项目");
        actions::submit(&world.app, &cast.manager.actor, id, world.version(id), world.now()).expect("submitted");
        actions::review(&world.app, &cast.reviewer.actor, id, world.version(id), "", world.now()).expect("reviewed");
        let at = format!("/operator/projects/{id}");
        let page = cast.second_reviewer.get(&at);
        cast.second_reviewer.submit(&page, &format!("{at}/publication"), &[]).has_status(409).sees("公开募捐资格证书");
    }

    fn catches_up_at_last(&self) {
        let (manager, world) = (&self.cast.manager, self.world);
        self.discloses("2027-10-19");
        let at = self.desk("/leftovers");
        let told = [("body", "余款转入同县的同类项目，正在办理。")];
        manager.submit(&manager.get(&at), &format!("{at}/statement"), &told).has_status(200);
        let at = self.desk("/closing-report");
        let words =
            [("results", "灯装好了。"), ("indicators", "都装好了。"), ("leftovers", "转入同县的同类项目。"), ("beneficiaries", "10")];
        manager.submit(&manager.get(&at), &at, &words).has_status(200);
        let report = world.count(sql("SELECT id AS count FROM closing_report WHERE project_id = ?1"), params![self.project]);
        actions::judge_closing_report(&world.app, &self.cast.reviewer.actor, report, true, "", world.now()).expect("published");
        world.stranger().get(&self.public("")).sees("没有逾期的报告");
    }

    /// How late each one was, for good.
    fn is_remembered(&self) {
        let clocks = self.clocks();
        clocks.sees("全部报告中逾期 7 份").sees_no("还没有公开");
        for (what, due, days) in [
            ("公开项目进展", "2026-12-08", 56),
            ("公开财务情况", "2026-12-08", 56),
            ("公开项目进展", "2027-05-02", 64),
            ("公开财务情况", "2027-05-01", 65),
            ("募款结束后的全面公开", "2027-07-01", 111),
            ("结项后的全面公开", "2027-10-05", 15),
            ("公开剩余财产的处理情况", "2027-10-05", 15),
        ] {
            clocks.sees(what).sees(due).sees(&format!("逾期 {days} 天"));
        }
        let told = day_text(parse_day("2027-10-20").expect("a day"));
        clocks.sees(&format!("{told} 已公开"));
        let record = self.world.stranger().get(&self.public("/record"));
        record.sees("迟到的进展：十四盏灯").sees("没有逾期的报告");
        let suspended = sql("SELECT COUNT(*) AS count FROM project_decision WHERE project_id = ?1 AND kind = 'suspended'");
        assert_eq!(self.world.count(suspended, params![self.project]), 1);
    }
}

on_both_engines![the_same_project_misses_every_clock];
