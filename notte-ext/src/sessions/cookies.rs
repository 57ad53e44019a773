//! Cookies, in the spellings in which browsers and their extensions write them.

use std::path::Path;

use notte_api::{
    types::{Cookie, CookieSameSite},
    wire::List,
};

use super::SessionHandle;
use crate::{Error, Result, save::file_error};

/// Brings a cookie into the form that every server takes: the expiry under both of its names, `sameSite` as one of its three
/// values or not at all.
pub(crate) fn normalised(mut cookie: Cookie) -> Cookie {
    cookie.expires = cookie.expires.or(cookie.expiration_date);
    cookie.expiration_date = cookie.expiration_date.or(cookie.expires);
    cookie.same_site = cookie.same_site.and_then(|same_site| {
        match same_site.as_str().to_ascii_lowercase().as_str() {
            "lax" => Some(CookieSameSite::Lax.into()),
            "strict" => Some(CookieSameSite::Strict.into()),
            "none" | "no_restriction" => Some(CookieSameSite::None.into()),
            // As extensions of Chrome say that nobody said it.
            "" | "unspecified" => None,
            _ => Some(same_site),
        }
    });
    cookie
}

/// The cookies in a JSON file, an array as browsers' extensions and Playwright write it. Errors do not repeat what is in it.
pub(crate) fn in_file(path: &Path) -> Result<Vec<Cookie>> {
    let bytes = std::fs::read(path).map_err(|error| file_error("cannot be read", path, &error))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Error::invalid(format!("the cookie file is no array of cookies, line {}", error.line())))
}

impl SessionHandle {
    /// Returns the cookies of the browser. One that this version cannot decode is in [`List::odd`].
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn cookies(&self) -> Result<List<Cookie>> {
        Ok(self.call(self.notte().api().session_cookies_get().session_id(self.id())).await?.cookies)
    }

    /// Puts cookies into the browser, beside those that it has. The spellings of Chrome's extensions and of Playwright are
    /// both understood.
    ///
    /// # Errors
    /// The service does not take them; [`ErrorKind::Execution`](crate::ErrorKind::Execution) if it says so in a success.
    pub async fn set_cookies(&self, cookies: impl IntoIterator<Item = Cookie>) -> Result<()> {
        let cookies: Vec<_> = cookies.into_iter().map(normalised).collect();
        let request = self.notte().api().session_cookies_set().session_id(self.id());
        let request = request.body_map(|body| body.cookies(cookies));
        let answer = self.notte().call(request).raw().await.map_err(|error| error.of_session(self.id()))?;
        if answer.success {
            return Ok(());
        }
        let said = Some(answer.message.as_str());
        Err(Error::said("session_cookies_set", &answer, said, "the cookies were not set").of_session(self.id()))
    }

    /// Puts the cookies of a JSON file, an array as browsers' extensions export it, into the browser.
    ///
    /// # Errors
    /// The file cannot be read or is no such array, which the error says without its content; or as
    /// [`set_cookies`](Self::set_cookies).
    pub async fn set_cookies_from_file(&self, path: impl AsRef<Path>) -> Result<()> {
        self.set_cookies(in_file(path.as_ref())?).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_spelling_of_a_cookie_becomes_the_one_of_the_wire() {
        for (given, expected) in [
            (json!({"sameSite": "lax"}), json!({"sameSite": "Lax"})),
            (json!({"sameSite": "no_restriction"}), json!({"sameSite": "None"})),
            (json!({"sameSite": "unspecified"}), json!({})),
            (json!({"sameSite": "Relaxed"}), json!({"sameSite": "Relaxed"})),
            (json!({"expirationDate": 2.5}), json!({"expirationDate": 2.5, "expires": 2.5})),
            (json!({"expires": -1.0}), json!({"expirationDate": -1.0, "expires": -1.0})),
            (json!({}), json!({})),
        ] {
            let base = json!({"name": "a", "value": "b", "domain": "x", "path": "/", "httpOnly": true});
            let with = |more: &serde_json::Value| {
                let mut cookie = base.clone();
                cookie.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                cookie
            };
            let cookie = normalised(serde_json::from_value(with(&given)).unwrap());
            assert_eq!(serde_json::to_value(cookie).unwrap(), with(&expected), "{given}");
        }
    }
}
