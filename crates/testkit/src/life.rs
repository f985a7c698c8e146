//! A project that has lived a little: one of everything that can happen to it, for tests that look at every page.

use app::App;
use app::files::{self, Prepared};
use app::kernel::civil::{day_of, day_text};
use app::kernel::{Actor, DAY_US, Id, MINUTE_US, Role, Trouble};
use app::offline;
use app::organisations::admissions::{self, Papers};
use app::organisations::invitations::{self, Addressee, NewInvitation};
use app::organisations::reports::{self, NewReport, ReportKind};
use app::organisations::{CertificateKind, Kind, NewCertificate, renewals};
use app::papers::actions::{desk as receipts, donor as papers, donor::Asker};
use app::papers::model::{Issuer, NewPayer, PayerKind, Way};
use app::people::{self, actions as staff};
use app::projects::disclosure::{correct, imports, tell_leftovers};
use app::projects::{Execution, NewDisclosure, NewExpense, NewProgress, Thing, actions as projects};
use app::refunds::{self, Asked, Reason};
use app::web::{Lang, Upload};
use db::{params, sql};
use sandbox::Forgery;

use crate::{Cast, Person, Wish, World};

/// Of the anonymous gift.
pub const PRIVATE_NAME: &str = "不愿留名的沈先生";
pub const PRIVATE_MESSAGE: &str = "只给孩子们看的一句悄悄话";
/// Who stands on the receipt of that gift.
pub const PRIVATE_PAYER: &str = "沈知秋女士";

pub struct Life {
    /// Takes gifts; all that follows belongs to it.
    pub published: Id,
    pub draft: Id,
    /// Ran, and is over.
    pub closed: Id,
    /// In the books, anonymous, with a private name and message.
    pub gift: Id,
    /// Ordered, and nobody has paid it.
    pub unpaid: Id,
    /// Waits for its first approval.
    pub open_payout: Id,
    pub paid_payout: Id,
    pub budget_line: Id,
    pub expense: Id,
    pub progress: Id,
    pub disclosure: Id,
    /// Beside the progress post.
    pub correction: Id,
    /// A spreadsheet of one expense that was looked at and not recorded.
    pub sheet: Id,
    /// Of the closed project: nothing was left.
    pub leftovers: Id,
    /// Genuine, but of another amount than its intent.
    pub held: Id,
    /// Asked for by the donor of `gift`, and not looked at yet.
    pub refund: Id,
    /// A picture of the charity that everyone may see.
    pub file: Id,
    /// A draft that was returned with a reason, which nobody has appealed yet.
    pub returned: Id,
    /// Another one was, and an appeal is open.
    pub appeal: Id,
    /// A question of the donor's that the operator hid, which the donor has not appealed yet; and an appeal of theirs against
    /// another one.
    pub hidden_question: Id,
    pub own_appeal: Id,
    /// A bank transfer of the donor, confirmed; and things that wait for a second person.
    pub offline_gift: Id,
    pub offline_things: Id,
    /// A return of unused money that waits for a second person.
    pub reversal: Id,
    /// The charity is asked for a statement on it.
    pub complaint: Id,
    /// Answered, with a paper.
    pub question: Id,
    pub question_paper: Id,
    /// A copy of everything that is held about the donor.
    pub export: Id,
    /// Of the published project, while its donors are being told.
    pub change: Id,
    /// An application for the gift's receipt, which was issued, with its number and check code.
    pub application: Id,
    pub receipt_number: String,
    pub receipt_code: String,
    /// Of the closed project, waiting for the operator.
    pub closing_report: Id,
    /// A certificate that the charity handed in and nobody has looked at.
    pub renewal: Id,
    /// The donor asks that an organisation be admitted.
    pub admission: Id,
    /// A major matter that the charity published.
    pub report: Id,
    /// The donor is offered a seat at the charity.
    pub invitation: Id,
}

impl World {
    /// Makes projects of the cast and lets the published one live for a day. Everyone is at their desk again afterwards.
    pub fn life(&self, cast: &Cast, donor: &Person) -> Life {
        let (app, manager) = (&self.app, &cast.manager.actor);
        let (draft, closed) = (self.drafted(cast, "山里孩子的夏天"), self.closed(cast, "山里孩子的春天"));
        let published = self.project(cast, "山里孩子的冬天");
        let project = published;
        let wish = Wish {
            project, amount_fen: 100_000, name: "不愿留名的沈先生", message: "只给孩子们看的一句悄悄话", anonymous: true
        };
        let gift = self.wish(&donor.actor, &wish).unwrap_or_else(|trouble| panic!("{trouble:?}"));
        self.catch_up();
        self.pay(gift);
        let paid_payout = done(projects::request_payout(app, manager, project, 60_000, "第一批棉衣", self.now()));
        done(projects::approve_payout(app, &cast.finance.actor, paid_payout, self.now()));
        done(projects::approve_payout(app, &cast.approver.actor, paid_payout, self.now()));
        let open_payout = done(projects::request_payout(app, manager, project, 10_000, "第二批棉衣", self.now()));
        let budget_line = self.count(sql("SELECT MIN(id) AS count FROM budget_line WHERE project_id = ?1"), params![project]);
        let expense = NewExpense {
            budget_line_id: budget_line,
            quantity: 2,
            unit_price_fen: 26_500,
            description: "两件棉衣".to_owned(),
            invoice_number: "24512000000012345678".to_owned(),
            spent_day: day_of(self.now()),
        };
        let expense = done(projects::record_expense(app, &cast.implementer_manager.actor, project, &expense, self.now()));
        let post = told("棉衣到了", "两个孩子试穿了新棉衣。", "发放两件棉衣", 2);
        let progress = done(projects::post_progress(app, manager, project, &post, &[], self.now()));
        self.later(DAY_US);
        let figures = done(projects::figures_until(app, manager, project, day_of(self.now()) - 1, self.now()));
        let disclosure =
            done(projects::disclose(app, manager, project, &figures, &NewDisclosure::of("收入一笔,支出一笔。"), &[], self.now()));
        let correction = done(correct(app, manager, project, (Thing::Progress, progress), "“两个孩子”写错了", "是三个孩子", self.now()));
        let table = format!(
            "支出日期,预算项,内容,数量,单价（元）,金额（元）,发票号码\n{},棉衣,一件棉衣,1,65,65,24512000000012345679\n",
            day_text(day_of(self.now()))
        );
        let upload = Upload { field: "sheet".to_owned(), name: "支出.csv".to_owned(), bytes: table.into_bytes() };
        let sheet = done(imports::look_at(app, manager, project, &upload, false, self.now()));
        let leftovers = done(tell_leftovers(app, manager, closed, "没有收到捐赠，没有剩余。", self.now()));
        let wrong = self.ordered(project, 500);
        assert!(self.forge(wrong, Forgery::WrongAmount) < 300, "a genuine confirmation of another amount is taken, and held");
        let held = self.count(sql("SELECT MAX(id) AS count FROM held_notification"), params![]);
        let asked =
            Asked { reason: Reason::WrongAmount, amount_fen: 10_000, statement: "本想捐九百元，多按了一下。".to_owned() };
        let refund = done(refunds::open_for_donor(app, &donor.actor, gift, &asked, self.now()));
        let file = self.public_file(cast.charity, manager);
        let export = done(staff::copies::ask(app, donor.id));
        self.catch_up();
        let change = self.announced_change(cast, project);
        let (application, receipt_number, receipt_code) = self.receipted(cast, donor, gift);
        let told = ("没有收到捐赠，没有开始。", "计划一千件，实际没有。", "没有剩余。");
        let closing_report = done(projects::hand_in_closing_report(app, manager, closed, told, 0, self.now()));
        let (renewal, admission, report, invitation) = self.affairs(cast, donor);
        self.clock.advance(MINUTE_US);
        let unpaid = self.ordered(project, 990);
        // A desk's session lasts twelve hours.
        for person in cast.everyone() {
            self.sign_in_again(person);
        }
        let paper =
            Prepared::from_upload(&Upload { field: "evidence".to_owned(), name: "回单.png".to_owned(), bytes: PIXEL.to_vec() }, false);
        let paper = paper.unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let typed = projects::Typed { reason: "采购价低于预算", evidence: Some(&paper) };
        let reversal = done(projects::ask_return(app, &cast.finance.actor, project, 5_000, &typed, self.now()));
        let reference = done(offline::reference_of(app, donor.id, self.now()));
        let entry = offline::Entry {
            project_id: project,
            kind: Some(offline::Kind::Transfer),
            amount_fen: 1_000,
            received_day: Some(day_of(self.now())),
            payer: "清河商会",
            anonymous: false,
            reference: &reference,
            bank_reference: "2026032400000001",
            evidence: Some(&paper),
        };
        let offline_gift = done(offline::enter_gift(app, &cast.finance.actor, &entry, self.now()));
        done(offline::confirm_gift(app, &cast.approver.actor, offline_gift, self.now()));
        let things = offline::Thing {
            project_id: project,
            item: "棉衣",
            quantity: 100,
            unit: "件",
            valuation_fen: 1_200_000,
            basis: "出厂发票",
            received_day: Some(day_of(self.now())),
            payer: "清河服装厂",
            anonymous: false,
            evidence: Some(&paper),
        };
        let offline_things = done(offline::enter_things(app, &cast.finance.actor, &things, self.now()));
        let (complaint, question, question_paper) = self.supervised(cast, published);
        let (returned, appeal) = self.appealed(cast);
        let (hidden_question, own_appeal) = self.hidden(cast, donor, published);
        Life {
            published,
            draft,
            closed,
            gift,
            unpaid,
            open_payout,
            paid_payout,
            budget_line,
            expense,
            progress,
            disclosure,
            correction,
            sheet,
            leftovers,
            held,
            refund,
            file,
            export,
            offline_gift,
            offline_things,
            reversal,
            complaint,
            question,
            question_paper,
            change,
            returned,
            appeal,
            hidden_question,
            own_appeal,
            application,
            receipt_number,
            receipt_code,
            closing_report,
            renewal,
            admission,
            report,
            invitation,
        }
    }
}

impl World {
    /// Somebody complains about a project and somebody asks about it, through the pages.
    fn supervised(&self, cast: &Cast, project: Id) -> (Id, Id, Id) {
        let guest = self.guest();
        let form = guest.get(&format!("/complaints/new?project={project}"));
        let told = [("kind", "silent"), ("body", "三个月没有看到项目进展，请查一查。")];
        guest.submit(&form, "/complaints", &told).has_status(200);
        let complaint = self.count(sql("SELECT MAX(id) AS count FROM complaint"), params![]);
        let address = format!("/operator/complaints/{complaint}");
        cast.reviewer.submit(&cast.reviewer.get(&address), &format!("{address}/statement"), &[]).has_status(200);
        let path = format!("/projects/{project}/questions");
        guest.submit(&guest.get(&path), &path, &[("body", "棉衣发给了哪些学校？")]).has_status(200);
        let question = self.count(sql("SELECT MAX(id) AS count FROM question"), params![]);
        let desk = format!("/desk/questions/{question}");
        let answer = [("answer", "发给了两所小学，名单见附件。")];
        cast.manager.submit_files(&cast.manager.get(&desk), &desk, &answer, &[("papers", "名单.png", PIXEL)]).has_status(200);
        (complaint, question, self.count(sql("SELECT MAX(file_id) AS count FROM question_file"), params![]))
    }

    /// The charity says how it issues, and the donor's gift gets its receipt: application, number, check code.
    fn receipted(&self, cast: &Cast, donor: &Person, gift: Id) -> (Id, String, String) {
        self.keep_private(PRIVATE_PAYER);
        let issuer = Issuer {
            way: Way::Own,
            prefix: "QH01".to_owned(),
            handler: "冯财务".to_owned(),
            reviewer: "陈审批".to_owned(),
            payee: "冯财务".to_owned(),
            item_code: "1001".to_owned(),
            item_name: "公益事业捐赠".to_owned(),
        };
        done(receipts::settle(&self.app, &cast.finance.actor, &issuer, self.now()));
        let payer = NewPayer {
            kind: PayerKind::Person,
            name: PRIVATE_PAYER.to_owned(),
            code: "11010519491231002X".to_owned(),
            contact: "13800138000".to_owned(),
        };
        let asker = Asker { person_id: donor.id, link: None };
        let application = done(papers::apply(&self.app, asker, &[gift], &payer, &read_above_the_button(&self.app), self.now()));
        done(receipts::issue(&self.app, &cast.finance.actor, application, self.now()));
        let statement = sql("SELECT text_number, check_code FROM receipt WHERE application_id = ?1");
        let row = self.app.db.read(|tx| tx.query_one(statement, params![application])).expect("a receipt");
        let text = |name: &str| row.text(name).expect("a text");
        (application, text("text_number"), text("check_code"))
    }
}

impl World {
    /// Two projects are returned with a reason; one of the decisions is appealed, through the pages.
    fn appealed(&self, cast: &Cast) -> (Id, Id) {
        let returned = ["退回的第一个项目", "退回的第二个项目"].map(|title| {
            let (id, app, now) = (self.drafted(cast, title), &self.app, self.now());
            let version = done(projects::submit(app, &cast.manager.actor, id, self.version(id), now));
            done(projects::return_to_draft(app, &cast.reviewer.actor, id, version, "预算写得太粗", now));
            id
        });
        let form = cast.manager.get(&format!("/desk/appeals/new?thing=project&id={}", returned[1]));
        let why = [("statement", "预算是按审计意见写的，附件里有明细。")];
        cast.manager.submit(&form, "/desk/appeals", &why).has_status(200);
        (returned[0], self.count(sql("SELECT MAX(id) AS count FROM appeal"), params![]))
    }
}

impl World {
    /// Two questions of the donor are hidden; against one of the decisions they appeal, through the pages.
    fn hidden(&self, cast: &Cast, donor: &Person, project: Id) -> (Id, Id) {
        let path = format!("/projects/{project}/questions");
        let hidden = ["棉衣是哪里买的，合同能看看吗？", "联系人的手机号是多少？"].map(|words| {
            donor.submit(&donor.get(&path), &path, &[("body", words)]).has_status(200);
            let id = self.count(sql("SELECT MAX(id) AS count FROM question"), params![]);
            let hiding = format!("/operator/questions/{id}/hiding");
            let reason = format!("reason-{id}");
            cast.reviewer.post(&hiding, &[(reason.as_str(), "question-hide-private")]).has_status(200);
            id
        });
        let form = donor.get(&format!("/me/appeals/new?thing=question&id={}", hidden[0]));
        donor.submit(&form, "/me/appeals", &[("statement", "问的是合同，没有任何人的隐私。")]).has_status(200);
        (hidden[1], self.count(sql("SELECT MAX(id) AS count FROM appeal"), params![]))
    }

    /// Affairs of organisations: a renewal, an admission, a report, an invitation.
    fn affairs(&self, cast: &Cast, donor: &Person) -> (Id, Id, Id, Id) {
        let (app, manager, today) = (&self.app, &cast.manager.actor, day_of(self.now()));
        let scan = paper();
        let certificate = NewCertificate {
            kind: CertificateKind::PublicFundraising,
            number: "慈募新证".to_owned(),
            issuer: "示范市民政局".to_owned(),
            valid_from_day: today,
            valid_until_day: today + 1_000,
        };
        let renewal = done(renewals::hand_in(app, manager, cast.charity, &certificate, &scan));
        let applying = self.new_organisation(Kind::Company, "满江红电器公司", 60);
        let papers = Papers { registration: Some(&scan), licence: None };
        let admission = done(admissions::apply(app, &donor.actor, &applying, &papers));
        let matter = NewReport {
            kind: ReportKind::RelatedDealing,
            year: 0,
            event_day: today - 40,
            title: "向理事单位租用仓库".to_owned(),
            body: "按市价的八成租用理事单位的仓库一年。".to_owned(),
            link: String::new(),
            audited: false,
            counterparty: "示范仓储公司".to_owned(),
            amount_fen: Some(1_200_000),
            figures: None,
        };
        let report = done(reports::publish(app, manager, cast.charity, &matter, Some(&scan)));
        let phone = self.app.db.read(|tx| people::phones_of(tx, donor.id)).expect("phones").remove(0);
        let offer =
            NewInvitation { to: Addressee::Phone(phone), role: Role::Finance, starts_at: self.now(), ends_at: None, replaces_id: None };
        let invitation = done(invitations::invite(app, manager, cast.charity, &offer));
        (renewal, admission, report, invitation)
    }
}

/// The consent to what an application for a receipt hands on, as its form shows it.
#[must_use]
pub fn read_above_the_button(app: &App) -> people::Agreed {
    people::Agreed::read(app, Lang::Zh, people::Purpose::ReceiptSharing)
}

/// A paper as somebody uploads it.
#[must_use]
pub fn paper() -> Prepared {
    let upload = Upload { field: "paper".to_owned(), name: "文件.png".to_owned(), bytes: PIXEL.to_vec() };
    Prepared::from_upload(&upload, false).unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

/// A PNG of one pixel.
pub const PIXEL: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\x0d\x49\x44\x41\x54\x78\x9c\x63\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99\x3d\x1d\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

impl World {
    /// A public picture of an organisation, uploaded by a member of its staff.
    pub fn public_file(&self, organisation: Id, actor: &Actor) -> Id {
        let upload = Upload { field: "file".to_owned(), name: "照片.png".to_owned(), bytes: PIXEL.to_vec() };
        let prepared = Prepared::from_upload(&upload, true).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let (id, person, now) = (self.app.new_id(), actor.person_id().expect("a person"), self.now());
        let kept = self.app.db.write(|tx| {
            files::keep(tx, id, &prepared, organisation, person, now)?;
            files::publish(tx, id, now)
        });
        kept.expect("a file that is kept");
        id
    }
}

/// A progress post that reports: what was done, and how many people it reached.
#[must_use]
pub fn told(title: &str, body: &str, done: &str, reached: i64) -> NewProgress {
    let execution = Execution { done: done.to_owned(), reached, reached_unit: "人".to_owned(), next_step: String::new() };
    NewProgress { title: title.to_owned(), body: body.to_owned(), execution: Some(execution) }
}

fn done<T>(outcome: Result<T, Trouble>) -> T {
    outcome.unwrap_or_else(|trouble| panic!("{trouble:?}"))
}
