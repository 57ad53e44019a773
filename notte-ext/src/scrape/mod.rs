//! Scraping: what a page says, as Markdown, images, or data of a given form. One set of options and readings serves a
//! session's page, an address, and HTML.

mod html;
mod options;
mod url;

pub use html::ScrapeHtml;
pub(crate) use options::{About, options, readings, taken_out};
pub use url::ScrapeUrl;
