//! Raises the version of the workspace in the files that say it.

use notte_api_gen::diff::{Bump, next};

use crate::report::Failure;
use crate::workspace;

/// The files that change, and what they say then.
pub(super) struct Raised {
    pub(super) old: String,
    pub(super) new: String,
    pub(super) files: Vec<(&'static str, String)>,
}

/// Raises it.
pub(super) fn raise(bump: Bump) -> Result<Raised, Failure> {
    let read = |file: &str| -> Result<String, Failure> {
        Ok(String::from_utf8_lossy(&workspace::read(&workspace::root().join(file))?).into_owned())
    };
    let manifest = read("Cargo.toml")?;
    let old = workspace_version(&manifest)
        .ok_or_else(|| Failure::input(["Cargo.toml: [workspace.package] has no version"]))?
        .to_owned();
    let new = next(&old, bump);
    let mut files = Vec::new();
    if new != old {
        files.push(("Cargo.toml", manifest_text(&manifest, &old, &new)));
        files.push(("Cargo.lock", lock_text(&read("Cargo.lock")?, &old, &new)));
        for readme in ["README.md", "notte-ext/README.md", "notte-api/README.md"] {
            if let Ok(text) = read(readme) {
                let raised = readme_text(&text, &old, &new);
                if raised != text {
                    files.push((readme, raised));
                }
            }
        }
    }
    Ok(Raised { old, new, files })
}

fn workspace_version(manifest: &str) -> Option<&str> {
    let package = manifest.split("[workspace.package]").nth(1)?;
    package.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
}

/// The version of the workspace, and what its crates ask of each other.
fn manifest_text(text: &str, old: &str, new: &str) -> String {
    let (old, new) = (format!("version = \"{old}\""), format!("version = \"{new}\""));
    let raised = |line: &str| match line.starts_with(&old) || (line.contains("path = ") && line.contains(&old)) {
        true => line.replacen(&old, &new, 1),
        false => line.to_owned(),
    };
    text.split_inclusive('\n').map(raised).collect()
}

/// The workspace's packages are those of this version that come from nowhere else.
fn lock_text(text: &str, old: &str, new: &str) -> String {
    let (old, new) = (format!("version = \"{old}\""), format!("version = \"{new}\""));
    let package = |part: &str| match part.contains(&old) && !part.contains("\nsource = ") {
        true => part.replacen(&old, &new, 1),
        false => part.to_owned(),
    };
    text.split("[[package]]").map(package).collect::<Vec<_>>().join("[[package]]")
}

/// What somebody writes into a manifest to use a crate of ours.
fn readme_text(text: &str, old: &str, new: &str) -> String {
    let minor = |version: &str| version.rsplit_once('.').map_or(version.to_owned(), |(minor, _)| minor.to_owned());
    let (old, new) = (minor(old), minor(new));
    let raised = |line: &str| match line.starts_with("notte-") {
        true => line.replacen(&format!("\"{old}\""), &format!("\"{new}\""), 1),
        false => line.to_owned(),
    };
    text.split_inclusive('\n').map(raised).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_versions_are_raised() {
        let manifest = "[workspace.package]\nversion = \"0.1.0\"\n[workspace.dependencies]\nnotte-api = { path = \"notte-api\", version = \"0.1.0\" }\nother = { version = \"0.1.0\" }\n";
        assert_eq!(workspace_version(manifest), Some("0.1.0"));
        assert_eq!(
            manifest_text(manifest, "0.1.0", "0.2.0"),
            "[workspace.package]\nversion = \"0.2.0\"\n[workspace.dependencies]\nnotte-api = { path = \"notte-api\", version = \"0.2.0\" }\nother = { version = \"0.1.0\" }\n"
        );
        let lock = "[[package]]\nname = \"a\"\nversion = \"0.1.0\"\nsource = \"registry\"\n\n[[package]]\nname = \"notte-api\"\nversion = \"0.1.0\"\n";
        assert_eq!(
            lock_text(lock, "0.1.0", "0.2.0"),
            "[[package]]\nname = \"a\"\nversion = \"0.1.0\"\nsource = \"registry\"\n\n[[package]]\nname = \"notte-api\"\nversion = \"0.2.0\"\n"
        );
        assert_eq!(
            readme_text("notte-ext = \"0.1\"\nx = \"0.1\"\n", "0.1.0", "0.2.0"),
            "notte-ext = \"0.2\"\nx = \"0.1\"\n"
        );
    }
}
