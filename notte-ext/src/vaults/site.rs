//! The site that an address belongs to, under which a vault keeps its login.

use notte_api::reqwest::Url;

/// Returns the registrable domain of an address, or its host if it has none: an IP address, `localhost`.
pub(super) fn site(address: &str) -> Result<String, String> {
    let url = parse(address).ok_or("a site is named by its address, such as https://example.com")?;
    match (url.domain(), url.host_str()) {
        (Some(domain), _) => {
            let domain = domain.trim_end_matches('.');
            Ok(psl::domain_str(domain).unwrap_or(domain).to_owned())
        }
        (None, Some(host)) => Ok(host.to_owned()),
        (None, None) => Err("the address of a site has a host".into()),
    }
}

/// Returns the host of an address.
pub(super) fn host(address: &str) -> Option<String> {
    Some(parse(address)?.host_str()?.trim_end_matches('.').to_owned())
}

fn parse(address: &str) -> Option<Url> {
    let address = address.trim();
    let whole = if address.contains("://") { Url::parse(address) } else { Url::parse(&format!("https://{address}")) };
    whole.ok()
}

#[cfg(test)]
mod tests {
    use super::site;

    #[test]
    fn a_site_is_what_somebody_can_register() {
        for (address, expected) in [
            ("https://login.example.com/start?x=1", "example.com"),
            ("example.com", "example.com"),
            ("EXAMPLE.com.", "example.com"),
            ("http://ada:secret@a.b.example.co.uk:8080", "example.co.uk"),
            ("https://alice.github.io", "alice.github.io"),
            ("https://github.io", "github.io"),
            ("localhost:3000", "localhost"),
            ("http://127.0.0.1:8080/x", "127.0.0.1"),
            ("https://[::1]/", "[::1]"),
            ("https://bücher.example.de", "example.de"),
            (" https://www.notte.cc ", "notte.cc"),
        ] {
            assert_eq!(site(address).as_deref(), Ok(expected), "{address}");
        }
        for address in ["", "https://", "data:text/plain,x", "http://[", "https://a b.com"] {
            assert!(site(address).is_err(), "{address}");
        }
    }

    #[test]
    fn two_people_behind_one_public_suffix_are_two_sites() {
        assert_ne!(site("https://alice.github.io"), site("https://bob.github.io"));
        assert_ne!(site("https://a.co.uk"), site("https://b.co.uk"));
    }
}
