//! Overlays: what a file may say, what its actions do, and when they are stale or in conflict.

use notte_api_gen::overlay;
use proptest::prelude::*;
use serde_json::{Value, json};

/// An overlay file of these actions; each gets a description.
fn file(actions: Value) -> String {
    let mut actions = actions;
    for action in actions.as_array_mut().into_iter().flatten() {
        if let Some(action) = action.as_object_mut() {
            action.entry("description").or_insert_with(|| json!("why"));
        }
    }
    json!({"overlay": "1.0.0", "info": {"title": "t", "version": "1.0.0"}, "actions": actions}).to_string()
}

/// The document after the actions, or the errors as lines.
fn apply(document: Value, actions: Value) -> Result<Value, Vec<String>> {
    let mut document = document;
    let overlay = overlay::parse(file(actions).as_bytes(), "a.yaml").expect("the overlay is well formed");
    match overlay::apply(&mut document, &[overlay]) {
        Ok(()) => Ok(document),
        Err(errors) => Err(errors.iter().map(ToString::to_string).collect()),
    }
}

#[track_caller]
fn assert_one(result: Result<Value, Vec<String>>, parts: &[&str]) {
    let errors = result.expect_err("refused");
    assert_eq!(errors.len(), 1, "{errors:#?}");
    for part in parts {
        assert!(errors[0].contains(part), "no {part:?} in {}", errors[0]);
    }
    assert!(!errors[0].contains('\n'));
}

fn parse_errors(text: &str) -> Vec<String> {
    overlay::parse(text.as_bytes(), "b.yaml").expect_err("refused").iter().map(ToString::to_string).collect()
}

#[test]
fn objects_merge_deeply() {
    let document = json!({"paths": {"/a": {"get": {"operationId": "a"}}}, "x": 1});
    let actions = json!([{"target": "$.paths['/a']", "update": {"get": {"tags": ["t"]}, "post": {}}}]);
    let expected = json!({"paths": {"/a": {"get": {"operationId": "a", "tags": ["t"]}, "post": {}}}, "x": 1});
    assert_eq!(apply(document, actions).unwrap(), expected);
}

#[test]
fn arrays_are_concatenated() {
    let document = json!({"s": {"required": ["a"]}});
    let actions = json!([
        {"target": "$.s", "update": {"required": ["b"]}},
        {"target": "$.s.required", "update": ["c"]},
        {"target": "$.s.required", "update": "d"},
    ]);
    let expected = json!({"s": {"required": ["a", "b", "c", "d"]}});
    assert_eq!(apply(document, actions).unwrap(), expected);
}

#[test]
fn an_array_is_replaced_in_two_actions() {
    let document = json!({"s": {"required": ["a", "b"]}});
    let actions = json!([
        {"target": "$.s.required", "x-expect": ["a", "b"], "remove": true},
        {"target": "$.s", "update": {"required": ["c"]}},
    ]);
    assert_eq!(apply(document, actions).unwrap(), json!({"s": {"required": ["c"]}}));
}

#[test]
fn a_primitive_is_replaced_where_x_expect_names_it() {
    let document = json!({"a": {"b": {"type": "string", "n": 1}, "c": null}});
    let actions = json!([{
        "target": "$.a",
        "x-expect": {"b": {"type": "string"}, "c": null},
        "update": {"b": {"type": "object", "x": true}, "c": {"deep": []}},
    }]);
    let expected = json!({"a": {"b": {"type": "object", "n": 1, "x": true}, "c": {"deep": []}}});
    assert_eq!(apply(document, actions).unwrap(), expected);
}

#[test]
fn a_primitive_can_be_removed() {
    let document = json!({"a": {"default": true, "type": "boolean"}});
    let actions = json!([{"target": "$.a.default", "remove": true}]);
    assert_eq!(apply(document, actions).unwrap(), json!({"a": {"type": "boolean"}}));
}

#[test]
fn list_items_are_removed_by_filter_wherever_they_stand() {
    let document = json!({"p": [{"in": "header", "name": "a"}, {"in": "query"}, {"in": "header", "name": "b"}]});
    let actions = json!([{"target": "$.p[?@.in=='header']", "remove": true}]);
    assert_eq!(apply(document, actions).unwrap(), json!({"p": [{"in": "query"}]}));
}

#[test]
fn every_match_is_changed_and_each_only_once() {
    let document = json!({"a": {"l": [1]}, "b": {"l": [1]}});
    let actions = json!([{"target": "$['a', 'b', 'a']", "update": {"l": [2]}}]);
    let expected = json!({"a": {"l": [1, 2]}, "b": {"l": [1, 2]}});
    assert_eq!(apply(document, actions).unwrap(), expected);
}

#[test]
fn a_match_inside_another_match_is_removed_with_it() {
    let document = json!({"x": {"x": {"x": 1}}, "y": {"x": [1]}});
    let actions = json!([{"target": "$..x", "remove": true}]);
    assert_eq!(apply(document, actions).unwrap(), json!({"y": {}}));
}

#[test]
fn one_changed_match_keeps_the_action_alive() {
    let document = json!({"a": {"k": 1}, "b": {}});
    let actions = json!([{"target": "$.*", "update": {"k": 1}}]);
    assert_eq!(apply(document, actions).unwrap(), json!({"a": {"k": 1}, "b": {"k": 1}}));
}

#[test]
fn later_actions_and_files_see_what_earlier_ones_did() {
    let first = file(json!([{"target": "$", "update": {"a": {}}}]));
    let second = file(json!([{"target": "$.a", "update": {"b": 1}}]));
    let overlays = [first, second].map(|text| overlay::parse(text.as_bytes(), "f").unwrap());
    let mut document = json!({});
    overlay::apply(&mut document, &overlays).unwrap();
    assert_eq!(document, json!({"a": {"b": 1}}));
}

#[test]
fn a_target_that_matches_nothing_is_stale() {
    let actions = json!([{"target": "$.b", "update": {"x": 1}}]);
    assert_one(apply(json!({"a": 1}), actions), &["a.yaml#0", "stale", "$.b matches nothing"]);
    let actions = json!([{"target": "$.b", "remove": true}]);
    assert_one(apply(json!({"a": 1}), actions), &["a.yaml#0", "stale"]);
}

#[test]
fn an_update_that_equals_what_is_there_is_stale() {
    let document = json!({"a": {"t": "string", "r": ["x"], "o": {"k": null}}});
    for update in [
        json!({"t": "string"}),
        json!({"r": ["x"]}),
        json!({"o": {"k": null}}),
        json!({"t": "string", "r": [], "o": {}}),
        json!({}),
    ] {
        let actions = json!([{"target": "$.a", "update": update}]);
        assert_one(apply(document.clone(), actions), &["a.yaml#0", "stale", "changes nothing"]);
    }
}

#[test]
fn a_correction_that_upstream_made_is_stale_and_no_conflict() {
    let actions = json!([{"target": "$.a", "x-expect": {"t": "integer"}, "update": {"t": "string"}}]);
    assert_one(apply(json!({"a": {"t": "string"}}), actions), &["stale", "changes nothing"]);
}

#[test]
fn a_part_that_upstream_corrected_is_stale() {
    let actions = json!([{
        "target": "$.a",
        "x-expect": {"t": "integer"},
        "update": {"t": "string", "new": 1},
    }]);
    assert_one(apply(json!({"a": {"t": "string"}}), actions), &["stale", "/a/t already is"]);
    let actions = json!([{"target": "$.a", "update": {"r": ["x", "y"]}}]);
    assert_one(apply(json!({"a": {"r": ["x"]}}), actions), &["stale", "/a/r already holds \"x\""]);
}

#[test]
fn replacing_a_value_without_x_expect_is_a_conflict() {
    for (old, new) in [
        (json!("string"), json!("integer")),
        (json!({"$ref": "#/x"}), json!("text")),
        (json!([1]), json!({"a": 1})),
        (json!(null), json!({})),
        (json!(1), json!([1])),
    ] {
        let document = json!({"a": {"deep": {"k": old}}});
        let actions = json!([{"target": "$.a", "update": {"deep": {"k": new}}}]);
        assert_one(apply(document, actions), &["a.yaml#0", "conflict", "/a/deep/k", "x-expect"]);
    }
}

#[test]
fn another_value_than_x_expect_says_is_a_conflict() {
    let actions = json!([{
        "target": "$.a",
        "x-expect": {"deep": {"k": "b"}},
        "update": {"deep": {"k": "c"}},
    }]);
    assert_one(
        apply(json!({"a": {"deep": {"k": "x"}}}), actions.clone()),
        &["conflict", "\"x\" at /a/deep/k", "x-expect says \"b\""],
    );
    assert_one(apply(json!({"a": {"deep": {}}}), actions.clone()), &["conflict", "nothing at /a/deep/k"]);
    assert_one(apply(json!({"a": {}}), actions), &["conflict", "nothing at /a/deep"]);
}

#[test]
fn x_expect_guards_values_beside_the_update_and_lists_it_extends() {
    let action = json!([{
        "target": "$.a",
        "x-expect": {"type": "string", "required": ["p"]},
        "update": {"format": "password", "required": ["q"]},
    }]);
    let good = json!({"a": {"type": "string", "required": ["p"]}});
    assert!(apply(good, action.clone()).is_ok());
    let other_type = json!({"a": {"type": "integer", "required": ["p"]}});
    assert_one(apply(other_type, action.clone()), &["conflict", "/a/type"]);
    let other_list = json!({"a": {"type": "string", "required": ["p", "z"]}});
    assert_one(apply(other_list, action.clone()), &["conflict", "/a/required"]);
    let wrong_shape = json!([{"target": "$.a", "x-expect": "string", "update": {"b": 1}}]);
    assert_one(apply(json!({"a": {}}), wrong_shape), &["conflict", "an object at /a"]);
}

#[test]
fn removing_another_value_than_x_expect_says_is_a_conflict() {
    let actions = json!([{"target": "$.a.k", "x-expect": 1, "remove": true}]);
    assert!(apply(json!({"a": {"k": 1}}), actions.clone()).is_ok());
    assert_one(apply(json!({"a": {"k": 2}}), actions), &["conflict", "removes 2 at /a/k"]);
}

#[test]
fn targets_that_cannot_take_the_update_are_conflicts() {
    let onto_primitive = json!([{"target": "$.a", "update": {"k": 1}}]);
    assert_one(apply(json!({"a": "text"}), onto_primitive), &["/a is \"text\""]);
    let primitive_onto_object = json!([{"target": "$.a", "update": 1}]);
    assert_one(apply(json!({"a": {}}), primitive_onto_object), &["updates the object at /a"]);
    let everything = json!([{"target": "$", "remove": true}]);
    assert_one(apply(json!({"a": {}}), everything), &["whole document"]);
}

#[test]
fn all_errors_of_all_files_are_told() {
    let text = file(json!([
        {"target": "$.gone", "remove": true},
        {"target": "$.a", "update": {"k": 2, "l": 2}},
    ]));
    let overlays = ["1.yaml", "2.yaml"].map(|name| overlay::parse(text.as_bytes(), name).unwrap());
    let mut document = json!({"a": {"k": 1, "l": 1}});
    let errors = overlay::apply(&mut document, &overlays).unwrap_err();
    let places: Vec<_> = errors.iter().map(|error| error.to_string().chars().take(8).collect::<String>()).collect();
    assert_eq!(places, ["1.yaml#0", "1.yaml#1", "1.yaml#1", "2.yaml#0", "2.yaml#1"]);
}

#[test]
fn yaml_is_read_with_numeric_keys_and_comments() {
    let text = "
# responses have numbers as keys
overlay: 1.0.0
info: {title: Wire corrections, version: 1.0.0}
actions:
  - target: $.r
    description: the document forgets the answer
    update:
      200: {description: ok}
";
    let overlay = overlay::parse(text.as_bytes(), "c.yaml").unwrap();
    assert_eq!((overlay.file(), overlay.title(), overlay.action_count()), ("c.yaml", "Wire corrections", 1));
    let mut document = json!({"r": {}});
    overlay::apply(&mut document, &[overlay]).unwrap();
    assert_eq!(document, json!({"r": {"200": {"description": "ok"}}}));
}

#[test]
fn a_bad_jsonpath_is_told_with_its_position() {
    let errors = parse_errors(&file(json!([
        {"target": "$.ok", "remove": true},
        {"target": "$.paths[/x]", "remove": true},
    ])));
    assert_eq!(errors.len(), 1);
    assert!(errors[0].starts_with("b.yaml#1: target $.paths[/x] is no JSONPath: at position "), "{}", errors[0]);
}

#[test]
fn everything_wrong_with_a_file_is_told() {
    let errors = parse_errors(
        &json!({
            "overlay": "2.0.0",
            "info": {"title": "t", "titel": 1},
            "action": [],
            "actions": [
                {"target": "$.a", "description": " ", "remove": true},
                {"target": "$.a", "description": "d", "remove": true, "update": {}},
                {"target": "$.a", "description": "d"},
                {"target": "$.a", "description": "d", "update": {}, "x-expct": {}},
                {"description": "d", "remove": "yes"},
                "text",
            ],
        })
        .to_string(),
    );
    let expected = [
        "b.yaml: unknown key `action`",
        "b.yaml: overlay version \"2.0.0\" is not supported",
        "b.yaml: unknown key `titel`",
        "b.yaml: `info.version` is missing",
        "b.yaml#0: the description is missing",
        "b.yaml#1: `remove` and `update` in one action",
        "b.yaml#2: the action does nothing",
        "b.yaml#3: unknown key `x-expct`",
        "b.yaml#4: the target is missing",
        "b.yaml#4: `remove` is true or absent, not \"yes\"",
        "b.yaml#5: an action is an object, not \"text\"",
    ];
    assert_eq!(errors.len(), expected.len(), "{errors:#?}");
    for (error, expected) in errors.iter().zip(expected) {
        assert!(error.starts_with(expected), "{error} is not {expected}");
    }
}

#[test]
fn broken_text_is_told_with_its_line() {
    let errors = parse_errors("overlay: 1.0.0\nactions:\n  - target: [\n");
    assert!(errors[0].starts_with("b.yaml: not valid YAML: ") && errors[0].contains("line"), "{errors:?}");
    let errors = parse_errors("{\"overlay\": \n}");
    assert!(errors[0].starts_with("b.yaml: not valid JSON: ") && errors[0].contains("line 2"), "{errors:?}");
    let errors = parse_errors("a: 1\nb: 2\na: 3\n");
    assert!(errors[0].contains("duplicate"), "{errors:?}");
    for text in ["", "null", "[]", "1", "actions: []", "? [a]\n: 1\n"] {
        let errors = parse_errors(text);
        assert!(errors.iter().all(|error| error.starts_with("b.yaml: ")), "{errors:?}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3_i32).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[abc]", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_action_panics_and_what_succeeds_has_changed_something(
        document in any_json(), update in any_json(), expect in prop::option::of(any_json()),
        target in r"\$(\.\.?[abc*]|\[[0-2*]\]|\['a','b'\]|\[\?@\.a\]){0,3}", remove: bool,
    ) {
        let mut action = json!({"target": target});
        if let Some(expect) = expect { action["x-expect"] = expect; }
        if remove { action["remove"] = json!(true) } else { action["update"] = update }
        if let Ok(overlay) = overlay::parse(file(json!([action])).as_bytes(), "p") {
            let mut after = document.clone();
            if overlay::apply(&mut after, std::slice::from_ref(&overlay)).is_ok() {
                prop_assert_ne!(after, document);
            }
        }
    }

    #[test]
    fn no_file_panics(text in "(overlay: 1.0.0\n)?(actions:\n- |\\PC|[\\[\\]{}:'$&*!|>\n -]){0,60}", path in "\\$?(\\PC|[.\\[\\]'?@()=<&|!*,: ]|[a-c0-9]){0,30}") {
        let _ = overlay::parse(text.as_bytes(), "p");
        let _ = overlay::parse(file(json!([{"target": path, "remove": true}])).as_bytes(), "p");
    }
}
