//! What the areas have in common: deletions, and reading a file to its end.

use notte_api::{
    ByteStream, Bytes, Effect, Operation, SendOnce,
    types::{DeleteResponse, DeleteResponseStatus},
};

use crate::{Error, Notte, Result, error};

/// Deletes something, and reads what the service says about it.
pub(crate) async fn delete<'a, O>(notte: &'a Notte, operation: O) -> Result<()>
where
    O: Operation + SendOnce<Output = DeleteResponse> + 'a,
{
    match notte.call(operation).raw().await {
        Ok(answer) if answer.status == DeleteResponseStatus::Failure => {
            Err(Error::said(O::META.id, &answer, answer.message.as_deref(), "the service did not delete it"))
        }
        Err(error) if error.is_already_done() => Ok(()),
        answer => answer.map(drop),
    }
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
