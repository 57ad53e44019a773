//! The files of a session: what was uploaded to it, and what its browser downloaded.

use std::collections::HashMap;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::clock;
use crate::engine::{Browser, Download};
use crate::error::Refusal;
use crate::input::File;

/// How long a file is promised to stay.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Who brought a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    UserUpload,
    SessionDownload,
}

/// The files of one session.
#[derive(Debug)]
pub(crate) struct Files {
    session: String,
    folder: PathBuf,
    /// Bytes that they may have.
    quota: u64,
    /// Id, name and source of what lies in `uploads`.
    kept: Mutex<Vec<(String, String, Source)>>,
    /// Checksums by id: a file is read for it once.
    checksums: Mutex<HashMap<String, String>>,
}

impl Files {
    pub(crate) fn new(session: &str, folder: &Path, quota: u64) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder.join("uploads"))?;
        std::fs::create_dir_all(folder.join("downloads"))?;
        Ok(Self {
            session: session.to_owned(),
            folder: folder.to_owned(),
            quota,
            kept: Mutex::default(),
            checksums: Mutex::default(),
        })
    }

    /// Where the browser saves.
    pub(crate) fn downloads_folder(&self) -> PathBuf {
        self.folder.join("downloads")
    }

    fn kept(&self) -> MutexGuard<'_, Vec<(String, String, Source)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn checksums(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.checksums.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn uploaded(&self, id: &str, name: &str) -> PathBuf {
        self.folder.join("uploads").join(id).join(name)
    }

    /// Keeps a file that was sent, in a folder of its own so that names cannot clash.
    pub(crate) fn keep(&self, browser: &Browser, file: File, source: Source) -> Result<Value, Refusal> {
        let content = file.content;
        self.add(browser, &file.name, file.size, source, |path| content.persist(path).map(drop).map_err(Into::into))
    }

    /// Keeps a copy of a file.
    pub(crate) fn keep_copy(&self, browser: &Browser, name: &str, of: &Path) -> Result<Value, Refusal> {
        let size = std::fs::metadata(of)?.len();
        self.add(browser, name, size, Source::UserUpload, |path| std::fs::copy(of, path).map(drop))
    }

    fn add(
        &self,
        browser: &Browser,
        name: &str,
        size: u64,
        source: Source,
        put: impl FnOnce(&Path) -> std::io::Result<()>,
    ) -> Result<Value, Refusal> {
        if self.size(browser) + size > self.quota {
            return Err(Refusal::too_large(self.quota));
        }
        let (id, name) = (uuid::Uuid::new_v4().to_string(), safe_name(name));
        let path = self.uploaded(&id, &name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        put(&path)?;
        self.kept().push((id.clone(), name.clone(), source));
        Ok(self.describe(&id, &name, &path, source)?)
    }

    /// How many bytes they have.
    pub(crate) fn size(&self, browser: &Browser) -> u64 {
        let files = self.all(browser).into_iter();
        files.filter_map(|(.., path, _)| std::fs::metadata(path).ok()).map(|file| file.len()).sum()
    }

    /// Deletes all of them.
    pub(crate) fn clear(&self, browser: &Browser) {
        for (id, ..) in self.all(browser) {
            self.delete(browser, &id);
        }
    }

    /// Every way to name an uploaded file, and where it lies; the newest of a name wins.
    pub(crate) fn uploads(&self) -> HashMap<String, PathBuf> {
        let kept = self.kept();
        let uploads = kept.iter().filter(|(.., source)| *source == Source::UserUpload);
        let names = uploads.flat_map(|(id, name, _)| [(id, id, name), (name, id, name)]);
        names.map(|(key, id, name)| (key.clone(), self.uploaded(id, name))).collect()
    }

    /// Every file: its id, its name and where it lies.
    fn all(&self, browser: &Browser) -> Vec<(String, String, PathBuf, Source)> {
        let kept = self.kept().clone();
        let kept = kept.into_iter().map(|(id, name, source)| {
            let path = self.uploaded(&id, &name);
            (id, name, path, source)
        });
        let done = browser.downloads().borrow().clone();
        let downloads = done.into_iter().filter(|file| file.done).map(|Download { id, name, .. }| {
            // On disk a download bears the id that the browser gave it, so its name cannot lead anywhere.
            let path = self.downloads_folder().join(safe_name(&id));
            (id, safe_name(&name), path, Source::SessionDownload)
        });
        kept.chain(downloads).collect()
    }

    /// How many files there are, and those of a part as answers give them. Reads what is new in full.
    pub(crate) fn list(&self, browser: &Browser, source: Option<Source>, part: Range<usize>) -> (usize, Vec<Value>) {
        let mut files = self.all(browser);
        files.retain(|(.., path, of)| source.is_none_or(|source| source == *of) && path.is_file());
        let (total, part) = (files.len(), files.into_iter().skip(part.start).take(part.len()));
        (total, part.filter_map(|(id, name, path, source)| self.describe(&id, &name, &path, source).ok()).collect())
    }

    /// One file: its name and where it lies.
    pub(crate) fn find(&self, browser: &Browser, id: &str) -> Option<(String, PathBuf)> {
        let file = self.all(browser).into_iter().find(|(known, ..)| known == id)?;
        Some((file.1, file.2))
    }

    /// Deletes a file; false when there is none.
    pub(crate) fn delete(&self, browser: &Browser, id: &str) -> bool {
        let Some((_, path)) = self.find(browser, id) else { return false };
        self.kept().retain(|(known, ..)| known != id);
        self.checksums().remove(id);
        browser.forget_download(id);
        std::fs::remove_file(path).is_ok()
    }

    fn describe(&self, id: &str, name: &str, path: &Path, source: Source) -> std::io::Result<Value> {
        let file = std::fs::metadata(path)?;
        let made = Timestamp::try_from(file.modified()?).unwrap_or_else(|_| Timestamp::now());
        let known = self.checksums().get(id).cloned();
        let checksum = known.map_or_else(|| checksum(path), Ok)?;
        self.checksums().insert(id.to_owned(), checksum.clone());
        Ok(json!({
            "id": id,
            "session_id": self.session,
            "filename": name,
            "mime_type": mime_guess::from_path(name).first_or_octet_stream().essence_str(),
            "size": file.len(),
            "checksum": checksum,
            "created_at": clock::written(made),
            "expires_at": clock::written(made + KEPT),
            "source": source,
        }))
    }
}

fn checksum(path: &Path) -> std::io::Result<String> {
    let mut digest = Sha256::new();
    let mut file = std::fs::File::open(path)?;
    let mut piece = vec![0; 64 << 10];
    loop {
        match file.read(&mut piece)? {
            0 => break,
            length => digest.update(&piece[..length]),
        }
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A file name that stays in its folder on every system, whatever was asked for.
pub(crate) fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control() && !"<>:\"|?*".contains(*c)).collect();
    let clean = clean.trim().trim_end_matches('.');
    match clean.trim_start_matches('.') {
        "" => "file".to_owned(),
        _ => shortened(clean),
    }
}

/// The longest name, in bytes: a little less than what file systems take.
const LONGEST: usize = 200;

/// A name that is not too long; its extension stays.
fn shortened(name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').filter(|(_, end)| end.len() < 16).unwrap_or((name, ""));
    let dot = usize::from(!extension.is_empty());
    let most = LONGEST - extension.len() - dot;
    let end = stem.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= most).last();
    format!("{}{}{extension}", &stem[..end.unwrap_or_default()], if dot == 1 { "." } else { "" })
}

#[cfg(test)]
mod tests {
    use super::safe_name;

    #[test]
    fn a_name_never_leaves_its_folder() {
        for (given, safe) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("..", "file"),
            ("", "file"),
            ("a/", "file"),
            ("C:evil\u{0}.txt", "Cevil.txt"),
            (".hidden", ".hidden"),
        ] {
            assert_eq!(safe_name(given), safe, "{given:?}");
        }
        for long in ["漢".repeat(100) + ".txt", "é".repeat(150), "x".repeat(300) + "." + &"y".repeat(300)] {
            let safe = safe_name(&long);
            assert!((190..=200).contains(&safe.len()) && safe.ends_with(".txt") == long.ends_with(".txt"), "{safe}");
        }
    }
}
