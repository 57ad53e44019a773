//! The page that is worked on: elements to see and click, and text to read.

/// Interactive elements of the page; all of them are in view.
pub(crate) const ELEMENTS: usize = 200;

/// Text at the end of the page.
pub(crate) const LAST: &str = "Paragraph 60";

/// The page.
pub(crate) fn page() -> String {
    let element = |i: usize| match i % 4 {
        0 => format!("<button id=b{0} onclick=\"said.textContent='clicked {0}'\">Button {0}</button>", i / 4),
        1 => format!("<a href=\"#l{i}\">Link {i}</a>"),
        2 => format!("<input name=i{i} aria-label=\"Field {i}\">"),
        _ => format!("<label><input type=checkbox name=c{i}> Box {i}</label>"),
    };
    let elements: String = (0..ELEMENTS).map(|i| format!("<li>{}</li>", element(i))).collect();
    let rows: String = (0..40).map(|i| format!("<tr><td>Row {i}</td><td>{}</td></tr>", i * 7)).collect();
    let text: String =
        (0..=60).map(|i| format!("<p>Paragraph {i} has <b>some</b> words and <a href=/{i}>a link</a>.</p>")).collect();
    format!(
        "<!doctype html><title>Bench</title><style>li {{ display: inline-block; width: 118px; height: 28px; font: 12px sans-serif }}
        input:not([type]) {{ width: 80px }}</style><h1 id=said>Nothing was clicked</h1><ul>{elements}</ul><section style=\"margin-top: 800px\">
        <table>{rows}</table>{text}</section>"
    )
}
