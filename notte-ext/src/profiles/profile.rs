//! One profile.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
};

use notte_api::{
    types::{Cookie, ProfileResponse},
    wire::List,
};

use super::{ImportState, SetProfileCookies};
use crate::{Error, Notte, ProfileId, Result};

/// A browser profile: state, such as cookies, that outlives a session. A session is given it by
/// [`SessionBuilder::profile`](crate::SessionBuilder::profile).
#[derive(Debug, Clone)]
pub struct Profile {
    notte: Notte,
    id: ProfileId,
    created: Option<ProfileResponse>,
}

impl Profile {
    pub(super) fn of(notte: Notte, id: ProfileId) -> Self {
        Self { notte, id, created: None }
    }

    pub(crate) fn known(notte: Notte, known: ProfileResponse) -> Self {
        Self { notte, id: known.profile_id.as_str().into(), created: Some(known) }
    }

    /// Its id.
    pub fn id(&self) -> &ProfileId {
        &self.id
    }

    /// Returns the service's description of a profile that was just created or saved; `None` for one that was attached
    /// to.
    pub fn created(&self) -> Option<&ProfileResponse> {
        self.created.as_ref()
    }

    /// What the service says about it now. The cookies in it are not part of that.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn get(&self) -> Result<ProfileResponse> {
        self.notte.call(self.notte.api().profile_get().profile_id(&self.id)).await
    }

    /// Deletes it, with the state in it.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind); also if the service says in a success that it did not.
    pub async fn delete(self) -> Result<()> {
        match self.notte.call(self.notte.api().profile_delete().profile_id(&self.id)).raw().await {
            Ok(answer) if answer.success == Some(false) => {
                Err(Error::said("profile_delete", &answer, answer.message.as_deref(), "the profile was not deleted"))
            }
            Ok(_) => Ok(()),
            Err(error) if error.is_already_done() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes another profile with the same state. Servers of version 1.4.40 do not know it.
    pub fn duplicate(&self) -> DuplicateProfile<'_> {
        DuplicateProfile { profile: self, name: None }
    }

    /// Returns the cookies in it; one that this version cannot decode is in [`List::odd`]. Servers of version 1.4.40 do
    /// not know it.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn cookies(&self) -> Result<List<Cookie>> {
        Ok(self.notte.call(self.notte.api().profile_cookies_get().profile_id(&self.id)).await?.cookies)
    }

    /// Puts cookies into it, in place of those that it has. Servers of version 1.4.40 do not know it.
    pub fn set_cookies(&self, cookies: impl IntoIterator<Item = Cookie>) -> SetProfileCookies<'_> {
        SetProfileCookies::new(&self.notte, &self.id, cookies.into_iter().collect())
    }

    /// Puts cookies and storage into it, in place of what it has. Servers of version 1.4.40 do not know it.
    pub fn import_state(&self) -> ImportState<'_> {
        ImportState::new(&self.notte, &self.id)
    }
}

/// A copy of a profile to make: `.await` makes it.
#[derive(Debug, Clone)]
#[must_use = "a profile is made by `.await`"]
pub struct DuplicateProfile<'a> {
    profile: &'a Profile,
    name: Option<String>,
}

impl DuplicateProfile<'_> {
    /// Label of the new profile.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

impl<'a> IntoFuture for DuplicateProfile<'a> {
    type Output = Result<Profile>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Profile>> + Send + 'a>>;

    /// Makes the copy.
    fn into_future(self) -> Self::IntoFuture {
        let Self { profile: Profile { notte, id, .. }, name } = self;
        Box::pin(async move {
            let request = notte.api().profile_duplicate().profile_id(id).body_map(|body| body.name(name));
            Ok(Profile::known(notte.clone(), notte.call(request).await?))
        })
    }
}
