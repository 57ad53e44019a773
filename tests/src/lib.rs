//! Integration tests over the whole workspace live in `tests/`.
