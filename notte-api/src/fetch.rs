//! `Fetch` and `Put`: the two directions of a signed URL.

use std::fmt;

use bytes::Bytes;
use reqwest::{Method, Request, Url, header::HeaderMap};

use crate::{
    ByteStream, Client, Effect, Error, OperationMeta, ResponseValue, SendOnce, hooks, redirect, response, wire::Secret,
};

/// Downloads a file from a URL that the service returned, such as the video of a replay.
///
/// Such a URL is signed: it needs no API key and grants access to anyone who has it. Therefore neither the key nor any
/// other header of the client is sent, and the URL is never printed.
///
/// ```no_run
/// # use notte_api::{Client, Error, Fetch, SendOnce};
/// # async fn example(client: Client) -> Result<(), Error> {
/// let replay = client.session_replay().session_id("s-1").send().await?;
/// if let Some(url) = &replay.mp4_url {
///     let video = Fetch::new(url.clone()).send_on(&client).await?.into_inner().bytes().await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Fetch {
    url: Secret<String>,
}

impl Fetch {
    /// Creates a request for the file at this URL.
    pub fn new(url: impl Into<Secret<String>>) -> Self {
        Self { url: url.into() }
    }
}

const META: OperationMeta = OperationMeta {
    id: "fetch",
    method: "GET",
    path: "",
    tag: "",
    effect: Effect::Read,
    auth: false,
    secret: true,
    key_header: None,
    idempotency_key: false,
    page: false,
    detail_ok: true,
};

impl SendOnce for Fetch {
    const META: &'static OperationMeta = &META;

    type Output = ByteStream;

    async fn send_on(self, client: &Client) -> Result<ResponseValue<ByteStream>, Error> {
        let request = Request::new(Method::GET, signed(client, &META, &self.url)?);
        let sent = hooks::send(client, &META, request, redirect::MOST).await;
        response::stream(&META, sent.map_err(progenitor_client::Error::CommunicationError)).await
    }
}

/// Checks a URL that the service returned.
fn signed(client: &Client, meta: &'static OperationMeta, url: &Secret<String>) -> Result<Url, Error> {
    let refused = |why: &str| Error::unsent(meta.id, progenitor_client::Error::InvalidRequest(why.into()));
    let url = Url::parse(url.expose()).map_err(|_| refused("the URL that the service returned is invalid"))?;
    // A client of a service over plain http is a test setup, and its files are served over plain http too.
    if url.scheme() != "https" && !(url.scheme() == "http" && client.base_url().starts_with("http:")) {
        return Err(refused("the URL that the service returned is not https"));
    }
    Ok(url)
}

/// Uploads bytes to a URL that the service returned. As with [`Fetch`], neither the key nor any other header of the
/// client is sent, and the URL is never printed. A redirect is an error.
#[derive(Clone)]
pub struct Put {
    url: Secret<String>,
    headers: HeaderMap,
    body: Bytes,
}

impl Put {
    /// Creates a request that stores `body` at this URL.
    pub fn new(url: impl Into<Secret<String>>, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { url: url.into(), headers, body: body.into() }
    }
}

const PUT: OperationMeta = OperationMeta { id: "put", method: "PUT", effect: Effect::Idempotent, ..META };

impl SendOnce for Put {
    const META: &'static OperationMeta = &PUT;

    type Output = ();

    async fn send_on(self, client: &Client) -> Result<ResponseValue<()>, Error> {
        let mut request = Request::new(Method::PUT, signed(client, &PUT, &self.url)?);
        *request.headers_mut() = self.headers;
        *request.body_mut() = Some(self.body.into());
        let sent = hooks::send(client, &PUT, request, 0).await;
        let stored = response::stream(&PUT, sent.map_err(progenitor_client::Error::CommunicationError)).await?;
        // What else the storage says about it is of no use.
        Ok(stored.map(drop))
    }
}

impl fmt::Debug for Put {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Put").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}
