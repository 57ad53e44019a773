//! `cargo xtask spec fetch`: upstream's document, if it is another than the last one.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::report::{Failure, io};
use crate::{output, provenance, workspace};

/// Where upstream publishes its document.
const UPSTREAM: &str = "https://api.notte.cc/openapi.json";

/// A document is some hundred kilobytes.
const LARGEST: u64 = 20 * 1024 * 1024;

/// From the first byte of the request to the last of the answer.
const LONGEST: Duration = Duration::from_secs(60);

/// Where from, and where to.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// The document's address.
    #[arg(default_value = UPSTREAM)]
    url: String,
    /// Where it is written. A file of the same name that ends in `.toml` says where it came from.
    #[arg(long, value_name = "PATH")]
    to: Option<PathBuf>,
}

/// Where a fetched document came from: the file beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) url: String,
    /// The day, `YYYY-MM-DD`, UTC.
    pub(crate) fetched: String,
    pub(crate) sha256: String,
    pub(crate) bytes: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_modified: Option<String>,
}

impl Origin {
    /// What is known of the document in this file; nothing if the file was changed since.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let origin: Self = toml::from_str(&std::fs::read_to_string(path.with_extension("toml")).ok()?).ok()?;
        let bytes = std::fs::read(path).ok()?;
        (provenance::sha256(&bytes) == origin.sha256).then_some(origin)
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let path = args.to.clone().unwrap_or_else(|| workspace::root().join("openapi/incoming.json"));
    let known = Origin::of(&path).filter(|origin| origin.url == args.url);
    let Some((origin, bytes)) = get(&args.url, known.as_ref())? else {
        output::line(&format!("{}: not changed since it was fetched", args.url));
        return Ok(());
    };
    let same = known.is_some_and(|known| known.sha256 == origin.sha256);
    let record =
        toml::to_string(&origin).map_err(|error| Failure::input([format!("the origin cannot be written: {error}")]))?;
    replace(&path, &bytes)?;
    replace(&path.with_extension("toml"), record.as_bytes())?;
    let news = if same { "the same as before" } else { "new" };
    output::line(&format!("{}: {} bytes, {news}, in {}", args.url, bytes.len(), workspace::display(&path)));
    Ok(())
}

/// The document at an address; nothing when it is the known one still.
///
/// What comes is held against being a document before anybody writes it.
pub(crate) fn get(url: &str, known: Option<&Origin>) -> Result<Option<(Origin, Vec<u8>)>, Failure> {
    let fail = |why: String| Failure::unreadable([format!("{url}: {why}")]);
    // An address that says https stays with it, whatever it is redirected to.
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(LONGEST))
        .http_status_as_error(false)
        .https_only(url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")))
        .build()
        .into();
    let mut request = agent.get(url).header("Accept", "application/json, application/yaml;q=0.9, */*;q=0.1");
    if let Some(etag) = known.and_then(|known| known.etag.as_ref()) {
        request = request.header("If-None-Match", etag);
    }
    if let Some(date) = known.and_then(|known| known.last_modified.as_ref()) {
        request = request.header("If-Modified-Since", date);
    }
    let mut response = request.call().map_err(|error| fail(format!("cannot be fetched: {error}")))?;
    match response.status().as_u16() {
        200 => {}
        304 if known.is_some() => return Ok(None),
        status => return Err(fail(format!("answers {status}, not 200"))),
    }
    let header = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
    let (etag, last_modified) = (header("etag"), header("last-modified"));
    let announced = header("content-length").and_then(|length| length.parse::<u64>().ok());
    let too_large = || fail(format!("larger than {} MB, which no document is", LARGEST / 1024 / 1024));
    if announced.is_some_and(|length| length > LARGEST) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let mut body = response.body_mut().as_reader().take(LARGEST + 1);
    body.read_to_end(&mut bytes).map_err(|error| fail(format!("cut off after {} bytes: {error}", bytes.len())))?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large());
    }
    if announced.is_some_and(|length| length != bytes.len() as u64) {
        return Err(fail(format!("cut off after {} bytes", bytes.len())));
    }
    notte_api_gen::load(&bytes, url).map_err(|error| Failure::unreadable([error.to_string()]))?;
    let origin = Origin {
        url: url.to_owned(),
        fetched: provenance::today(),
        sha256: provenance::sha256(&bytes),
        bytes: bytes.len(),
        etag,
        last_modified,
    };
    Ok(Some((origin, bytes)))
}

/// Writes beside the file and renames, so that there is never half of one.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    std::fs::write(&part, bytes).map_err(|error| io(&part, "write", &error))?;
    std::fs::rename(&part, path).map_err(|error| io(path, "replace", &error))
}
