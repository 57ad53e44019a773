//! The shapes schemas are brought to, and the names they get.

use serde_json::{Value, json};

use super::support::{answered, document, rust, schemas, sent, wire};

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn property(schema: Value) -> Value {
    schemas(sent(json!({ "Thing": { "type": "object", "properties": { "it": schema } } })))["Thing"]["properties"]["it"]
        .clone()
}

#[test]
fn constraints_become_words() {
    let bounded = property(json!({
        "type": "integer", "description": "Minutes", "title": "It", "default": 15, "exclusiveMinimum": 0.0,
        "maximum": 1440.0, "example": 3, "format": "int32",
    }));
    let words = "Minutes. Server default: `15`. At least 1, at most 1440.";
    assert_eq!(bounded, json!({ "type": "integer", "format": "int64", "description": words }));

    let words = |schema: Value| property(schema)["description"].clone();
    assert_eq!(words(json!({ "type": "number", "minimum": 0.5, "exclusiveMinimum": true })), "More than 0.5.");
    assert_eq!(
        words(json!({ "type": "string", "minLength": 1, "maxLength": 9 })),
        "At least 1 character, at most 9 characters."
    );
    assert_eq!(words(json!({ "type": "string", "pattern": "^a+$", "description": "A." })), "A. Matches `^a+$`.");
    assert_eq!(words(json!({ "type": "string", "format": "uri" })), "Format: `uri`.");
    assert_eq!(
        words(json!({ "type": "array", "items": {}, "maxItems": 2, "uniqueItems": true })),
        "At most 2 items. No item twice."
    );
    assert_eq!(words(json!({ "type": "boolean", "readOnly": true })), "Read-only.");
    assert_eq!(words(json!({ "type": "string", "default": "x".repeat(99) })), Value::Null);
    assert_eq!(words(json!({ "type": "string", "format": "password", "default": "hunter2" })), Value::Null);
}

#[test]
fn objects_keep_what_they_do_not_declare() {
    let objects = schemas(sent(json!({
        "Closed": { "type": "object", "additionalProperties": false, "properties": { "a": { "type": "string" } } },
        "Holder": { "properties": {
            "free": { "type": "object", "additionalProperties": true },
            "texts": { "type": "object", "additionalProperties": { "type": "string" } },
            "nothing": { "type": "object", "properties": {}, "additionalProperties": false },
        } },
    })));
    assert_eq!(objects["Closed"]["additionalProperties"], json!({}));
    let holder = &objects["Holder"]["properties"];
    assert_eq!(holder["free"]["additionalProperties"], json!({}));
    assert_eq!(holder["texts"]["additionalProperties"], json!({ "type": "string" }));
    assert_eq!(holder["nothing"]["additionalProperties"], json!({}));
}

#[test]
fn a_property_whose_field_name_is_taken_is_an_extra() {
    let document = sent(json!({ "Thing": {
        "required": ["extra", "frameUrl"],
        "properties": { "extra": { "type": "string" }, "frame_url": { "type": "string" }, "frameUrl": { "type": "string" } },
    } }));
    let thing = &schemas(document)["Thing"];
    let names: Vec<&String> = thing["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["frame_url"]);
    assert_eq!(thing.get("required"), None);
    let words = "`extra` is read and set in `extra`. `frameUrl` is read and set in `extra`.";
    assert_eq!(thing["description"], words);
}

#[test]
fn all_of_is_one_flat_object() {
    let flat = schemas(sent(json!({
        "Base": { "type": "object", "required": ["id"], "properties": {
            "id": { "type": "string", "enum": ["a", "b"] }, "note": {},
        } },
        "Thing": {
            "description": "A thing.",
            "allOf": [reference("Base"), { "required": ["note"], "properties": { "size": { "type": "integer" } } }],
            "required": ["size"],
        },
        "Refined": { "allOf": [reference("Base")], "required": ["note"] },
    })));
    let thing = &flat["Thing"];
    assert_eq!(thing["required"], json!(["id", "note", "size"]));
    assert_eq!(thing["properties"].as_object().unwrap().len(), 3);
    assert_eq!(thing["description"], "A thing.");
    assert_eq!(thing["properties"]["id"], flat["Base"]["properties"]["id"]);
    assert_eq!(flat["BaseId"]["enum"], json!(["a", "b"]));
    assert_eq!(flat["Refined"]["required"], json!(["id", "note"]));
}

#[test]
fn all_of_around_one_reference_carries_the_description() {
    let base = json!({ "properties": { "id": { "type": "string" } } });
    let document = sent(json!({ "Base": base, "Thing": { "properties": {
        "said": { "allOf": [reference("Base")], "description": "Why.", "default": {} },
        "split": { "allOf": [reference("Base"), { "description": "How." }] },
        "bare": { "allOf": [reference("Base")] },
    } } }));
    let properties = &schemas(document.clone())["Thing"]["properties"];
    assert_eq!(
        properties["said"],
        json!({ "allOf": [reference("Base")], "description": "Why. Server default: `{}`." })
    );
    assert_eq!(properties["split"], json!({ "allOf": [reference("Base")], "description": "How." }));
    assert_eq!(properties["bare"], reference("Base"));
    let rust = rust(&document);
    assert!(rust.contains("pub said: ::std::option::Option<Base>"), "{rust}");
}

#[test]
fn names_are_types_and_references_follow() {
    let text = json!({ "properties": { "a": { "type": "string" } } });
    let named = schemas(sent(json!({
        "HTTPValidationError": text,
        "foo_bar": { "properties": { "self": reference("foo_bar"), "err": reference("HTTPValidationError") } },
        "FooBar": text,
        "Page_Vault_": text,
        "9lives": text,
        "Result": text,
        "a/b c": text,
        "日本": text,
    })));
    let names: Vec<&String> = named.as_object().unwrap().keys().collect();
    let expected = ["Abc", "FooBar", "FooBar2", "HttpValidationError", "Model", "N9lives", "PageVault", "ResultModel"];
    assert_eq!(names, expected);
    assert_eq!(named["FooBar2"]["properties"]["self"], reference("FooBar2"));
    assert_eq!(named["FooBar2"]["properties"]["err"], reference("HttpValidationError"));
}

#[test]
fn escaped_references_are_followed() {
    let named = schemas(sent(json!({
        "a/b": { "properties": { "a": { "type": "string" } } },
        "C": { "properties": { "one": reference("a~1b"), "two": reference("a%2Fb") } },
    })));
    assert_eq!(named["C"]["properties"], json!({ "one": reference("Ab"), "two": reference("Ab") }));
}

#[test]
fn lists_texts_and_maps_need_no_name() {
    let inlined = schemas(answered(json!({
        "Id": { "type": "string", "description": "An id.", "maxLength": 3 },
        "Ids": { "type": "array", "items": reference("Id") },
        "Maybe": { "type": "integer", "nullable": true },
        "Free": { "type": "object", "properties": {} },
        "Thing": { "required": ["id", "ids", "maybe"], "properties": {
            "id": { "allOf": [reference("Id")], "description": "Its id." },
            "ids": reference("Ids"), "maybe": reference("Maybe"), "free": reference("Free"),
        } },
    })));
    let names: Vec<&String> = inlined.as_object().unwrap().keys().collect();
    assert_eq!(names, ["Thing"]);
    let properties = &inlined["Thing"]["properties"];
    assert_eq!(properties["id"], json!({ "type": "string", "description": "Its id. At most 3 characters." }));
    assert_eq!(properties["ids"]["items"]["type"], "string");
    assert_eq!(inlined["Thing"]["required"], json!(["id", "ids"]));
    assert_eq!(properties["free"], json!({ "type": "object", "additionalProperties": {}, "nullable": true }));
}

#[test]
fn inline_objects_are_components_named_after_their_place() {
    let inner = json!({ "type": "object", "properties": { "a": { "type": "string" } }, "description": "Inner." });
    let hoisted = schemas(answered(json!({ "Thing": { "properties": {
        "own": inner, "many": { "type": "array", "items": inner }, "by_name": { "additionalProperties": inner },
    } } })));
    let names: Vec<&String> = hoisted.as_object().unwrap().keys().collect();
    assert_eq!(names, ["Thing", "ThingByNameValue", "ThingManyItem", "ThingOwn"]);
    assert_eq!(hoisted["ThingOwn"]["description"], "Inner.");
    let own = json!({ "allOf": [reference("ThingOwn")], "description": "Inner." });
    assert_eq!(hoisted["Thing"]["properties"]["own"], own);
}

#[test]
fn twins_that_agree_are_one() {
    let twin = |name: &str, required: Value, own: &str| {
        json!({ "required": required, "properties": {
        "id": { "type": "string", "description": name },
        "next": { "nullable": true, "allOf": [reference(&format!("Item-{name}"))] },
        own: { "type": "integer" },
    } })
    };
    let merged = schemas(document(
        json!({}),
        json!({
            "Item-Input": twin("Input", json!(["id"]), "sent"),
            "Item-Output": twin("Output", json!(["id", "computed"]), "computed"),
            "Odd-Input": { "properties": { "a": { "type": "string" } } },
            "Odd-Output": { "properties": { "a": { "type": "integer" } } },
            "Holder-Input": { "properties": { "odd": reference("Odd-Input") } },
            "Holder-Output": { "properties": { "odd": reference("Odd-Output") } },
        }),
    ));
    let names: Vec<&String> = merged.as_object().unwrap().keys().collect();
    assert_eq!(names, ["HolderInput", "HolderOutput", "Item", "OddInput", "OddOutput"]);
    assert_eq!(merged["Item"]["required"], json!(["id"]));
    assert_eq!(merged["Item"]["properties"]["id"]["description"], "Input");
    assert_eq!(merged["Item"]["properties"]["next"], reference("Item"));
    let names: Vec<&String> = merged["Item"]["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["computed", "id", "next", "sent"]);
}

#[test]
fn components_only_errors_used_are_dropped_and_unused_ones_kept() {
    let schemas = schemas(document(
        json!({ "/x": { "get": { "operationId": "x", "responses": {
            "422": { "description": "", "content": { "application/json": { "schema": reference("Refusal") } } },
        } } } }),
        json!({
            "Refusal": { "properties": { "detail": { "type": "array", "items": reference("Detail") } } },
            "Detail": { "properties": { "msg": { "type": "string" } } },
            "LogFrame": { "properties": { "steps": { "type": "array", "items": reference("LogStep") } } },
            "LogStep": { "properties": { "msg": { "type": "string" } } },
        }),
    ));
    let names: Vec<&String> = schemas.as_object().unwrap().keys().collect();
    assert_eq!(names, ["LogFrame", "LogStep"]);
    let steps = &schemas["LogFrame"]["properties"]["steps"];
    assert_eq!(steps["x-rust-type"], wire("List", json!([reference("LogStep")])));
}
