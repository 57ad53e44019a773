//! Proxies: through what a browser connects.

use std::fmt;

use notte_api::{
    types::{self, ProxyCountry, ProxySettings, builder},
    wire::{Open, Secret},
};

use crate::{Error, ErrorKind, Result};

/// One of the service's own proxies.
///
/// ```no_run
/// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
/// use notte_ext::NotteProxy;
///
/// let session = notte.session().proxy(NotteProxy::country("fr")).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a proxy is given to a session builder"]
pub struct NotteProxy(builder::NotteProxy);

impl NotteProxy {
    /// One in this country, as two small letters.
    pub fn country(country: impl Into<Open<ProxyCountry>>) -> Self {
        Self(types::NotteProxy::builder().country(Into::<Open<ProxyCountry>>::into(country)))
    }

    /// One in this city. Servers of version 1.4.40 do not know cities.
    pub fn city(country: impl Into<Open<ProxyCountry>>, city: impl Into<String>) -> Self {
        let Self(proxy) = Self::country(country);
        Self(proxy.city(Into::<String>::into(city)))
    }

    /// The one of this id, to come from the same address again.
    pub fn id(self, id: impl Into<String>) -> Self {
        Self(self.0.id(Into::<String>::into(id)))
    }
}

impl From<NotteProxy> for types::Proxy {
    fn from(proxy: NotteProxy) -> Self {
        types::NotteProxy::try_from(proxy.0).map_or_else(|_| unknown(), Into::into)
    }
}

/// A proxy of your own. `Debug` shows nothing of it.
#[derive(Clone)]
#[must_use = "a proxy is given to a session builder"]
pub struct ExternalProxy(builder::ExternalProxy);

impl ExternalProxy {
    /// The one at this address, which has scheme and port.
    pub fn new(server: impl Into<Secret<String>>) -> Self {
        Self(types::ExternalProxy::builder().server(Into::<Secret<String>>::into(server)))
    }

    /// The one that `PROXY_URL`, `PROXY_USERNAME`, `PROXY_PASSWORD` and `PROXY_BYPASS` describe; with a suffix such as `EU`,
    /// the variables that end with `_EU`.
    ///
    /// # Errors
    /// There is no `PROXY_URL`.
    pub fn from_env(suffix: Option<&str>) -> Result<Self> {
        Self::lookup(suffix, |name| std::env::var(name).ok())
    }

    fn lookup(suffix: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let name = |name: &str| suffix.map_or_else(|| name.to_owned(), |suffix| format!("{name}_{suffix}"));
        let set = |what: &str| variable(&name(what)).filter(|value| !value.trim().is_empty());
        let server = set("PROXY_URL")
            .ok_or_else(|| Error::new(ErrorKind::Config, format!("no proxy: set {}", name("PROXY_URL"))))?;
        let proxy = Self::new(server).0.username(set("PROXY_USERNAME")).bypass(set("PROXY_BYPASS"));
        Ok(Self(proxy.password(set("PROXY_PASSWORD").map(Secret::from))))
    }

    /// Its user name and password.
    pub fn login(self, username: impl Into<String>, password: impl Into<Secret<String>>) -> Self {
        let proxy = self.0.username(Into::<String>::into(username));
        Self(proxy.password(Into::<Secret<String>>::into(password)))
    }

    /// Hosts that are reached without it, separated by commas.
    pub fn bypass(self, hosts: impl Into<String>) -> Self {
        Self(self.0.bypass(Into::<String>::into(hosts)))
    }
}

impl From<ExternalProxy> for types::Proxy {
    fn from(proxy: ExternalProxy) -> Self {
        types::ExternalProxy::try_from(proxy.0).map_or_else(|_| unknown(), Into::into)
    }
}

impl fmt::Debug for ExternalProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalProxy").finish_non_exhaustive()
    }
}

/// A Tailscale network to connect through. `Debug` prints nothing of it. Servers of version 1.4.40 do not know it.
#[derive(Clone)]
#[must_use = "a proxy is given to a session builder"]
pub struct TailnetProxy(builder::TailnetProxy);

impl TailnetProxy {
    /// Creates a connection to the network that this OAuth client belongs to.
    pub fn new(oauth_client_id: impl Into<String>, oauth_client_secret: impl Into<Secret<String>>) -> Self {
        let proxy = types::TailnetProxy::builder().oauth_client_id(Into::<String>::into(oauth_client_id));
        Self(proxy.oauth_client_secret(Into::<Secret<String>>::into(oauth_client_secret)))
    }

    /// Sets the node of the network through which the browser reaches the internet.
    pub fn exit_node(self, node: impl Into<String>) -> Self {
        Self(self.0.exit_node(Into::<String>::into(node)))
    }
}

impl From<TailnetProxy> for types::Proxy {
    fn from(proxy: TailnetProxy) -> Self {
        types::TailnetProxy::try_from(proxy.0).map_or_else(|_| unknown(), Into::into)
    }
}

impl fmt::Debug for TailnetProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TailnetProxy").finish_non_exhaustive()
    }
}

/// Through which proxies a browser connects: what [`SessionBuilder::proxies`](crate::SessionBuilder::proxies) accepts.
#[derive(Clone)]
pub struct Proxies(ProxySettings);

impl From<Proxies> for ProxySettings {
    fn from(proxies: Proxies) -> Self {
        proxies.0
    }
}

impl From<bool> for Proxies {
    fn from(own: bool) -> Self {
        Self(own.into())
    }
}

/// One of the service's own proxies in this country.
impl From<&str> for Proxies {
    fn from(country: &str) -> Self {
        NotteProxy::country(country).into()
    }
}

impl From<ProxySettings> for Proxies {
    fn from(settings: ProxySettings) -> Self {
        Self(settings)
    }
}

impl<P: Into<types::Proxy>> From<Vec<P>> for Proxies {
    fn from(proxies: Vec<P>) -> Self {
        Self(proxies.into_iter().map(Into::into).collect::<Vec<types::Proxy>>().into())
    }
}

impl<P: Into<types::Proxy>, const N: usize> From<[P; N]> for Proxies {
    fn from(proxies: [P; N]) -> Self {
        Vec::from(proxies).into()
    }
}

macro_rules! one {
    ($($proxy:ty),+) => {$(
        impl From<$proxy> for Proxies {
            fn from(proxy: $proxy) -> Self {
                [proxy].into()
            }
        }
    )+};
}

one!(NotteProxy, ExternalProxy, TailnetProxy, types::Proxy);

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxies").finish_non_exhaustive()
    }
}

/// Constructors set every required field, and no conversion in them can fail; a panic is not for us to choose.
fn unknown() -> types::Proxy {
    types::Proxy::Unknown(serde_json::Value::Null.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wire(proxy: impl Into<types::Proxy>) -> serde_json::Value {
        serde_json::to_value(proxy.into()).unwrap()
    }

    #[test]
    fn a_proxy_is_what_was_said_of_it() {
        assert_eq!(wire(NotteProxy::country("fr").id("p-1")), json!({"type": "notte", "country": "fr", "id": "p-1"}));
        assert_eq!(wire(NotteProxy::city("fr", "paris")), json!({"type": "notte", "country": "fr", "city": "paris"}));
        let mine = ExternalProxy::new("http://p:1").login("ada", "hunter2").bypass("a.test");
        assert!(!format!("{mine:?}").contains("hunter2"));
        let expected = json!({"type": "external", "server": "http://p:1", "username": "ada", "password": "hunter2",
            "bypass": "a.test"});
        assert_eq!(wire(mine), expected);
    }

    #[test]
    fn proxies_are_whatever_converts() {
        let wire = |proxies: Proxies| serde_json::to_value(ProxySettings::from(proxies)).unwrap();
        let in_france = json!({"type": "notte", "country": "fr"});
        let tailnet = TailnetProxy::new("id", "hunter2").exit_node("nas");
        assert!(!format!("{tailnet:?} {:?}", Proxies::from(tailnet.clone())).contains("hunter2"));
        let home =
            json!({"type": "tailnet", "oauth_client_id": "id", "oauth_client_secret": "hunter2", "exit_node": "nas"});
        assert_eq!((wire(true.into()), wire(false.into())), (json!(true), json!(false)));
        assert_eq!(wire("fr".into()), json!([in_france]));
        assert_eq!(wire(tailnet.clone().into()), json!([home]));
        assert_eq!(
            wire(vec![types::Proxy::from(NotteProxy::country("fr")), tailnet.into()].into()),
            json!([in_france, home])
        );
    }

    #[test]
    fn the_environment_describes_one_with_or_without_a_suffix() {
        let variable = |name: &str| match name {
            "PROXY_URL_EU" => Some("http://eu:1".to_owned()),
            "PROXY_PASSWORD_EU" => Some("hunter2".to_owned()),
            "PROXY_USERNAME_EU" => Some(" ".to_owned()),
            _ => None,
        };
        let expected = json!({"type": "external", "server": "http://eu:1", "password": "hunter2"});
        assert_eq!(wire(ExternalProxy::lookup(Some("EU"), variable).unwrap()), expected);
        let error = ExternalProxy::lookup(None, variable).unwrap_err();
        assert_eq!(error.to_string(), "no proxy: set PROXY_URL");
    }
}
