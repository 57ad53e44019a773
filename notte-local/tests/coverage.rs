//! The coverage table is what the router says, and names operations as the API does.

use serde_json::Value;

#[test]
fn the_committed_table_is_the_routers() {
    let committed = include_str!("../COVERAGE.md");
    let command = "cargo run -p notte-local -- --coverage > notte-local/COVERAGE.md";
    assert!(committed == notte_local::coverage_table(), "COVERAGE.md is out of date: run `{command}`");
}

#[test]
fn every_operation_has_the_method_and_path_of_the_document() {
    let document: Value = serde_json::from_str(include_str!("../../openapi/effective.json")).expect("JSON");
    for route in notte_local::coverage().iter().filter(|route| !route.operation.is_empty()) {
        let found = &document["paths"][route.path][route.method.as_str().to_lowercase()]["operationId"];
        assert_eq!(found, route.operation, "{} {}", route.method, route.path);
    }
}
