//! Changes that somebody has looked at and accepts, until a day.

use serde::Deserialize;

use crate::Error;
use crate::diff::Report;

/// A change that is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignored {
    /// Which change.
    pub fingerprint: String,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is, `YYYY-MM-DD`.
    pub expires: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    ignore: Vec<Ignored>,
}

/// Reads an ignore file: YAML or JSON, a list `ignore` of `fingerprint`, `reason` and `expires`.
///
/// # Errors
/// When it cannot be read, an entry lacks something, or has a reason or a day that is none.
pub fn parse(bytes: &[u8], name: &str) -> Result<Vec<Ignored>, Error> {
    let file: File = yaml_serde::from_slice(bytes).map_err(|error| {
        let message = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        Error::new(format!("no ignore file: {message}"))
            .at(name)
            .help("it is a list `ignore` of fingerprint, reason and expires")
    })?;
    for entry in &file.ignore {
        let problem = match entry {
            entry if entry.reason.trim().is_empty() => "has no reason",
            entry if !is_day(&entry.expires) => "expires on no day; write YYYY-MM-DD",
            _ => continue,
        };
        return Err(Error::new(format!("{} {problem}", entry.fingerprint)).at(name));
    }
    Ok(file.ignore)
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 3
        && parts.iter().zip([4, 2, 2]).all(|(part, len)| part.len() == len && part.bytes().all(|b| b.is_ascii_digit()))
}

impl Report {
    /// Sets the accepted changes aside, and answers what is wrong with the list: entries that expired, or fit nothing.
    pub fn ignore(&mut self, entries: &[Ignored], today: &str) -> Vec<String> {
        let mut notes = Vec::new();
        for entry in entries {
            if entry.expires.as_str() < today {
                notes.push(format!("{} expired on {}: {}", entry.fingerprint, entry.expires, entry.reason));
                continue;
            }
            let (ignored, kept) = std::mem::take(&mut self.changes)
                .into_iter()
                .partition(|change| change.fingerprint == entry.fingerprint);
            self.changes = kept;
            let ignored: Vec<_> = ignored;
            if ignored.is_empty() {
                notes.push(format!("{} fits no change: {}", entry.fingerprint, entry.reason));
            }
            self.ignored.extend(ignored.into_iter().map(|change| (change, entry.reason.clone())));
        }
        notes
    }
}
