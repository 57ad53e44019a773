//! What an action acts on: an element that was observed, or a selector.

use std::fmt;

use notte_api::types;

/// The id of an element in an observation: a letter and a number, such as `B1`. It holds for the page as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ElementId(String);

impl ElementId {
    /// The id as it is on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ElementId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl From<String> for ElementId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl From<&ElementId> for ElementId {
    fn from(id: &ElementId) -> Self {
        id.clone()
    }
}

impl fmt::Display for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an element is, in words that hold for more than one observation.
///
/// A string is sent as it is, and read by the service as a Playwright selector, which a CSS selector is as well.
///
/// ```
/// use notte_ext::actions::Selector;
///
/// let by_css: Selector = "#add-to-cart".into();
/// let by_path = Selector::xpath("//button[1]");
/// # let _ = (by_css, by_path);
/// ```
#[derive(Clone, PartialEq)]
pub struct Selector(types::Selector);

impl Selector {
    /// A CSS selector, and nothing else.
    pub fn css(selector: impl Into<String>) -> Self {
        Self::nodes(types::NodeSelectors::builder().css_selector(selector.into()).xpath_selector(""))
    }

    /// An XPath.
    pub fn xpath(path: impl Into<String>) -> Self {
        Self::nodes(types::NodeSelectors::builder().css_selector("").xpath_selector(path.into()))
    }

    /// A Playwright selector.
    pub fn playwright(selector: impl Into<String>) -> Self {
        let nodes = types::NodeSelectors::builder().css_selector("").xpath_selector("");
        Self::nodes(nodes.playwright_selector(selector.into()))
    }

    /// The same element as a Playwright selector.
    #[must_use]
    pub fn or_playwright(self, selector: impl Into<String>) -> Self {
        self.with(|nodes| nodes.playwright_selector = Some(selector.into()))
    }

    /// The same element as a CSS selector.
    #[must_use]
    pub fn or_css(self, selector: impl Into<String>) -> Self {
        self.with(|nodes| nodes.css_selector = selector.into())
    }

    /// The same element as an XPath.
    #[must_use]
    pub fn or_xpath(self, path: impl Into<String>) -> Self {
        self.with(|nodes| nodes.xpath_selector = path.into())
    }

    /// The element is in a frame. These are the CSS selectors of the frames around it, the outermost first.
    #[must_use]
    pub fn in_frames<S: Into<String>>(self, frames: impl IntoIterator<Item = S>) -> Self {
        self.with(|nodes| {
            nodes.in_iframe = true;
            nodes.iframe_parent_css_selectors = frames.into_iter().map(Into::into).collect();
        })
    }

    /// The element is in a shadow tree.
    #[must_use]
    pub fn in_shadow_root(self) -> Self {
        self.with(|nodes| nodes.in_shadow_root = true)
    }

    fn with(self, change: impl FnOnce(&mut types::NodeSelectors)) -> Self {
        let mut selector = match self.0 {
            types::Selector::String(text) => Self::playwright(text),
            other => Self(other),
        };
        if let types::Selector::NodeSelectors(nodes) = &mut selector.0 {
            change(nodes);
        }
        selector
    }

    fn nodes(nodes: types::builder::NodeSelectors) -> Self {
        let nodes = nodes.iframe_parent_css_selectors(Vec::new()).in_iframe(false).in_shadow_root(false);
        // Every required field is set, so the other arm is never taken.
        Self(types::NodeSelectors::try_from(nodes).map_or_else(|_| "".into(), Into::into))
    }
}

impl From<&str> for Selector {
    fn from(selector: &str) -> Self {
        Self(selector.into())
    }
}

impl From<String> for Selector {
    fn from(selector: String) -> Self {
        Self(selector.into())
    }
}

impl From<types::NodeSelectors> for Selector {
    fn from(nodes: types::NodeSelectors) -> Self {
        Self(nodes.into())
    }
}

impl From<types::Selector> for Selector {
    fn from(selector: types::Selector) -> Self {
        Self(selector)
    }
}

impl From<Selector> for types::Selector {
    fn from(selector: Selector) -> Self {
        selector.0
    }
}

impl fmt::Debug for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            types::Selector::String(_) => "Selector(text)",
            types::Selector::NodeSelectors(_) => "Selector(nodes)",
            _ => "Selector(unknown)",
        })
    }
}
