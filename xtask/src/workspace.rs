//! Where things are in this workspace, and reading them.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::report::{Failure, io};

/// The workspace's root: that of the cargo that runs us, or the one we were built in.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let package: PathBuf =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into()).into();
        package.ancestors().find(|folder| folder.join("Cargo.lock").is_file()).unwrap_or(&package).to_owned()
    });
    &ROOT
}

/// Where cargo builds to.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The vendored document.
pub fn document() -> PathBuf {
    root().join("openapi/notte-openapi.yml")
}

/// The overlays' folder.
pub fn overlays() -> PathBuf {
    root().join("openapi/overlays")
}

/// A path as messages show it: relative to the workspace where it is inside.
pub fn display(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// A file's bytes.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| io(Path::new(&display(path)), "read", &error))
}

/// The files of a folder with one of these endings, sorted by name.
pub fn files(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, Failure> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| io(Path::new(&display(folder)), "read the folder", &error))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| endings.contains(&ending))
        })
        .collect();
    files.sort();
    Ok(files)
}

/// Every file and link below a folder, sorted; none when the folder is absent. Links are not followed.
pub fn tree(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if folder { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
