//! `openapi/provenance.toml`: where each input came from, and the digests that a client was generated from.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::report::Failure;
use crate::workspace;

const HEADER: &str = "# Written by `cargo xtask codegen`.\n\n";

/// The whole record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Provenance {
    pub(crate) document: Document,
    #[serde(default, rename = "overlay")]
    pub(crate) overlays: Vec<File>,
    pub(crate) effective: Effective,
}

/// The vendored document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) file: String,
    /// Who published it, and where.
    pub(crate) source: String,
    /// The licence its `info` names.
    pub(crate) license: String,
    /// The day it was fetched, or first seen changed.
    pub(crate) retrieved: String,
    pub(crate) sha256: String,
    /// `info.version`.
    pub(crate) version: String,
    pub(crate) operations: usize,
}

/// An overlay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) file: String,
    pub(crate) sha256: String,
}

/// The effective document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Effective {
    pub(crate) file: String,
    pub(crate) sha256: String,
    pub(crate) operations: usize,
    pub(crate) schemas: usize,
}

/// The record on disk, if there is a readable one.
pub(crate) fn read(path: &Path) -> Option<Provenance> {
    toml::from_str(&std::fs::read_to_string(path).ok()?).ok()
}

/// The record as text.
pub(crate) fn text(provenance: &Provenance) -> Result<String, Failure> {
    let body = toml::to_string(provenance)
        .map_err(|error| Failure::input([format!("provenance.toml cannot be written: {error}")]))?;
    Ok(format!("{HEADER}{body}"))
}

/// The inputs whose digest is not the recorded one, a line each.
pub(crate) fn changed_inputs(recorded: &Provenance, current: &Provenance) -> Vec<String> {
    let mut lines = Vec::new();
    let mut differs = |file: &str, old: Option<&str>, new: Option<&str>| match (old, new) {
        (Some(old), Some(new)) if old != new => {
            lines.push(format!(
                "openapi/{file} changed: its sha256 is {}…, provenance.toml records {}…",
                short(new),
                short(old)
            ));
        }
        (None, Some(_)) => lines.push(format!("openapi/{file} is new: provenance.toml does not record it")),
        (Some(_), None) => lines.push(format!("openapi/{file} is gone: provenance.toml still records it")),
        _ => {}
    };
    differs(&current.document.file, Some(&recorded.document.sha256), Some(&current.document.sha256));
    let digest =
        |files: &[File], name: &str| files.iter().find(|file| file.file == name).map(|file| file.sha256.clone());
    let mut names: Vec<&str> =
        recorded.overlays.iter().chain(&current.overlays).map(|file| file.file.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        differs(name, digest(&recorded.overlays, name).as_deref(), digest(&current.overlays, name).as_deref());
    }
    lines
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// The sha256 of some bytes, hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Today, `YYYY-MM-DD`, UTC.
pub(crate) fn today() -> String {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

/// The record's place.
pub(crate) fn path() -> std::path::PathBuf {
    workspace::root().join("openapi/provenance.toml")
}
