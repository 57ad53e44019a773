//! The site that an address belongs to, under which a vault keeps its login.

use reqwest::Url;

/// The registrable domain of an address, or its host where it has none: an IP address, `localhost`.
pub(crate) fn site(address: &str) -> Option<String> {
    let address = address.trim();
    let url = if address.contains("://") { Url::parse(address) } else { Url::parse(&format!("https://{address}")) };
    let url = url.ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?.trim_end_matches('.');
    let name = url.domain().and_then(|_| psl::domain_str(host));
    Some(name.unwrap_or(host).to_owned()).filter(|site| !site.is_empty())
}

#[cfg(test)]
mod tests {
    use super::site;

    #[test]
    fn a_site_is_what_somebody_can_register() {
        for (address, expected) in [
            ("https://login.example.com/start?x=1", Some("example.com")),
            ("EXAMPLE.com.", Some("example.com")),
            ("http://a:b@x.y.example.co.uk:8080", Some("example.co.uk")),
            ("https://alice.github.io", Some("alice.github.io")),
            ("localhost:3000", Some("localhost")),
            ("http://127.0.0.1:8080/x", Some("127.0.0.1")),
            ("", None),
            ("about:blank", None),
            ("https://", None),
            ("file:///etc/passwd", None),
        ] {
            assert_eq!(site(address).as_deref(), expected, "{address}");
        }
    }
}
