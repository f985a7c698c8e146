//! Where a world's public log lies, and what it is signed with.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use app::public_log::{Folder, Setup};
use tlog::LogKey;

/// Goes when it is dropped.
pub struct LogPlace(PathBuf);

impl LogPlace {
    /// In memory where the machine has such a place: a test asks nobody to keep its files.
    #[must_use]
    pub fn new() -> LogPlace {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let shared = Path::new("/dev/shm");
        let base = if shared.is_dir() { shared.to_owned() } else { std::env::temp_dir() };
        let place = base.join(format!("huihai_log_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&place).expect("a folder for the public log");
        LogPlace(place)
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A log in this place that nobody witnesses.
    #[must_use]
    pub fn unwitnessed(&self) -> Setup {
        Setup::unwitnessed(log_key(), Folder::new(&self.0)).expect("a policy")
    }
}

impl Default for LogPlace {
    fn default() -> LogPlace {
        LogPlace::new()
    }
}

impl Drop for LogPlace {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Every world's log has this key.
#[must_use]
pub fn log_key() -> LogKey {
    LogKey::from_seed("huihai.test/log", &[7; 32]).expect("a name")
}
