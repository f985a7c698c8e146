//! Which of the waiting things are shown, in which order and in which queues.

use crate::kernel::{Id, Micros, Waiting};

/// Who has taken something up.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    pub person_id: Id,
    pub name: String,
    pub ends_at: Micros,
}

/// Something that waits, and who has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub waiting: Waiting,
    pub holder: Option<Holder>,
}

impl Item {
    pub fn is_late(&self, now: Micros) -> bool {
        self.waiting.due_at.is_some_and(|due| due < now)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Show {
    #[default]
    All,
    /// What I have.
    Mine,
    /// What nobody has.
    Free,
    Late,
}

impl Show {
    pub const ALL: [Show; 4] = [Show::All, Show::Mine, Show::Free, Show::Late];

    pub fn word(self) -> &'static str {
        match self {
            Show::All => "all",
            Show::Mine => "mine",
            Show::Free => "free",
            Show::Late => "late",
        }
    }

    pub fn from_word(word: &str) -> Show {
        Show::ALL.into_iter().find(|s| s.word() == word).unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Order {
    /// What has waited longest comes first.
    #[default]
    Oldest,
    /// What is due soonest comes first; what has no clock comes last.
    Due,
}

impl Order {
    pub const ALL: [Order; 2] = [Order::Oldest, Order::Due];

    pub fn word(self) -> &'static str {
        match self {
            Order::Oldest => "oldest",
            Order::Due => "due",
        }
    }

    pub fn from_word(word: &str) -> Order {
        Order::ALL.into_iter().find(|s| s.word() == word).unwrap_or_default()
    }
}

/// What a person asked to see. An empty queue is every queue, an empty text every title.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub queue: String,
    pub text: String,
    pub show: Show,
    pub order: Order,
}

pub fn chosen(mut items: Vec<Item>, asked: &Asked, me: Id, now: Micros) -> Vec<Item> {
    let text = asked.text.to_lowercase();
    items.retain(|item| {
        let mine = item.holder.as_ref().is_some_and(|holder| holder.person_id == me);
        (asked.queue.is_empty() || item.waiting.queue == asked.queue)
            && (text.is_empty() || item.waiting.title.to_lowercase().contains(&text))
            && match asked.show {
                Show::All => true,
                Show::Mine => mine,
                Show::Free => item.holder.is_none(),
                Show::Late => item.is_late(now),
            }
    });
    match asked.order {
        Order::Oldest => items.sort_by_key(|item| (item.waiting.since, item.waiting.thing_id)),
        Order::Due => items.sort_by_key(|item| (item.waiting.due_at.unwrap_or(Micros::MAX), item.waiting.since, item.waiting.thing_id)),
    }
    items
}

/// One queue as the overview tells it.
#[derive(Debug, PartialEq)]
pub struct Queue<'a> {
    pub key: &'static str,
    pub unattended: &'static str,
    pub items: Vec<&'a Item>,
}

impl Queue<'_> {
    pub fn oldest(&self) -> Micros {
        self.items.iter().map(|item| item.waiting.since).min().unwrap_or(0)
    }

    pub fn first_due(&self) -> Option<Micros> {
        self.items.iter().filter_map(|item| item.waiting.due_at).min()
    }

    pub fn late(&self, now: Micros) -> usize {
        self.items.iter().filter(|item| item.is_late(now)).count()
    }

    /// What has waited longest.
    pub fn first(&self) -> Option<&Item> {
        self.items.iter().copied().min_by_key(|item| (item.waiting.since, item.waiting.thing_id))
    }
}

/// The queues as the overview shows them: what is late first, then what is due soonest, then what has waited longest.
pub fn overview(items: &[Item], now: Micros) -> Vec<Queue<'_>> {
    let mut queues = by_queue(items);
    queues.sort_by_key(|queue| (queue.late(now) == 0, queue.first_due().unwrap_or(Micros::MAX), queue.oldest()));
    queues
}

/// The queues of these items, in the order in which their first items come.
pub fn by_queue(items: &[Item]) -> Vec<Queue<'_>> {
    let mut queues: Vec<Queue> = Vec::new();
    for item in items {
        match queues.iter_mut().find(|queue| queue.key == item.waiting.queue) {
            Some(queue) => queue.items.push(item),
            None => queues.push(Queue { key: item.waiting.queue, unattended: item.waiting.unattended, items: vec![item] }),
        }
    }
    queues
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(queue: &'static str, thing_id: Id, since: Micros, due_at: Option<Micros>, holder: Option<Id>) -> Item {
        Item {
            waiting: Waiting {
                queue,
                thing: "x",
                thing_id,
                title: format!("Item {thing_id}"),
                href: String::new(),
                since,
                due_at,
                unattended: "unattended-x",
            },
            holder: holder.map(|person_id| Holder { person_id, name: String::new(), ends_at: 100 }),
        }
    }

    #[test]
    fn what_is_asked_for_is_shown_in_the_order_asked_for() {
        let all = || vec![item("a", 1, 30, Some(40), None), item("b", 2, 10, None, Some(7)), item("a", 3, 20, Some(90), Some(8))];
        let ids = |asked: Asked| chosen(all(), &asked, 7, 50).iter().map(|i| i.waiting.thing_id).collect::<Vec<_>>();
        for (asked, shown) in [
            (Asked::default(), vec![2, 3, 1]),
            (Asked { order: Order::Due, ..Asked::default() }, vec![1, 3, 2]),
            (Asked { show: Show::Mine, ..Asked::default() }, vec![2]),
            (Asked { show: Show::Free, ..Asked::default() }, vec![1]),
            (Asked { show: Show::Late, ..Asked::default() }, vec![1]),
            (Asked { queue: "a".into(), ..Asked::default() }, vec![3, 1]),
            (Asked { text: "ITEM 2".into(), ..Asked::default() }, vec![2]),
        ] {
            assert_eq!(ids(asked.clone()), shown, "{asked:?}");
        }
    }

    #[test]
    fn a_queue_says_what_is_oldest_due_and_late() {
        let items = chosen(vec![item("a", 1, 30, Some(40), None), item("a", 3, 20, Some(90), Some(8))], &Asked::default(), 7, 50);
        let queues = by_queue(&items);
        let [a] = &queues[..] else { panic!("{queues:?}") };
        assert_eq!((a.oldest(), a.first_due(), a.late(50), a.first().map(|i| i.waiting.thing_id)), (20, Some(40), 1, Some(3)));
    }

    #[test]
    fn what_is_late_comes_first_then_what_is_due_then_what_is_old() {
        let items = [
            item("old", 1, 10, None, None),
            item("older", 2, 5, None, None),
            item("due", 3, 40, Some(90), None),
            item("late", 4, 45, Some(48), None),
        ];
        let order: Vec<&str> = overview(&items, 50).iter().map(|queue| queue.key).collect();
        assert_eq!(order, ["late", "due", "older", "old"]);
    }
}
