//! Writing a project down.

use crate::App;
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble};

use super::super::model::{Draft, State};
use super::super::store::DraftIds;
use super::super::{rules, store};
use super::{changed_meanwhile, load, seated};

/// Writes a new draft in version 1, by a manager of its launcher or recipient.
pub fn draft(app: &App, actor: &Actor, draft: &Draft, now: Micros) -> Result<Id, Trouble> {
    let draft = checked(actor, draft)?;
    let person_id = actor.person_id().ok_or_else(Refusal::forbidden)?;
    let (id, ids) = (app.new_id(), ids(app, &draft));
    app.db
        .write(|tx| {
            store::check_parties(tx, &draft)?;
            Ok(store::insert(tx, id, &draft, &ids, person_id, now)?)
        })
        .map(|()| id)
}

/// Rewrites a draft that was seen in `version`, and says its new version.
pub fn save(app: &App, actor: &Actor, id: Id, version: i64, draft: &Draft) -> Result<i64, Trouble> {
    let draft = checked(actor, draft)?;
    let ids = ids(app, &draft);
    app.db.write(|tx| {
        let project = load(tx, actor, id)?;
        seated(actor, &[project.launcher_id, project.recipient_id], &[Role::Manager])?;
        if project.state != State::Draft {
            return Err(Refusal::conflict("refusal-project-other-state").into());
        }
        store::check_parties(tx, &draft)?;
        if !store::rewrite(tx, id, version, &draft, &ids)? {
            return Err(changed_meanwhile().into());
        }
        Ok(version + 1)
    })
}

/// The tidied draft, if it can be saved and the actor manages one of the organisations that answer for it.
fn checked(actor: &Actor, draft: &Draft) -> Result<Draft, Trouble> {
    let draft = rules::cleaned(draft);
    seated(actor, &[draft.launcher_id, draft.recipient_id], &[Role::Manager])?;
    match rules::unsaveable(&draft).into_iter().next() {
        Some(fault) => Err(fault.into()),
        None => Ok(draft),
    }
}

fn ids(app: &App, draft: &Draft) -> DraftIds {
    DraftIds { lines: draft.lines.iter().map(|_| app.new_id()).collect() }
}
