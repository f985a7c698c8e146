//! `/desk/seats`: who sits where, who is invited, handing a seat over, ending one; and the page behind an invitation's link.

use maud::{Markup, html};

use crate::kernel::civil::day_of;
use crate::kernel::{Id, Refusal, Role, Trouble};
use crate::organisations::invitations::{self, Addressee, Invitation, InvitationState, NewInvitation};
use crate::organisations::model::{Organisation, Seat};
use crate::organisations::{actions, store};
use crate::people;
use crate::web::{Answer, Cx, Outcome, PageParts, parse_id, show};

use super::{forms, own, role_words, seat_table};

struct Desk {
    organisation: Organisation,
    seats: Vec<Seat>,
    invitations: Vec<Invitation>,
}

pub fn seats(cx: &Cx) -> Outcome {
    shown(cx, None)
}

/// The page, with a refusal at the organisation whose form it belongs to.
fn shown(cx: &Cx, refused: Option<(Id, &Refusal)>) -> Outcome {
    let ids = cx.organisations_as(&[Role::Manager])?;
    let desks: Vec<Desk> = cx.app.db.read(|tx| {
        let mut desks = Vec::new();
        for id in &ids {
            if let Some(organisation) = store::find(tx, *id)? {
                desks.push(Desk { organisation, seats: store::seats(tx, *id)?, invitations: invitations::list(tx, *id, cx.now)? });
            }
        }
        Ok::<_, db::Fault>(desks)
    })?;
    let title = cx.t("organisation-seats-title");
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &[ui::Link::new(cx.t("nav-desk"), "/desk")], &title))
        (ui::heading(&title, Some(&cx.t("organisation-seats-lead"))))
        @for (at, desk) in desks.iter().enumerate() {
            @let refusal = refused.filter(|(id, _)| *id == desk.organisation.id).map(|(_, refusal)| refusal);
            (one_desk(cx, desk, refusal, at == 0))
        }
    };
    Ok(cx.page_with_status(refused.map_or(200, |(_, r)| r.status), PageParts { title: &title, body, ..PageParts::default() }))
}

fn one_desk(cx: &Cx, desk: &Desk, refusal: Option<&Refusal>, first: bool) -> Markup {
    let base = format!("/desk/organisations/{}", desk.organisation.id);
    let act = |seat: &Seat| {
        html! { div.row {
            (forms::press(cx, format!("{base}/seats/{}/end", seat.id), ui::ButtonKind::Danger, "organisation-end-seat"))
            @if seat.held_at(cx.now) { (forms::press(cx, format!("{base}/seats/{}/recovery", seat.id), ui::ButtonKind::Quiet, "organisation-recover")) }
        } }
    };
    let standing: Vec<(String, String)> = desk
        .seats
        .iter()
        .filter(|s| s.held_at(cx.now))
        .map(|s| {
            let words =
                cx.ta("organisation-invite-place", &[("name", s.name.as_str().into()), ("role", cx.t(role_words(s.role).0).into())]);
            (s.id.to_string(), words)
        })
        .collect();
    ui::section(
        cx.either(&desk.organisation.name, &desk.organisation.english_name),
        None,
        html! {
            (seat_table(cx, &cx.t("organisation-seats-caption"), &desk.seats, Some(&act)))
            p { (cx.t("organisation-recover-note")) }
            @if !desk.invitations.is_empty() { (invitation_table(cx, &base, &desk.invitations)) }
            // Fields have one name each on a page; whoever runs several organisations invites for one at a time.
            @if first || refusal.is_some() {
                (ui::card(Some(&cx.t("organisation-invite-title")), html! {
                    p { (cx.t("organisation-invite-note")) }
                    (forms::invitation_form(cx, format!("{base}/invitations"), desk.organisation.kind, &standing, refusal))
                }))
            }
        },
    )
}

fn invitation_table(cx: &Cx, base: &str, invitations: &[Invitation]) -> Markup {
    let heads = [
        "organisation-invited-who",
        "organisation-seat-role",
        "organisation-seat-from",
        "organisation-invited-until",
        "organisation-state",
        "organisation-seat-end-head",
    ];
    let mut table = ui::Table::new(cx.t("organisation-invited-caption"), heads.map(|key| ui::Column::words(cx.t(key))).to_vec());
    for i in invitations {
        let (tone, key) = match i.state {
            InvitationState::Open => (ui::Tone::Info, "organisation-invited-open"),
            InvitationState::Accepted => (ui::Tone::Good, "organisation-invited-accepted"),
            InvitationState::Withdrawn => (ui::Tone::Plain, "organisation-invited-withdrawn"),
            InvitationState::Expired => (ui::Tone::Plain, "organisation-invited-expired"),
        };
        let who = match i.addressee() {
            who if who.is_empty() => "—".to_owned(),
            who => who,
        };
        let role = if i.recovers { cx.t("organisation-recover") } else { cx.t(role_words(i.role).0) };
        let address = format!("{}{}", cx.app.base_url, invitations::path(&cx.app, i.id));
        let withdraw = html! {
            @if i.state == InvitationState::Open {
                p { (ui::copyable(&cx.t("organisation-invited-link"), &address, &cx.t("organisation-copy"), &cx.t("organisation-copied"))) }
            (forms::press(cx, format!("{base}/invitations/{}/withdrawal", i.id), ui::ButtonKind::Quiet, "organisation-withdraw"))
        } };
        table.row(&[&who, &role, &show::day(day_of(i.starts_at)), &show::instant(i.expires_at), &ui::badge(tone, &cx.t(key)), &withdraw]);
    }
    ui::table(&table)
}

fn answer(cx: &Cx, id: Id, outcome: Result<(), Trouble>, done: &str) -> Outcome {
    match outcome {
        Ok(()) => Ok(Answer::redirect(format!("/desk/seats?{done}"))),
        Err(Trouble::Refused(refusal)) => shown(cx, Some((id, &refusal))),
        Err(fault) => Err(fault),
    }
}

fn read_invitation(cx: &Cx) -> Result<NewInvitation, Refusal> {
    let to = match (cx.form("phone"), cx.form("login")) {
        ("", "") => return Err(Refusal::input("phone", "refusal-invitation-nobody")),
        (phone, "") => Addressee::Phone(people::read_phone(phone)?),
        ("", login) => Addressee::Login(login.to_owned()),
        _ => return Err(Refusal::input("login", "refusal-invitation-both")),
    };
    let (role, starts_at, ends_at) = forms::read_seat(cx)?;
    let replaces_id = match cx.form("replaces") {
        "" => None,
        typed => Some(parse_id(typed).ok_or_else(Refusal::not_found)?),
    };
    Ok(NewInvitation { to, role, starts_at, ends_at, replaces_id })
}

pub fn invite(cx: &Cx) -> Outcome {
    let id = own(cx, &[Role::Manager])?;
    let outcome = read_invitation(cx).map_err(Trouble::from).and_then(|new| invitations::invite(&cx.app, &cx.actor, id, &new));
    answer(cx, id, outcome.map(|_| ()), "done=invited")
}

pub fn withdraw(cx: &Cx) -> Outcome {
    let id = own(cx, &[Role::Manager])?;
    answer(cx, id, invitations::withdraw(&cx.app, &cx.actor, id, cx.id_param("invitation")?), "done=invitation-withdrawn")
}

pub fn end(cx: &Cx) -> Outcome {
    let id = own(cx, &[Role::Manager])?;
    let outcome = actions::end_own_seat(&cx.app, &cx.actor, id, cx.id_param("seat")?);
    // Whoever ended their own seat has no desk to come back to.
    if outcome.is_ok() {
        let sits = cx
            .app
            .db
            .read(|tx| store::seats(tx, id))?
            .into_iter()
            .any(|s| Some(s.person_id) == cx.actor.person_id() && s.role == Role::Manager && s.held_at(cx.app.clock.now()));
        if !sits {
            return Ok(Answer::redirect("/me?done=seat-ended"));
        }
    }
    answer(cx, id, outcome, "done=seat-ended")
}

pub fn recover(cx: &Cx) -> Outcome {
    let id = own(cx, &[Role::Manager])?;
    answer(cx, id, invitations::recover(&cx.app, &cx.actor, id, cx.id_param("seat")?).map(|_| ()), "done=invited")
}

/// The page behind the link: what is offered, and one button.
pub fn invitation(cx: &Cx) -> Outcome {
    let invitation = invitations::open(&cx.app, &cx.actor, cx.id_param("invitation")?, cx.param("code"))?;
    let title = cx.ta("organisation-invitation-title", &[("organisation", invitation.organisation_name.as_str().into())]);
    let (role, note) = role_words(invitation.role);
    let until = match invitation.ends_at {
        Some(end) => show::day(day_of(end - 1)),
        None => html! { (cx.t("organisation-seat-open-end")) },
    };
    let terms = [
        ui::Term::new(cx.t("organisation-seat-role"), html! { (cx.t(role)) " " small { (cx.t(note)) } }),
        ui::Term::new(cx.t("organisation-seat-from"), show::day(day_of(invitation.starts_at.max(cx.now)))),
        ui::Term::new(cx.t("organisation-seat-until"), until),
        ui::Term::new(cx.t("organisation-invited-until"), show::instant(invitation.expires_at)),
    ];
    let lead = if invitation.recovers { "organisation-invitation-recovers" } else { "organisation-invitation-lead" };
    let body = html! {
        (ui::heading(&title, Some(&cx.t(lead))))
        (ui::definition_list(&terms))
        @if invitation.replaces_id.is_some() { p { (cx.t("organisation-invitation-replaces")) } }
        p { (cx.t("organisation-invitation-next")) }
        (forms::press(cx, cx.request.path.clone(), ui::ButtonKind::Main, "organisation-invitation-accept"))
    };
    Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn accept(cx: &Cx) -> Outcome {
    invitations::accept(&cx.app, &cx.actor, cx.id_param("invitation")?, cx.param("code"))?;
    Ok(Answer::redirect("/me/desk-access?done=invitation-accepted"))
}
