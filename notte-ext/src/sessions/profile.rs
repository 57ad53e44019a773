//! Profiles, seen from a session: what it would save, and saving it.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
};

use notte_api::types::{ProfilePreview, SessionProfileSaveRequest};

use super::SessionHandle;
use crate::{Error, Profile, ProfileId, Result};

/// A profile to save the state of a session in: `.await` saves it.
#[must_use = "it is saved by `.await`"]
#[derive(Debug)]
pub struct SaveProfile<'a> {
    session: &'a SessionHandle,
    id: Option<ProfileId>,
    name: Option<String>,
}

impl SaveProfile<'_> {
    /// Saves into this profile, in place of a new one.
    pub fn into_profile(mut self, id: impl Into<ProfileId>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Label of the new profile.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    async fn save(self) -> Result<Profile> {
        let Self { session, id, name } = self;
        if id.is_some() && name.is_some() {
            return Err(Error::invalid("a profile is either there or gets a name").in_operation("session_profile_save"));
        }
        let body = SessionProfileSaveRequest::builder().profile_id(id.map(String::from)).name(name);
        let request = session.notte().api().session_profile_save().session_id(session.id()).body(body);
        let saved = session.call(request).await?;
        Ok(Profile::known(session.notte().clone(), saved))
    }
}

impl<'a> IntoFuture for SaveProfile<'a> {
    type Output = Result<Profile>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Profile>> + Send + 'a>>;

    /// Saves the state of the browser.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.save())
    }
}

impl SessionHandle {
    /// Saves the state of the browser now, in a new profile unless told otherwise. A session that was started with a
    /// profile that [persists](crate::SessionBuilder::profile) does so by itself when it stops. Servers of version 1.4.40 do
    /// not know it.
    pub fn save_profile(&self) -> SaveProfile<'_> {
        SaveProfile { session: self, id: None, name: None }
    }

    /// What a profile would hold that is saved now: the sites that have cookies, if `cookies` are asked for. Servers of
    /// version 1.4.40 do not know it.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn profile_preview(&self, cookies: bool) -> Result<ProfilePreview> {
        let request = self.notte().api().session_profile_preview().session_id(self.id());
        self.call(request.include_cookies(cookies)).await
    }
}
