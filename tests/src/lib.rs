//! Integration tests over the whole workspace live in `tests/`; here its README's examples are compiled, and the site is
//! that they and the demo work on.

pub mod site;

/// The README's examples.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The guide to testing, whose example needs the typed mocks.
#[cfg(doctest)]
#[doc = include_str!("../../notte-ext/src/docs/testing.md")]
struct Testing;
