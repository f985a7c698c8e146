//! What happens beside the course of the projects, so that a visitor meets it: gifts by bank, receipts, money that goes back,
//! questions and complaints, a change of use, a correction, leftovers, a suspension with its appeal.
//!
//! Receipts and refunds take gifts that are there. Around New Year there may be none of the year that could have a receipt; then
//! that part is left out.

use app::kernel::civil::{day_of, day_text, parse_day, start_of};
use app::kernel::{Actor, Concerned, DAY_US, Id, Role};
use app::offline;
use app::operations::make_appeal;
use app::papers::actions::{desk as receipts, donor as applications, donor::Asker};
use app::papers::model::{Issuer, NewPayer, PayerKind, Way};
use app::people::{Agreed, Purpose};
use app::projects::disclosure::{correct, tell_leftovers};
use app::projects::{DecisionKind, LineKind, NewLine, Thing, actions, fund, whereabouts};
use app::refunds::{self, Asked, NewPaper, Paper, Reason, actions::desk as cases};
use app::settlement;
use app::transparency::actions::{Sender, complaints, questions};
use app::transparency::{Asking, Kind as About, Outcome};
use app::web::Lang;
use db::{Sql, Value, params, sql};

use crate::play::Play;
use crate::{DemoFault, doing, papers};

pub type Affair = fn(&Play) -> Result<(), DemoFault>;

/// How many days ago, at which hour and minute, and what.
pub const AFFAIRS: [(i64, i64, i64, Affair); 28] = [
    (185, 10, 0, leftovers_are_asked_for),
    (184, 10, 0, leftovers_are_agreed_to),
    (180, 10, 0, leftovers_are_told),
    (95, 9, 0, receipts_are_set_up),
    (30, 10, 0, change_is_asked_for),
    (28, 10, 0, change_is_announced),
    (27, 15, 0, progress_is_corrected),
    (25, 10, 0, gift_by_bank),
    (24, 10, 0, gift_by_bank_is_confirmed),
    (20, 20, 0, question_is_asked),
    (18, 9, 0, question_is_answered),
    (16, 21, 0, complaint),
    (15, 9, 0, statement_is_asked_for),
    (14, 16, 0, statement),
    (13, 10, 0, complaint_is_answered),
    (12, 20, 0, receipts_are_issued),
    (4, 20, 0, refund_is_asked_for),
    (3, 9, 0, refund_is_agreed_to),
    (3, 9, 20, look_after),
    (3, 10, 0, look_after),
    (3, 12, 0, look_after),
    (6, 10, 0, suspension),
    (4, 16, 0, appeal),
    (3, 20, 0, another_refund_is_asked_for),
    (2, 9, 0, another_refund_is_examined),
    (2, 20, 0, another_question_is_asked),
    (2, 21, 0, complaint),
    (1, 9, 0, statement_is_asked_for),
];

fn newest(play: &Play, statement: Sql, parameters: &[Value]) -> Result<Id, DemoFault> {
    Ok(play.way.app.db.read(|tx| tx.query_one(statement, parameters)?.int("id"))?)
}

fn paper(name: &str) -> Result<app::files::Prepared, DemoFault> {
    doing(|| name.to_owned(), papers::paper(name).map_err(app::kernel::Trouble::from))
}

fn look_after(play: &Play) -> Result<(), DemoFault> {
    play.housekeeping()
}

// --- what last winter's project left ---

fn leftovers_are_asked_for(play: &Play) -> Result<(), DemoFault> {
    let (app, from) = (play.way.app, play.id("winter-last"));
    doing(|| "the roll-up".to_owned(), settlement::roll_up(app))?;
    let left_fen = app.db.read(|tx| fund::total(tx, from))?.available_fen();
    if left_fen == 0 {
        return Ok(());
    }
    let why = "同县同样的人家，冬天过去以后缺的是日用品。";
    let asked = actions::ask_for_redirect(app, play.cast.staff("tide", Role::Manager), from, play.id("market"), left_fen, why, play.now());
    doing(|| "a redirection of leftovers".to_owned(), asked).map(|_| ())
}

fn leftovers_are_agreed_to(play: &Play) -> Result<(), DemoFault> {
    let redirect = newest(play, sql("SELECT COALESCE(MAX(id), 0) AS id FROM project_redirect"), params![])?;
    if redirect == 0 {
        return Ok(());
    }
    let agreed = actions::announce_redirect(play.way.app, play.cast.staff("tide", Role::Finance), redirect, play.now());
    doing(|| "the second yes to a redirection".to_owned(), agreed).map(|_| ())
}

fn leftovers_are_told(play: &Play) -> Result<(), DemoFault> {
    let words = "余款转用于同县的“积分小超市”，已告知捐赠人，三十天后转账。";
    let told = tell_leftovers(play.way.app, play.cast.staff("tide", Role::Finance), play.id("winter-last"), words, play.now());
    doing(|| "a statement on leftovers".to_owned(), told).map(|_| ())
}

// --- receipts, and money that goes back ---

fn receipts_are_set_up(play: &Play) -> Result<(), DemoFault> {
    for (charity, prefix, handler, reviewer) in [("tide", "CX01", "周守正", "秦远"), ("moon", "YL01", "顾知行", "田野")] {
        let issuer = Issuer {
            way: Way::Own,
            prefix: prefix.to_owned(),
            handler: handler.to_owned(),
            reviewer: reviewer.to_owned(),
            payee: handler.to_owned(),
            item_code: "1001".to_owned(),
            item_name: "公益事业捐赠（演示）".to_owned(),
        };
        let settled = receipts::settle(play.way.app, play.cast.staff(charity, Role::Finance), &issuer, play.now());
        doing(|| format!("how {charity} issues receipts"), settled)?;
    }
    Ok(())
}

/// The gifts of a donor to one of our charities that could stand on a receipt now, the newest first.
fn open_gifts(play: &Play, donor: &Actor, charity: &str, least_fen: i64) -> Result<Vec<Id>, DemoFault> {
    let (now, person_id) = (play.now(), donor.person_id().unwrap_or(0));
    let new_year = parse_day(&format!("{}-01-01", &day_text(day_of(now))[..4])).map_or(0, start_of);
    let rows = play.way.app.db.read(|tx| {
        tx.query(
            sql("SELECT r.gift_id FROM receiptable_gift r LEFT JOIN gift_paper p ON p.gift_id = r.gift_id \
                 WHERE r.donor_id = ?1 AND r.organisation_id = ?2 AND r.received_at > ?3 AND r.amount_fen >= ?4 \
                 AND p.application_id IS NULL AND COALESCE(p.returned_fen, 0) = 0 ORDER BY r.received_at DESC"),
            params![person_id, play.cast.organisation(charity).id, new_year.max(now - 85 * DAY_US), least_fen],
        )
    })?;
    Ok(rows.iter().map(|row| row.int("gift_id")).collect::<Result<_, _>>()?)
}

/// A donor by place in the list, a charity, and the gifts that could stand on a receipt of it.
type Open = (usize, &'static str, Vec<Id>);

/// The first donor, whose telephone number is printed, comes first, so that a visitor finds these papers.
fn donors_with(play: &Play, least: usize, least_fen: i64) -> Result<Vec<Open>, DemoFault> {
    let mut found = Vec::new();
    for at in 0..play.cast.donors.len() {
        for charity in ["tide", "moon"] {
            let gifts = open_gifts(play, &play.cast.donors[at], charity, least_fen)?;
            if gifts.len() >= least {
                found.push((at, charity, gifts));
            }
        }
    }
    Ok(found)
}

fn issue(play: &Play, donor: usize, charity: &str, gifts: &[Id]) -> Result<(), DemoFault> {
    let (app, now, who) = (play.way.app, play.now(), &play.cast.donors[donor]);
    let Actor::Person { name, .. } = who else { return Ok(()) };
    let payer = NewPayer { kind: PayerKind::Person, name: name.clone(), code: String::new(), contact: String::new() };
    let asker = Asker { person_id: who.person_id().unwrap_or(0), link: None };
    let agreed = Agreed::read(app, Lang::Zh, Purpose::ReceiptSharing);
    let application = doing(|| "an application".to_owned(), applications::apply(app, asker, gifts, &payer, &agreed, now))?;
    doing(|| "a receipt".to_owned(), receipts::issue(app, play.cast.staff(charity, Role::Finance), application, now))
}

/// One for several gifts, one for a single gift; and a third, which a refund will reverse.
fn receipts_are_issued(play: &Play) -> Result<(), DemoFault> {
    if let Some((donor, charity, gifts)) = donors_with(play, 2, 1)?.first() {
        issue(play, *donor, charity, &gifts[..2])?;
    }
    if let Some((donor, charity, gifts)) = donors_with(play, 1, 1)?.first() {
        issue(play, *donor, charity, &gifts[..1])?;
    }
    doing(|| "the roll-up".to_owned(), settlement::roll_up(play.way.app))?;
    for (donor, charity, gifts) in donors_with(play, 1, 1_000)? {
        for gift in gifts {
            if is_in_the_account(play, gift)? {
                return issue(play, donor, charity, &[gift]);
            }
        }
    }
    Ok(())
}

/// Nothing of it was paid out, so nobody has to give it back first.
fn is_in_the_account(play: &Play, gift: Id) -> Result<bool, DemoFault> {
    Ok(play.way.app.db.read(|tx| {
        let row = tx.query_opt(
            sql("SELECT gift.project_id, gift.amount_fen, project_gift.before_fen FROM gift \
                 JOIN project_gift ON project_gift.gift_id = gift.id WHERE gift.id = ?1"),
            params![gift],
        )?;
        let Some(row) = row else { return Ok(false) };
        let amount_fen = row.int("amount_fen")?;
        let place = whereabouts(tx, row.int("project_id")?, row.int("before_fen")?, amount_fen)?;
        Ok::<_, db::Fault>(place.in_account_fen == amount_fen)
    })?)
}

/// Opens a case for a part of a gift, and says for which charity; nothing when there is no such gift.
fn opened(play: &Play, gift: Option<Id>, reason: Reason, statement: &str) -> Result<Option<Id>, DemoFault> {
    let Some(gift) = gift else { return Ok(None) };
    let (donor, amount_fen) = play.way.app.db.read(|tx| {
        let row = tx.query_one(sql("SELECT donor_id, amount_fen FROM gift WHERE id = ?1"), params![gift])?;
        Ok::<_, db::Fault>((row.int("donor_id")?, row.int("amount_fen")?))
    })?;
    let Some(actor) = play.cast.donors.iter().find(|d| d.person_id() == Some(donor)) else { return Ok(None) };
    let asked = Asked { reason, amount_fen: amount_fen / 2, statement: statement.to_owned() };
    doing(|| "a refund case".to_owned(), refunds::open_for_donor(play.way.app, actor, gift, &asked, play.now())).map(Some)
}

/// The charity of the newest case, and the case.
fn newest_case(play: &Play) -> Result<Option<(&'static str, Id)>, DemoFault> {
    let case = newest(play, sql("SELECT COALESCE(MAX(id), 0) AS id FROM refund_case"), params![])?;
    if case == 0 {
        return Ok(None);
    }
    let organisation = newest(play, sql("SELECT organisation_id AS id FROM refund_case WHERE id = ?1"), params![case])?;
    Ok(["tide", "moon"].into_iter().find(|key| play.cast.organisation(key).id == organisation).map(|charity| (charity, case)))
}

/// Half of the gift on the newest receipt: the receipt is reversed first, and the rest is applied for anew.
fn refund_is_asked_for(play: &Play) -> Result<(), DemoFault> {
    let row = play.way.app.db.read(|tx| {
        tx.query_opt(
            sql(
                "SELECT gift_id FROM receipt_gift WHERE receipt_id = (SELECT MAX(id) FROM receipt WHERE kind = 'receipt') ORDER BY gift_id",
            ),
            params![],
        )
    })?;
    let gift = row.map(|row| row.int("gift_id")).transpose()?;
    opened(play, gift, Reason::Other, "本想捐一半，手机上多按了。").map(|_| ())
}

fn refund_is_agreed_to(play: &Play) -> Result<(), DemoFault> {
    let Some((charity, case)) = newest_case(play)? else { return Ok(()) };
    let (app, now, seat) = (play.way.app, play.now(), |role| play.cast.staff(charity, role));
    doing(|| "the roll-up".to_owned(), settlement::roll_up(app))?;
    doing(|| "a case's papers".to_owned(), cases::examine(app, seat(Role::Manager), case, now))?;
    doing(|| "a refund's request".to_owned(), cases::request(app, seat(Role::Manager), case, "已与捐赠人通话核实。", now))?;
    for role in [Role::Finance, Role::Approver] {
        doing(|| "a refund's approval".to_owned(), cases::approve(app, seat(role), case, now))?;
    }
    play.housekeeping()
}

fn another_refund_is_asked_for(play: &Play) -> Result<(), DemoFault> {
    let gift = donors_with(play, 1, 1_000)?.first().map(|(_, _, gifts)| gifts[0]);
    let Some(case) = opened(play, gift, Reason::WrongAmount, "输错了金额，多输了一位。")? else { return Ok(()) };
    let proof = NewPaper { paper: Paper::PaymentProof, file: paper("付款截图.pdf")? };
    doing(|| "a case's paper".to_owned(), refunds::add_paper(play.way.app, case, 0, true, &proof, play.now()))
}

/// It waits for the visitor: finance and approver have still to agree.
fn another_refund_is_examined(play: &Play) -> Result<(), DemoFault> {
    let Some((charity, case)) = newest_case(play)? else { return Ok(()) };
    let over = newest(play, sql("SELECT COUNT(*) AS id FROM refund_case WHERE id = ?1 AND state <> 'applied'"), params![case])?;
    if over > 0 {
        return Ok(());
    }
    let (app, manager, now) = (play.way.app, play.cast.staff(charity, Role::Manager), play.now());
    doing(|| "a case's papers".to_owned(), cases::examine(app, manager, case, now))
}

// --- a gift by bank ---

fn gift_by_bank(play: &Play) -> Result<(), DemoFault> {
    let (app, now) = (play.way.app, play.now());
    let donor = play.cast.donors[0].person_id().unwrap_or(0);
    let reference = doing(|| "a transfer reference".to_owned(), offline::reference_of(app, donor, now))?;
    let slip = paper("银行回单.pdf")?;
    let entry = offline::Entry {
        project_id: play.id("market"),
        kind: Some(offline::Kind::Transfer),
        amount_fen: 50_000,
        received_day: Some(day_of(now) - 1),
        payer: "方老师",
        anonymous: false,
        reference: &reference,
        bank_reference: "演示流水 0001",
        evidence: Some(&slip),
    };
    doing(|| "a gift by bank".to_owned(), offline::enter_gift(app, play.cast.staff("tide", Role::Finance), &entry, now)).map(|_| ())
}

fn gift_by_bank_is_confirmed(play: &Play) -> Result<(), DemoFault> {
    let gift = newest(play, sql("SELECT MAX(id) AS id FROM offline_gift"), params![])?;
    doing(|| "a gift by bank".to_owned(), offline::confirm_gift(play.way.app, play.cast.staff("tide", Role::Approver), gift, play.now()))
}

// --- a change, a correction ---

fn change_is_asked_for(play: &Play) -> Result<(), DemoFault> {
    let (project, now) = (play.told("market"), play.now());
    let (starts_day, ends_day) = play.calendar.appeal(project);
    let plan = papers::plan(project, "潮汐", starts_day, ends_day);
    let mut lines: Vec<NewLine> = project.lines.iter().map(crate::play::new_line).collect();
    lines.push(NewLine {
        item: "货架".to_owned(),
        english_item: "Shelves".to_owned(),
        unit: "个".to_owned(),
        quantity: 2,
        unit_price_fen: 30_000,
        kind: LineKind::Programme,
    });
    let wanted = actions::Wanted {
        object: project.object.clone(),
        service: project.service.clone(),
        ends_day,
        selection: plan.selection,
        beneficiaries: plan.beneficiaries,
        use_of_money: format!("{}另买两个货架，把油和米离地放好。", plan.use_of_money),
        leftovers: plan.leftovers,
        nodes: plan.nodes,
        lines,
        reason: "雨季村里的屋子返潮，油和米要离地放。".to_owned(),
        filing_number: format!("{}A00901", play.cast.organisation("tide").credit_code),
        filed_day: day_of(now),
    };
    let asked = actions::ask_for_change(play.way.app, play.cast.staff("tide", Role::Manager), play.id("market"), &wanted, now);
    doing(|| "a change".to_owned(), asked).map(|_| ())
}

fn change_is_announced(play: &Play) -> Result<(), DemoFault> {
    let change = newest(play, sql("SELECT MAX(id) AS id FROM project_change"), params![])?;
    let reviewer = play.cast.staff("operator", Role::Reviewer);
    let announced = actions::announce_change(play.way.app, reviewer, change, "变更已备案。", play.now());
    doing(|| "a change's announcement".to_owned(), announced).map(|_| ())
}

fn progress_is_corrected(play: &Play) -> Result<(), DemoFault> {
    let project = play.id("lamps");
    let post = newest(play, sql("SELECT MAX(id) AS id FROM progress_post WHERE project_id = ?1"), params![project])?;
    let (wrong, right) = ("人数把邻村帮忙装灯的也算进去了。", "按户口册核对过的人数见村务公开栏，少五人。");
    let corrected =
        correct(play.way.app, play.cast.staff("tide", Role::Manager), project, (Thing::Progress, post), wrong, right, play.now());
    doing(|| "a correction".to_owned(), corrected).map(|_| ())
}

// --- questions and complaints ---

fn sender<'a>(actor: &'a Actor, files: &'a [app::files::Prepared]) -> Sender<'a> {
    Sender { actor, peer: "127.0.0.1", papers: files }
}

fn ask(play: &Play, project: &str, body: &str) -> Result<(), DemoFault> {
    let typed = questions::Typed { project_id: play.id(project), kind: Some(Asking::Question), body, is_public: true };
    let asked = questions::ask(play.way.app, &sender(&play.cast.donors[0], &[]), &typed, play.now());
    doing(|| "a question".to_owned(), asked).map(|_| ())
}

fn question_is_asked(play: &Play) -> Result<(), DemoFault> {
    ask(play, "lamps", "灯坏了谁来修？修灯的钱从哪里出？")
}

fn question_is_answered(play: &Play) -> Result<(), DemoFault> {
    let question = newest(play, sql("SELECT MAX(id) AS id FROM question"), params![])?;
    let files = [paper("保修单.pdf")?];
    let words = "厂家保三年，坏了打灯杆上的电话，三天内来修，不另收钱；三年以后由村里的公益岗负责。保修单附后。";
    let sender = sender(play.cast.staff("tide", Role::Manager), &files);
    doing(|| "an answer".to_owned(), questions::answer(play.way.app, &sender, question, words, play.now()))
}

fn another_question_is_asked(play: &Play) -> Result<(), DemoFault> {
    ask(play, "market", "积分怎么算？外出打工的人家也有吗？")
}

/// The first one is about a project that stopped telling, the second about lamps; a guest asks both times.
fn complaint(play: &Play) -> Result<(), DemoFault> {
    let known = newest(play, sql("SELECT COUNT(*) AS id FROM complaint"), params![])?;
    let (project, kind, body) = if known == 0 {
        ("clinic", About::Silent, "几个月没有看到新的财务情况了，背包到底发了没有？")
    } else {
        ("lamps", About::Untrue, "进展里说的人数，和我们村实际的户数对不上。")
    };
    let typed = complaints::Typed { project_id: play.id(project), kind: Some(kind), body, contact: "" };
    doing(|| "a complaint".to_owned(), complaints::complain(play.way.app, &sender(&Actor::Anyone, &[]), &typed, play.now())).map(|_| ())
}

fn newest_complaint(play: &Play) -> Result<Id, DemoFault> {
    newest(play, sql("SELECT MAX(id) AS id FROM complaint"), params![])
}

fn statement_is_asked_for(play: &Play) -> Result<(), DemoFault> {
    let reviewer = play.cast.staff("operator", Role::Reviewer);
    doing(|| "a charity's statement".to_owned(), complaints::ask_charity(play.way.app, reviewer, newest_complaint(play)?, play.now()))
}

fn statement(play: &Play) -> Result<(), DemoFault> {
    let words = "背包还在县医院等验收，验收以后马上公开；财务情况因换会计晚了，正在补。";
    let sender = sender(play.cast.staff("moon", Role::Manager), &[]);
    doing(|| "a statement".to_owned(), complaints::give_statement(play.way.app, &sender, newest_complaint(play)?, words, play.now()))
}

fn complaint_is_answered(play: &Play) -> Result<(), DemoFault> {
    let words = "已核对：款项在账上，没有挪用。机构没有按时公开财务情况属实，项目页已标明逾期，限期补齐。";
    let reviewer = play.cast.staff("operator", Role::Reviewer);
    let id = newest_complaint(play)?;
    doing(|| "an answer".to_owned(), complaints::answer(play.way.app, reviewer, id, Some(Outcome::Corrected), words, play.now()))
}

// --- a suspension ---

/// Decided by the operator's second reviewer, so that the first one, as whom a visitor signs in, can answer the appeal.
fn suspension(play: &Play) -> Result<(), DemoFault> {
    let why = "收到举报称草帘没有铺在公布的地点。核实之前暂停募款和拨款。";
    let second = play.cast.last("operator", Role::Reviewer);
    let decided = actions::decide(play.way.app, second, play.id("grass"), DecisionKind::Suspended, why, "", play.now());
    doing(|| "a suspension".to_owned(), decided).map(|_| ())
}

fn appeal(play: &Play) -> Result<(), DemoFault> {
    let project = play.id("grass");
    let decision = newest(play, sql("SELECT MAX(id) AS id FROM project_decision WHERE project_id = ?1"), params![project])?;
    let words = "草帘铺在第三处沙窝，照片上的界桩编号可以核对；举报人看的是第二处，那里按计划明年才铺。";
    let (app, manager) = (play.way.app, play.cast.staff("seedling", Role::Manager));
    let (id, whom) = (app.new_id(), [Concerned::Organisation(play.cast.organisation("seedling").id)]);
    let by = manager.person_id().unwrap_or(0);
    let now = play.now();
    let appealed = app.db.write(|tx| make_appeal(tx, id, ("project_decision", decision), &whom, by, words, now));
    doing(|| "an appeal".to_owned(), appealed)
}
