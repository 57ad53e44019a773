//! The commands as they are run: exit codes, messages, and what they write.

mod adopt;
mod bad_input;
mod compile_verdict;
mod generated_crates;
mod spec;

use std::path::Path;

/// The workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace")
}
