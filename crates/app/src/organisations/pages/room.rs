//! An organisation's own room at the desk: what it owes, its particulars, and the ways to certificates, partners, reports and
//! seats.

use maud::{Markup, html};

use crate::kernel::civil::{Day, day_of, day_text};
use crate::kernel::{Id, Refusal, Role, Trouble, Waiting};
use crate::organisations::model::{Kind, Organisation};
use crate::organisations::profile::{self, Profile};
use crate::organisations::{store, waiting};
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, parse_id, refused};

use super::forms::{self, Field, read_day};
use super::{kind_word, own, room_trail};

/// The organisations at whose desks a person sits; for who sits at one only, its room.
pub fn mine(cx: &Cx) -> Outcome {
    let ids = cx.organisations_as(&Role::ALL)?;
    if let [only] = ids[..] {
        return room(cx, only);
    }
    let title = cx.t("organisation-rooms");
    let organisations: Vec<Organisation> = cx.app.db.read(|tx| {
        let found = ids.iter().map(|id| store::find(tx, *id)).collect::<Result<Vec<_>, db::Fault>>()?;
        Ok::<_, db::Fault>(found.into_iter().flatten().collect())
    })?;
    let rows: Vec<ui::LinkRow> =
        organisations.iter().map(|o| row(format!("/desk/organisations/{}", o.id), o.name.clone(), kind_word(cx, o.kind))).collect();
    let body = html! { (ui::heading(&title, None)) (ui::link_list(&rows)) };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

fn row<'a>(href: String, title: String, note: String) -> ui::LinkRow<'a> {
    ui::LinkRow { href: href.into(), title: title.into(), note: note.into(), ..ui::LinkRow::default() }
}

pub fn one(cx: &Cx) -> Outcome {
    room(cx, own(cx, &Role::ALL)?)
}

fn room(cx: &Cx, id: Id) -> Outcome {
    let (organisation, owed, declared) = cx.app.db.read(|tx| {
        let organisation = store::find(tx, id)?.ok_or_else(Refusal::not_found)?;
        Ok::<_, Trouble>((organisation, waiting::at_desk(tx, &[id], cx.now)?, profile::newest(tx, id)?))
    })?;
    let base = format!("/desk/organisations/{id}");
    let link = |part: &str, key: &str, note: &str| row(format!("{base}/{part}"), cx.t(key), cx.t(note));
    let mut rows = vec![
        link("particulars", "organisation-particulars", "organisation-particulars-note"),
        link("certificates", "organisation-certificates", "organisation-certificates-note"),
    ];
    if organisation.kind == Kind::Charity {
        rows.push(link("partners", "organisation-partners", "organisation-partners-note"));
        rows.push(link("reports", "organisation-reports", "organisation-reports-note"));
    }
    if cx.actor.holds(id, &[Role::Manager]) {
        rows.push(row("/desk/seats".to_owned(), cx.t("people-seats-link"), cx.t("people-seats-note")));
    }
    rows.push(row(format!("/organisations/{id}"), cx.t("organisation-public-page"), cx.t("organisation-public-page-note")));
    let owed: Vec<ui::LinkRow> = owed.iter().map(|w| owed_row(cx, w)).collect();
    let name = cx.either(&organisation.name, &organisation.english_name);
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &[ui::Link::new(cx.t("nav-desk"), "/desk")], name))
        (ui::heading(name, Some(&cx.t("organisation-room-lead"))))
        @if declared.is_none() && organisation.kind == Kind::Charity {
            (ui::notice(ui::Tone::Warn, &cx.t("organisation-word-warning"), Some(&cx.t("organisation-particulars-missing")), html! {
                p { (ui::Link::new(cx.t("organisation-particulars-fill"), format!("{base}/particulars"))) }
            }))
        }
        (ui::section(&cx.t("organisation-owed"), None, html! {
            @if owed.is_empty() { p { (cx.t("organisation-owed-nothing")) } } @else { (ui::link_list(&owed)) }
        }))
        (ui::section(&cx.t("organisation-room"), None, ui::link_list(&rows)))
    };
    Ok(cx.page(PageParts { title: name, body, ..PageParts::default() }))
}

fn owed_row<'a>(cx: &Cx, w: &'a Waiting) -> ui::LinkRow<'a> {
    let due = w.due_at.map(|at| day_of(at - 1));
    let late = due.is_some_and(|day| day < day_of(cx.now));
    let aside = due.map(|day| {
        let words = cx.ta("organisation-due", &[("day", day_text(day).into())]);
        ui::badge(if late { ui::Tone::Bad } else { ui::Tone::Warn }, &words)
    });
    ui::LinkRow {
        href: w.href.as_str().into(),
        title: cx.t(w.queue).into(),
        note: format!("{} · {}", w.title, cx.t(w.unattended)).into(),
        aside: html! { @if let Some(aside) = aside { (aside) } },
    }
}

pub fn particulars(cx: &Cx) -> Outcome {
    particulars_page(cx, None)
}

fn particulars_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let id = own(cx, &Role::ALL)?;
    let (known, licensed, charities) = cx.app.db.read(|tx| {
        Ok::<_, db::Fault>((profile::newest(tx, id)?, store::may_raise_funds(tx, id, day_of(cx.now))?, store::list_charities(tx)?))
    })?;
    let title = cx.t("organisation-particulars");
    let p = known.map(|(p, _)| p).unwrap_or_default();
    let manager = cx.actor.holds(id, &[Role::Manager]);
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &room_trail(cx, id), &title))
        (ui::heading(&title, Some(&cx.t("organisation-particulars-lead"))))
        @if manager { (fields(cx, id, &p, licensed, &charities, refusal)) }
        @else { (ui::definition_list(&terms(cx, &p, true))) }
    };
    Ok(cx.page_with_status(refusal.map_or(200, |r| r.status), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

/// The particulars as terms; with the contact person where they are meant for the reader.
pub(super) fn terms<'a>(cx: &Cx, p: &'a Profile, contact: bool) -> Vec<ui::Term<'a>> {
    let day = |day: Option<Day>| day.map(day_text).unwrap_or_default();
    let evaluation = [p.evaluation_kind.as_str(), p.evaluation_level.as_str(), &day(p.evaluation_until_day)].join(" ");
    let people = cx.ta(
        "organisation-people-count",
        &[
            ("total", (p.full_time + p.part_time).into()),
            ("full", p.full_time.into()),
            ("part", p.part_time.into()),
            ("volunteers", p.volunteers.into()),
        ],
    );
    let mut all = vec![
        ("organisation-established", day(p.established_day)),
        ("organisation-competent-unit", p.competent_unit.clone()),
        ("organisation-business-scope", p.business_scope.clone()),
        ("organisation-legal-representative", p.legal_representative.clone()),
        ("organisation-evaluation", evaluation.trim().to_owned()),
        ("organisation-people", people),
        ("organisation-postal-address", p.postal_address.clone()),
    ];
    if contact {
        all.push(("organisation-head", format!("{} {}", p.head_name, p.head_title).trim().to_owned()));
        all.push(("organisation-phone", p.phone.clone()));
        all.push(("organisation-email", p.email.clone()));
    }
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| ui::Term::new(cx.t(key), ui::text(value))).collect()
}

fn fields(cx: &Cx, id: Id, p: &Profile, licensed: bool, charities: &[Organisation], refusal: Option<&Refusal>) -> Markup {
    let draw = |field: Field| field.draw(cx, refusal);
    let day = |day: Option<Day>| day.map(day_text).unwrap_or_default();
    let number = |n: i64| n.to_string();
    let sent = cx.request.form.has("business_scope");
    let public = if sent { cx.request.form.has("contact_public") } else { p.contact_public };
    let chosen = if sent { parse_id(cx.form("affiliated")) } else { p.affiliated_id };
    let mut hosts = vec![ui::Choice::new("", cx.t("organisation-affiliated-none"))];
    hosts.extend(
        charities.iter().filter(|c| c.id != id).map(|c| ui::Choice::new(c.id.to_string(), c.name.clone()).chosen(chosen == Some(c.id))),
    );
    let body = html! {
        (refused(cx, refusal))
        (draw(Field::day("established", "organisation-established").optional().before(day(p.established_day))))
        (draw(Field::words("competent_unit", "organisation-competent-unit").optional().help("organisation-competent-unit-help").before(&p.competent_unit)))
        (draw(Field::long("business_scope", "organisation-business-scope").before(&p.business_scope)))
        (draw(Field::words("legal_representative", "organisation-legal-representative").help("organisation-legal-representative-help").before(&p.legal_representative)))
        (ui::fieldset(&cx.t("organisation-contact-person"), html! {
            (draw(Field::words("head_name", "organisation-head-name").optional().before(&p.head_name)))
            (draw(Field::words("head_title", "organisation-head-title").optional().before(&p.head_title)))
            (draw(Field::words("phone", "organisation-phone").optional().before(&p.phone)))
            (draw(Field::words("email", "organisation-email").optional().before(&p.email)))
            (draw(Field::words("postal_address", "organisation-postal-address").optional().before(&p.postal_address)))
            (ui::checkbox(&ui::Check {
                name: "contact_public".into(),
                value: "1".into(),
                label: html! { (cx.t("organisation-contact-public")) },
                checked: public,
                help: cx.t("organisation-contact-public-help").into(),
                ..ui::Check::default()
            }))
        }))
        (ui::fieldset(&cx.t("organisation-evaluation"), html! {
            (draw(Field::words("evaluation_kind", "organisation-evaluation-kind").optional().before(&p.evaluation_kind)))
            (draw(Field::words("evaluation_level", "organisation-evaluation-level").optional().help("organisation-evaluation-level-help").before(&p.evaluation_level)))
            (draw(Field::day("evaluation_until", "organisation-valid-until").optional().before(day(p.evaluation_until_day))))
        }))
        (ui::fieldset(&cx.t("organisation-people"), html! {
            (draw(Field::number("full_time", "organisation-full-time").before(number(p.full_time))))
            (draw(Field::number("part_time", "organisation-part-time").before(number(p.part_time))))
            (draw(Field::number("volunteers", "organisation-volunteers").before(number(p.volunteers))))
        }))
        @if !licensed { (ui::select_field(&ui::Select {
            name: "affiliated".into(),
            label: cx.t("organisation-affiliated").into(),
            help: cx.t("organisation-affiliated-help").into(),
            choices: hosts,
            error: field_error(cx, refusal, "affiliated").into(),
            ..ui::Select::default()
        })) }
        (forms::submit(cx, "organisation-save"))
    };
    ui::form(&ui::Form { action: format!("/desk/organisations/{id}/particulars").into(), body, ..ui::Form::default() })
}

fn read(cx: &Cx) -> Result<Profile, Refusal> {
    let day = |field: &'static str| match cx.form(field) {
        "" => Ok(None),
        typed => read_day(typed, field).map(Some),
    };
    let number = |field: &'static str| match cx.form(field) {
        "" => Ok(0),
        typed => typed.parse::<i64>().map_err(|_| Refusal::input(field, "refusal-organisation-people")),
    };
    let words = |field: &str| cx.form(field).to_owned();
    Ok(Profile {
        established_day: day("established")?,
        competent_unit: words("competent_unit"),
        business_scope: words("business_scope"),
        legal_representative: words("legal_representative"),
        head_name: words("head_name"),
        head_title: words("head_title"),
        phone: words("phone"),
        email: words("email"),
        postal_address: words("postal_address"),
        contact_public: cx.request.form.has("contact_public"),
        evaluation_kind: words("evaluation_kind"),
        evaluation_level: words("evaluation_level"),
        evaluation_until_day: day("evaluation_until")?,
        full_time: number("full_time")?,
        part_time: number("part_time")?,
        volunteers: number("volunteers")?,
        affiliated_id: match cx.form("affiliated") {
            "" => None,
            typed => Some(parse_id(typed).ok_or_else(|| Refusal::input("affiliated", "refusal-organisation-affiliated"))?),
        },
    })
}

pub fn declare(cx: &Cx) -> Outcome {
    let id = own(cx, &[Role::Manager])?;
    match read(cx).map_err(Trouble::from).and_then(|p| profile::declare(&cx.app, &cx.actor, id, &p)) {
        Ok(()) => Ok(Answer::redirect(format!("/desk/organisations/{id}?done=particulars-saved"))),
        Err(Trouble::Refused(refusal)) => particulars_page(cx, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}
