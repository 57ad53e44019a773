//! HTML to Markdown, with handlers for what a generic converter does less well: tables, definition lists, links left out.

use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use htmd::element_handler::{HandlerResult, Handlers};
use htmd::options::{HeadingStyle, Options};
use htmd::{Element, HtmlToMarkdown, Node};
use html5ever::tendril::TendrilSink as _;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{NodeData, RcDom};
use tokio::sync::oneshot;

use super::{Failure, Scrape};

/// Ends a cell until its row is put together: the converter trims the spaces around a bar.
const CELL_END: char = '\u{1}';

/// The stack of a conversion: it takes a call and more for every level of the page, and pages are deep.
const STACK: usize = 256 << 20;

/// The most levels that a page may have.
const DEEPEST: usize = 6_000;

/// How much is parsed before the depth is measured, in bytes. The parser slows down with every level.
const PIECE: usize = 8 << 10;

/// Converts a page, on a thread of its own.
pub(crate) async fn to_markdown(html: String, wanted: &Scrape) -> Result<String, Failure> {
    let wanted = wanted.clone();
    let (sender, converted) = oneshot::channel();
    let convert = move || drop(sender.send(convert(&html, &wanted)));
    let failed = |reason: String| Failure::new("ConversionFailed", reason);
    thread::Builder::new().stack_size(STACK).spawn(convert).map_err(|error| failed(error.to_string()))?;
    converted.await.map_err(|_| failed("the page cannot be converted".into()))?
}

/// The tree of a page, unless its elements are too deep in one another: what follows goes down one call a level.
fn parse(html: &str) -> Option<Rc<Node>> {
    let builder = TreeBuilderOpts { scripting_enabled: true, ..TreeBuilderOpts::default() };
    let mut parser = parse_document(RcDom::default(), ParseOpts { tree_builder: builder, ..ParseOpts::default() });
    let mut rest = html;
    while !rest.is_empty() {
        let end = (PIECE..rest.len()).find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        parser.process(piece.into());
        if open_depth(&parser.tokenizer.sink.sink.document) > DEEPEST {
            return None;
        }
        rest = after;
    }
    let document = parser.finish().document;
    (depth(&document) <= DEEPEST).then_some(document)
}

fn template(node: &Node) -> Option<Rc<Node>> {
    match &node.data {
        NodeData::Element { template_contents, .. } => template_contents.borrow().clone(),
        _ => None,
    }
}

/// How deep the element is that is parsed just now: mostly the last one of the last one.
fn open_depth(document: &Rc<Node>) -> usize {
    let last = |node: &Rc<Node>| node.children.borrow().last().cloned().or_else(|| template(node));
    std::iter::successors(Some(document.clone()), last).count()
}

/// How deep the nodes of a tree are in one another, at most.
fn depth(document: &Rc<Node>) -> usize {
    let mut left = vec![(document.clone(), 1)];
    let mut deepest = 0;
    while let Some((node, depth)) = left.pop() {
        deepest = deepest.max(depth);
        left.extend(node.children.borrow().iter().cloned().chain(template(&node)).map(|child| (child, depth + 1)));
    }
    deepest
}

fn convert(html: &str, wanted: &Scrape) -> Result<String, Failure> {
    let too_deep = || Failure::new("PageTooDeep", format!("the page has more than {DEEPEST} elements in one another"));
    let tree = parse(html).ok_or_else(too_deep)?;
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
    Ok(tidy(&builder.build().tree_to_markdown(&tree)))
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
    use super::{DEEPEST, Scrape, convert, to_markdown};

    #[test]
    fn headings_lists_tables_and_links_become_markdown() {
        let html = "<h1>Shop</h1><p>All   we <b>have</b>.</p><ul><li>one</li><li>two</li></ul>\
            <table><thead><tr><th>Name</th><th>Price</th></tr></thead><tbody><tr><td><a href='/t'>Tea</a></td><td>3\n€</td></tr></tbody></table>\
            <dl><dt>Open</dt><dd>daily</dd></dl><script>no()</script>";
        let markdown = convert(html, &Scrape::default()).expect("a page");
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
        assert_eq!(convert(html, &wanted).expect("a page"), "Link");
        let wanted = Scrape { scrape_images: Some(true), use_link_placeholders: Some(true), ..Scrape::default() };
        assert_eq!(convert(html, &wanted).expect("a page"), "[Link](link1) ![Pic](/i.png)\n\nAside");
    }

    #[tokio::test]
    async fn a_deep_page_is_read_and_one_without_end_is_refused() {
        let deep = |levels: usize| format!("{}at the bottom", "<div>".repeat(levels));
        let read = to_markdown(deep(5_000), &Scrape::default()).await.expect("a page");
        assert_eq!(read, "at the bottom");
        let refused = to_markdown(deep(DEEPEST + 1), &Scrape::default()).await.expect_err("too deep");
        assert_eq!(refused.kind, "PageTooDeep");
        let flat = "<br><IMG src=x>".repeat(DEEPEST) + &"<p>text</p>".repeat(10);
        assert!(to_markdown(flat, &Scrape::default()).await.is_ok());
    }

    /// Each ends more elements than it begins, as a text; as a tree it goes down without end.
    #[tokio::test]
    async fn a_text_that_only_looks_flat_kills_nobody() {
        for part in
            ["<div></x>", "<b title='</b>'>", "<i><!--</i></i>-->", "<template></x>", "<svg></x>", "<table><td></x>"]
        {
            let bomb = part.repeat((39 << 17) / part.len());
            assert!(bomb.len() > 3_900_000 && bomb.len() < 6_000_000, "{}", bomb.len());
            let refused = to_markdown(bomb, &Scrape::default()).await;
            assert!(refused.is_err_and(|failure| failure.kind == "PageTooDeep"), "{part}");
        }
    }
}
