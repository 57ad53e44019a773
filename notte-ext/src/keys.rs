//! `Keys`: an API key that can change while a client lives.

use std::{
    error::Error as StdError,
    future::Future,
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use notte_api::{Client, wire::Secret};

use crate::{Error, ErrorKind, Result};

type Key = Secret<String>;
type Failure = Box<dyn StdError + Send + Sync>;
type Asked = Pin<Box<dyn Future<Output = Result<Key, Failure>> + Send>>;

/// Where keys come from, and the newest one.
pub(crate) struct Keys {
    provider: Box<dyn Fn() -> Asked + Send + Sync>,
    newest: Mutex<Option<Key>>,
    /// Held while a key is asked for: those who need one too wait for that.
    asking: tokio::sync::Mutex<()>,
}

impl Keys {
    pub(crate) fn new<F, A, K, E>(provider: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Result<K, E>> + Send + 'static,
        K: Into<Key>,
        E: Into<Failure>,
    {
        let provider = Box::new(move || -> Asked {
            let asked = provider();
            Box::pin(async move { asked.await.map(Into::into).map_err(Into::into) })
        });
        Self { provider, newest: Mutex::new(None), asking: tokio::sync::Mutex::new(()) }
    }

    /// The client with the newest key.
    pub(crate) async fn current(&self, client: &Client) -> Result<Client> {
        match self.newest().or_else(|| client.api_key()) {
            Some(key) => with(client, key),
            None => self.renewed(client, None).await,
        }
    }

    /// The client with another key than the refused one.
    pub(crate) async fn renewed(&self, client: &Client, refused: Option<&Key>) -> Result<Client> {
        let _asking = self.asking.lock().await;
        if let Some(key) = self.newest().filter(|key| Some(key) != refused) {
            return with(client, key);
        }
        let key = (self.provider)()
            .await
            .map_err(|error| Error::new(ErrorKind::Auth, "the key provider has no key").caused_by(error))?;
        let renewed = with(client, key.clone())?;
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
        Ok(renewed)
    }

    fn newest(&self) -> Option<Key> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn with(client: &Client, key: Key) -> Result<Client> {
    client.with_key(key).map_err(Error::config)
}
