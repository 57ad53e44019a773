//! `Listing`: a list that fetches its pages as they are needed.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{
    Stream, StreamExt as _,
    stream::{self, BoxStream, TryStreamExt as _},
};
use notte_api::{
    types::{self, FileSource, FunctionSource},
    wire::{List, Open},
};

use crate::{Error, FunctionId, Notte, Result, SessionId};

/// A list that is not fetched yet, such as [`Sessions::list`](crate::Sessions::list).
///
/// [`items`](Self::items) fetches pages as they are needed, [`all`](Self::all) fetches all of them,
/// [`page`](Self::page) fetches one. An item that this version cannot decode does not affect the others.
///
/// ```no_run
/// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
/// let mut sessions = notte.sessions().list().only_active(true).items();
/// while let Some(session) = sessions.next().await {
///     println!("{}", session?.session_id);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a list is fetched by `.items()`, `.pages()`, `.page(…)` or `.all()`"]
pub struct Listing<P: Paged> {
    notte: Notte,
    of: P::Of,
    filters: Filters,
}

/// What a list is limited to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filters {
    only_active: Option<bool>,
    only_current_token: Option<bool>,
    only_saved: Option<bool>,
    include_system: Option<bool>,
    page_size: Option<i64>,
}

/// A page of a list.
pub trait Paged: Sized + Send + 'static {
    /// An item of the list.
    type Item: Send + 'static;

    /// What the list is of, and filters that only this list has.
    type Of: Clone + fmt::Debug + Send + Sync + 'static;

    /// Operation that fetches a page.
    const OPERATION: &'static str;

    /// Where the list begins.
    const FIRST: i64 = 1;

    /// Fetches the page that begins at `cursor`.
    fn fetch(notte: &Notte, of: &Self::Of, filters: Filters, cursor: i64) -> impl Future<Output = Result<Self>> + Send;

    /// Returns where the page after this one begins, which began at `cursor`; `None` after the last.
    fn next(&self, cursor: i64) -> Option<i64>;

    /// Returns the items.
    fn into_items(self) -> List<Self::Item>;
}

impl<P: Paged> Listing<P> {
    pub(crate) fn new(notte: Notte, of: P::Of) -> Self {
        Self { notte, of, filters: Filters::default() }
    }

    /// Sets the maximum number of items per page.
    pub fn page_size(mut self, size: u32) -> Self {
        self.filters.page_size = Some(size.into());
        self
    }

    /// Returns the items as a stream. An item that cannot be decoded is an error of kind
    /// [`Decode`](crate::ErrorKind::Decode) with the item in [`Error::item`], and the stream continues; it ends after
    /// the first failed request.
    pub fn items(self) -> Items<P> {
        let items = self.pages().inner.map_ok(|page| {
            stream::iter(page.into_items().into_results().map(|item| item.map_err(|odd| Error::odd(P::OPERATION, odd))))
        });
        Items { inner: items.try_flatten().boxed() }
    }

    /// Returns the pages as a stream, as the service sends them. It ends after its first error.
    pub fn pages(self) -> Pages<P> {
        let pages = stream::try_unfold((self, Some(P::FIRST)), async |(list, cursor)| {
            let Some(cursor) = cursor else { return Ok(None) };
            let page = list.page(cursor).await?;
            let next = page.next(cursor);
            Ok(Some((page, (list, next))))
        });
        Pages { inner: pages.boxed() }
    }

    /// Fetches one page, by its number from 1. The pages of a session's files are found by the number of files before
    /// them.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn page(&self, number: i64) -> Result<P> {
        P::fetch(&self.notte, &self.of, self.filters, number).await
    }

    /// Fetches all pages. Items that cannot be decoded are in [`List::odd`].
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn all(self) -> Result<List<P::Item>> {
        let mut pages = self.pages();
        let mut all = List::default();
        while let Some(page) = pages.next().await {
            all.append(page?.into_items());
        }
        Ok(all)
    }
}

macro_rules! streams {
    ($($(#[$doc:meta])+ $name:ident of $item:ty, in $example:literal;)+) => {$(
        $(#[$doc])+
        #[must_use = "a stream does nothing until it is polled"]
        pub struct $name<P: Paged> {
            inner: BoxStream<'static, Result<$item>>,
        }

        impl<P: Paged> $name<P> {
            /// Returns the next one, or `None` at the end.
            ///
            /// # Errors
            #[doc = concat!("See [`", $example, "`](Listing::", $example, ").")]
            pub async fn next(&mut self) -> Option<Result<$item>> {
                self.inner.next().await
            }
        }

        impl<P: Paged> Stream for $name<P> {
            type Item = Result<$item>;

            fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                self.inner.as_mut().poll_next(cx)
            }
        }

        impl<P: Paged> fmt::Debug for $name<P> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

streams! {
    /// The items of a [`Listing`], as a stream.
    Items of P::Item, in "items";
    /// The pages of a [`Listing`], as a stream.
    Pages of P, in "pages";
}

impl<P: Paged> Clone for Listing<P> {
    fn clone(&self) -> Self {
        Self { notte: self.notte.clone(), of: self.of.clone(), filters: self.filters }
    }
}

impl<P: Paged> fmt::Debug for Listing<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing")
            .field("operation", &P::OPERATION)
            .field("filters", &self.filters)
            .finish_non_exhaustive()
    }
}

/// A service that never says which page is the last would be asked forever, were it not for the first empty one.
fn is_empty<T>(items: &List<T>) -> bool {
    items.is_empty() && items.odd().is_empty()
}

/// One method for each filter that a list has.
macro_rules! filter {
    (only_active) => {
        /// Sets whether to omit what is no longer active.
        pub fn only_active(mut self, only: bool) -> Self {
            self.filters.only_active = Some(only);
            self
        }
    };
    (only_current_token) => {
        /// Sets whether to list only what was created with the API key of this client.
        pub fn only_current_token(mut self, only: bool) -> Self {
            self.filters.only_current_token = Some(only);
            self
        }
    };
    (only_saved) => {
        /// Sets whether to list only agents whose run was saved as a function.
        pub fn only_saved(mut self, only: bool) -> Self {
            self.filters.only_saved = Some(only);
            self
        }
    };
    (include_system) => {
        /// Sets whether to include what the service created for its own purposes.
        pub fn include_system(mut self, include: bool) -> Self {
            self.filters.include_system = Some(include);
            self
        }
    };
}

/// Lists whose pages have numbers: the operation, the filters that it has, and what else its request needs.
macro_rules! numbered {
    ($(
        $page:ident of $item:ident: $operation:ident($($filter:ident),+)
        $(, $of:ty: |$about:ident| $($setter:ident($value:expr)),+)?;
    )+) => {$(
        impl Listing<types::$page> {
            $(filter!($filter);)+
        }

        impl Paged for types::$page {
            type Item = types::$item;
            type Of = numbered!(@of $($of)?);

            const OPERATION: &'static str = stringify!($operation);

            async fn fetch(notte: &Notte, _of: &Self::Of, filters: Filters, cursor: i64) -> Result<Self> {
                let request = notte.api().$operation().page(cursor).page_size(filters.page_size);
                let request = request$(.$filter(filters.$filter))+;
                $(let $about = _of;)?
                notte.call(request$($(.$setter($value))+)?).await
            }

            fn next(&self, cursor: i64) -> Option<i64> {
                (self.has_next && !is_empty(&self.items)).then(|| cursor.saturating_add(1))
            }

            fn into_items(self) -> List<Self::Item> {
                self.items
            }
        }
    )+};
    (@of $of:ty) => { $of };
    (@of) => { () };
}

numbered! {
    AgentPage of AgentResponse: list_agents(only_active, only_current_token, only_saved);
    FunctionPage of FunctionResponse: list_functions(only_active, only_current_token, include_system);
    FunctionRunPage of FunctionRun: list_function_runs_by_function_id(only_active, only_current_token, include_system),
        RunsOf: |of| function_id(&of.function), source(of.source.clone());
    PersonaPage of PersonaResponse: list_personas(only_active, only_current_token, include_system);
    ProfilePage of ProfileResponse: profile_list(only_active, only_current_token),
        Option<String>: |name| name(name.clone());
    SessionPage of SessionResponse: list_sessions(only_active, only_current_token, include_system);
    UsageLogPage of UsageLog: get_usage_logs(only_active, only_current_token, include_system),
        Option<String>: |endpoint| endpoint(endpoint.clone());
    VaultPage of Vault: list_vaults(only_active, only_current_token, include_system);
}

/// The function that runs are of, and what started them.
#[derive(Debug, Clone)]
pub struct RunsOf {
    pub(crate) function: FunctionId,
    pub(crate) source: Option<Open<FunctionSource>>,
}

impl Listing<types::FunctionRunPage> {
    /// Lists only runs that were started with this.
    pub fn source(mut self, source: impl Into<Open<FunctionSource>>) -> Self {
        self.of.source = Some(source.into());
        self
    }
}

impl Listing<types::ProfilePage> {
    /// Lists only profiles with this label.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.of = Some(name.into());
        self
    }
}

impl Listing<types::UsageLogPage> {
    /// Lists only calls of this endpoint, by the dotted name that it has in the log, such as `sessions.start`.
    pub fn endpoint(mut self, name: impl Into<String>) -> Self {
        self.of = Some(name.into());
        self
    }
}

/// The session that files are of, and where they came from.
#[derive(Debug, Clone)]
pub struct FilesOf {
    pub(crate) session: SessionId,
    pub(crate) source: Option<Open<FileSource>>,
    pub(crate) unchecked: bool,
}

/// The largest page of files.
const MOST_FILES: i64 = 1000;

impl Listing<types::SessionFilesPage> {
    /// Lists only files that were uploaded, or only files that the browser has downloaded.
    pub fn source(mut self, source: impl Into<Open<FileSource>>) -> Self {
        self.of.source = Some(source.into());
        self
    }

    /// Leaves the check of the page size, 1 to 1000, to the service.
    pub fn unchecked(mut self) -> Self {
        self.of.unchecked = true;
        self
    }
}

impl Paged for types::SessionFilesPage {
    type Item = types::SessionFile;
    type Of = FilesOf;

    const OPERATION: &'static str = "list_session_files";
    const FIRST: i64 = 0;

    async fn fetch(notte: &Notte, of: &Self::Of, filters: Filters, offset: i64) -> Result<Self> {
        if let Some(size) = filters.page_size.filter(|size| !of.unchecked && !(1..=MOST_FILES).contains(size)) {
            let why = format!("page_size must be between 1 and {MOST_FILES}, not {size}");
            return Err(Error::invalid(why).in_operation(Self::OPERATION));
        }
        let request = notte.api().list_session_files().session_id(&of.session).offset(offset);
        let request = request.source(of.source.clone()).limit(filters.page_size);
        notte.call(request).await.map_err(|error| error.of_session(&of.session))
    }

    fn next(&self, cursor: i64) -> Option<i64> {
        let read = self.files.len() + self.files.odd().len();
        let next = cursor.saturating_add(i64::try_from(read).unwrap_or(i64::MAX));
        (!is_empty(&self.files) && next < self.total).then_some(next)
    }

    fn into_items(self) -> List<Self::Item> {
        self.files
    }
}
