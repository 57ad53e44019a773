//! The links in Markdown.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// A link on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// What the page shows for it.
    pub text: String,
    /// Where it leads, as the page says it: perhaps without the host.
    pub url: String,
}

/// The links of a text, in its order. Images are none, unless they are part of one.
pub(crate) fn links(markdown: &str) -> Vec<Link> {
    let (mut links, mut open): (Vec<Link>, Option<Link>) = (Vec::new(), None);
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                open = Some(Link { text: String::new(), url: dest_url.into_string() });
            }
            Event::End(TagEnd::Link) => links.extend(open.take()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(link) = &mut open {
                    link.text.push_str(&text);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(link) = &mut open {
                    link.text.push(' ');
                }
            }
            _ => {}
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_wherever_markdown_has_them() {
        let markdown = "# [Home](/)\n\nSee [the *second*\nedition](https://a.test/b_(2)?c=1 \"title\"), <https://b.test>, \
            ![no](link.png), [![logo](logo.png)](/logo), [by name][x], `[code](no)` and \\[none](no).\n\n[x]: /x\n";
        let found: Vec<_> = links(markdown).into_iter().map(|link| (link.text, link.url)).collect();
        let expected = [
            ("Home", "/"),
            ("the second edition", "https://a.test/b_(2)?c=1"),
            ("https://b.test", "https://b.test"),
            ("logo", "/logo"),
            ("by name", "/x"),
        ];
        assert_eq!(found, expected.map(|(text, url)| (text.to_owned(), url.to_owned())));
    }
}
