//! The furniture of a page: headings, sections, cards, notices, tabs, pages of a list, small stamps.
use maud::{Markup, html};

use crate::mark::{Icon, icon};
use crate::words::{Link, Text};

/// What a notice or badge wants to say. The word beside it says the same, for those who do not see the colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neutral: something to know.
    #[default]
    Info,
    /// It went well.
    Good,
    /// Late, incomplete or unusual.
    Warn,
    /// Failed, stopped or irreversible.
    Bad,
    /// Neither: a plain label.
    Plain,
}

impl Tone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Tone::Info => "t-info",
            Tone::Good => "t-good",
            Tone::Warn => "t-warn",
            Tone::Bad => "t-bad",
            Tone::Plain => "t-plain",
        }
    }

    pub(crate) fn icon(self) -> Icon {
        match self {
            Tone::Info | Tone::Plain => Icon::Info,
            Tone::Good => Icon::Check,
            Tone::Warn => Icon::Warning,
            Tone::Bad => Icon::Danger,
        }
    }
}

/// How wide the middle column of a page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// About 40 characters of Chinese: reading and forms.
    Reading,
    /// Lists, cards, dashboards.
    #[default]
    Wide,
}

/// The top of a home or campaign page: one sentence, one lead, one or two things to do, and a picture of figures.
#[derive(Clone, Debug, Default)]
pub struct Hero<'a> {
    pub title: Text<'a>,
    pub lead: Text<'a>,
    /// Buttons, usually `link_button`s.
    pub actions: Markup,
    /// Beside or below the words: usually `money_figure`s or a `stat_row`.
    pub aside: Markup,
}

/// The opening of the home page or of a campaign; at most one per page, and it replaces `heading`.
pub fn hero(h: &Hero) -> Markup {
    html! {
        div.hero {
            div.hero-words {
                h1 { (h.title) }
                p.lead { (h.lead) }
                div.row { (h.actions) }
            }
            div.hero-aside { (h.aside) }
        }
        (open_water())
    }
}

/// Lines of water, closer together far away, and one drop about to join them.
fn open_water() -> Markup {
    let line = |y: i32, half: i32, rise: i32| {
        format!("M{} {y}q{} {} {half} 0{}", -half, half / 2, -rise, format!("t{half} 0").repeat((1280 / half) as usize))
    };
    html! {
        svg.open-water.ornament viewBox="0 0 1200 128" preserveAspectRatio="xMidYMax slice" aria-hidden="true" focusable="false" {
            path.m-drop d="M620 2c7.500 9 11.500 15 11.500 20.500a11.500 11.500 0 0 1-23 0C608.500 17 612.500 11 620 2Z" {}
            path d="M580 52a40 6 0 0 0 80 0 40 6 0 0 0-80 0M544 52a76 12 0 0 0 152 0 76 12 0 0 0-152 0" {}
            path d=(line(64, 24, 5)) {}
            path d=(line(74, 34, 8)) {}
            path d=(line(87, 48, 11)) {}
            path d=(line(103, 66, 14)) {}
            path d=(line(121, 90, 17)) {}
        }
    }
}

/// The page's `h1` and, under it, one sentence that says what the page is for. Once per page.
pub fn heading(title: &str, lead: Option<&str>) -> Markup {
    html! {
        header.head {
            h1 { (title) }
            @if let Some(lead) = lead { p.lead { (lead) } }
        }
    }
}

/// A titled part of a page; `more` is a link at the end of the title line ("all projects").
pub fn section(title: &str, more: Option<&Link>, body: Markup) -> Markup {
    html! {
        section.part {
            div.part-head {
                h2 { (title) }
                @if let Some(more) = more { a.more href=(more.href) { (more.text) (icon(Icon::Next)) } }
            }
            (body)
        }
    }
}

/// A quiet panel for things that belong together; `title` becomes an `h3`.
pub fn card(title: Option<&str>, body: Markup) -> Markup {
    html! {
        div.card {
            @if let Some(title) = title { h3 { (title) } }
            (body)
        }
    }
}

/// What few people need, folded away below a line that opens it.
pub fn fold(title: &str, body: Markup) -> Markup {
    html! { details.fold { summary { (title) } (body) } }
}

/// Cards side by side, as many as fit; one column on a phone.
pub fn grid(items: impl IntoIterator<Item = Markup>) -> Markup {
    html! { div.grid { @for item in items { (item) } } }
}

/// A main column and a narrower one beside it; on a phone the side column comes after.
pub fn columns(main: Markup, side: Markup) -> Markup {
    html! { div.cols { div.cols-main { (main) } aside.cols-side { (side) } } }
}

/// Running text (paragraphs, lists, small headings) at a readable measure.
pub fn prose(body: Markup) -> Markup {
    html! { div.prose { (body) } }
}

/// A picture or chart with its caption.
pub fn figure(body: Markup, caption: &str) -> Markup {
    html! { figure.fig { (body) figcaption { (caption) } } }
}

/// The thin water line that parts two thoughts. Ornament: the large mode leaves it out.
pub fn water_line() -> Markup {
    html! { div.water.ornament aria-hidden="true" {} }
}

/// A box that must be noticed. `word` names the tone in the reader's language (提示, 成功, 注意, 错误).
pub fn notice(tone: Tone, word: &str, title: Option<&str>, body: Markup) -> Markup {
    let role = if tone == Tone::Bad { "alert" } else { "note" };
    html! {
        div class={ "notice " (tone.class()) } role=(role) {
            (icon(tone.icon()))
            div {
                p.notice-title { b { (word) } @if let Some(title) = title { " · " (title) } }
                (body)
            }
        }
    }
}

/// A status in one or two words, for lists and tables.
pub fn badge(tone: Tone, word: &str) -> Markup {
    html! {
        span class={ "badge " (tone.class()) } {
            @if tone != Tone::Plain && tone != Tone::Info { (icon(tone.icon())) }
            (word)
        }
    }
}

/// Nothing here yet: say why, and what the person can do next.
pub fn empty_state(title: &str, why: &str, next: Option<&Link>) -> Markup {
    html! {
        div.empty {
            svg.empty-drop.ornament viewBox="0 0 96 64" aria-hidden="true" focusable="false" {
                path.m-drop d="M48 4c8 10 12 16 12 22a12 12 0 0 1-24 0c0-6 4-12 12-22Z" {}
                path.m-line d="M8 52q10-8 20 0t20 0 20 0 20 0" {}
            }
            p.empty-title { (title) }
            p { (why) }
            @if let Some(next) = next { p { a.btn href=(next.href) { (next.text) } } }
        }
    }
}

/// Where this page stands; the last step is the page itself and no link. `label` names the trail for screen readers.
pub fn breadcrumbs(label: &str, trail: &[Link], here: &str) -> Markup {
    html! {
        nav.crumbs aria-label=(label) {
            ol {
                @for step in trail { li { (step) } }
                li aria-current="page" { (here) }
            }
        }
    }
}

/// Parts of one thing, each with its own address; `current` is the index of the shown one.
pub fn tabs(label: &str, links: &[Link], current: usize) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            ul {
                @for (i, link) in links.iter().enumerate() {
                    li { a href=(link.href) aria-current=[(i == current).then_some("page")] { (link.text) } }
                }
            }
        }
    }
}

/// Steps through a long list. Links that are `None` are not offered.
#[derive(Clone, Debug, Default)]
pub struct Pagination<'a> {
    /// Names the navigation for screen readers.
    pub label: Text<'a>,
    pub previous: Option<Link<'a>>,
    pub next: Option<Link<'a>>,
    /// Where we are: "第 2 页,共 40 页" or "最近 50 条".
    pub position: Text<'a>,
}

/// Under a list that does not fit on one page.
pub fn pagination(p: &Pagination) -> Markup {
    html! {
        nav.pages aria-label=(p.label) {
            @if let Some(link) = &p.previous { a.btn.quiet rel="prev" href=(link.href) { (link.text) } }
            span { (p.position) }
            @if let Some(link) = &p.next { a.btn.quiet rel="next" href=(link.href) { (link.text) } }
        }
    }
}

/// "As of 2020-09-09 09:09:09": under every total, because totals move. `machine` is RFC 3339.
pub fn as_of(words: &str, machine: &str) -> Markup {
    html! { p.asof { (icon(Icon::Clock)) time datetime=(machine) { (words) } } }
}

/// A number or code that people pass on (certificate number, proof). Selectable without script; with script a copy button appears.
pub fn copyable(label: &str, value: &str, copy_word: &str, copied_word: &str) -> Markup {
    html! {
        span.copy {
            span.vh { (label) " " }
            code { (value) }
            button.btn.quiet.small type="button" hidden data-copy=(value) data-done=(copied_word) {
                (icon(Icon::Copy)) span { (copy_word) }
            }
        }
    }
}

/// The one thing to do on this page, kept at the bottom edge of the screen: the last part of a page's body. At most two buttons.
pub fn action_bar(body: Markup) -> Markup {
    html! { div.bar-bottom { (body) } }
}

/// A part that the script reloads by itself every `every_ms`; without script it simply stays as it was served. `id` must be unique on
/// the page and stay the same between loads. The page is asked for again at its own address, or at `from` when it offers a smaller one.
pub fn refreshing(id: &str, every_ms: u32, from: Option<&str>, body: Markup) -> Markup {
    html! { div id=(id) data-refresh-ms=(every_ms) data-refresh-from=[from] { (body) } }
}

/// Text as it is, byte for byte: a hash, a key, what was signed. It breaks where the window ends.
pub fn verbatim(text: &str) -> Markup {
    html! { pre.verbatim { (text) } }
}
