//! The card of a project, as it stands in every list.
use maud::{Markup, html};

use crate::layout::{Tone, badge};
use crate::mark::{Icon, ProjectField, cover, icon, pictogram};
use crate::money::{Progress, progress_bar};
use crate::words::Text;

/// One of the three organisations behind a project.
#[derive(Clone, Debug, Default)]
pub struct OrganisationRole<'a> {
    /// 发起 / 公募接收 / 执行
    pub role: Text<'a>,
    pub name: Text<'a>,
}

/// What a donor must see before choosing a project.
#[derive(Clone, Debug, Default)]
pub struct ProjectCard<'a> {
    /// Seeds the cover.
    pub id: u64,
    pub href: Text<'a>,
    pub title: Text<'a>,
    pub field: ProjectField,
    /// 助困, 教育, …
    pub field_word: Text<'a>,
    /// Address of a photograph; empty: the drawn cover.
    pub photo: Text<'a>,
    /// "江西 · 赣州 · 寻乌县"; empty: left out.
    pub place: Text<'a>,
    /// One or two sentences; may be empty.
    pub summary: Text<'a>,
    /// 发起, 公募接收, 执行, in this order.
    pub organisations: Vec<OrganisationRole<'a>>,
    pub progress: Progress<'a>,
    /// "1,204 人次捐赠"
    pub gifts: Text<'a>,
    /// "3 天前有新进展"
    pub last_progress: Text<'a>,
    /// Set when a disclosure or progress post is overdue: "进展逾期 12 天".
    pub overdue: Text<'a>,
    /// Why this card is here: "您捐过同县的项目"; may be empty.
    pub reason: Text<'a>,
}

/// The cover of one project across the top of its own page: its photograph (`photo` not empty, described by `alt`) or the drawn cover.
pub fn project_banner(field: ProjectField, id: u64, photo: &str, alt: &str) -> Markup {
    html! {
        @if photo.is_empty() { div.banner.ornament { (cover(field, id)) } } @else { div.banner { img src=(photo) alt=(alt); } }
    }
}

/// A way into one field.
#[derive(Clone, Debug, Default)]
pub struct FieldLink<'a> {
    pub field: ProjectField,
    pub word: Text<'a>,
    pub href: Text<'a>,
    /// "18,204 个项目"; may be empty.
    pub note: Text<'a>,
}

/// The fields as tiles, on the home page and above an unfiltered list.
pub fn field_tiles(links: &[FieldLink]) -> Markup {
    html! {
        ul.tiles {
            @for link in links {
                li class=(link.field.class()) {
                    a href=(link.href) {
                        (pictogram(link.field))
                        b { (link.word) }
                        @if !link.note.is_empty() { small { (link.note) } }
                    }
                }
            }
        }
    }
}

/// A project in a list: what, where, who, how far, how fresh.
pub fn project_card(p: &ProjectCard) -> Markup {
    html! {
        article class={ "card project " (p.field.class()) } {
            div.project-cover.ornament {
                @if p.photo.is_empty() { (cover(p.field, p.id)) } @else { img src=(p.photo) alt="" loading="lazy"; }
            }
            div.project-body {
                p.project-where {
                    span.field-word { (pictogram(p.field)) (p.field_word) }
                    @if !p.place.is_empty() { span.place { (icon(Icon::Place)) (p.place) } }
                }
                h3 { a href=(p.href) { (p.title) } }
                @if !p.summary.is_empty() { p.project-summary { (p.summary) } }
                (progress_bar(&p.progress))
                p.project-facts {
                    span { (p.gifts) }
                    @if p.overdue.is_empty() { span { (p.last_progress) } } @else { (badge(Tone::Warn, &p.overdue)) }
                }
                @if !p.organisations.is_empty() {
                    dl.roles {
                        @for organisation in &p.organisations {
                            div { dt { (organisation.role) } dd { (organisation.name) } }
                        }
                    }
                }
                @if !p.reason.is_empty() { p.reason { (p.reason) } }
            }
        }
    }
}
