//! The types of our own that texts, enums and lists become, and what is required of a property.

use serde_json::{Value, json};

use super::support::{answered, document, rust, schemas, sent, type_of, wire};

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

#[test]
fn moments_and_durations_are_typed() {
    let properties = json!({
        "at": { "type": "string", "format": "date-time", "description": "When." },
        "day": { "type": "string", "format": "date" },
        "took": { "type": "string", "format": "duration" },
        "id": { "type": "string", "format": "uuid" },
    });
    let thing = &schemas(answered(json!({ "Thing": { "properties": properties } })))["Thing"]["properties"];
    assert_eq!(thing["at"]["x-rust-type"], wire("Timestamp", json!([])));
    assert_eq!(thing["at"]["format"], "date-time");
    assert_eq!(thing["at"]["description"], "When.");
    assert_eq!(thing["day"]["x-rust-type"], wire("Date", json!([])));
    assert_eq!(thing["took"]["x-rust-type"], wire("IsoDuration", json!([])));
    assert_eq!(thing["id"], json!({ "type": "string", "description": "Format: `uuid`." }));
}

#[test]
fn secrets_are_known_by_format_mark_and_name() {
    let secret = wire("Secret", json!([{ "type": "string" }]));
    let properties = json!({
        "phrase": { "type": "string", "format": "password" },
        "value": { "type": "string", "x-notte-secret": true },
        "values": { "type": "object", "additionalProperties": { "type": "string" }, "x-notte-secret": true },
        "mfa_secret": { "type": "string", "nullable": true },
        "cdpUrl": { "type": "string" },
        "password": reference("Word"),
        "fill": { "anyOf": [{ "type": "string" }, { "type": "string", "format": "password", "writeOnly": true }] },
        "token": { "type": "integer" },
        "name": { "type": "string" },
    });
    let thing = schemas(sent(json!({ "Thing": { "properties": properties }, "Word": { "type": "string" } })));
    let thing = &thing["Thing"]["properties"];
    for name in ["phrase", "value", "mfa_secret", "cdpUrl", "password", "fill"] {
        assert_eq!(thing[name]["x-rust-type"], secret, "{name}");
    }
    assert_eq!(thing["values"]["additionalProperties"]["x-rust-type"], secret);
    assert_eq!(thing["token"].get("x-rust-type"), None);
    assert_eq!(thing["name"], json!({ "type": "string" }));
}

#[test]
fn enums_are_open_components() {
    let opened = schemas(sent(json!({
        "Status": { "type": "string", "enum": ["active", "closed"], "title": "Status", "description": "How it is." },
        "Thing": { "required": ["status"], "properties": {
            "status": { "allOf": [reference("Status")], "description": "Now." },
            "kind": { "enum": ["a", "b", "a", null], "description": "Which." },
            "model": { "anyOf": [reference("Status"), { "type": "string" }] },
            "several": { "type": "array", "items": { "type": "string", "enum": ["x"] } },
            "level": { "type": "integer", "enum": [1, 2] },
            "mixed": { "type": "string", "enum": ["a", 1] },
        } },
    })));
    let properties = &opened["Thing"]["properties"];
    let status = wire("Open", json!([reference("Status")]));
    assert_eq!(
        opened["Status"],
        json!({ "type": "string", "enum": ["active", "closed"], "description": "How it is." })
    );
    assert_eq!(properties["status"], json!({ "type": "string", "description": "Now.", "x-rust-type": status }));
    assert_eq!(properties["model"]["x-rust-type"], status);
    assert_eq!(properties["kind"]["x-rust-type"], wire("Open", json!([reference("ThingKind")])));
    assert_eq!(opened["ThingKind"], json!({ "type": "string", "enum": ["a", "b"], "description": "Which." }));
    assert_eq!(properties["several"]["items"]["x-rust-type"], wire("Open", json!([reference("ThingSeveralItem")])));
    assert_eq!(properties["level"], json!({ "type": "integer", "format": "int64" }));
    assert_eq!(properties["mixed"], json!({ "type": "string" }));
}

#[test]
fn every_value_of_an_enum_is_kept() {
    let document = sent(json!({ "Thing": { "properties": {
        "case": { "type": "string", "enum": ["a", "A", "b"] },
        "sign": { "type": "string", "enum": ["a-b", "a_b"] },
        "odd": { "type": "string", "enum": ["", "+1", "-1", "1", "Self", "x y"] },
    } } }));
    let named = schemas(document);
    assert_eq!(named["ThingCase"]["enum"], json!(["a", "A", "b"]));
    assert_eq!(named["ThingSign"]["enum"], json!(["a-b", "a_b"]));
    assert_eq!(named["ThingOdd"]["enum"], json!(["", "+1", "-1", "1", "Self", "x y"]));
}

#[test]
fn required_is_what_is_never_null() {
    let properties = json!({
        "text": { "type": "string" },
        "maybe": { "type": "string", "nullable": true },
        "list": { "type": "array", "items": { "type": "string", "nullable": true } },
        "absent": { "type": "array", "items": { "type": "string" } },
        "stamps": { "type": "array", "items": { "type": "string", "format": "date-time", "nullable": true } },
        "map": { "type": "object", "additionalProperties": { "type": "integer", "nullable": true }, "nullable": true },
        "object": { "nullable": true, "allOf": [reference("Other")] },
        "any": { "nullable": true },
    });
    let other = json!({ "properties": { "a": { "type": "string" } } });
    let document = answered(json!({
        "Other": other,
        "Thing": { "required": ["text", "maybe", "list", "map", "object", "ghost", "stamps"], "properties": properties },
    }));
    let rust = rust(&document);
    assert_eq!(type_of(&rust, "text"), "String");
    assert_eq!(type_of(&rust, "maybe"), "Option<String>");
    assert_eq!(type_of(&rust, "list"), "Vec<Option<String>>");
    assert_eq!(type_of(&rust, "absent"), "Option<Vec<String>>");
    assert_eq!(type_of(&rust, "stamps"), "Vec<Option<Timestamp>>");
    assert_eq!(type_of(&rust, "map"), "Option<BTreeMap<String,Option<i64>>>");
    assert_eq!(type_of(&rust, "object"), "Option<Other>");
    assert_eq!(type_of(&rust, "any"), "Option<Value>");
    let thing = &schemas(document)["Thing"];
    assert_eq!(thing["required"], json!(["list", "stamps", "text"]));
    assert_eq!(thing["properties"]["absent"]["nullable"], true);
    assert_eq!(thing["properties"]["maybe"].get("nullable"), None);
}

#[test]
fn what_goes_one_way_is_not_required_the_other() {
    let thing = json!({ "Thing": { "required": ["id", "word"], "properties": {
        "id": { "type": "string", "readOnly": true }, "word": { "type": "string", "writeOnly": true },
    } } });
    assert_eq!(schemas(sent(thing.clone()))["Thing"]["required"], json!(["word"]));
    assert_eq!(schemas(answered(thing))["Thing"]["required"], json!(["id"]));
}

#[test]
fn lists_in_answers_tolerate_an_odd_item() {
    let properties = json!({
        "things": { "type": "array", "items": reference("Other") },
        "steps": { "type": "array", "items": { "type": "object" } },
        "unions": { "type": "array", "items": { "oneOf": [{ "type": "integer" }, reference("Other")] } },
        "maybes": { "type": "array", "items": { "nullable": true, "allOf": [reference("Other")] } },
        "texts": { "type": "array", "items": { "type": "string" } },
        "holes": { "type": "array", "items": { "additionalProperties": { "type": "integer", "nullable": true } } },
        "nested": { "type": "array", "items": { "type": "array", "items": reference("Other") } },
    });
    let components =
        json!({ "Other": { "properties": { "a": { "type": "string" } } }, "Thing": { "properties": properties } });
    let answered = answered(components.clone());
    let rust = rust(&answered);
    assert_eq!(type_of(&rust, "things"), "Option<List<Other>>");
    assert_eq!(type_of(&rust, "steps"), "Option<List<Map<String,Value>>>");
    assert_eq!(type_of(&rust, "unions"), "Option<List<crate::ThingUnionsItem>>");
    assert_eq!(type_of(&rust, "maybes"), "Option<List<Other>>");
    assert_eq!(type_of(&rust, "holes"), "Option<Vec<BTreeMap<String,Option<i64>>>>");
    assert_eq!(type_of(&rust, "texts"), "Option<Vec<String>>");
    assert_eq!(type_of(&rust, "nested"), "Option<Vec<List<Other>>>");
    let things = &schemas(answered)["Thing"]["properties"]["things"];
    assert_eq!(things["items"], reference("Other"));

    let sent = schemas(sent(components));
    assert_eq!(sent["Thing"]["properties"]["things"].get("x-rust-type"), None);
}

#[test]
fn an_answer_can_be_a_list_an_enum_or_null() {
    let answer = |schema: Value| {
        json!({ "get": { "operationId": "x", "responses": {
        "200": { "description": "", "content": { "application/json": { "schema": schema } } },
    } } })
    };
    let other = json!({ "Other": { "properties": { "a": { "type": "string" } } } });
    let typed = |schema: Value| type_of(&rust(&document(json!({ "/x": answer(schema) }), other.clone())), "");
    let list = json!({ "type": "array", "items": reference("Other") });
    assert_eq!(typed(list), "List<Other>");
    assert_eq!(typed(json!({ "nullable": true, "allOf": [reference("Other")] })), "Option<Other>");
    let open = json!({ "type": "string", "enum": ["a", "b"], "nullable": true });
    assert_eq!(typed(open), "Option<Open<XResponse>>");
}
