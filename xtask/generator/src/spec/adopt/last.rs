//! What the client was generated from last, as git has it: the overlays on disk may well fit the new document by now.

use crate::report::Failure;
use crate::tools::output_of;

/// The vendored document and its overlays, each file with its name in messages.
pub(super) struct Last {
    pub(super) document: String,
    pub(super) overlays: Vec<(String, String)>,
}

/// Reads them from the last commit that generated.
pub(super) fn read() -> Result<Last, Failure> {
    let commit = output_of("git", &["log", "-1", "--format=%H", "--", "openapi/provenance.toml"])?;
    let commit = commit.trim();
    if commit.is_empty() {
        return Err(Failure::input([
            "openapi/provenance.toml is in no commit: commit what `cargo xtask codegen` writes",
        ]));
    }
    let file = |path: &str| output_of("git", &["show", &format!("{commit}:{path}")]);
    let names = output_of("git", &["ls-tree", "--name-only", commit, "openapi/overlays/"])?;
    let overlays = names.lines().map(|name| Ok((name.to_owned(), file(name)?))).collect::<Result<_, Failure>>()?;
    Ok(Last { document: file(super::DOCUMENT)?, overlays })
}
