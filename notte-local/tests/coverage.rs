//! The coverage table is what the router says, and names operations as the API does.

use serde_json::Value;

#[test]
fn the_committed_table_is_the_routers() {
    let committed = include_str!("../COVERAGE.md");
    let command = "cargo run -p notte-local -- --coverage > notte-local/COVERAGE.md";
    assert!(committed == notte_local::coverage_table(), "COVERAGE.md is out of date: run `{command}`");
}

/// Without the names of the parameters: two operations may call the same one differently.
fn shape(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn operations_have_the_method_and_path_of_the_document() {
    let document: Value = serde_json::from_str(include_str!("../../openapi/effective.json")).expect("JSON");
    let mut known = 0;
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            // What the document does not hold yet, newer clients may ask for: it is no error to answer it.
            let all = notte_local::coverage();
            let Some(route) = all.iter().find(|route| operation["operationId"] == route.operation) else { continue };
            known += 1;
            assert_eq!((route.method.as_str(), shape(route.path)), (method.to_uppercase().as_str(), shape(path)));
        }
    }
    assert!(known > 50, "{known} operations of the document are answered");
}
