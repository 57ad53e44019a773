//! The coverage table is what the router says, and has the operations of the document, all of them.

use std::collections::BTreeMap;

use serde_json::Value;

/// What newer or older clients ask for besides: it is no error to answer it.
const BESIDES: &[&str] =
    &["download_run_payload", "file_download_uploaded_file", "function_runtime_health", "prepare_run_payload_upload"];

#[test]
fn the_committed_table_is_the_routers() {
    let committed = include_str!("../../COVERAGE.md");
    let command = "cargo run -p notte-local -- --coverage > notte-local/COVERAGE.md";
    assert!(committed == notte_local::coverage_table(), "COVERAGE.md is out of date: run `{command}`");
}

/// Without the names of the parameters: two operations may call the same one differently.
fn shape(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn the_table_has_the_operations_of_the_document_with_their_methods_and_paths() {
    let document: Value = serde_json::from_str(include_str!("../../../openapi/effective.json")).expect("JSON");
    let mut wanted = BTreeMap::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("an operation's id").to_owned();
            wanted.insert(name, (method.to_uppercase(), shape(path)));
        }
    }
    let routes = notte_local::coverage();
    let routes = routes.iter().filter(|route| !route.operation.is_empty() && !BESIDES.contains(&route.operation));
    let served: BTreeMap<_, _> =
        routes.map(|route| (route.operation.to_owned(), (route.method.to_string(), shape(route.path)))).collect();
    assert_eq!(served, wanted);
}
