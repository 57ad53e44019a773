//! What every scrape has in common: its options, and how its answer is read.

use notte_api::{ResponseValue, types::StructuredData};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, ErrorKind, Result, SessionId};

/// The options of a scrape, for a type with the fields `request`, a builder of a `ScrapeRequest`, and `has_schema`.
macro_rules! options {
    () => {
        /// Sets whether to omit what surrounds the content, such as navigation and footers.
        pub fn only_main_content(mut self, only: bool) -> Self {
            self.request = self.request.only_main_content(only);
            self
        }

        /// Sets whether the addresses of links are included.
        pub fn scrape_links(mut self, links: bool) -> Self {
            self.request = self.request.scrape_links(links);
            self
        }

        /// Reads the part of the page that this Playwright selector names.
        pub fn selector(mut self, selector: impl Into<String>) -> Self {
            self.request = self.request.selector(Into::<String>::into(selector));
            self
        }

        /// Leaves out HTML elements of these names.
        pub fn ignored_tags<S: Into<String>>(mut self, tags: impl IntoIterator<Item = S>) -> Self {
            self.request = self.request.ignored_tags(tags.into_iter().map(Into::into).collect::<Vec<String>>());
            self
        }

        /// What to take out of the page, in plain words. A language model does it; read it with [`json`](Self::json).
        pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
            self.request = self.request.instructions(Into::<String>::into(instructions));
            self
        }

        /// JSON Schema of what to take out of the page. A language model does it; read it with [`json`](Self::json) or
        /// [`structured`](Self::structured).
        pub fn schema(mut self, schema: ::serde_json::Value) -> Self {
            self.request = self.request.response_format(schema);
            self.has_schema = true;
            self
        }

        /// The language model that takes the data out, as `provider/model`.
        pub fn model(mut self, model: impl Into<String>) -> Self {
            self.request = self.request.model(Into::<String>::into(model));
            self
        }

        /// Sets whether the language model sees short placeholders in place of addresses. Experimental.
        pub fn link_placeholders(mut self, placeholders: bool) -> Self {
            self.request = self.request.use_link_placeholders(placeholders);
            self
        }

        /// Sets whether to read nothing but images. Newer servers list none.
        pub fn only_images(mut self, only: bool) -> Self {
            #[allow(deprecated, reason = "servers still accept it")]
            {
                self.request = self.request.only_images(only);
            }
            self
        }

        /// Whether images are listed beside the text. Newer servers list none.
        pub fn scrape_images(mut self, images: bool) -> Self {
            #[allow(deprecated, reason = "servers still accept it")]
            {
                self.request = self.request.scrape_images(images);
            }
            self
        }
    };
}
pub(crate) use options;

/// What is read of a response: for a type with `fetch`, whose response has the structured part and more, and `about`.
macro_rules! taken_out {
    (|$data:ident| $structured:expr) => {
        /// What was taken out of the page.
        ///
        /// # Errors
        /// [`ErrorKind::Execution`](crate::ErrorKind::Execution) if nothing was found; it says why.
        pub async fn json(self) -> $crate::Result<::serde_json::Value> {
            let about = self.about();
            let response = self.fetch().await?;
            let head = response.head();
            let $data = response.into_inner();
            about.taken_out($structured, &head)
        }

        /// What was taken out of the page, as a `T`. The schema of `T` is sent, unless [another](Self::schema) was given.
        ///
        /// # Errors
        /// As [`json`](Self::json); [`ErrorKind::Decode`](crate::ErrorKind::Decode) if it is no `T`.
        pub async fn structured<T: ::serde::de::DeserializeOwned + ::schemars::JsonSchema>(
            mut self,
        ) -> $crate::Result<T> {
            if !self.has_schema {
                self = self.schema(::schemars::schema_for!(T).to_value());
            }
            let about = self.about();
            about.typed(self.json().await?)
        }
    };
}
pub(crate) use taken_out;

/// What is read of an answer that is a whole page.
macro_rules! readings {
    () => {
        /// The page as Markdown.
        ///
        /// # Errors
        /// See [`ErrorKind`](crate::ErrorKind).
        pub async fn markdown(self) -> $crate::Result<String> {
            Ok(self.data().await?.markdown)
        }

        /// The links of the page, in its order, as its Markdown has them.
        ///
        /// # Errors
        /// See [`ErrorKind`](crate::ErrorKind).
        pub async fn links(self) -> $crate::Result<Vec<$crate::Link>> {
            Ok($crate::sessions::links(&self.scrape_links(true).markdown().await?))
        }

        /// The images of the page. Newer servers list none.
        ///
        /// # Errors
        /// See [`ErrorKind`](crate::ErrorKind).
        pub async fn images(self) -> $crate::Result<::notte_api::wire::List<::notte_api::types::ImageData>> {
            Ok(self.only_images(true).data().await?.images.unwrap_or_default())
        }

        /// The whole response.
        ///
        /// # Errors
        /// See [`ErrorKind`](crate::ErrorKind).
        pub async fn data(self) -> $crate::Result<::notte_api::types::DataSpace> {
            self.fetch().await.map(::notte_api::ResponseValue::into_inner)
        }

        $crate::scrape::taken_out!(|data| data.structured);
    };
}
pub(crate) use readings;

/// What an error about a scrape says beside what went wrong.
pub(crate) struct About {
    pub(crate) operation: &'static str,
    pub(crate) session: Option<SessionId>,
}

impl About {
    pub(crate) fn taken_out(&self, structured: Option<StructuredData>, head: &ResponseValue<()>) -> Result<Value> {
        let Some(structured) = structured else {
            let why = "nothing was taken out of the page: neither instructions nor a schema were given?";
            return Err(self.error(ErrorKind::Execution, why));
        };
        if let Some(error) = structured.error.filter(|error| !error.is_empty()) {
            return Err(self.error(ErrorKind::Execution, &head.printable(&error)));
        }
        match structured.data {
            Some(data) if structured.success != Some(false) => Ok(data),
            _ => Err(self.error(ErrorKind::Execution, "nothing was found on the page")),
        }
    }

    /// The value that does not fit is not repeated.
    pub(crate) fn typed<T: DeserializeOwned>(&self, data: Value) -> Result<T> {
        serde_json::from_value(data)
            .map_err(|_| self.error(ErrorKind::Decode, "it does not have the form that was asked for"))
    }

    fn error(&self, kind: ErrorKind, why: &str) -> Error {
        let error = Error::new(kind, why).in_operation(self.operation).and_acted();
        match &self.session {
            Some(id) => error.of_session(id),
            None => error,
        }
    }
}
