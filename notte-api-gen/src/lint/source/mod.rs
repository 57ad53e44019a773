//! The rules for a document as people write it, before it is hardened.

mod component_collision;
pub(super) mod component_name;
pub(super) mod document_shape;
mod effect_missing;
pub(super) mod effect_unknown;
pub(super) mod enum_values;
pub(super) mod hidden_character;
mod method_body;
pub(super) mod method_unknown;
pub(super) mod operation_id_duplicate;
pub(super) mod operation_id_missing;
pub(super) mod operation_shape;
pub(super) mod parameter_duplicate;
mod parameter_style;
mod path_duplicate;
pub(super) mod path_template;
pub(super) mod path_variables;
pub(super) mod ref_cycle;
pub(super) mod ref_unresolved;
mod request_media_type;
mod required_property;
mod response_media_type;
mod response_success;
pub(super) mod schema_shape;
mod security_scheme;
mod security_undefined;

use super::Rule;

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    Rule { name: "component-collision", check: component_collision::check },
    Rule { name: "component-name", check: component_name::check },
    Rule { name: "document-shape", check: document_shape::check },
    Rule { name: "effect-missing", check: effect_missing::check },
    Rule { name: "effect-unknown", check: effect_unknown::check },
    Rule { name: "enum-values", check: enum_values::check },
    Rule { name: "hidden-character", check: hidden_character::check },
    Rule { name: "method-body", check: method_body::check },
    Rule { name: "method-unknown", check: method_unknown::check },
    Rule { name: "operation-id-duplicate", check: operation_id_duplicate::check },
    Rule { name: "operation-id-missing", check: operation_id_missing::check },
    Rule { name: "operation-shape", check: operation_shape::check },
    Rule { name: "parameter-duplicate", check: parameter_duplicate::check },
    Rule { name: "parameter-style", check: parameter_style::check },
    Rule { name: "path-duplicate", check: path_duplicate::check },
    Rule { name: "path-template", check: path_template::check },
    Rule { name: "path-variables", check: path_variables::check },
    Rule { name: "ref-cycle", check: ref_cycle::check },
    Rule { name: "ref-unresolved", check: ref_unresolved::check },
    Rule { name: "request-media-type", check: request_media_type::check },
    Rule { name: "required-property", check: required_property::check },
    Rule { name: "response-media-type", check: response_media_type::check },
    Rule { name: "response-success", check: response_success::check },
    Rule { name: "schema-shape", check: schema_shape::check },
    Rule { name: "security-scheme", check: security_scheme::check },
    Rule { name: "security-undefined", check: security_undefined::check },
];
