//! This process and all below it: what memory they take, and which browser runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::Result;

/// This process and all below it.
fn family() -> Result<BTreeSet<u32>> {
    let parents: BTreeMap<u32, u32> = std::fs::read_dir("/proc")?
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            // After the name, which stands in parentheses: the state, then the parent.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((pid, parent))
        })
        .collect();
    let mut family = BTreeSet::from([std::process::id()]);
    while let Some(child) = parents.iter().find(|(pid, parent)| family.contains(parent) && !family.contains(pid)) {
        family.insert(*child.0);
    }
    Ok(family)
}

/// Proportional set size in megabytes: pages that processes share count once.
pub(crate) fn megabytes() -> Result<f64> {
    let size = |pid: &u32| {
        // It may have ended meanwhile.
        let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default()
    };
    Ok(family()?.iter().map(size).sum::<f64>() / 1024.0)
}

/// The browser that runs below this process: the binary itself, not a script that starts it.
pub(crate) fn browser() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let programs = family()?.into_iter().filter_map(|pid| std::fs::read_link(format!("/proc/{pid}/exe")).ok());
    Ok(programs.into_iter().find(|program| *program != own).ok_or("no browser runs")?)
}
