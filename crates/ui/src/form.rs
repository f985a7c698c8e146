//! Forms: every field has a visible label, help and an error tied to it, and works without script.
use maud::{Markup, html};

use crate::mark::{Icon, icon};
use crate::words::{Link, Text};

/// How a form is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    Get,
    #[default]
    Post,
    /// POST with files.
    Upload,
}

/// A form around its fields.
#[derive(Clone, Debug, Default)]
pub struct Form<'a> {
    pub action: Text<'a>,
    pub method: Method,
    /// Names and values that the person does not see.
    pub hidden: Vec<(Text<'a>, Text<'a>)>,
    /// Usually an `error_summary`, fields and a `submit_row`.
    pub body: Markup,
}

/// The form itself; with script it cannot be sent twice by an impatient thumb.
pub fn form(f: &Form) -> Markup {
    html! {
        form.form action=(f.action) method=(if f.method == Method::Get { "get" } else { "post" })
            enctype=[(f.method == Method::Upload).then_some("multipart/form-data")] data-once {
            @for (name, value) in &f.hidden { input type="hidden" name=(name) value=(value); }
            (f.body)
        }
    }
}

/// A mistake in a field, for the summary at the top.
#[derive(Clone, Debug, Default)]
pub struct FieldError<'a> {
    /// The `name` of the field.
    pub name: Text<'a>,
    pub text: Text<'a>,
}

/// At the top of a form that was refused: what to correct, each leading to its field. Empty when there is nothing.
pub fn error_summary(title: &str, errors: &[FieldError]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.notice.t-bad role="alert" tabindex="-1" autofocus {
                (icon(Icon::Danger))
                div {
                    p.notice-title { b { (title) } }
                    ul { @for error in errors { li { a href={ "#f-" (error.name) } { (error.text) } } } }
                }
            }
        }
    }
}

/// The kinds of one-line inputs; each brings the right keyboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputKind {
    #[default]
    Text,
    Number,
    Telephone,
    Email,
    Password,
    /// A code received by message or shown by an authenticator.
    OneTimeCode,
    Url,
    Date,
    DateTime,
    Month,
    Time,
}

/// A one-line field.
#[derive(Clone, Debug, Default)]
pub struct Input<'a> {
    pub name: Text<'a>,
    pub label: Text<'a>,
    pub kind: InputKind,
    pub value: Text<'a>,
    /// How to fill it in; empty: none.
    pub help: Text<'a>,
    /// What is wrong with it; empty: nothing.
    pub error: Text<'a>,
    pub required: bool,
    /// After the label: "选填"; may be empty.
    pub mark: Text<'a>,
    /// The browser's autofill token (`tel`, `name`, `one-time-code`); empty: none.
    pub autocomplete: Text<'a>,
    /// Limits as the browser knows them; empty: none.
    pub min: Text<'a>,
    pub max: Text<'a>,
    pub max_length: Option<u32>,
    /// After the field: "元", "步", "户".
    pub unit: Text<'a>,
}

/// A one-line field: name, phone, date, number.
pub fn input_field(i: &Input) -> Markup {
    let (kind, mode) = match i.kind {
        InputKind::Text => ("text", None),
        InputKind::Number => ("text", Some("numeric")),
        InputKind::Telephone => ("tel", Some("tel")),
        InputKind::Email => ("email", Some("email")),
        InputKind::Password => ("password", None),
        InputKind::OneTimeCode => ("text", Some("numeric")),
        InputKind::Url => ("url", Some("url")),
        InputKind::Date => ("date", None),
        InputKind::DateTime => ("datetime-local", None),
        InputKind::Month => ("month", None),
        InputKind::Time => ("time", None),
    };
    let control = html! {
        span.control {
            input id={ "f-" (i.name) } name=(i.name) type=(kind) inputmode=[mode] value=(i.value)
                required[i.required] autocomplete=[some(&i.autocomplete)] min=[some(&i.min)] max=[some(&i.max)]
                maxlength=[i.max_length] aria-describedby=[described(&i.name, &i.help, &i.error)]
                aria-invalid=[(!i.error.is_empty()).then_some("true")];
            @if !i.unit.is_empty() { span.affix { (i.unit) } }
        }
    };
    wrap(&i.name, &i.label, &i.mark, &i.help, &i.error, control)
}

/// A suggested amount. `href` is the same page with the amount filled in, for phones without script.
#[derive(Clone, Debug, Default)]
pub struct Chip<'a> {
    pub label: Text<'a>,
    pub value: Text<'a>,
    pub href: Text<'a>,
}

/// A field for yuan.
#[derive(Clone, Debug, Default)]
pub struct Amount<'a> {
    pub name: Text<'a>,
    pub label: Text<'a>,
    /// Yuan with up to two decimals, as typed.
    pub value: Text<'a>,
    pub help: Text<'a>,
    pub error: Text<'a>,
    pub required: bool,
    pub chips: Vec<Chip<'a>>,
    /// Names the suggestions for screen readers: "常用金额".
    pub chips_label: Text<'a>,
    /// After the field: "元".
    pub unit: Text<'a>,
}

/// The amount of a gift: big digits, ¥ before, suggestions below.
pub fn amount_field(a: &Amount) -> Markup {
    let control = html! {
        span.control.amount {
            span.affix aria-hidden="true" { "¥" }
            input id={ "f-" (a.name) } name=(a.name) type="text" inputmode="decimal" autocomplete="off" value=(a.value)
                required[a.required] maxlength="14" aria-describedby=[described(&a.name, &a.help, &a.error)]
                aria-invalid=[(!a.error.is_empty()).then_some("true")];
            @if !a.unit.is_empty() { span.affix { (a.unit) } }
        }
        @if !a.chips.is_empty() {
            ul.chips aria-label=(a.chips_label) {
                @for chip in &a.chips {
                    li {
                        a.chip href=(chip.href) data-fill={ "f-" (a.name) } data-value=(chip.value)
                            aria-current=[(chip.value == a.value).then_some("true")] { (chip.label) }
                    }
                }
            }
        }
    };
    wrap(&a.name, &a.label, "", &a.help, &a.error, control)
}

/// A field of several lines.
#[derive(Clone, Debug, Default)]
pub struct TextArea<'a> {
    pub name: Text<'a>,
    pub label: Text<'a>,
    pub value: Text<'a>,
    pub help: Text<'a>,
    pub error: Text<'a>,
    pub required: bool,
    pub mark: Text<'a>,
    /// 0: four lines.
    pub rows: u32,
    pub max_length: Option<u32>,
}

/// Stories, letters, reasons.
pub fn textarea_field(t: &TextArea) -> Markup {
    let rows = if t.rows == 0 { 4 } else { t.rows };
    let control = html! {
        textarea id={ "f-" (t.name) } name=(t.name) rows=(rows) required[t.required] maxlength=[t.max_length]
            aria-describedby=[described(&t.name, &t.help, &t.error)]
            aria-invalid=[(!t.error.is_empty()).then_some("true")] { (t.value) }
    };
    wrap(&t.name, &t.label, &t.mark, &t.help, &t.error, control)
}

/// One of several answers.
#[derive(Clone, Debug, Default)]
pub struct Choice<'a> {
    pub value: Text<'a>,
    pub text: Text<'a>,
    /// A quieter second line (radios and checks only); may be empty.
    pub note: Text<'a>,
    pub chosen: bool,
}

impl<'a> Choice<'a> {
    /// A choice that is not chosen yet.
    pub fn new(value: impl Into<Text<'a>>, text: impl Into<Text<'a>>) -> Self {
        Choice { value: value.into(), text: text.into(), ..Choice::default() }
    }

    /// Chosen or not.
    pub fn chosen(mut self, chosen: bool) -> Self {
        self.chosen = chosen;
        self
    }
}

/// A drop-down.
#[derive(Clone, Debug, Default)]
pub struct Select<'a> {
    pub name: Text<'a>,
    pub label: Text<'a>,
    pub choices: Vec<Choice<'a>>,
    pub help: Text<'a>,
    pub error: Text<'a>,
    pub required: bool,
    pub mark: Text<'a>,
}

/// One of more than five answers; for fewer use `radio_field`.
pub fn select_field(s: &Select) -> Markup {
    let control = html! {
        select id={ "f-" (s.name) } name=(s.name) required[s.required]
            aria-describedby=[described(&s.name, &s.help, &s.error)]
            aria-invalid=[(!s.error.is_empty()).then_some("true")] {
            @for choice in &s.choices { option value=(choice.value) selected[choice.chosen] { (choice.text) } }
        }
    };
    wrap(&s.name, &s.label, &s.mark, &s.help, &s.error, control)
}

/// One of a few answers, all visible.
#[derive(Clone, Debug, Default)]
pub struct Radios<'a> {
    pub name: Text<'a>,
    pub legend: Text<'a>,
    pub choices: Vec<Choice<'a>>,
    pub help: Text<'a>,
    pub error: Text<'a>,
    pub required: bool,
}

/// Two to five answers of which one holds.
pub fn radio_field(r: &Radios) -> Markup {
    html! {
        fieldset.field aria-describedby=[described(&r.name, &r.help, &r.error)] {
            legend { (r.legend) }
            (help_and_error(&r.name, &r.help, &r.error))
            @for (i, choice) in r.choices.iter().enumerate() {
                label.check {
                    input type="radio" name=(r.name) value=(choice.value) checked[choice.chosen] required[r.required]
                        id=[(i == 0).then(|| format!("f-{}", r.name))];
                    span { (choice.text) @if !choice.note.is_empty() { small { (choice.note) } } }
                }
            }
        }
    }
}

/// A yes that the person gives.
#[derive(Clone, Debug, Default)]
pub struct Check<'a> {
    pub name: Text<'a>,
    /// Sent when ticked.
    pub value: Text<'a>,
    /// May hold links (terms).
    pub label: Markup,
    pub checked: bool,
    pub required: bool,
    pub help: Text<'a>,
    pub error: Text<'a>,
}

/// A yes or no; consent is never ticked beforehand.
pub fn checkbox(c: &Check) -> Markup {
    choice_check(c, 0)
}

/// One of several ticks under the same name; `at` counts them from 0, so that each has an id of its own.
pub fn choice_check(c: &Check, at: usize) -> Markup {
    let id = if at == 0 { format!("f-{}", c.name) } else { format!("f-{}-{at}", c.name) };
    html! {
        div.field {
            label.check {
                input type="checkbox" id=(id) name=(c.name) value=(c.value) checked[c.checked]
                    required[c.required] aria-describedby=[described(&c.name, &c.help, &c.error)]
                    aria-invalid=[(!c.error.is_empty()).then_some("true")];
                span { (c.label) }
            }
            (help_and_error(&c.name, &c.help, &c.error))
        }
    }
}

/// A field for files.
#[derive(Clone, Debug, Default)]
pub struct FileInput<'a> {
    pub name: Text<'a>,
    pub label: Text<'a>,
    /// `image/*`, `.csv,.xlsx`; empty: anything.
    pub accept: Text<'a>,
    pub multiple: bool,
    pub required: bool,
    pub help: Text<'a>,
    pub error: Text<'a>,
}

/// Photographs and spreadsheets; the form's method must be `Upload`.
pub fn file_field(f: &FileInput) -> Markup {
    let control = html! {
        input id={ "f-" (f.name) } name=(f.name) type="file" accept=[some(&f.accept)] multiple[f.multiple]
            required[f.required] aria-describedby=[described(&f.name, &f.help, &f.error)]
            aria-invalid=[(!f.error.is_empty()).then_some("true")];
    };
    wrap(&f.name, &f.label, "", &f.help, &f.error, control)
}

/// Fields that belong together, under one legend.
pub fn fieldset(legend: &str, body: Markup) -> Markup {
    html! { fieldset.group { legend { (legend) } (body) } }
}

/// What a button is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one main thing on a page that is not giving.
    #[default]
    Main,
    /// Giving, and nothing else.
    Give,
    /// Another possibility.
    Quiet,
    /// Takes something away or cannot be undone.
    Danger,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            ButtonKind::Main => "btn",
            ButtonKind::Give => "btn give",
            ButtonKind::Quiet => "btn quiet",
            ButtonKind::Danger => "btn danger",
        }
    }
}

/// A button that sends its form. With a name and value it says which of several was pressed.
pub fn button(kind: ButtonKind, words: &str, name_value: Option<(&str, &str)>) -> Markup {
    html! {
        button class=(kind.class()) type="submit" name=[name_value.map(|(name, _)| name)]
            value=[name_value.map(|(_, value)| value)] { (words) }
    }
}

/// A link that looks like a button: leads somewhere and changes nothing.
pub fn link_button(kind: ButtonKind, words: &str, href: &str) -> Markup {
    html! { a class=(kind.class()) href=(href) { (words) } }
}

/// The end of a form: the button that sends it, others after it, and a way out.
pub fn submit_row(buttons: Markup, way_out: Option<&Link>) -> Markup {
    html! { div.row.submit { (buttons) @if let Some(link) = way_out { (link) } } }
}

/// Choices that narrow a list.
#[derive(Clone, Debug, Default)]
pub struct FilterGroup<'a> {
    pub legend: Text<'a>,
    pub name: Text<'a>,
    /// Several may hold at once.
    pub many: bool,
    pub choices: Vec<Choice<'a>>,
}

/// A search with filters, sent by GET so that the result has an address.
#[derive(Clone, Debug, Default)]
pub struct SearchBox<'a> {
    pub action: Text<'a>,
    pub label: Text<'a>,
    pub name: Text<'a>,
    pub value: Text<'a>,
    pub button: Text<'a>,
    pub filters: Vec<FilterGroup<'a>>,
    /// Kept as they are (sort order).
    pub hidden: Vec<(Text<'a>, Text<'a>)>,
}

/// Above every list that can be searched.
pub fn search_box(s: &SearchBox) -> Markup {
    html! {
        form.search role="search" action=(s.action) method="get" {
            @for (name, value) in &s.hidden { input type="hidden" name=(name) value=(value); }
            label.search-label for={ "f-" (s.name) } { (s.label) }
            div.search-row {
                input type="search" id={ "f-" (s.name) } name=(s.name) value=(s.value) enterkeyhint="search";
                button.btn type="submit" { (icon(Icon::Search)) span { (s.button) } }
            }
            @for group in &s.filters {
                fieldset.filter {
                    legend { (group.legend) }
                    @for choice in &group.choices {
                        label.pill {
                            input type=(if group.many { "checkbox" } else { "radio" }) name=(group.name)
                                value=(choice.value) checked[choice.chosen];
                            span { (choice.text) }
                        }
                    }
                }
            }
        }
    }
}

fn wrap(name: &str, label: &str, mark: &str, help: &str, error: &str, control: Markup) -> Markup {
    html! {
        div class=(if error.is_empty() { "field" } else { "field wrong" }) {
            label for={ "f-" (name) } { (label) @if !mark.is_empty() { span.mark-word { (mark) } } }
            (help_and_error(name, help, error))
            (control)
        }
    }
}

fn help_and_error(name: &str, help: &str, error: &str) -> Markup {
    html! {
        @if !help.is_empty() { p.help id={ "h-" (name) } { (help) } }
        @if !error.is_empty() { p.error id={ "e-" (name) } { (icon(Icon::Danger)) (error) } }
    }
}

fn described(name: &str, help: &str, error: &str) -> Option<String> {
    match (help.is_empty(), error.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("h-{name}")),
        (true, false) => Some(format!("e-{name}")),
        (false, false) => Some(format!("h-{name} e-{name}")),
    }
}

fn some<'t>(words: &'t Text) -> Option<&'t str> {
    (!words.is_empty()).then_some(words.as_ref())
}
