//! Posting notifications until they are acknowledged: at once, then fifteen times more over a day, as documented in 回调通知处理.

use std::sync::Arc;
use std::time::Duration;

use crate::Gateway;
use crate::notifications::SignedNotification;
use crate::queue::Pending;

/// The documented waits in seconds before each repetition: 24 h 4 min in all.
pub const RETRIES_S: [i64; 15] = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600];

/// Posts one notification and returns the status it was answered with.
pub type Post = Arc<dyn Fn(&str, &SignedNotification) -> Result<u16, String> + Send + Sync>;

/// One attempt, for a test or a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub notify_url: String,
    /// 1 is the first.
    pub attempt: u32,
    pub answer: Result<u16, String>,
    /// Microseconds UTC of the next attempt; `None` when it was acknowledged or given up.
    pub next_at: Option<i64>,
}

/// Real HTTP, to this machine only: a demo must not reach out into the network.
pub fn loopback_http() -> Post {
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).http_status_as_error(false).max_redirects(0);
    let agent = ureq::Agent::new_with_config(config.build());
    Arc::new(move |url, notification| {
        let host = url.strip_prefix("http://").and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        if !matches!(name, "127.0.0.1" | "localhost" | "[::1]") {
            return Err(format!("the sandbox notifies over http on this machine only, not {url}"));
        }
        let mut request = agent.post(url).content_type("application/json");
        for (name, value) in &notification.headers {
            request = request.header(*name, value);
        }
        request.send(&notification.body[..]).map(|answer| answer.status().as_u16()).map_err(|e| e.to_string())
    })
}

impl Gateway {
    /// Sends everything that is due at `now` (microseconds UTC), once, and plans the repetitions. Blocks while it posts.
    pub fn deliver_due(&self, now: i64) -> Vec<Delivery> {
        let (extra_copies, newest_first) = {
            let faults = self.faults();
            (faults.extra_copies, faults.newest_first)
        };
        let mut due = self.state().due(now);
        if newest_first {
            due.reverse();
        }
        let mut deliveries = Vec::new();
        for mut pending in due {
            // Slow receivers before this one may have taken minutes, and a stale signature would be refused.
            let now = self.now().max(now);
            let notification = self.sign_repetition(&pending.event, &pending.id, now / 1_000_000);
            pending.attempts += 1;
            let answer = (self.0.post)(&pending.notify_url, &notification);
            let copies = (0..extra_copies).map(|_| (self.0.post)(&pending.notify_url, &notification)).collect::<Vec<_>>();
            let taken = matches!(answer, Ok(200 | 204));
            let wait_s = RETRIES_S.get(pending.attempts as usize - 1).filter(|_| !taken);
            let next_at = wait_s.map(|wait_s| now + (*wait_s as f64 * 1e6 * self.0.retry_scale) as i64);
            let first = Delivery { notify_url: pending.notify_url.clone(), attempt: pending.attempts, answer, next_at };
            for answer in copies {
                deliveries.push(Delivery { answer, ..first.clone() });
            }
            deliveries.push(first);
            match next_at {
                Some(due_at) => self.state().retry(Pending { due_at, ..pending }),
                None => self.state().done(&pending.id),
            }
        }
        deliveries
    }

    /// When the next notification comes due, in microseconds UTC.
    pub fn next_due_at(&self) -> Option<i64> {
        self.state().next_due_at()
    }

    /// Delivers for as long as it is polled. Meant for `tokio::spawn` beside the demo's server.
    pub async fn run(self) {
        loop {
            let gateway = self.clone();
            let now = self.now();
            let delivered = tokio::task::spawn_blocking(move || gateway.deliver_due(now)).await.unwrap_or_default();
            for delivery in delivered.iter().filter(|delivery| !matches!(delivery.answer, Ok(200 | 204))) {
                tracing::warn!(?delivery, "a sandbox notification was not acknowledged");
            }
            // The clock may be a demo's own, so it is looked at often; a new notification rings.
            let _ = tokio::time::timeout(Duration::from_millis(200), self.0.queued.notified()).await;
        }
    }
}
