//! The donor's side: which gifts can have a receipt, and the application for one.

use maud::{Markup, html};

use crate::giving;
use crate::kernel::civil;
use crate::kernel::{Id, Refusal, Trouble};
use crate::people::{self, Agreed, Purpose};
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, parse_id, refused, show};

use super::super::actions::{donor, donor::Asker, paper_path};
use super::super::model::{NewPayer, PaperGift, PayerKind, Standing};
use super::super::{rules, store};
use super::{asked_year, gift_path, organisation_of, own_gift_path, received_text, standing_badge, standing_why, state_badge, today};

/// The gifts of one charity, with where each stands.
struct Group<'a> {
    first: &'a PaperGift,
    gifts: Vec<&'a PaperGift>,
    open: usize,
}

fn groups<'a>(gifts: &'a [PaperGift], today: i64) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    for gift in gifts {
        let open = usize::from(matches!(rules::standing(gift, today), Standing::Open { .. }));
        match groups.iter_mut().find(|g| g.first.organisation_id == gift.organisation_id) {
            Some(group) => {
                group.gifts.push(gift);
                group.open += open;
            }
            None => groups.push(Group { first: gift, gifts: vec![gift], open }),
        }
    }
    groups
}

/// `GET /me/receipts`: by charity, for one year.
pub fn page(cx: &Cx) -> Outcome {
    let (person_id, year) = (cx.person_id()?, asked_year(cx)?);
    let (from, until) = (civil::start_of(rules::new_year(year)), civil::start_of(rules::new_year(year + 1)));
    let (gifts, applications) =
        cx.app.db.read(|tx| Ok::<_, db::Fault>((store::gifts_of(tx, person_id, from, until)?, store::applications_of(tx, person_id)?)))?;
    let this_year = rules::year_of(today(cx));
    let years: Vec<i64> = (this_year - 4..=this_year).rev().collect();
    let links: Vec<ui::Link> = years
        .iter()
        .map(|y| ui::Link::new(cx.ta("papers-year", &[("year", y.to_string().into())]), format!("/me/receipts?year={y}")))
        .collect();
    let current = years.iter().position(|y| *y == year).unwrap_or(usize::MAX);
    let asked: Vec<ui::LinkRow> = applications
        .iter()
        .filter(|a| a.year == year)
        .map(|a| ui::LinkRow {
            href: paper_path(&cx.app, a.id).into(),
            title: organisation_of(cx, &a.organisation_name, &a.organisation_english_name).into(),
            note: cx
                .ta(
                    "papers-application-note",
                    &[
                        ("day", civil::day_text(civil::day_of(a.asked_at)).into()),
                        ("gifts", a.gifts.into()),
                        ("amount", show::money(a.amount_fen()).into()),
                    ],
                )
                .into(),
            aside: state_badge(cx, a),
        })
        .collect();
    let title = cx.t("papers-mine");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("papers-mine-lead"))))
        (ui::tabs(&cx.t("papers-years"), &links, current))
        @if !asked.is_empty() { (ui::section(&cx.t("papers-applications"), None, ui::link_list(&asked))) }
        @if gifts.is_empty() {
            (ui::empty_state(&cx.t("papers-mine-none"), &cx.t("papers-mine-none-why"), Some(&ui::Link::new(cx.t("papers-to-gifts"), "/me/gifts"))))
        }
        @for group in groups(&gifts, today(cx)) { (group_section(cx, &group, year)) }
        p { (ui::Link::new(cx.t("papers-to-statement"), format!("/me/statements/{year}"))) }
        p { (ui::Link::new(cx.t("papers-verify-link"), "/receipts")) }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

fn group_section(cx: &Cx, group: &Group, year: i64) -> Markup {
    let first = group.first;
    let name = organisation_of(cx, &first.organisation_name, &first.organisation_english_name);
    let rows: Vec<ui::LinkRow> = group
        .gifts
        .iter()
        .map(|gift| {
            let standing = rules::standing(gift, today(cx));
            ui::LinkRow {
                href: own_gift_path(gift.gift_id).into(),
                title: cx.either(&gift.project_title, &gift.project_english_title).into(),
                note: format!("{} · {}", received_text(gift), standing_why(cx, gift, standing)).into(),
                aside: html! { b { (show::money(gift.left_fen())) } " " (standing_badge(cx, standing)) },
            }
        })
        .collect();
    let apply = format!("/me/receipts/new?charity={}&year={year}", first.organisation_id);
    let body = html! {
        (ui::link_list(&rows))
        @if group.open > 0 {
            p { (ui::link_button(ui::ButtonKind::Main, &cx.ta("papers-apply-count", &[("count", group.open.into())]), &apply)) }
        }
        p { (cx.ta("papers-contact-charity", &[("contact", first.organisation_contact.as_str().into())])) }
    };
    ui::section(name, Some(&ui::Link::new(cx.t("papers-to-charity"), format!("/organisations/{}", first.organisation_id))), body)
}

/// The gifts of one charity and year that can have a receipt now, as many as fit on one.
fn open_gifts(cx: &Cx, charity: Id, year: i64) -> Result<Vec<PaperGift>, Trouble> {
    let person_id = cx.person_id()?;
    let (from, until) = (civil::start_of(rules::new_year(year)), civil::start_of(rules::new_year(year + 1)));
    let mut gifts = cx.app.db.read(|tx| store::gifts_of(tx, person_id, from, until))?;
    gifts.retain(|g| g.organisation_id == charity && matches!(rules::standing(g, today(cx)), Standing::Open { .. }));
    gifts.truncate(rules::MOST_GIFTS);
    Ok(gifts)
}

/// `GET /me/receipts/new?charity=…&year=…`.
pub fn new(cx: &Cx) -> Outcome {
    let year = asked_year(cx)?;
    let gifts = match parse_id(cx.query("charity")) {
        Some(charity) => open_gifts(cx, charity, year)?,
        None => Vec::new(),
    };
    if gifts.is_empty() {
        let title = cx.t("papers-apply");
        let back = ui::Link::new(cx.t("papers-back-to-list"), format!("/me/receipts?year={year}"));
        let body = html! {
            (ui::heading(&title, None))
            (ui::empty_state(&cx.t("papers-new-none"), &cx.t("papers-new-none-why"), Some(&back)))
        };
        return Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }));
    }
    form_page(cx, &gifts, "/me/receipts", None)
}

pub(super) fn payer_of(cx: &Cx) -> NewPayer {
    NewPayer {
        kind: PayerKind::from_word(cx.form("payer_kind")).unwrap_or(PayerKind::Person),
        name: cx.form("payer_name").to_owned(),
        code: cx.form("payer_code").to_owned(),
        contact: cx.form("contact").to_owned(),
    }
}

/// `POST /me/receipts`.
pub fn apply(cx: &Cx) -> Outcome {
    let asker = Asker { person_id: cx.person_id()?, link: None };
    let ids: Vec<Id> = cx.request.form.all("gift").filter_map(parse_id).collect();
    match donor::apply(&cx.app, asker, &ids, &payer_of(cx), &agreed(cx), cx.now) {
        Ok(id) => Ok(Answer::redirect(format!("{}?done=papers-applied", paper_path(&cx.app, id)))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => {
            let charity = parse_id(cx.form("charity")).ok_or(refusal.clone())?;
            let year: i64 = cx.form("year").parse().unwrap_or(0);
            let gifts = open_gifts(cx, charity, year)?;
            if gifts.is_empty() { Err(refusal.into()) } else { form_page(cx, &gifts, "/me/receipts", Some(&refusal)) }
        }
        Err(trouble) => Err(trouble),
    }
}

/// What stood above the button.
fn agreed(cx: &Cx) -> Agreed {
    Agreed::read(&cx.app, cx.lang, Purpose::ReceiptSharing)
}

fn form_page(cx: &Cx, gifts: &[PaperGift], action: &str, refusal: Option<&Refusal>) -> Outcome {
    let first = &gifts[0];
    let name = organisation_of(cx, &first.organisation_name, &first.organisation_english_name);
    let title = cx.t("papers-apply");
    let chosen = |gift: &PaperGift| {
        let id = gift.gift_id.to_string();
        refusal.is_none() || cx.request.form.all("gift").any(|g| g == id)
    };
    let year = rules::year_of(civil::day_of(first.received_at));
    let body = html! {
        (ui::heading(&title, Some(&cx.ta("papers-apply-lead", &[("organisation", name.into()), ("days", rules::WORKDAYS.into())]))))
        (refused(cx, refusal))
        (ui::form(&ui::Form {
            action: action.into(),
            hidden: vec![("charity".into(), first.organisation_id.to_string().into()), ("year".into(), year.to_string().into())],
            body: html! {
                (ui::fieldset(&cx.ta("papers-choose-gifts", &[("most", rules::MOST_GIFTS.into())]), html! {
                    @for (i, gift) in gifts.iter().enumerate() {
                        (gift_check(cx, gift, i, chosen(gift), refusal))
                    }
                }))
                (payer_fields(cx, refusal, true))
                (ui::notice(ui::Tone::Info, &cx.t("papers-word-note"), None, html! { p { (cx.t("papers-sealed-note")) } p { (cx.t("papers-fixed-note")) } }))
                p { (people::consent_words(&cx.app, cx.lang, Purpose::ReceiptSharing)) }
                (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("papers-apply-button"), None), Some(&ui::Link::new(cx.t("papers-back-to-list"), "/me/receipts"))))
            },
            ..ui::Form::default()
        }))
    };
    let status = refusal.map_or(200, |r| r.status);
    Ok(cx.page_with_status(status, PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn gift_check(cx: &Cx, gift: &PaperGift, at: usize, checked: bool, refusal: Option<&Refusal>) -> Markup {
    let error = if at == 0 { field_error(cx, refusal, "gift") } else { String::new() };
    ui::choice_check(
        &ui::Check {
            name: "gift".into(),
            value: gift.gift_id.to_string().into(),
            label: html! {
                b { (show::money(gift.left_fen())) } " · " (cx.either(&gift.project_title, &gift.project_english_title)) " · " (received_text(gift))
            },
            checked,
            error: error.into(),
            ..ui::Check::default()
        },
        at,
    )
}

/// 开票信息; the name is left out where it is known already.
pub(super) fn payer_fields(cx: &Cx, refusal: Option<&Refusal>, named: bool) -> Markup {
    let kind = PayerKind::from_word(cx.form("payer_kind")).unwrap_or(PayerKind::Person);
    let field = |name: &'static str, label: &str, help: &str, mark: &str, autocomplete: &'static str, required: bool| {
        ui::input_field(&ui::Input {
            name: name.into(),
            label: cx.t(label).into(),
            value: cx.form(name).into(),
            help: cx.t(help).into(),
            error: field_error(cx, refusal, name).into(),
            mark: if mark.is_empty() { "".into() } else { cx.t(mark).into() },
            autocomplete: autocomplete.into(),
            required,
            ..ui::Input::default()
        })
    };
    html! {
        (ui::radio_field(&ui::Radios {
            name: "payer_kind".into(), legend: cx.t("papers-payer-kind").into(), required: true,
            choices: PayerKind::ALL.into_iter().map(|k| ui::Choice::new(k.word(), cx.t(&format!("papers-payer-{}", k.word()))).chosen(k == kind)).collect(),
            ..ui::Radios::default()
        }))
        @if named { (field("payer_name", "papers-payer-name", "papers-payer-name-help", "", "name", true)) }
        (field("payer_code", "papers-payer-code", "papers-payer-code-help", "papers-payer-code-mark", "off", false))
        (field("contact", "papers-contact", "papers-contact-help", "papers-optional", "tel", false))
    }
}

/// The gift in the path, and who asks.
fn gift_of_path(cx: &Cx) -> Result<(PaperGift, Asker), Trouble> {
    let id = cx.id_param("id")?;
    giving::actions::find(&cx.app, id, cx.param("code"))?;
    let gift = cx.app.db.read(|tx| store::gift(tx, id))?.ok_or_else(|| Refusal::conflict("refusal-giving-not-confirmed"))?;
    Ok((gift, Asker { person_id: cx.actor.person_id().unwrap_or(0), link: Some(id) }))
}

/// `GET /gifts/{id}/{code}/receipt`: where the gift's receipt stands, and what can be done.
pub fn of_gift(cx: &Cx) -> Outcome {
    let (gift, asker) = gift_of_path(cx)?;
    gift_page(cx, &At::code(cx, &gift), &gift, asker, None)
}

/// One's own gift, whatever way it came.
fn own_gift(cx: &Cx) -> Result<(PaperGift, Asker), Trouble> {
    let (id, person_id) = (cx.id_param("id")?, cx.person_id()?);
    let gift = cx.app.db.read(|tx| store::gift(tx, id))?.filter(|gift| gift.donor_id == person_id).ok_or_else(Refusal::not_found)?;
    Ok((gift, Asker { person_id, link: None }))
}

/// `GET /me/receipts/gifts/{id}`: the same for a signed-in donor.
pub fn own(cx: &Cx) -> Outcome {
    let (gift, asker) = own_gift(cx)?;
    gift_page(cx, &At::own(cx, &gift), &gift, asker, None)
}

/// Where the page of a gift's receipt is, and the page of the gift.
struct At {
    receipt: String,
    waiver: String,
    gift: String,
}

impl At {
    /// For whoever holds the gift's address.
    fn code(cx: &Cx, gift: &PaperGift) -> At {
        let path = giving::gift_path(&cx.app, gift.gift_id);
        At { receipt: format!("{path}/receipt"), waiver: format!("{path}/waiver"), gift: path }
    }

    fn own(cx: &Cx, gift: &PaperGift) -> At {
        let receipt = own_gift_path(gift.gift_id);
        At { waiver: format!("{receipt}/waiver"), receipt, gift: gift_path(cx, gift) }
    }
}

fn gift_page(cx: &Cx, at: &At, gift: &PaperGift, asker: Asker, refusal: Option<&Refusal>) -> Outcome {
    let standing = rules::standing(gift, today(cx));
    let speaks = gift.donor_id == 0 || gift.donor_id == asker.person_id;
    let name = organisation_of(cx, &gift.organisation_name, &gift.organisation_english_name);
    let title = cx.t("papers-gift");
    if speaks && matches!(standing, Standing::Open { .. }) && (cx.query("apply") == "1" || refusal.is_some_and(|r| r.field.is_some())) {
        return form_page(cx, std::slice::from_ref(gift), &at.receipt, refusal);
    }
    let body = html! {
        (ui::heading(&title, Some(&cx.ta("papers-gift-lead", &[("organisation", name.into())]))))
        (refused(cx, refusal))
        (ui::definition_list(&[
            ui::Term::new(cx.t("papers-project"), ui::text(cx.either(&gift.project_title, &gift.project_english_title))),
            ui::Term::new(cx.t("papers-received-at"), ui::text(received_text(gift))),
            ui::Term::new(cx.t("papers-amount-left"), ui::text(show::money(gift.left_fen()))),
            ui::Term::new(cx.t("papers-stands"), html! { (standing_badge(cx, standing)) " " (standing_why(cx, gift, standing)) }),
        ]))
        @if let (true, Some(application)) = (speaks, gift.application_id) {
            p { (ui::link_button(ui::ButtonKind::Main, &cx.t("papers-to-application"), &paper_path(&cx.app, application))) }
        }
        @if !speaks {
            p { (cx.t("papers-sign-in-first")) }
        } @else if matches!(standing, Standing::Open { .. }) {
            p { (ui::link_button(ui::ButtonKind::Main, &cx.t("papers-apply"), &format!("{}?apply=1", at.receipt))) }
            @if asker.person_id != 0 { p { (ui::Link::new(cx.t("papers-merge-hint"), "/me/receipts")) } }
            (waiver_form(cx, &at.waiver, true))
        } @else if standing == Standing::Waived {
            (waiver_form(cx, &at.waiver, false))
        }
        p { (cx.ta("papers-contact-charity", &[("contact", gift.organisation_contact.as_str().into())])) }
        p { (ui::Link::new(cx.t("papers-to-gift"), at.gift.clone())) }
    };
    let status = refusal.map_or(200, |r| r.status);
    Ok(cx.page_with_status(status, PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn waiver_form(cx: &Cx, action: &str, waived: bool) -> Markup {
    let (title, why, button) = if waived {
        ("papers-waive", "papers-waive-why", "papers-waive-button")
    } else {
        ("papers-unwaive", "papers-unwaive-why", "papers-unwaive-button")
    };
    ui::section(
        &cx.t(title),
        None,
        html! {
            p { (cx.t(why)) }
            (ui::form(&ui::Form {
                action: action.to_owned().into(),
                hidden: vec![("waived".into(), if waived { "1" } else { "0" }.into())],
                body: ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t(button), None), None),
                ..ui::Form::default()
            }))
        },
    )
}

/// `POST /gifts/{id}/{code}/receipt`.
pub fn apply_for_gift(cx: &Cx) -> Outcome {
    let (gift, asker) = gift_of_path(cx)?;
    apply_at(cx, &At::code(cx, &gift), &gift, asker)
}

/// `POST /me/receipts/gifts/{id}`.
pub fn apply_for_own(cx: &Cx) -> Outcome {
    let (gift, asker) = own_gift(cx)?;
    apply_at(cx, &At::own(cx, &gift), &gift, asker)
}

fn apply_at(cx: &Cx, at: &At, gift: &PaperGift, asker: Asker) -> Outcome {
    match donor::apply(&cx.app, asker, &[gift.gift_id], &payer_of(cx), &agreed(cx), cx.now) {
        Ok(id) => Ok(Answer::redirect(format!("{}?done=papers-applied", paper_path(&cx.app, id)))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => gift_page(cx, at, gift, asker, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}

/// `POST /gifts/{id}/{code}/waiver`.
pub fn waive(cx: &Cx) -> Outcome {
    let (gift, asker) = gift_of_path(cx)?;
    waive_at(cx, &At::code(cx, &gift), &gift, asker)
}

/// `POST /me/receipts/gifts/{id}/waiver`.
pub fn waive_own(cx: &Cx) -> Outcome {
    let (gift, asker) = own_gift(cx)?;
    waive_at(cx, &At::own(cx, &gift), &gift, asker)
}

fn waive_at(cx: &Cx, at: &At, gift: &PaperGift, asker: Asker) -> Outcome {
    let waived = cx.form("waived") != "0";
    match donor::waive(&cx.app, asker, gift.gift_id, waived, cx.now) {
        Ok(()) => Ok(Answer::redirect(format!("{}?done=papers-waiver", at.receipt))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => gift_page(cx, at, gift, asker, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}
