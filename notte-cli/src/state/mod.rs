//! What is kept between runs: names of sessions, what was last observed, the key, the local server. Files are readable
//! by their owner only, and hold no key and no address that lets in whoever has it, `credentials.json` apart.

pub(crate) mod credentials;
pub(crate) mod local;
pub(crate) mod observations;
pub(crate) mod sessions;

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    context::environment,
    error::{Error, Result},
};

/// The folder of the official CLI's configuration: `$NOTTE_CONFIG_DIR/.notte`, or `~/.notte`.
pub(crate) fn base() -> Result<PathBuf> {
    let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    let parent = environment("NOTTE_CONFIG_DIR").or_else(|| environment(home));
    let parent = parent.ok_or_else(|| Error::usage(format!("neither NOTTE_CONFIG_DIR nor {home} is set")))?;
    Ok(Path::new(&parent).join(".notte"))
}

/// Our own folder in it, which only its owner may enter.
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = base()?.join("rust");
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder).map_err(|error| Error::file("create", &folder, &error))?;
    Ok(folder)
}

/// Reads a JSON file; one that does not exist or does not parse is empty.
pub(crate) fn read<T: DeserializeOwned + Default>(path: &Path) -> T {
    std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// Replaces a file in one step; its owner alone can read it.
pub(crate) fn write(path: &Path, content: &impl Serialize) -> Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let failed = |error: std::io::Error| Error::file("write", path, &error);
    // A temporary file is 0600 from its first byte on.
    let mut file = tempfile::NamedTempFile::new_in(parent).map_err(failed)?;
    let bytes = serde_json::to_vec_pretty(content).map_err(|error| failed(error.into()))?;
    file.write_all(&bytes).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Changes a JSON file while no other process does.
pub(crate) fn update<T, R>(path: &Path, change: impl FnOnce(&mut T) -> R) -> Result<R>
where
    T: Serialize + DeserializeOwned + Default,
{
    let _lock = lock(&path.with_extension("lock"))?;
    let mut content: T = read(path);
    let result = change(&mut content);
    write(path, &content)?;
    Ok(result)
}

/// Holds a lock file until the value is dropped.
pub(crate) fn lock(path: &Path) -> Result<File> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(|error| Error::file("open", path, &error))?;
    file.lock().map_err(|error| Error::file("lock", path, &error))?;
    Ok(file)
}
