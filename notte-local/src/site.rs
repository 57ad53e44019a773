//! The site that an address belongs to, and what may be typed on its pages only.

use reqwest::Url;

/// The site of an address: the registrable domain; where there is none, as for IP addresses and `localhost`, scheme, host
/// and port, since any program may listen at the next port. An address without a scheme is one of https if it has a
/// registrable domain.
pub(crate) fn site(address: &str) -> Option<String> {
    let url = parsed(address).filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?.trim_end_matches('.');
    if let Some(domain) = url.domain().and_then(|_| psl::domain_str(host)) {
        return Some(domain.to_owned());
    }
    let port = url.port_or_known_default()?;
    (!host.is_empty()).then(|| format!("{}://{host}:{port}", url.scheme()))
}

/// The host of an address that has no registrable domain.
pub(crate) fn bare_host(address: &str) -> Option<String> {
    let url = parsed(address)?;
    let host = url.host_str()?.trim_end_matches('.');
    let is_named = url.domain().is_some_and(|_| psl::domain_str(host).is_some());
    (!is_named && !host.is_empty()).then(|| host.to_owned())
}

/// What a login is kept under: the site; the host alone where the caller named neither scheme nor port of one without a
/// registrable domain, as the official SDKs do.
pub(crate) fn login_site(address: &str) -> Option<String> {
    match bare_host(address) {
        Some(host) if !address.contains("://") && parsed(address)?.port().is_none() => Some(host),
        _ => site(address),
    }
}

/// Whether pages at an address can be read on their way.
pub(crate) fn is_plain(address: &str) -> bool {
    parsed(address).is_some_and(|url| url.scheme() == "http")
}

fn parsed(address: &str) -> Option<Url> {
    let address = address.trim();
    if address.contains("://") {
        return Url::parse(address).ok();
    }
    let url = Url::parse(&format!("https://{address}")).ok()?;
    // Anything else is a program on this machine, mostly, and those speak http.
    let is_named = url.domain().is_some_and(|domain| psl::domain_str(domain.trim_end_matches('.')).is_some());
    if is_named { Some(url) } else { Url::parse(&format!("http://{address}")).ok() }
}

/// Where a value that stands for a secret may be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Only {
    /// On documents of this site; empty for those that are of none.
    site: String,
    /// On its https documents only.
    secure: bool,
    /// Into password fields only.
    pub(crate) password: bool,
}

impl Only {
    /// On documents of the site of this page, over no weaker a connection.
    pub(crate) fn at(address: &str) -> Self {
        Self { site: site(address).unwrap_or_default(), secure: address.starts_with("https:"), password: false }
    }

    /// Whether a document of this origin is one of them.
    pub(crate) fn allows(&self, origin: &str) -> bool {
        site(origin).unwrap_or_default() == self.site && (!self.secure || origin.starts_with("https:"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Only, is_plain, site};

    #[test]
    fn a_site_is_what_somebody_can_register_or_one_program_of_a_host() {
        for (address, expected) in [
            ("https://login.example.com/start?x=1", Some("example.com")),
            ("EXAMPLE.com.", Some("example.com")),
            ("http://a:b@x.y.example.co.uk:8080", Some("example.co.uk")),
            ("https://alice.github.io", Some("alice.github.io")),
            ("localhost:3000", Some("http://localhost:3000")),
            ("https://localhost", Some("https://localhost:443")),
            ("http://127.0.0.1:8080/x", Some("http://127.0.0.1:8080")),
            ("http://[::1]/", Some("http://[::1]:80")),
            ("", None),
            ("about:blank", None),
            ("https://", None),
            ("file:///etc/passwd", None),
        ] {
            assert_eq!(site(address).as_deref(), expected, "{address}");
        }
        assert!(is_plain("http://example.com") && is_plain("localhost:3000"));
        assert!(!is_plain("https://example.com") && !is_plain("example.com"));
    }

    #[test]
    fn what_is_for_one_site_is_for_no_other_and_for_no_weaker_connection() {
        let only = Only::at("https://shop.example.com/in");
        assert!(only.allows("https://example.com"));
        assert!(!only.allows("http://shop.example.com") && !only.allows("https://example.org") && !only.allows(""));
        let local = Only::at("http://127.0.0.1:4000/");
        assert!(local.allows("http://127.0.0.1:4000") && !local.allows("http://127.0.0.1:4001"));
        let of_none = Only::at("about:blank");
        assert!(of_none.allows("") && !of_none.allows("https://example.com"));
    }
}
