//! Finding an element, through frames of any origin, and waiting until it can be acted on.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::action::On;
use super::{Driver, Failure, input};
use crate::engine::{CdpError, HUNG, Realm, Tab};

/// Between two looks.
const SOON: Duration = Duration::from_millis(20);

/// An element to be found.
#[derive(Clone)]
pub(super) struct Sought {
    pub(super) name: String,
    /// How long it is waited for.
    pub(super) patience: Duration,
    /// Where the search begins.
    place: Place,
    /// What `notte.find` is asked.
    target: Value,
    /// The id that the element has behind so many frames that cannot be read from the page.
    known: Option<(String, usize)>,
}

/// A document, and the frames to it that cannot be read from the page, outermost first.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) realm: Realm,
    way: Vec<(Realm, u64)>,
}

/// An element that is ready: where it is, and what it is.
pub(super) struct Ready {
    pub(super) place: Place,
    x: f64,
    y: f64,
    pub(super) kind: String,
    pub(super) checked: bool,
}

impl Place {
    fn root(tab: &Tab) -> Self {
        Self { realm: tab.root(), way: Vec::new() }
    }
}

impl Sought {
    /// The element that an action names.
    pub(super) fn of(driver: &Driver<'_>, tab: &Tab, on: &On) -> Result<Self, Failure> {
        let (name, target, known) = match on.selector() {
            Some(selector) => {
                let (frames, selectors) = selector.sources();
                if selectors.iter().all(|source| source.trim().is_empty()) {
                    return Err(Failure::new("InvalidSelector", "the selector is empty"));
                }
                let name = selectors.first().cloned().unwrap_or_default();
                (name, json!({ "frames": frames, "selectors": selectors }), None)
            }
            None => {
                let id = on.id();
                let known = driver.known.get(id).ok_or_else(|| {
                    Failure::new(
                        "ElementNotFound",
                        format!("there is no element {id:?} in the last observation: observe the page again"),
                    )
                })?;
                let target = json!({ "frames": known.frames, "selectors": [known.css], "was": known.was });
                (id.to_owned(), target, Some((known.key.clone(), known.depth)))
            }
        };
        let patience = Duration::from_millis(on.patience());
        Ok(Self { name, patience, place: Place::root(tab), target, known })
    }

    /// An element that a script gave an id, in a document.
    pub(super) fn known_in(place: &Place, id: &str) -> Self {
        Self {
            name: id.to_owned(),
            patience: Duration::from_secs(2),
            known: Some((id.to_owned(), place.way.len())),
            place: place.clone(),
            target: json!({}),
        }
    }

    /// As [`known_in`](Self::known_in), in the page itself.
    pub(super) fn known_as(tab: &Tab, id: &str) -> Self {
        Self::known_in(&Place::root(tab), id)
    }
}

/// Waits until the element can be acted on: to `"click"` it, until a click reaches it, and to `"fill"` it, until it takes text.
pub(super) async fn ready(driver: &Driver<'_>, tab: &Tab, sought: &Sought, to: &str) -> Result<Ready, Failure> {
    let end = Instant::now() + sought.patience;
    let name = &sought.name;
    loop {
        match search(tab, sought, to, end).await {
            Ok((place, answer)) => return settle(driver, sought, place, &answer),
            Err(error) if error.is_lost_context() && Instant::now() < end => {
                // Another document came; the element may be in that one.
                tab.lose_worlds();
                sleep(SOON).await;
            }
            Err(CdpError::Refused(text)) if !CdpError::Refused(text.clone()).is_lost_context() => {
                return Err(Failure::new("InvalidSelector", format!("{name}: {text}")));
            }
            Err(CdpError::Silent) => {
                let message = format!("the page does not answer: {name} was not found in time");
                return Err(Failure::new("Timeout", message));
            }
            Err(other) => return Err(other.into()),
        }
    }
}

/// Goes down to the document of the element, and waits for it there.
async fn search(tab: &Tab, sought: &Sought, to: &str, end: Instant) -> Result<(Place, Value), CdpError> {
    let mut place = sought.place.clone();
    let mut target = sought.target.clone();
    loop {
        if let Some((id, depth)) = &sought.known
            && *depth == place.way.len()
        {
            target["id"] = id.as_str().into();
        }
        let left = end.saturating_duration_since(Instant::now());
        let commits = tab.life().commits;
        let asked = [target.clone(), json!(u64::try_from(left.as_millis()).unwrap_or(u64::MAX)), json!(to)];
        let answer = async {
            tokio::select! {
                answer = tab.script_once(&place.realm, "ready", &asked) => answer,
                () = tab.moved(commits) => Err(CdpError::Refused("the page's context was lost".into())),
            }
        };
        let answer = tab.patiently(left + Duration::from_secs(2), answer).await?;
        if let Some(doubtful) = answer["doubtful"].as_u64() {
            tab.disclose(&place.realm, doubtful).await?;
            continue;
        }
        if let Some(hole) = answer["hole"].as_u64() {
            let inner = tab.enter(&place.realm, hole).await?;
            place.way.push((place.realm, hole));
            place.realm = inner;
            target = json!({ "frames": answer["frames"], "selectors": answer["selectors"], "was": target["was"] });
            continue;
        }
        if answer["error"].is_string() || place.way.is_empty() {
            return Ok((place, answer));
        }
        let through = through(tab, &place, answer).await?;
        if !through["error"].is_string() || to != "click" || Instant::now() >= end {
            return Ok((place, through));
        }
        sleep(SOON).await;
    }
}

/// Where a point of a document lies in the viewport, or why a click there does not reach it.
async fn through(tab: &Tab, place: &Place, mut answer: Value) -> Result<Value, CdpError> {
    for (realm, hole) in place.way.iter().rev() {
        let outer = tab.script_here(realm, "through", &[json!(hole), answer["x"].clone(), answer["y"].clone()]).await?;
        if outer["error"].is_string() {
            return Ok(outer);
        }
        answer["x"] = outer["x"].clone();
        answer["y"] = outer["y"].clone();
    }
    Ok(answer)
}

fn settle(driver: &Driver<'_>, sought: &Sought, place: Place, answer: &Value) -> Result<Ready, Failure> {
    let name = &sought.name;
    if let Some(error) = answer["error"].as_str() {
        let kind = match error {
            "several" => "SeveralElements",
            "hidden" => "ElementHidden",
            "disabled" => "ElementDisabled",
            "fixed" => "NotFillable",
            "covered" => "ElementCovered",
            "moving" => "ElementMoving",
            "stale" => "ElementStale",
            _ => "ElementNotFound",
        };
        let reason = answer["reason"].as_str().unwrap_or_default();
        let waited = match error {
            "several" | "stale" => String::new(),
            _ => format!(" (waited {} ms)", sought.patience.as_millis()),
        };
        return Err(Failure::new(kind, format!("{name}: {reason}{waited}")));
    }
    if let Some(only) = driver.only {
        let origin = answer["origin"].as_str().filter(|origin| *origin != "null").unwrap_or_default();
        if only.password && answer["secret"] != true {
            return Err(Failure::new(
                "NoPasswordField",
                format!("{name}: a password is typed into password fields only"),
            ));
        }
        if !only.allows(origin) {
            let message = format!("{name}: nothing is typed here, since it is for another site than {origin:?}");
            return Err(Failure::new("OtherSite", message));
        }
    }
    Ok(Ready {
        place,
        x: answer["x"].as_f64().unwrap_or_default(),
        y: answer["y"].as_f64().unwrap_or_default(),
        kind: answer["kind"].as_str().unwrap_or_default().to_owned(),
        checked: answer["checked"].as_bool().unwrap_or_default(),
    })
}

/// Clicks the element, again where it had moved away before the click arrived.
pub(super) async fn press(driver: &Driver<'_>, tab: &Tab, sought: &Sought) -> Result<Ready, Failure> {
    let deadline = Instant::now() + sought.patience;
    let name = &sought.name;
    loop {
        let at = ready(driver, tab, sought, "click").await?;
        if at.kind == "file" {
            return Err(Failure::new("NotClickable", format!("{name} takes files: use upload_file")));
        }
        let aim = async {
            input::point(tab, at.x, at.y).await?;
            tab.script_once(&at.place.realm, "aim", &[]).await
        };
        let aimed = match tab.patiently(HUNG, aim).await {
            Ok(aimed) => aimed == true,
            // Another page came meanwhile; the element may be on that one.
            Err(error) if error.is_lost_context() => false,
            Err(error) => return Err(error.into()),
        };
        let after = |error| Failure::after(error, &format!("after the click on {name}"));
        if aimed && click_lands(tab, &at).await.map_err(after)? {
            return Ok(at);
        }
        if Instant::now() > deadline {
            return Err(Failure::new("ElementMoving", format!("{name} moves away from every click")));
        }
    }
}

/// Whether a click at the element reached it.
async fn click_lands(tab: &Tab, at: &Ready) -> Result<bool, CdpError> {
    let landed = async {
        input::click(tab, at.x, at.y).await?;
        tab.script_once(&at.place.realm, "landed", &[]).await
    };
    match tab.patiently(HUNG, landed).await {
        Ok(landed) => Ok(landed == true),
        Err(error @ (CdpError::Silent | CdpError::Crashed | CdpError::Closed)) => Err(error),
        // The page or its tab is gone: this very click left it.
        Err(_) => Ok(true),
    }
}
