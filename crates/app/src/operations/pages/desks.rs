//! The two desks: everything that waits, queue by queue, with what is oldest, when it is due, who has it and what happens
//! if nobody acts; below it, at a charity's desk, its projects.

use maud::{Markup, html};

use crate::kernel::civil::rfc3339;
use crate::kernel::{Id, Role};
use crate::projects;
use crate::web::{Answer, Cx, Outcome, PageParts, show};

use super::super::rules::queues::{Asked, Item, Order, Queue, Show, by_queue, chosen};
use super::super::waiting;

pub fn operator(cx: &Cx) -> Outcome {
    let all = cx.app.db.read(|tx| waiting::for_operator(tx, cx.now))?;
    let title = cx.t("operations-operator");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("operations-operator-lead"))))
        (queues(cx, "/operator", all)?)
        (ui::section(&cx.t("operations-rooms"), None, ui::link_list(&cx.operator_rooms())))
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

pub fn charity(cx: &Cx) -> Outcome {
    let organisations = cx.organisations_as(&Role::ALL)?;
    let all = cx.app.db.read(|tx| waiting::at_desk(tx, &organisations, cx.now))?;
    let title = cx.t("operations-desk");
    let rooms = cx.desk_rooms();
    let rooms = html! { @if !rooms.is_empty() { (ui::section(&cx.t("desk-rooms"), None, ui::link_list(&rooms))) } };
    // Whoever runs projects comes for them; whoever keeps the books, for receipts, refunds and gifts by bank.
    let manages = !cx.actor.organisations_as(&[Role::Manager]).is_empty();
    let body = html! {
        (ui::heading(&title, Some(&cx.t("operations-desk-lead"))))
        (queues(cx, "/desk", all)?)
        @if !manages { (rooms) }
        (projects::desk_list(cx)?)
        @if manages { (rooms) }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

fn asked(cx: &Cx) -> Asked {
    Asked {
        queue: cx.query("queue").to_owned(),
        text: cx.query("q").to_owned(),
        show: Show::from_word(cx.query("show")),
        order: Order::from_word(cx.query("order")),
    }
}

/// The same list at another place, with what was asked for kept.
fn address(path: &str, asked: &Asked) -> String {
    let pairs = [("q", asked.text.as_str()), ("queue", &asked.queue), ("show", asked.show.word()), ("order", asked.order.word())];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}")
}

fn queues(cx: &Cx, desk: &'static str, all: Vec<Item>) -> Result<Markup, crate::kernel::Trouble> {
    if all.is_empty() {
        return Ok(ui::empty_state(&cx.t("operations-nothing"), &cx.t("operations-nothing-why"), None));
    }
    let (me, asked) = (cx.person_id()?, asked(cx));
    let overview = by_queue(&all).iter().map(|queue| overview_row(cx, desk, queue)).collect::<Vec<_>>();
    let mut table = ui::Table::new(
        cx.t("operations-overview"),
        vec![
            ui::Column::words(cx.t("operations-queue")),
            ui::Column::number(cx.t("operations-count")),
            ui::Column::words(cx.t("operations-oldest")),
            ui::Column::words(cx.t("operations-due")),
            ui::Column::number(cx.t("operations-taken")),
        ],
    );
    table.rows = overview;
    let keys: Vec<&'static str> = by_queue(&all).iter().map(|queue| queue.key).collect();
    let shown = chosen(all, &asked, me, cx.now);
    let back = address(desk, &asked);
    Ok(html! {
        (ui::table(&table))
        (search(cx, desk, &asked, &keys))
        @if shown.is_empty() { (ui::empty_state(&cx.t("operations-none-fit"), &cx.t("operations-none-fit-why"), Some(&ui::Link::new(cx.t("operations-show-all"), desk)))) }
        @for queue in by_queue(&shown) {
            (ui::section(&cx.t(queue.key), None, html! {
                p { (cx.t(queue.unattended)) }
                (queue_table(cx, &queue, me, &back))
            }))
        }
        @if !shown.is_empty() { p { (ui::Link::new(cx.t("operations-csv"), address(&format!("{desk}/waiting.csv"), &asked))) } }
        (show::as_of(cx))
    })
}

fn overview_row(cx: &Cx, desk: &str, queue: &Queue) -> Vec<Markup> {
    let only = Asked { queue: queue.key.to_owned(), ..Asked::default() };
    let late = queue.late(cx.now);
    vec![
        html! { (ui::Link::new(cx.t(queue.key), address(desk, &only))) },
        ui::text(queue.items.len()),
        html! { (show::ago(cx, queue.oldest())) },
        html! {
            @if let Some(due) = queue.first_due() { (show::instant(due)) } @else { (cx.t("operations-no-clock")) }
            @if late > 0 { " " (ui::badge(ui::Tone::Bad, &cx.ta("operations-late-count", &[("count", late.into())]))) }
        },
        ui::text(queue.taken()),
    ]
}

fn search(cx: &Cx, desk: &'static str, asked: &Asked, keys: &[&'static str]) -> Markup {
    let choice = |value: &'static str, words: String, chosen: bool| ui::Choice::new(value, words).chosen(chosen);
    let mut queues = vec![choice("", cx.t("operations-every-queue"), asked.queue.is_empty())];
    queues.extend(keys.iter().map(|key| choice(key, cx.t(key), asked.queue == *key)));
    let shows = Show::ALL.into_iter().map(|s| choice(s.word(), cx.t(&format!("operations-show-{}", s.word())), s == asked.show));
    let orders = Order::ALL.into_iter().map(|o| choice(o.word(), cx.t(&format!("operations-order-{}", o.word())), o == asked.order));
    ui::search_box(&ui::SearchBox {
        action: desk.into(),
        label: cx.t("operations-search").into(),
        name: "q".into(),
        value: asked.text.as_str().into(),
        button: cx.t("operations-search-button").into(),
        filters: vec![
            ui::FilterGroup { legend: cx.t("operations-queue").into(), name: "queue".into(), many: false, choices: queues },
            ui::FilterGroup { legend: cx.t("operations-which").into(), name: "show".into(), many: false, choices: shows.collect() },
            ui::FilterGroup { legend: cx.t("operations-order").into(), name: "order".into(), many: false, choices: orders.collect() },
        ],
        hidden: Vec::new(),
    })
}

fn queue_table(cx: &Cx, queue: &Queue, me: Id, back: &str) -> Markup {
    let mut table = ui::Table::new(
        cx.t(queue.key),
        vec![
            ui::Column::words(cx.t("operations-item")),
            ui::Column::words(cx.t("operations-since")),
            ui::Column::words(cx.t("operations-due")),
            ui::Column::words(cx.t("operations-who")),
        ],
    );
    for item in &queue.items {
        let w = &item.waiting;
        let form = |what, words| cx.claim_form(w.thing, w.thing_id, what, ui::ButtonKind::Quiet, words, back);
        table.row(&[
            &html! { (ui::Link::new(w.title.as_str(), w.href.as_str())) },
            &html! { (show::instant(w.since)) " " small { (show::ago(cx, w.since)) } },
            &html! {
                @match w.due_at {
                    Some(due) => { (show::instant(due)) @if item.is_late(cx.now) { " " (ui::badge(ui::Tone::Bad, &cx.t("operations-late"))) } },
                    None => { (cx.t("operations-no-clock")) },
                }
            },
            &html! {
                @match &item.holder {
                    None => (form("take", "claim-take")),
                    Some(holder) if holder.person_id == me => {
                        (cx.ta("operations-mine-until", &[("until", show::minute(holder.ends_at).into())]))
                        (form("leave", "claim-leave"))
                    },
                    Some(holder) => (cx.ta("operations-theirs-until", &[("name", holder.name.as_str().into()), ("until", show::minute(holder.ends_at).into())])),
                }
            },
        ]);
    }
    ui::table(&table)
}

pub fn operator_csv(cx: &Cx) -> Outcome {
    let all = cx.app.db.read(|tx| waiting::for_operator(tx, cx.now))?;
    as_csv(cx, all)
}

pub fn charity_csv(cx: &Cx) -> Outcome {
    let organisations = cx.organisations_as(&Role::ALL)?;
    let all = cx.app.db.read(|tx| waiting::at_desk(tx, &organisations, cx.now))?;
    as_csv(cx, all)
}

fn as_csv(cx: &Cx, all: Vec<Item>) -> Outcome {
    let head = ["operations-queue", "operations-item", "operations-since", "operations-due", "operations-who", "operations-unattended"];
    let mut rows = vec![head.iter().map(|key| cx.t(key)).collect::<Vec<_>>()];
    for Item { waiting, holder } in chosen(all, &asked(cx), cx.person_id()?, cx.now) {
        rows.push(vec![
            cx.t(waiting.queue),
            waiting.title,
            rfc3339(waiting.since),
            waiting.due_at.map(rfc3339).unwrap_or_default(),
            holder.map(|h| h.name).unwrap_or_default(),
            cx.t(waiting.unattended),
        ]);
    }
    Ok(Answer::csv("waiting.csv", &rows))
}
