//! The decisive pages of a project's year in a real Chromium on a phone of 360×740, clicked by those whose work they are: the
//! draft, its judgement, a gift, a payout, an expense, progress, a disclosure, a receipt, a refund, the end; and what the public
//! sees of a project that went silent. With HUIHAI_SCREENSHOTS set, a picture of each is left, on the phone and at a desk.

use std::path::PathBuf;

use app::giving::gift_path;
use app::kernel::Id;
use app::kernel::civil::{day_of, day_text};
use db::{params, sql};
use money::Fen;
use testkit::{Cast, PIXEL, Person};

use crate::browser::{Visit, pictures};

const TITLE: &str = "点亮石门村回家的路";

struct Walk {
    visit: Visit,
    cast: Cast,
    donor: Person,
    project: Id,
    /// A picture that can be attached.
    paper: PathBuf,
}

#[test]
fn a_year_is_walked_on_a_phone() {
    let visit = Visit::begin("year");
    visit.chromium.as_a_phone();
    visit.chromium.resize(360, 740);
    let (cast, donor) = (visit.world.cast(), visit.world.donor("13800138000"));
    let silent = visit.world.project(&cast, "没有音讯的项目");
    visit.world.given(silent, 50_000);
    let paper = std::env::temp_dir().join(format!("huihai-paper-{}.png", std::process::id()));
    std::fs::write(&paper, PIXEL).expect("a folder for what is attached");
    let mut walk = Walk { visit, cast, donor, project: 0, paper };
    walk.a_clerk_drafts_and_submits();
    walk.two_reviewers_judge_and_publish();
    let gift = walk.a_donor_gives();
    walk.three_people_pay_out();
    walk.the_implementer_accounts_for_it();
    walk.the_charity_tells();
    walk.a_receipt_is_issued(gift);
    walk.a_refund_is_asked_for(gift);
    walk.the_project_ends();
    walk.a_silent_project_is_seen(silent);
    std::fs::remove_file(&walk.paper).expect("what was attached");
}

impl Walk {
    fn desk(&self, part: &str) -> String {
        format!("/desk/projects/{}{part}", self.project)
    }

    fn newest(&self, statement: db::Sql) -> Id {
        self.visit.world.count(statement, params![])
    }

    fn today(&self) -> String {
        day_text(day_of(self.visit.world.now()))
    }

    fn a_clerk_drafts_and_submits(&mut self) {
        let Walk { visit, cast, .. } = &*self;
        let chromium = &visit.chromium;
        let today = day_of(visit.world.now());
        visit.becomes(&cast.manager);
        visit.open("/desk");
        visit.look("01-desk");
        chromium.press("新建项目");
        chromium.is_at("/desk/projects/new");
        visit.look("02-start");
        chromium.press("乡村小夜灯");
        chromium.sees("已按样板填好");
        visit.fill(&[
            ("title", TITLE),
            ("summary", "给石门村的夜路装上太阳能路灯，每一盏都有编号和照片。"),
            ("story", "石门村有四十六户，夜里从村口到学校要走两里山路。"),
            ("area", "寻乌县"),
            ("implementer", "云上乡村发展中心"),
            ("filing_number", "53100000MJ00000002A26001"),
            ("starts_day", &day_text(today)),
            ("ends_day", &day_text(today + 90)),
        ]);
        visit.look("03-draft");
        chromium.press("保存，接着填募捐方案");
        chromium.sees("募捐方案");
        chromium.wait("the plan", || chromium.path().contains("/plan"));
        let path = chromium.path();
        let id = path.trim_start_matches("/desk/projects/").split('/').next().and_then(|id| id.parse().ok()).expect("an id");
        visit.fill(&[
            ("nodes", &format!("{} 装完十四盏", day_text(today + 60))),
            ("responsible", "郑示范"),
            ("office", "北京市朝阳区示范路 1 号"),
            ("bank_account", "清河慈善基金会 0000 0000 0000 示范银行"),
            ("partners", "云上乡村发展中心，评估合格，负责安装"),
            ("beneficiaries", "164"),
            ("filed_day", &day_text(today - 12)),
        ]);
        chromium.click("main [name=declared]");
        visit.look("04-plan");
        chromium.press("保存，接着传材料");
        for (at, kind) in ["募捐方案", "承诺书", "理事会", "备案回执"].iter().enumerate() {
            chromium.sees("添加材料");
            if at == 0 {
                visit.look("05-papers");
            }
            // The form offers the paper that is still missing; nobody looks for it in a list.
            chromium.attach("main [name=file]", &self.paper);
            visit.send(&format!("/desk/projects/{id}/papers"));
            chromium.wait(kind, || self.visit.world.count(sql("SELECT COUNT(*) AS count FROM project_paper"), params![]) >= papers_of(at));
        }
        chromium.sees("要求的材料都有了");
        visit.look("06-papers-whole");
        chromium.click(&format!("main .notice a[href='/desk/projects/{id}']"));
        chromium.is_at(&format!("/desk/projects/{id}"));
        chromium.press("保存并提交审核");
        chromium.sees("已提交");
        visit.look("07-submitted");
        self.project = id;
    }

    fn two_reviewers_judge_and_publish(&self) {
        let Walk { visit, cast, .. } = self;
        let (chromium, judged) = (&visit.chromium, format!("/operator/projects/{}", self.project));
        visit.becomes(&cast.reviewer);
        visit.open("/operator");
        visit.look("08-operator");
        chromium.press(TITLE);
        chromium.is_at(&judged);
        visit.look("09-review");
        visit.fill(&[("note", "材料齐全。")]);
        visit.send(&format!("{judged}/review"));
        chromium.sees("审核通过，可以公开了");
        visit.becomes(&cast.second_reviewer);
        visit.open(&judged);
        visit.send(&format!("{judged}/publication"));
        chromium.sees("项目已公开");
        visit.becomes_nobody();
        visit.open(&format!("/projects/{}", self.project));
        chromium.sees("没有逾期的报告");
        visit.look("10-public");
    }

    fn a_donor_gives(&self) -> Id {
        let Walk { visit, donor, .. } = self;
        let chromium = &visit.chromium;
        visit.becomes(donor);
        visit.open(&format!("/projects/{}", self.project));
        chromium.click(&format!("a[href^='/projects/{}/gift']", self.project));
        visit.fill(&[("amount", "30000"), ("name", "王小满"), ("message", "给走夜路的孩子")]);
        visit.look("11-amount");
        visit.send(&format!("/projects/{}/gift", self.project));
        chromium.sees("付款前");
        visit.look("12-calmer");
        visit.send("/gifts");
        chromium.is_at("/sandbox/cashier/");
        chromium.click("form[action$='/pay'] button");
        chromium.wait("the way back", || chromium.has("a[href*='/gifts/']"));
        visit.world.deliver();
        visit.world.catch_up();
        chromium.click("a[href*='/gifts/']");
        chromium.sees("谢谢");
        visit.look("13-thanks");
        self.newest(sql("SELECT MAX(id) AS count FROM gift"))
    }

    fn three_people_pay_out(&self) {
        let Walk { visit, cast, .. } = self;
        let (chromium, at) = (&visit.chromium, self.desk("/payouts"));
        visit.becomes(&cast.manager);
        visit.open(&at);
        visit.fill(&[("amount", "22400"), ("purpose", "第一批十四盏路灯")]);
        visit.look("14-payout");
        visit.send(&at);
        chromium.sees("拨款申请已提交");
        for (who, name) in [(&cast.finance, "15-approval"), (&cast.approver, "16-second-approval")] {
            visit.becomes(who);
            visit.open("/desk");
            chromium.press(&Fen(2_240_000).to_string());
            chromium.is_at("/desk/payouts/");
            visit.look(name);
            chromium.press("同意拨付");
            chromium.sees("您的同意已记下");
        }
        visit.look("17-paid");
    }

    fn the_implementer_accounts_for_it(&self) {
        let Walk { visit, cast, .. } = self;
        let (chromium, at) = (&visit.chromium, self.desk("/expenses"));
        visit.becomes(&cast.implementer_manager);
        visit.open("/desk");
        visit.look("18-implementer-desk");
        for (item, price, invoice) in [("太阳能路灯", "1500", "24362000000011110001"), ("安装", "100", "24362000000011110002")] {
            visit.open(&at);
            let choice = format!("//select[@name='budget_line']/option[contains(., '{item}')]");
            let _ = chromium.evaluate(&format!("document.evaluate({choice:?}, document, null, 9, null).singleNodeValue.selected = true"));
            visit.fill(&[
                ("quantity", "14"),
                ("price", price),
                ("description", item),
                ("invoice_number", invoice),
                ("spent_day", &self.today()),
            ]);
            chromium.attach("main [name=invoice]", &self.paper);
            if item == "安装" {
                visit.look("19-expense");
            }
            visit.send(&at);
            chromium.sees("支出已登记");
        }
        visit.look("20-expenses");
    }

    fn the_charity_tells(&self) {
        let Walk { visit, cast, .. } = self;
        let chromium = &visit.chromium;
        visit.becomes(&cast.manager);
        let at = self.desk("/progress");
        visit.open(&at);
        visit.fill(&[
            ("title", "石门村的十四盏灯亮了"),
            ("done", "安装路灯 14 盏"),
            ("reached", "46"),
            ("next_step", "第二批十一月开工"),
            ("body", "每盏灯的编号、位置和照片都贴在村务公开栏。"),
        ]);
        chromium.attach("main [name=photographs]", &self.paper);
        visit.look("21-progress");
        visit.send(&at);
        chromium.sees("进展已发布");
        visit.world.later(app::kernel::DAY_US);
        visit.becomes(&cast.finance);
        let at = self.desk("/disclosures");
        visit.open(&at);
        visit.look("22-disclosure-day");
        visit.send(&at);
        chromium.sees("支出明细");
        visit.fill(&[("summary", "收到一笔捐赠，付了第一批路灯。")]);
        visit.look("23-disclosure");
        chromium.press("发布披露");
        chromium.sees("披露已发布");
        visit.becomes_nobody();
        visit.open(&format!("/projects/{}", self.project));
        chromium.sees("石门村的十四盏灯亮了");
        visit.look("24-public-with-reports");
        visit.open(&format!("/projects/{}/record", self.project));
        visit.look("25-record");
    }

    fn a_receipt_is_issued(&self, gift: Id) {
        let Walk { visit, cast, donor, .. } = self;
        let chromium = &visit.chromium;
        visit.becomes(&cast.finance);
        visit.open("/desk/receipts/settings");
        visit.fill(&[("prefix", "QH01"), ("handler", "冯财务"), ("reviewer", "陈审批"), ("payee", "冯财务")]);
        visit.look("26-receipt-settings");
        visit.send("/desk/receipts/settings");
        chromium.sees("设置已保存");
        visit.becomes(donor);
        visit.open(&gift_path(&visit.world.app, gift));
        visit.look("27-gift");
        visit.open("/me/receipts");
        visit.look("28-receipts");
        chromium.press("申请开票");
        visit.fill(&[("payer_name", "王小满")]);
        visit.look("29-application");
        visit.send("/me/receipts");
        chromium.sees("申请已提交");
        let paper = chromium.path();
        visit.becomes(&cast.finance);
        visit.open("/desk/receipts");
        visit.look("30-receipts-desk");
        // The name stands in the label of a box, for issuing several with one press; the link in it opens the application.
        chromium.click("main form label a[href^='/desk/receipts/']");
        chromium.is_at("/desk/receipts/");
        visit.look("31-receipt-desk");
        chromium.press("开具票据");
        chromium.sees("票据已开出");
        visit.becomes(donor);
        visit.open(&paper);
        chromium.sees("人民币叁万元整");
        visit.look("32-receipt");
        let copies = format!("{}/copies", paper.split('?').next().unwrap_or_default());
        let pdf = donor.post(&copies, &[("form", "pdf")]);
        assert!(pdf.body.starts_with(b"%PDF-"));
        let picture = donor.post(&copies, &[("form", "png")]);
        std::fs::write(pictures().join("year-33-receipt.png"), &picture.body).expect("a folder for pictures");
    }

    fn a_refund_is_asked_for(&self, gift: Id) {
        let Walk { visit, cast, donor, .. } = self;
        let chromium = &visit.chromium;
        let at = format!("{}/refund", gift_path(&visit.world.app, gift));
        visit.becomes(donor);
        visit.open(&at);
        visit.look("34-refund");
        chromium.click("main [name=reason][value=wrong_amount]");
        visit.fill(&[("amount", "900"), ("statement", "本想捐两万九千一百元，多按了。")]);
        visit.send(&at);
        chromium.sees("申请已提交");
        visit.look("35-refund-asked");
        visit.becomes(&cast.manager);
        visit.open("/desk/refunds");
        visit.look("36-refunds-desk");
        visit.open(&format!("/desk/refunds/{}", self.newest(sql("SELECT MAX(id) AS count FROM refund_case"))));
        visit.look("37-refund-desk");
        visit.becomes(donor);
        visit.open(&at);
        chromium.press("撤回");
        chromium.sees("已撤回");
    }

    fn the_project_ends(&self) {
        let Walk { visit, cast, .. } = self;
        let chromium = &visit.chromium;
        visit.becomes(&cast.manager);
        visit.open(&self.desk(""));
        visit.look("38-desk-project");
        for (part, reason, done) in [
            ("/fundraising-end", "募款期限已到。", "募款已结束"),
            ("/execution", "", "已进入集中执行"),
            ("/closing", "十四盏灯全部装好。余款转用于同县的同类项目。", "项目已结项"),
        ] {
            chromium.click(&format!("a[href='{}']", self.desk(part)));
            if !reason.is_empty() {
                visit.fill(&[("reason", reason)]);
            }
            visit.look(&format!("39{}", part.replace('/', "-")));
            visit.send(&self.desk(part));
            chromium.sees(done);
        }
        let at = self.desk("/closing-report");
        visit.open(&at);
        visit.fill(&[
            ("results", "石门村十四个路口有了灯。"),
            ("indicators", "计划 60 盏，实际 14 盏；亮灯率 100%。"),
            ("leftovers", "余款转用于同县的同类项目。"),
            ("beneficiaries", "46"),
        ]);
        visit.look("40-closing-report");
        visit.send(&at);
        chromium.sees("结项报告已提交");
        visit.becomes(&cast.reviewer);
        visit.open("/operator");
        chromium.click("a[href^='/operator/closing-reports/']");
        chromium.is_at("/operator/closing-reports/");
        visit.look("41-closing-judged");
        chromium.press("通过并公开");
        // The phone is handed on only when the judgement is in: who opens the next page at once would take it back.
        let judged = sql("SELECT COUNT(*) AS count FROM public_entry WHERE kind = 'project_closing_report'");
        chromium.wait("the judgement", || visit.world.count(judged, params![]) == 1);
        visit.becomes_nobody();
        visit.open(&format!("/projects/{}", self.project));
        chromium.sees("账上还有");
        visit.look("42-public-closed");
        visit.open(&format!("/projects/{}/closing-report", self.project));
        chromium.sees("石门村十四个路口有了灯。");
        visit.look("43-closing-report");
    }

    /// A hundred days after publication, with nothing told.
    fn a_silent_project_is_seen(&self, silent: Id) {
        let Walk { visit, cast, .. } = self;
        let chromium = &visit.chromium;
        visit.world.later(100 * app::kernel::DAY_US);
        visit.becomes_nobody();
        for (name, path) in [
            ("50-late", format!("/projects/{silent}")),
            ("51-late-record", format!("/projects/{silent}/record")),
            ("52-late-clocks", format!("/projects/{silent}/clocks")),
            ("53-late-register", "/disclosure".to_owned()),
            ("54-late-list", "/projects".to_owned()),
        ] {
            visit.open(&path);
            chromium.sees("逾期");
            visit.look(name);
        }
        visit.becomes(&cast.reviewer);
        visit.open("/operator");
        chromium.sees("报告逾期的项目");
        visit.look("55-late-operator");
        visit.open(&format!("/operator/projects/{silent}"));
        chromium.sees("第 79 条");
        visit.look("56-late-operator-project");
        visit.becomes(&cast.manager);
        visit.open("/desk");
        visit.look("57-late-desk");
    }
}

/// How many papers there are after the project's own, beside the four or five of the other project.
fn papers_of(at: usize) -> i64 {
    i64::try_from(at).expect("a few") + 6
}
