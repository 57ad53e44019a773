//! What `diff` finds, calls and judges.

mod mutants;
mod renames;
mod reports;
mod rules;
mod support;
