//! The document itself: its version, servers, extensions; and what no rule knows.

use super::prelude::*;
use super::{descriptions, security, tags};

const FAMILY: &str = "document";

pub(in crate::diff) const VERSION: Rule =
    rule("version-changed", FAMILY, "version-changed", "the version of the API changed");

pub(in crate::diff) const INFO: Rule =
    rule("info-changed", FAMILY, "info-changed", "the information about the API changed");

pub(in crate::diff) const SERVERS: Rule = rule("servers-changed", FAMILY, "servers-changed", "the servers changed")
    .works("the caller configures the server; the client reads none from the document")
    .behaves("another server URL may have to be configured");

pub(in crate::diff) const EXTENSION: Rule =
    rule("extension-changed", FAMILY, "extension-changed", "an extension (`x-…`) changed");

pub(in crate::diff) const FOREIGN: Rule =
    rule("foreign-key-changed", FAMILY, "foreign-key-changed", "a key that OpenAPI does not define changed")
        .works("the client does not read it");

pub(in crate::diff) const NOT_COMPARED: Rule =
    rule("not-compared", FAMILY, "not-compared", "a part that is not compared changed")
        .works("unknown: the client does not use it, and the comparison does not read it");

pub(in crate::diff) const UNEXPLAINED: Rule =
    rule("items-added", FAMILY, "items-added", "public items are added that no change of the document explains")
        .source(Builds("items are added"));

pub(in crate::diff) const REORDERED: Rule = rule("reordered", FAMILY, "reordered", "the order changed")
    .source(Depends("the order of a union's members decides which one is tried first"));

pub(in crate::diff) const RESPELLED: Rule =
    rule("respelled", FAMILY, "respelled", "the notation changed, but not the meaning");

pub(in crate::diff) const UNHANDLED: Rule = rule("unhandled", FAMILY, "unhandled", "a change that no rule covers")
    .breaks("unknown: inspect the change and write a rule")
    .source(Depends("see the items"))
    .behaves("unknown");

/// Compares all of two documents but the operations and the components, which are paired first.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, old: &Value, new: &Value) {
    let root = Place::root();
    cx.each_key(&root, old, new, |cx, key, at, old, new| match key {
        "paths" | "openapi" => cx.elsewhere(),
        "components" => components(cx, at, old, new),
        "info" => info(cx, at, old, new),
        "servers" => cx.emit(&SERVERS, &at.label("servers"), old, new),
        "security" => security::compare(cx, &at.label("every operation"), old, new),
        "tags" => tags::described(cx, at, old, new),
        "externalDocs" => descriptions::compare(cx, key, &at.label("document"), old, new),
        _ => rest(cx, key, &at.label(key), old, new),
    });
}

fn components(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let empty = Value::Object(Map::new());
    cx.each_key(at, old.unwrap_or(&empty), new.unwrap_or(&empty), |cx, key, at, old, new| match key {
        "schemas" => cx.elsewhere(),
        "securitySchemes" => security::schemes_of(cx, at, old, new),
        // No place refers to them any more once they are resolved.
        "examples" => cx.emit(&descriptions::EXAMPLE, &at.label("components"), old, new),
        _ => rest(cx, key, &at.label("components"), old, new),
    });
}

fn info(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let empty = Value::Object(Map::new());
    let at = at.label("info");
    cx.each_key(&at, old.unwrap_or(&empty), new.unwrap_or(&empty), |cx, key, at, old, new| match key {
        "version" => cx.emit(&VERSION, at, old, new),
        "title" | "license" | "contact" | "termsOfService" => cx.emit(&INFO, &at.label(&format!(" {key}")), old, new),
        "description" => descriptions::compare(cx, key, at, old, new),
        _ => rest(cx, key, at, old, new),
    });
}

/// What no family has a rule for: an extension, or something new to this tool.
pub(in crate::diff) fn rest(cx: &mut Comparison<'_>, key: &str, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let rule = match key {
        _ if key.starts_with("x-") => &EXTENSION,
        _ if KEYWORDS.split_whitespace().any(|known| known == key) => &UNHANDLED,
        _ => &FOREIGN,
    };
    cx.emit(rule, &at.label(&format!(" ({key})")), old, new);
}

/// An object whose keys are names of headers or media types, which have no case.
pub(in crate::diff) fn caseless(object: &Value) -> Value {
    match object {
        Value::Object(map) => map.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect(),
        other => other.clone(),
    }
}

/// Everything that OpenAPI 3.0 to 3.2 and JSON Schema define, in whatever object: what is not among them means nothing.
const KEYWORDS: &str = "\
    $anchor $comment $defs $dynamicAnchor $dynamicRef $id $ref $schema $self $vocabulary additionalOperations \
    additionalProperties allOf allowEmptyValue allowReserved anyOf authorizationCode authorizationUrl bearerFormat \
    callbacks clientCredentials components const contact contains content contentEncoding contentMediaType \
    contentSchema contentType default defaultMapping definitions delete dependencies dependentRequired \
    dependentSchemas deprecated description deviceAuthorization discriminator else email encoding enum example \
    examples exclusiveMaximum exclusiveMinimum explode externalDocs externalValue flows format get head headers \
    identifier if implicit in info items itemEncoding itemSchema jsonSchemaDialect kind license links mapping \
    maxContains maxItems maxLength maxProperties maximum minContains minItems minLength minProperties minimum \
    multipleOf name namespace not nullable oneOf openIdConnectUrl openapi operationId operationRef options \
    parameters parent password patch paths pathItems pattern patternProperties post prefix prefixEncoding \
    prefixItems properties propertyName propertyNames put query readOnly refreshUrl requestBodies requestBody \
    required responses schema schemas scheme scopes security securitySchemes server servers style summary tags \
    termsOfService then title tokenUrl trace type unevaluatedItems unevaluatedProperties uniqueItems url value \
    variables version webhooks wrapped writeOnly xml";
