//! What `diff` finds, calls and judges.

mod mutants;
mod pages;
mod renames;
mod reports;
mod rules;
mod support;
mod truth;
