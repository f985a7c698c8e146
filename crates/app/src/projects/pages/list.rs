//! `/projects`: looking for a project.

use maud::html;

use crate::kernel::Id;
use crate::organisations::{self, areas};
use crate::web::{Cx, Outcome, PageParts, parse_id, show};

use super::super::model::{Field, Filter, Sort, State};
use super::super::store;
use super::{asked_page, card, organisation_name, pager};

const PAGE_LENGTH: i64 = 24;

/// What a stranger asked for, as the address says it.
fn filter(cx: &Cx) -> Filter {
    let state = State::from_word(cx.query("state")).filter(|s| s.is_public());
    Filter {
        q: cx.query("q").chars().take(60).collect(),
        field: Field::from_word(cx.query("field")),
        area: cx.query("area").chars().take(12).collect(),
        state,
        organisation: parse_id(cx.query("organisation")),
        curated: cx.query("curated") == "1",
        sort: Sort::from_word(cx.query("sort")).unwrap_or_default(),
        limit: PAGE_LENGTH,
        offset: (asked_page(cx) - 1) * PAGE_LENGTH,
    }
}

fn address(filter: &Filter, page: i64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let organisation = filter.organisation.map(|id: Id| id.to_string()).unwrap_or_default();
    let page = if page > 1 { page.to_string() } else { String::new() };
    for (name, value) in [
        ("q", filter.q.as_str()),
        ("field", filter.field.map_or("", Field::word)),
        ("area", filter.area.as_str()),
        ("state", filter.state.map_or("", State::word)),
        ("organisation", organisation.as_str()),
        ("curated", if filter.curated { "1" } else { "" }),
        ("sort", if filter.sort == Sort::default() { "" } else { filter.sort.word() }),
        ("page", page.as_str()),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { "/projects".to_owned() } else { format!("/projects?{query}") }
}

pub fn projects(cx: &Cx) -> Outcome {
    let filter = filter(cx);
    let (cards, count, provinces, organisation) = cx.app.db.read(|tx| {
        let organisation = match filter.organisation {
            Some(id) => organisations::find(tx, id)?,
            None => None,
        };
        Ok::<_, db::Fault>((store::cards(tx, &filter)?, store::count(tx, &filter)?, areas::provinces(tx)?, organisation))
    })?;
    let title = cx.t(if filter.curated { "project-curated-title" } else { "project-list-title" });
    let lead = cx.t("project-list-lead");
    let fields = std::iter::once(ui::Choice::new("", cx.t("project-any")).chosen(filter.field.is_none()))
        .chain(Field::ALL.into_iter().map(|f| ui::Choice::new(f.word(), cx.t(f.key())).chosen(filter.field == Some(f))))
        .collect();
    let states = std::iter::once(ui::Choice::new("", cx.t("project-any")).chosen(filter.state.is_none()))
        .chain(
            State::ALL
                .into_iter()
                .filter(|s| s.is_public())
                .map(|s| ui::Choice::new(s.word(), cx.t(s.key())).chosen(filter.state == Some(s))),
        )
        .collect();
    let sorts =
        [(Sort::Newest, "project-sort-newest"), (Sort::MostGifts, "project-sort-gifts"), (Sort::LeastOverdue, "project-sort-in-time")]
            .into_iter()
            .map(|(sort, key)| ui::Choice::new(sort.word(), cx.t(key)).chosen(filter.sort == sort))
            .collect();
    let mut hidden = Vec::new();
    if let Some(id) = filter.organisation {
        hidden.push(("organisation".into(), id.to_string().into()));
    }
    if filter.curated {
        hidden.push(("curated".into(), "1".into()));
    }
    if !filter.area.is_empty() {
        hidden.push(("area".into(), filter.area.as_str().into()));
    }
    let pages = (count + PAGE_LENGTH - 1) / PAGE_LENGTH;
    let body = html! {
        (ui::heading(&title, Some(&lead)))
        (ui::search_box(&ui::SearchBox {
            action: "/projects".into(),
            label: cx.t("project-search").into(),
            name: "q".into(),
            value: filter.q.as_str().into(),
            button: cx.t("project-search-button").into(),
            filters: vec![
                ui::FilterGroup { legend: cx.t("project-field").into(), name: "field".into(), many: false, choices: fields },
                ui::FilterGroup { legend: cx.t("project-state").into(), name: "state".into(), many: false, choices: states },
                ui::FilterGroup { legend: cx.t("project-sort").into(), name: "sort".into(), many: false, choices: sorts },
            ],
            hidden,
        }))
        details {
            summary { (cx.t("project-by-province")) }
            nav aria-label=(cx.t("project-by-province")) {
                ul.chips {
                    @let everywhere = Filter { area: String::new(), ..filter.clone() };
                    li { a.chip href=(address(&everywhere, 1)) aria-current=[filter.area.is_empty().then_some("true")] { (cx.t("project-any")) } }
                    @for province in &provinces {
                        @let there = Filter { area: province.code.clone(), ..filter.clone() };
                        li {
                            a.chip href=(address(&there, 1)) aria-current=[(province.code == filter.area).then_some("true")] {
                                (cx.either(&province.name, &province.english))
                            }
                        }
                    }
                }
            }
        }
        @if let Some(organisation) = &organisation {
            @let anyone = Filter { organisation: None, ..filter.clone() };
            p {
                (cx.ta("project-of-organisation", &[("name", organisation_name(cx, organisation).into())])) " "
                (ui::Link::new(cx.t("project-of-anyone"), address(&anyone, 1)))
            }
        }
        @if cards.is_empty() {
            (ui::empty_state(&cx.t("project-none"), &cx.t("project-none-why"), Some(&ui::Link::new(cx.t("project-all"), "/projects"))))
        } @else {
            p { (cx.ta("project-count", &[("count", count.into()), ("number", show::count(count).into())])) }
            (ui::grid(cards.iter().map(|data| card(cx, data))))
            (show::as_of(cx))
            (pager(cx, asked_page(cx), pages, |page| address(&filter, page)))
        }
    };
    Ok(cx.page(PageParts { title: &title, description: &lead, canonical: Some("/projects"), body, ..PageParts::default() }))
}
