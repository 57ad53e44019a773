//! The rules for a hardened document: what the code generator below would panic on, refuse or get wrong.

mod all_of;
mod any_of;
mod builder_name;
mod enum_closed;
mod enum_variants;
mod leftover;
mod multipart_form;
mod operation_marks;
mod parameter_form;
mod property_names;
mod request_form;
mod response_form;
mod rust_type;
mod schema_form;
mod type_collision;
mod type_name;
mod union_form;
mod unreadable;

use super::{Rule, source};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    Rule { name: "all-of", check: all_of::check },
    Rule { name: "any-of", check: any_of::check },
    Rule { name: "builder-name", check: builder_name::check },
    Rule { name: "component-name", check: source::component_name::check },
    Rule { name: "document-shape", check: source::document_shape::check },
    Rule { name: "effect-unknown", check: source::effect_unknown::check },
    Rule { name: "enum-closed", check: enum_closed::check },
    Rule { name: "enum-values", check: source::enum_values::check },
    Rule { name: "enum-variants", check: enum_variants::check },
    Rule { name: "hidden-character", check: source::hidden_character::check },
    Rule { name: "leftover", check: leftover::check },
    Rule { name: "method-unknown", check: source::method_unknown::check },
    Rule { name: "multipart-form", check: multipart_form::check },
    Rule { name: "operation-id-duplicate", check: source::operation_id_duplicate::check },
    Rule { name: "operation-id-missing", check: source::operation_id_missing::check },
    Rule { name: "operation-marks", check: operation_marks::check },
    Rule { name: "operation-shape", check: source::operation_shape::check },
    Rule { name: "parameter-duplicate", check: source::parameter_duplicate::check },
    Rule { name: "parameter-form", check: parameter_form::check },
    Rule { name: "path-template", check: source::path_template::check },
    Rule { name: "path-variables", check: source::path_variables::check },
    Rule { name: "property-names", check: property_names::check },
    Rule { name: "ref-cycle", check: source::ref_cycle::check },
    Rule { name: "ref-unresolved", check: source::ref_unresolved::check },
    Rule { name: "request-form", check: request_form::check },
    Rule { name: "response-form", check: response_form::check },
    Rule { name: "rust-type", check: rust_type::check },
    Rule { name: "schema-form", check: schema_form::check },
    Rule { name: "schema-shape", check: source::schema_shape::check },
    Rule { name: "type-collision", check: type_collision::check },
    Rule { name: "type-name", check: type_name::check },
    Rule { name: "union-form", check: union_form::check },
    // Last: it is silent where another rule has said what is wrong.
    Rule { name: "unreadable", check: unreadable::check },
];

/// What to do about a hardened document that is not as it was agreed: the source is fine, the generator is not.
const BUG: &str = "hardening should have changed this: a bug in the generator, please report it";
