//! The whole document around a page's body: head, banner, header, footer.
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::assets::{SCRIPT_PATH, STYLE_PATH};
use crate::layout::Width;
use crate::mark::{Icon, brand_mark, icon};
use crate::words::{Link, Text};

/// Light, dark, or what the device prefers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

/// Normal type, or 适老: bigger type and targets, fewer things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    #[default]
    Normal,
    Large,
}

/// An entry of the main navigation.
#[derive(Clone, Debug, Default)]
pub struct NavItem<'a> {
    pub text: Text<'a>,
    pub href: Text<'a>,
    pub current: bool,
}

/// A group of links in the footer.
#[derive(Clone, Debug, Default)]
pub struct FooterColumn<'a> {
    pub title: Text<'a>,
    pub links: Vec<Link<'a>>,
}

/// The words of the shell itself.
#[derive(Clone, Debug)]
pub struct PageWords<'a> {
    /// "跳到正文"
    pub skip: Text<'a>,
    /// "菜单"
    pub menu: Text<'a>,
    /// Names the main navigation: "主导航"
    pub navigation: Text<'a>,
    /// Names the tools (language, size, account): "设置与账户"
    pub tools: Text<'a>,
    /// Beside the mark: "汇海"
    pub brand: Text<'a>,
    /// Small, under or after the brand: "Huihai"
    pub brand_second: Text<'a>,
}

impl Default for PageWords<'_> {
    fn default() -> Self {
        PageWords {
            skip: "跳到正文".into(),
            menu: "菜单".into(),
            navigation: "主导航".into(),
            tools: "设置与账户".into(),
            brand: "汇海".into(),
            brand_second: "Huihai".into(),
        }
    }
}

/// One page. Fill what differs and leave the rest to `..Page::default()`.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// BCP 47: `zh-CN` or `en`.
    pub lang: Text<'a>,
    /// Without the site's name, which is appended.
    pub title: Text<'a>,
    pub site: Text<'a>,
    /// One sentence for search engines and shared links; empty: left out.
    pub description: Text<'a>,
    /// Absolute address of the page without its parameters; empty: left out.
    pub canonical: Text<'a>,
    /// Absolute address of the picture that a shared link shows; empty: left out.
    pub og_image: Text<'a>,
    /// schema.org data as JSON text; empty: left out. `<` is escaped here.
    pub json_ld: Text<'a>,
    /// Private and transient pages are not for search engines.
    pub no_index: bool,
    pub theme: Theme,
    pub size: Size,
    pub width: Width,
    /// Where the mark leads.
    pub home: Text<'a>,
    pub nav: Vec<NavItem<'a>>,
    /// Signed in: the person's name; signed out: "登录".
    pub account: Option<Link<'a>>,
    /// The same page in the other language, written in that language.
    pub language: Option<Link<'a>>,
    /// The other size: "大字版" or "标准版".
    pub size_switch: Option<Link<'a>>,
    /// What kind of deployment this is, when every page must say so ("演示环境,不收真钱").
    pub statement: Text<'a>,
    pub footer: Vec<FooterColumn<'a>>,
    /// The last lines of the footer: operator, licence numbers.
    pub imprint: Vec<Text<'a>>,
    /// A result of what the person just did, usually a `notice`.
    pub flash: Option<Markup>,
    /// Reload the whole page after so many seconds (waiting room, pending payment); works without script.
    pub reload_after_s: Option<u32>,
    pub words: PageWords<'a>,
    pub style_path: Text<'a>,
    pub script_path: Text<'a>,
    pub body: Markup,
}

impl Default for Page<'_> {
    fn default() -> Self {
        Page {
            lang: "zh-CN".into(),
            title: "".into(),
            site: "汇海".into(),
            description: "".into(),
            canonical: "".into(),
            og_image: "".into(),
            json_ld: "".into(),
            no_index: false,
            theme: Theme::Auto,
            size: Size::Normal,
            width: Width::Wide,
            home: "/".into(),
            nav: Vec::new(),
            account: None,
            language: None,
            size_switch: None,
            statement: "".into(),
            footer: Vec::new(),
            imprint: Vec::new(),
            flash: None,
            reload_after_s: None,
            words: PageWords::default(),
            style_path: STYLE_PATH.into(),
            script_path: SCRIPT_PATH.into(),
            body: html! {},
        }
    }
}

impl Page<'_> {
    /// The document. Every page of the product ends here.
    pub fn render(&self) -> Markup {
        let theme = match self.theme {
            Theme::Auto => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        };
        let size = (self.size == Size::Large).then_some("large");
        html! {
            (DOCTYPE)
            html lang=(self.lang) data-theme=[theme] data-size=[size] {
                (self.head())
                body {
                    a.skip href="#main" { (self.words.skip) }
                    @if !self.statement.is_empty() { p.statement role="note" { (self.statement) } }
                    (self.header())
                    main #main class=(match self.width { Width::Wide => "wrap", Width::Reading => "wrap narrow" }) {
                        @if let Some(flash) = &self.flash { div role="status" { (flash) } }
                        (self.body)
                    }
                    (self.footer())
                }
            }
        }
    }

    fn head(&self) -> Markup {
        html! {
            head {
                meta charset="utf-8";
                title {
                    (self.title)
                    @if !self.title.is_empty() && !self.site.is_empty() { " · " }
                    (self.site)
                }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="format-detection" content="telephone=no";
                meta name="theme-color" content="#f2f5f0" media="(prefers-color-scheme: light)";
                meta name="theme-color" content="#0b1a1f" media="(prefers-color-scheme: dark)";
                @if let Some(seconds) = self.reload_after_s { meta http-equiv="refresh" content=(seconds); }
                @if self.no_index { meta name="robots" content="noindex"; }
                @if !self.canonical.is_empty() { link rel="canonical" href=(self.canonical); }
                @if !self.description.is_empty() { meta name="description" content=(self.description); }
                @if !self.canonical.is_empty() {
                    meta property="og:type" content="website";
                    meta property="og:site_name" content=(self.site);
                    meta property="og:title" content=(self.title);
                    meta property="og:url" content=(self.canonical);
                    @if !self.description.is_empty() { meta property="og:description" content=(self.description); }
                    @if !self.og_image.is_empty() { meta property="og:image" content=(self.og_image); }
                }
                link rel="icon" href=(FAVICON);
                link rel="stylesheet" href=(self.style_path);
                script type="module" src=(self.script_path) {}
                @if !self.json_ld.is_empty() {
                    script type="application/ld+json" { (PreEscaped(self.json_ld.replace('<', "\\u003c"))) }
                }
            }
        }
    }

    fn header(&self) -> Markup {
        html! {
            header.top {
                div.wrap.top-row {
                    a.brand href=(self.home) {
                        (brand_mark())
                        span.brand-name { (self.words.brand) }
                        @if !self.words.brand_second.is_empty() { span.brand-second { (self.words.brand_second) } }
                    }
                    nav.nav-wide aria-label=(self.words.navigation) { (self.nav_list()) }
                    div.tools role="group" aria-label=(self.words.tools) {
                        @if let Some(link) = &self.size_switch { (link) }
                        @if let Some(link) = &self.language { (link) }
                        @if let Some(link) = &self.account { a href=(link.href) { (link.text) } }
                    }
                    @if !self.nav.is_empty() {
                        details.menu {
                            summary { (icon(Icon::Menu)) (self.words.menu) }
                            nav aria-label=(self.words.navigation) { (self.nav_list()) }
                        }
                    }
                }
            }
        }
    }

    fn nav_list(&self) -> Markup {
        html! {
            ul {
                @for item in &self.nav {
                    li { a href=(item.href) aria-current=[item.current.then_some("page")] { (item.text) } }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        html! {
            footer.sea {
                svg.sea-edge viewBox="0 0 1200 44" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                    path.sea-far d="M0 20q50-16 100 0t100 0 100 0 100 0 100 0 100 0 100 0 100 0 100 0 100 0 100 0 100 0V44H0Z" {}
                    path.sea-near d="M0 32q75-20 150 0t150 0 150 0 150 0 150 0 150 0 150 0 150 0V45H0Z" {}
                }
                div.sea-body {
                    div.wrap {
                        @if !self.footer.is_empty() {
                            div.sea-cols {
                                @for column in &self.footer {
                                    div {
                                        h2 { (column.title) }
                                        ul { @for link in &column.links { li { (link) } } }
                                    }
                                }
                            }
                        }
                        @for line in &self.imprint { p { (line) } }
                    }
                }
            }
        }
    }
}

/// The mark as a picture inside its own address, so that it costs no request.
const FAVICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 48'%3E%3Crect width='48' height='48' rx='10' fill='%230b5563'/%3E%3Cpath d='M24 8c8 9 12 15.500 12 21a12 12 0 0 1-24 0c0-5.500 4-12 12-21Z' fill='%23f2a679'/%3E%3Cpath d='M4 36q10-8 20 0t20 0v12H4Z' fill='%230b5563'/%3E%3Cpath d='M4 36q10-8 20 0t20 0' fill='none' stroke='%23fff' stroke-width='3'/%3E%3C/svg%3E";
