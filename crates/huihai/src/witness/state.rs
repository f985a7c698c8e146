//! What a witness must never forget: for each log the checkpoint that it cosigned last, as one file of text; and the keys in whose name
//! it did. And what it keeps to show others: requests that a log signed and should not have.
//!
//! ```text
//! STATE/lock                   held while a witness runs
//! STATE/witness                whose state this is, and which logs it has cosigned: "key VKEY" and "log ORIGIN" lines
//! STATE/HASH.checkpoint        the last cosigned note of the log whose origin has this SHA-256
//! STATE/HASH.violation         why this log's entries are not vouched for any more
//! STATE/evidence/…             what was refused, byte for byte
//! ```

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use app::kernel::{hex, random_bytes, sha256};
use tlog::{Checkpoint, CosignerKey, Note, Vkey};

use crate::house;

/// So many pieces of evidence of each kind are kept. The first are the ones that tell: what a log did before anyone looked.
const MAX_EVIDENCE: usize = 32;
/// What one piece may have, in bytes.
const MAX_EVIDENCE_BYTES: usize = 256 * 1024;

/// The checkpoint that was cosigned last, as it was read from the state or is about to be written there.
#[derive(Clone)]
pub struct Kept {
    pub note: Note,
    pub checkpoint: Checkpoint,
}

impl Kept {
    pub fn of(note: Note) -> Result<Kept> {
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Kept { note, checkpoint })
    }
}

pub struct State {
    path: PathBuf,
    /// Held as long as this lives.
    _lock: File,
}

/// Whose state this is, and which logs have a file in it. A file that is gone although its log stands here was lost.
#[derive(Default)]
struct Owner {
    keys: Vec<String>,
    logs: Vec<String>,
}

impl State {
    /// Opens the folder and keeps every other process out of it.
    pub fn open(path: &Path) -> Result<State> {
        fs::create_dir_all(path).with_context(|| format!("the state folder {} cannot be made", path.display()))?;
        let lock = File::create(path.join("lock")).with_context(|| format!("the state folder {} cannot be locked", path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(State { path: path.to_owned(), _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => {
                bail!("another witness works on the state in {}; one state has one witness", path.display())
            }
            Err(fs::TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("the state folder {} cannot be locked", path.display()))
            }
        }
    }

    /// The key in this file, made on first use in this name. A key that is there already must be one in whose name this state was kept:
    /// with a state that was lost, a witness would sign for a log's second past.
    pub fn key(&self, file: &Path, name: Option<&str>) -> Result<CosignerKey> {
        if file.exists() {
            return self.own_key(file);
        }
        let name = name
            .with_context(|| format!("there is no key in {}; say --name to make one, e.g. --name witness.example.edu", file.display()))?;
        let owner = self.owner()?;
        ensure!(
            owner.logs.is_empty(),
            "the state in {} is that of another key, and {} is not there: bring back the key, or use an empty folder",
            self.path.display(),
            file.display()
        );
        self.new_key(file, name, Owner::default())
    }

    /// The key under which the same witness vouches for the books.
    pub fn second_key(&self, file: &Path, first: &Vkey) -> Result<CosignerKey> {
        if !file.exists() {
            return self.new_key(file, &format!("{}/validating", first.name()), self.owner()?);
        }
        let key = self.own_key(file)?;
        ensure!(key.vkey() != first, "the validating key must be another one than the witness's own");
        Ok(key)
    }

    fn own_key(&self, file: &Path) -> Result<CosignerKey> {
        let text = fs::read_to_string(file).with_context(|| format!("the key {} cannot be read", file.display()))?;
        let key = CosignerKey::parse(&text).with_context(|| format!("the key {}", file.display()))?;
        ensure!(
            self.owner()?.keys.contains(&key.vkey().to_string()),
            "the key {} has a state somewhere, and it is not in {}. A witness whose state was lost is retired: make another key, under \
             another name. (If this key has never cosigned anything, write the line “key {}” into {}.)",
            file.display(),
            self.path.display(),
            key.vkey(),
            self.path.join("witness").display()
        );
        Ok(key)
    }

    /// First the state knows the key, then the key is there: a crash between leaves a name without a key, which does no harm.
    fn new_key(&self, file: &Path, name: &str, mut owner: Owner) -> Result<CosignerKey> {
        let key = CosignerKey::from_seed(name, &random_bytes::<32>()).with_context(|| format!("{name} cannot be a witness's name"))?;
        owner.keys.push(key.vkey().to_string());
        self.keep_owner(&owner)?;
        house::new_secret_file(file, format!("{}\n", key.to_private_line()).as_bytes())
            .with_context(|| format!("the key {} cannot be made", file.display()))?;
        Ok(key)
    }

    /// What was cosigned last for this log. Damaged or lost, it stops the witness: it never begins again at 0.
    pub fn kept(&self, origin: &str, logs: &[Vkey], own: &Vkey) -> Result<Option<Kept>> {
        let path = self.checkpoint_path(origin);
        let mut owner = self.owner()?;
        let known = owner.logs.iter().any(|log| log == origin);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                ensure!(
                    !known,
                    "the state {} of the log {origin} is gone: this witness does not start, because it would sign for a second past. Bring \
                     the file back as it was, or retire the key",
                    path.display()
                );
                return Ok(None);
            }
            Err(error) => return Err(error).with_context(|| format!("the state {} cannot be read", path.display())),
        };
        let kept = read_kept(&bytes, origin, logs, own).with_context(|| {
            format!(
                "the state {} is damaged: this witness does not start, because it would sign for a second past. Bring the file back as it \
                 was, or retire the key",
                path.display()
            )
        })?;
        if !known {
            owner.logs.push(origin.to_owned());
            self.keep_owner(&owner)?;
        }
        Ok(Some(kept))
    }

    /// Keeps a cosigned checkpoint. It is on the disk when this returns.
    pub fn keep(&self, origin: &str, note: &Note, is_first: bool) -> Result<()> {
        self.replace(&self.checkpoint_path(origin), note.to_string().as_bytes())?;
        if is_first {
            let mut owner = self.owner()?;
            owner.logs.push(origin.to_owned());
            self.keep_owner(&owner)?;
        }
        Ok(())
    }

    /// Why this log's entries are not vouched for any more.
    pub fn violation(&self, origin: &str) -> Result<Option<String>> {
        match fs::read_to_string(self.violation_path(origin)) {
            Ok(text) => Ok(Some(text.trim_end().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).context("the record of a violation cannot be read"),
        }
    }

    pub fn keep_violation(&self, origin: &str, why: &str) -> Result<()> {
        self.replace(&self.violation_path(origin), format!("{why}\n").as_bytes())
    }

    /// Keeps files that belong together, under a name that says what they prove. The same thing is kept once, and of each kind only so
    /// many; without room, or when the disk refuses, the log is refused all the same.
    pub fn keep_evidence(&self, kind: &str, about: &[u8], files: &[(&str, &[u8])]) {
        let folder = self.path.join("evidence");
        let name = format!("{kind}-{}", &hex(&sha256(about))[..16]);
        let write = || -> Result<bool> {
            fs::create_dir_all(&folder)?;
            let (mut others, mut there) = (std::collections::BTreeSet::new(), false);
            for file in fs::read_dir(&folder)? {
                let file = file?.file_name().to_string_lossy().into_owned();
                let stem = file.split('.').next().unwrap_or_default().to_owned();
                there |= stem == name;
                if stem.starts_with(&format!("{kind}-")) {
                    others.insert(stem);
                }
            }
            if there || others.len() >= MAX_EVIDENCE {
                return Ok(false);
            }
            for (ending, bytes) in files {
                self.replace(&folder.join(format!("{name}.{ending}")), &bytes[..bytes.len().min(MAX_EVIDENCE_BYTES)])?;
            }
            Ok(true)
        };
        match write() {
            Ok(true) => {
                tracing::error!(evidence = %folder.join(name).display(), "a log signed what it should not have; the evidence is kept")
            }
            Ok(false) => {}
            Err(error) => tracing::error!(error = format!("{error:#}"), "evidence against a log cannot be kept"),
        }
    }

    fn owner(&self) -> Result<Owner> {
        let path = self.path.join("witness");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Owner::default()),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        };
        let mut owner = Owner::default();
        for line in text.lines() {
            match line.split_once(' ') {
                Some(("key", vkey)) => owner.keys.push(vkey.to_owned()),
                Some(("log", origin)) => owner.logs.push(origin.to_owned()),
                _ => bail!("{} is damaged: “{line}” is neither a key nor a log", path.display()),
            }
        }
        ensure!(!owner.keys.is_empty(), "{} is damaged: no key stands in it", path.display());
        Ok(owner)
    }

    fn keep_owner(&self, owner: &Owner) -> Result<()> {
        let keys = owner.keys.iter().map(|key| format!("key {key}\n"));
        let text: String = keys.chain(owner.logs.iter().map(|log| format!("log {log}\n"))).collect();
        self.replace(&self.path.join("witness"), text.as_bytes())
    }

    fn checkpoint_path(&self, origin: &str) -> PathBuf {
        self.path.join(format!("{}.checkpoint", hex(&sha256(origin.as_bytes()))))
    }

    fn violation_path(&self, origin: &str) -> PathBuf {
        self.path.join(format!("{}.violation", hex(&sha256(origin.as_bytes()))))
    }

    /// Writes a draft, makes it durable, gives it its name, makes the name durable.
    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let folder = path.parent().unwrap_or(&self.path);
        let draft = path.with_added_extension("new");
        File::create(&draft)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&draft, path))
            .and_then(|()| File::open(folder)?.sync_all())
            .with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// A state is believed only with the log's signature and our own under it.
fn read_kept(bytes: &[u8], origin: &str, logs: &[Vkey], own: &Vkey) -> Result<Kept> {
    let kept = Kept::of(Note::parse(bytes)?)?;
    ensure!(kept.checkpoint.origin() == origin, "it is of the log {}", kept.checkpoint.origin());
    kept.note.verify(logs.iter().filter(|log| log.name() == origin)).context("the log's signature")?;
    kept.note.verify([own]).context("this witness's own cosignature")?;
    Ok(kept)
}
