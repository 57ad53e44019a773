//! `PersonaBuilder`: what a new persona comes with.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
};

use notte_api::{
    types::{PersonaEmailProvider, builder},
    wire::Open,
};

use super::Persona;
use crate::{Notte, Result};

/// Sets up a persona. `.await` makes it. Only what is set is sent.
#[must_use = "a persona is made by `.await`"]
#[derive(Clone)]
pub struct PersonaBuilder {
    notte: Notte,
    request: builder::PersonaCreateRequest,
}

impl PersonaBuilder {
    pub(super) fn new(notte: Notte) -> Self {
        Self { notte, request: builder::PersonaCreateRequest::default() }
    }

    /// Whether it has a vault of its own, where logins that are made for it are kept.
    pub fn vault(mut self, vault: bool) -> Self {
        self.request = self.request.create_vault(vault);
        self
    }

    /// Whether it has a phone number that takes text messages. [`Persona::create_number`] gives it one later.
    pub fn phone_number(mut self, number: bool) -> Self {
        self.request = self.request.create_phone_number(number);
        self
    }

    /// A label to find it by; not the name it goes by. Servers of version 1.4.40 refuse it.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.request = self.request.name(Into::<String>::into(name));
        self
    }

    /// Who runs its mailbox. Servers of version 1.4.40 refuse it.
    pub fn email_provider(mut self, provider: impl Into<Open<PersonaEmailProvider>>) -> Self {
        self.request = self.request.email_provider(Into::<Open<PersonaEmailProvider>>::into(provider));
        self
    }
}

impl IntoFuture for PersonaBuilder {
    type Output = Result<Persona>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Persona>> + Send>>;

    /// Makes the persona.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { notte, request } = self;
            let made = notte.call(notte.api().persona_create().body_map(|_| request)).await?;
            Ok(Persona::created_as(notte.clone(), made))
        })
    }
}

impl fmt::Debug for PersonaBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonaBuilder").finish_non_exhaustive()
    }
}
