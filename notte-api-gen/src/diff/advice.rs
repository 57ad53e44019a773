//! Which version comes next, by Cargo's rules: below 1.0 the minor version breaks.

use super::{Change, Report};

/// How far a version goes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bump {
    /// Not at all.
    None,
    /// Callers still build; something was added, or behaves differently.
    Compatible,
    /// Callers may have to change.
    Breaking,
}

/// What to call the next version of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// How far it goes up.
    pub bump: Bump,
    /// Why.
    pub reason: String,
    /// The fingerprints of the changes that force it.
    pub because: Vec<String>,
}

impl Report {
    /// How far the version of `notte-api` goes up. `notte-ext` follows: its public methods give out types of `notte-api`.
    pub fn advice(&self) -> Advice {
        let fingerprints = |wanted: &dyn Fn(&Change) -> bool| -> Vec<String> {
            self.changes.iter().filter(|change| wanted(change)).map(|change| change.fingerprint.clone()).collect()
        };
        if self.compile_unknown().is_some() {
            let reason = "what callers must change is unknown: a document cannot be generated from".to_owned();
            return Advice { bump: Bump::Breaking, reason, because: Vec::new() };
        }
        let breaking = fingerprints(&|change| change.compile.affected);
        if !breaking.is_empty() {
            let reason = one_or_many(breaking.len(), "breaks source", "break source");
            return Advice { bump: Bump::Breaking, reason, because: breaking };
        }
        let seen =
            fingerprints(&|change| change.wire.affected || change.behaviour.affected || !change.items.is_empty());
        if seen.is_empty() {
            let (bump, reason) = match self.changes.len() {
                0 => (Bump::None, "nothing changed"),
                _ => (Bump::Compatible, "only the documentation changed"),
            };
            return Advice { bump, reason: reason.to_owned(), because: Vec::new() };
        }
        let reason = format!(
            "source still builds; {}",
            one_or_many(seen.len(), "adds something or behaves differently", "add something or behave differently")
        );
        Advice { bump: Bump::Compatible, reason, because: seen }
    }
}

/// The version after this one; the same if it is no version.
pub fn next(version: &str, bump: Bump) -> String {
    let parts: Vec<u64> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    let [major, minor, patch] = parts.as_slice() else { return version.to_owned() };
    match (bump, *major, *minor) {
        (Bump::None, ..) => version.to_owned(),
        // Below 0.1 every version breaks.
        (_, 0, 0) => format!("0.0.{}", patch + 1),
        (Bump::Compatible, ..) => format!("{major}.{minor}.{}", patch + 1),
        (Bump::Breaking, 0, minor) => format!("0.{}.0", minor + 1),
        (Bump::Breaking, major, _) => format!("{}.0.0", major + 1),
    }
}

fn one_or_many(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 change {one}") } else { format!("{count} changes {many}") }
}
