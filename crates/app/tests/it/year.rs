//! One project from 立项 to 结项 over a year, told through the pages by those whose work it is. Every clock is kept; after
//! every month the public page, the record and the register say so, and at the end the sums are exact to the fen.

use app::giving::gift_path;
use app::kernel::civil::{day_of, day_text, parse_day};
use app::kernel::{Id, MINUTE_US};
use app::projects::fund;
use app::web::Lang;
use db::{params, sql};
use money::Fen;
use testkit::{Browser, Cast, PIXEL, Page, Person, World, on_both_engines};

pub const TITLE: &str = "点亮石门村回家的路";
const SLIP: (&str, &str, &[u8]) = ("evidence", "回单.png", PIXEL);

/// Who tells the story, and the project once it is there.
pub struct Year<'a> {
    pub world: &'a World,
    pub cast: Cast,
    /// Gives a thousand yuan, and meant a hundred.
    pub donor: Person,
    /// Gives twice.
    pub neighbour: Person,
    pub project: Id,
}

/// The year, month by month.
fn one_project_from_its_plan_to_its_closing_report_keeps_every_clock(world: &World) {
    let year = Year::begin(world);
    let [thousand, first, second] = year.takes_gifts();
    year.is_well();

    year.morning("2026-10-08");
    year.is_well();
    year.pays_out(2_240_000, "第一批十四盏路灯");
    year.spends("太阳能路灯", "14", "1400", "太阳能路灯十四盏", "24362000000011110001");
    year.spends("安装", "14", "200", "十四盏的安装", "24362000000011110002");
    year.answers_a_question();

    year.morning("2026-11-09");
    year.is_well();
    year.answers_a_complaint();
    year.issues_receipts(thousand, [first, second]);

    year.morning("2026-11-20");
    year.gives_back_under_a_reversed_receipt(thousand);
    year.morning("2026-11-23");
    year.enters_an_offline_gift();

    year.morning("2026-12-04");
    year.is_well();
    year.posts_progress("石门村的十四盏灯亮了", "安装路灯 14 盏", "46");
    year.discloses("2026-12-03");

    year.morning("2027-01-08");
    year.is_well();
    year.asks_for_a_change_of_use();
    year.morning("2027-02-08");
    year.is_well();
    year.world.stranger().get(&year.public("")).sees_no("灯杆加固");

    year.morning("2027-03-02");
    year.is_well();
    year.posts_progress("第二批灯杆到了县里", "运到灯杆 25 根", "0");
    year.discloses("2027-03-01");
    year.morning("2027-03-10");
    year.world.stranger().get(&year.public("")).sees("项目的变更已生效").sees("灯杆加固");
    year.donor.get("/me/notices").sees("的变更已经生效");

    year.morning("2027-03-16");
    year.ends_fundraising();
    year.morning("2027-03-22");
    // It tells of the day on which fundraising ended: the report that the end asks for.
    year.discloses("2027-03-21");
    year.is_well();
    year.clocks().sees("募款结束后的全面公开").sees("2027-03-22 已公开");

    year.morning("2027-04-09");
    year.is_well();
    year.pays_out(3_990_000, "第二批二十五盏路灯、加固和维护");
    year.spends("太阳能路灯", "25", "1400", "太阳能路灯二十五盏", "24362000000011110003");
    year.spends("三年维护", "39", "100", "三十九盏的三年维护", "24362000000011110004");
    year.spends("灯杆加固", "10", "100", "十根灯杆的加固", "24362000000011110005");

    year.morning("2027-05-10");
    year.is_well();
    year.the_charity_reports_on_its_year();

    for day in ["2027-05-31", "2027-06-18"] {
        year.morning(day);
        year.is_well();
        if day == "2027-05-31" {
            year.posts_progress("三十九盏灯全部亮了", "安装路灯 25 盏、加固灯杆 10 根", "118");
        } else {
            year.discloses("2027-06-17");
        }
    }

    year.morning("2027-07-05");
    year.is_well();
    year.closes();
    year.morning("2027-07-12");
    year.tells_the_end();
    year.morning("2027-08-16");
    year.is_well();
    year.leftovers_have_gone_where_donors_were_told();
    year.morning("2027-09-06");
    year.is_well();
    year.is_exact();
}

impl<'a> Year<'a> {
    /// The project is drafted, returned, corrected and published on 2026-09-08.
    pub fn begin(world: &'a World) -> Year<'a> {
        let (donor, neighbour) = (world.donor("13800138000"), world.donor("13900139000"));
        let mut year = Year { world, cast: world.cast(), donor, neighbour, project: 0 };
        year.morning("2026-09-08");
        year.is_drafted_from_a_template();
        year.comes_back_with_reasons_and_is_corrected();
        year.is_published();
        year
    }

    pub fn morning(&self, day: &str) {
        let Year { world, cast, donor, neighbour, .. } = self;
        world.morning(parse_day(day).expect("a day"), cast.everyone().into_iter().chain([donor, neighbour]));
    }

    pub fn desk(&self, part: &str) -> String {
        format!("/desk/projects/{}{part}", self.project)
    }

    pub fn public(&self, part: &str) -> String {
        format!("/projects/{}{part}", self.project)
    }

    pub fn clocks(&self) -> Page {
        self.world.stranger().get(&self.public("/clocks"))
    }

    pub fn newest(&self, statement: db::Sql) -> Id {
        self.world.count(statement, params![])
    }

    /// Nothing is late: the page, the record, the clocks, the register and the list say so, in both languages.
    fn is_well(&self) {
        let stranger = self.world.stranger();
        for part in ["", "/record"] {
            stranger.get(&self.public(part)).has_status(200).sees("没有逾期的报告").sees_no("已逾期");
        }
        self.clocks().sees("全部报告中逾期 0 份").sees_no("还没有公开");
        stranger.get("/disclosure").sees_no(TITLE);
        let charity = stranger.get(&format!("/organisations/{}", self.cast.charity));
        charity.sees_no("已过法定期限");
        stranger.speaks(Lang::En).get(&self.public("")).sees("No report is late").sees_no("⟦");
        self.cast.reviewer.get("/operator").sees_no("报告逾期的项目");
    }

    /// Template, help, plan, papers: as r3 tells in detail.
    fn is_drafted_from_a_template(&mut self) {
        let desk = &self.cast.manager;
        let form = desk.click(&desk.get("/desk/projects/new"), "乡村小夜灯");
        form.sees("已按样板填好");
        let story = "石门村有四十六户，夜里从村口到学校要走两里山路。\n\n灯装在哪里由村民会议定，坏了由县里的维修点修，保三年。";
        let typed = [
            ("title", TITLE),
            ("summary", "给石门村的夜路装上太阳能路灯，每一盏都有编号和照片。"),
            ("story", story),
            ("area", "寻乌县"),
            ("implementer", "云上乡村发展中心"),
            ("filing_number", "53100000MJ00000002A26001"),
            ("starts_day", "2026-09-08"),
            ("ends_day", "2027-03-15"),
            ("do", "plan"),
        ];
        let plan = desk.submit(&form, "/desk/projects", &typed);
        plan.has_status(200).sees("草稿已保存").sees("例如");
        let at = plan.path.split('?').next().unwrap_or_default().to_owned();
        self.project = at.trim_start_matches("/desk/projects/").trim_end_matches("/plan").parse().expect("an id");
        let whole = [
            ("nodes", "2026-11-30 装完十四盏\n2027-05-31 装完三十九盏"),
            ("responsible", "郑示范"),
            ("office", "北京市朝阳区示范路 1 号"),
            ("bank_account", "清河慈善基金会 0000 0000 0000 示范银行"),
            ("partners", "云上乡村发展中心，评估合格，负责安装"),
            ("beneficiaries", "164"),
            ("filed_day", "2026-08-25"),
            ("declared", "1"),
            ("do", "next"),
        ];
        let papers = desk.submit(&plan, &at, &whole);
        papers.has_status(200).sees("提交审核前还要这些材料");
        let add = self.desk("/papers");
        for kind in ["plan", "commitment", "decision", "filing_receipt"] {
            desk.submit_files(&papers, &add, &[("kind", kind)], &[("file", "材料.png", PIXEL)]).has_status(200).sees("材料已添加");
        }
        let at = self.desk("");
        desk.submit(&desk.get(&at), &at, &[("do", "submit")]).has_status(200).sees("已提交");
    }

    fn judged(&self) -> String {
        format!("/operator/projects/{}", self.project)
    }

    fn comes_back_with_reasons_and_is_corrected(&self) {
        let Cast { manager, reviewer, .. } = &self.cast;
        let page = reviewer.click(&reviewer.get("/operator"), TITLE);
        page.is_at(&self.judged());
        let back = format!("{}/return", self.judged());
        reviewer.submit(&page, &back, &[("reason", "")]).has_status(422);
        let why = "每盏 1,500 元高于县里最近一次采购的价格，请附依据或下调。";
        reviewer.submit(&page, &back, &[("reason", why)]).has_status(200).sees("已退回给机构修改");
        let form = manager.click(&manager.get("/desk"), TITLE);
        form.sees(why);
        let corrected = [("price_1", "1400"), ("do", "submit")];
        manager.submit(&form, &self.desk(""), &corrected).has_status(200).sees("已提交");
        // The reviewer sees what is different from what was returned, and nothing else.
        let page = reviewer.get(&self.judged());
        page.sees("与上次审核的版本相比").sees("预算：太阳能路灯").sees("¥1,500.00").sees("¥1,400.00");
        let passed = [("note", "单价与县里采购价一致。")];
        reviewer.submit(&page, &format!("{}/review", self.judged()), &passed).has_status(200).sees("审核通过，可以公开了");
    }

    fn is_published(&self) {
        let second = &self.cast.second_reviewer;
        let page = second.get(&self.judged());
        second.submit(&page, &format!("{}/publication", self.judged()), &[]).has_status(200).sees("项目已公开");
        let page = self.world.stranger().get(&self.public(""));
        page.sees(TITLE).sees("53100000MJ00000002A26001").sees("慈募第2号").sees("目标 ¥106,000.00");
        page.sees("接下来：公开项目进展，2026-12-08 前。");
    }

    /// Amount, calmer, confirmation, cashier, signed notification, thanks.
    pub fn gives(&self, donor: &Browser, amount: &str, name: &str, message: &str) -> Id {
        let at = self.public("/gift");
        let form = donor.click(&donor.get(&self.public("")), "我要捐赠");
        let calmer = donor.submit(&form, &at, &[("amount", amount), ("name", name), ("message", message)]);
        calmer.has_status(200).sees("付款前，先看清楚");
        let _ = donor.submit_once(&calmer, "/gifts", &[]);
        let gift = self.newest(sql("SELECT MAX(id) AS count FROM gift_intent"));
        self.world.catch_up();
        self.world.pay(gift);
        donor.get(&gift_path(&self.world.app, gift)).sees("谢谢");
        gift
    }

    pub fn takes_gifts(&self) -> [Id; 3] {
        let thousand = self.gives(&self.donor, "1000", "王小满", "给走夜路的孩子");
        let first = self.gives(&self.neighbour, "30000", "", "");
        self.world.clock.advance(MINUTE_US);
        let second = self.gives(&self.neighbour, "20000.50", "", "");
        self.gives(&self.world.guest(), "0.1", "", "");
        self.world.catch_up();
        self.world.stranger().get(&self.public("")).sees("已筹 ¥51,000.60").sees("给走夜路的孩子");
        [thousand, first, second]
    }

    /// One asks, two others agree; each finds it on their desk.
    pub fn pays_out(&self, amount_fen: i64, purpose: &str) {
        let Cast { manager, finance, approver, .. } = &self.cast;
        let (at, amount) = (self.desk("/payouts"), Fen(amount_fen));
        let asked = manager.submit(&manager.get(&at), &at, &[("amount", &*amount.yuan_text()), ("purpose", purpose)]);
        asked.has_status(200).sees("拨款申请已提交");
        for hand in [finance, approver] {
            let page = hand.click(&hand.get("/desk"), &amount.to_string());
            let approval = format!("{}/approval", page.path.split('?').next().unwrap_or_default());
            hand.submit(&page, &approval, &[]).has_status(200).sees("您的同意已记下");
        }
        self.world.stranger().get(&self.public("")).sees(purpose);
    }

    pub fn spends(&self, item: &str, quantity: &str, price: &str, description: &str, invoice: &str) {
        let (doer, at) = (&self.cast.implementer_manager, self.desk("/expenses"));
        let line =
            self.world.count(sql("SELECT id AS count FROM budget_line WHERE project_id = ?1 AND item = ?2"), params![self.project, item]);
        let (line, today) = (line.to_string(), day_text(day_of(self.world.now())));
        let typed = [
            ("budget_line", line.as_str()),
            ("quantity", quantity),
            ("price", price),
            ("description", description),
            ("invoice_number", invoice),
            ("spent_day", today.as_str()),
        ];
        let done = doer.submit_files(&doer.get(&at), &at, &typed, &[("invoice", "发票.png", PIXEL)]);
        done.has_status(200).sees("支出已登记").sees(description);
        self.world.stranger().get(&self.public("")).sees(description);
    }

    /// Ten working days; it is answered in one.
    fn answers_a_question(&self) {
        let (path, manager) = (self.public("/questions"), &self.cast.manager);
        let asked = self.donor.submit(&self.donor.get(&path), &path, &[("body", "第一批灯装在了哪些路口？")]);
        asked.has_status(200).sees("还没有答复");
        self.morning("2026-10-09");
        let page = manager.click(&manager.get("/desk/questions"), "第一批灯装在了哪些路口？");
        let at = page.path.clone();
        let answer = [("answer", "装在村口到学校的十四个路口，名单已在村务公开栏公示。")];
        manager.submit_files(&page, &at, &answer, &[("papers", "点位名单.png", PIXEL)]).has_status(200);
        self.donor.get("/me/questions").sees("已答复");
        self.world.stranger().get(&path).sees("十四个路口").sees_no("已超期");
    }

    /// Five working days; the charity says its word, and the operator answers on the third.
    fn answers_a_complaint(&self) {
        let (guest, reviewer, manager) = (self.world.guest(), &self.cast.reviewer, &self.cast.manager);
        let form = guest.click(&guest.get(&self.public("")), "举报");
        let told = [("kind", "untrue"), ("body", "页面上说装了十四盏，我在村里只数到十三盏。")];
        let mine = guest.submit_files(&form, "/complaints", &told, &[]);
        mine.has_status(200).sees("处理中").sees("2026-11-16");
        let at = format!("/operator/complaints/{}", self.newest(sql("SELECT MAX(id) AS count FROM complaint")));
        reviewer.submit(&reviewer.get(&at), &format!("{at}/statement"), &[]).has_status(200).sees("已请机构说明");
        let desk = at.replace("/operator/", "/desk/");
        let words = [("statement", "第十四盏在卫生室后门，照片和编号附后。")];
        manager.submit_files(&manager.get(&desk), &desk, &words, &[("papers", "第十四盏.png", PIXEL)]).has_status(200);
        self.morning("2026-11-11");
        let answer = [("outcome", "unfounded"), ("answer", "已核对十四盏的编号和照片，第十四盏在卫生室后门。")];
        reviewer.submit(&reviewer.get(&at), &format!("{at}/answer"), &answer).has_status(200);
        guest.get(&mine.path).sees("卫生室后门");
        assert_eq!(self.world.stranger().get("/complaints").texts("tbody td"), ["1", "1", "0", "0", "0", "0", "0"]);
    }

    /// One receipt for one gift, one for two gifts of another donor; within five working days.
    fn issues_receipts(&self, thousand: Id, merged: [Id; 2]) {
        let (finance, donor, neighbour) = (&self.cast.finance, &self.donor, &self.neighbour);
        let settings = "/desk/receipts/settings";
        let names = [("prefix", "qh01"), ("handler", "冯财务"), ("reviewer", "陈审批"), ("payee", "冯财务")];
        finance.submit(&finance.get(settings), settings, &names).sees("设置已保存");
        for (who, name, gifts, amount) in
            [(donor, "王小满", &[thousand][..], "¥1,000.00"), (neighbour, "石门村商会", &merged[..], "¥50,000.50")]
        {
            let form = who.click(&who.get("/me/receipts"), "申请开票");
            let ticked = form
                .forms()
                .into_iter()
                .find(|f| f.action == "/me/receipts")
                .map_or(0, |f| f.fields.iter().filter(|field| field.name == "gift" && field.value.is_some()).count());
            assert_eq!(ticked, gifts.len(), "all gifts of the year are offered together");
            who.submit(&form, "/me/receipts", &[("payer_name", name)]).has_status(200).sees("申请已提交");
            let item = finance.click(&finance.get("/desk/receipts"), name);
            finance.submit(&item, &format!("{}/receipt", item.path), &[]).has_status(200).sees("票据已开出");
            who.get("/me/notices").sees(&format!("已开出票据 202600000{}，{amount}", if gifts.len() == 1 { 1 } else { 2 }));
        }
    }

    /// The receipt is reversed, the money goes back, and the rest gets a receipt of its own.
    fn gives_back_under_a_reversed_receipt(&self, thousand: Id) {
        let Year { world, cast: Cast { manager, finance, approver, implementer_manager, .. }, donor, .. } = self;
        let path = format!("{}/refund", gift_path(&world.app, thousand));
        let told = [("reason", "wrong_amount"), ("amount", "900"), ("statement", "本想捐一百元，多按了一个零。")];
        donor.submit(&donor.get(&path), &path, &told).has_status(200).sees("申请已提交");
        let case = self.newest(sql("SELECT MAX(id) AS count FROM refund_case"));
        let papers = format!("{path}/{case}/papers");
        let proof = ("file", "付款截图.png", PIXEL);
        donor.submit_files(&donor.get(&path), &papers, &[("paper", "payment_proof")], &[proof]).sees("材料已收到");
        let at = format!("/desk/refunds/{case}");
        for (person, what, values, seen) in [
            (manager, "examination", &[][..], "等执行机构说明情况"),
            // Its fen were among the first that were paid out; other fen take their place.
            (implementer_manager, "confirmation", &[("note", "退回九百元不影响安装。")][..], "已确认"),
            (manager, "request", &[("note", "已与捐赠人通话核实。")][..], "等第一位审批人"),
            (finance, "approval", &[][..], "等第二位审批人"),
            (approver, "approval", &[][..], "退款"),
        ] {
            person.submit(&person.get(&at), &format!("{at}/{what}"), values).has_status(200).sees(seen);
        }
        world.catch_up();
        world.deliver();
        world.catch_up();
        donor.get(&path).sees("已原路退回").sees("¥900.00");
        donor.get("/me/receipts").sees("1 笔 · ¥1,000.00 已冲红").sees("1 笔 · ¥100.00");
        let again = finance.click(&finance.get("/desk/receipts"), "王小满");
        again.sees("按余额重开").sees("¥100.00");
        finance.submit(&again, &format!("{}/receipt", again.path), &[]).has_status(200).sees("2026000004");
        let series = finance.get("/desk/receipts/series.csv").source();
        for number in ["2026000001", "2026000002", "2026000003", "2026000004"] {
            assert!(series.contains(number), "{number} is missing in {series}");
        }
        world.stranger().get(&self.public("")).sees("其中已退回 ¥900.00").sees("-¥900.00");
        donor.get("/me/statements/2026").sees("¥900.00");
    }

    fn enters_an_offline_gift(&self) {
        let (finance, approver, project) = (&self.cast.finance, &self.cast.approver, self.project.to_string());
        let typed = [
            ("project", project.as_str()),
            ("kind", "transfer"),
            ("amount", "20000"),
            ("received_day", "2026-11-20"),
            ("payer", "石门村在外青年会"),
            ("bank_reference", "2026112000000001"),
        ];
        let list = "/desk/offline-gifts";
        finance.submit_files(&finance.get(&format!("{list}/new")), list, &typed, &[SLIP]).has_status(200).sees("待确认");
        let at = format!("{list}/{}", self.newest(sql("SELECT MAX(id) AS count FROM offline_gift")));
        approver.submit(&approver.get(&at), &format!("{at}/confirmation"), &[]).has_status(200).sees("已入账");
        self.world.stranger().get(&self.public("")).sees("石门村在外青年会").sees("¥20,000.00 是线下捐赠");
    }

    pub fn posts_progress(&self, title: &str, done: &str, reached: &str) {
        let (manager, at) = (&self.cast.manager, self.desk("/progress"));
        let typed = [
            ("title", title),
            ("done", done),
            ("reached", reached),
            ("next_step", "按方案继续"),
            ("body", "每盏灯的编号、位置和照片都贴在村务公开栏。"),
        ];
        let photograph = ("photographs", "路灯.png", PIXEL);
        manager.submit_files(&manager.get(&at), &at, &typed, &[photograph]).has_status(200).sees("进展已发布");
        self.world.stranger().get(&self.public("")).sees(title).sees(done);
    }

    /// Figures from the ledger until a day, words from finance; the operator has looked at them within the day.
    pub fn discloses(&self, until: &str) {
        let Cast { finance, reviewer, .. } = &self.cast;
        let at = self.desk("/disclosures");
        let page = finance.submit(&finance.get(&at), &at, &[("until_day", until)]);
        let typed = [("summary", "收支与账目一致，余额用于后面的路灯。")];
        finance.submit_files(&page, &at, &typed, &[("papers", "收支明细.png", PIXEL)]).has_status(200).sees("披露已发布");
        let id = self.newest(sql("SELECT MAX(id) AS count FROM disclosure"));
        let judged = format!("/operator/disclosures/{id}");
        let page = reviewer.get(&judged);
        reviewer.submit(&page, &format!("{judged}/review"), &[("verdict", "passed")]).has_status(200).sees("审核结果已公开");
        self.world.stranger().get(&self.public(&format!("/disclosures/{id}"))).sees("平台审核通过").sees(until);
    }

    /// Filed again, judged by the operator, donors told sixty days before.
    fn asks_for_a_change_of_use(&self) {
        let Year { world, cast: Cast { manager, reviewer, .. }, donor, .. } = self;
        let at = self.desk("/change");
        let typed = [
            ("reason", "冬天风大，陡坡上的十根灯杆要加固；省下的管理费用在这里。"),
            ("filing_number", "53100000MJ00000002A26002"),
            ("filed_day", "2027-01-06"),
            ("price_4", "3000"),
            ("item_5", "灯杆加固"),
            ("unit_5", "根"),
            ("quantity_5", "10"),
            ("price_5", "100"),
        ];
        manager.submit(&manager.get(&at), &at, &typed).has_status(200).sees("变更已提交");
        let page = reviewer.click(&reviewer.get("/operator"), TITLE);
        page.sees("预算：灯杆加固").sees("53100000MJ00000002A26002");
        let at = format!("{}/announcement", page.path);
        reviewer.submit(&page, &at, &[]).has_status(200).sees("捐赠人正在被告知");
        world.catch_up();
        donor.get("/me/notices").sees(TITLE);
        world.stranger().get(&self.public("")).sees("项目将要变更").sees("灯杆要加固");
    }

    pub fn ends_fundraising(&self) {
        let manager = &self.cast.manager;
        let page = manager.click(&manager.get(&self.desk("")), "结束募款");
        let words = [("reason", "募款期限已到。")];
        manager.submit(&page, &self.desk("/fundraising-end"), &words).has_status(200).sees("募款已结束");
        self.world.guest().get(&self.public("/gift")).has_status(409).sees("募款");
        let page = manager.get(&self.desk("/execution"));
        manager.submit(&page, &self.desk("/execution"), &[]).has_status(200).sees("已进入集中执行");
    }

    /// 令81号: work, finance and related parties, by the thirty-first of May.
    fn the_charity_reports_on_its_year(&self) {
        let (manager, base) = (&self.cast.manager, format!("/desk/organisations/{}/reports", self.cast.charity));
        manager.get(&base).sees("2027-05-31 前");
        let figures = [
            ("spending", "1000000"),
            ("charitable", "850000"),
            ("management", "80000"),
            ("last_income", "1200000"),
            ("net_assets", "3000000"),
        ];
        for (kind, title) in
            [("work_report", "2026 年度工作报告"), ("finance_report", "2026 年度财务会计报告"), ("related_parties", "2026 年度关联方名单")]
        {
            let mut typed = vec![("year", "2026"), ("title", title)];
            if kind == "finance_report" {
                typed.push(("audited", "1"));
                typed.extend(figures);
            }
            let form = manager.get(&format!("{base}?kind={kind}"));
            manager.submit_files(&form, &base, &typed, &[("file", "报告.png", PIXEL)]).has_status(200).sees_no("迟了");
        }
        self.world.stranger().get(&format!("/organisations/{}", self.cast.charity)).sees("2026 年度财务会计报告");
    }

    pub fn closes(&self) {
        let manager = &self.cast.manager;
        let page = manager.click(&manager.get(&self.desk("")), "结项");
        let note = [("reason", "三十九盏灯全部装好。账上余款转用于同县的同类项目。")];
        manager.submit(&page, &self.desk("/closing"), &note).has_status(200).sees("项目已结项");
        self.world.stranger().get(&self.public("")).sees("账上还有 ¥7,800.60").sees("没有逾期的报告");
    }

    /// The last disclosure, the closing report that is judged and published, what becomes of the rest and its redirection.
    fn tells_the_end(&self) {
        let Year { world, cast, donor, .. } = self;
        let Cast { manager, finance, reviewer, .. } = cast;
        self.discloses("2027-07-11");
        let at = self.desk("/closing-report");
        let words = [
            ("results", "石门村三十九个路口有了灯，四十六户和学校、卫生室都通了灯。"),
            ("indicators", "计划装 60 盏，实际 39 盏；亮灯率 100%。"),
            ("leftovers", "余款 7,800.60 元转用于同县的同类项目。"),
            ("beneficiaries", "164"),
        ];
        manager.submit(&manager.get(&at), &at, &words).has_status(200).sees("结项报告已提交");
        let page = reviewer.click(&reviewer.get("/operator"), TITLE);
        let publish = [("do", "publish"), ("answer", "数字与账目一致。")];
        reviewer.submit(&page, &page.path, &publish).has_status(200);
        world.stranger().get(&self.public("/closing-report")).sees("三十九个路口").sees("¥62,300.00").sees("¥7,800.60");
        // A similar project of the same charity.
        world.qualified(cast.charity, reviewer);
        let target = world.project(cast, "邻村的夜路灯").to_string();
        let at = self.desk("/leftovers");
        let asked = [("to", target.as_str()), ("amount", "7800.60"), ("reason", "邻村的孩子走同一段夜路。")];
        manager.submit(&manager.get(&at), &at, &asked).has_status(200).sees("等第二个人同意");
        finance.submit(&finance.get(&at), &format!("{at}/decision"), &[("do", "agree")]).has_status(200).sees("正在告知捐赠人");
        let told = [("body", "余款 7,800.60 元转用于同县邻村的同类项目，已告知捐赠人。")];
        manager.submit(&manager.get(&at), &format!("{at}/statement"), &told).has_status(200).sees("已公开");
        world.catch_up();
        donor.get("/me/notices").sees("有剩余善款");
    }

    fn leftovers_have_gone_where_donors_were_told(&self) {
        let page = self.world.stranger().get(&self.public(""));
        page.sees("已转").sees("邻村的夜路灯").sees("该公开的都已公开");
        self.donor.get("/me/notices").sees("剩余善款已转到同类项目");
    }

    /// Every fen of the year: what came in, what went where, and that every way of reading it agrees.
    fn is_exact(&self) {
        let world = self.world;
        let t = world.app.db.read(|tx| fund::total(tx, self.project)).expect("a total");
        assert_eq!((t.gifts_fen, t.offline_fen, t.refunded_fen), (5_100_060, 2_000_000, 90_000));
        assert_eq!((t.paid_out_fen, t.spent_fen, t.with_implementer_fen()), (6_230_000, 6_230_000, 0));
        assert_eq!((t.redirected_out_fen, t.in_account_fen()), (780_060, 0));
        // What the disclosures told, added up, is the same.
        let told = |statement| world.count(statement, params![self.project]);
        let income = told(sql("SELECT CAST(SUM(income_fen) AS BIGINT) AS count FROM disclosure WHERE project_id = ?1"));
        assert_eq!(income, 5_100_060 + 2_000_000);
        let last = told(sql("SELECT closing_fen AS count FROM disclosure WHERE project_id = ?1 ORDER BY from_day DESC LIMIT 1"));
        assert_eq!(last, 780_060);
        let differing = world.count(sql("SELECT COUNT(*) AS count FROM bill_day WHERE state = 'differs'"), params![]);
        assert_eq!(differing, 0, "bills and ledger agree on every day of the year");
        let clocks = self.clocks();
        for what in ["公开项目进展", "公开财务情况", "募款结束后的全面公开", "结项后的全面公开", "公开剩余财产的处理情况"]
        {
            clocks.sees(what);
        }
        // Each entry of the record goes on being there.
        let (stranger, record) = (world.stranger(), self.public("/record"));
        let links = stranger.get(&record).links();
        let entries: Vec<&String> = links.iter().filter(|link| link.starts_with(&self.public("/"))).collect();
        assert!(entries.len() >= 12, "{entries:?}");
        for link in entries {
            stranger.get(link).has_status(200);
        }
        world.check_the_books();
    }
}

on_both_engines![one_project_from_its_plan_to_its_closing_report_keeps_every_clock];
