//! A demo that is stopped and started again keeps its keys, its orders and what it still has to say.

use std::path::PathBuf;
use std::sync::Arc;

use sandbox::{Gateway, KeySource, Options, StartFault};

use crate::world::{NOON, World, keys, partner, world_with};

struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("huihai-sandbox-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn world_in(dir: &Dir) -> World {
    world_with(|options| options.journal_dir = Some(dir.0.clone()))
}

#[test]
fn orders_payments_and_undelivered_notifications_survive() {
    let dir = Dir::new("orders");
    let before = world_in(&dir);
    before.placed(&partner(), "700000001", 100);
    let open = before.placed(&partner(), "700000002", 200);
    before.mailbox.answers(500);
    before.gateway.pay_and_notify("700000001").unwrap();
    before.gateway.deliver_due(before.now());
    before.mailbox.take();
    let due_at = before.gateway.next_due_at();
    let query = before.queried(&partner(), "700000001");

    // A crash in the middle of a line.
    let journal = dir.0.join("orders.jsonl");
    let whole = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, [whole.as_slice(), b"{\"Placed\":{\"half"].concat()).unwrap();
    let after = world_in(&dir);
    assert_eq!(after.queried(&partner(), "700000001"), query);
    assert_eq!(after.gateway.next_due_at(), due_at);
    after.pass(due_at.unwrap() - after.now());
    before.mailbox.answers(204);
    let delivered = after.gateway.deliver_due(after.now());
    assert_eq!(
        delivered.iter().map(|d| (d.attempt, d.answer.clone())).collect::<Vec<_>>(),
        [(2, Ok(204))],
        "the second attempt, to the same address"
    );
    after.gateway.pay("700000002", after.now()).unwrap();
    assert!(after.visit(&after.gateway.cashier_path(&open)).text().contains("支付成功"));

    std::fs::write(&journal, b"not json\n").unwrap();
    let options = Options { journal_dir: Some(dir.0.clone()), ..Options::new(KeySource::Given(keys()), Arc::new(|| NOON)) };
    assert!(matches!(Gateway::new(options), Err(StartFault::Journal { .. })), "a damaged journal is not silently forgotten");
}

#[test]
fn keys_survive_and_are_readable_by_their_owner_only() {
    let dir = Dir::new("keys");
    let start = || Gateway::new(Options::new(KeySource::Directory(dir.0.clone()), Arc::new(|| NOON)));
    let (first, second) = (start().unwrap().credentials(), start().unwrap().credentials());
    assert_eq!(first.merchant_private_key_pem, second.merchant_private_key_pem);
    assert_eq!((first.certificate_serial, first.public_key_id), (second.certificate_serial, second.public_key_id));
    assert_eq!(first.apiv3_key.len(), 32);
    let file = dir.0.join("sandbox-keys.json");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::write(&file, b"{}").unwrap();
    assert!(matches!(start(), Err(StartFault::Keys(_))));
}
