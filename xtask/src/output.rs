//! The one place that prints.

#![allow(clippy::print_stdout, clippy::print_stderr)]

/// A line for people or machines, on standard output.
pub fn line(text: &str) {
    println!("{text}");
}

/// Progress, on standard error, so that standard output stays a result.
pub fn progress(text: &str) {
    eprintln!("{text}");
}

/// What is wrong, on standard error.
pub fn problem(text: &str) {
    eprintln!("error: {text}");
}
