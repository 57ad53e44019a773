//! HTML to Markdown, with handlers for what a generic converter does less well: tables, definition lists, links left out.

use std::sync::atomic::{AtomicUsize, Ordering};

use htmd::element_handler::{HandlerResult, Handlers};
use htmd::options::{HeadingStyle, Options};
use htmd::{Element, HtmlToMarkdown, Node};

use super::Scrape;

/// Ends a cell until its row is put together: the converter trims the spaces around a bar.
const CELL_END: char = '\u{1}';

/// Converts a page.
pub(crate) fn to_markdown(html: &str, wanted: &Scrape) -> String {
    let options = Options {
        heading_style: HeadingStyle::Setex,
        ul_bullet_spacing: 1,
        ol_number_spacing: 1,
        ..Options::default()
    };
    let mut ignored: Vec<&str> = vec!["script", "style", "noscript", "template", "head", "svg"];
    ignored.extend(wanted.ignored_tags.iter().flatten().map(String::as_str));
    let mut builder = HtmlToMarkdown::builder()
        .options(options)
        .skip_tags(ignored)
        .add_handler(vec!["table"], |handlers: &dyn Handlers, element: Element<'_>| Some(table(handlers, element.node)))
        .add_handler(vec!["thead", "tbody", "tfoot"], |handlers: &dyn Handlers, element: Element<'_>| {
            Some(handlers.walk_children(element.node))
        })
        .add_handler(vec!["tr"], |handlers: &dyn Handlers, element: Element<'_>| {
            let row = inline(handlers, element.node);
            let cells: Vec<&str> = row.split_terminator(CELL_END).map(str::trim).collect();
            Some(format!("\n| {} |\n", cells.join(" | ")).into())
        })
        .add_handler(vec!["td", "th"], |handlers: &dyn Handlers, element: Element<'_>| {
            Some(format!("{}{CELL_END}", inline(handlers, element.node).replace('|', "\\|")).into())
        })
        .add_handler(vec!["dt"], |handlers: &dyn Handlers, element: Element<'_>| {
            Some(format!("\n\n{}\n", inline(handlers, element.node)).into())
        })
        .add_handler(vec!["dd"], |handlers: &dyn Handlers, element: Element<'_>| {
            Some(format!("\n:   {}\n", inline(handlers, element.node)).into())
        })
        .add_handler(vec!["button"], |handlers: &dyn Handlers, element: Element<'_>| {
            Some(format!(" {} ", inline(handlers, element.node)).into())
        });
    if !wanted.scrape_images.unwrap_or(false) {
        builder = builder.skip_tags(vec!["img", "picture"]);
    }
    if !wanted.scrape_links.unwrap_or(true) {
        builder = builder.add_handler(vec!["a"], |handlers: &dyn Handlers, element: Element<'_>| {
            Some(handlers.walk_children(element.node))
        });
    } else if wanted.use_link_placeholders.unwrap_or(false) {
        let count = AtomicUsize::new(0);
        builder = builder.add_handler(vec!["a"], move |handlers: &dyn Handlers, element: Element<'_>| {
            let number = count.fetch_add(1, Ordering::Relaxed) + 1;
            Some(format!("[{}](link{number})", inline(handlers, element.node)).into())
        });
    }
    let markdown = builder.build().convert(html).unwrap_or_default();
    tidy(&markdown)
}

/// The content of a node on one line.
fn inline(handlers: &dyn Handlers, node: &std::rc::Rc<Node>) -> String {
    handlers.walk_children(node).content.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A row a line; a rule after the first one makes it a table of Markdown.
fn table(handlers: &dyn Handlers, node: &std::rc::Rc<Node>) -> HandlerResult {
    let content = handlers.walk_children(node).content;
    let mut text = String::from("\n\n");
    let mut ruled = false;
    for line in content.lines().map(str::trim).filter(|line| !line.is_empty()) {
        text.push_str(line);
        text.push('\n');
        if line.starts_with('|') && !ruled {
            let columns = line.replace("\\|", "").matches('|').count().saturating_sub(1);
            text.push_str(&format!("|{}\n", " --- |".repeat(columns)));
            ruled = true;
        }
    }
    text.push('\n');
    text.into()
}

/// No spaces at line ends, and never two empty lines in a row.
fn tidy(markdown: &str) -> String {
    let mut text = String::new();
    let mut empty = 0;
    for line in markdown.lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            text.push_str(line);
            text.push('\n');
        }
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Scrape, to_markdown};

    #[test]
    fn headings_lists_tables_and_links_become_markdown() {
        let html = "<h1>Shop</h1><p>All   we <b>have</b>.</p><ul><li>one</li><li>two</li></ul>\
            <table><thead><tr><th>Name</th><th>Price</th></tr></thead><tbody><tr><td><a href='/t'>Tea</a></td><td>3\n€</td></tr></tbody></table>\
            <dl><dt>Open</dt><dd>daily</dd></dl><script>no()</script>";
        let markdown = to_markdown(html, &Scrape::default());
        for part in [
            "Shop\n====",
            "All we **have**.",
            "* one\n* two",
            "| Name | Price |\n| --- | --- |\n| [Tea](/t) | 3 € |",
            ":   daily",
        ] {
            assert!(markdown.contains(part), "{part:?} is not in\n{markdown}");
        }
        assert!(!markdown.contains("no()"));
    }

    #[test]
    fn what_was_not_asked_for_is_left_out() {
        let html = "<p><a href='/x'>Link</a> <img src='/i.png' alt='Pic'></p><aside>Aside</aside>";
        let wanted =
            Scrape { scrape_links: Some(false), ignored_tags: Some(vec!["aside".into()]), ..Scrape::default() };
        assert_eq!(to_markdown(html, &wanted), "Link");
        let wanted = Scrape { scrape_images: Some(true), use_link_placeholders: Some(true), ..Scrape::default() };
        assert_eq!(to_markdown(html, &wanted), "[Link](link1) ![Pic](/i.png)\n\nAside");
    }
}
