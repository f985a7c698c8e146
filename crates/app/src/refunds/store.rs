//! The rows of refund cases. Whoever asks for a case at a desk names the organisations they sit for, so a forgotten check finds nothing.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::civil::rfc3339;
use crate::kernel::{Id, Micros, Refusal, WAITING_SHOWN};
use crate::web::parse_id;

use super::model::{Asked, Case, Confirmed, Filed, OpenedBy, Paper, Party, Payment, State, Step};
use super::rules::{self, Clocks};

fn case(row: &Row) -> Result<Case, Fault> {
    Case::from_row(row)
}

/// How long a charity may take.
pub fn clocks(tx: &mut Tx) -> Result<Clocks, Fault> {
    Ok(Clocks { answer_workdays: rules::ANSWER_WORKDAYS.get(tx)?, done_days: rules::DONE_DAYS.get(tx)? })
}

/// A case for jobs, chores and the operator, who may see them all.
pub fn find(tx: &mut Tx, id: Id) -> Result<Option<Case>, Fault> {
    tx.query_opt(sql("SELECT * FROM refund_case WHERE id = ?1"), params![id])?.as_ref().map(case).transpose()
}

/// A case as a desk may see it: the recipient charity's, or an implementer's of its project.
pub fn find_for(tx: &mut Tx, id: Id, scope: &[Id]) -> Result<Option<Case>, Fault> {
    for organisation_id in scope {
        let row = tx.query_opt(
            sql("SELECT refund_case.* FROM refund_case LEFT JOIN project ON project.id = refund_case.project_id \
                 WHERE refund_case.id = ?1 AND (refund_case.organisation_id = ?2 OR project.implementer_id = ?2)"),
            params![id, *organisation_id],
        )?;
        if let Some(row) = row {
            return case(&row).map(Some);
        }
    }
    Ok(None)
}

pub fn of_gift(tx: &mut Tx, gift_id: Id) -> Result<Vec<Case>, Fault> {
    tx.query(sql("SELECT * FROM refund_case WHERE gift_id = ?1 AND gift_id <> 0 ORDER BY id"), params![gift_id])?.iter().map(case).collect()
}

pub fn of_donor(tx: &mut Tx, donor_id: Id) -> Result<Vec<Case>, Fault> {
    tx.query(sql("SELECT * FROM refund_case WHERE donor_id = ?1 AND donor_id <> 0 ORDER BY id DESC LIMIT 200"), params![donor_id])?
        .iter()
        .map(case)
        .collect()
}

/// A case with what a list says beside it.
pub struct Listed {
    pub case: Case,
    /// Empty: the payment belongs to no project.
    pub project: String,
    pub charity: String,
}

fn listed(row: &Row) -> Result<Listed, Fault> {
    Ok(Listed { case: Case::from_row(row)?, project: row.opt_text("title")?.unwrap_or_default(), charity: row.text("name")? })
}

/// The cases of an organisation's desk: open ones first, the oldest first; then those that are over, the newest first.
pub fn at_desk(tx: &mut Tx, organisation_id: Id, gift_id: Id, limit: i64, offset: i64) -> Result<Vec<Listed>, Fault> {
    tx.query(
        sql("SELECT refund_case.*, project.title, organisation.name FROM refund_case JOIN organisation ON organisation.id = refund_case.organisation_id \
             LEFT JOIN project ON project.id = refund_case.project_id \
             WHERE (refund_case.organisation_id = ?1 OR project.implementer_id = ?1) AND (?2 = 0 OR refund_case.gift_id = ?2) \
             ORDER BY CASE WHEN refund_case.ended_at IS NULL THEN 0 ELSE 1 END, CASE WHEN refund_case.ended_at IS NULL THEN refund_case.id ELSE 0 - refund_case.id END \
             LIMIT ?3 OFFSET ?4"),
        params![organisation_id, gift_id, limit, offset],
    )?
    .iter()
    .map(listed)
    .collect()
}

/// The same for the operator: every charity's.
pub fn for_operator(tx: &mut Tx, limit: i64, offset: i64) -> Result<Vec<Listed>, Fault> {
    tx.query(
        sql("SELECT refund_case.*, project.title, organisation.name FROM refund_case JOIN organisation ON organisation.id = refund_case.organisation_id \
             LEFT JOIN project ON project.id = refund_case.project_id \
             ORDER BY CASE WHEN refund_case.ended_at IS NULL THEN 0 ELSE 1 END, CASE WHEN refund_case.ended_at IS NULL THEN refund_case.id ELSE 0 - refund_case.id END \
             LIMIT ?1 OFFSET ?2"),
        params![limit, offset],
    )?
    .iter()
    .map(listed)
    .collect()
}

/// Cases in which a desk has something to do. Those that are with the channel, or with the donor's appeal, wait for others.
pub fn open_at_desks(tx: &mut Tx, organisation_ids: &[Id]) -> Result<Vec<Case>, Fault> {
    let mut open = Vec::new();
    for organisation_id in organisation_ids {
        let rows = tx.query(
            sql("SELECT refund_case.* FROM refund_case LEFT JOIN project ON project.id = refund_case.project_id \
                 WHERE (refund_case.organisation_id = ?1 AND refund_case.state IN ('applied', 'examined', 'requested', 'approved_once', 'approved', 'stuck', 'found')) \
                    OR (project.implementer_id = ?1 AND refund_case.state = 'examined' \
                        AND NOT EXISTS (SELECT 1 FROM refund_confirmation WHERE refund_confirmation.case_id = refund_case.id AND refund_confirmation.party = 'implementer')) \
                 ORDER BY refund_case.id LIMIT ?2"),
            params![*organisation_id, WAITING_SHOWN],
        )?;
        for row in &rows {
            open.push(case(row)?);
        }
    }
    open.sort_by_key(|c| c.id);
    open.dedup_by_key(|c| c.id);
    open.truncate(usize::try_from(WAITING_SHOWN).unwrap_or(usize::MAX));
    Ok(open)
}

/// What waits for the operator: an appeal, its own word where the reason asks for it, and what is late at a charity.
pub fn open_for_operator(tx: &mut Tx, now: Micros) -> Result<Vec<Case>, Fault> {
    tx.query(
        sql("SELECT * FROM refund_case WHERE state = 'appealed' \
                OR (state = 'examined' AND opened_by <> 'operator' AND reason IN ('system_fault', 'stolen_account', 'duplicate') \
                    AND NOT EXISTS (SELECT 1 FROM refund_confirmation WHERE refund_confirmation.case_id = refund_case.id AND refund_confirmation.party = 'operator')) \
                OR (ended_at IS NULL AND done_due_at <= ?1) OR (ended_at IS NULL AND answered_at IS NULL AND answer_due_at <= ?1) \
             ORDER BY id LIMIT ?2"),
        params![now, WAITING_SHOWN],
    )?
    .iter()
    .map(case)
    .collect()
}

/// Cases that two people have agreed to and that are not on their way yet.
pub fn approved(tx: &mut Tx) -> Result<Vec<Id>, Fault> {
    tx.query(sql("SELECT id FROM refund_case WHERE state = 'approved' ORDER BY id LIMIT 500"), params![])?
        .iter()
        .map(|r| r.int("id"))
        .collect()
}

/// The payment of a gift that stands in the books.
pub fn payment_of_gift(tx: &mut Tx, gift_id: Id) -> Result<Option<Payment>, Fault> {
    tx.query_opt(
        sql("SELECT gift.id, gift.project_id, gift.recipient_id, gift.donor_id, gift.transaction_id, gift.paid_at, gift.amount_fen FROM gift WHERE gift.id = ?1"),
        params![gift_id],
    )?
    .map(|row| {
        Ok(Payment {
            organisation_id: row.int("recipient_id")?,
            project_id: row.int("project_id")?,
            gift_id: row.int("id")?,
            donor_id: row.int("donor_id")?,
            held_id: 0,
            out_trade_no: row.int("id")?.to_string(),
            transaction_id: row.text("transaction_id")?,
            paid_at: row.int("paid_at")?,
            total_fen: row.int("amount_fen")?,
        })
    })
    .transpose()
}

/// A held confirmation that nobody has decided about, as a payment; nothing when its account is none of ours.
pub fn payment_of_held(tx: &mut Tx, held_id: Id) -> Result<Option<Payment>, Fault> {
    let row = tx.query_opt(
        sql(
            "SELECT held_notification.id, held_notification.out_trade_no, held_notification.transaction_id, held_notification.amount_fen, \
                    held_notification.paid_at, merchant.organisation_id FROM held_notification \
             JOIN merchant ON merchant.mchid = held_notification.mchid \
             WHERE held_notification.id = ?1 AND held_notification.resolved_at IS NULL AND held_notification.reason <> 'unexpected_refund' \
               AND held_notification.currency = 'CNY' AND held_notification.amount_fen > 0",
        ),
        params![held_id],
    )?;
    row.map(|row| {
        let out_trade_no = row.text("out_trade_no")?;
        Ok(Payment {
            organisation_id: row.int("organisation_id")?,
            project_id: 0,
            gift_id: 0,
            donor_id: wisher(tx, parse_id(&out_trade_no).unwrap_or(0))?,
            held_id: row.int("id")?,
            out_trade_no,
            transaction_id: row.text("transaction_id")?,
            paid_at: row.int("paid_at")?,
            total_fen: row.int("amount_fen")?,
        })
    })
    .transpose()
}

/// Who wished for a gift under this number, if somebody known here did.
fn wisher(tx: &mut Tx, intent_id: Id) -> Result<Id, Fault> {
    let row = tx.query_opt(sql("SELECT donor_id FROM gift_intent WHERE id = ?1"), params![intent_id])?;
    row.map_or(Ok(0), |row| row.int("donor_id"))
}

/// Takes a part of a payment for a case. False: other cases speak of so much of it that this one does not fit, or it has fifty parts.
pub fn claim(tx: &mut Tx, transaction_id: &str, total_fen: i64, amount_fen: i64) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("INSERT INTO refund_claim (transaction_id, total_fen, claimed_fen, parts) VALUES (?1, ?2, ?3, 1) \
             ON CONFLICT (transaction_id) DO UPDATE SET claimed_fen = refund_claim.claimed_fen + excluded.claimed_fen, parts = refund_claim.parts + 1 \
             WHERE refund_claim.claimed_fen + excluded.claimed_fen <= refund_claim.total_fen AND refund_claim.parts < 50"),
        params![transaction_id, total_fen, amount_fen],
    )?;
    Ok(changed == 1)
}

/// Gives the part back: the case is over and the money stays where it is.
pub fn let_go(tx: &mut Tx, transaction_id: &str, amount_fen: i64) -> Result<(), Fault> {
    tx.execute_one(
        sql("UPDATE refund_claim SET claimed_fen = claimed_fen - ?2, parts = parts - 1 WHERE transaction_id = ?1 AND claimed_fen >= ?2"),
        params![transaction_id, amount_fen],
    )
}

/// How much of a payment no case speaks of.
pub fn unclaimed(tx: &mut Tx, transaction_id: &str, total_fen: i64) -> Result<i64, Fault> {
    let row = tx.query_opt(sql("SELECT claimed_fen FROM refund_claim WHERE transaction_id = ?1"), params![transaction_id])?;
    Ok(total_fen - row.map_or(Ok(0), |r| r.int("claimed_fen"))?)
}

/// Who opens a case, when, and until when it should go on.
pub struct Opening {
    pub id: Id,
    pub opened_by: OpenedBy,
    pub person_id: Id,
    pub state: State,
    pub now: Micros,
    pub answer_due_at: Micros,
    pub done_due_at: Micros,
}

pub fn insert(tx: &mut Tx, payment: &Payment, asked: &Asked, opening: &Opening) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO refund_case (id, organisation_id, project_id, gift_id, donor_id, held_id, out_trade_no, transaction_id, paid_at, total_fen, \
                    amount_fen, reason, statement, opened_by, opened_person, opened_at, state, waits_for, answer_due_at, done_due_at, decided_reason, appeal) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, '', ?18, ?19, '', '')"),
        params![
            opening.id,
            payment.organisation_id,
            payment.project_id,
            payment.gift_id,
            payment.donor_id,
            payment.held_id,
            payment.out_trade_no.as_str(),
            payment.transaction_id.as_str(),
            payment.paid_at,
            payment.total_fen,
            asked.amount_fen,
            asked.reason.word(),
            asked.statement.as_str(),
            opening.opened_by.word(),
            opening.person_id,
            opening.now,
            opening.state.word(),
            opening.answer_due_at,
            opening.done_due_at
        ],
    )
}

/// Moves a case on. False: it is not in that state any more.
pub fn advance(tx: &mut Tx, id: Id, from: State, to: State) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE refund_case SET state = ?3, waits_for = '' WHERE id = ?1 AND state = ?2"),
        params![id, from.word(), to.word()],
    )?;
    Ok(changed == 1)
}

/// The same, and the case is over.
pub fn end(tx: &mut Tx, id: Id, from: State, to: State, reason: &str, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE refund_case SET state = ?3, waits_for = '', decided_reason = CASE WHEN ?4 = '' THEN decided_reason ELSE ?4 END, ended_at = ?5, \
             answered_at = COALESCE(answered_at, ?5) WHERE id = ?1 AND state = ?2"),
        params![id, from.word(), to.word(), reason, now],
    )?;
    Ok(changed == 1)
}

/// The charity has answered for the first time.
pub fn answered(tx: &mut Tx, id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(sql("UPDATE refund_case SET answered_at = COALESCE(answered_at, ?2) WHERE id = ?1"), params![id, now])
}

pub fn request(tx: &mut Tx, id: Id, person_id: Id) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE refund_case SET state = 'requested', requested_by = ?2 WHERE id = ?1 AND state = 'examined'"),
        params![id, person_id],
    )?;
    Ok(changed == 1)
}

pub fn first_hand(tx: &mut Tx, id: Id, person_id: Id) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE refund_case SET state = 'approved_once', first_by = ?2 WHERE id = ?1 AND state = 'requested' AND requested_by <> ?2"),
        params![id, person_id],
    )?;
    Ok(changed == 1)
}

pub fn second_hand(tx: &mut Tx, id: Id, person_id: Id) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE refund_case SET state = 'approved', second_by = ?2 WHERE id = ?1 AND state = 'approved_once' AND requested_by <> ?2 AND first_by <> ?2"),
        params![id, person_id],
    )?;
    Ok(changed == 1)
}

/// Notes whether receipts still speak of the case's amount.
pub fn set_off_receipts(tx: &mut Tx, id: Id, off: bool) -> Result<(), Fault> {
    tx.execute_one(sql("UPDATE refund_case SET off_receipts = ?2 WHERE id = ?1"), params![id, off])
}

/// What an approved case waits for. False: it waits for that already, or is not approved any more.
pub fn wait_for(tx: &mut Tx, id: Id, what: &'static str) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE refund_case SET waits_for = ?2 WHERE id = ?1 AND state = 'approved' AND waits_for <> ?2"),
        params![id, what],
    )?;
    Ok(changed == 1)
}

pub fn appeal(tx: &mut Tx, id: Id, text: &str) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE refund_case SET state = 'appealed', appeal = ?2, ended_at = NULL WHERE id = ?1 AND state = 'refused' AND appeal = ''"),
        params![id, text],
    )?;
    Ok(changed == 1)
}

/// Back to the charity after an appeal: the parties' words stand, the hands are asked for anew.
pub fn reopen(tx: &mut Tx, id: Id, (answer_due_at, done_due_at): (Micros, Micros)) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE refund_case SET state = 'examined', requested_by = NULL, first_by = NULL, second_by = NULL, answered_at = NULL, \
             answer_due_at = ?2, done_due_at = ?3 WHERE id = ?1 AND state = 'appealed'"),
        params![id, answer_due_at, done_due_at],
    )?;
    Ok(changed == 1)
}

pub fn add_step(tx: &mut Tx, id: Id, case_id: Id, step: &Step) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO refund_step (id, case_id, step, person_id, note, told, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
        params![id, case_id, step.step.as_str(), step.person_id, step.note.as_str(), step.told, step.at],
    )
}

/// The case's story with the names of who acted; the donor, the channel and the clocks have none.
pub fn steps(tx: &mut Tx, case_id: Id) -> Result<Vec<(Step, String)>, Fault> {
    tx.query(
        sql("SELECT refund_step.step, refund_step.person_id, refund_step.note, refund_step.told, refund_step.at, person.name FROM refund_step \
             LEFT JOIN person ON person.id = refund_step.person_id WHERE refund_step.case_id = ?1 ORDER BY refund_step.id"),
        params![case_id],
    )?
    .iter()
    .map(|row| {
        let step = Step {
            step: row.text("step")?,
            person_id: row.int("person_id")?,
            note: row.text("note")?,
            told: row.bool("told")?,
            at: row.int("at")?,
        };
        Ok((step, row.opt_text("name")?.unwrap_or_default()))
    })
    .collect()
}

pub fn add_paper(tx: &mut Tx, case_id: Id, filed: &Filed, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO refund_paper (file_id, case_id, paper, by_donor, at) VALUES (?1, ?2, ?3, ?4, ?5)"),
        params![filed.file_id, case_id, filed.paper.word(), filed.by_donor, now],
    )
}

pub fn papers(tx: &mut Tx, case_id: Id) -> Result<Vec<Filed>, Fault> {
    tx.query(sql("SELECT file_id, paper, by_donor FROM refund_paper WHERE case_id = ?1 ORDER BY file_id"), params![case_id])?
        .iter()
        .map(|row| {
            let paper = Paper::from_word(&row.text("paper")?).unwrap_or(Paper::Other);
            Ok(Filed { file_id: row.int("file_id")?, paper, by_donor: row.bool("by_donor")? })
        })
        .collect()
}

/// A party's word. False: it has given it.
pub fn confirm(tx: &mut Tx, case_id: Id, confirmed: &Confirmed) -> Result<bool, Fault> {
    let new = tx.execute(
        sql("INSERT INTO refund_confirmation (case_id, party, person_id, note, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (case_id, party) DO NOTHING"),
        params![case_id, confirmed.party.word(), confirmed.person_id, confirmed.note.as_str(), confirmed.at],
    )?;
    Ok(new == 1)
}

pub fn confirmations(tx: &mut Tx, case_id: Id) -> Result<Vec<Confirmed>, Fault> {
    tx.query(sql("SELECT party, person_id, note, at FROM refund_confirmation WHERE case_id = ?1 ORDER BY at, party"), params![case_id])?
        .iter()
        .map(|row| {
            let party = row.text("party")?;
            let party = Party::from_word(&party).ok_or_else(|| Fault::inconsistent(format!("{party} confirmed a refund case")))?;
            Ok(Confirmed { party, person_id: row.int("person_id")?, note: row.text("note")?, at: row.int("at")? })
        })
        .collect()
}

/// The place of a gift in its project's stream, once it has one.
pub fn place_of_gift(tx: &mut Tx, project_id: Id, gift_id: Id) -> Result<Option<i64>, Fault> {
    tx.query_opt(sql("SELECT before_fen FROM project_gift WHERE project_id = ?1 AND gift_id = ?2"), params![project_id, gift_id])?
        .map(|row| row.int("before_fen"))
        .transpose()
}

/// The channel has given back what was closed or refused here: the case is open again until a person has posted it.
pub fn found(tx: &mut Tx, id: Id) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE refund_case SET state = 'found', ended_at = NULL WHERE id = ?1 AND state IN ('stuck', 'refused', 'upheld')"),
        params![id],
    )?;
    Ok(changed == 1)
}

/// Implementer of a project, and whether it is the recipient itself.
pub fn implementer(tx: &mut Tx, project_id: Id) -> Result<Option<(Id, bool)>, Fault> {
    tx.query_opt(sql("SELECT implementer_id, recipient_id FROM project WHERE id = ?1"), params![project_id])?
        .map(|row| {
            let (implementer, recipient) = (row.int("implementer_id")?, row.int("recipient_id")?);
            Ok((implementer, implementer == recipient))
        })
        .transpose()
}

/// A donor's cases as their copy of what is held about them.
pub fn data_of(tx: &mut Tx, person_id: Id) -> Result<serde_json::Value, Fault> {
    let cases = of_donor(tx, person_id)?;
    let one = |case: &Case| {
        serde_json::json!({
            "case": case.id.to_string(), "gift": case.gift_id.to_string(), "amount_fen": case.amount_fen, "reason": case.reason.word(),
            "statement": case.statement, "state": case.state.word(), "appeal": case.appeal, "opened_at": rfc3339(case.opened_at),
        })
    };
    Ok(cases.iter().map(one).collect())
}

/// Somebody is at work for this donor, and must be able to reach them.
pub fn in_the_way(tx: &mut Tx, person_id: Id, _now: Micros) -> Result<Option<Refusal>, Fault> {
    let open = tx
        .query_one(
            sql("SELECT COUNT(*) AS open FROM refund_case WHERE donor_id = ?1 AND donor_id <> 0 AND ended_at IS NULL"),
            params![person_id],
        )?
        .int("open")?;
    Ok((open > 0).then(|| Refusal::conflict("refusal-refunds-open-cases")))
}

/// The donor's words go; what was decided and what was given back stays.
pub fn erase(tx: &mut Tx, person_id: Id, _now: Micros) -> Result<u64, Fault> {
    tx.execute(
        sql("UPDATE refund_case SET donor_id = 0, statement = '', appeal = CASE WHEN appeal = '' THEN '' ELSE '-' END, \
             opened_person = CASE WHEN opened_by = 'donor' THEN 0 ELSE opened_person END WHERE donor_id = ?1 AND donor_id <> 0"),
        params![person_id],
    )
}
