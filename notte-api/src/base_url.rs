//! Validates the base URL, to which the API key is sent.

use std::net::IpAddr;

use reqwest::Url;

/// Returns the URL without trailing slashes, or what is wrong with it. The message does not repeat the URL, which may
/// contain a password.
pub(crate) fn check(text: &str, allow_insecure_http: bool) -> Result<String, String> {
    let url =
        Url::parse(text.trim()).map_err(|_| "the base URL is not a URL such as https://api.notte.cc".to_owned())?;
    let wrong = |what: &str| Err(format!("the base URL {what}"));
    match url.scheme() {
        "https" => {}
        "http" if allow_insecure_http || is_loopback(&url) => {}
        "http" => {
            return wrong(
                "is plain http to another host, which would show the key: use https, or allow_insecure_http()",
            );
        }
        _ => return wrong("is neither https nor http"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("holds a user or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("holds a query or fragment");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Returns whether requests may pass a proxy that nobody named for them. A proxy of plain http would see the key, and
/// a loopback host is not reachable through one.
pub(crate) fn may_pass_a_proxy(text: &str) -> bool {
    Url::parse(text.trim()).is_ok_and(|url| url.scheme() == "https" && !is_loopback(&url))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn slashes_at_the_end_are_trimmed() {
        assert_eq!(check("https://api.notte.cc/", false).unwrap(), "https://api.notte.cc");
        assert_eq!(check(" https://proxy/notte/v1// ", false).unwrap(), "https://proxy/notte/v1");
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for url in
            ["http://localhost:8000", "http://127.0.0.1", "http://127.9.9.9:1", "http://[::1]:1", "http://LOCALHOST"]
        {
            assert!(check(url, false).is_ok(), "{url}");
        }
        for url in
            ["http://api.notte.cc", "http://localhost.evil.com", "http://10.0.0.1", "http://[::2]", "http://0.0.0.0"]
        {
            assert!(check(url, false).is_err(), "{url}");
            assert!(check(url, true).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_proxy_of_the_environment_is_for_https_to_other_hosts_only() {
        assert!(super::may_pass_a_proxy("https://api.notte.cc"));
        for url in
            ["http://localhost:8000", "https://127.0.0.1", "https://[::1]", "http://10.0.0.1", "http://api.notte.cc"]
        {
            assert!(!super::may_pass_a_proxy(url), "{url}");
        }
    }

    #[test]
    fn what_is_no_base_url_is_refused_and_not_repeated() {
        for url in [
            "",
            "hunter2",
            "ftp://hunter2",
            "https://u:hunter2@h",
            "https://h?k=hunter2",
            "https://h#hunter2",
            "https://",
        ] {
            let message = check(url, true).unwrap_err();
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
