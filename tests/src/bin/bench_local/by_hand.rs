//! The same browser driven by hand: one WebSocket, one command after the other, and nothing of notte-local.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::Result;

/// What anybody starts a browser with who drives it.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--mute-audio",
    "--hide-scrollbars",
    "--password-store=basic",
    "--use-mock-keychain",
    "--remote-debugging-port=0",
];

/// The elements in view that can be worked with, with what is needed to name and find them again.
const OBSERVE: &str = r"(() => {
  const found = [];
  for (const element of document.querySelectorAll('a[href],button,input,select,textarea,[role],[onclick],[tabindex]')) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth) continue;
    if (element.disabled || !element.checkVisibility({ visibilityProperty: true })) continue;
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    if (!top || (!element.contains(top) && !top.contains(element))) continue;
    const steps = [];
    for (let node = element; node; node = node.parentElement) {
      if (node.id) { steps.unshift('#' + CSS.escape(node.id)); break; }
      const twins = [...(node.parentElement?.children ?? [])].filter((twin) => twin.tagName === node.tagName);
      steps.unshift(node.tagName.toLowerCase() + (twins.length > 1 ? `:nth-of-type(${twins.indexOf(node) + 1})` : ''));
    }
    const label = element.getAttribute('aria-label') || element.labels?.[0]?.innerText || element.innerText || element.name;
    found.push({ tag: element.tagName, role: element.getAttribute('role'), label, css: steps.join(' > '), value: element.value,
      checked: element.checked, box: { x: box.x, y: box.y, width: box.width, height: box.height } });
  }
  return found;
})()";

/// What a reader sees of the page, as HTML: what is hidden is left out.
const READ: &str = r"(() => {
  const escaped = (text) => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
  const read = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return escaped(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || !node.checkVisibility({ visibilityProperty: true })) return '';
    if (['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE'].includes(node.tagName)) return '';
    const name = node.localName;
    const href = node.href ? ` href='${escaped(node.href)}'` : '';
    return `<${name}${href}>${[...node.childNodes].map(read).join('')}</${name}>`;
  };
  return read(document.body);
})()";

/// A browser and its one page.
pub(crate) struct Browser {
    process: Process,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next: u64,
    session: Value,
    /// Events that came before an answer.
    events: Vec<Value>,
}

struct Process {
    child: Child,
    _profile: TempDir,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    pub(crate) async fn start(program: &Path, (width, height): (u32, u32)) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let child = Command::new(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let file = profile.path().join("DevToolsActivePort");
        let process = Process { child, _profile: profile };
        let url = loop {
            if let Some((port, path)) = std::fs::read_to_string(&file).unwrap_or_default().split_once('\n')
                && !path.is_empty()
            {
                break format!("ws://127.0.0.1:{port}{path}");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let (socket, _) = connect_async(url).await?;
        let mut browser = Self { process, socket, next: 0, session: Value::Null, events: Vec::new() };
        let targets = browser.call("Target.getTargets", json!({})).await?;
        let page = targets["targetInfos"].as_array().into_iter().flatten().find(|target| target["type"] == "page");
        let target = page.ok_or("no page")?["targetId"].clone();
        let attached = browser.call("Target.attachToTarget", json!({ "targetId": target, "flatten": true })).await?;
        browser.session = attached["sessionId"].clone();
        browser.call("Page.enable", json!({})).await?;
        browser.call("Network.enable", json!({})).await?;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        browser.call("Emulation.setDeviceMetricsOverride", size).await?;
        Ok(browser)
    }

    pub(crate) async fn stop(mut self) -> Result {
        self.session = Value::Null;
        self.call("Browser.close", json!({})).await?;
        self.process.child.wait()?;
        Ok(())
    }

    async fn read(&mut self) -> Result<Value> {
        loop {
            if let Message::Text(text) = self.socket.next().await.ok_or("the browser is gone")?? {
                return Ok(serde_json::from_str(&text)?);
            }
        }
    }

    async fn call(&mut self, method: &str, params: Value) -> Result<Value> {
        self.next += 1;
        let mut command = json!({ "id": self.next, "method": method, "params": params });
        if !self.session.is_null() {
            command["sessionId"] = self.session.clone();
        }
        self.socket.send(Message::text(command.to_string())).await?;
        loop {
            let mut message = self.read().await?;
            if message["id"] == self.next {
                if message["error"].is_object() {
                    return Err(format!("{method}: {}", message["error"]["message"]).into());
                }
                return Ok(message["result"].take());
            }
            self.events.push(message);
        }
    }

    async fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let params = json!({ "expression": expression, "returnByValue": true });
        Ok(self.call("Runtime.evaluate", params).await?["result"]["value"].take())
    }

    pub(crate) async fn goto(&mut self, url: &str) -> Result {
        self.events.clear();
        self.call("Page.navigate", json!({ "url": url })).await?;
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.read().await?;
            self.events.push(event);
        }
        Ok(())
    }

    /// How many elements there are, and the picture of the page.
    pub(crate) async fn observe(&mut self) -> Result<(usize, Value)> {
        let found = self.evaluate(OBSERVE).await?;
        let mut picture = self.call("Page.captureScreenshot", json!({ "format": "jpeg", "quality": 85 })).await?;
        Ok((found.as_array().map_or(0, Vec::len), picture["data"].take()))
    }

    pub(crate) async fn click(&mut self, selector: &str) -> Result {
        let find = format!(
            "(() => {{ const element = document.querySelector('{selector}'); element.scrollIntoViewIfNeeded();
            const box = element.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        );
        let at = self.evaluate(&find).await?;
        for (kind, button, count) in
            [("mouseMoved", "none", 0), ("mousePressed", "left", 1), ("mouseReleased", "left", 1)]
        {
            let event = json!({ "type": kind, "x": at[0], "y": at[1], "button": button, "clickCount": count });
            self.call("Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }

    /// The page as Markdown.
    pub(crate) async fn scrape(&mut self) -> Result<String> {
        let html = self.evaluate(READ).await?;
        Ok(htmd::convert(html.as_str().unwrap_or_default())?)
    }
}
