//! The statements about gifts outside the channel. That two people act, and that one bank reference is one gift, stands in them.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Id, Micros};

use super::model::{DonorGift, Hand, Kind, OfflineGift, Things};

/// Of one of these organisations.
pub fn find(tx: &mut Tx, id: Id, scope: &[Id]) -> Result<Option<OfflineGift>, Fault> {
    let row = tx.query_opt(
        sql("SELECT offline_gift.*, project.title, undone.settled_at AS undone_at FROM offline_gift JOIN project ON project.id = offline_gift.project_id \
             LEFT JOIN transfer AS undone ON undone.code = 6 AND undone.about_id = offline_gift.id WHERE offline_gift.id = ?1"),
        params![id],
    )?;
    let gift = row.as_ref().map(OfflineGift::from_row).transpose()?;
    Ok(gift.filter(|g| scope.contains(&g.organisation_id)))
}

/// Of these organisations, newest first.
pub fn list(tx: &mut Tx, scope: &[Id], limit: i64) -> Result<Vec<OfflineGift>, Fault> {
    let mut gifts = Vec::new();
    for organisation_id in scope {
        let rows = tx.query(
            sql("SELECT offline_gift.*, project.title, undone.settled_at AS undone_at FROM offline_gift JOIN project ON project.id = offline_gift.project_id \
                 LEFT JOIN transfer AS undone ON undone.code = 6 AND undone.about_id = offline_gift.id \
                 WHERE offline_gift.organisation_id = ?1 ORDER BY offline_gift.id DESC LIMIT ?2"),
            params![*organisation_id, limit],
        )?;
        for row in &rows {
            gifts.push(OfflineGift::from_row(row)?);
        }
    }
    Ok(gifts)
}

/// False: this number at the bank is a gift already.
pub fn insert(tx: &mut Tx, g: &OfflineGift) -> Result<bool, Fault> {
    let inserted = tx.execute(
        sql("INSERT INTO offline_gift (id, organisation_id, project_id, kind, amount_fen, received_day, payer, anonymous, donor_id, bank_reference, file_id, \
             state, entered_by, entered_at, answer) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'entered', ?12, ?13, '' \
             WHERE NOT EXISTS (SELECT 1 FROM offline_gift WHERE organisation_id = ?2 AND kind = ?4 AND bank_reference = ?10 AND state <> 'refused')"),
        params![
            g.id,
            g.organisation_id,
            g.project_id,
            g.kind.word(),
            g.amount_fen,
            g.received_day,
            &g.payer,
            g.anonymous,
            g.donor_id,
            &g.bank_reference,
            g.file_id,
            g.entered.person_id,
            g.entered.at
        ],
    )?;
    Ok(inserted == 1)
}

/// A yes or a no by another person than the one who entered it. False: it was decided meanwhile, or entered by them.
pub fn decide(tx: &mut Tx, id: Id, state: &'static str, hand: Hand, answer: &str) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE offline_gift SET state = ?2, decided_by = ?3, decided_at = ?4, answer = ?5 WHERE id = ?1 AND state = 'entered' AND entered_by <> ?3"),
        params![id, state, hand.person_id, hand.at, answer],
    )?;
    Ok(changed == 1)
}

/// Signs a gift, or makes it anonymous: the donor's own decision, at any time.
pub fn sign(tx: &mut Tx, id: Id, donor_id: Id, anonymous: bool) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE offline_gift SET anonymous = ?3 WHERE id = ?1 AND donor_id = ?2 AND donor_id <> 0"),
        params![id, donor_id, anonymous],
    )?;
    Ok(changed == 1)
}

fn donor_gift(row: &Row) -> Result<DonorGift, Fault> {
    let kind = row.text("kind")?;
    Ok(DonorGift {
        id: row.int("id")?,
        project_id: row.int("project_id")?,
        project_title: row.text("title")?,
        project_english_title: row.text("english_title")?,
        recipient_name: row.text("recipient")?,
        recipient_english_name: row.text("english_recipient")?,
        kind: Kind::from_word(&kind).ok_or_else(|| Fault::inconsistent(format!("an offline gift came by {kind}")))?,
        amount_fen: row.int("amount_fen")?,
        received_day: row.int("received_day")?,
        confirmed_at: row.opt_int("decided_at")?.unwrap_or(0),
        name: row.text("payer")?,
        anonymous: row.bool("anonymous")?,
        position: row.int("position")?,
        before_fen: row.int("before_fen")?,
        undone: row.opt_int("undone_at")?.is_some(),
    })
}

pub fn gifts_of(tx: &mut Tx, donor_id: Id, from: Micros, until: Micros) -> Result<Vec<DonorGift>, Fault> {
    let rows = tx.query(
        sql("SELECT offline_gift.*, project.title, project.english_title, organisation.name AS recipient, organisation.english_name AS english_recipient, \
             project_gift.position, project_gift.before_fen, undone.settled_at AS undone_at FROM offline_gift \
             JOIN project ON project.id = offline_gift.project_id JOIN organisation ON organisation.id = offline_gift.organisation_id \
             JOIN project_gift ON project_gift.project_id = offline_gift.project_id AND project_gift.gift_id = offline_gift.id \
             LEFT JOIN transfer AS undone ON undone.code = 6 AND undone.about_id = offline_gift.id \
             WHERE offline_gift.donor_id = ?1 AND offline_gift.donor_id <> 0 AND offline_gift.state = 'confirmed' \
             AND offline_gift.received_day >= ?2 AND offline_gift.received_day < ?3 ORDER BY offline_gift.received_day DESC, offline_gift.id DESC LIMIT 500"),
        params![donor_id, day_of(from), day_of(until)],
    )?;
    rows.iter().map(donor_gift).collect()
}

pub fn gift_of(tx: &mut Tx, donor_id: Id, id: Id) -> Result<Option<DonorGift>, Fault> {
    let row = tx.query_opt(
        sql("SELECT offline_gift.*, project.title, project.english_title, organisation.name AS recipient, organisation.english_name AS english_recipient, \
             project_gift.position, project_gift.before_fen, undone.settled_at AS undone_at FROM offline_gift \
             JOIN project ON project.id = offline_gift.project_id JOIN organisation ON organisation.id = offline_gift.organisation_id \
             JOIN project_gift ON project_gift.project_id = offline_gift.project_id AND project_gift.gift_id = offline_gift.id \
             LEFT JOIN transfer AS undone ON undone.code = 6 AND undone.about_id = offline_gift.id \
             WHERE offline_gift.id = ?1 AND offline_gift.donor_id = ?2 AND offline_gift.donor_id <> 0 AND offline_gift.state = 'confirmed'"),
        params![id, donor_id],
    )?;
    row.as_ref().map(donor_gift).transpose()
}

/// What was entered and waits for the second person.
pub struct Entered {
    pub thing: &'static str,
    /// Its part of the address.
    pub path: &'static str,
    pub id: Id,
    pub title: String,
    pub since: Micros,
}

/// Of an organisation, gifts before things, each oldest first.
pub fn waiting(tx: &mut Tx, organisation_id: Id, limit: i64) -> Result<Vec<Entered>, Fault> {
    let mut waiting = Vec::new();
    for row in tx.query(
        sql("SELECT id, payer, entered_at FROM offline_gift WHERE organisation_id = ?1 AND state = 'entered' ORDER BY id LIMIT ?2"),
        params![organisation_id, limit],
    )? {
        let (id, title, since) = (row.int("id")?, row.text("payer")?, row.int("entered_at")?);
        waiting.push(Entered { thing: "offline_gift", path: "gifts", id, title, since });
    }
    for row in tx.query(
        sql("SELECT id, item, entered_at FROM offline_things WHERE organisation_id = ?1 AND state = 'entered' ORDER BY id LIMIT ?2"),
        params![organisation_id, limit],
    )? {
        let (id, title, since) = (row.int("id")?, row.text("item")?, row.int("entered_at")?);
        waiting.push(Entered { thing: "offline_things", path: "things", id, title, since });
    }
    Ok(waiting)
}

/// What is confirmed stands in the books with the same amount, and nothing else does.
pub fn check(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    let rows = tx.query(
        sql("SELECT offline_gift.id FROM offline_gift LEFT JOIN transfer ON transfer.code = 7 AND transfer.fact_id = offline_gift.id \
             WHERE (offline_gift.state = 'confirmed') <> (transfer.id IS NOT NULL) OR transfer.amount_fen <> offline_gift.amount_fen \
             OR transfer.debit_owner <> offline_gift.organisation_id OR transfer.credit_owner <> offline_gift.project_id ORDER BY offline_gift.id LIMIT 100"),
        params![],
    )?;
    rows.iter().map(|row| Ok(format!("offline gift {} does not stand in the books as it was confirmed", row.int("id")?))).collect()
}

// Things.

pub fn find_things(tx: &mut Tx, id: Id, scope: &[Id]) -> Result<Option<Things>, Fault> {
    let row = tx.query_opt(
        sql("SELECT offline_things.*, project.title FROM offline_things JOIN project ON project.id = offline_things.project_id WHERE offline_things.id = ?1"),
        params![id],
    )?;
    let things = row.as_ref().map(Things::from_row).transpose()?;
    Ok(things.filter(|t| scope.contains(&t.organisation_id)))
}

pub fn list_things(tx: &mut Tx, scope: &[Id], limit: i64) -> Result<Vec<Things>, Fault> {
    let mut all = Vec::new();
    for organisation_id in scope {
        let rows = tx.query(
            sql("SELECT offline_things.*, project.title FROM offline_things JOIN project ON project.id = offline_things.project_id \
                 WHERE offline_things.organisation_id = ?1 ORDER BY offline_things.id DESC LIMIT ?2"),
            params![*organisation_id, limit],
        )?;
        for row in &rows {
            all.push(Things::from_row(row)?);
        }
    }
    Ok(all)
}

pub fn insert_things(tx: &mut Tx, t: &Things) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO offline_things (id, organisation_id, project_id, item, quantity, unit, valuation_fen, basis, received_day, payer, anonymous, file_id, \
             state, entered_by, entered_at, answer, handed_to) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'entered', ?13, ?14, '', '')"),
        params![
            t.id,
            t.organisation_id,
            t.project_id,
            &t.item,
            t.quantity,
            &t.unit,
            t.valuation_fen,
            &t.basis,
            t.received_day,
            &t.payer,
            t.anonymous,
            t.file_id,
            t.entered.person_id,
            t.entered.at
        ],
    )
}

pub fn decide_things(tx: &mut Tx, id: Id, state: &'static str, hand: Hand, answer: &str) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE offline_things SET state = ?2, decided_by = ?3, decided_at = ?4, answer = ?5 WHERE id = ?1 AND state = 'entered' AND entered_by <> ?3"),
        params![id, state, hand.person_id, hand.at, answer],
    )?;
    Ok(changed == 1)
}

pub fn hand_over(tx: &mut Tx, id: Id, hand: Hand, day: Day, to: &str) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE offline_things SET state = 'handed_over', handed_by = ?2, handed_at = ?3, handed_day = ?4, handed_to = ?5 WHERE id = ?1 AND state = 'received'"),
        params![id, hand.person_id, hand.at, day, to],
    )?;
    Ok(changed == 1)
}

// References and bank accounts.

pub fn reference(tx: &mut Tx, person_id: Id) -> Result<Option<String>, Fault> {
    let row = tx.query_opt(sql("SELECT reference FROM transfer_reference WHERE person_id = ?1"), params![person_id])?;
    row.map(|row| row.text("reference")).transpose()
}

pub fn person_of(tx: &mut Tx, reference: &str) -> Result<Option<Id>, Fault> {
    let row = tx.query_opt(sql("SELECT person_id FROM transfer_reference WHERE reference = ?1"), params![reference])?;
    row.map(|row| row.int("person_id")).transpose()
}

/// False: another person has it, or this one has another.
pub fn insert_reference(tx: &mut Tx, person_id: Id, reference: &str, now: Micros) -> Result<bool, Fault> {
    let inserted = tx.execute(
        sql("INSERT INTO transfer_reference (person_id, reference, made_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"),
        params![person_id, reference, now],
    )?;
    Ok(inserted == 1)
}

/// A charity's bank account, and the charity.
pub struct Account {
    pub id: Id,
    pub organisation_id: Id,
    pub organisation: String,
    pub english_organisation: String,
    pub name: String,
    pub bank: String,
    pub number: String,
    pub entered_by: Id,
    pub confirmed: bool,
}

fn account(row: &Row) -> Result<Account, Fault> {
    Ok(Account {
        id: row.int("id")?,
        organisation_id: row.int("organisation_id")?,
        organisation: row.text("organisation")?,
        english_organisation: row.text("english_organisation")?,
        name: row.text("name")?,
        bank: row.text("bank")?,
        number: row.text("number")?,
        entered_by: row.int("entered_by")?,
        confirmed: row.opt_int("confirmed_by")?.is_some(),
    })
}

/// The newest confirmed account of every charity that has a public project.
pub fn accounts(tx: &mut Tx) -> Result<Vec<Account>, Fault> {
    let rows = tx.query(
        sql("SELECT bank_account.*, organisation.name AS organisation, organisation.english_name AS english_organisation FROM bank_account \
             JOIN organisation ON organisation.id = bank_account.organisation_id \
             WHERE bank_account.id = (SELECT MAX(newest.id) FROM bank_account AS newest WHERE newest.organisation_id = bank_account.organisation_id \
                                      AND newest.confirmed_by IS NOT NULL) \
             AND EXISTS (SELECT 1 FROM project WHERE project.recipient_id = bank_account.organisation_id AND project.state IN ('published', 'fundraising_ended', 'executing')) \
             ORDER BY organisation.name LIMIT 200"),
        params![],
    )?;
    rows.iter().map(account).collect()
}

/// An organisation's newest accounts, the newest first: the one that holds and the one that waits for a second person.
pub fn accounts_of(tx: &mut Tx, organisation_id: Id) -> Result<Vec<Account>, Fault> {
    let rows = tx.query(
        sql("SELECT bank_account.*, organisation.name AS organisation, organisation.english_name AS english_organisation FROM bank_account \
             JOIN organisation ON organisation.id = bank_account.organisation_id WHERE bank_account.organisation_id = ?1 ORDER BY bank_account.id DESC LIMIT 5"),
        params![organisation_id],
    )?;
    rows.iter().map(account).collect()
}

pub fn insert_account(tx: &mut Tx, a: &Account, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO bank_account (id, organisation_id, name, bank, number, entered_by, entered_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
        params![a.id, a.organisation_id, &a.name, &a.bank, &a.number, a.entered_by, now],
    )
}

pub fn confirm_account(tx: &mut Tx, id: Id, organisation_id: Id, person_id: Id, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE bank_account SET confirmed_by = ?3, confirmed_at = ?4 WHERE id = ?1 AND organisation_id = ?2 AND confirmed_by IS NULL AND entered_by <> ?3"),
        params![id, organisation_id, person_id, now],
    )?;
    Ok(changed == 1)
}

/// The projects for which these organisations receive gifts and which go on: id and title.
pub fn open_projects(tx: &mut Tx, scope: &[Id]) -> Result<Vec<(Id, String)>, Fault> {
    let mut projects = Vec::new();
    for organisation_id in scope {
        for row in tx.query(
            sql("SELECT id, title FROM project WHERE recipient_id = ?1 AND state IN ('published', 'fundraising_ended', 'executing') ORDER BY id DESC LIMIT 500"),
            params![*organisation_id],
        )? {
            projects.push((row.int("id")?, row.text("title")?));
        }
    }
    Ok(projects)
}
