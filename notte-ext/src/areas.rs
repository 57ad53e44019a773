//! What the areas have in common: lists with filters, deletions, what a service says.

use notte_api::{
    ByteStream, Bytes, Effect, Operation, SendOnce,
    types::{DeleteResponse, DeleteResponseStatus},
};

use crate::{Error, Notte, Result, error};

/// Declares a list that every area has in the same form: filters, and pages that are turned as they are needed. What a
/// list needs beyond the common filters is named with the operation's setter, and how it gets there.
macro_rules! list {
    ($(#[$doc:meta])+ $name:ident: $operation:ident -> $page:ident of $item:ident
     $({ $($field:ident: $type:ty => $give:expr,)+ })?) => {
        $(#[$doc])+
        #[derive(Debug, Clone)]
        #[must_use = "a list is read by `.items()` or `.pages()`"]
        pub struct $name {
            notte: $crate::Notte,
            only_active: Option<bool>,
            only_current_token: Option<bool>,
            include_system: Option<bool>,
            page_size: Option<u32>,
            $($($field: $type,)+)?
        }

        impl $name {
            pub(crate) fn new(notte: $crate::Notte $($(, $field: $type)+)?) -> Self {
                Self {
                    notte,
                    only_active: None,
                    only_current_token: None,
                    include_system: None,
                    page_size: None,
                    $($($field,)+)?
                }
            }

            /// Whether to leave out what is no longer active.
            pub fn only_active(mut self, only: bool) -> Self {
                self.only_active = Some(only);
                self
            }

            /// Whether to list only what was made with this key.
            pub fn only_current_token(mut self, only: bool) -> Self {
                self.only_current_token = Some(only);
                self
            }

            /// Whether to list also what the service made for its own purposes.
            pub fn include_system(mut self, include: bool) -> Self {
                self.include_system = Some(include);
                self
            }

            /// How many items a page has at most.
            pub fn page_size(mut self, size: u32) -> Self {
                self.page_size = Some(size);
                self
            }

            /// The items, one by one; pages are turned as they are needed. The stream is over after its first error.
            pub fn items(
                self,
            ) -> impl ::futures_util::Stream<Item = $crate::Result<::notte_api::types::$item>> + Send + Unpin + use<>
            {
                $crate::pages::items(move |number| self.clone().page(number))
            }

            /// The pages, as the service sends them. The stream is over after its first error.
            pub fn pages(
                self,
            ) -> impl ::futures_util::Stream<Item = $crate::Result<::notte_api::types::$page>> + Send + Unpin + use<>
            {
                $crate::pages::pages(move |number| self.clone().page(number))
            }

            async fn page(self, number: i64) -> $crate::Result<::notte_api::types::$page> {
                let request = self
                    .notte
                    .api()
                    .$operation()
                    .page(number)
                    .page_size(self.page_size.map(i64::from))
                    .only_active(self.only_active)
                    .only_current_token(self.only_current_token)
                    .include_system(self.include_system)
                    $($(.$field($give(&self.$field)))+)?;
                self.notte.call(request).await
            }
        }
    };
}
pub(crate) use list;

/// Deletes something, and reads what the service says about it.
pub(crate) async fn delete<'a, O>(notte: &'a Notte, operation: O) -> Result<()>
where
    O: Operation + SendOnce<Output = DeleteResponse> + 'a,
{
    match notte.call(operation).await {
        Ok(answer) if answer.status == DeleteResponseStatus::Failure => {
            let why = answer.message.as_deref().unwrap_or("the service did not delete it");
            Err(Error::execution(O::META.id, one_line(why)))
        }
        Err(error) if error.is_already_done() => Ok(()),
        answer => answer.map(drop),
    }
}

/// What a service says, as a part of one line.
pub(crate) fn one_line(said: &str) -> String {
    said.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect()
}

/// All of a file.
pub(crate) async fn read(file: ByteStream) -> Result<Bytes> {
    file.bytes().await.map_err(|error| broken(error, Effect::Read))
}

/// An answer broke off after it began well.
pub(crate) fn broken(error: notte_api::Error, effect: Effect) -> Error {
    let outcome = error::outcome(&error, |_| None);
    Error::failed(error, effect, &outcome, 1, None)
}
