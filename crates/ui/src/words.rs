//! The two smallest things: a piece of text that may be borrowed or owned, and a link.
use std::borrow::Cow;

use maud::{Markup, Render, html};

/// Words shown to a person, already translated. Made from `&str`, `String` or `&String` with `.into()`.
pub type Text<'a> = Cow<'a, str>;

/// Turns plain words into markup (escaped), for slots that take markup.
pub fn text(words: impl Render) -> Markup {
    html! { (words) }
}

/// Words that lead somewhere.
#[derive(Clone, Debug, Default)]
pub struct Link<'a> {
    pub text: Text<'a>,
    pub href: Text<'a>,
}

impl<'a> Link<'a> {
    /// `text` is what the person reads, `href` where it leads.
    pub fn new(text: impl Into<Text<'a>>, href: impl Into<Text<'a>>) -> Self {
        Link { text: text.into(), href: href.into() }
    }
}

impl Render for Link<'_> {
    fn render(&self) -> Markup {
        html! { a href=(self.href) { (self.text) } }
    }
}
