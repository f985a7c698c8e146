//! What follows from decisions about projects: donors are told in slices, announced changes take effect on their day.

use crate::App;
use crate::jobs::{self, Chore, JobKind};
use crate::kernel::{Id, MINUTE_US, Refusal, Trouble};
use crate::people;

use super::model::{NoticeKind, ProjectNotice};
use super::{actions, fund, store};

/// Payload: the notice's id, a colon, and the gift after which this slice begins.
pub const TELL_DONORS: &str = "tell project donors";
/// Gifts that one slice looks at.
const SLICE: i64 = 500;

pub fn jobs() -> Vec<JobKind> {
    vec![JobKind { kind: TELL_DONORS, run: tell_donors }]
}

pub fn chores() -> Vec<Chore> {
    vec![
        Chore { name: "announced changes take effect", every: 10 * MINUTE_US, run: settle },
        Chore { name: "announced redirections are posted", every: 10 * MINUTE_US, run: pass_on },
    ]
}

fn settle(app: &App) -> Result<(), Trouble> {
    actions::settle_changes(app)
}

fn pass_on(app: &App) -> Result<(), Trouble> {
    actions::settle_redirects(app)
}

/// Tells the donors of one slice and enqueues the next. Whoever was told is marked, so that running twice tells nobody twice.
/// Guests cannot be told here; for them the notice stands on the project's page and on the page of their gift.
fn tell_donors(app: &App, payload: &str) -> Result<(), Trouble> {
    let parsed = payload.split_once(':').and_then(|(notice, after)| Some((notice.parse::<Id>().ok()?, after.parse::<Id>().ok()?)));
    let (notice_id, after) = parsed.ok_or_else(|| Refusal::new(500, "refusal-our-fault"))?;
    let now = app.clock.now();
    let (notice, title, gifts) = app.db.read(|tx| {
        let notice = store::notice(tx, notice_id)?.ok_or_else(Refusal::not_found)?;
        let project = store::find(tx, notice.project_id)?;
        let mut gifts = store::donors_after(tx, notice.project_id, after, SLICE)?;
        if i64::try_from(gifts.len()).unwrap_or(SLICE) < SLICE {
            // The last slice: gifts that have no place in the stream yet belong to it.
            for gift in fund::waiting_gifts(tx)?.into_iter().filter(|g| g.project_id == notice.project_id) {
                let donor_id = store::donor_of(tx, gift.gift_id)?;
                gifts.push((0, donor_id));
            }
        }
        Ok::<_, Trouble>((notice, project.title, gifts))
    })?;
    let mut donors: Vec<Id> = gifts.iter().map(|(_, donor)| *donor).filter(|donor| *donor != 0).collect();
    donors.sort_unstable();
    donors.dedup();
    let donors: Vec<(Id, Id)> = donors.into_iter().map(|donor| (donor, app.new_id())).collect();
    let listed = gifts.iter().filter(|(gift, _)| *gift != 0).count();
    let last = gifts.iter().map(|(gift, _)| *gift).max().unwrap_or(0);
    let next_id = app.new_id();
    app.db.write(|tx| {
        for (donor, message_id) in &donors {
            tell(tx, &notice, &title, *donor, *message_id, now)?;
        }
        if i64::try_from(listed).unwrap_or(0) >= SLICE {
            jobs::enqueue(tx, next_id, TELL_DONORS, &format!("{notice_id}:{last}"), now)?;
        }
        Ok::<_, Trouble>(())
    })
}

fn tell(tx: &mut db::Tx, notice: &ProjectNotice, title: &str, donor: Id, message_id: Id, now: i64) -> Result<(), Trouble> {
    if people::exists(tx, donor)? && store::mark_told(tx, notice.id, donor)? {
        let kind: NoticeKind = notice.kind;
        people::notify(tx, message_id, donor, kind.notice(), &[("title", title)], &notice.link, now)?;
    }
    Ok(())
}
