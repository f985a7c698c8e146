//! The operator's forms about organisations: their fields, and reading what was typed.

use maud::{Markup, html};

use crate::kernel::civil::{self, Day};
use crate::kernel::{Micros, Refusal, Role, Trouble};
use crate::organisations::areas;
use crate::organisations::model::{CertificateKind, Kind, NewCertificate, NewOrganisation};
use crate::organisations::rules::{self, LONG_TERM_DAY};
use crate::web::{Cx, field_error, refusal_text};

use super::{certificate_word, kind_word, role_words};

/// The names of a certificate's fields; the form that founds an organisation holds two certificates.
struct CertificateFields {
    number: &'static str,
    issuer: &'static str,
    valid_from: &'static str,
    valid_until: &'static str,
}

const ALONE: CertificateFields =
    CertificateFields { number: "number", issuer: "issuer", valid_from: "valid_from", valid_until: "valid_until" };
const REGISTRATION: CertificateFields = CertificateFields {
    number: "registration_number",
    issuer: "registration_issuer",
    valid_from: "registration_from",
    valid_until: "registration_until",
};
const LICENCE: CertificateFields =
    CertificateFields { number: "licence_number", issuer: "licence_issuer", valid_from: "licence_from", valid_until: "licence_until" };

/// The refusal at the top of a form.
pub fn refused(cx: &Cx, refusal: Option<&Refusal>) -> Markup {
    let Some(refusal) = refusal else { return html! {} };
    let (sentence, next) = refusal_text(cx, refusal);
    match refusal.field {
        Some(field) => ui::error_summary(&next, &[ui::FieldError { name: field.into(), text: sentence.into() }]),
        None => ui::notice(ui::Tone::Bad, &cx.t("organisation-word-error"), Some(&sentence), html! { p { (next) } }),
    }
}

/// How a field is drawn: most are one line of words.
struct Field {
    name: &'static str,
    label: &'static str,
    help: &'static str,
    kind: ui::InputKind,
    required: bool,
}

impl Field {
    fn words(name: &'static str, label: &'static str) -> Field {
        Field { name, label, help: "", kind: ui::InputKind::Text, required: true }
    }

    fn day(name: &'static str, label: &'static str) -> Field {
        Field { kind: ui::InputKind::Date, ..Field::words(name, label) }
    }

    fn help(mut self, key: &'static str) -> Field {
        self.help = key;
        self
    }

    fn optional(mut self) -> Field {
        self.required = false;
        self
    }

    /// With what was typed before, if the form comes back.
    fn draw(&self, cx: &Cx, refusal: Option<&Refusal>) -> Markup {
        ui::input_field(&ui::Input {
            name: self.name.into(),
            label: cx.t(self.label).into(),
            kind: self.kind,
            value: cx.form(self.name).into(),
            help: if self.help.is_empty() { "".into() } else { cx.t(self.help).into() },
            error: field_error(cx, refusal, self.name).into(),
            required: self.required,
            mark: if self.required { "".into() } else { cx.t("organisation-optional").into() },
            ..ui::Input::default()
        })
    }
}

fn text_field(cx: &Cx, name: &'static str, label: &str, refusal: Option<&Refusal>) -> Markup {
    ui::textarea_field(&ui::TextArea {
        name: name.into(),
        label: cx.t(label).into(),
        value: cx.form(name).into(),
        error: field_error(cx, refusal, name).into(),
        mark: cx.t("organisation-optional").into(),
        ..ui::TextArea::default()
    })
}

fn certificate_fields(cx: &Cx, names: &CertificateFields, required: bool, refusal: Option<&Refusal>) -> Markup {
    let fields = [
        Field::words(names.number, "organisation-certificate-number"),
        Field::words(names.issuer, "organisation-certificate-issuer"),
        Field::day(names.valid_from, "organisation-valid-from"),
    ];
    html! {
        @for field in fields { (if required { field } else { field.optional() }.draw(cx, refusal)) }
        (Field::day(names.valid_until, "organisation-valid-until").optional().help("organisation-valid-until-help").draw(cx, refusal))
    }
}

pub fn new_organisation_form(cx: &Cx, refusal: Option<&Refusal>) -> Markup {
    let chosen = Kind::from_word(cx.form("kind")).unwrap_or(Kind::Charity);
    let kinds = [Kind::Charity, Kind::Implementer].map(|kind| ui::Choice::new(kind.word(), kind_word(cx, kind)).chosen(kind == chosen));
    let draw = |field: Field| field.draw(cx, refusal);
    let fields = html! {
        (refused(cx, refusal))
        (ui::radio_field(&ui::Radios {
            name: "kind".into(),
            legend: cx.t("organisation-kind").into(),
            choices: kinds.to_vec(),
            error: field_error(cx, refusal, "kind").into(),
            required: true,
            ..ui::Radios::default()
        }))
        (draw(Field::words("name", "organisation-name")))
        (draw(Field::words("english_name", "organisation-english-name").optional()))
        (draw(Field::words("credit_code", "organisation-credit-code").help("organisation-credit-code-help")))
        (draw(Field::words("area", "organisation-area").help("organisation-area-help")))
        (draw(Field::words("address", "organisation-address")))
        (draw(Field::words("contact", "organisation-contact").help("organisation-contact-help")))
        (text_field(cx, "about", "organisation-about", refusal))
        (text_field(cx, "english_about", "organisation-english-about", refusal))
        (ui::fieldset(&certificate_word(cx, CertificateKind::Registration), certificate_fields(cx, &REGISTRATION, true, refusal)))
        (ui::fieldset(&certificate_word(cx, CertificateKind::PublicFundraising), html! {
            p { (cx.t("organisation-licence-help")) }
            (certificate_fields(cx, &LICENCE, false, refusal))
        }))
        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("organisation-found"), None), Some(&ui::Link::new(cx.t("organisation-back-to-list"), "/operator/organisations"))))
    };
    ui::form(&ui::Form { action: "/operator/organisations".into(), body: fields, ..ui::Form::default() })
}

pub fn read_organisation(cx: &Cx) -> Result<NewOrganisation, Trouble> {
    let kind = Kind::from_word(cx.form("kind")).filter(|k| *k != Kind::Operator);
    let kind = kind.ok_or_else(|| Refusal::input("kind", "refusal-organisation-kind"))?;
    let area = cx.app.db.read(|tx| areas::named(tx, cx.form("area")))?;
    // Fields are judged from the top of the form down, so that the first thing said is the first thing seen.
    rules::credit_code(cx.form("credit_code"))?;
    let mut certificates = vec![read_certificate(cx, CertificateKind::Registration, &REGISTRATION)?];
    if [LICENCE.number, LICENCE.issuer, LICENCE.valid_from, LICENCE.valid_until].iter().any(|name| !cx.form(name).is_empty()) {
        certificates.push(read_certificate(cx, CertificateKind::PublicFundraising, &LICENCE)?);
    }
    Ok(NewOrganisation {
        kind,
        name: cx.form("name").to_owned(),
        english_name: cx.form("english_name").to_owned(),
        credit_code: cx.form("credit_code").to_owned(),
        about: cx.form("about").to_owned(),
        english_about: cx.form("english_about").to_owned(),
        address: cx.form("address").to_owned(),
        contact: cx.form("contact").to_owned(),
        area_code: area?.code,
        certificates,
    })
}

pub fn certificate_form(cx: &Cx, action: String, refusal: Option<&Refusal>) -> Markup {
    let chosen = CertificateKind::from_word(cx.form("kind")).unwrap_or(CertificateKind::PublicFundraising);
    let kinds = CertificateKind::ALL.map(|kind| ui::Choice::new(kind.word(), certificate_word(cx, kind)).chosen(kind == chosen));
    let fields = html! {
        (refused(cx, refusal))
        (ui::radio_field(&ui::Radios {
            name: "kind".into(),
            legend: cx.t("organisation-certificate").into(),
            choices: kinds.to_vec(),
            error: field_error(cx, refusal, "kind").into(),
            required: true,
            ..ui::Radios::default()
        }))
        (certificate_fields(cx, &ALONE, true, refusal))
        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("organisation-add-certificate"), None), None))
    };
    ui::form(&ui::Form { action: action.into(), body: fields, ..ui::Form::default() })
}

pub fn read_lone_certificate(cx: &Cx) -> Result<NewCertificate, Refusal> {
    let kind = CertificateKind::from_word(cx.form("kind")).ok_or_else(|| Refusal::input("kind", "refusal-certificate-kind"))?;
    read_certificate(cx, kind, &ALONE)
}

/// A certificate as typed, judged at once, so that a refusal names the field of this form.
fn read_certificate(cx: &Cx, kind: CertificateKind, names: &CertificateFields) -> Result<NewCertificate, Refusal> {
    let until = match cx.form(names.valid_until) {
        "" => LONG_TERM_DAY,
        typed => read_day(typed, names.valid_until)?,
    };
    let certificate = NewCertificate {
        kind,
        number: cx.form(names.number).to_owned(),
        issuer: cx.form(names.issuer).to_owned(),
        valid_from_day: read_day(cx.form(names.valid_from), names.valid_from)?,
        valid_until_day: until,
    };
    rules::new_certificate(&certificate).map_err(|refusal| {
        let field = match refusal.field {
            Some("number") => names.number,
            Some("issuer") => names.issuer,
            _ => names.valid_until,
        };
        Refusal { field: Some(field), ..refusal }
    })
}

pub fn read_day(typed: &str, field: &'static str) -> Result<Day, Refusal> {
    civil::parse_day(typed).ok_or_else(|| Refusal::input(field, "refusal-organisation-day"))
}

pub fn merchant_form(cx: &Cx, action: String, refusal: Option<&Refusal>) -> Markup {
    let fields = html! {
        (refused(cx, refusal))
        (Field::words("mchid", "organisation-merchant").help("organisation-merchant-help").draw(cx, refusal))
        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("organisation-open-merchant"), None), None))
    };
    ui::form(&ui::Form { action: action.into(), body: fields, ..ui::Form::default() })
}

pub fn seat_form(cx: &Cx, action: String, kind: Kind, refusal: Option<&Refusal>) -> Markup {
    let chosen = Role::from_word(cx.form("role")).unwrap_or(Role::Manager);
    let roles = Role::ALL.into_iter().filter(|role| *role != Role::Reviewer || kind == Kind::Operator);
    let choices = roles.map(|role| {
        let (name, note) = role_words(role);
        ui::Choice { note: cx.t(note).into(), ..ui::Choice::new(role.word(), cx.t(name)).chosen(role == chosen) }
    });
    let choices = choices.collect();
    let fields = html! {
        (refused(cx, refusal))
        (Field::words("login", "organisation-seat-login").help("organisation-seat-login-help").draw(cx, refusal))
        (ui::radio_field(&ui::Radios {
            name: "role".into(),
            legend: cx.t("organisation-seat-role").into(),
            choices,
            error: field_error(cx, refusal, "role").into(),
            required: true,
            ..ui::Radios::default()
        }))
        (Field::day("starts", "organisation-seat-from").optional().help("organisation-seat-from-help").draw(cx, refusal))
        (Field::day("ends", "organisation-seat-until").optional().help("organisation-seat-until-help").draw(cx, refusal))
        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("organisation-give-seat"), None), None))
    };
    ui::form(&ui::Form { action: action.into(), body: fields, ..ui::Form::default() })
}

/// Role, first instant and end of a seat as typed: empty means from now, and without end. The last day is included.
pub fn read_seat(cx: &Cx) -> Result<(Role, Micros, Option<Micros>), Refusal> {
    let role = Role::from_word(cx.form("role")).ok_or_else(|| Refusal::input("role", "refusal-seat-role"))?;
    let starts_at = match cx.form("starts") {
        "" => cx.now,
        typed => civil::start_of(read_day(typed, "starts")?),
    };
    let ends_at = match cx.form("ends") {
        "" => None,
        typed => Some(civil::start_of(read_day(typed, "ends")? + 1)),
    };
    Ok((role, starts_at, ends_at))
}
