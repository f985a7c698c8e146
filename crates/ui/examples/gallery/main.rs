//! Writes every component, on pages like the real ones, to a folder: `cargo run -p ui --example gallery -- DIRECTORY`.
//! Open `index.html` there. Each page exists in four looks (light, dark, large, large and dark); names and numbers are invented.
mod desk;
mod giving;
mod parts;
mod public;

use std::path::Path;
use std::{env, fs, io};

use maud::{Markup, html};
use ui::{FooterColumn, Link, NavItem, Page, Size, Theme, Width};

const LOOKS: [(&str, Theme, Size); 4] = [
    ("light", Theme::Light, Size::Normal),
    ("dark", Theme::Dark, Size::Normal),
    ("large", Theme::Light, Size::Large),
    ("large-dark", Theme::Dark, Size::Large),
];

fn main() -> io::Result<()> {
    let Some(folder) = env::args_os().nth(1) else {
        eprintln!("usage: gallery DIRECTORY");
        std::process::exit(2);
    };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("style.css"), ui::STYLE)?;
    fs::write(folder.join("app.js"), ui::SCRIPT)?;
    let certificate = giving::certificate();
    fs::write(folder.join("certificate.png"), png(&certificate))?;
    fs::write(folder.join("certificate.svg"), certificate)?;
    let pages: [(&str, &str, Width, Markup); 9] = [
        ("home", "首页", Width::Wide, public::home()),
        ("projects", "找项目", Width::Wide, public::projects()),
        ("project", "项目", Width::Wide, public::project()),
        ("give", "捐款", Width::Reading, giving::give()),
        ("calmer", "看清楚", Width::Reading, giving::calmer()),
        ("gift", "我的一笔捐赠", Width::Reading, giving::gift()),
        ("waiting", "排队", Width::Reading, giving::waiting()),
        ("desk", "工作台", Width::Wide, desk::desk()),
        ("parts", "其余组件", Width::Wide, parts::parts()),
    ];
    for (look, theme, size) in LOOKS {
        for (name, title, width, body) in &pages {
            let page = shell(look, title, theme, size, *width, body.clone());
            fs::write(folder.join(format!("{name}-{look}.html")), page.render().into_string())?;
        }
    }
    let index = html! {
        ul { @for (name, title, ..) in &pages { @for (look, ..) in LOOKS {
            li { a href=(format!("{name}-{look}.html")) { (title) " · " (look) } }
        } } }
    };
    let index = shell("light", "样张", Theme::Auto, Size::Normal, Width::Reading, index);
    fs::write(folder.join("index.html"), index.render().into_string())
}

fn shell<'a>(look: &str, title: &'a str, theme: Theme, size: Size, width: Width, body: Markup) -> Page<'a> {
    let nav = [("首页", "home"), ("找项目", "projects"), ("一起捐", "project"), ("村庄", "parts"), ("公开账本", "gift")]
        .into_iter()
        .map(|(text, page)| NavItem { text: text.into(), href: format!("{page}-{look}.html").into(), current: text == title })
        .collect();
    let column = |title: &'a str, links: &[&'a str]| FooterColumn {
        title: title.into(),
        links: links.iter().map(|text| Link::new(*text, "#")).collect(),
    };
    Page {
        title: title.into(),
        description: "小额捐赠汇成大海，每一滴都能追到它做好事的地方。".into(),
        theme,
        size,
        width,
        home: format!("home-{look}.html").into(),
        nav,
        account: Some(Link::new("登录", "#")),
        language: Some(Link::new("EN", "#")),
        size_switch: Some(Link::new("大字版", format!("home-{}.html", if size == Size::Large { "light" } else { "large" }))),
        statement: "演示环境：这里的付款都不是真的".into(),
        footer: vec![
            column("捐赠", &["找项目", "查我的捐赠", "月捐", "票据与证书"]),
            column("看得见", &["公开账本", "逾期披露", "验证一笔捐赠", "投诉与举报"]),
            column("机构", &["慈善组织入驻", "企业配捐", "村庄", "开放接口"]),
            column("帮助", &["怎么捐", "冷静期与退款", "无障碍说明", "联系我们"]),
        ],
        imprint: vec!["运营方：云岭慈善会（演示) · 公开募捐资格证书编号 53100000MJT000000X".into()],
        style_path: "style.css".into(),
        script_path: "app.js".into(),
        body,
        ..Page::default()
    }
}

/// The certificate as the product will draw it.
fn png(svg: &str) -> Vec<u8> {
    use resvg::{tiny_skia, usvg};
    let mut options = usvg::Options::default();
    options.fontdb_mut().load_system_fonts();
    let tree = usvg::Tree::from_str(svg, &options).expect("our own drawing is well formed");
    let mut pixels = tiny_skia::Pixmap::new(ui::CERTIFICATE_WIDTH_PX, ui::CERTIFICATE_HEIGHT_PX).expect("the size is not zero");
    resvg::render(&tree, tiny_skia::Transform::default(), &mut pixels.as_mut());
    pixels.encode_png().expect("a picture in memory can be encoded")
}
