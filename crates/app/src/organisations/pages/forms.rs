//! The operator's forms about organisations: their fields, and reading what was typed.

use maud::{Markup, html};

use crate::files::Prepared;
use crate::kernel::civil::{self, Day};
use crate::kernel::{Micros, Refusal, Role, Trouble};
use crate::organisations::areas;
use crate::organisations::model::{CertificateKind, Kind, NewCertificate, NewOrganisation};
use crate::organisations::rules::{self, LONG_TERM_DAY};
use crate::web::{Cx, field_error, refused};

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

/// How a field is drawn: most are one line of words.
pub struct Field {
    name: &'static str,
    label: &'static str,
    help: &'static str,
    kind: ui::InputKind,
    required: bool,
    /// Several lines of words.
    long: bool,
    /// What stands in it before anybody typed.
    before: String,
    unit: &'static str,
}

impl Field {
    pub fn words(name: &'static str, label: &'static str) -> Field {
        Field { name, label, help: "", kind: ui::InputKind::Text, required: true, long: false, before: String::new(), unit: "" }
    }

    pub fn long(name: &'static str, label: &'static str) -> Field {
        Field { long: true, ..Field::words(name, label) }
    }

    pub fn number(name: &'static str, label: &'static str) -> Field {
        Field { kind: ui::InputKind::Number, ..Field::words(name, label) }
    }

    /// Yuan, as people type them.
    pub fn yuan(name: &'static str, label: &'static str) -> Field {
        Field { unit: "organisation-yuan", ..Field::words(name, label) }
    }

    pub fn day(name: &'static str, label: &'static str) -> Field {
        Field { kind: ui::InputKind::Date, ..Field::words(name, label) }
    }

    pub fn before(mut self, value: impl Into<String>) -> Field {
        self.before = value.into();
        self
    }

    pub fn help(mut self, key: &'static str) -> Field {
        self.help = key;
        self
    }

    pub fn optional(mut self) -> Field {
        self.required = false;
        self
    }

    /// With what was typed before, if the form comes back.
    pub fn draw(&self, cx: &Cx, refusal: Option<&Refusal>) -> Markup {
        let value = if cx.request.form.has(self.name) { cx.form(self.name) } else { &self.before };
        if self.long {
            return ui::textarea_field(&ui::TextArea {
                name: self.name.into(),
                label: cx.t(self.label).into(),
                value: value.into(),
                help: if self.help.is_empty() { "".into() } else { cx.t(self.help).into() },
                error: field_error(cx, refusal, self.name).into(),
                required: self.required,
                mark: if self.required { "".into() } else { cx.t("organisation-optional").into() },
                ..ui::TextArea::default()
            });
        }
        ui::input_field(&ui::Input {
            name: self.name.into(),
            label: cx.t(self.label).into(),
            kind: self.kind,
            value: value.into(),
            unit: if self.unit.is_empty() { "".into() } else { cx.t(self.unit).into() },
            help: if self.help.is_empty() { "".into() } else { cx.t(self.help).into() },
            error: field_error(cx, refusal, self.name).into(),
            required: self.required,
            mark: if self.required { "".into() } else { cx.t("organisation-optional").into() },
            ..ui::Input::default()
        })
    }
}

/// A field for a scan or a paper: a picture or a PDF.
pub fn paper_field(cx: &Cx, name: &'static str, label: &str, required: bool, refusal: Option<&Refusal>) -> Markup {
    ui::file_field(&ui::FileInput {
        name: name.into(),
        label: cx.t(label).into(),
        accept: "image/*,application/pdf".into(),
        required,
        help: cx.t("organisation-paper-help").into(),
        error: field_error(cx, refusal, name).into(),
        ..ui::FileInput::default()
    })
}

/// The paper of a field, looked at; nothing when none was chosen.
pub fn read_paper(cx: &Cx, field: &'static str) -> Result<Option<Prepared>, Refusal> {
    cx.upload(field).map(|upload| Prepared::of_field(upload, field, false)).transpose()
}

/// The paper of a field that must have one.
pub fn needed_paper(cx: &Cx, field: &'static str) -> Result<Prepared, Refusal> {
    read_paper(cx, field)?.ok_or_else(|| Refusal::input(field, "refusal-organisation-paper"))
}

/// A form that may carry papers, with its refusal on top.
pub fn upload_form(cx: &Cx, action: String, refusal: Option<&Refusal>, body: Markup) -> Markup {
    let fields = html! { (refused(cx, refusal)) (body) };
    ui::form(&ui::Form { action: action.into(), method: ui::Method::Upload, body: fields, ..ui::Form::default() })
}

/// A form of one button.
pub fn press(cx: &Cx, action: String, kind: ui::ButtonKind, key: &str) -> Markup {
    ui::form(&ui::Form { action: action.into(), body: ui::button(kind, &cx.t(key), None), ..ui::Form::default() })
}

pub fn submit(cx: &Cx, key: &str) -> Markup {
    ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t(key), None), None)
}

fn certificate_fields(
    cx: &Cx,
    names: &CertificateFields,
    required: bool,
    refusal: Option<&Refusal>,
    before: Option<&NewCertificate>,
) -> Markup {
    let day = |of: fn(&NewCertificate) -> Day| before.map(of).filter(|d| *d < LONG_TERM_DAY).map(civil::day_text).unwrap_or_default();
    let words = |of: fn(&NewCertificate) -> &String| before.map(|c| of(c).clone()).unwrap_or_default();
    let fields = [
        Field::words(names.number, "organisation-certificate-number").before(words(|c| &c.number)),
        Field::words(names.issuer, "organisation-certificate-issuer").before(words(|c| &c.issuer)),
        Field::day(names.valid_from, "organisation-valid-from").before(day(|c| c.valid_from_day)),
    ];
    let until = Field::day(names.valid_until, "organisation-valid-until").optional().help("organisation-valid-until-help");
    html! {
        @for field in fields { (if required { field } else { field.optional() }.draw(cx, refusal)) }
        (until.before(day(|c| c.valid_until_day)).draw(cx, refusal))
    }
}

pub fn new_organisation_form(cx: &Cx, refusal: Option<&Refusal>) -> Markup {
    let fields = html! {
        (refused(cx, refusal))
        (organisation_fields(cx, refusal, None))
        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("organisation-found"), None), Some(&ui::Link::new(cx.t("organisation-back-to-list"), "/operator/organisations"))))
    };
    ui::form(&ui::Form { action: "/operator/organisations".into(), body: fields, ..ui::Form::default() })
}

/// The same questions for an organisation that applies by itself, with its papers; `before` is what it submitted last.
pub fn admission_form(cx: &Cx, action: String, refusal: Option<&Refusal>, before: Option<&NewOrganisation>) -> Markup {
    let first = before.is_none();
    let body = html! {
        (organisation_fields(cx, refusal, before))
        (ui::fieldset(&cx.t("organisation-admission-papers"), html! {
            (paper_field(cx, "registration_scan", "organisation-admission-registration-scan", first, refusal))
            (paper_field(cx, "licence_scan", "organisation-admission-licence-scan", false, refusal))
            @if !first { p { (cx.t("organisation-admission-papers-kept")) } }
        }))
        (submit(cx, "organisation-admission-submit"))
    };
    upload_form(cx, action, refusal, body)
}

fn organisation_fields(cx: &Cx, refusal: Option<&Refusal>, before: Option<&NewOrganisation>) -> Markup {
    let known = Kind::from_word(cx.form("kind")).or(before.map(|b| b.kind));
    let chosen = known.unwrap_or(Kind::Charity);
    let kinds = [Kind::Charity, Kind::Implementer, Kind::Company];
    let kinds = kinds.map(|kind| ui::Choice::new(kind.word(), kind_word(cx, kind)).chosen(kind == chosen));
    let draw = |field: Field| field.draw(cx, refusal);
    let was = |of: fn(&NewOrganisation) -> &String| before.map(|b| of(b).clone()).unwrap_or_default();
    let certificate = |kind| before.and_then(|b| b.certificates.iter().find(|c| c.kind == kind));
    html! {
        (ui::radio_field(&ui::Radios {
            name: "kind".into(),
            legend: cx.t("organisation-kind").into(),
            choices: kinds.to_vec(),
            error: field_error(cx, refusal, "kind").into(),
            required: true,
            ..ui::Radios::default()
        }))
        (draw(Field::words("name", "organisation-name").before(was(|b| &b.name))))
        (draw(Field::words("english_name", "organisation-english-name").optional().before(was(|b| &b.english_name))))
        (draw(Field::words("credit_code", "organisation-credit-code").help("organisation-credit-code-help").before(was(|b| &b.credit_code))))
        (draw(Field::words("area", "organisation-area").help("organisation-area-help").before(was(|b| &b.area_code))))
        (draw(Field::words("address", "organisation-address").before(was(|b| &b.address))))
        (draw(Field::words("contact", "organisation-contact").help("organisation-contact-help").before(was(|b| &b.contact))))
        (draw(Field::long("about", "organisation-about").optional().before(was(|b| &b.about))))
        (draw(Field::long("english_about", "organisation-english-about").optional().before(was(|b| &b.english_about))))
        (ui::fieldset(&certificate_word(cx, CertificateKind::Registration), html! {
            (certificate_fields(cx, &REGISTRATION, true, refusal, certificate(CertificateKind::Registration)))
        }))
        (ui::fieldset(&certificate_word(cx, CertificateKind::PublicFundraising), html! {
            p { (cx.t("organisation-licence-help")) }
            (certificate_fields(cx, &LICENCE, false, refusal, certificate(CertificateKind::PublicFundraising)))
        }))
    }
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

/// A certificate with its scan, which a desk must bring and the operator may.
pub fn certificate_form(cx: &Cx, action: String, refusal: Option<&Refusal>, scan_needed: bool) -> Markup {
    let chosen = CertificateKind::from_word(cx.form("kind")).unwrap_or(CertificateKind::PublicFundraising);
    let kinds = CertificateKind::ALL.map(|kind| ui::Choice::new(kind.word(), certificate_word(cx, kind)).chosen(kind == chosen));
    let button = if scan_needed { "organisation-hand-in" } else { "organisation-add-certificate" };
    let fields = html! {
        (ui::radio_field(&ui::Radios {
            name: "kind".into(),
            legend: cx.t("organisation-certificate").into(),
            choices: kinds.to_vec(),
            error: field_error(cx, refusal, "kind").into(),
            required: true,
            ..ui::Radios::default()
        }))
        (certificate_fields(cx, &ALONE, true, refusal, None))
        (paper_field(cx, "scan", "organisation-scan", scan_needed, refusal))
        (submit(cx, button))
    };
    upload_form(cx, action, refusal, fields)
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
        (submit(cx, "organisation-open-merchant"))
    };
    ui::form(&ui::Form { action: action.into(), body: fields, ..ui::Form::default() })
}

pub fn seat_form(cx: &Cx, action: String, kind: Kind, refusal: Option<&Refusal>) -> Markup {
    let chosen = Role::from_word(cx.form("role")).unwrap_or(Role::Manager);
    let fields = html! {
        (refused(cx, refusal))
        (Field::words("login", "organisation-seat-login").help("organisation-seat-login-help").draw(cx, refusal))
        (role_and_days(cx, kind, chosen, refusal))
        (submit(cx, "organisation-give-seat"))
    };
    ui::form(&ui::Form { action: action.into(), body: fields, ..ui::Form::default() })
}

fn role_and_days(cx: &Cx, kind: Kind, chosen: Role, refusal: Option<&Refusal>) -> Markup {
    let fits = |role: &Role| match role {
        Role::Reviewer => kind == Kind::Operator,
        Role::Approver => kind != Kind::Company,
        Role::Manager | Role::Finance => true,
    };
    let choices = Role::ALL.into_iter().filter(fits).map(|role| {
        let (name, note) = role_words(role);
        ui::Choice { note: cx.t(note).into(), ..ui::Choice::new(role.word(), cx.t(name)).chosen(role == chosen) }
    });
    html! {
        (ui::radio_field(&ui::Radios {
            name: "role".into(),
            legend: cx.t("organisation-seat-role").into(),
            choices: choices.collect(),
            error: field_error(cx, refusal, "role").into(),
            required: true,
            ..ui::Radios::default()
        }))
        (Field::day("starts", "organisation-seat-from").optional().help("organisation-seat-from-help").draw(cx, refusal))
        (Field::day("ends", "organisation-seat-until").optional().help("organisation-seat-until-help").draw(cx, refusal))
    }
}

/// Whom to invite: by telephone or by staff login, to which role, for which days; perhaps in place of somebody.
pub fn invitation_form(cx: &Cx, action: String, kind: Kind, replacing: &[(String, String)], refusal: Option<&Refusal>) -> Markup {
    let chosen = Role::from_word(cx.form("role")).unwrap_or(Role::Finance);
    let mut places = vec![ui::Choice::new("", cx.t("organisation-invite-nobody"))];
    places.extend(replacing.iter().map(|(id, words)| ui::Choice::new(id.as_str(), words.as_str()).chosen(cx.form("replaces") == id)));
    let fields = html! {
        (refused(cx, refusal))
        (Field { kind: ui::InputKind::Telephone, ..Field::words("phone", "organisation-invite-phone") }
            .optional().help("organisation-invite-phone-help").draw(cx, refusal))
        (Field::words("login", "organisation-invite-login").optional().help("organisation-invite-login-help").draw(cx, refusal))
        (role_and_days(cx, kind, chosen, refusal))
        @if !replacing.is_empty() {
            (ui::select_field(&ui::Select {
                name: "replaces".into(),
                label: cx.t("organisation-invite-replaces").into(),
                help: cx.t("organisation-invite-replaces-help").into(),
                choices: places,
                error: field_error(cx, refusal, "replaces").into(),
                ..ui::Select::default()
            }))
        }
        (submit(cx, "organisation-invite"))
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
