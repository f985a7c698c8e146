//! The log's files: tiles and bundles in one folder, written once and never changed, durable before a checkpoint counts them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use db::Fault;

/// A folder of files by their path in the log, such as `tile/0/000`.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

/// Above so many new files it is quicker to ask the file system to write down everything than to ask for each.
const FEW: usize = 8;

impl Folder {
    pub fn new(path: impl Into<PathBuf>) -> Folder {
        Folder(path.into())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// None if there is no such file.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        match fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", name, &error)),
        }
    }

    /// Writes files that are not there yet, and returns when all of them are on the disk. A file that is there with other bytes
    /// is somebody else's history, and nothing is written over it.
    pub fn write(&self, files: &[(String, Vec<u8>)]) -> Result<(), Fault> {
        let mut folders = BTreeSet::new();
        let mut new = Vec::new();
        for (name, bytes) in files {
            match self.read(name)? {
                Some(there) if there == *bytes => continue,
                Some(_) => {
                    return Err(Fault::inconsistent(format!(
                        "the public log's file {name} is there with other bytes; it is not written over"
                    )));
                }
                None => {}
            }
            let path = self.0.join(name);
            let folder = path.parent().unwrap_or(&self.0).to_owned();
            if folders.insert(folder.clone()) {
                fs::create_dir_all(&folder).map_err(|error| failed("make the folder of", name, &error))?;
            }
            let draft = path.with_extension("new");
            let file = File::create(&draft).and_then(|mut file| file.write_all(bytes).map(|()| file));
            new.push((file.map_err(|error| failed("write", name, &error))?, draft, path, name));
        }
        // First every byte is on the disk, then it gets its name, then the names are on the disk.
        let many = new.len() > FEW;
        if !(many && self.sync_all()) {
            for (file, _, _, name) in &new {
                file.sync_all().map_err(|error| failed("keep", name, &error))?;
            }
        }
        for (_, draft, path, name) in &new {
            fs::rename(draft, path).map_err(|error| failed("name", name, &error))?;
        }
        if many && self.sync_all() {
            return Ok(());
        }
        for folder in folders {
            // A new folder is itself a name in the folder above it.
            for folder in folder.ancestors().take_while(|above| above.starts_with(&self.0)) {
                File::open(folder)
                    .and_then(|folder| folder.sync_all())
                    .map_err(|error| failed("keep the names in", &folder.display().to_string(), &error))?;
            }
        }
        Ok(())
    }

    /// Replaces a small file whole.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        fs::create_dir_all(&self.0).map_err(|error| failed("make the folder of", name, &error))?;
        let (draft, path) = (self.0.join(format!("{name}.new")), self.0.join(name));
        let written = File::create(&draft)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&draft, &path))
            .and_then(|()| File::open(&self.0)?.sync_all());
        written.map_err(|error| failed("replace", name, &error))
    }

    /// Asks the file system of this folder to write down everything. False where it cannot be asked so.
    fn sync_all(&self) -> bool {
        File::open(&self.0).is_ok_and(|folder| rustix::fs::syncfs(folder).is_ok())
    }
}

fn failed(what: &str, name: &str, error: &io::Error) -> Fault {
    Fault::inconsistent(format!("the public log could not {what} {name}: {error}"))
}
