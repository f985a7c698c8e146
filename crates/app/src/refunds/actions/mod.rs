//! What people do with a case: whoever asks opens it and brings papers; the desks decide (`desk.rs`).

pub mod desk;

use db::{Fault, Tx};

use crate::App;
use crate::files;
use crate::giving;
use crate::kernel::{Actor, DAY_US, Id, Micros, Refusal, Role, Trouble, allow, claims};
use crate::papers;
use crate::people;
use crate::settlement;
use crate::web::parse_id;

use super::model::{Asked, Case, Filed, NewPaper, OpenedBy, Payment, State, Step};
use super::rules;
use super::store::{self, Opening};

pub use desk::{
    approve, ask_channel_again, ask_donor, confirm, decide_appeal, examine, needed, post_found, proceed, refuse, request, scope, try_again,
};

/// What a case is called where people take it up.
pub const THING: &str = "refund";

/// The ids of one action, made before its transaction.
pub(super) struct Made {
    steps: [Id; 3],
    pub notice: Id,
    pub refund: Id,
    pub transfer: Id,
    pub entry: Id,
    pub job: Id,
    pub papers: papers::Ids,
    now: Micros,
}

impl Made {
    pub fn new(app: &App, now: Micros) -> Made {
        let id = || app.ids.next(now);
        Made {
            steps: [id(), id(), id()],
            notice: id(),
            refund: id(),
            transfer: id(),
            entry: id(),
            job: id(),
            papers: papers::Ids::new(app),
            now,
        }
    }

    /// Writes a line of the story; `nth` counts the lines of one action. What is told is for the donor's eyes too.
    pub fn step(&self, tx: &mut Tx, nth: usize, case_id: Id, (step, person_id): (&str, Id), note: &str, told: bool) -> Result<(), Fault> {
        let line = Step { step: step.to_owned(), person_id, note: note.to_owned(), told, at: self.now };
        store::add_step(tx, self.steps[nth], case_id, &line)
    }

    /// Tells the donor, where the donor has an account.
    pub fn tell(&self, tx: &mut Tx, app: &App, case: &Case, message: &'static str) -> Result<(), Fault> {
        if case.donor_id == 0 {
            return Ok(());
        }
        let amount = money::Fen(case.amount_fen).to_string();
        let link = donors_page(app, case);
        people::notify(tx, self.notice, case.donor_id, message, &[("amount", &amount)], &link, self.now)
    }
}

/// Where the donor reads about a case: beside the gift, or on the page of the wish whose payment did not fit.
pub fn donors_page(app: &App, case: &Case) -> String {
    match case.gift_id {
        0 => giving::gift_path(app, parse_id(&case.out_trade_no).unwrap_or(0)),
        gift_id => format!("{}/refund", giving::gift_path(app, gift_id)),
    }
}

/// The donor asks, or whoever holds the gift's address.
pub fn open_for_donor(app: &App, actor: &Actor, gift_id: Id, asked: &Asked, now: Micros) -> Result<Id, Trouble> {
    open(app, OpenedBy::Donor, actor.person_id().unwrap_or(0), asked, now, |tx| {
        // A link may be in the wrong hands; what it can cause is small.
        if !allow(tx, &format!("refund gift {gift_id}"), DAY_US, 10, now)? {
            return Err(Refusal::too_many().into());
        }
        Ok(store::payment_of_gift(tx, gift_id)?.ok_or_else(Refusal::not_found)?)
    })
}

/// The charity opens a case for one of its gifts.
pub fn open_for_charity(app: &App, actor: &Actor, gift_id: Id, asked: &Asked, now: Micros) -> Result<Id, Trouble> {
    let person_id = actor.person_id().ok_or_else(Refusal::forbidden)?;
    open(app, OpenedBy::Charity, person_id, asked, now, |tx| {
        let payment = store::payment_of_gift(tx, gift_id)?.filter(|p| actor.holds(p.organisation_id, &[Role::Manager]));
        Ok(payment.ok_or_else(|| Refusal::input("gift", "refusal-refunds-gift"))?)
    })
}

/// The operator gives back what was held: the held confirmation is closed by the case.
pub fn open_for_held(app: &App, actor: &Actor, held_id: Id, asked: &Asked, now: Micros) -> Result<Id, Trouble> {
    let person_id = actor.person_id().ok_or_else(Refusal::forbidden)?;
    open(app, OpenedBy::Operator, person_id, asked, now, |tx| {
        let payment = store::payment_of_held(tx, held_id)?.ok_or_else(|| Refusal::conflict("refusal-refunds-held"))?;
        claims::decide(tx, "held", held_id, person_id, now)?;
        Ok(payment)
    })
}

fn open(
    app: &App,
    opened_by: OpenedBy,
    person_id: Id,
    asked: &Asked,
    now: Micros,
    mut payment: impl FnMut(&mut Tx) -> Result<Payment, Trouble>,
) -> Result<Id, Trouble> {
    let (id, made) = (app.ids.next(now), Made::new(app, now));
    let asked = Asked { statement: asked.statement.trim().to_owned(), ..asked.clone() };
    app.db.write(|tx| {
        let payment = payment(tx)?;
        rules::open(&payment, &asked, opened_by, now)?;
        if !store::claim(tx, &payment.transaction_id, payment.total_fen, asked.amount_fen)? {
            let left = store::unclaimed(tx, &payment.transaction_id, payment.total_fen)?;
            return Err(Refusal::input("amount", "refusal-refunds-claimed").with("left", money::Fen(left)).into());
        }
        if payment.held_id != 0 && !settlement::resolve_held(tx, payment.held_id, person_id, &format!("refund {id}"), now)? {
            return Err(Refusal::conflict("refusal-refunds-held").into());
        }
        let (answer_due_at, done_due_at) = store::clocks(tx)?.due(now);
        let opening = Opening { id, opened_by, person_id, state: State::Applied, now, answer_due_at, done_due_at };
        store::insert(tx, &payment, &asked, &opening)?;
        made.step(tx, 0, id, (&format!("opened-{}", opened_by.word()), person_id), "", true)?;
        let case = store::find(tx, id)?.ok_or_else(|| Fault::inconsistent("a case is gone that was just opened"))?;
        if opened_by == OpenedBy::Charity {
            made.tell(tx, app, &case, "notice-refund-opened")?;
        }
        Ok(id)
    })
}

/// The donor's case: whoever holds the gift's address.
pub fn donors_case(tx: &mut Tx, gift_id: Id, case_id: Id) -> Result<Case, Trouble> {
    let case = store::find(tx, case_id)?.filter(|c| c.gift_id == gift_id && gift_id != 0);
    Ok(case.ok_or_else(Refusal::not_found)?)
}

/// Adds a paper while the case is open. Whoever loads the case has seen to it that the person may.
pub fn add_paper(app: &App, case_id: Id, person_id: Id, by_donor: bool, paper: &NewPaper, now: Micros) -> Result<(), Trouble> {
    let (file_id, made) = (app.ids.next(now), Made::new(app, now));
    app.db.write(|tx| {
        let case = store::find(tx, case_id)?.ok_or_else(Refusal::not_found)?;
        if case.state.is_over() {
            return Err(rules::moved_on().into());
        }
        if store::papers(tx, case_id)?.len() >= rules::MOST_PAPERS {
            return Err(Refusal::input("file", "refusal-refunds-many-papers").with("most", rules::MOST_PAPERS).into());
        }
        files::keep(tx, file_id, &paper.file, case.organisation_id, person_id, now)?;
        store::add_paper(tx, case_id, &Filed { file_id, paper: paper.paper, by_donor }, now)?;
        Ok(made.step(tx, 0, case_id, (&format!("paper-{}", paper.paper.word()), person_id), "", true)?)
    })
}

/// The donor thinks better of it.
pub fn withdraw(app: &App, actor: &Actor, gift_id: Id, case_id: Id, now: Micros) -> Result<(), Trouble> {
    let made = Made::new(app, now);
    app.db.write(|tx| {
        let case = donors_case(tx, gift_id, case_id)?;
        rules::withdraw(&case)?;
        if case.opened_by != OpenedBy::Donor {
            return Err(Refusal::conflict("refusal-refunds-not-yours").into());
        }
        if !store::end(tx, case_id, case.state, State::Withdrawn, "", now)? {
            return Err(rules::moved_on().into());
        }
        store::let_go(tx, &case.transaction_id, case.amount_fen)?;
        Ok(made.step(tx, 0, case_id, ("withdrawn", actor.person_id().unwrap_or(0)), "", true)?)
    })
}

/// The donor asks the operator to look at a refusal again.
pub fn appeal(app: &App, actor: &Actor, gift_id: Id, case_id: Id, text: &str, now: Micros) -> Result<(), Trouble> {
    let (text, made) = (rules::note(text, "appeal")?, Made::new(app, now));
    app.db.write(|tx| {
        let case = donors_case(tx, gift_id, case_id)?;
        rules::appeal(&case, now)?;
        if !store::appeal(tx, case_id, &text)? {
            return Err(rules::moved_on().into());
        }
        Ok(made.step(tx, 0, case_id, ("appealed", actor.person_id().unwrap_or(0)), "", true)?)
    })
}
