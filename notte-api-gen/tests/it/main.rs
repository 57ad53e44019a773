//! The generator, stage by stage: one binary, a module a topic.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod diff;
mod harden;
mod kinds;
mod layout;
mod left_out;
mod lint;
mod lint_guard;
mod load;
mod mutants;
mod normalise;
mod overlay;
mod trust;
