//! The two desks: one line a queue with what is oldest, when it is due, who has it and what happens if nobody acts; behind it the
//! queue itself, where things are taken up; below it, at a charity's desk, its projects.

use maud::{Markup, html};

use crate::kernel::civil::{day_of, day_text, rfc3339};
use crate::kernel::{Id, Role};
use crate::projects;
use crate::web::{Answer, Cx, Outcome, PageParts, show};

use super::super::rules::queues::{Asked, Item, Order, Queue, Show, by_queue, chosen, overview};
use super::super::waiting;

pub fn operator(cx: &Cx) -> Outcome {
    let all = cx.app.db.read(|tx| waiting::for_operator(tx, cx.now))?;
    let title = cx.t("operations-operator");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("operations-operator-lead"))))
        (queues(cx, "/operator", all)?)
        (ui::section(&cx.t("operations-rooms"), None, ui::room_list(&cx.operator_rooms())))
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

pub fn charity(cx: &Cx) -> Outcome {
    let organisations = cx.organisations_as(&Role::ALL)?;
    let all = cx.app.db.read(|tx| waiting::at_desk(tx, &organisations, cx.now))?;
    let title = cx.t("operations-desk");
    let rooms = cx.desk_rooms();
    let rooms = html! { @if !rooms.is_empty() { (ui::section(&cx.t("desk-rooms"), None, ui::room_list(&rooms))) } };
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
    if ["queue", "q", "show", "order"].iter().all(|name| cx.query(name).is_empty()) {
        return Ok(whole(cx, desk, &all));
    }
    let (me, asked) = (cx.person_id()?, asked(cx));
    let keys: Vec<&'static str> = overview(&all, cx.now).iter().map(|queue| queue.key).collect();
    let shown = chosen(all, &asked, me, cx.now);
    let back = address(desk, &asked);
    Ok(html! {
        p { (ui::Link::new(cx.t("operations-overview"), desk)) }
        @if shown.is_empty() { (ui::empty_state(&cx.t("operations-none-fit"), &cx.t("operations-none-fit-why"), Some(&ui::Link::new(cx.t("operations-show-all"), desk)))) }
        @for queue in by_queue(&shown) {
            (ui::section(&cx.t(queue.key), None, html! {
                p { (cx.t(queue.unattended)) }
                (queue_table(cx, &queue, me, &back))
            }))
        }
        @if !shown.is_empty() { p { (ui::Link::new(cx.t("operations-csv"), address(&format!("{desk}/waiting.csv"), &asked))) } }
        (search(cx, desk, &asked, &keys))
        (show::as_of(cx))
    })
}

/// Every queue in which something waits in one line, the others together in one sentence.
fn whole(cx: &Cx, desk: &'static str, all: &[Item]) -> Markup {
    let queues = overview(all, cx.now);
    let rows: Vec<ui::QueueRow> = queues.iter().filter_map(|queue| row(cx, desk, queue)).collect();
    let keys: Vec<&'static str> = queues.iter().map(|queue| queue.key).collect();
    html! {
        (ui::queue_list(&rows))
        p.help { (cx.t("operations-empty-queues")) }
        (ui::fold(&cx.t("operations-find"), html! {
            (search(cx, desk, &Asked::default(), &keys))
            p { (ui::Link::new(cx.t("operations-csv"), format!("{desk}/waiting.csv"))) }
        }))
        (show::as_of(cx))
    }
}

fn row<'a>(cx: &Cx, desk: &str, queue: &Queue) -> Option<ui::QueueRow<'a>> {
    let (only, late) = (Asked { queue: queue.key.to_owned(), ..Asked::default() }, queue.late(cx.now));
    let first = queue.first()?;
    let mut facts = vec![show::ago(cx, first.waiting.since)];
    facts.push(match first.waiting.due_at {
        Some(due) => cx.ta("operations-by", &[("day", day_text(day_of(due)).into())]),
        None => cx.t("operations-no-clock"),
    });
    facts.push(match &first.holder {
        Some(holder) if Some(holder.person_id) == cx.actor.person_id() => cx.t("operations-mine"),
        Some(holder) => cx.ta("operations-theirs", &[("name", holder.name.as_str().into())]),
        None => cx.t("operations-nobodys"),
    });
    Some(ui::QueueRow {
        queue: ui::Link::new(cx.t(queue.key), address(desk, &only)),
        count: cx.ta("operations-items", &[("count", queue.items.len().into())]).into(),
        late: html! { @if late > 0 { (ui::badge(ui::Tone::Bad, &cx.ta("operations-late-count", &[("count", late.into())]))) } },
        item: ui::Link::new(first.waiting.title.clone(), first.waiting.href.clone()),
        facts: facts.into_iter().map(Into::into).collect(),
        note: cx.t(queue.unattended).into(),
    })
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
        cx.ta("operations-items", &[("count", queue.items.len().into())]),
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
