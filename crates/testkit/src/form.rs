//! A form as a browser would send it: what the page put in, what the person changes, and nothing that it does not offer.

use scraper::{ElementRef, Html, Selector};

#[derive(Clone, Debug)]
pub struct Form {
    /// The address, with its query; an empty one is the page's own.
    pub action: String,
    pub post: bool,
    /// Sent as `multipart/form-data`.
    pub takes_files: bool,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    /// What would be sent if the person did nothing; `None` for what is not ticked or not pressed.
    pub value: Option<String>,
    /// What may be chosen; empty where anything may be typed.
    pub choices: Vec<String>,
    /// A box that can be ticked, rather than one choice among several.
    tick: bool,
}

impl Form {
    pub(crate) fn all(document: &Html, here: &str) -> Vec<Form> {
        let mut forms = Vec::new();
        for element in document.select(&selector("form")) {
            let action = element.attr("action").filter(|a| !a.is_empty()).unwrap_or(here).to_owned();
            let post = element.attr("method").is_some_and(|m| m.eq_ignore_ascii_case("post"));
            let takes_files = element.attr("enctype").is_some_and(|e| e.eq_ignore_ascii_case("multipart/form-data"));
            let form = Form { action, post, takes_files, fields: fields(document, element) };
            for button in element.select(&selector("button[formaction], input[formaction]")) {
                let mut other = form.clone();
                other.action = button.attr("formaction").unwrap_or_default().to_owned();
                other.post = button.attr("formmethod").map_or(post, |m| m.eq_ignore_ascii_case("post"));
                forms.push(other);
            }
            forms.push(form);
        }
        forms
    }

    /// What is sent when the person changes these fields. An empty value unticks a box.
    #[must_use]
    pub fn filled(&self, values: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut fields = self.fields.clone();
        for (name, value) in values {
            // Boxes of one name are told apart by what they stand for; an empty value unticks them all.
            if value.is_empty() && fields.iter().any(|field| field.name == *name && field.tick) {
                fields.iter_mut().filter(|field| field.name == *name).for_each(|field| field.value = None);
                continue;
            }
            let of_name = |field: &&mut Field| field.name == *name;
            let offers = |field: &&mut Field| field.name == *name && field.choices.iter().any(|choice| choice == value);
            let field = match fields.iter_mut().find(offers) {
                Some(field) => Some(field),
                None => fields.iter_mut().find(of_name),
            };
            let field = field.unwrap_or_else(|| panic!("the form to {} has no field “{name}”, only {:?}", self.action, self.names()));
            let offered = field.choices.is_empty() || field.choices.iter().any(|choice| choice == value);
            assert!(offered, "“{name}” of the form to {} does not offer “{value}”, only {:?}", self.action, field.choices);
            field.value = Some((*value).to_owned());
        }
        fields.into_iter().filter_map(|field| Some((field.name, field.value?))).collect()
    }

    fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|field| field.name.as_str()).collect()
    }
}

fn fields(document: &Html, form: ElementRef) -> Vec<Field> {
    let controls = selector("input[name], textarea[name], select[name], button[name]");
    let own = form.select(&controls).filter(|e| e.attr("form").is_none());
    // Controls may stand outside and point to the form by its id.
    let outside: Vec<ElementRef> = match form.attr("id") {
        Some(id) => document.select(&selector(&format!("[form=\"{id}\"][name]"))).collect(),
        None => Vec::new(),
    };
    let mut fields: Vec<Field> = Vec::new();
    for control in own.chain(outside) {
        if control.attr("disabled").is_some() {
            continue;
        }
        let field = read(control);
        let same = |known: &&mut Field| known.name == field.name && !known.choices.is_empty() && !field.choices.is_empty() && !field.tick;
        match fields.iter_mut().find(same) {
            // Radio buttons and buttons of one name are one question with several answers; boxes are each one of their own.
            Some(known) => {
                known.choices.extend(field.choices);
                known.value = known.value.take().or(field.value);
            }
            None => fields.push(field),
        }
    }
    fields
}

fn read(control: ElementRef) -> Field {
    let attribute = |name: &str| control.attr(name).unwrap_or_default().to_owned();
    let name = attribute("name");
    let value = attribute("value");
    match (control.value().name(), control.attr("type").unwrap_or("")) {
        ("textarea", _) => {
            let text: String = control.text().collect();
            Field { name, value: Some(text.strip_prefix('\n').unwrap_or(&text).to_owned()), choices: Vec::new(), tick: false }
        }
        ("select", _) => {
            let options: Vec<(String, bool)> = control
                .select(&selector("option:not([disabled])"))
                .map(|o| (o.attr("value").map_or_else(|| o.text().collect(), str::to_owned), o.attr("selected").is_some()))
                .collect();
            let value = options.iter().find(|o| o.1).or(options.first()).map(|o| o.0.clone());
            Field { name, value, choices: options.into_iter().map(|o| o.0).collect(), tick: false }
        }
        ("input", kind @ ("checkbox" | "radio")) => {
            let value = if value.is_empty() { "on".to_owned() } else { value };
            let ticked = control.attr("checked").is_some().then(|| value.clone());
            Field { name, value: ticked, choices: vec![value], tick: kind == "checkbox" }
        }
        // A button is sent when it is the one that was pressed, which a story says by giving its value.
        ("button", "" | "submit") | ("input", "submit") => Field { name, value: None, choices: vec![value], tick: false },
        // Without a file chosen, nothing of it is sent that anybody reads.
        ("input", "file") => Field { name, value: None, choices: Vec::new(), tick: false },
        ("button", _) | ("input", "button" | "reset" | "image") => Field { name, value: None, choices: Vec::new(), tick: false },
        _ => Field { name, value: Some(value), choices: Vec::new(), tick: false },
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("“{css}” is not a selector: {error:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<form id="f" method="post" action="/gifts?x=1">
        <input type="hidden" name="project_id" value="7"><input name="amount" value="10">
        <textarea name="message">
你好</textarea>
        <select name="way"><option value="h5">H5<option value="native" selected>Native</select>
        <input type="checkbox" name="anonymous" value="1"><input type="checkbox" name="agree" checked>
        <input type="checkbox" name="of" value="1" checked><input type="checkbox" name="of" value="2" checked><input type="checkbox" name="of" value="3">
        <input type="radio" name="kind" value="a"><input type="radio" name="kind" value="b" checked>
        <input name="off" value="x" disabled><button name="step" value="back">B</button><button name="step" value="on">A</button>
        </form><input form="f" name="outside" value="o">"#;

    fn form() -> Form {
        Form::all(&Html::parse_document(PAGE), "/here").remove(0)
    }

    fn sent(values: &[(&str, &str)]) -> String {
        form().filled(values).iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("&")
    }

    #[test]
    fn a_form_is_sent_as_a_browser_would() {
        assert_eq!(sent(&[]), "project_id=7&amount=10&message=你好&way=native&agree=on&of=1&of=2&kind=b&outside=o");
        let changed = [("amount", "0.1"), ("anonymous", "1"), ("agree", ""), ("of", ""), ("of", "3"), ("kind", "a"), ("step", "on")];
        assert_eq!(sent(&changed), "project_id=7&amount=0.1&message=你好&way=native&anonymous=1&of=3&kind=a&step=on&outside=o");
    }

    #[test]
    #[should_panic(expected = "has no field “off”")]
    fn a_field_that_is_not_offered_cannot_be_filled_in() {
        let _ = form().filled(&[("off", "y")]);
    }

    #[test]
    #[should_panic(expected = "does not offer “jsapi”")]
    fn a_choice_that_is_not_offered_cannot_be_made() {
        let _ = form().filled(&[("way", "jsapi")]);
    }
}
