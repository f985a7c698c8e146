//! The log itself as this process holds it: its name and key, whom it asks to witness, where its files are, and the right edge of
//! its tree.

use std::sync::Mutex;
use std::time::Duration;

use db::Fault;
use tlog::{Address, Growth, Hash, LogKey, Policy, TiledTree};

use super::folder::Folder;

/// What the log needs to be told.
pub struct Setup {
    /// Its name is the log's origin: where it is served, without scheme and slash at the end.
    pub key: LogKey,
    pub folder: Folder,
    /// The text of the policy: this log, its witnesses with their addresses, and how many must agree.
    pub policy: Policy,
    /// How long a witness may take to answer.
    pub patience: Duration,
}

impl Setup {
    /// A log that nobody witnesses: for examples, measurements and tests.
    pub fn unwitnessed(key: LogKey, folder: Folder) -> Result<Setup, tlog::BadPolicy> {
        let policy = Policy::parse(format!("log {}\nquorum none\n", key.vkey()).as_bytes())?;
        Ok(Setup { key, folder, policy, patience: Duration::from_secs(1) })
    }
}

pub struct Log {
    pub key: LogKey,
    pub folder: Folder,
    pub policy: Policy,
    pub(super) agent: ureq::Agent,
    /// None until the edge of the signed tree was read, and again after anything went wrong.
    pub(super) growth: Mutex<Option<Growth>>,
}

impl Log {
    pub fn new(setup: Setup) -> Log {
        let agent = ureq::Agent::config_builder().timeout_global(Some(setup.patience)).http_status_as_error(false).max_redirects(0);
        Log { key: setup.key, folder: setup.folder, policy: setup.policy, agent: agent.build().new_agent(), growth: Mutex::new(None) }
    }

    pub fn origin(&self) -> &str {
        self.key.vkey().name()
    }

    /// The tree of a size that was published, seen through its files.
    pub fn tree(&self, size: u64) -> TiledTree<impl FnMut(Address) -> Result<Vec<u8>, Fault> + '_, Vec<u8>> {
        TiledTree::new(size, |address| self.file(address))
    }

    /// A file of the tree. Where a partial one is gone, the full one begins with the same bytes.
    pub fn file(&self, address: Address) -> Result<Vec<u8>, Fault> {
        if let Some(bytes) = self.folder.read(&address.to_string())? {
            return Ok(bytes);
        }
        let full = address.when_full();
        self.folder.read(&full.to_string())?.ok_or_else(|| Fault::inconsistent(format!("the public log's file {address} is missing")))
    }

    /// The edge of the tree of a size, if it leads to this root.
    pub(super) fn edge(&self, size: u64, root: &Hash) -> Result<Growth, Fault> {
        Growth::load(size, root, |address| self.file(address))
            .map_err(|error| Fault::inconsistent(format!("the public log's tree of {size} entries cannot be taken up: {error}")))
    }
}
