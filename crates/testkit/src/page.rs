//! What a browser shows: a page with its text, links and forms, and the words with which a story speaks about them.
//! A statement that does not hold panics with the page's text, so that the reader sees what the person would have seen.

use std::cell::OnceCell;

use axum::http::{HeaderMap, header};
use scraper::{ElementRef, Html, Node, Selector};

use crate::form::Form;

pub struct Page {
    /// The address that was asked for, with its query.
    pub path: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    document: OnceCell<Html>,
    text: OnceCell<String>,
}

impl Page {
    pub(crate) fn new(path: &str, status: u16, headers: HeaderMap, body: Vec<u8>) -> Page {
        Page { path: path.to_owned(), status, headers, body, document: OnceCell::new(), text: OnceCell::new() }
    }

    /// A header's value, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    #[must_use]
    pub fn is_html(&self) -> bool {
        self.header("content-type").starts_with("text/html")
    }

    /// A whole page, and not a refusal, a redirect or a download.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.status == 200 && self.is_html()
    }

    /// Where a redirect leads.
    #[must_use]
    pub fn leads_to(&self) -> Option<String> {
        (300..400).contains(&self.status).then(|| self.header(header::LOCATION.as_str()).to_owned())
    }

    #[must_use]
    pub fn source(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[must_use]
    pub fn contains_bytes(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|window| window == text.as_bytes())
    }

    pub fn document(&self) -> &Html {
        self.document.get_or_init(|| Html::parse_document(&self.source()))
    }

    /// What a person reads, with every run of white space as one space.
    pub fn text(&self) -> &str {
        self.text.get_or_init(|| {
            if !self.is_html() {
                return self.source();
            }
            let mut words = String::new();
            visible(self.document().root_element(), &mut words);
            words.split_whitespace().collect::<Vec<_>>().join(" ")
        })
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.texts("title").into_iter().next().unwrap_or_default()
    }

    /// The texts of all elements that a CSS selector finds.
    #[must_use]
    pub fn texts(&self, css: &str) -> Vec<String> {
        self.elements(css).iter().map(|e| e.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    /// An attribute of all elements that a CSS selector finds and that have it.
    #[must_use]
    pub fn attributes(&self, css: &str, attribute: &str) -> Vec<String> {
        self.elements(css).iter().filter_map(|e| e.attr(attribute).map(str::to_owned)).collect()
    }

    pub fn elements(&self, css: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(css).unwrap_or_else(|error| panic!("“{css}” is not a selector: {error:?}"));
        self.document().select(&selector).collect()
    }

    #[must_use]
    pub fn shows(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    pub fn sees(&self, words: &str) -> &Page {
        assert!(self.shows(words), "“{words}” is not on {}", self.described());
        self
    }

    pub fn sees_no(&self, words: &str) -> &Page {
        assert!(!self.shows(words), "“{words}” should not be on {}", self.described());
        self
    }

    pub fn has_status(&self, status: u16) -> &Page {
        assert_eq!(self.status, status, "{}", self.described());
        self
    }

    /// The page that is shown is this one; its query does not matter.
    pub fn is_at(&self, path: &str) -> &Page {
        assert_eq!(self.path.split('?').next().unwrap_or_default(), path, "{}", self.described());
        self
    }

    /// Where the link with this text leads; the text may be a part of the link's.
    #[must_use]
    pub fn link(&self, text: &str) -> String {
        let links = self.elements("a[href]");
        let named = |whole: bool| {
            links.iter().find(|link| {
                let words = link.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
                if whole { words == text } else { words.contains(text) }
            })
        };
        let found = named(true).or_else(|| named(false)).unwrap_or_else(|| panic!("there is no link “{text}” on {}", self.described()));
        found.attr("href").unwrap_or_default().to_owned()
    }

    /// Where all links lead, as written.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        if self.is_html() { self.attributes("a[href]", "href") } else { Vec::new() }
    }

    /// The form that goes to this address; its query does not matter.
    #[must_use]
    pub fn form(&self, action: &str) -> Form {
        let forms = self.forms();
        let goes_there = |form: &&Form| form.action == action || form.action.split('?').next() == Some(action);
        forms.iter().find(goes_there).cloned().unwrap_or_else(|| {
            let actions: Vec<&str> = forms.iter().map(|form| form.action.as_str()).collect();
            panic!("no form goes to “{action}”, only to {actions:?}, on {}", self.described())
        })
    }

    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        let here = self.path.split('#').next().unwrap_or_default();
        if self.is_html() { Form::all(self.document(), here) } else { Vec::new() }
    }

    fn described(&self) -> String {
        let to = self.leads_to().map(|to| format!(", which leads to {to}")).unwrap_or_default();
        format!("{} (status {}{to}), which reads:\n{}", self.path, self.status, self.text())
    }
}

/// Collects what is read aloud; titles, scripts and templates are not, and elements keep their words apart.
fn visible(element: ElementRef, words: &mut String) {
    if matches!(element.value().name(), "head" | "script" | "style" | "template") {
        return;
    }
    for child in element.children() {
        match child.value() {
            Node::Text(text) => words.push_str(text),
            Node::Element(_) => {
                let inside = ElementRef::wrap(child).expect("an element");
                let inline =
                    matches!(inside.value().name(), "a" | "b" | "strong" | "em" | "span" | "time" | "abbr" | "i" | "small" | "mark");
                if !inline {
                    words.push(' ');
                }
                visible(inside, words);
                if !inline {
                    words.push(' ');
                }
            }
            _ => {}
        }
    }
}
