//! Limits that are known, checked before anything is sent.

use std::{collections::BTreeSet, time::Duration};

use notte_api::{
    types::{BrowserType, ProxySettings, SessionStartRequest},
    wire::Open,
};

/// Whole minutes, rounded up; none for no time at all.
pub(super) fn whole_minutes(duration: Duration) -> Option<i64> {
    let minutes = duration.as_nanos().div_ceil(Duration::from_secs(60).as_nanos());
    (minutes > 0).then(|| i64::try_from(minutes).unwrap_or(i64::MAX))
}

/// What is wrong with a request, in words that name the limit. Never tighter than the newest known service.
pub(super) fn check(request: &SessionStartRequest) -> Result<(), String> {
    within("idle_timeout", request.idle_timeout_minutes, 1, 30, " minutes")?;
    within("max_duration", request.max_duration_minutes, 1, 1440, " minutes")?;
    within("auth_retry", request.auth_retry, 0, 2, "")?;
    if let (Some(idle), Some(most)) = (request.idle_timeout_minutes, request.max_duration_minutes)
        && idle > most
    {
        return Err(format!("idle_timeout ({idle} minutes) must not be longer than max_duration ({most} minutes)"));
    }
    for (option, pixels) in
        [("width of the viewport", request.viewport_width), ("height of the viewport", request.viewport_height)]
    {
        if pixels.is_some_and(|pixels| pixels < 500) {
            return Err(format!("the {option} must be at least 500 pixels"));
        }
    }
    if request.viewport_width.is_some() && request.aspect_ratio.is_some() {
        return Err("viewport and aspect_ratio exclude each other".into());
    }
    if let Some(ids) = &request.auth_ids {
        if ids.len() > 10 {
            return Err("auth_ids takes at most 10 ids".into());
        }
        if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
            return Err("auth_ids takes each id once".into());
        }
    }
    captchas(request)?;
    external_browser(request)
}

/// Whether a value keeps its limits, which the error names.
pub(super) fn within(option: &str, value: Option<i64>, least: i64, most: i64, unit: &str) -> Result<(), String> {
    match value {
        Some(value) if value < least || value > most => {
            Err(format!("{option} must be between {least} and {most}{unit}, not {value}"))
        }
        _ => Ok(()),
    }
}

fn captchas(request: &SessionStartRequest) -> Result<(), String> {
    let browser = request.browser_type.as_ref().and_then(Open::known);
    let particular = matches!(browser, Some(BrowserType::ChromeNightly | BrowserType::ChromeTurbo));
    let no_proxies = matches!(request.proxies, Some(ProxySettings::Boolean(false)));
    if particular && request.solve_captchas == Some(true) && no_proxies {
        return Err("solve_captchas needs proxies with this browser".into());
    }
    Ok(())
}

fn external_browser(request: &SessionStartRequest) -> Result<(), String> {
    if request.cdp_url.is_none() {
        return Ok(());
    }
    let proxies = !matches!(request.proxies, None | Some(ProxySettings::Boolean(false)));
    for (option, set) in [
        ("proxies", proxies),
        ("user_agent", request.user_agent.is_some()),
        ("chrome_args", request.chrome_args.is_some()),
        ("viewport", request.viewport_width.is_some()),
        ("aspect_ratio", request.aspect_ratio.is_some()),
        ("advanced_stealth", request.advanced_stealth == Some(true)),
    ] {
        if set {
            return Err(format!("{option} cannot be set for a browser that runs elsewhere (cdp_url)"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(change: impl FnOnce(&mut SessionStartRequest)) -> Option<String> {
        let mut request = SessionStartRequest::try_from(SessionStartRequest::builder()).unwrap();
        change(&mut request);
        check(&request).err()
    }

    #[test]
    fn durations_are_rounded_up_to_whole_minutes_and_nothing_is_refused() {
        for (duration, minutes) in [
            (Duration::ZERO, None),
            (Duration::from_nanos(1), Some(1)),
            (Duration::from_secs(60), Some(1)),
            (Duration::from_millis(60_001), Some(2)),
            (Duration::MAX, Some(307_445_734_561_825_861)),
        ] {
            assert_eq!(whole_minutes(duration), minutes, "{duration:?}");
        }
    }

    #[test]
    fn limits_are_named_and_their_ends_are_inside() {
        assert_eq!(wrong(|_| {}), None);
        assert_eq!(wrong(|request| request.idle_timeout_minutes = Some(30)), None);
        assert_eq!(
            wrong(|request| request.idle_timeout_minutes = Some(31)).as_deref(),
            Some("idle_timeout must be between 1 and 30 minutes, not 31")
        );
        assert_eq!(wrong(|request| request.max_duration_minutes = Some(1440)), None);
        assert!(wrong(|request| request.max_duration_minutes = Some(1441)).is_some());
        assert!(wrong(|request| request.auth_retry = Some(3)).is_some());
        assert!(wrong(|request| request.viewport_height = Some(499)).is_some());
    }

    #[test]
    fn what_excludes_each_other_is_refused() {
        let both = |request: &mut SessionStartRequest| {
            request.idle_timeout_minutes = Some(10);
            request.max_duration_minutes = Some(5);
        };
        assert!(wrong(both).unwrap().contains("10 minutes"));
        let twice = |request: &mut SessionStartRequest| request.auth_ids = Some(vec!["a".into(), "a".into()]);
        assert!(wrong(twice).is_some());
        let elsewhere = |request: &mut SessionStartRequest| {
            request.cdp_url = Some("wss://browser".into());
            request.user_agent = Some("mine".into());
        };
        assert!(wrong(elsewhere).unwrap().contains("user_agent"));
    }
}
