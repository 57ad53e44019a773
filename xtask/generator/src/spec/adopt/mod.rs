//! `cargo xtask spec adopt`: a new document becomes a new version of the client, or nothing happens.

mod check;
mod cut;
mod last;
mod overlays;
mod todo;
mod version;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use notte_api_gen::diff::{Format, Report, Side};
use notte_api_gen::{Finding, Input, Options, Severity};

use self::check::Edit;
use self::overlays::Refit;
use self::todo::{Todo, plural, times};
use super::fetch::{self, Origin};
use super::{scan, source};
use crate::codegen::{self, Inputs};
use crate::report::Failure;
use crate::transaction::{self, Transaction};
use crate::{output, workspace};

/// Where the vendored document is.
const DOCUMENT: &str = "openapi/notte-openapi.yml";

/// Where the pull request's text is written: no part of the tree.
const PULL_REQUEST: &str = "target/pull-request.md";

/// What to adopt.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// The document: a file, or an address that begins with http:// or https://.
    document: String,
    /// Do everything but change the tree.
    #[arg(long)]
    dry_run: bool,
    /// Adopt a document that lost more than a fifth of its operations.
    #[arg(long)]
    allow_shrinking: bool,
}

/// A document, and what is known of where it came from.
struct Incoming {
    bytes: Vec<u8>,
    origin: Option<Origin>,
    source: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let root = workspace::root();
    let mut transaction = Transaction::begin(root)?;
    let result = prepare(args);
    let adoption = match result {
        Ok(adoption) if !args.dry_run => adoption,
        other => {
            transaction::discard(root)?;
            let adoption = other?;
            output::line(&format!("dry run: {} files would change, none did", adoption.edits.len()));
            return Ok(());
        }
    };
    let added: Vec<&Path> =
        adoption.edits.iter().map(|edit| edit.0.as_path()).filter(|path| !root.join(path).exists()).collect();
    for (path, bytes) in &adoption.edits {
        match bytes {
            Some(bytes) => transaction.write(path, bytes)?,
            None => transaction.delete(path),
        }
    }
    transaction.write(Path::new(PULL_REQUEST), adoption.pull_request.as_bytes())?;
    transaction.commit()?;
    output::line(&format!(
        "\nadopted: {} files changed\nTo do, in this order:\n  1. git diff openapi notte-api/API.md   (what the client \
         does differently)\n  2. cargo xtask test\n  3. a pull request with the text in {PULL_REQUEST}",
        adoption.edits.len()
    ));
    output::line(&format!("to undo it: {}", undo(&added)));
    Ok(())
}

/// The command after which the tree is as it was: git restores what it knows, and leaves what was added.
fn undo(added: &[&Path]) -> String {
    let added: Vec<String> = added.iter().map(|path| format!(" {}", path.display())).collect();
    match added.is_empty() {
        true => "git checkout .".to_owned(),
        false => format!("git checkout . && git clean --force --{}", added.concat()),
    }
}

/// Everything that an adoption changes.
struct Adoption {
    edits: Vec<Edit>,
    pull_request: String,
}

fn prepare(args: &Args) -> Result<Adoption, Failure> {
    let incoming = read(&args.document)?;
    refuse_another_api(args, &incoming)?;
    let refit = overlays::refit(&incoming.bytes, &args.document)?;
    let options = Options { effect_required: true, strict: true };
    let findings = notte_api_gen::lint::source(&refit.overlaid, options);
    let errors = |wanted: &dyn Fn(&Finding) -> bool| -> Vec<String> {
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error && wanted(finding));
        errors.map(|finding| notte_api_gen::Error::from(finding).to_string()).collect()
    };
    let (report, supposed) = preview(&refit, &incoming.bytes)?;
    output::line(report.write(Format::Digest, [DOCUMENT, &args.document]).trim_end());
    let dropped = plural(refit.dropped.len(), "correction");
    output::line(&format!("\n{dropped} of the overlays can go: the document contains it by now"));

    let again = format!("cargo xtask spec adopt {} --dry-run, then without --dry-run", args.document);
    let full = || report.write(Format::Markdown, [DOCUMENT, &args.document]);
    let mut todo = Todo::default();
    if refit.has_conflicts() {
        todo.patch(&refit.changed, &refit.dropped);
    }
    let decide = |count| {
        format!(
            "decide who is right, {} (`cargo xtask spec verify` asks the service): delete the part of the action, or put \
             the document's value under x-expect",
            times(count)
        )
    };
    todo.step(decide, refit.conflicts.clone());
    let keep = |count| format!("decide whose words to keep, {}, in the same way", times(count));
    todo.step(keep, refit.words.clone());
    let effects = |count| format!("give {} an x-notte-effect in a 20-… overlay", plural(count, "operation"));
    todo.step(effects, errors(&|finding| finding.rule == "effect-missing"));
    // What else is wrong may well come of the conflicts.
    let lint = |count| format!("correct {} of lint in an overlay", plural(count, "error"));
    todo.step(lint, errors(&|finding| finding.rule != "effect-missing" && !refit.has_conflicts()));
    if !todo.is_empty() {
        let change = |count| format!("change {} of notte-ext, if {supposed}", plural(count, "line"));
        todo.step(change, places(&report));
        return Err(todo.fail(&full(), &again)?);
    }
    let inputs =
        Inputs { document: (DOCUMENT.to_owned(), incoming.bytes.clone()), overlays: refit.files.clone(), options };
    let generation = inputs.generate()?;
    let target = codegen::workspace_target(&inputs, &generation, incoming.origin.as_ref(), &incoming.source)?;
    let mut edits = vec![(PathBuf::from(DOCUMENT), Some(incoming.bytes.clone()))];
    let inside = |path: &Path| path.strip_prefix(workspace::root()).unwrap_or(path).to_owned();
    let changes = target.compare();
    edits.extend(changes.written.iter().map(|path| (inside(path), Some(target.files[path].clone().into_bytes()))));
    edits.extend(changes.deleted.iter().map(|path| (inside(path), None)));
    edits.extend(overlay_edits(&refit, &inside));
    let raised = version::raise(report.advice().bump)?;
    edits.extend(raised.files.iter().map(|(file, text)| (PathBuf::from(file), Some(text.clone().into_bytes()))));
    let changelog = String::from_utf8_lossy(&workspace::read(&workspace::root().join("CHANGELOG.md"))?).into_owned();
    let changelog = words::changelog(&changelog, &report, &raised)
        .ok_or_else(|| Failure::input(["CHANGELOG.md: there is no `## Unreleased`"]))?;
    edits.push((PathBuf::from("CHANGELOG.md"), Some(changelog.into_bytes())));
    todo.step(|count| format!("change {} that no longer build", plural(count, "line")), check::broken_lines(&edits)?);
    if !todo.is_empty() {
        return Err(todo.fail(&full(), &again)?);
    }
    output::line("the workspace compiles with it");
    let pull_request = words::pull_request(&report, &raised, &refit.dropped, &incoming.source);
    Ok(Adoption { edits, pull_request })
}

fn overlay_edits(refit: &Refit, inside: &impl Fn(&Path) -> PathBuf) -> Vec<Edit> {
    let edits = refit.changed.iter();
    edits.map(|(path, _, text)| (inside(path), text.as_ref().map(|text| text.clone().into_bytes()))).collect()
}

fn read(document: &str) -> Result<Incoming, Failure> {
    if document.starts_with("http://") || document.starts_with("https://") {
        let Some((origin, bytes)) = fetch::get(document, None)? else {
            return Err(Failure::unreadable([format!("{document}: no document came")]));
        };
        return Ok(Incoming { bytes, source: document.to_owned(), origin: Some(origin) });
    }
    let bytes = source::read(document)?.bytes;
    notte_api_gen::load(&bytes, document).map_err(|error| Failure::unreadable([error.to_string()]))?;
    let origin = Origin::of(Path::new(document));
    let name = Path::new(document).file_name().map_or(document.into(), |name| name.to_string_lossy().into_owned());
    let source = origin.as_ref().map_or(format!("the file {name}"), |origin| origin.url.clone());
    Ok(Incoming { bytes, origin, source })
}

/// Documents arrive cut off, or of another API.
fn refuse_another_api(args: &Args, incoming: &Incoming) -> Result<(), Failure> {
    let side = |name: &str, bytes: &[u8]| {
        let document = Side::document(Input { name, bytes }, &[])
            .map_err(|errors| Failure::unreadable(errors.iter().map(ToString::to_string)))?;
        Ok::<_, Failure>(Side::new(name, document, Err("not looked at".to_owned())))
    };
    let last = workspace::read(&workspace::document())?;
    let report = Report::of(side(DOCUMENT, &last)?, side(&args.document, &incoming.bytes)?);
    let lost = report.changes.iter().filter(|change| change.rule.id == "operation-removed").count();
    let all = report.old.operations;
    if report.are_strangers() {
        return Err(Failure::input([format!(
            "{} ({}) is the document of another API: it has none of the {all} operations of {}",
            args.document, report.new.title, report.old.title
        )]));
    }
    if lost * 5 > all && !args.allow_shrinking {
        return Err(Failure::check([format!(
            "{}: {lost} of {all} operations are gone, more than a fifth; was it cut off? If not, say --allow-shrinking",
            args.document
        )]));
    }
    Ok(())
}

/// What was generated last compared with what would be, and what that supposes: while there are conflicts, that the
/// overlays hold, or if nothing can be generated then, that the document alone does.
fn preview(refit: &Refit, document: &[u8]) -> Result<(Report, &'static str), Failure> {
    const NEW: &str = "the adopted document";
    // Effect classes that are missing are told apart.
    let options = Options { effect_required: false, strict: true };
    let read = |name, bytes, overlays: &[Input<'_>]| {
        Side::read(Input { name, bytes }, overlays, options).map_err(|failure| Failure::input(super::lines(&failure)))
    };
    let last = last::read()?;
    let overlays = last.overlays.iter().map(|(name, text)| Input { name, bytes: text.as_bytes() });
    let old = read("the vendored document", last.document.as_bytes(), &overlays.collect::<Vec<_>>())?;
    let (mut new, mut supposed) = (Side::of(NEW, refit.overlaid.clone(), options), "the overlays are right");
    if new.surface.is_err() && refit.has_conflicts() {
        (new, supposed) = (read(NEW, document, &[])?, "the document alone is right");
    }
    new.left_out = Side::left_out(Input { name: NEW, bytes: document })
        .map_err(|error| Failure::unreadable([error.to_string()]))?;
    let mut report = Report::of(old, new);
    scan::note(&mut report, "notte-ext", &workspace::root().join("notte-ext/src"));
    Ok((report, supposed))
}

/// The lines of notte-ext that may need a person, each with the items it may use.
fn places(report: &Report) -> Vec<String> {
    let mut lines: BTreeMap<(&str, usize), BTreeSet<&str>> = BTreeMap::new();
    for line in report.changes.iter().flat_map(|change| &change.lines) {
        lines.entry((&line.file, line.line)).or_default().insert(&line.item);
    }
    let items = |items: &BTreeSet<&str>| items.iter().copied().collect::<Vec<_>>().join(", ");
    lines.iter().map(|((file, line), used)| format!("{file}:{line} may use {}", items(used))).collect()
}
