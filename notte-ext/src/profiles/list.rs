//! The profiles of the account: made, listed, taken up by id.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
};

use futures_util::Stream;
use notte_api::types::{ProfilePage, ProfileResponse};

use super::Profile;
use crate::{Notte, ProfileId, Result, pages};

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
        ProfileList {
            notte: self.notte.clone(),
            name: None,
            only_active: None,
            only_current_token: None,
            page_size: None,
        }
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

/// A list of profiles that is not asked for yet.
#[derive(Debug, Clone)]
#[must_use = "a list is read by `.items()` or `.pages()`"]
pub struct ProfileList {
    notte: Notte,
    name: Option<String>,
    only_active: Option<bool>,
    only_current_token: Option<bool>,
    page_size: Option<u32>,
}

impl ProfileList {
    /// Lists only profiles of this label.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Whether to leave out profiles that are no longer active.
    pub fn only_active(mut self, only: bool) -> Self {
        self.only_active = Some(only);
        self
    }

    /// Whether to list only profiles that were made with this key.
    pub fn only_current_token(mut self, only: bool) -> Self {
        self.only_current_token = Some(only);
        self
    }

    /// How many profiles a page has at most.
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = Some(size);
        self
    }

    /// The profiles, one by one; pages are turned as they are needed. The stream is over after its first error.
    pub fn items(self) -> impl Stream<Item = Result<ProfileResponse>> + Send + Unpin + use<> {
        pages::items(move |number| self.clone().page(number))
    }

    /// The pages, as the service sends them. The stream is over after its first error.
    pub fn pages(self) -> impl Stream<Item = Result<ProfilePage>> + Send + Unpin + use<> {
        pages::pages(move |number| self.clone().page(number))
    }

    async fn page(self, number: i64) -> Result<ProfilePage> {
        let request = self
            .notte
            .api()
            .profile_list()
            .page(number)
            .page_size(self.page_size.map(i64::from))
            .name(self.name.clone())
            .only_active(self.only_active)
            .only_current_token(self.only_current_token);
        self.notte.call(request).await
    }
}
