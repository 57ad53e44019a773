//! The rules as a page of the documentation.

use std::fmt::Write;

use crate::diff::rule::{Rule, Source, Wire};
use crate::diff::rules::RULES;

const HEAD: &str = "# What `cargo xtask spec diff` looks for

Written by `cargo xtask spec rules > docs/diff-rules.md`; a test holds it to the code.

Every change between two documents is named by one of these rules and has three verdicts, each with a reason:

- **wire**: does a client built from OLD still talk to a server of NEW? It depends on the direction: what the client sends
  (parameters, request bodies) or is answered. A component that goes both ways breaks if either breaks.
- **source**: does source written against the old crate still build against the new? The table says what to expect; a report
  says what is so: it compares the public items of the two generated crates, and lists those that a change touches.
- **behaviour**: does something behave differently, although everything builds and is understood?

The last column names the rule of the same change the other way round.
";

/// The page.
pub fn rule_table() -> String {
    let mut page = HEAD.to_owned();
    let mut family = "";
    for rule in RULES {
        if rule.family != family {
            family = rule.family;
            let _ = write!(page, "\n## {}{}\n\n", family[..1].to_uppercase(), &family[1..]);
            page.push_str("| rule | what happened | wire, sent | wire, answered | source | behaviour | mirror |\n");
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
    let behaviour = rule.behaviour.map_or_else(|| "same".to_owned(), |why| format!("**changes**: {why}"));
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
