//! The one way from a document's text into a doc comment: rustdoc shows it, and neither runs, renders nor links any of it.

use proc_macro2::Span;

use crate::text::visible;

/// Lines of a doc comment.
#[derive(Clone, Default)]
pub(super) struct Doc(Vec<String>);

impl Doc {
    /// Words of ours.
    pub(super) fn fixed(text: &'static str) -> Self {
        Self(vec![text.to_owned()])
    }

    /// Text that holds anything of a document, a name included.
    pub(super) fn prose(text: &str) -> Self {
        Self(inert(text))
    }

    /// A name of the document, as code.
    pub(super) fn name(name: &str) -> Self {
        Self::prose(&format!("`{name}`"))
    }

    /// The docs among the attributes, which are taken out: progenitor and typify copy descriptions as they are.
    pub(super) fn take(attributes: &mut Vec<syn::Attribute>) -> Self {
        let mut text = Vec::new();
        attributes.retain(|attribute| match doc_text(attribute) {
            Some(line) => {
                text.push(line);
                false
            }
            None => true,
        });
        Self::prose(&text.join("\n"))
    }

    /// These lines, or others where there are none.
    pub(super) fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        if self.0.is_empty() { other() } else { self }
    }

    /// Both, as paragraphs.
    pub(super) fn and(mut self, other: Self) -> Self {
        if !self.0.is_empty() && !other.0.is_empty() {
            self.0.push(String::new());
        }
        self.0.extend(other.0);
        self
    }

    /// The first line alone.
    pub(super) fn first_line(mut self) -> Self {
        self.0.truncate(1);
        self
    }

    /// `#[doc = "…"]`, one a line.
    pub(super) fn attributes(&self) -> Vec<syn::Attribute> {
        self.lines().map(|line| attribute(&line)).collect()
    }

    /// Puts the docs before the other attributes.
    pub(super) fn document(&self, attributes: &mut Vec<syn::Attribute>) {
        attributes.splice(0..0, self.attributes());
    }

    /// `/// …` lines.
    pub(super) fn comment(&self, indent: &str) -> String {
        self.lines().map(|line| format!("{indent}///{line}\n")).collect()
    }

    /// `//! …` lines.
    pub(super) fn inner_comment(&self) -> String {
        self.lines().map(|line| format!("//!{line}\n")).collect()
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") })
    }
}

/// `#[doc = "…"]`, which is not worth a parser.
fn attribute(text: &str) -> syn::Attribute {
    let meta = syn::MetaNameValue {
        path: quote::format_ident!("doc").into(),
        eq_token: <syn::Token![=]>::default(),
        value: syn::Expr::Lit(syn::ExprLit {
            attrs: Vec::new(),
            lit: syn::Lit::Str(syn::LitStr::new(text, Span::call_site())),
        }),
    };
    syn::Attribute {
        pound_token: <syn::Token![#]>::default(),
        style: syn::AttrStyle::Outer,
        bracket_token: syn::token::Bracket::default(),
        meta: meta.into(),
    }
}

fn doc_text(attribute: &syn::Attribute) -> Option<String> {
    let syn::Meta::NameValue(meta) = &attribute.meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &meta.value else { return None };
    meta.path.is_ident("doc").then(|| text.value())
}

/// A document's text on one line of Markdown, between the bars of a table or within a code span.
pub(super) fn cell(text: &str) -> String {
    visible(text).replace('`', "'").replace('|', "\\|").replace('<', "&lt;")
}

/// Text as Markdown of the same look in which the only blocks of code are marked `text`, and there is neither HTML nor a link
/// but bare addresses.
fn inert(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    let ends = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    let mut lines = Vec::new();
    let mut fence: Option<Fence> = None;
    for line in text.trim().split(ends) {
        let line = visible(line);
        let content = past_containers(&line);
        // A fence stands at the margin: within a list it would end with the list, and its own end begin another.
        match &fence {
            Some(open) if open.is_closed_by(content) => {
                lines.push(open.0.clone());
                fence = None;
            }
            Some(_) => lines.push(line.trim_end().to_owned()),
            None => match Fence::opened_by(content) {
                Some(open) => {
                    lines.push(format!("{}text", open.0));
                    fence = Some(open);
                }
                None => lines.push(literal_line(&line)),
            },
        }
    }
    lines.extend(fence.map(|open| open.0));
    if lines.iter().all(String::is_empty) { Vec::new() } else { lines }
}

/// The marks of a fence that is open.
struct Fence(String);

impl Fence {
    fn opened_by(content: &str) -> Option<Self> {
        let mark = content.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = content.chars().take_while(|c| *c == mark).count();
        let info = &content[length..];
        (length >= 3 && !(mark == '`' && info.contains('`'))).then(|| Self(content[..length].to_owned()))
    }

    /// No less than what Markdown takes for the end.
    fn is_closed_by(&self, content: &str) -> bool {
        let content = content.trim();
        content.starts_with(&self.0) && content.chars().all(|c| self.0.starts_with(c))
    }
}

/// What a line holds after the marks of quotes and lists that it may begin with.
fn past_containers(line: &str) -> &str {
    let mut rest = line.trim_start();
    loop {
        let numbered = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let marked = rest
            .strip_prefix('>')
            .or_else(|| rest.strip_prefix(['-', '*', '+']).filter(|after| after.starts_with(' ')))
            .or_else(|| {
                let numbered = Some(numbered).filter(|numbered| numbered.len() < rest.len());
                numbered?.strip_prefix(['.', ')']).filter(|after| after.starts_with(' '))
            });
        match marked {
            Some(after) => rest = after.trim_start(),
            None => return rest,
        }
    }
}

/// A line without blocks of code, HTML and links. Spans of code stay if they begin and end in it.
fn literal_line(line: &str) -> String {
    // Four spaces begin a block of code, after the mark of a list too.
    let indent = line.len() - line.trim_start_matches(' ').len();
    let mut spaced = " ".repeat(indent.min(2));
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        spaced.push_str(word);
        spaced.push(' ');
    }
    let line: Vec<char> = spaced.trim_end().chars().collect();
    let mut out = String::with_capacity(line.len());
    let mut at = 0;
    while let Some(&c) = line.get(at) {
        let run = line[at..].iter().take_while(|next| **next == c).count();
        match c {
            '\\' if line.get(at + 1).is_some_and(char::is_ascii_punctuation) => {
                out.extend(&line[at..at + 2]);
                at += 2;
            }
            '`' => match code_end(&line, at, run) {
                Some(end) => {
                    out.extend(&line[at..end]);
                    at = end;
                }
                None => {
                    out.push_str(&"\\`".repeat(run));
                    at += run;
                }
            },
            '~' if run > 2 => {
                out.push_str(&"\\~".repeat(run));
                at += run;
            }
            '[' | ']' | '<' | '>' if c != '>' || !out.trim().is_empty() => {
                out.push('\\');
                out.push(c);
                at += 1;
            }
            'h' => {
                let end = address_end(&line, at);
                if end == at {
                    out.push(c);
                    at += 1;
                } else {
                    out.push('<');
                    out.extend(&line[at..end]);
                    out.push('>');
                    at = end;
                }
            }
            _ => {
                out.push(c);
                at += 1;
            }
        }
    }
    out
}

/// Where a span of code ends that begins here, if it does. A bar would end it earlier, in a table.
fn code_end(line: &[char], start: usize, run: usize) -> Option<usize> {
    let mut at = start + run;
    while let Some(&c) = line.get(at) {
        let length = line[at..].iter().take_while(|next| **next == c).count();
        if c == '`' && length == run {
            return (run < 3).then_some(at + run);
        }
        if c == '|' {
            return None;
        }
        at += length;
    }
    None
}

/// Where an address ends that begins here; here if there is none.
fn address_end(line: &[char], start: usize) -> usize {
    let begins = |scheme: &str| line[start..].iter().copied().take(scheme.len()).eq(scheme.chars());
    let Some(scheme) = ["https://", "http://"].into_iter().find(|scheme| begins(scheme)) else { return start };
    let ends = |c: &char| c.is_whitespace() || "<>\"`[]\\|{}".contains(*c);
    let length = line[start..].iter().take_while(|c| !ends(c)).count();
    let trailing = line[start..start + length].iter().rev().take_while(|c| ".,;:!?'*_)".contains(**c)).count();
    if length - trailing > scheme.len() { start + length - trailing } else { start }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

    use super::*;

    /// What rustdoc would make of the text other than showing it.
    fn effects(text: &str) -> Vec<String> {
        let markdown = inert(text).join("\n");
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_SMART_PUNCTUATION;
        let mut linked = Vec::new();
        let mut found = Vec::new();
        let callback = |link: pulldown_cmark::BrokenLink<'_>| {
            linked.push(format!("link to {}", link.reference));
            None
        };
        for event in Parser::new_with_broken_link_callback(&markdown, options, Some(callback)) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if &*info == "text" => {}
                Event::Start(Tag::CodeBlock(kind)) => found.push(format!("{kind:?}")),
                Event::Html(html) | Event::InlineHtml(html) => found.push(format!("HTML {html}")),
                Event::Start(Tag::Link { dest_url, .. }) if dest_url.starts_with("http") => {}
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    found.push(format!("link to {dest_url}"));
                }
                _ => {}
            }
        }
        found.extend(linked);
        found
    }

    #[test]
    fn nothing_of_a_text_runs_renders_or_links() {
        for text in [
            "```\nfn main() {}\n```",
            "```rust\nfn main() {}",
            "~~~python\nprint()\n~~~",
            "- ```\n  fn main() {}\n  ```\n  after\n```\nmore",
            "- a\n\n  ```\nnot in the list\n```\nfn f() {}",
            "> ```rust\n> a\n> ```",
            "a\n\n    fn main() {}\n",
            "\tfn main() {}",
            "-     fn main() {}",
            "1.\n\n      fn main() {}",
            "````\n```\nfn main() {}\n````",
            "`odd <script>alert(1)</script>",
            "``odd ` <b> ` [Vec]",
            "\\` `<script>` [x]",
            "a|b\n-|-\n`x|<script>y</script>`|[Vec]",
            "[Vec] and [`Vec`] and [a](Vec) ![i](x) [r][s]\n\n[r]: x",
            "[^1]: ```rust\nfn f() {}",
            "https://a.example/x><script>alert(1)</script>",
            "<https://a.example/`><script>`",
            "<!-- -->\n<script>\n```\n</script>",
            "a\u{2028}```\u{85}fn f() {}\u{b}x\rb",
            "` a\n<b>`\n`",
        ] {
            assert_eq!(effects(text), Vec::<String>::new(), "{text:?} becomes {:#?}", inert(text));
        }
    }

    #[test]
    fn ordinary_prose_keeps_its_look() {
        for (text, lines) in [
            ("Says `a < b` of [x].", &["Says `a < b` of \\[x\\]."][..]),
            ("See https://a.example/b_c. Then", &["See <https://a.example/b_c>. Then"]),
            ("- a\n  - b\n\n1. c", &["- a", "  - b", "", "1. c"]),
            ("> quoted", &["> quoted"]),
            ("```json\n{\"a\": 1}\n```\nend", &["```text", "{\"a\": 1}", "```", "end"]),
            ("a \\_ b", &["a \\_ b"]),
            ("  \n ", &[]),
        ] {
            assert_eq!(inert(text), lines, "{text:?}");
        }
        assert_eq!(inert("a\u{202e}b\0c"), ["a\u{fffd}b\u{fffd}c"]);
    }

    #[test]
    fn a_line_of_a_hundred_kilobytes_is_quick() {
        for unit in ["`", "` ``", "[", "\\", "https://", "~", "> ", "``` a"] {
            assert!(inert(&unit.repeat(100_000 / unit.len())).len() < 3, "{unit}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn no_combination_of_marks_runs_renders_or_links(
            parts in prop::collection::vec(prop::sample::select(vec![
                "`", "``", "```", "````", "~~~", "~~~~", "rust", " ", "  ", "    ", "\t", "\n", "\n\n", "\r", "> ", ">", "- ", "* ", "1. ",
                "2)", "# ", "<b>", "<script>", "</b>", "<!--", "-->", "<?", "[", "]", "(", ")", "[a]", ": x", "!", "\\", "|", "-|-", "a",
                "fn f() {}", "https://a.example", "&lt;", "=", "---", "*", "_", "[^1]", "{", "\u{2028}", "\u{202e}", "\0", ":", "x | y",
            ]), 0..24)
        ) {
            let text = parts.concat();
            prop_assert_eq!(effects(&text), Vec::<String>::new(), "{:?} becomes {:#?}", text, inert(&text));
        }
    }
}
