//! `Fetch`: a file at an address that an answer gave.

use reqwest::{Method, Request, Url};

use crate::{ByteStream, Client, Effect, Error, OperationMeta, ResponseValue, SendOnce, hooks, response, wire::Secret};

/// Gets a file from an address that the service gave, such as the video of a replay.
///
/// Such an address is signed: it needs no key, and lets in whoever has it. So neither the key nor another header of the
/// client goes with the request, and nothing prints the address.
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
    /// What is at this address.
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
        // A client that speaks to a service in clear text is being tried out: its files are there as well.
        if url.scheme() != "https" && !(url.scheme() == "http" && client.base_url().starts_with("http:")) {
            return Err(refused("the address that was given is not https"));
        }
        let sent = hooks::send(client, &META, Request::new(Method::GET, url)).await;
        response::bytes(&META, sent.map_err(progenitor_client::Error::CommunicationError)).await
    }
}
