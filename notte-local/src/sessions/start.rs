//! The start request: its limits, and what becomes of every parameter here.

use std::str::FromStr;

use axum::http::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::engine;
use crate::error::Refusal;

/// What `POST /sessions/start` takes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Start {
    pub(crate) solve_captchas: Option<bool>,
    pub(crate) max_duration_minutes: Option<u32>,
    #[serde(alias = "timeout_minutes")]
    pub(crate) idle_timeout_minutes: Option<u32>,
    proxies: Option<Proxies>,
    browser_type: Option<BrowserType>,
    pub(crate) user_agent: Option<String>,
    pub(crate) chrome_args: Option<Vec<String>>,
    viewport_width: Option<u32>,
    viewport_height: Option<u32>,
    aspect_ratio: Option<AspectRatio>,
    pub(crate) cdp_url: Option<String>,
    pub(crate) profile: Option<Profile>,
    web_bot_auth: Option<bool>,
    pub(crate) extra_http_headers: Option<Map<String, Value>>,
    pub(crate) vault_id: Option<String>,
    auth_ids: Option<Vec<String>>,
    #[allow(dead_code, reason = "read, so that it is accepted")]
    wait_for_authentication: Option<bool>,
    auth_retry: Option<u8>,
    block_ads: Option<bool>,
    advanced_stealth: Option<bool>,
    #[allow(dead_code, reason = "read, so that it is accepted; it changes only what clients draw")]
    screenshot_type: Option<ScreenshotType>,
    demonstrate: Option<bool>,
    headless: Option<bool>,
    #[allow(dead_code, reason = "read, so that it is accepted; files always belong to the session")]
    use_file_storage: Option<bool>,
}

/// A profile that a session starts with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) persist: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Proxies {
    Plain(bool),
    /// A country, as clients write it for one of Notte's own.
    Country(String),
    List(Vec<Proxy>),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Proxy {
    Notte {},
    Tailnet {},
    External { server: String, username: Option<String>, password: Option<String>, bypass: Option<String> },
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BrowserType {
    Chromium,
    Chrome,
    ChromeNightly,
    ChromeTurbo,
}

#[derive(Debug, Clone, Copy, Deserialize)]
enum AspectRatio {
    #[serde(rename = "5:4")]
    FiveFour,
    #[serde(rename = "16:9")]
    Wide,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ScreenshotType {
    Raw,
    Full,
    LastAction,
}

/// The one proxy that a session goes through.
#[derive(Debug, Default)]
pub(crate) struct Through {
    pub(crate) flags: Vec<String>,
    pub(crate) login: Option<(String, String)>,
}

impl Start {
    /// Checks the limits of the API, and refuses what only Notte's cloud can do.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let invalid = |field: &str, message: &str| Err(Refusal::invalid(&["body", field], message));
        if !(1..=1440).contains(&self.maximum()) {
            return invalid("max_duration_minutes", "from 1 to 1440");
        }
        if !(1..=30).contains(&self.idle()) {
            return invalid("idle_timeout_minutes", "from 1 to 30");
        }
        for (field, size) in [("viewport_width", self.viewport_width), ("viewport_height", self.viewport_height)] {
            if size.is_some_and(|size| !(500..=10_000).contains(&size)) {
                return invalid(field, "from 500 to 10000");
            }
        }
        if self.viewport_width.is_some() != self.viewport_height.is_some() {
            return invalid("viewport_width", "a viewport needs both its width and its height");
        }
        if self.aspect_ratio.is_some() && self.viewport_width.is_some() {
            return invalid("aspect_ratio", "either an aspect ratio or a viewport");
        }
        if let Some(Proxies::Country(country)) = &self.proxies
            && !(country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic()))
        {
            return invalid("proxies", "true, a list, or a country of two letters such as us");
        }
        if self.auth_retry.is_some_and(|retries| retries > 2) {
            return invalid("auth_retry", "from 0 to 2");
        }
        for (name, value) in self.extra_http_headers.iter().flatten() {
            let Some(value) = value.as_str() else {
                return invalid("extra_http_headers", &format!("{name}: a text is needed"));
            };
            if HeaderName::from_str(name).is_err() || HeaderValue::from_str(value).is_err() {
                return invalid("extra_http_headers", &format!("{name:?} and its value make no header"));
            }
            if ["host", "content-length"].contains(&name.to_ascii_lowercase().as_str()) {
                return invalid("extra_http_headers", &format!("{name} is the browser's own"));
            }
        }
        if self.user_agent.as_deref().is_some_and(|agent| HeaderValue::from_str(agent).is_err()) {
            return invalid("user_agent", "no control characters and no line breaks");
        }
        for switch in self.chrome_args.iter().flatten() {
            if let Some(reason) = engine::refused(switch) {
                return invalid("chrome_args", &reason);
            }
        }
        self.through().map(drop)
    }

    /// Addresses that this server or the browser is to connect to, with their fields.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let proxies = match &self.proxies {
            Some(Proxies::List(list)) => list.as_slice(),
            _ => &[],
        };
        let servers = proxies.iter().filter_map(|proxy| match proxy {
            Proxy::External { server, .. } => Some(("proxies", server.as_str())),
            _ => None,
        });
        self.cdp_url.as_deref().map(|url| ("cdp_url", url)).into_iter().chain(servers)
    }

    /// The profile that the session's end is to be kept in.
    pub(crate) fn persists(&self) -> Option<&str> {
        self.profile.as_ref().filter(|profile| profile.persist).map(|profile| profile.id.as_str())
    }

    pub(crate) fn idle(&self) -> u32 {
        self.idle_timeout_minutes.unwrap_or(3)
    }

    pub(crate) fn maximum(&self) -> u32 {
        self.max_duration_minutes.unwrap_or(15)
    }

    /// Width and height of the viewport.
    pub(crate) fn viewport(&self) -> (u32, u32) {
        match (self.viewport_width, self.viewport_height, self.aspect_ratio) {
            (Some(width), Some(height), _) => (width, height),
            (_, _, Some(AspectRatio::FiveFour)) => (1280, 1024),
            _ => (1280, 720),
        }
    }

    /// The proxy, if there is one that works here.
    pub(crate) fn through(&self) -> Result<Through, Refusal> {
        let Some(Proxies::List(list)) = &self.proxies else { return Ok(Through::default()) };
        let Some(first) = list.first() else { return Ok(Through::default()) };
        let Proxy::External { server, username, password, bypass } = first else {
            return match first {
                Proxy::Tailnet {} => Err(Refusal::not_here(
                    "tailnets work on Notte's cloud only: use a proxy of type `external`, or none",
                )),
                _ => Ok(Through::default()),
            };
        };
        if list.len() > 1 {
            return Err(Refusal::invalid(&["body", "proxies"], "one proxy at most works here"));
        }
        // Without this Chromium would not send requests to this machine through the proxy.
        let bypass = bypass.as_deref().unwrap_or("<-loopback>");
        let flags = vec![format!("--proxy-server={server}"), format!("--proxy-bypass-list={bypass}")];
        let login = username.clone().map(|user| (user, password.clone().unwrap_or_default()));
        Ok(Through { flags, login })
    }

    /// Whether requests go through a proxy.
    pub(crate) fn is_proxied(&self) -> bool {
        self.cdp_url.is_none() && self.names_a_proxy()
    }

    fn names_a_proxy(&self) -> bool {
        matches!(&self.proxies, Some(Proxies::List(list)) if matches!(list.first(), Some(Proxy::External { .. })))
    }

    /// Whether one of Notte's own proxies is asked for.
    fn wants_a_proxy(&self) -> bool {
        match &self.proxies {
            None => false,
            Some(Proxies::Plain(wanted)) => *wanted,
            Some(Proxies::Country(_)) => true,
            Some(Proxies::List(list)) => matches!(list.first(), Some(Proxy::Notte {})),
        }
    }

    /// What was asked for and does not happen here.
    pub(crate) fn unmet(&self) -> Vec<&'static str> {
        let asked = [
            (self.wants_a_proxy(), "proxies: the connection is direct"),
            (self.solve_captchas == Some(true), "solve_captchas: there is no solver"),
            (self.block_ads == Some(true), "block_ads: nothing is blocked"),
            (self.advanced_stealth == Some(true), "advanced_stealth"),
            (self.web_bot_auth == Some(true), "web_bot_auth: requests are not signed"),
            (self.demonstrate == Some(true), "demonstrate"),
            (self.headless == Some(false), "headless: there is no screen, look at the session's viewer_url"),
            (
                self.auth_ids.as_ref().is_some_and(|ids| !ids.is_empty()),
                "auth_ids: there are no managed sign-ins, log in with actions or with a profile",
            ),
            (
                self.browser_type.is_some_and(|kind| !matches!(kind, BrowserType::Chromium)),
                "browser_type: Chromium runs",
            ),
            (
                self.cdp_url.is_some() && self.names_a_proxy(),
                "proxies: the browser at cdp_url connects as it was started",
            ),
            (
                self.cdp_url.is_some() && self.chrome_args.is_some(),
                "chrome_args: the browser at cdp_url was started already",
            ),
        ];
        asked.into_iter().filter_map(|(unmet, what)| unmet.then_some(what)).collect()
    }
}
