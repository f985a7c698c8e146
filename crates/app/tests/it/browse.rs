//! Every page, seen by everyone in both languages, with the eyes of a careful person: is it whole HTML in the right
//! language, with its headers, without inline code, with no text encoded twice, no missing message, no link that leads
//! nowhere, light enough for a cheap phone, usable by keyboard and by ear?

use std::collections::{BTreeMap, BTreeSet};

use app::web::{Lang, Method, Route, SECURITY_HEADERS};
use testkit::{Browser, Page, World, on_both_engines};

use crate::routes;

/// The most a public page may weigh with its style and script.
const PUBLIC_BYTES: usize = 100 * 1024;

/// Patterns of pages that no kind of person was shown with status 200. It may only shrink.
const NOT_YET_SHOWN: &[&str] = &[];

/// How many links to pages of one pattern a person follows: the county after the fifth looks like the others.
const ALIKE: usize = 5;

/// Faults, each once, with where it was seen first and how often.
#[derive(Default)]
struct Wrong(BTreeMap<String, (String, usize)>);

impl Wrong {
    fn add(&mut self, what: String, place: &str) {
        self.0.entry(what).or_insert_with(|| (place.to_owned(), 0)).1 += 1;
    }

    fn assert_none(&self) {
        let lines: Vec<String> =
            self.0.iter().map(|(what, (place, times))| format!("{what}\n    {times} times, first at {place}")).collect();
        assert!(lines.is_empty(), "{} faults:\n{}", lines.len(), lines.join("\n"));
    }
}

/// What is wrong with a page, whoever sees it.
fn faults(page: &Page, lang: Lang, all: &[Route]) -> Vec<String> {
    let mut found = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            found.push(what);
        }
    };
    must(page.status < 500, format!("status {}", page.status));
    for (name, value) in SECURITY_HEADERS {
        must(page.header(name) == *value, format!("the header {name} is “{}”", page.header(name)));
    }
    must(!page.header("cache-control").is_empty(), "it says nothing about caching".to_owned());
    if !page.is_html() {
        return found;
    }
    must(page.header("content-type") == "text/html; charset=utf-8", format!("its type is {}", page.header("content-type")));
    must(!page.header("cache-control").contains("public"), "a page made for one person may be kept by others".to_owned());
    let source = page.source();
    for (sign, what) in [
        ("⟦", "a message is missing"),
        ("&amp;amp;", "encoded twice"),
        ("&amp;lt;", "encoded twice"),
        ("&amp;gt;", "encoded twice"),
        ("&amp;quot;", "encoded twice"),
        ("&amp;#", "encoded twice"),
        ("javascript:", "a link with a script in it"),
    ] {
        let near = source.find(sign).map(|at| source[at..].chars().take(60).collect::<String>());
        must(near.is_none(), format!("{what}: {}", near.unwrap_or_default()));
    }
    let errors = &page.document().errors;
    must(errors.is_empty(), format!("it is not whole HTML: {errors:?}"));
    must(page.elements("html").iter().any(|e| e.attr("lang") == Some(lang.tag())), format!("it does not say that it is in {}", lang.tag()));
    let titles = page.texts("head > title");
    must(titles.len() == 1 && !titles[0].is_empty(), format!("its titles are {titles:?}"));
    must(page.elements("main").len() == 1, "it has not one main part".to_owned());
    must(page.elements("h1").len() == 1, format!("its first headings are {:?}", page.texts("h1")));
    must(page.elements("meta[name=viewport]").len() == 1, "it does not fit itself to a phone".to_owned());
    for faulty in inline_code(page).into_iter().chain(third_parties(page)).chain(for_ear_and_keyboard(page)).chain(dead_links(page, all)) {
        must(false, faulty);
    }
    found
}

/// Code and style inside the page, which the content security policy forbids.
fn inline_code(page: &Page) -> Vec<String> {
    let mut found = Vec::new();
    for element in page.elements("*") {
        let name = element.value().name();
        let here = element.value().attrs().filter(|(attribute, _)| *attribute == "style" || attribute.starts_with("on"));
        found.extend(here.map(|(attribute, value)| format!("inline: <{name} {attribute}=\"{value}\">")));
        let data = element.attr("type") == Some("application/ld+json");
        if name == "style" || (name == "script" && element.attr("src").is_none() && !data) {
            found.push(format!("inline: <{name}>"));
        }
    }
    found
}

/// What a browser would fetch by itself from another site.
fn third_parties(page: &Page) -> Vec<String> {
    let fetched = [
        page.attributes("[src]", "src"),
        page.attributes("[srcset]", "srcset"),
        page.attributes("link[rel=stylesheet], link[rel=icon], link[rel=preload], link[rel=modulepreload]", "href"),
    ];
    let own = |address: &String| (address.starts_with('/') && !address.starts_with("//")) || address.starts_with("data:image/");
    fetched.concat().into_iter().filter(|address| !own(address)).map(|address| format!("it fetches {address}")).collect()
}

fn for_ear_and_keyboard(page: &Page) -> Vec<String> {
    let mut found = Vec::new();
    let mut ids = BTreeSet::new();
    for id in page.attributes("[id]", "id") {
        if !ids.insert(id.clone()) {
            found.push(format!("two elements have the id {id}"));
        }
    }
    for attribute in ["for", "aria-labelledby", "aria-describedby", "aria-controls"] {
        for value in page.attributes(&format!("[{attribute}]"), attribute) {
            found.extend(
                value.split_whitespace().filter(|id| !ids.contains(*id)).map(|id| format!("{attribute} names {id}, which is not there")),
            );
        }
    }
    found.extend(page.elements("img:not([alt])").iter().map(|e| format!("a picture without words: {}", e.html())));
    let labelled: BTreeSet<String> = page.attributes("label[for]", "for").into_iter().collect();
    for control in page.elements("input:not([type=hidden]):not([type=submit]):not([type=button]), select, textarea") {
        let by_id = control.attr("id").is_some_and(|id| labelled.contains(id));
        let by_name = control.attr("aria-label").is_some() || control.attr("aria-labelledby").is_some();
        let inside = control.ancestors().any(|a| a.value().as_element().is_some_and(|e| e.name() == "label"));
        if !by_id && !by_name && !inside {
            found.push(format!("a field without a label: {}", control.html().chars().take(120).collect::<String>()));
        }
    }
    for link in page.elements("a[href], button") {
        let words = link.text().collect::<String>();
        if words.trim().is_empty()
            && link.attr("aria-label").is_none()
            && link.html().matches("<title>").count() == 0
            && !link.html().contains("alt=\"")
        {
            found.push(format!("a link or button without words: {}", link.html().chars().take(120).collect::<String>()));
        }
    }
    found
}

/// Links and forms must lead to a route of the table.
fn dead_links(page: &Page, all: &[Route]) -> Vec<String> {
    let mut found = Vec::new();
    // The sandbox's cashier stands beside the site, and so do the files of the public log.
    let known = |method, path: &str| {
        let elsewhere = !path.starts_with('/') || path.starts_with("/sandbox/") || app::public_log::is_file(path);
        elsewhere || routes::answering(all, method, path).is_some()
    };
    let links = [page.links(), page.attributes("link[href^='/']", "href"), page.attributes("[src^='/']", "src")].concat();
    found.extend(links.iter().filter(|link| !known(Method::Get, link)).map(|link| format!("the link {link} leads to no route")));
    for form in page.forms() {
        let method = if form.post { Method::Post } else { Method::Get };
        if !known(method, &form.action) {
            found.push(format!("the form to {} has no route", form.action));
        }
    }
    found
}

/// What a first visit loads: the page, its style, its scripts and its pictures.
fn weight(browser: &Browser, page: &Page, sizes: &mut BTreeMap<String, usize>) -> usize {
    let parts = [page.attributes("link[rel=stylesheet], link[rel=icon]", "href"), page.attributes("script[src], img[src]", "src")].concat();
    let parts: BTreeSet<String> = parts.into_iter().filter(|part| part.starts_with('/')).collect();
    let fetched: usize = parts.into_iter().map(|part| *sizes.entry(part.clone()).or_insert_with(|| browser.visit(&part).body.len())).sum();
    page.body.len() + fetched
}

/// A person opens every page of the table, and then follows the links that they see.
fn everyone_sees_every_page(world: &World) {
    let everything = routes::everything(world);
    let all = app::routes();
    let mut wrong = Wrong::default();
    let mut shown: BTreeSet<&str> = BTreeSet::new();
    let mut sizes = BTreeMap::new();
    for visitor in routes::visitors(&everything) {
        for lang in Lang::ALL {
            let (stranger, guest) = (world.stranger(), world.guest());
            let patterns = routes::for_people().into_iter().filter(|route| route.method == Method::Get);
            let mut next: Vec<(String, bool)> = patterns.map(|route| (routes::filled(route.path, world, &everything), false)).collect();
            let mut followed: BTreeMap<&str, usize> = BTreeMap::new();
            let mut seen: BTreeSet<String> = next.iter().map(|(path, _)| path.clone()).collect();
            while let Some((path, linked)) = next.pop() {
                // Settings lead back here; a picture is the same for everyone and takes long to draw.
                let drawn = path.ends_with(".png") && (visitor.person.is_some() || lang == Lang::En);
                if path.starts_with("/settings?") || drawn {
                    continue;
                }
                // Whoever knows a gift's code is no stranger to it.
                let secret = routes::answering(&all, Method::Get, &path).is_some_and(|route| route.path.contains("{code}"));
                let nobody = if secret { &guest } else { &stranger };
                let browser = visitor.person.map_or(nobody, |person| &person.browser);
                let page = browser.speaks(lang).get(&path);
                // The sandbox's own pages stand beside the site.
                if page.path.starts_with("/sandbox/") {
                    continue;
                }
                let place = format!("{path}, seen by the {} in {}", visitor.called, lang.tag());
                for fault in faults(&page, lang, &all) {
                    wrong.add(fault, &place);
                }
                if linked && matches!(page.status, 403 | 404) {
                    wrong.add(format!("a link leads to {path}, which answers {}", page.status), &place);
                }
                if page.status == 200 {
                    shown.extend(routes::answering(&all, Method::Get, &page.path).map(|route| route.path));
                }
                if page.is_html() && visitor.person.is_none() {
                    let weight = weight(browser, &page, &mut sizes);
                    if weight > PUBLIC_BYTES {
                        wrong.add(format!("it weighs {weight} bytes"), &place);
                    }
                }
                // Links are the same in both languages.
                for link in page.links().into_iter().filter(|_| lang == Lang::Zh) {
                    let link = link.split('#').next().unwrap_or_default().to_owned();
                    let local = link.starts_with('/')
                        && !link.starts_with("//")
                        && !link.starts_with("/sandbox/")
                        && !app::public_log::is_file(&link);
                    let pattern = routes::answering(&all, Method::Get, &link).map_or("", |route| route.path);
                    if local && seen.insert(link.clone()) {
                        let times = followed.entry(pattern).or_insert(0);
                        *times += 1;
                        if *times <= ALIKE {
                            next.push((link, true));
                        }
                    }
                }
            }
        }
    }
    // These never show anything themselves: they lead on.
    let leads_on = ["/settings", "/gifts/{id}/{code}/cashier", "/wechat/sign-in", "/wechat/signed-in"];
    let patterns = routes::for_people().into_iter().filter(|route| route.method == Method::Get && !leads_on.contains(&route.path));
    for pattern in patterns.map(|route| route.path) {
        match (shown.contains(pattern), NOT_YET_SHOWN.contains(&pattern)) {
            (false, false) => wrong.add(format!("{pattern} was shown to nobody"), "the rights table"),
            (true, true) => wrong.add(format!("{pattern} is shown to somebody"), "the list of those that are not"),
            _ => {}
        }
    }
    wrong.assert_none();
}

on_both_engines![everyone_sees_every_page];
