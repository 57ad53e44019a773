//! Lists that turn their pages by themselves.

use std::future::Future;

use futures_util::{
    Stream,
    stream::{self, TryStreamExt as _},
};
use notte_api::{types, wire::List};

use crate::Result;

/// An answer that is one page of a list.
pub(crate) trait Paged: Send + 'static {
    type Item: Send + 'static;

    /// Where the list begins.
    const FIRST: i64;

    /// Where the page after this one begins, which began at `cursor`; none after the last.
    fn next(&self, cursor: i64) -> Option<i64>;

    fn into_items(self) -> Vec<Self::Item>;
}

/// The pages of a list, each asked for by where it begins. The stream is over after its first error.
pub(crate) fn pages<P, F, A>(page: F) -> impl Stream<Item = Result<P>> + Send + Unpin + use<P, F, A>
where
    P: Paged,
    F: Fn(i64) -> A + Send + 'static,
    A: Future<Output = Result<P>> + Send + 'static,
{
    Box::pin(stream::try_unfold((page, Some(P::FIRST)), async |(page, cursor)| {
        let Some(cursor) = cursor else { return Ok(None) };
        let answer = page(cursor).await?;
        let next = answer.next(cursor);
        Ok(Some((answer, (page, next))))
    }))
}

/// The items of the same list, one by one; pages are turned as they are needed.
pub(crate) fn items<P, F, A>(page: F) -> impl Stream<Item = Result<P::Item>> + Send + Unpin + use<P, F, A>
where
    P: Paged,
    F: Fn(i64) -> A + Send + 'static,
    A: Future<Output = Result<P>> + Send + 'static,
{
    pages(page).map_ok(|page| stream::iter(page.into_items().into_iter().map(Ok))).try_flatten()
}

/// A service that never says which page is the last would be asked for ever, were it not for the first empty one.
fn is_empty<T>(items: &List<T>) -> bool {
    items.is_empty() && items.odd().is_empty()
}

macro_rules! numbered {
    ($($page:ident => $item:ident,)+) => {$(
        impl Paged for types::$page {
            type Item = types::$item;

            const FIRST: i64 = 1;

            fn next(&self, cursor: i64) -> Option<i64> {
                (self.has_next && !is_empty(&self.items)).then(|| cursor.saturating_add(1))
            }

            fn into_items(self) -> Vec<Self::Item> {
                self.items.into_vec()
            }
        }
    )+};
}

numbered! {
    AgentPage => AgentResponse,
    FunctionPage => FunctionResponse,
    FunctionRunPage => FunctionRun,
    PersonaPage => PersonaResponse,
    ProfilePage => ProfileResponse,
    SessionPage => SessionResponse,
    UsageLogPage => UsageLog,
    VaultPage => Vault,
}

impl Paged for types::SessionFilesPage {
    type Item = types::SessionFile;

    const FIRST: i64 = 0;

    fn next(&self, cursor: i64) -> Option<i64> {
        let read = self.files.len() + self.files.odd().len();
        let next = cursor.saturating_add(i64::try_from(read).unwrap_or(i64::MAX));
        (!is_empty(&self.files) && next < self.total).then_some(next)
    }

    fn into_items(self) -> Vec<Self::Item> {
        self.files.into_vec()
    }
}
