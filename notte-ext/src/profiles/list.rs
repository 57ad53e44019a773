//! The profiles of the account: made, listed, taken up by id.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
};

use notte_api::types::ProfilePage;

use super::Profile;
use crate::{Listing, Notte, ProfileId, Result};

/// The profiles of the account.
#[derive(Debug, Clone)]
pub struct Profiles {
    notte: Notte,
}

impl Profiles {
    pub(crate) fn new(notte: Notte) -> Self {
        Self { notte }
    }

    /// Makes a new, empty profile. Made again, there are two.
    pub fn create(&self) -> CreateProfile {
        CreateProfile { notte: self.notte.clone(), name: None }
    }

    /// A handle on a profile that is there. Nothing is asked of the service yet.
    pub fn attach(&self, id: impl Into<ProfileId>) -> Profile {
        Profile::of(self.notte.clone(), id.into())
    }

    /// Lists profiles.
    pub fn list(&self) -> ProfileList {
        Listing::new(self.notte.clone(), None)
    }
}

/// A profile to make: `.await` makes it.
#[derive(Debug, Clone)]
#[must_use = "a profile is made by `.await`"]
pub struct CreateProfile {
    notte: Notte,
    name: Option<String>,
}

impl CreateProfile {
    /// A label to find it by.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

impl IntoFuture for CreateProfile {
    type Output = Result<Profile>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Profile>> + Send>>;

    /// Makes the profile.
    fn into_future(self) -> Self::IntoFuture {
        let Self { notte, name } = self;
        Box::pin(async move {
            let made = notte.call(notte.api().profile_create().body_map(|body| body.name(name))).await?;
            Ok(Profile::known(notte, made))
        })
    }
}

/// A list of profiles.
pub type ProfileList = Listing<ProfilePage>;
