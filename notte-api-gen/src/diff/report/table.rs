//! The rules as a page of the documentation.

use std::fmt::Write;

use crate::diff::rule::{Rule, Source, Wire};
use crate::diff::rules::RULES;

const HEAD: &str = "# What `cargo xtask spec diff` looks for

Written by `cargo xtask spec rules > docs/diff-rules.md`; a test holds it to the code.

Each change between two documents has the name of one of these rules and three verdicts, each with a reason:

- **wire**: does a client built from OLD still work with a server of NEW? That depends on the direction: whether the client
  sends it (parameters, request bodies) or receives it (responses). A component that is used in both directions breaks if
  either direction breaks. The twins `X-Input` and `X-Output`, and a union that appears in several places, are reported once.
- **source**: does source that was written against the old crate still build against the new one? The table says what to
  expect. A report says what happened: it compares the public items of the two generated crates, and lists those that a
  change affects. If a document cannot be generated from, the verdict is unknown, and the report says so once.
- **behaviour**: does anything behave differently, although it builds and both sides understand each other?

The last column names the rule of the reverse change. `unhandled` is a change that no rule covers: `spec diff` then exits
with 4. A key that no specification defines is a `foreign-key-changed`, and does no harm.
";

/// The page.
pub fn rule_table() -> String {
    let mut page = HEAD.to_owned();
    let mut family = "";
    for rule in RULES {
        if rule.family != family {
            family = rule.family;
            let _ = write!(page, "\n## {}{}\n\n", family[..1].to_uppercase(), &family[1..]);
            page.push_str("| rule | what happened | wire, sent | wire, received | source | behaviour | reverse |\n");
            page.push_str("|---|---|---|---|---|---|---|\n");
        }
        row(&mut page, rule);
    }
    page
}

fn row(page: &mut String, rule: &Rule) {
    let wire = |wire: Wire| match wire {
        Wire::Works(why) => format!("ok: {why}"),
        Wire::Breaks(why) => format!("**breaks**: {why}"),
    };
    let source = match rule.source {
        Source::Builds(why) => format!("ok: {why}"),
        Source::Breaks(why) => format!("**breaks**: {why}"),
        Source::Depends(why) => format!("depends: {why}"),
    };
    let place = if rule.only_sent { " where it is sent" } else { "" };
    let behaviour = rule.behaviour.map_or_else(|| "same".to_owned(), |why| format!("**changes**{place}: {why}"));
    let _ = writeln!(
        page,
        "| `{}` | {} | {} | {} | {source} | {behaviour} | `{}` |",
        rule.id,
        rule.says,
        wire(rule.sent),
        wire(rule.answered),
        rule.mirror
    );
}
