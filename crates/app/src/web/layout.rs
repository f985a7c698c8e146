//! The page shell: navigation, footer, the statement of the legal mode, reading settings, refusals as pages.

use maud::{Markup, html};

use crate::kernel::{Ability, Refusal, Right, Role, allows};

use super::{Answer, Cookie, Cx, Lang, Outcome, Route, get, post};

/// What a page says about itself; the shell adds the rest.
#[derive(Default)]
pub struct PageParts<'a> {
    pub title: &'a str,
    pub body: Markup,
    /// One sentence for search engines and shared links.
    pub description: &'a str,
    /// The path under which a public page is known; leave it out for private and passing pages.
    pub canonical: Option<&'a str>,
    /// schema.org data.
    pub json_ld: Option<serde_json::Value>,
    /// A narrow column, for reading and forms.
    pub reading: bool,
    pub reload_after_s: Option<u32>,
}

impl Cx {
    /// The whole document.
    pub fn page(&self, parts: PageParts) -> Answer {
        self.page_with_status(200, parts)
    }

    pub fn page_with_status(&self, status: u16, parts: PageParts) -> Answer {
        // What must not spread has no address for search engines and shared links.
        let canonical = parts.canonical.filter(|_| allows(self.app.mode, Ability::Spread).is_ok());
        let json_ld = parts.json_ld.filter(|_| canonical.is_some());
        let address = canonical.map(|path| format!("{}{path}", self.app.base_url)).unwrap_or_default();
        let page = ui::Page {
            lang: self.lang.tag().into(),
            title: parts.title.into(),
            site: self.t("site-name").into(),
            description: parts.description.into(),
            canonical: address.into(),
            json_ld: json_ld.map(|v| v.to_string()).unwrap_or_default().into(),
            no_index: canonical.is_none(),
            theme: match self.cookie("theme") {
                "dark" => ui::Theme::Dark,
                "light" => ui::Theme::Light,
                _ => ui::Theme::Auto,
            },
            size: if self.large() { ui::Size::Large } else { ui::Size::Normal },
            width: if parts.reading { ui::Width::Reading } else { ui::Width::Wide },
            nav: self.navigation(),
            account: Some(self.account_link()),
            language: Some(self.language_link()),
            size_switch: Some(self.size_link()),
            statement: self.t(&format!("statement-{}", self.app.mode.word().replace('_', "-"))).into(),
            footer: self.footer(),
            imprint: vec![self.t("imprint").into()],
            flash: self.flash(),
            reload_after_s: parts.reload_after_s,
            words: ui::PageWords {
                skip: self.t("skip-to-content").into(),
                menu: self.t("menu").into(),
                navigation: self.t("navigation").into(),
                tools: self.t("page-tools").into(),
                ..ui::PageWords::default()
            },
            body: parts.body,
            ..ui::Page::default()
        };
        Answer::Page { status, html: page.render(), cookies: Vec::new() }
    }

    fn cookie(&self, name: &str) -> &str {
        self.request.cookies.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// The 适老 reading mode: bigger type and targets.
    pub fn large(&self) -> bool {
        self.cookie("size") == "large"
    }

    fn navigation(&self) -> Vec<ui::NavItem<'static>> {
        let mut items = vec![("/", "nav-home"), ("/projects", "nav-projects"), ("/reconciliation", "nav-books")];
        if self.actor.may(Right::SignedIn) {
            items.push(("/me/gifts", "nav-my-gifts"));
        }
        if self.actor.may(Right::Desk) {
            items.push(("/desk", "nav-desk"));
        }
        if self.actor.may(Right::Operator) {
            items.push(("/operator", "nav-operator"));
        }
        let here = |href: &str| self.request.path == href || (href != "/" && self.request.path.starts_with(&format!("{href}/")));
        items.into_iter().map(|(href, key)| ui::NavItem { text: self.t(key).into(), href: href.into(), current: here(href) }).collect()
    }

    fn account_link(&self) -> ui::Link<'static> {
        match &self.actor {
            crate::kernel::Actor::Anyone => ui::Link::new(self.t("sign-in"), "/sign-in"),
            crate::kernel::Actor::Person { name, .. } if name.is_empty() => ui::Link::new(self.t("account"), "/me"),
            crate::kernel::Actor::Person { name, .. } => ui::Link::new(name.clone(), "/me"),
        }
    }

    /// A link to this page's settings form cannot be a form in the header, so switches are links that set a cookie.
    fn language_link(&self) -> ui::Link<'static> {
        let (word, lang) = if self.lang == Lang::Zh { ("English", "en") } else { ("中文", "zh") };
        ui::Link::new(word, self.settings_address("lang", lang))
    }

    fn size_link(&self) -> ui::Link<'static> {
        let (key, size) = if self.large() { ("size-normal", "normal") } else { ("size-large", "large") };
        ui::Link::new(self.t(key), self.settings_address("size", size))
    }

    fn settings_address(&self, name: &str, value: &str) -> String {
        let back: String = form_urlencoded::byte_serialize(self.request.path.as_bytes()).collect();
        format!("/settings?{name}={value}&back={back}")
    }

    fn footer(&self) -> Vec<ui::FooterColumn<'static>> {
        let link = |key: &str, href: &'static str| ui::Link::new(self.t(key), href);
        let mut about = vec![
            link("footer-about", "/about"),
            link("footer-article", "/about/article"),
            link("footer-help", "/help"),
            link("privacy-link", "/privacy"),
            link("mode-title", "/about/mode"),
        ];
        if self.app.mode == crate::Mode::Demo {
            about.push(link("footer-outbox", "/outbox"));
        }
        vec![
            ui::FooterColumn {
                title: self.t("footer-give").into(),
                links: vec![
                    link("nav-projects", "/projects"),
                    link("nav-my-gifts", "/me/gifts"),
                    link("footer-organisations", "/organisations"),
                ],
            },
            ui::FooterColumn {
                title: self.t("footer-trust").into(),
                links: vec![
                    link("nav-books", "/reconciliation"),
                    link("log-title", "/log"),
                    link("footer-disclosure", "/disclosure"),
                    self.complain_link(),
                    link("complaint-figures", "/complaints"),
                    link("report-list-title", "/reports"),
                    link("papers-verify", "/receipts"),
                    link("footer-staff", "/staff/sign-in"),
                ],
            },
            ui::FooterColumn { title: self.t("footer-about-us").into(), links: about },
            ui::FooterColumn {
                title: self.t("footer-reading").into(),
                links: vec![
                    ui::Link::new(self.t("theme-light"), self.settings_address("theme", "light")),
                    ui::Link::new(self.t("theme-dark"), self.settings_address("theme", "dark")),
                    ui::Link::new(self.t("theme-auto"), self.settings_address("theme", "auto")),
                ],
            },
        ]
    }

    /// MZ/T 088-2017: a way to complain on every page; on a project's pages, about that project.
    fn complain_link(&self) -> ui::Link<'static> {
        let project = self.request.path.strip_prefix("/projects/").and_then(|rest| super::parse_id(rest.split('/').next().unwrap_or("")));
        let href = project.map_or("/complaints/new".to_owned(), |id| format!("/complaints/new?project={id}"));
        ui::Link::new(self.t("footer-complain"), href)
    }

    /// `?done=key` after a redirect says that it worked. Only messages made for this are shown.
    fn flash(&self) -> Option<Markup> {
        let key = format!("done-{}", self.query("done"));
        let words = self.app.locales.find(self.lang, &key, &[])?;
        Some(ui::notice(ui::Tone::Good, &self.t("word-done"), None, html! { p { (words) } }))
    }
}

/// The rooms of a charity's desk: address, name, note, and the roles that have business there (none named: every role).
const DESK_ROOMS: &[(&str, &str, &str, &[Role])] = &[
    ("/desk/organisations", "room-organisation", "room-organisation-note", &[]),
    ("/desk/seats", "people-seats-link", "people-seats-note", &[Role::Manager]),
    ("/desk/questions", "question-desk", "question-desk-note", &[Role::Manager, Role::Finance]),
    ("/desk/appeals", "desk-room-appeals", "desk-room-appeals-note", &[]),
    ("/desk/complaints", "complaint-desk", "complaint-desk-note", &[Role::Manager]),
    ("/desk/receipts", "papers-room", "papers-room-note", &[Role::Finance, Role::Manager, Role::Approver]),
    ("/desk/refunds", "room-refunds", "room-refunds-note", &[]),
    ("/desk/offline", "offline-title", "offline-desk-note", &[Role::Manager, Role::Finance, Role::Approver]),
];

/// The rooms of the operator's desk.
const OPERATOR_ROOMS: &[(&str, &str, &str)] = &[
    ("/operator/organisations", "people-organisations-link", "people-organisations-note"),
    ("/operator/admissions", "organisation-admissions", "room-admissions-note"),
    ("/operator/held", "room-held", "room-held-note"),
    ("/operator/reconciliation", "room-reconciliation", "room-reconciliation-note"),
    ("/operator/complaints", "complaint-room", "complaint-room-note"),
    ("/operator/settings", "settings-title", "settings-note"),
    ("/operator/messages", "people-messages", "people-messages-note"),
    ("/operator/appeals", "room-appeals", "room-appeals-note"),
    ("/operator/audit", "room-audit", "room-audit-note"),
    ("/operator/reports", "room-reports", "room-reports-note"),
    ("/operator/members", "room-members", "room-members-note"),
    ("/operator/refunds", "room-operator-refunds", "room-operator-refunds-note"),
    ("/operator/health", "room-health", "room-health-note"),
];

impl Cx {
    /// Links to the rooms of the desk that this person has business in.
    pub fn desk_rooms(&self) -> Vec<ui::LinkRow<'static>> {
        let held = |roles: &[Role]| roles.is_empty() || !self.actor.organisations_as(roles).is_empty();
        DESK_ROOMS.iter().filter(|(_, _, _, roles)| held(roles)).map(|(href, key, note, _)| self.room(href, key, note)).collect()
    }

    /// Links to the rooms of the operator's desk.
    pub fn operator_rooms(&self) -> Vec<ui::LinkRow<'static>> {
        OPERATOR_ROOMS.iter().map(|(href, key, note)| self.room(href, key, note)).collect()
    }

    fn room(&self, href: &'static str, key: &str, note: &str) -> ui::LinkRow<'static> {
        ui::LinkRow { href: href.into(), title: self.t(key).into(), note: self.t(note).into(), ..ui::LinkRow::default() }
    }
}

pub fn routes() -> Vec<Route> {
    vec![
        get("/settings", Right::Anyone, settings),
        get(ui::STYLE_PATH, Right::Anyone, |_| Ok(Answer::bytes("text/css; charset=utf-8", ui::STYLE, 31_536_000))),
        get(ui::SCRIPT_PATH, Right::Anyone, |_| Ok(Answer::bytes("text/javascript; charset=utf-8", ui::SCRIPT, 31_536_000))),
        get(ui::PAY_PATH, Right::Anyone, |_| Ok(Answer::bytes("text/javascript; charset=utf-8", ui::PAY_SCRIPT, 31_536_000))),
        get(ui::PASSKEY_PATH, Right::Anyone, |_| Ok(Answer::bytes("text/javascript; charset=utf-8", ui::PASSKEY_SCRIPT, 31_536_000))),
        get("/robots.txt", Right::Anyone, robots),
        post("/settings", Right::Anyone, settings),
    ]
}

/// Language, type size and theme are kept in cookies of their own; nothing else is remembered about a reader.
fn settings(cx: &Cx) -> Outcome {
    const YEAR_S: i64 = 31_536_000;
    let asked = |name: &str| if cx.query(name).is_empty() { cx.form(name).to_owned() } else { cx.query(name).to_owned() };
    let mut answer = Answer::redirect(local_path(&asked("back")));
    for (name, allowed) in [("lang", &["zh", "en"][..]), ("size", &["normal", "large"]), ("theme", &["light", "dark", "auto"])] {
        let value = asked(name);
        if allowed.contains(&value.as_str()) {
            answer = answer.with_cookie(Cookie { name, value, max_age_s: YEAR_S });
        }
    }
    Ok(answer)
}

/// A path on this site, or the home page: a redirect never leads anywhere else.
pub fn local_path(path: &str) -> String {
    let safe = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && path.chars().all(|c| c.is_ascii_graphic());
    if safe { path.to_owned() } else { "/".to_owned() }
}

fn robots(cx: &Cx) -> Outcome {
    if allows(cx.app.mode, Ability::Spread).is_err() {
        return Ok(Answer::bytes("text/plain; charset=utf-8", "User-agent: *\nDisallow: /\n", 3600));
    }
    Ok(Answer::bytes(
        "text/plain; charset=utf-8",
        "User-agent: *\nDisallow: /me\nDisallow: /gifts\nDisallow: /papers\nDisallow: /receipts/\nDisallow: /desk\nDisallow: /operator\n",
        3600,
    ))
}

/// The sentence of a refusal and what to do next.
pub fn refusal_text(cx: &Cx, refusal: &Refusal) -> (String, String) {
    let args: Vec<_> = refusal.args.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
    let next = cx.app.locales.find(cx.lang, &format!("{}.next", refusal.key), &args);
    (cx.ta(refusal.key, &args), next.unwrap_or_else(|| cx.t("refusal-next")))
}

pub fn refusal_page(cx: &Cx, refusal: &Refusal) -> Answer {
    let (sentence, next) = refusal_text(cx, refusal);
    let body = html! {
        (ui::heading(&sentence, Some(&next)))
        p { (ui::link_button(ui::ButtonKind::Main, &cx.t("to-home"), "/")) }
    };
    cx.page_with_status(refusal.status, PageParts { title: &sentence, body, reading: true, ..PageParts::default() })
}

/// Whoever may not come in yet is shown the door they can open, and comes back afterwards.
pub fn to_sign_in(cx: &Cx, refusal: &Refusal) -> Answer {
    let door = if refusal.key == "refusal-staff-sign-in-first" { "/staff/sign-in" } else { "/sign-in" };
    let back: String = form_urlencoded::byte_serialize(cx.request.path.as_bytes()).collect();
    Answer::redirect(format!("{door}?back={back}"))
}

/// An error beside a form's field, in the reader's words.
pub fn field_error(cx: &Cx, refusal: Option<&Refusal>, field: &str) -> String {
    refusal.filter(|r| r.field == Some(field)).map(|r| refusal_text(cx, r).0).unwrap_or_default()
}
