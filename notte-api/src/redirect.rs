//! Decides whether a redirect is followed, and which headers are sent with it.

use reqwest::{
    Method, StatusCode, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};

/// Maximum number of redirects that are followed.
pub(crate) const MOST: usize = 10;

/// Returns the target of a redirect if it is to be followed: 307 and 308 for any method, others only if the method does
/// not change, and never from https to http.
pub(crate) fn target(status: StatusCode, method: &Method, from: &Url, location: Option<&HeaderValue>) -> Option<Url> {
    let follow = match status.as_u16() {
        307 | 308 => true,
        301..=303 => *method == Method::GET || *method == Method::HEAD,
        _ => false,
    };
    if !follow {
        return None;
    }
    let mut to = from.join(std::str::from_utf8(location?.as_bytes()).ok()?).ok()?;
    let downgrade = from.scheme() == "https" && to.scheme() != "https";
    if downgrade || !matches!(to.scheme(), "http" | "https") {
        return None;
    }
    // A password in the new URL would be sent as ours.
    to.set_username("").ok()?;
    to.set_password(None).ok()?;
    Some(to)
}

/// Returns whether the key may be sent to the target.
pub(crate) fn same_origin(from: &Url, to: &Url) -> bool {
    from.scheme() == to.scheme()
        && from.host() == to.host()
        && from.port_or_known_default() == to.port_or_known_default()
}

/// Removes the headers that another origin must not receive: the key and the caller's headers, which are marked as
/// sensitive, and our own.
pub(crate) fn undress(headers: &mut HeaderMap) {
    let leaving = |(name, value): (&HeaderName, &HeaderValue)| {
        let private = value.is_sensitive() || name.as_str().starts_with("x-notte-");
        private.then(|| name.clone())
    };
    let names: Vec<_> = headers.iter().filter_map(leaving).collect();
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(status: u16, method: &Method, from: &str, location: &str) -> Option<String> {
        let location = HeaderValue::from_str(location).unwrap();
        target(StatusCode::from_u16(status).unwrap(), method, &from.parse().unwrap(), Some(&location)).map(String::from)
    }

    #[test]
    fn a_method_never_changes() {
        for status in [301, 302, 303, 307, 308] {
            assert!(lead(status, &Method::GET, "https://a/x", "/y").is_some());
            assert_eq!(lead(status, &Method::POST, "https://a/x", "/y").is_some(), status > 303);
        }
        for status in [200, 300, 304, 305, 404] {
            assert_eq!(lead(status, &Method::GET, "https://a/x", "/y"), None);
        }
    }

    #[test]
    fn only_http_is_followed_and_never_from_https_to_http() {
        let get = |from, location| lead(307, &Method::GET, from, location);
        assert_eq!(get("https://a/x", "http://a/x"), None);
        assert_eq!(get("http://a/x", "https://a/x").as_deref(), Some("https://a/x"));
        assert_eq!(get("http://a/x", "file:///etc/passwd"), None);
        assert_eq!(get("http://a/x", "http://"), None);
        assert_eq!(get("http://a/x", "http://u:p@b/y").as_deref(), Some("http://b/y"));
        assert_eq!(get("http://a/x?q=1", "/x/").as_deref(), Some("http://a/x/"));
        assert_eq!(get("http://a/x/y", "//b/z").as_deref(), Some("http://b/z"));
        assert_eq!(target(StatusCode::TEMPORARY_REDIRECT, &Method::GET, &"http://a".parse().unwrap(), None), None);
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let same = |a: &str, b: &str| same_origin(&a.parse().unwrap(), &b.parse().unwrap());
        assert!(same("https://a/x", "https://A:443/y"));
        assert!(!same("https://a", "https://a.b"));
        assert!(!same("http://a", "https://a"));
        assert!(!same("http://a:1", "http://a:2"));
    }

    #[test]
    fn another_origin_sees_no_key_and_no_header_of_ours() {
        let mut headers = HeaderMap::new();
        for name in ["authorization", "x-key", "x-mine"] {
            let mut value = HeaderValue::from_static("v");
            value.set_sensitive(true);
            headers.append(name, value);
        }
        for name in ["x-mine", "x-notte-request-origin", "accept"] {
            headers.append(name, HeaderValue::from_static("v"));
        }
        undress(&mut headers);
        assert_eq!(headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["accept"]);
    }
}
