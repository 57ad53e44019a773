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

/// Ends a cell until its table is put together: the converter trims the spaces around a bar.
const CELL_END: char = '\u{1}';

/// Ends the numbers of columns and rows of a cell.
const SPAN_END: char = '\u{2}';

/// Begins a row.
const ROW: char = '\u{3}';

/// Begins a table: one that holds another is there for the layout.
const TABLE: char = '\u{4}';

/// Columns and rows that one cell may take.
const WIDEST: usize = 100;

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
            Some(format!("\n{ROW}{}\n", handlers.walk_children(element.node).content.trim()).into())
        })
        .add_handler(vec!["td", "th"], |handlers: &dyn Handlers, element: Element<'_>| {
            let content = handlers.walk_children(element.node).content;
            let span = |name| attribute(element.attrs, name).and_then(|text| text.parse().ok()).unwrap_or(1_usize);
            Some(format!("{content}{CELL_END}{} {}{SPAN_END}", span("colspan"), span("rowspan")).into())
        })
        .add_handler(vec!["pre"], |_: &dyn Handlers, element: Element<'_>| Some(code(&element).into()))
        .add_handler(vec!["textarea"], |handlers: &dyn Handlers, element: Element<'_>| {
            Some(handlers.walk_children(element.node))
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

fn attribute(attributes: &[html5ever::Attribute], name: &str) -> Option<String> {
    attributes.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string())
}

/// The content of a node on one line.
fn inline(handlers: &dyn Handlers, node: &Rc<Node>) -> String {
    flat(&handlers.walk_children(node).content)
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of a node as it was written.
fn raw(node: &Rc<Node>, text: &mut String) {
    match &node.data {
        NodeData::Text { contents } => text.push_str(&contents.borrow()),
        NodeData::Element { name, .. } if &*name.local == "br" => text.push('\n'),
        _ => node.children.borrow().iter().for_each(|child| raw(child, text)),
    }
}

/// The language that the class of an element names, as highlighters write it.
fn language(node: &Rc<Node>) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else { return None };
    let class = attribute(&attrs.borrow(), "class")?;
    let named = |class: &str| Some(class.strip_prefix("language-").or_else(|| class.strip_prefix("lang-"))?.to_owned());
    class.split_whitespace().find_map(named)
}

/// Preformatted text between fences, whatever it is made of.
fn code(element: &Element<'_>) -> String {
    let mut text = String::new();
    raw(element.node, &mut text);
    let text = text.trim_matches('\n');
    if text.trim().is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let children = element.node.children.borrow();
    let language = language(element.node).or_else(|| children.iter().find_map(language)).unwrap_or_default();
    format!("\n\n{fence}{language}\n{text}\n{fence}\n\n")
}

/// A cell: its text, and how many columns and rows it takes.
type Cell = (String, usize, usize);

fn cells(row: &str) -> Vec<Cell> {
    let cell = |cell: &'_ str| -> Option<(usize, usize, usize)> {
        let (text, span) = cell.rsplit_once(CELL_END)?;
        let (columns, rows) = span.split_once(' ')?;
        // No rows at all are all that are left.
        let rows = rows.parse().ok().filter(|rows| *rows > 0).unwrap_or(WIDEST);
        Some((text.len(), columns.parse().ok()?, rows))
    };
    row.split_terminator(SPAN_END)
        .filter_map(|one| {
            cell(one)
                .map(|(end, columns, rows)| (flat(&one[..end]).replace('|', "\\|"), columns.clamp(1, WIDEST), rows))
        })
        .collect()
}

/// A row a line; a rule after the first one makes it a table of Markdown. A cell over several rows is said in each of them.
fn table(handlers: &dyn Handlers, node: &Rc<Node>) -> HandlerResult {
    let content = handlers.walk_children(node).content;
    if content.contains(TABLE) {
        return layout(&content).into();
    }
    let mut text = format!("\n\n{TABLE}");
    let mut rows: Vec<Vec<String>> = Vec::new();
    // What cells of the rows above still have to say, by column.
    let mut above: Vec<(usize, String)> = Vec::new();
    let mut parts = content.split(ROW);
    // What comes before the first row is the caption.
    for line in parts.next().into_iter().flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty()) {
        text.push_str(line);
        text.push('\n');
    }
    for row in parts {
        let mut left = cells(row).into_iter();
        let mut out: Vec<String> = Vec::new();
        loop {
            let column = out.len();
            if let Some((rows, said)) = above.get_mut(column).filter(|(rows, _)| *rows > 0) {
                *rows -= 1;
                out.push(said.clone());
                continue;
            }
            let Some((said, columns, rows)) = left.next() else { break };
            above.resize(above.len().max(column + columns), (0, String::new()));
            for place in 0..columns {
                let said = if place == 0 { said.clone() } else { String::new() };
                above[column + place] = (rows - 1, said.clone());
                out.push(said);
            }
        }
        rows.push(out);
    }
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    for (number, mut row) in rows.into_iter().enumerate() {
        row.resize(columns, String::new());
        text.push_str(&format!("| {} |\n", row.join(" | ")));
        if number == 0 {
            text.push_str(&format!("|{}\n", " --- |".repeat(columns)));
        }
    }
    text.push('\n');
    text.into()
}

/// A table that holds others: what is in its cells, one after the other.
fn layout(content: &str) -> String {
    let mut text = String::from("\n\n");
    for part in content.split([ROW, SPAN_END]) {
        text.push_str(part.rsplit_once(CELL_END).map_or(part, |(part, _)| part).trim());
        text.push_str("\n\n");
    }
    text
}

/// No spaces at line ends, and never two empty lines in a row, but where it is preformatted.
fn tidy(markdown: &str) -> String {
    let mut text = String::new();
    let mut empty = 0;
    let mut fence: Option<String> = None;
    for line in markdown.lines() {
        let bare = line.trim_start().trim_start_matches('>').trim_start();
        let ticks: String = bare.chars().take_while(|c| *c == '`').collect();
        let was_open = fence.is_some();
        if ticks.len() >= 3 {
            fence = match fence {
                None => Some(ticks),
                Some(open) if ticks == open && bare.trim_end() == open => None,
                open => open,
            };
        }
        let line = if was_open { line } else { line.trim_end() };
        empty = if line.is_empty() && !was_open { empty + 1 } else { 0 };
        if empty < 2 {
            text.push_str(&line.replace(TABLE, ""));
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

    #[test]
    fn preformatted_text_is_fenced_whatever_it_is_made_of() {
        let html = "<pre class='language-py'><span># install</span>\n\n\n<b>def</b> f(a_b):   \n- item<br>```</pre><pre><code class='lang-rs'>fn</code></pre><pre> </pre><p>End";
        let markdown = convert(html, &Scrape::default()).expect("a page");
        assert_eq!(markdown, "````py\n# install\n\n\ndef f(a_b):   \n- item\n```\n````\n\n```rs\nfn\n```\n\nEnd");
    }

    #[test]
    fn a_cell_over_several_rows_is_said_in_each_and_one_over_several_columns_once() {
        let html = "<table><tr><th>Day</th><th colspan=2>Train</th></tr><tr><td rowspan=2>Monday</td><td>1</td><td>a|b</td></tr>\
            <tr><td>2</td></tr><tr><td rowspan=0>Rest</td><td>3</td></tr><tr><td>4</td><td>5</td></tr></table>";
        let markdown = convert(html, &Scrape::default()).expect("a page");
        assert_eq!(
            markdown,
            "| Day | Train |  |\n| --- | --- | --- |\n| Monday | 1 | a\\|b |\n| Monday | 2 |  |\n| Rest | 3 |  |\n| Rest | 4 | 5 |"
        );
    }

    #[test]
    fn a_table_that_holds_others_is_layout() {
        let html = "<table><tr><td><h2>Menu</h2></td><td><table><tr><th>Tea</th></tr><tr><td>3</td></tr></table></td></tr>\
            <tr><td>Foot</td></tr></table>";
        let markdown = convert(html, &Scrape::default()).expect("a page");
        assert_eq!(markdown, "Menu\n----\n\n| Tea |\n| --- |\n| 3 |\n\nFoot");
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
