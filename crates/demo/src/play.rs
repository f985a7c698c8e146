//! Lets everything happen, each by the person whose part it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::kernel::civil::day_of;
use app::kernel::{Actor, Id, Micros, Role};
use app::organisations::partners::{self, NewAgreement, NewEvaluation};
use app::organisations::reports::{self, Figures, NewReport, ReportKind};
use app::organisations::{actions as organisation_actions, checks};
use app::projects::{Draft, Execution, Field, LineKind, NewDisclosure, NewExpense, NewLine, NewProgress, PaperKind, actions, fund};
use app::{App, jobs, organisations, settlement};
use db::{Fault, params, sql};
use sandbox::Gateway;

use crate::affairs::AFFAIRS;
use crate::cast::Cast;
use crate::dice::Dice;
use crate::gifts::{self, Way};
use crate::script::{Calendar, Event};
use crate::text::{self, Organisation, Project, Spending};
use crate::{DemoFault, Summary, cast, doing, papers};

/// With this one there is money for everything that is bought; a test says so.
const SEED: u64 = 1417;

/// What is known about a project once it has been written down.
#[derive(Default)]
struct Standing {
    id: Id,
    version: i64,
    lines: Vec<Id>,
    /// Of each spending: the payout and how many units it pays for.
    payouts: Vec<Option<(Id, i64)>>,
    /// Units of each line that payouts pay for.
    ordered: Vec<i64>,
}

pub struct Play<'a> {
    pub way: Way<'a>,
    pub calendar: Calendar,
    organisations: &'a [Organisation],
    projects: &'a [Project],
    pub cast: Cast,
    standing: Vec<Standing>,
    expenses: usize,
}

/// Writers that end when this goes.
struct Writers(Arc<AtomicBool>, Vec<std::thread::JoinHandle<()>>);

impl Drop for Writers {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
        for writer in self.1.drain(..) {
            let _ = writer.join();
        }
    }
}

pub fn play(app: &Arc<App>, gateway: &Gateway, now: Micros, tell: &mut dyn FnMut(usize, usize)) -> Result<Summary, DemoFault> {
    let (told, people, projects) = (text::organisations(), text::People::load(), text::projects());
    let calendar = Calendar::new(now);
    organisations::prepare(app)?;
    app.clock.set(calendar.beginning());
    let cast = Cast::assemble(app, &told, &people, calendar.beginning())?;
    let donors: Vec<String> = people.donor.iter().map(|d| d.name.clone()).collect();
    let windows: Vec<_> = projects.iter().map(|p| calendar.window(p)).collect();
    let planned = gifts::plan(&projects, &windows, &donors, &people.words, &mut Dice::new(SEED));
    let (count, sum) = (planned.len(), planned.iter().map(|g| g.amount_fen).sum());
    let events = calendar.events(&told, &projects, planned);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|why| DemoFault::Refused { what: "a runtime".into(), why: why.to_string() })?;
    let stop = Arc::new(AtomicBool::new(false));
    let _writers = Writers(stop.clone(), settlement::start(app, &stop));
    let mut play = Play {
        way: Way { app, gateway, runtime: &runtime },
        calendar,
        organisations: &told,
        projects: &projects,
        cast,
        standing: projects.iter().map(|_| Standing::default()).collect(),
        expenses: 0,
    };
    let all = events.len();
    for (done, (at, event)) in events.iter().enumerate() {
        // A donor who thought for a minute may have carried the clock past the next event's time.
        app.clock.set(app.clock.now().max(*at));
        play.happens(event)?;
        tell(done + 1, all);
    }
    app.clock.set(now);
    // Twice: one round asks about two hundred orders.
    play.housekeeping()?;
    play.housekeeping()?;
    let (_, findings) = settlement::check::check(&app.db)?;
    if let Some(finding) = findings.first() {
        return Err(DemoFault::Books(finding.to_string()));
    }
    app.db.write(|tx| tx.execute_one(sql("INSERT INTO counter (name, value) VALUES ('example world', 1)"), params![]))?;
    Ok(Summary {
        gifts: count,
        gifts_fen: sum,
        projects: projects.len(),
        sign_ins: cast::sign_ins(&people),
        donor_phone: people.donor_phone,
    })
}

impl Play<'_> {
    fn happens(&mut self, event: &Event) -> Result<(), DemoFault> {
        match event {
            Event::OpenAccount(at) => self.open_account(*at),
            Event::Draft(at) => self.draft(*at),
            Event::Submit(at) => self.step(*at, Role::Manager, |app, actor, s, _, now| actions::submit(app, actor, s.id, s.version, now)),
            Event::Review(at) => self.step(*at, Role::Reviewer, |app, actor, s, _, now| {
                actions::review(app, actor, s.id, s.version, "材料齐全，预算逐项核对过。", now)
            }),
            Event::Publish(at) => self.publish(*at),
            Event::EndFundraising(at) => self.step(*at, Role::Manager, |app, actor, s, p, now| {
                actions::end_fundraising(app, actor, s.id, s.version, &p.end_reason, now)
            }),
            Event::StartExecuting(at) => {
                self.step(*at, Role::Manager, |app, actor, s, _, now| actions::start_executing(app, actor, s.id, s.version, now))
            }
            Event::Close(at) => {
                self.step(*at, Role::Manager, |app, actor, s, p, now| actions::close(app, actor, s.id, s.version, &p.close_note, now))
            }
            Event::Progress(at, which) => self.progress(*at, *which),
            Event::Disclose(at) => self.disclose(*at),
            Event::ClosingReport(at) => self.closing_report(*at),
            Event::Request(at, which) => self.request(*at, *which),
            Event::ApproveFirst(at, which) => self.approve(*at, *which, Role::Finance),
            Event::ApproveSecond(at, which) => self.approve(*at, *which, Role::Approver),
            Event::Spend(at, which) => self.spend(*at, *which),
            Event::Gift(gift) => {
                let actor = gift.donor.map_or(&Actor::Anyone, |d| &self.cast.donors[d]);
                self.way.give(actor, self.standing[gift.project].id, gift).map(|_| ())
            }
            Event::Affair(which) => AFFAIRS[*which].3(self),
            Event::Housekeeping => {
                self.yearly_reports()?;
                self.housekeeping()
            }
        }
    }

    pub fn now(&self) -> Micros {
        self.way.app.clock.now()
    }

    /// The project of this key, and its id once it has been written down.
    pub fn told(&self, key: &str) -> &Project {
        &self.projects[self.place(key)]
    }

    pub fn id(&self, key: &str) -> Id {
        self.standing[self.place(key)].id
    }

    fn place(&self, key: &str) -> usize {
        self.projects.iter().position(|p| p.key == key).unwrap_or_else(|| panic!("data/demo/projects.toml: no project {key}"))
    }

    pub fn housekeeping(&self) -> Result<(), DemoFault> {
        jobs::run_chores(self.way.app);
        jobs::run_due(self.way.app)?;
        Ok(())
    }

    fn open_account(&self, at: usize) -> Result<(), DemoFault> {
        let told = &self.organisations[at];
        let mchid = told.mchid.as_deref().unwrap_or_else(|| panic!("data/demo/organisations.toml: {} has months but no mchid", told.key));
        let opened = organisation_actions::open_merchant(self.way.app, self.cast.organisation(&told.key).id, mchid);
        doing(|| format!("the account of {}", told.name), opened)?;
        self.way.gateway.name_merchant(mchid, &told.name);
        Ok(())
    }

    fn draft(&mut self, at: usize) -> Result<(), DemoFault> {
        let project = &self.projects[at];
        let recipient = self.cast.organisation(&project.recipient);
        let (starts_day, ends_day) = self.calendar.appeal(project);
        let recipient_name = self.organisations.iter().find(|o| o.key == project.recipient).map(|o| o.name.clone()).unwrap_or_default();
        let year = &app::kernel::civil::day_text(starts_day)[2..4];
        let draft = Draft {
            title: project.title.clone(),
            english_title: project.english_title.clone(),
            summary: project.summary.clone(),
            english_summary: project.english_summary.clone(),
            story: project.story.trim().to_owned(),
            field: Field::from_word(&project.field).unwrap_or_else(|| panic!("data/demo/projects.toml: the field of {}", project.key)),
            area_code: project.area.clone(),
            object: project.object.clone(),
            service: project.service.clone(),
            launcher_id: self.cast.organisation(&project.launcher).id,
            recipient_id: recipient.id,
            implementer_id: self.cast.organisation(&project.implementer).id,
            filing_number: format!("{}A{year}{:03}", recipient.credit_code, at + 1),
            starts_day,
            ends_day,
            lines: project.lines.iter().map(new_line).collect(),
        };
        let app = self.way.app;
        for other in [&project.launcher, &project.implementer] {
            self.agree(&project.recipient, other)?;
        }
        let id = doing(|| format!("the draft of {}", project.title), actions::draft(app, self.manager(project), &draft, self.now()))?;
        let plan = papers::plan(project, &recipient_name, starts_day, ends_day);
        let manager = self.manager(project);
        let version = doing(|| format!("the plan of {}", project.title), actions::save_plan(app, manager, id, 1, &plan))?;
        for (kind, name) in [
            (PaperKind::Plan, "募捐方案.pdf"),
            (PaperKind::Commitment, "承诺书.pdf"),
            (PaperKind::Decision, "理事会决议.pdf"),
            (PaperKind::FilingReceipt, "备案回执.pdf"),
        ] {
            let added = papers::paper(name).map_err(app::kernel::Trouble::from);
            let added = added.and_then(|file| actions::add_paper(app, manager, id, kind, &file, self.now()));
            doing(|| format!("{name} of {}", project.title), added)?;
        }
        let lines = app.db.read(|tx| {
            let rows = tx.query(sql("SELECT id FROM budget_line WHERE project_id = ?1 ORDER BY position"), params![id])?;
            rows.iter().map(|row| row.int("id")).collect::<Result<Vec<_>, Fault>>()
        })?;
        let (payouts, ordered) = (vec![None; project.spending.len()], vec![0; lines.len()]);
        self.standing[at] = Standing { id, version, lines, payouts, ordered };
        Ok(())
    }

    fn manager(&self, project: &Project) -> &Actor {
        self.cast.staff(&project.recipient, Role::Manager)
    }

    /// Whoever does the work writes about it and asks for the money, where they have a desk.
    fn worker(&self, project: &Project) -> &Actor {
        self.cast.find(&project.implementer, Role::Manager).unwrap_or_else(|| self.manager(project))
    }

    fn step(
        &mut self,
        at: usize,
        role: Role,
        take: impl Fn(&App, &Actor, &Standing, &Project, Micros) -> Result<i64, app::kernel::Trouble>,
    ) -> Result<(), DemoFault> {
        let project = &self.projects[at];
        let actor = if role == Role::Reviewer { self.cast.staff("operator", role) } else { self.cast.staff(&project.recipient, role) };
        let taken = take(self.way.app, actor, &self.standing[at], project, self.now());
        self.standing[at].version = doing(|| format!("a step of {}", project.title), taken)?;
        Ok(())
    }

    /// A charity evaluates whom it works with and agrees with them, once.
    fn agree(&self, charity: &str, other: &str) -> Result<(), DemoFault> {
        let (app, today) = (self.way.app, day_of(self.now()));
        let (charity_id, other_id) = (self.cast.organisation(charity).id, self.cast.organisation(other).id);
        let known = app.db.read(|tx| partners::partnership(tx, charity_id, other_id, today))?;
        if charity_id == other_id || (known.evaluated && known.agreed) {
            return Ok(());
        }
        let evaluation = NewEvaluation {
            standing: "登记证书在有效期内，业务范围包含本项目的工作（演示）。".to_owned(),
            capability: "有专职人员和财务人员，做过同类项目（演示）。".to_owned(),
            record: "三年内没有不良记录（演示）。".to_owned(),
            interests: "查过理事、监事、主要捐赠人与受益人名单，没有利害关系人（演示）。".to_owned(),
            passes: true,
            evaluator: "项目评估小组（演示）".to_owned(),
            day: today,
        };
        let agreement = NewAgreement { from_day: today, until_day: today + 730, declared: true };
        let manager = self.cast.staff(charity, Role::Manager);
        let what = || format!("the partnership of {charity} with {other}");
        let paper = |name: &str| doing(what, papers::paper(name).map_err(app::kernel::Trouble::from));
        let (report, signed) = (paper("评估报告.pdf")?, paper("合作协议.pdf")?);
        doing(what, partners::evaluate(app, manager, charity_id, other_id, &evaluation, &report))?;
        doing(what, partners::agree(app, manager, charity_id, other_id, &agreement, &signed)).map(|_| ())
    }

    /// The operator looks at the recipient's papers again, unless the last look is good enough.
    fn look_at_the_papers(&self, project: &Project) -> Result<(), DemoFault> {
        let (app, recipient) = (self.way.app, self.cast.organisation(&project.recipient));
        let today = day_of(self.now());
        if app.db.read(|tx| organisations::missing_for_publication(tx, recipient.id, &[], today))?.is_empty() {
            return Ok(());
        }
        let reviewer = self.cast.staff("operator", Role::Reviewer);
        let entry = format!("演示条目：{}", recipient.credit_code);
        let looked = checks::record(app, reviewer, recipient.id, &entry, "两份证书与公示一致（演示）。");
        doing(|| format!("the papers of {}", project.recipient), looked)
    }

    /// Yearly reports, where they are owed. One charity forgets its own, so that one can see what everyone then sees.
    fn yearly_reports(&self) -> Result<(), DemoFault> {
        let (app, today) = (self.way.app, day_of(self.now()));
        for told in self.organisations.iter().filter(|o| o.kind == "charity" && o.key != "seedling") {
            let id = self.cast.organisation(&told.key).id;
            let owed = app.db.read(|tx| reports::owed(tx, id, today))?;
            // In spring; whoever hands in on New Year's Day has not had an audit.
            for (kind, year, _) in owed.into_iter().filter(|(_, _, due)| due - today < 60) {
                let title = match kind {
                    ReportKind::WorkReport => format!("{year} 年度工作报告（演示）"),
                    ReportKind::FinanceReport => format!("{year} 年度财务会计报告（演示）"),
                    _ => format!("{year} 年度关联方名单（演示）"),
                };
                let figures = (kind == ReportKind::FinanceReport).then(|| Figures {
                    spending_fen: 820_000_000,
                    charitable_fen: 742_000_000,
                    management_fen: 61_000_000,
                    last_income_fen: 960_000_000,
                    mean_income_fen: None,
                    net_assets_fen: 1_240_000_000,
                    explanation: String::new(),
                });
                let new = NewReport {
                    kind,
                    year,
                    event_day: 0,
                    title,
                    body: String::new(),
                    link: String::new(),
                    audited: figures.is_some(),
                    counterparty: String::new(),
                    amount_fen: None,
                    figures,
                };
                let file = papers::paper("年度报告.pdf").map_err(app::kernel::Trouble::from);
                let file = doing(|| format!("a report of {}", told.name), file)?;
                let manager = self.cast.staff(&told.key, Role::Manager);
                doing(|| format!("a report of {}", told.name), reports::publish(app, manager, id, &new, Some(&file)))?;
            }
        }
        Ok(())
    }

    fn publish(&mut self, at: usize) -> Result<(), DemoFault> {
        self.look_at_the_papers(&self.projects[at])?;
        self.step(at, Role::Reviewer, |app, actor, s, _, now| actions::publish(app, actor, s.id, s.version, now))?;
        let project = &self.projects[at];
        if project.curated {
            let reviewer = self.cast.staff("operator", Role::Reviewer);
            let curated = actions::curate(self.way.app, reviewer, self.standing[at].id, true, self.now());
            doing(|| format!("the first column with {}", project.title), curated)?;
        }
        Ok(())
    }

    fn progress(&self, at: usize, which: usize) -> Result<(), DemoFault> {
        let project = &self.projects[at];
        let told = &project.progress[which];
        let execution =
            Execution { done: told.title.clone(), reached: told.reached, reached_unit: "人".to_owned(), next_step: String::new() };
        let post = NewProgress { title: told.title.clone(), body: told.body.clone(), execution: Some(execution) };
        let posted = actions::post_progress(self.way.app, self.worker(project), self.standing[at].id, &post, &[], self.now());
        doing(|| format!("progress of {}", project.title), posted).map(|_| ())
    }

    fn disclose(&self, at: usize) -> Result<(), DemoFault> {
        let (app, now, project, id) = (self.way.app, self.now(), &self.projects[at], self.standing[at].id);
        let finance = self.cast.staff(&project.recipient, Role::Finance);
        let what = || format!("a disclosure of {}", project.title);
        let figures = doing(what, actions::figures_until(app, finance, id, day_of(now) - 1, now))?;
        let disclosed = doing(what, actions::disclose(app, finance, id, &figures, &NewDisclosure::of(&project.disclosure), &[], now))?;
        // The newest ones wait for the visitor.
        if self.calendar.days_ago(now) > 12 {
            let reviewer = self.cast.staff("operator", Role::Reviewer);
            doing(what, app::projects::disclosure::review(app, reviewer, disclosed, true, "", now))?;
        }
        Ok(())
    }

    fn closing_report(&self, at: usize) -> Result<(), DemoFault> {
        let (app, now, project, id) = (self.way.app, self.now(), &self.projects[at], self.standing[at].id);
        let manager = self.cast.staff(&project.recipient, Role::Manager);
        let words = (project.close_note.as_str(), "完成情况见每次公开的进展和预算执行表。", "剩余善款的处理另行公开。");
        let what = || format!("the closing report of {}", project.title);
        let reached = project.progress.iter().map(|told| told.reached).max().unwrap_or(0);
        let report = doing(what, actions::hand_in_closing_report(app, manager, id, words, reached, now))?;
        let reviewer = self.cast.staff("operator", Role::Reviewer);
        doing(what, actions::judge_closing_report(app, reviewer, report, true, "数字与账目一致。", now))
    }

    /// Asks for whole units of a budget line, as many as the share of what is available pays for.
    fn request(&mut self, at: usize, which: usize) -> Result<(), DemoFault> {
        let (app, now, project, s) = (self.way.app, self.now(), &self.projects[at], &self.projects[at].spending[which]);
        let line = &project.lines[s.line];
        // Only what is rolled up can be paid out; elsewhere that happens twice a second.
        doing(|| "the roll-up".to_owned(), settlement::roll_up(app))?;
        let standing = &self.standing[at];
        let total = app.db.read(|tx| fund::total(tx, standing.id))?;
        let available_fen = total.available_fen();
        let units = units(available_fen, s, line.price_fen, line.quantity - standing.ordered[s.line]);
        if units == 0 {
            return Err(DemoFault::Refused {
                what: format!("{}: {}", project.title, s.description),
                why: format!("{available_fen} fen are not enough"),
            });
        }
        let purpose = format!("{} {units} {}", line.item, line.unit);
        let asked = actions::request_payout(app, self.worker(project), standing.id, units * line.price_fen, &purpose, now);
        let payout = doing(|| format!("a payout of {}", project.title), asked)?;
        self.standing[at].payouts[which] = Some((payout, units));
        self.standing[at].ordered[s.line] += units;
        Ok(())
    }

    fn approve(&self, at: usize, which: usize, role: Role) -> Result<(), DemoFault> {
        let project = &self.projects[at];
        let Some((payout, _)) = self.standing[at].payouts[which] else { return Ok(()) };
        let approved = actions::approve_payout(self.way.app, self.cast.staff(&project.recipient, role), payout, self.now());
        doing(|| format!("an approval for {}", project.title), approved)
    }

    fn spend(&mut self, at: usize, which: usize) -> Result<(), DemoFault> {
        let project = &self.projects[at];
        let Spending { line, description, .. } = &project.spending[which];
        let Some((_, units)) = self.standing[at].payouts[which] else { return Ok(()) };
        self.expenses += 1;
        let now = self.now();
        let expense = NewExpense {
            budget_line_id: self.standing[at].lines[*line],
            quantity: units,
            unit_price_fen: project.lines[*line].price_fen,
            description: description.clone(),
            invoice_number: format!("演示 {:04}", self.expenses),
            spent_day: day_of(now),
        };
        let finance = self.cast.staff(&project.recipient, Role::Finance);
        let recorded = actions::record_expense(self.way.app, finance, self.standing[at].id, &expense, now);
        doing(|| format!("an expense of {}", project.title), recorded).map(|_| ())
    }
}

/// A line of the budget as it is told.
pub fn new_line(told: &text::Line) -> NewLine {
    NewLine {
        item: told.item.clone(),
        english_item: told.english_item.clone(),
        unit: told.unit.clone(),
        quantity: told.quantity,
        unit_price_fen: told.price_fen,
        kind: LineKind::Programme,
    }
}

/// How many units a share of what is available pays for: one at least, if there is money for it.
fn units(available_fen: i64, s: &Spending, price_fen: i64, left: i64) -> i64 {
    let wanted = (available_fen * s.share / 100 / price_fen).max(1);
    wanted.min(available_fen / price_fen).min(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gifts_have_the_distribution_of_the_article() {
        let (people, projects) = (text::People::load(), text::projects());
        let calendar = Calendar::new(1_790_000_000_000_000);
        let windows: Vec<_> = projects.iter().map(|p| calendar.window(p)).collect();
        let donors: Vec<String> = people.donor.iter().map(|d| d.name.clone()).collect();
        let planned = gifts::plan(&projects, &windows, &donors, &people.words, &mut Dice::new(SEED));
        assert_eq!(planned.len(), 300);
        let sum: i64 = planned.iter().map(|g| g.amount_fen).sum();
        let small = planned.iter().filter(|g| g.amount_fen < 1_000).count();
        assert_eq!(planned.iter().map(|g| g.amount_fen).min(), Some(10));
        assert!((4_000..4_300).contains(&(sum / 300)), "the mean is {} fen", sum / 300);
        assert!((150..170).contains(&small), "{small} of 300 are below ten yuan");
        assert!(
            planned.iter().any(|g| g.anonymous)
                && planned.iter().any(|g| g.donor.is_none())
                && planned.iter().any(|g| !g.message.is_empty())
        );
        for gift in &planned {
            let (from, until) = windows[gift.project].unwrap();
            assert!((from..until).contains(&gift.at), "{gift:?}");
        }
    }

    /// What cannot be paid for when the dice fall so, by project and spending.
    fn shortages(seed: u64, now: Micros) -> Vec<String> {
        let (people, projects) = (text::People::load(), text::projects());
        let calendar = Calendar::new(now);
        let windows: Vec<_> = projects.iter().map(|p| calendar.window(p)).collect();
        let donors: Vec<String> = people.donor.iter().map(|d| d.name.clone()).collect();
        let planned = gifts::plan(&projects, &windows, &donors, &people.words, &mut Dice::new(seed));
        let mut available = vec![0; projects.len()];
        let mut ordered: Vec<Vec<i64>> = projects.iter().map(|p| vec![0; p.lines.len()]).collect();
        let mut short = Vec::new();
        for (_, event) in calendar.events(&[], &projects, planned) {
            match event {
                Event::Gift(gift) => available[gift.project] += gift.amount_fen,
                Event::Request(at, which) => {
                    let s = &projects[at].spending[which];
                    let line = &projects[at].lines[s.line];
                    let units = units(available[at], s, line.price_fen, line.quantity - ordered[at][s.line]);
                    available[at] -= units * line.price_fen;
                    ordered[at][s.line] += units;
                    if units == 0 {
                        short.push(format!("{} {which}", projects[at].key));
                    }
                }
                _ => {}
            }
        }
        short
    }

    #[test]
    fn there_is_money_for_everything_that_is_bought() {
        // Whatever the time of day at which the world is built.
        for hour in 0..24 {
            let now = 1_790_000_000_000_000 + hour * app::kernel::HOUR_US;
            let short = shortages(SEED, now);
            assert!(short.is_empty(), "at hour {hour}: {short:?}");
        }
    }

    #[test]
    fn every_project_names_what_exists() {
        let (organisations, projects) = (text::organisations(), text::projects());
        for p in &projects {
            for key in [&p.launcher, &p.recipient, &p.implementer] {
                assert!(organisations.iter().any(|o| o.key == *key), "{}: {key}", p.key);
            }
            assert!(organisations.iter().any(|o| o.key == p.recipient && o.mchid.is_some()), "{}: {} has no account", p.key, p.recipient);
            assert!(p.spending.iter().all(|s| s.line < p.lines.len() && (1..=100).contains(&s.share)), "{}", p.key);
            assert!(Field::from_word(&p.field).is_some(), "{}", p.key);
        }
        let public = projects.iter().filter(|p| !["draft", "submitted", "reviewed"].contains(&p.state.as_str()));
        let fields: std::collections::BTreeSet<_> = public.map(|p| p.field.as_str()).collect();
        assert_eq!(fields.len(), Field::ALL.len());
    }
}
