//! The rules, a family a file: their verdicts, and the comparison that finds them.

pub(super) mod bodies;
pub(super) mod constraints;
pub(super) mod defaults;
pub(super) mod descriptions;
pub(super) mod discriminators;
pub(super) mod document;
pub(super) mod enums;
pub(super) mod headers;
pub(super) mod lifecycle;
pub(super) mod media;
pub(super) mod nullability;
pub(super) mod operations;
pub(super) mod parameters;
pub(super) mod paths;
pub(super) mod properties;
pub(super) mod responses;
pub(super) mod security;
pub(super) mod status;
pub(super) mod tags;
pub(super) mod types;
pub(super) mod unions;

/// What every family needs.
mod prelude {
    pub(super) use serde_json::{Map, Value};

    pub(super) use super::super::compare::Comparison;
    pub(super) use super::super::place::Place;
    pub(super) use super::super::rule::Source::{Breaks, Builds, Depends};
    pub(super) use super::super::rule::{Rule, Wire, rule};
}

use super::rule::Rule;

/// Every rule, by family.
pub const RULES: &[&Rule] = &[
    &paths::ADDED,
    &paths::REMOVED,
    &paths::RENAMED,
    &paths::PREFIX,
    &paths::SLASH,
    &paths::VARIABLE,
    &operations::ADDED,
    &operations::REMOVED,
    &operations::RENAMED,
    &operations::METHOD,
    &operations::EFFECT,
    &parameters::ADDED,
    &parameters::REMOVED,
    &parameters::ADDED_REQUIRED,
    &parameters::REMOVED_REQUIRED,
    &parameters::BECAME_REQUIRED,
    &parameters::BECAME_OPTIONAL,
    &parameters::RENAMED,
    &parameters::MOVED,
    &parameters::STYLE,
    &bodies::ADDED,
    &bodies::REMOVED,
    &bodies::BECAME_REQUIRED,
    &bodies::BECAME_OPTIONAL,
    &bodies::ENCODING,
    &responses::ADDED,
    &responses::REMOVED,
    &status::SUCCESS_ADDED,
    &status::SUCCESS_REMOVED,
    &status::SUCCESS_CHANGED,
    &status::ERROR_ADDED,
    &status::ERROR_REMOVED,
    &media::REQUEST_ADDED,
    &media::REQUEST_REMOVED,
    &media::RESPONSE_ADDED,
    &media::RESPONSE_REMOVED,
    &headers::ADDED,
    &headers::REMOVED,
    &headers::CHANGED,
    &properties::ADDED,
    &properties::REMOVED,
    &properties::ADDED_REQUIRED,
    &properties::REMOVED_REQUIRED,
    &properties::BECAME_REQUIRED,
    &properties::BECAME_OPTIONAL,
    &properties::RENAMED,
    &properties::ACCESS,
    &properties::EXTRAS_FORBIDDEN,
    &properties::EXTRAS_ALLOWED,
    &types::SCHEMA_ADDED,
    &types::SCHEMA_REMOVED,
    &types::SCHEMA_RENAMED,
    &types::CHANGED,
    &types::WIDENED,
    &types::NARROWED,
    &types::RESTRICTED,
    &types::LIFTED,
    &types::FORMAT,
    &types::REFERENCE,
    &types::NAMED,
    &types::INLINED,
    &nullability::BECAME_NULLABLE,
    &nullability::BECAME_NON_NULLABLE,
    &enums::VALUE_ADDED,
    &enums::VALUE_REMOVED,
    &enums::VALUE_RENAMED,
    &enums::CLOSED,
    &enums::OPENED,
    &constraints::ADDED,
    &constraints::REMOVED,
    &constraints::TIGHTENED,
    &constraints::LOOSENED,
    &constraints::PATTERN,
    &defaults::ADDED,
    &defaults::REMOVED,
    &defaults::CHANGED,
    &unions::MEMBER_ADDED,
    &unions::MEMBER_REMOVED,
    &unions::PART_ADDED,
    &unions::PART_REMOVED,
    &unions::KIND,
    &unions::MADE,
    &unions::DISSOLVED,
    &discriminators::ADDED,
    &discriminators::REMOVED,
    &discriminators::PROPERTY,
    &discriminators::MAPPING,
    &discriminators::VALUE_ADDED,
    &discriminators::VALUE_REMOVED,
    &security::ADDED,
    &security::REMOVED,
    &security::CHANGED,
    &security::SCOPES,
    &security::SCHEME_ADDED,
    &security::SCHEME_REMOVED,
    &security::SCHEME_CHANGED,
    &security::SECRET_MARKED,
    &security::SECRET_UNMARKED,
    &tags::CHANGED,
    &tags::ADDED,
    &tags::REMOVED,
    &lifecycle::DEPRECATED,
    &lifecycle::UNDEPRECATED,
    &descriptions::CHANGED,
    &descriptions::TITLE,
    &descriptions::EXAMPLE,
    &document::VERSION,
    &document::INFO,
    &document::SERVERS,
    &document::EXTENSION,
    &document::FOREIGN,
    &document::NOT_COMPARED,
    &document::UNEXPLAINED,
    &document::REORDERED,
    &document::RESPELLED,
    &document::UNHANDLED,
];

/// The rule of this name.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}
