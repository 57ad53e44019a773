//! Progress of long work, on stderr: a bar or a spinner on a terminal, nothing elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A spinner with a text, for work whose end is not known.
pub(crate) fn spinner(text: &str, quiet: bool) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, target(quiet));
    bar.set_message(text.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar of bytes; without a known length, a counter.
pub(crate) fn bytes(text: &str, quiet: bool) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, target(quiet));
    if let Ok(style) = ProgressStyle::with_template("{msg} {bytes}/{total_bytes} {wide_bar}") {
        bar.set_style(style);
    }
    bar.set_message(text.to_owned());
    bar
}

/// It hides itself where stderr is no terminal.
fn target(quiet: bool) -> ProgressDrawTarget {
    if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() }
}
