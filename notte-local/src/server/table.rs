//! The coverage table: every operation and how faithful it is, as Markdown, from the routes themselves.

use super::routes::Coverage;

/// The table, with what stands above it.
#[must_use]
pub fn coverage_table() -> String {
    let mut routes = super::coverage();
    // The server's own routes have no operation in Notte's API.
    routes.retain(|route| !route.operation.is_empty());
    routes.sort_by_key(|route| (route.path, route.method.to_string()));
    let mut text = String::from(
        "# What notte-local answers\n\n\
         Written by `cargo run -p notte-local -- --coverage > notte-local/COVERAGE.md`. It has every operation of the \
         document; anything else answers a plain 404.\n\n\
         | operation | request | | |\n| --- | --- | --- | --- |\n",
    );
    for route in routes {
        let (kind, note) = match route.coverage {
            Coverage::Faithful => ("faithful", ""),
            Coverage::Partial(note) => ("partial", note),
            Coverage::Refused(note) => ("refused", note),
        };
        text.push_str(&format!("| {} | `{} {}` | {kind} | {note} |\n", route.operation, route.method, route.path));
    }
    text
}
