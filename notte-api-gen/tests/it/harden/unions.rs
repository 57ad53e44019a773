//! Unions: which are tagged, which are one, what they are called, and in which order the rest is tried.

use serde_json::{Value, json};

use super::support::{answered, document, rust, schemas, sent};

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn member(tag: &str, more: Value) -> Value {
    let mut schema =
        json!({ "type": "object", "properties": { "type": { "type": "string", "enum": [tag], "default": tag } } });
    schema["properties"].as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
    schema
}

fn actions() -> Value {
    json!({
        "ClickAction": member("click", json!({ "id": { "type": "string" } })),
        "FillAction": member("fill", json!({ "value": { "type": "string" } })),
        "WaitAction": member("wait", json!({})),
    })
}

fn with(mut components: Value, name: &str, schema: Value) -> Value {
    components[name] = schema;
    components
}

#[test]
fn members_with_a_tag_of_their_own_make_a_tagged_union() {
    let all = json!({ "oneOf": [reference("ClickAction"), reference("FillAction"), reference("WaitAction")] });
    let document =
        answered(with(actions(), "Space", json!({ "required": ["action"], "properties": { "action": all } })));
    let hardened = schemas(document.clone());
    assert_eq!(
        hardened["Action"]["x-notte-union"],
        json!({ "kind": "tagged", "tag": "type", "variants": [
        { "tag": "click", "name": "Click", "schema": "ClickAction" },
        { "tag": "fill", "name": "Fill", "schema": "FillAction" },
        { "tag": "wait", "name": "Wait", "schema": "WaitAction" },
    ] })
    );
    assert_eq!(hardened["Action"]["oneOf"][0], reference("ClickAction"));
    assert_eq!(hardened["Space"]["properties"]["action"], reference("Action"));
    assert_eq!(hardened["ClickAction"]["x-notte-tag"], json!({ "name": "type", "value": "click" }));
    assert_eq!(hardened["ClickAction"]["properties"], json!({ "id": { "type": "string" } }));
    assert!(rust(&document).contains("pub action: crate::types::Action,"));
}

#[test]
fn a_subset_is_the_larger_union() {
    let all = json!({ "oneOf": [reference("ClickAction"), reference("FillAction"), reference("WaitAction")] });
    let some = json!({ "anyOf": [reference("FillAction"), reference("ClickAction")] });
    let hardened = schemas(answered(with(
        with(actions(), "Space", json!({ "properties": { "some": { "type": "array", "items": some }, "all": all } })),
        "InteractionAction",
        some,
    )));
    assert_eq!(hardened.get("InteractionAction"), None);
    assert_eq!(hardened["Space"]["properties"]["some"]["items"], reference("Action"));
    assert_eq!(hardened["Space"]["properties"]["all"], reference("Action"));
}

#[test]
fn a_union_of_unions_is_told_apart_in_one_step() {
    let hardened = schemas(answered(with(
        with(actions(), "Pointer", json!({ "oneOf": [reference("ClickAction"), reference("FillAction")] })),
        "Any",
        json!({ "oneOf": [reference("Pointer"), reference("WaitAction")] }),
    )));
    let names: Vec<&String> = hardened.as_object().unwrap().keys().collect();
    assert_eq!(names, ["Any", "ClickAction", "FillAction", "WaitAction"]);
    assert_eq!(hardened["Any"]["x-notte-union"]["variants"].as_array().unwrap().len(), 3);
}

#[test]
fn a_discriminator_names_values_that_members_do_not() {
    let text = json!({ "type": "object", "properties": { "kind": { "type": "string" }, "a": { "type": "string" } } });
    let mapping = json!({ "cat": "#/components/schemas/Pet", "dog": "Pet", "fish": "#/components/schemas/fish_pet" });
    let pets = json!({
        "oneOf": [reference("Pet"), reference("fish_pet"), reference("Bird")],
        "discriminator": { "propertyName": "kind", "mapping": mapping },
    });
    let hardened = schemas(answered(json!({ "Pet": text, "fish_pet": text, "Bird": text, "Pets": pets })));
    assert_eq!(
        hardened["Pets"]["x-notte-union"]["variants"],
        json!([
            { "tag": "cat", "name": "Cat", "schema": "Pet" },
            { "tag": "dog", "name": "Dog", "schema": "PetDog" },
            { "tag": "fish", "name": "Fish", "schema": "FishPet" },
            { "tag": "Bird", "name": "Bird", "schema": "Bird" },
        ])
    );
    assert_eq!(hardened["PetDog"]["x-notte-tag"], json!({ "name": "kind", "value": "dog" }));
    assert_eq!(hardened["PetDog"]["properties"], json!({ "a": { "type": "string" } }));
}

#[test]
fn inline_members_are_components_first() {
    let inline = json!({ "oneOf": [member("go_to", json!({ "url": {} })), member("stop", json!({ "why": {} }))] });
    let hardened = schemas(answered(json!({ "Thing": { "properties": { "step": inline } } })));
    assert_eq!(
        hardened["ThingStep"]["x-notte-union"]["variants"],
        json!([
            { "tag": "go_to", "name": "GoTo", "schema": "ThingStepGoTo" },
            { "tag": "stop", "name": "Stop", "schema": "ThingStepStop" },
        ])
    );
}

#[test]
fn twins_share_their_union() {
    let twin = |tag: &str| member(tag, json!({ "id": { "type": "string" } }));
    let union = |end: &str| json!({ "oneOf": [reference(&format!("ClickAction-{end}")), reference(&format!("FillAction-{end}"))] });
    let hardened = schemas(document(
        json!({}),
        json!({
            "ClickAction-Input": twin("click"), "ClickAction-Output": twin("click"),
            "FillAction-Input": twin("fill"), "FillAction-Output": twin("fill"),
            "Ask": { "properties": { "it": union("Input") } }, "Answer": { "properties": { "it": union("Output") } },
        }),
    ));
    let names: Vec<&String> = hardened.as_object().unwrap().keys().collect();
    assert_eq!(names, ["Action", "Answer", "Ask", "ClickAction", "FillAction"]);
}

#[test]
fn the_rest_is_tried_most_specific_first() {
    let union = json!({ "anyOf": [
        { "type": "string" }, { "type": "object" }, { "type": "number" }, reference("Loose"),
        { "type": "array", "items": reference("Strict") }, { "type": "boolean" }, { "type": "integer" }, reference("Strict"),
        { "type": "null" },
    ] });
    let strict = json!({ "required": ["a"], "properties": { "a": { "type": "string" } } });
    let loose = json!({ "properties": { "b": { "type": "string" } } });
    let hardened = schemas(sent(
        json!({ "Strict": strict, "Loose": loose, "Thing": { "required": ["it"], "properties": { "it": union } } }),
    ));
    assert_eq!(hardened["Thing"]["required"], json!(["it"]));
    assert_eq!(hardened["Thing"]["properties"]["it"]["nullable"], true);
    let union = &hardened["ThingIt"]["x-notte-union"];
    assert_eq!(union["kind"], "untagged");
    let variants = union["variants"].as_array().unwrap();
    let names: Vec<&Value> = variants.iter().map(|variant| &variant["name"]).collect();
    assert_eq!(names, ["Strict", "Loose", "Array", "Boolean", "Integer", "Number", "String", "Map"]);
    assert_eq!(variants[0]["schema"], reference("Strict"));
    assert_eq!(variants[2]["schema"], json!({ "type": "array", "items": reference("Strict") }));
    assert_eq!(variants[3]["schema"], json!({ "type": "boolean" }));
}

#[test]
fn equal_unions_are_one_named_after_their_property() {
    let selector = json!({ "anyOf": [{ "type": "string" }, reference("Node")] });
    let proxies = || json!({ "anyOf": [{ "type": "array", "items": selector }, { "type": "boolean" }] });
    let hardened = schemas(sent(json!({
        "Node": { "properties": { "css": { "type": "string" } } },
        "A": { "properties": { "selector": selector, "proxies": proxies() } },
        "B": { "properties": { "selector": selector, "proxies": proxies() } },
    })));
    let names: Vec<&String> = hardened.as_object().unwrap().keys().collect();
    assert_eq!(names, ["A", "B", "Node", "Proxies", "Selector"]);
}

#[test]
fn texts_and_anything_are_no_union() {
    let hardened = schemas(sent(json!({
        "Known": { "type": "string", "enum": ["a"] },
        "Other": { "type": "string", "enum": ["b"] },
        "Thing": { "properties": {
            "text": { "anyOf": [{ "type": "string", "format": "uri" }, { "type": "string", "format": "date-time" }] },
            "at": { "anyOf": [{ "type": "string", "format": "date-time" }, { "type": "null" }] },
            "any": { "anyOf": [{ "type": "string" }, {}] },
            "known": { "oneOf": [reference("Known"), reference("Other")] },
            "nested": { "anyOf": [{ "anyOf": [{ "type": "string" }, { "type": "string" }] }, { "type": "null" }] },
        } },
    })));
    let properties = &hardened["Thing"]["properties"];
    assert_eq!(properties["text"], json!({ "type": "string", "description": "Format: `uri`." }));
    assert_eq!(properties["at"]["x-rust-type"]["path"], "notte_api::wire::Timestamp");
    assert_eq!(properties["any"], json!({}));
    assert_eq!(hardened["ThingKnown"]["enum"], json!(["a", "b"]));
    assert_eq!(properties["nested"], json!({ "type": "string" }));
}

#[test]
fn constraints_beside_properties_make_no_union() {
    let hardened = schemas(sent(json!({ "Login": {
        "type": "object",
        "properties": { "email": { "type": "string" }, "name": { "type": "string" } },
        "anyOf": [{ "required": ["email"] }, { "required": ["name"] }],
    } })));
    assert_eq!(hardened["Login"]["type"], "object");
    assert_eq!(hardened["Login"]["properties"].as_object().unwrap().len(), 2);
}
