//! Scripts in the documents of a tab: each document has a world beside the page's own, which the page cannot touch.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::cdp::{CdpError, parsed};
use super::tab::{HUNG, Tab};

/// What runs beside the page.
const SCRIPT: &str = concat!(
    "(() => {\n",
    include_str!("../script/find.js"),
    include_str!("../script/act.js"),
    include_str!("../script/see.js"),
    "})()"
);

/// What watches the page from within.
pub(super) const WATCH: &str = include_str!("../script/watch.js");

/// How long what a load or an action set off is waited for: timers, frames, requests that come soon. It may go on for ever.
const QUIET: Duration = Duration::from_millis(600);

/// How long a document that is loaded may go on asking for what its scripts make the page of.
const FETCHING: Duration = Duration::from_secs(1);

/// A document that the scripts of no other one can read: the page itself, or one in a frame of another origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Realm {
    frame: String,
    session: String,
}

#[derive(Debug, Clone)]
struct World {
    session: String,
    context: i64,
}

/// Where the scripts of a tab run.
#[derive(Debug, Default)]
pub(super) struct Worlds {
    /// By frame.
    known: Mutex<HashMap<String, World>>,
    /// The protocol sessions of frames that have a process of their own, by frame.
    apart: Mutex<HashMap<String, String>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tab {
    /// The page itself.
    pub(crate) fn root(&self) -> Realm {
        Realm { frame: self.target.clone(), session: self.session.clone() }
    }

    /// Whether a protocol session is that of the tab or of one of its frames.
    pub(super) fn owns(&self, session: &str) -> bool {
        self.session == session || locked(&self.worlds.apart).values().any(|apart| apart == session)
    }

    /// A frame got a process of its own.
    pub(super) fn part(&self, frame: &str, session: &str) {
        locked(&self.worlds.apart).insert(frame.to_owned(), session.to_owned());
    }

    /// A frame's process is gone, and with it the answers that are waited for.
    pub(super) fn rejoin(&self, session: &str) {
        locked(&self.worlds.apart).retain(|_, apart| apart != session);
        locked(&self.worlds.known).retain(|_, world| world.session != session);
        self.cdp.fail(session, &CdpError::Refused("the frame's context was lost".into()));
    }

    /// The worlds of the page are gone.
    pub(crate) fn lose_worlds(&self) {
        locked(&self.worlds.known).clear();
    }

    /// A frame shows another document.
    pub(super) fn forget(&self, frame: &str) {
        locked(&self.worlds.known).remove(frame);
    }

    /// The world of a document is gone.
    pub(crate) fn lose_world(&self, realm: &Realm) {
        self.forget(&realm.frame);
    }

    /// The document in a frame that the last script in `realm` gave a number.
    pub(crate) async fn enter(&self, realm: &Realm, hole: u64) -> Result<Realm, CdpError> {
        let frame = self.object(realm, &format!("notte.frame({hole})")).await?;
        let params = json!({ "objectId": frame });
        let node = self.call_in(&realm.session, "DOM.describeNode", params).await?;
        let Some(frame) = node["node"]["frameId"].as_str() else {
            return Err(CdpError::Refused("the frame has no document: its context was lost".into()));
        };
        let session = locked(&self.worlds.apart).get(frame).cloned().unwrap_or_else(|| realm.session.clone());
        Ok(Realm { frame: frame.to_owned(), session })
    }

    async fn world(&self, realm: &Realm) -> Result<i64, CdpError> {
        let known = locked(&self.worlds.known).get(&realm.frame).cloned();
        if let Some(world) = known.filter(|world| world.session == realm.session) {
            return Ok(world.context);
        }
        let params = json!({ "frameId": realm.frame, "worldName": "notte-local" });
        let answer = self.call_in(&realm.session, "Page.createIsolatedWorld", params).await?;
        let context = answer["executionContextId"].as_i64().unwrap_or_default();
        let params = json!({ "expression": SCRIPT, "contextId": context });
        thrown(self.call_in(&realm.session, "Runtime.evaluate", params).await?)?;
        let world = World { session: realm.session.clone(), context };
        locked(&self.worlds.known).insert(realm.frame.clone(), world);
        Ok(context)
    }

    /// Calls a function of `script/*.js` on the page; again on the new page when it navigates under it.
    pub(crate) async fn script(
        &self,
        function: &str,
        arguments: &[Value],
        patience: Duration,
    ) -> Result<Value, CdpError> {
        let root = self.root();
        let run = async {
            loop {
                let commits = self.life().commits;
                let done = tokio::select! {
                    done = self.script_once(&root, function, arguments) => done,
                    // The page that was asked may never answer.
                    () = self.moved(commits) => continue,
                };
                match done {
                    Err(error) if error.is_lost_context() => {
                        self.lose_world(&root);
                        sleep(Duration::from_millis(20)).await;
                    }
                    other => return other,
                }
            }
        };
        self.patiently(patience, run).await
    }

    /// Calls a function of `script/*.js` that speaks of what was found in this very document.
    pub(crate) async fn script_here(
        &self,
        realm: &Realm,
        function: &str,
        arguments: &[Value],
    ) -> Result<Value, CdpError> {
        self.patiently(HUNG, self.script_once(realm, function, arguments)).await
    }

    /// Calls a function of `script/*.js`, with all that may come of it. The browser takes its time to give objects by
    /// value, so they come as text.
    pub(crate) async fn script_once(
        &self,
        realm: &Realm,
        function: &str,
        arguments: &[Value],
    ) -> Result<Value, CdpError> {
        let world = self.world(realm).await?;
        let arguments: Vec<Value> = arguments.iter().map(|value| json!({ "value": value })).collect();
        let params = json!({
            "functionDeclaration": format!("async (...given) => JSON.stringify(await notte.{function}(...given))"),
            "executionContextId": world,
            "arguments": arguments,
            "awaitPromise": true,
            "returnByValue": true,
        });
        let answer = self.call_in(&realm.session, "Runtime.callFunctionOn", params).await?;
        match thrown(answer)? {
            Value::String(text) => parsed(&text).map_err(|error| CdpError::Refused(error.to_string())),
            nothing => Ok(nothing),
        }
    }

    /// Opens the closed shadow roots of a document to its scripts: `doubtful` elements may have one.
    pub(crate) async fn disclose(&self, realm: &Realm, doubtful: u64) -> Result<(), CdpError> {
        let world = self.world(realm).await?;
        let one = async |place: u64| {
            let host = self.object(realm, &format!("notte.doubts[{place}]")).await?;
            let params = json!({ "objectId": host, "depth": 0, "pierce": true });
            let node = self.call_in(&realm.session, "DOM.describeNode", params).await?;
            let root = &node["node"]["shadowRoots"][0];
            if root["shadowRootType"] != "closed" {
                return Ok(());
            }
            let params = json!({ "backendNodeId": root["backendNodeId"], "executionContextId": world });
            let root = self.call_in(&realm.session, "DOM.resolveNode", params).await?;
            let params = json!({
                "functionDeclaration": format!("function() {{ notte.disclose(this, {place}) }}"),
                "objectId": root["object"]["objectId"],
            });
            thrown(self.call_in(&realm.session, "Runtime.callFunctionOn", params).await?).map(drop)
        };
        // One that is gone meanwhile has nothing to show.
        let tried = async |place| match one(place).await {
            Err(error @ CdpError::Refused(_)) if !error.is_lost_context() => Ok(()),
            other => other,
        };
        try_join_all((0..doubtful).map(tried)).await.map(drop)
    }

    /// As [`disclose`](Self::disclose), for all that there are now, in one another too.
    pub(crate) async fn disclose_all(&self, realm: &Realm) -> Result<(), CdpError> {
        for _ in 0..4 {
            let doubtful = self.script_once(realm, "doubtful", &[]).await?.as_u64().unwrap_or_default();
            if doubtful == 0 {
                break;
            }
            self.disclose(realm, doubtful).await?;
        }
        Ok(())
    }

    async fn object(&self, realm: &Realm, expression: &str) -> Result<String, CdpError> {
        let world = self.world(realm).await?;
        let params = json!({ "expression": expression, "contextId": world });
        let answer = self.call_in(&realm.session, "Runtime.evaluate", params).await?;
        Ok(answer["result"]["objectId"].as_str().unwrap_or_default().to_owned())
    }

    /// Gives files to the input that the last script in `realm` settled on.
    pub(crate) async fn give_files(&self, realm: &Realm, files: &Value) -> Result<(), CdpError> {
        let input = self.object(realm, "notte.last").await?;
        let params = json!({ "objectId": input, "files": files });
        self.patiently(HUNG, self.call_in(&realm.session, "DOM.setFileInputFiles", params)).await.map(drop)
    }

    /// Evaluates in the page's own world.
    pub(crate) async fn evaluate(&self, expression: &str) -> Result<Value, CdpError> {
        let params =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true });
        self.call("Runtime.evaluate", params).await
    }

    /// Returns when what an input event set off in the page has begun: one task later.
    pub(crate) async fn breathe(&self) {
        let root = self.root();
        let breath = self.script_once(&root, "breathe", &[]);
        let _ = timeout(Duration::from_secs(2), breath).await;
    }

    /// Waits until what the page has set off is over, as far as it is over soon. What never ends costs this once.
    pub(crate) async fn quiet(&self) {
        let deadline = Instant::now() + QUIET;
        loop {
            self.fetched(deadline).await;
            let left = deadline.saturating_duration_since(Instant::now());
            let watch = format!("globalThis[Symbol.for('notte-local')]?.({})", left.as_millis());
            let watched = timeout_at(deadline + HUNG / 10, self.evaluate(&watch)).await;
            let life = self.life();
            if !matches!(watched, Ok(Ok(_))) || Instant::now() >= deadline || life.asked || self.is_fetched() {
                return;
            }
        }
    }

    /// Waits while a navigation that the page asked for is under way, and for its document: to be loaded, and to be quiet.
    /// Once, where that never ends.
    pub(crate) async fn settled(&self, deadline: Instant) {
        loop {
            self.arrived(deadline).await;
            let life = self.life();
            if life.lost.is_some() || life.late || life.calm || Instant::now() >= deadline {
                return;
            }
            self.fetched(deadline.min(Instant::now() + FETCHING)).await;
            self.quiet().await;
            self.life.send_if_modified(|now| {
                let same = now.loader == life.loader;
                now.calm = now.calm || same;
                same
            });
        }
    }
}

/// The value of an evaluation, or what the script threw.
pub(crate) fn thrown(mut answer: Value) -> Result<Value, CdpError> {
    let details = &answer["exceptionDetails"];
    if details.is_object() {
        let thrown = &details["exception"];
        let text = [&thrown["description"], &thrown["value"], &details["text"]].into_iter().find_map(Value::as_str);
        return Err(CdpError::Refused(
            text.unwrap_or("the script failed").lines().next().unwrap_or_default().to_owned(),
        ));
    }
    // Numbers that JSON does not have come by their names.
    let result = &mut answer["result"];
    Ok(if result["unserializableValue"].is_string() {
        result["unserializableValue"].take()
    } else {
        result["value"].take()
    })
}
