//! What a tool on a session's browser may ask of it: work on pages, but no way to files, programs and ports of this
//! machine. Commands are judged as they were parsed, and what is sent on is what was judged.

use std::path::Path;

use serde_json::{Map, Value, json};

/// Domains of the DevTools protocol that are about pages, all of whose methods are passed on.
const DOMAINS: &[&str] = &[
    "Accessibility",
    "Animation",
    "Audits",
    "BackgroundService",
    "CacheStorage",
    "Console",
    "CSS",
    "DOM",
    "DOMDebugger",
    "DOMSnapshot",
    "DOMStorage",
    "Debugger",
    "DeviceOrientation",
    "Emulation",
    "EventBreakpoints",
    "FedCm",
    "Fetch",
    "HeapProfiler",
    "IO",
    "IndexedDB",
    "Input",
    "Inspector",
    "LayerTree",
    "Log",
    "Media",
    "Network",
    "Overlay",
    "Page",
    "Performance",
    "PerformanceTimeline",
    "Profiler",
    "Runtime",
    "Schema",
    "Security",
    "ServiceWorker",
    "Storage",
    "WebAudio",
    "WebAuthn",
];

/// Methods of the other domains that are passed on.
const METHODS: &[&str] = &[
    "Browser.cancelDownload",
    "Browser.getVersion",
    "Browser.getWindowBounds",
    "Browser.getWindowForTarget",
    "Browser.grantPermissions",
    "Browser.resetPermissions",
    "Browser.setContentsSize",
    "Browser.setDownloadBehavior",
    "Browser.setPermission",
    "Browser.setWindowBounds",
    "Target.activateTarget",
    "Target.attachToBrowserTarget",
    "Target.attachToTarget",
    "Target.autoAttachRelated",
    "Target.closeTarget",
    "Target.createBrowserContext",
    "Target.createTarget",
    "Target.detachFromTarget",
    "Target.disposeBrowserContext",
    "Target.getBrowserContexts",
    "Target.getTargetInfo",
    "Target.getTargets",
    "Target.setAutoAttach",
    "Target.setDiscoverTargets",
    "Tracing.end",
    "Tracing.getCategories",
    "Tracing.start",
];

/// Schemes of addresses that a page may be led to, or loaded from.
const SCHEMES: &[&str] = &["http", "https", "about", "data", "blob"];

/// Makes a command one that may be passed on, or says why it may not. `folder` is the session's: files are read and
/// written in its `uploads` and `downloads` only.
pub(super) fn judge(method: &str, params: &mut Map<String, Value>, folder: &Path) -> Result<(), String> {
    let domain = method.split('.').next().unwrap_or_default();
    if !DOMAINS.contains(&domain) && !METHODS.contains(&method) {
        return Err(format!("{method} is not passed on to the browser"));
    }
    match method {
        "Page.navigate" | "Target.createTarget" | "Fetch.continueRequest" | "Network.loadNetworkResource" => {
            schemes(method, params.get("url"))
        }
        "DOM.setFileInputFiles" => files(params.get("files"), folder),
        "Input.dispatchDragEvent" => files(params.get("data").and_then(|data| data.get("files")), folder),
        "Browser.setDownloadBehavior" | "Page.setDownloadBehavior" => {
            let keeps =
                params.get("behavior").and_then(Value::as_str).is_some_and(|behavior| behavior.starts_with("allow"));
            // Whatever a tool wants, downloads are the session's, under names that lead nowhere.
            if keeps && method.starts_with("Browser") {
                params.insert("behavior".into(), "allowAndName".into());
            }
            params.remove("downloadPath");
            if keeps {
                params.insert("downloadPath".into(), json!(folder.join("downloads")));
            }
            Ok(())
        }
        // What is inside of the messages of sessions that are not flat could not be judged.
        "Target.attachToTarget" | "Target.setAutoAttach" | "Target.autoAttachRelated" => {
            if method != "Target.autoAttachRelated" {
                params.insert("flatten".into(), true.into());
            }
            Ok(())
        }
        "Tracing.start" if params.contains_key("perfettoConfig") => {
            Err("a perfettoConfig could name files: give a traceConfig".to_owned())
        }
        _ => Ok(()),
    }
}

fn schemes(method: &str, url: Option<&Value>) -> Result<(), String> {
    let Some(url) = url else { return Ok(()) };
    let url = url.as_str().ok_or_else(|| format!("{method}: the url should be a string"))?;
    // As the browser reads it: without what it strips.
    let url: String = url.chars().filter(|c| !c.is_ascii_control() && *c != ' ').collect();
    match url.split_once(':') {
        Some((scheme, _)) if SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) => Ok(()),
        None if url.is_empty() => Ok(()),
        _ => Err(format!("{method} leads to addresses of {} only", SCHEMES.join(", "))),
    }
}

fn files(files: Option<&Value>, folder: &Path) -> Result<(), String> {
    let Some(files) = files.filter(|files| !files.is_null()) else { return Ok(()) };
    let own = |file: &Value| {
        let path = Path::new(file.as_str()?).canonicalize().ok()?;
        let folders = [folder.join("uploads"), folder.join("downloads")];
        folders.iter().any(|folder| folder.canonicalize().is_ok_and(|folder| path.starts_with(folder))).then_some(())
    };
    let all = files.as_array().is_some_and(|files| files.iter().all(|file| own(file).is_some()));
    if all { Ok(()) } else { Err("a page is given files of its session only: upload them there first".to_owned()) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value, json};

    use super::judge;

    fn judged(method: &str, params: Value) -> Result<Value, String> {
        let Value::Object(mut params) = params else { panic!("an object") };
        judge(method, &mut params, Path::new("/no/such/folder")).map(|()| Value::Object(params))
    }

    #[test]
    fn what_leads_to_files_programs_or_ports_is_not_passed_on() {
        for (method, params) in [
            ("Browser.crash", json!({})),
            ("Browser.getBrowserCommandLine", json!({})),
            ("Browser.executeBrowserCommand", json!({"commandId": "openTabSearch"})),
            ("Extensions.loadUnpacked", json!({"path": "/tmp"})),
            ("FileSystem.getDirectory", json!({})),
            ("SystemInfo.getInfo", json!({})),
            ("Tethering.bind", json!({"port": 9222})),
            ("Target.sendMessageToTarget", json!({"message": "{}"})),
            ("Target.exposeDevToolsProtocol", json!({"targetId": "T"})),
            ("Target.setRemoteLocations", json!({"locations": []})),
            ("browser.getVersion", json!({})),
            ("", json!({})),
            ("Target.createTarget", json!({"url": "file:///etc/passwd"})),
            ("Target.createTarget", json!({"url": "FILE:/etc/passwd"})),
            ("Target.createTarget", json!({"url": " fi\tle:///etc/passwd"})),
            ("Target.createTarget", json!({"url": "view-source:file:///etc/passwd"})),
            ("Target.createTarget", json!({"url": "chrome://downloads"})),
            ("Target.createTarget", json!({"url": "/etc/passwd"})),
            ("Target.createTarget", json!({"url": ["file:///etc/passwd"]})),
            ("Page.navigate", json!({"url": "devtools://devtools/bundled/inspector.html"})),
            ("Page.navigate", json!({"url": "filesystem:http://a/x"})),
            ("Network.loadNetworkResource", json!({"url": "file:///etc/passwd"})),
            ("Fetch.continueRequest", json!({"requestId": "1", "url": "file:///etc/passwd"})),
            ("DOM.setFileInputFiles", json!({"files": ["/etc/passwd"]})),
            ("DOM.setFileInputFiles", json!({"files": "/etc/passwd"})),
            ("Input.dispatchDragEvent", json!({"data": {"items": [], "files": ["/etc/passwd"]}})),
            ("Tracing.start", json!({"perfettoConfig": "AA=="})),
        ] {
            assert!(judged(method, params.clone()).is_err(), "{method} {params}");
        }
    }

    #[test]
    fn work_on_pages_is_passed_on_as_it_is() {
        for (method, params) in [
            ("Page.navigate", json!({"url": "https://example.com/?file:///x"})),
            ("Page.navigate", json!({"url": "data:text/html,file:///x"})),
            ("Target.createTarget", json!({"url": "about:blank"})),
            ("Target.createTarget", json!({"url": ""})),
            ("Fetch.continueRequest", json!({"requestId": "1"})),
            ("Runtime.evaluate", json!({"expression": "'file:///etc/passwd'"})),
            ("DOM.setFileInputFiles", json!({"files": []})),
            ("Browser.getVersion", json!({})),
        ] {
            assert_eq!(judged(method, params.clone()), Ok(params));
        }
    }

    #[test]
    fn downloads_are_the_sessions_and_sessions_are_flat() {
        let wanted = json!({"behavior": "allow", "downloadPath": "/etc", "browserContextId": "B"});
        let kept =
            json!({"behavior": "allowAndName", "downloadPath": "/no/such/folder/downloads", "browserContextId": "B"});
        assert_eq!(judged("Browser.setDownloadBehavior", wanted), Ok(kept));
        let wanted = json!({"behavior": "default", "downloadPath": "/etc"});
        assert_eq!(judged("Page.setDownloadBehavior", wanted), Ok(json!({"behavior": "default"})));
        for flat in [json!({}), json!({"flatten": false})] {
            assert_eq!(judged("Target.attachToTarget", flat.clone()), Ok(json!({"flatten": true})));
            assert_eq!(judged("Target.setAutoAttach", flat), Ok(json!({"flatten": true})));
        }
    }
}
