//! What must hold for every component: it can be read by everyone, it obeys the content security policy, it is small.
#![forbid(unsafe_code)]

#[path = "../../examples/gallery/desk.rs"]
mod desk;
#[path = "../../examples/gallery/giving.rs"]
mod giving;
#[path = "../../examples/gallery/parts.rs"]
mod parts;
#[path = "../../examples/gallery/public.rs"]
mod public;

mod contrast;
mod markup;

use std::fs;
use std::path::Path;

use maud::Markup;
use ui::{FooterColumn, Link, NavItem, Page, Size, Theme};

/// Every page of the gallery, which between them show every component.
fn gallery() -> Vec<(&'static str, Markup)> {
    vec![
        ("home", public::home()),
        ("projects", public::projects()),
        ("project", public::project()),
        ("give", giving::give()),
        ("calmer", giving::calmer()),
        ("gift", giving::gift()),
        ("waiting", giving::waiting()),
        ("desk", desk::desk()),
        ("parts", parts::parts()),
    ]
}

fn full_page(body: Markup) -> Page<'static> {
    Page {
        title: "标题 <b> & \"引号\"".into(),
        description: "一句话".into(),
        canonical: "https://example.org/projects/7".into(),
        og_image: "https://example.org/og/7.png".into(),
        json_ld: r#"{"name":"</script><script>alert(1)</script>"}"#.into(),
        no_index: true,
        theme: Theme::Dark,
        size: Size::Large,
        nav: vec![NavItem { text: "首页".into(), href: "/".into(), current: true }],
        account: Some(Link::new("登录", "/session")),
        language: Some(Link::new("EN", "/en")),
        size_switch: Some(Link::new("标准版", "/size")),
        statement: "演示".into(),
        footer: vec![FooterColumn { title: "帮助".into(), links: vec![Link::new("怎么捐", "/help")] }],
        imprint: vec!["运营方".into()],
        flash: Some(ui::notice(ui::Tone::Good, "成功", None, ui::text("好了"))),
        reload_after_s: Some(3),
        body,
        ..Page::default()
    }
}

#[test]
fn every_component_is_well_formed_and_obeys_the_policy() {
    for (name, body) in gallery() {
        let html = full_page(body).render().into_string();
        if let Err(fault) = markup::check(&html) {
            panic!("gallery page {name}: {fault}");
        }
    }
}

#[test]
fn an_empty_page_is_well_formed_too() {
    let html = Page::default().render().into_string();
    markup::check(&html).unwrap();
    assert!(html.contains(r#"<html lang="zh-CN">"#), "{html}");
}

#[test]
fn words_from_outside_cannot_become_markup() {
    let html = full_page(Markup::default()).render().into_string();
    assert!(html.contains("标题 &lt;b&gt; &amp; &quot;引号&quot;"), "{html}");
    assert!(!html.contains("<script>alert"), "{html}");
    let card = ui::project_card(&ui::ProjectCard { title: "<img src=x onerror=alert(1)>".into(), ..Default::default() });
    assert!(!card.into_string().contains("<img"));
}

#[test]
fn every_component_is_in_the_gallery() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |folder: &str| -> Vec<(String, String)> {
        let mut files: Vec<_> = fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap())).collect()
    };
    let shown: String = read("examples/gallery").into_iter().map(|(_, text)| text).collect();
    let mut missing = Vec::new();
    let mut seen = 0;
    for (_, text) in read("src") {
        // Papers are drawings of their own and no part of a page; the page that verifies is a whole one.
        for line in text
            .lines()
            .filter(|line| !line.contains("Drawing") && !line.contains("fn verify_page("))
            .filter_map(|line| line.strip_prefix("pub fn "))
        {
            let name = line.split(['(', '<']).next().unwrap();
            seen += 1;
            if !shown.contains(&format!("{name}(")) && !shown.contains(&format!("({name})")) {
                missing.push(name.to_owned());
            }
        }
    }
    assert!(seen > 50, "only {seen} components found: has the source moved?");
    assert!(missing.is_empty(), "not in the gallery: {missing:?}");
}

#[test]
fn style_and_script_stay_small() {
    assert!(ui::STYLE.len() <= 33 * 1024, "style.css is {} bytes", ui::STYLE.len());
    assert!(ui::SCRIPT.len() <= 8 * 1024, "app.js is {} bytes", ui::SCRIPT.len());
}

#[test]
fn addresses_of_assets_change_with_their_bytes() {
    assert!(ui::STYLE_PATH.starts_with("/assets/style-") && ui::STYLE_PATH.ends_with(".css"), "{}", ui::STYLE_PATH);
    assert!(ui::SCRIPT_PATH.starts_with("/assets/app-") && ui::SCRIPT_PATH.ends_with(".js"), "{}", ui::SCRIPT_PATH);
}

#[test]
fn every_class_a_component_uses_is_in_the_style_sheet() {
    // Classes that only give a thing its name or hang on an ancestor's rule.
    let mut unknown = std::collections::BTreeSet::new();
    for (_, body) in gallery() {
        let html = full_page(body).render().into_string();
        for class in markup::classes(&html) {
            if !ui::STYLE.contains(&format!(".{class}")) {
                unknown.insert(class);
            }
        }
    }
    assert!(unknown.is_empty(), "without a rule in style.css: {unknown:?}");
}

#[test]
fn the_certificate_is_xml_whatever_the_donor_is_called() {
    let svg = ui::certificate_svg(&ui::Certificate {
        donor: "<b>&\u{0}\u{b} 名".into(),
        lines: vec![("项目".into(), "很".repeat(200).into()); 6],
        ..Default::default()
    });
    let tree = resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default()).unwrap();
    assert_eq!((tree.size().width(), tree.size().height()), (1080.0, 1440.0));
    assert!(svg.contains('…') && !svg.contains("<b>"));
    let lowest = svg.split(r#"x="320" y=""#).skip(1).map(|rest| rest.split('"').next().unwrap().parse::<u32>().unwrap()).max();
    assert!(lowest < Some(1160), "type reaches into the water at {lowest:?}");
    let full = giving::certificate();
    resvg::usvg::Tree::from_str(&full, &resvg::usvg::Options::default()).unwrap();
}
