//! What is put into a profile: cookies and storage.

use std::{
    collections::BTreeMap,
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
};

use notte_api::{
    types::{
        Cookie, ProfileCookieFormat, ProfileCookiesImportRequest, ProfileCookiesImportResponse, ProfileImportMode,
        ProfileStateImportRequest, ProfileStateImportResponse, ProfileStorageScope,
    },
    wire::{Open, Secret},
};

use crate::{Error, Notte, ProfileId, Result, sessions::normalised};

type Storage = BTreeMap<String, BTreeMap<String, Secret<String>>>;

/// Cookies to put into a profile: `.await` does it. `Debug` shows none of them.
#[must_use = "it is done by `.await`"]
pub struct SetProfileCookies<'a> {
    notte: &'a Notte,
    id: &'a ProfileId,
    cookies: Vec<Cookie>,
    format: Option<Open<ProfileCookieFormat>>,
    mode: Option<Open<ProfileImportMode>>,
}

impl<'a> SetProfileCookies<'a> {
    pub(super) fn new(notte: &'a Notte, id: &'a ProfileId, cookies: Vec<Cookie>) -> Self {
        Self { notte, id, cookies, format: None, mode: None }
    }

    /// Who exported them. Rarely needed: the spellings of both are sent.
    pub fn source_format(mut self, format: impl Into<Open<ProfileCookieFormat>>) -> Self {
        self.format = Some(format.into());
        self
    }

    /// What becomes of the cookies that the profile has. They are replaced if this is not set.
    pub fn mode(mut self, mode: impl Into<Open<ProfileImportMode>>) -> Self {
        self.mode = Some(mode.into());
        self
    }

    async fn send(self) -> Result<ProfileCookiesImportResponse> {
        let Self { notte, id, cookies, format, mode } = self;
        if cookies.is_empty() {
            return Err(
                Error::invalid("there is no cookie to put into the profile").in_operation("profile_cookies_set")
            );
        }
        let cookies: Vec<_> = cookies.into_iter().map(normalised).collect();
        let body = ProfileCookiesImportRequest::builder().cookies(cookies).source_format(format).mode(mode);
        let answer = notte.call(notte.api().profile_cookies_set().profile_id(id).body(body)).raw().await?;
        if answer.success {
            return Ok(answer.into_inner());
        }
        Err(Error::said("profile_cookies_set", &answer, Some(&answer.message), "the cookies were not accepted"))
    }
}

impl<'a> IntoFuture for SetProfileCookies<'a> {
    type Output = Result<ProfileCookiesImportResponse>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    /// Puts the cookies into the profile.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for SetProfileCookies<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetProfileCookies").field("cookies", &self.cookies.len()).finish_non_exhaustive()
    }
}

/// Browser state to put into a profile: `.await` does it. `Debug` shows none of it.
#[must_use = "it is done by `.await`"]
pub struct ImportState<'a> {
    notte: &'a Notte,
    id: &'a ProfileId,
    cookies: Option<Vec<Cookie>>,
    local: Storage,
    session: Storage,
    domains: Option<Vec<String>>,
    mode: Option<Open<ProfileImportMode>>,
    scope: Option<Open<ProfileStorageScope>>,
}

impl<'a> ImportState<'a> {
    pub(super) fn new(notte: &'a Notte, id: &'a ProfileId) -> Self {
        let (local, session) = (Storage::new(), Storage::new());
        Self { notte, id, cookies: None, local, session, domains: None, mode: None, scope: None }
    }

    /// The cookies.
    pub fn cookies(mut self, cookies: impl IntoIterator<Item = Cookie>) -> Self {
        self.cookies = Some(cookies.into_iter().map(normalised).collect());
        self
    }

    /// One item of the local storage of an origin, such as `https://example.com`.
    pub fn local_storage(
        mut self,
        origin: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<Secret<String>>,
    ) -> Self {
        self.local.entry(origin.into()).or_default().insert(name.into(), value.into());
        self
    }

    /// One item of the session storage of an origin.
    pub fn session_storage(
        mut self,
        origin: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<Secret<String>>,
    ) -> Self {
        self.session.entry(origin.into()).or_default().insert(name.into(), value.into());
        self
    }

    /// Takes only what is of these sites.
    pub fn domains<S: Into<String>>(mut self, domains: impl IntoIterator<Item = S>) -> Self {
        self.domains = Some(domains.into_iter().map(Into::into).collect());
        self
    }

    /// What becomes of the state that the profile has. It is replaced if this is not set.
    pub fn mode(mut self, mode: impl Into<Open<ProfileImportMode>>) -> Self {
        self.mode = Some(mode.into());
        self
    }

    /// How much is replaced with the storage of an origin: all of its site, or only that origin.
    pub fn storage_scope(mut self, scope: impl Into<Open<ProfileStorageScope>>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    async fn send(self) -> Result<ProfileStateImportResponse> {
        const OPERATION: &str = "profile_state_set";
        let Self { notte, id, cookies, local, session, domains, mode, scope } = self;
        let some = |storage: Storage| Some(storage).filter(|storage| !storage.is_empty());
        let body = ProfileStateImportRequest::builder()
            .cookies(cookies)
            .local_storage(some(local))
            .session_storage(some(session))
            .domains(domains)
            .mode(mode)
            .storage_scope(scope);
        let answer = notte.call(notte.api().profile_state_set().profile_id(id).body(body)).await?;
        if answer.success { Ok(answer) } else { Err(Error::execution(OPERATION, "the state was not taken")) }
    }
}

impl<'a> IntoFuture for ImportState<'a> {
    type Output = Result<ProfileStateImportResponse>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    /// Puts the state into the profile.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for ImportState<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportState").finish_non_exhaustive()
    }
}
