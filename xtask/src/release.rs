//! `cargo xtask release --dry-run`: everything that a release needs, checked; and what remains to be typed.

use xtask::report::Failure;
use xtask::tools::{cargo, output_of};
use xtask::{output, workspace};

use crate::ci;

/// The published crates, in the order in which they are published.
pub(crate) const PUBLISHED: &[&str] = &["notte-api-gen", "notte-api", "notte-local", "notte-ext", "notte-cli"];

/// Checks versions, changelog, packages and documentation, and prints the tag and the commands. Publishes nothing.
pub(crate) fn dry_run() -> Result<(), Failure> {
    let manifest = text("Cargo.toml")?;
    let changelog = text("CHANGELOG.md")?;
    let version =
        version(&manifest).ok_or_else(|| Failure::check(["Cargo.toml: [workspace.package] has no version"]))?;
    let notes = unreleased(&changelog);
    let mut problems = disagreeing(&manifest, version);
    if notes.is_empty() {
        problems.push("CHANGELOG.md: nothing is under `## Unreleased`".to_owned());
    }
    let tag = format!("v{version}");
    if !output_of("git", &["tag", "--list", &tag])?.trim().is_empty() {
        problems.push(format!("{tag} exists already: raise the version in Cargo.toml"));
    }
    if !output_of("git", &["status", "--porcelain"])?.trim().is_empty() {
        problems.push("the tree has changes that are not committed".to_owned());
    }
    if !problems.is_empty() {
        return Err(Failure::check(problems));
    }
    if output_of("git", &["tag", "--list", "v*"])?.trim().is_empty() {
        output::progress("this is the first release: there is nothing to compare the public API with");
    } else {
        cargo(&["semver-checks", "--workspace"])?;
    }
    ci::one("package")?;
    ci::one("docs")?;
    output::line(&format!("{tag}\n\n{notes}\n\nEverything is ready. To release {tag}:\n"));
    output::line(&format!("1. in CHANGELOG.md, rename `## Unreleased` to `## {version} - DATE`, and commit"));
    output::line(&format!("2. git tag --sign {tag}      with the text above"));
    for (number, name) in PUBLISHED.iter().enumerate() {
        output::line(&format!("{}. cargo publish --locked --package {name}", number + 3));
    }
    output::line(&format!("{}. git push origin main {tag}", PUBLISHED.len() + 3));
    Ok(())
}

fn text(file: &str) -> Result<String, Failure> {
    Ok(String::from_utf8_lossy(&workspace::read(&workspace::root().join(file))?).into_owned())
}

/// The oldest Rust that the published crates promise to build with.
pub(crate) fn minimum_rust() -> Result<String, Failure> {
    let manifest = text("Cargo.toml")?;
    let found = manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"'));
    found.map(str::to_owned).ok_or_else(|| Failure::check(["Cargo.toml: [workspace.package] has no rust-version"]))
}

/// The workspace's version.
fn version(manifest: &str) -> Option<&str> {
    let (_, package) = manifest.split_once("[workspace.package]")?;
    package.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
}

/// The dependencies on our own crates that ask for another version.
fn disagreeing(manifest: &str, version: &str) -> Vec<String> {
    let ours = manifest.lines().filter(|line| line.contains("path = ") && line.contains("version = "));
    ours.filter(|line| !line.contains(&format!("version = \"{version}\"")))
        .map(|line| format!("Cargo.toml: not version {version}: {line}"))
        .collect()
}

/// What the changelog says of the coming release.
fn unreleased(changelog: &str) -> &str {
    let Some((_, rest)) = changelog.split_once("\n## Unreleased\n") else { return "" };
    rest.split_once("\n## ").map_or(rest, |(section, _)| section).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace]\n[workspace.package]\nversion = \"0.2.0\"\n[workspace.dependencies]\n\
        notte-a = { path = \"a\", version = \"0.2.0\" }\nnotte-b = { path = \"b\", version = \"0.1.0\" }\nserde = \"1\"\n";

    #[test]
    fn a_crate_of_ours_at_another_version_is_named() {
        assert_eq!(version(MANIFEST), Some("0.2.0"));
        let found = disagreeing(MANIFEST, "0.2.0");
        assert!(found.len() == 1 && found[0].contains("notte-b"), "{found:?}");
    }

    #[test]
    fn the_notes_are_the_section_alone() {
        assert_eq!(unreleased("# C\n\n## Unreleased\n\n### Added\n\n- A.\n\n## 0.1.0\n\n- B.\n"), "### Added\n\n- A.");
        assert_eq!(unreleased("# C\n\n## Unreleased\n\n## 0.1.0\n\n- B.\n"), "");
        assert_eq!(unreleased("# C\n"), "");
    }
}
