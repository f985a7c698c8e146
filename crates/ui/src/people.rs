//! People and what they say: members of a village, officers with their promises, posts with pictures.
use maud::{Markup, html};

use crate::words::Text;

/// The first character of a name in a small round field; nobody's photograph is needed.
pub fn avatar(name: &str) -> Markup {
    let first: String = name.chars().take(1).collect();
    html! { span.avatar aria-hidden="true" { (first) } }
}

/// A person in an office or a role.
#[derive(Clone, Debug, Default)]
pub struct Person<'a> {
    pub name: Text<'a>,
    /// "村党支部书记 · 任期至 2026 年 3 月"
    pub role: Text<'a>,
    /// Promise, contact, rating: whatever follows.
    pub body: Markup,
}

/// A card of a cadre, teacher or social worker: who, in which office, with which promise.
pub fn person(p: &Person) -> Markup {
    html! {
        div.card.person {
            (avatar(&p.name))
            div { p.person-name { b { (p.name) } small { (p.role) } } (p.body) }
        }
    }
}

/// A picture with what it shows in words.
#[derive(Clone, Debug, Default)]
pub struct Picture<'a> {
    pub src: Text<'a>,
    /// For those who do not see it; never empty for evidence.
    pub alt: Text<'a>,
    /// Where the full picture is; empty: no link.
    pub href: Text<'a>,
}

/// Photographs of a post or of evidence, in even squares.
pub fn pictures(items: &[Picture]) -> Markup {
    html! {
        @if !items.is_empty() {
            ul.pictures {
                @for item in items {
                    li {
                        @if item.href.is_empty() { img src=(item.src) alt=(item.alt) loading="lazy"; }
                        @else { a href=(item.href) { img src=(item.src) alt=(item.alt) loading="lazy"; } }
                    }
                }
            }
        }
    }
}

/// Something somebody wrote: a progress post, a village post, a diary, a letter, a blessing.
#[derive(Clone, Debug, Default)]
pub struct Post<'a> {
    pub author: Text<'a>,
    /// "2 小时前 · 项目执行人"
    pub when: Text<'a>,
    /// Empty: no title.
    pub title: Text<'a>,
    pub body: Markup,
    pub pictures: Vec<Picture<'a>>,
    /// Buttons and links at the foot: comment, report, read aloud.
    pub foot: Markup,
}

/// A post in a stream.
pub fn post(p: &Post) -> Markup {
    html! {
        article.post {
            header { (avatar(&p.author)) p.person-name { b { (p.author) } small { (p.when) } } }
            @if !p.title.is_empty() { h3 { (p.title) } }
            div.prose { (p.body) }
            (pictures(&p.pictures))
            div.row { (p.foot) }
        }
    }
}
