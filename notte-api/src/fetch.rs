//! `Fetch`: downloads a file from a URL in a response.

use reqwest::{Method, Request, Url};

use crate::{ByteStream, Client, Effect, Error, OperationMeta, ResponseValue, SendOnce, hooks, response, wire::Secret};

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
        let refused = |why: &str| Error::unsent(META.id, progenitor_client::Error::InvalidRequest(why.into()));
        let url = Url::parse(self.url.expose()).map_err(|_| refused("the address that was given is none"))?;
        // A client of a service over plain http is a test setup, and its files are served over plain http too.
        if url.scheme() != "https" && !(url.scheme() == "http" && client.base_url().starts_with("http:")) {
            return Err(refused("the address that was given is not https"));
        }
        let sent = hooks::send(client, &META, Request::new(Method::GET, url)).await;
        response::stream(&META, sent.map_err(progenitor_client::Error::CommunicationError)).await
    }
}
