//! The report as one page of HTML, without scripts: every change with both signatures side by side, and filters.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{digest, values};
use crate::diff::{Change, Fate, Item, Report};

const STYLE: &str = "\
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem }
pre, code, td { font: 13px/1.45 ui-monospace, monospace }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid #8884; border-radius: 6px }
.filters { display: flex; flex-wrap: wrap; gap: .3rem; margin: .4rem 0 }
.filters label { border: 1px solid #8888; border-radius: 1rem; padding: 0 .7rem; cursor: pointer }
input[type=radio] { position: absolute; opacity: 0 }
details { border: 1px solid #8884; border-left: 4px solid #8888; border-radius: 4px; margin: .4rem 0; padding: .3rem .8rem }
details.wire, details.source { border-left-color: #d33 }
details.behaviour:not(.wire):not(.source) { border-left-color: #d90 }
summary { cursor: pointer; overflow-wrap: anywhere }
.mark { font-weight: 600; color: #d33 }
small { color: #888 }
table { border-collapse: collapse; width: 100%; table-layout: fixed }
th, td { border: 1px solid #8884; padding: .2rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th:first-child { width: 38% }
";

/// What a reader may want to see alone: the class, and its label.
const KINDS: [(&str, &str); 5] = [
    ("every", "everything"),
    ("wire", "breaks the wire"),
    ("source", "breaks source"),
    ("behaviour", "behaves differently"),
    ("ok", "compatible"),
];

pub(super) fn write(report: &Report) -> String {
    let families: BTreeSet<&str> = report.changes.iter().map(|change| change.rule.family).collect();
    let kinds = KINDS.map(|(class, label)| (format!("k-{class}"), label.to_owned()));
    let families: Vec<(String, String)> = std::iter::once(("f-every".to_owned(), "every family".to_owned()))
        .chain(families.into_iter().map(|family| (class(family), family.to_owned())))
        .collect();
    let mut page = String::from("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
    page.push_str(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    );
    page.push_str("<meta name=\"viewport\" content=\"width=device-width\">\n");
    let _ = writeln!(page, "<title>{} to {}</title>", escape(&report.old.name), escape(&report.new.name));
    let _ = writeln!(page, "<style>\n{STYLE}{}</style>", rules(kinds.iter().chain(&families)));
    let _ = writeln!(
        page,
        "<h1>{} {} to {}</h1>",
        escape(&report.new.title),
        escape(&report.old.version),
        escape(&report.new.version)
    );
    let _ = writeln!(page, "<pre>{}</pre>", escape(&digest::write(report)));
    radios(&mut page, "kind", &kinds);
    radios(&mut page, "family", &families);
    page.push_str("<main>\n");
    report.changes.iter().for_each(|change| one(&mut page, change));
    for (change, reason) in &report.ignored {
        let text = format!("{}: {} (ignored: {reason})", change.place, change.rule.says);
        let _ = writeln!(page, "<p>{}</p>", escape(&text));
    }
    page.push_str("</main>\n</html>\n");
    page
}

/// The buttons, and before them the inputs that the page's style looks at.
fn radios(page: &mut String, group: &str, choices: &[(String, String)]) {
    for (index, (id, _)) in choices.iter().enumerate() {
        let checked = if index == 0 { " checked" } else { "" };
        let _ = writeln!(page, "<input type=\"radio\" name=\"{group}\" id=\"{id}\"{checked}>");
    }
    page.push_str("<div class=\"filters\">");
    for (id, label) in choices {
        let _ = write!(page, "<label for=\"{id}\">{}</label>", escape(label));
    }
    page.push_str("</div>\n");
}

/// Hides what a chosen filter leaves out, and marks the filter.
fn rules<'a>(ids: impl Iterator<Item = &'a (String, String)>) -> String {
    let mut css = String::new();
    for (id, _) in ids {
        let _ = writeln!(css, "#{id}:checked ~ .filters label[for={id}] {{ background: #48f4 }}");
        if !id.ends_with("-every") {
            let kind = id.strip_prefix("k-").unwrap_or(id);
            let _ = writeln!(css, "#{id}:checked ~ main details:not(.{kind}) {{ display: none }}");
        }
    }
    css
}

fn class(family: &str) -> String {
    format!("f-{}", family.replace(' ', "-"))
}

fn one(page: &mut String, change: &Change) {
    let verdicts = [("wire", &change.wire), ("source", &change.compile), ("behaviour", &change.behaviour)];
    let mut classes: Vec<&str> =
        verdicts.iter().filter(|(_, verdict)| verdict.affected).map(|(name, _)| *name).collect();
    let marks = classes.join(" ");
    if classes.is_empty() {
        classes.push("ok");
    }
    let open = if change.wire.affected || change.compile.affected { " open" } else { "" };
    let family = class(change.rule.family);
    let _ = writeln!(page, "<details class=\"{} {family}\"{open}>", classes.join(" "));
    let _ = writeln!(
        page,
        "<summary><span class=\"mark\">{marks}</span> <code>{}</code> {} <small>{} {}</small></summary>",
        escape(&change.place),
        escape(change.rule.says),
        change.rule.id,
        change.fingerprint
    );
    if let Some(values) = values(change) {
        let _ = writeln!(page, "<p><code>{}</code></p>", escape(&values));
    }
    page.push_str("<ul>");
    for (name, verdict) in verdicts {
        let word = if verdict.affected { "affected" } else { "ok" };
        let _ = write!(page, "<li>{name} {word}: {}</li>", escape(&verdict.reason));
    }
    page.push_str("</ul>\n");
    items(page, &change.items);
    for line in &change.lines {
        let _ = writeln!(
            page,
            "<div><code>{}:{}</code> may use <code>{}</code></div>",
            escape(&line.file),
            line.line,
            escape(&line.item)
        );
    }
    if let Some(alias) = &change.alias {
        let _ = writeln!(page, "<p>alias: <code>{}</code></p>", escape(alias));
    }
    page.push_str("</details>\n");
}

fn items(page: &mut String, items: &[Item]) {
    if items.is_empty() {
        return;
    }
    page.push_str("<table><tr><th>public item<th>OLD<th>NEW\n");
    for item in items {
        let word = match item.fate {
            Fate::Added => "added",
            Fate::Removed => "removed",
            Fate::Changed => "changed",
            Fate::Renamed => "renamed",
        };
        let cell = |text: &Option<String>| escape(text.as_deref().unwrap_or_default());
        let new = if item.fate == Fate::Renamed { cell(&item.new_path) } else { cell(&item.new) };
        let _ = writeln!(page, "<tr><td>{word} {}<td>{}<td>{new}", escape(&item.path), cell(&item.old));
    }
    page.push_str("</table>\n");
}

/// Text of somebody else's as text of the page, and as nothing else: no tag, no attribute, no entity, no other order.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push('\n'),
            c if super::is_unseen(c) => {
                let _ = write!(escaped, "\\u{{{:x}}}", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}
