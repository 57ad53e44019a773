//! A service with sessions and one agent after the other, on a real socket, which does what a script says: which steps
//! the agent takes, what it ends in, and how its log stream behaves.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use notte_ext::{Builder, Notte};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

pub const KEY: &str = "key-7f3a-marker";
pub const TOKEN: &str = "token-51c2-marker";

/// How a log stream ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// It tells how the agent ended.
    Status,
    /// In the way of another client: the status itself.
    BareStatus,
    /// It tells that the agent ended, and not how.
    NoStatus,
    /// It tells of an end with fewer steps than there were.
    PoorStatus,
    /// It is closed as it should be.
    Close,
    /// The connection is gone.
    Cut,
    /// The connection is gone in the middle of one more message.
    CutInside,
    /// Nothing comes any more.
    Silence,
    /// It is refused to begin with.
    Refused,
    /// The connection is cut while it is opened.
    Unopened,
    /// There is no token to open it with.
    NoToken,
    /// The token is the key itself.
    KeyAsToken,
}

/// What an agent does.
#[derive(Clone, Debug)]
pub struct Script {
    pub steps: Vec<Value>,
    /// Fields of its last status.
    pub outcome: Value,
    /// How many steps were taken before anybody could look.
    pub before: usize,
    /// From which step on the stream has them.
    pub from: usize,
    /// After how many steps the stream ends.
    pub until: usize,
    pub end: End,
    /// How often a poll still finds it active once the stream has ended; each finds one step more.
    pub polls: usize,
    /// Whether polls find steps as `type` and `value`, with what came of them.
    pub wrapped: bool,
    /// Works until it is stopped.
    pub endless: bool,
    /// The second stream goes on to the end, and polls do not bring it on.
    pub recovers: bool,
}

impl Script {
    /// An agent that takes so many steps and answers.
    pub fn new(steps: usize) -> Self {
        let steps: Vec<_> =
            (0..steps).map(|number| step(number, if number + 1 == steps { "completion" } else { "click" })).collect();
        Self {
            before: 0,
            from: 0,
            until: steps.len(),
            steps,
            outcome: json!({"success": true, "answer": "42"}),
            end: End::Status,
            polls: 0,
            wrapped: true,
            endless: false,
            recovers: false,
        }
    }

    pub fn outcome(mut self, outcome: Value) -> Self {
        self.outcome = outcome;
        self
    }

    pub fn cut(mut self, until: usize, end: End) -> Self {
        (self.until, self.end) = (until, end);
        self
    }

    pub fn endless(mut self) -> Self {
        (self.endless, self.end) = (true, End::NoToken);
        self
    }
}

pub fn step(number: usize, kind: &str) -> Value {
    json!({
        "state": {"next_goal": format!("goal {number}"), "memory": "", "page_summary": "", "previous_goal_status": "success",
                  "previous_goal_eval": "", "relevant_interactions": []},
        "action": {"type": kind, "id": format!("B{number}"), "success": true, "answer": "42"},
        "started_at": format!("2025-01-02T03:{:02}:{:02}.5", number / 60, number % 60),
        "ended_at": format!("2025-01-02T03:{:02}:{:02}.9", number / 60, number % 60),
    })
}

struct Agent {
    script: Script,
    request: Value,
    taken: usize,
    /// No stream shows it any more: polls bring it on.
    polled: bool,
    polls: usize,
    closed: bool,
    stopped: bool,
}

impl Agent {
    fn status(&self, id: &str) -> Value {
        let steps: Vec<_> = self.script.steps[..self.taken]
            .iter()
            .flat_map(|step| {
                let result = json!({"type": "execution_result", "value": {"action": step["action"], "success": true}});
                let wrapped = json!({"type": "agent_completion", "value": step});
                if self.script.wrapped { vec![wrapped, result] } else { vec![step.clone()] }
            })
            .collect();
        let mut status = started(id, &self.request["session_id"], if self.closed { "closed" } else { "active" });
        let fields = status.as_object_mut().unwrap();
        fields.insert("task".into(), self.request["task"].clone());
        fields.insert("steps".into(), json!(steps));
        if self.closed && !self.stopped {
            fields.extend(self.script.outcome.as_object().unwrap().clone());
        }
        status
    }
}

fn started(id: &str, session: &Value, status: &str) -> Value {
    json!({"agent_id": id, "session_id": session, "status": status, "created_at": "2025-01-02T03:00:30Z"})
}

#[derive(Default)]
pub struct State {
    pub live: BTreeSet<String>,
    sessions: usize,
    agents: BTreeMap<String, Agent>,
    scripts: VecDeque<Script>,
    /// Method and target of every request, in order.
    pub lines: Vec<String>,
    pub bodies: Vec<(String, Value)>,
    /// Every header of every request for a log stream.
    pub stream_heads: Vec<String>,
    faults: Vec<(String, u16)>,
}

/// Serves on a thread of its own until the end of the process.
#[derive(Clone)]
pub struct Service {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Service {
    /// A service whose agents follow these scripts, the last of them again and again.
    pub fn start(scripts: impl IntoIterator<Item = Script>) -> Self {
        let state = Arc::new(Mutex::new(State { scripts: scripts.into_iter().collect(), ..State::default() }));
        let (send, receive) = std::sync::mpsc::channel();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                send.send(format!("http://{}", listener.local_addr().unwrap())).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(serve(stream, Arc::clone(&shared)));
                }
            });
        });
        Self { url: receive.recv().unwrap(), state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn builder(&self) -> Builder {
        Notte::builder().api_key(KEY).base_url(&self.url)
    }

    pub fn notte(&self) -> Notte {
        self.builder().build().unwrap()
    }

    /// The next request that begins like this fails like this.
    pub fn fail(&self, line: &str, status: u16) {
        self.state().faults.push((line.to_owned(), status));
    }

    pub fn count(&self, line: &str) -> usize {
        self.state().lines.iter().filter(|known| known.starts_with(line)).count()
    }

    /// The body of the last request that began like this.
    pub fn body(&self, line: &str) -> Value {
        self.state().bodies.iter().rfind(|(known, _)| known.starts_with(line)).unwrap().1.clone()
    }

    /// Waits until a request that begins like this has come in.
    pub async fn until(&self, line: &str) {
        while self.count(line) == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some((head, body)) = read(&mut stream).await else { return };
    let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
    let json: Value = serde_json::from_str(&body).unwrap_or_default();
    let fault = {
        let mut state = state.lock().unwrap();
        state.lines.push(line.clone());
        state.bodies.push((line.clone(), json.clone()));
        let found = state.faults.iter().position(|(prefix, _)| line.starts_with(prefix));
        found.map(|found| state.faults.remove(found).1)
    };
    if let Some(status) = fault {
        return answer(stream, status, &json!({"detail": "on purpose"})).await;
    }
    let (method, target) = line.split_once(' ').unwrap();
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    let parts: Vec<_> = path.trim_start_matches('/').split('/').collect();
    if let ("GET", ["agents", id, "debug", "logs"]) = (method, parts.as_slice()) {
        state.lock().unwrap().stream_heads.push(head.clone());
        return logs(stream, id, &head, &state).await;
    }
    let (status, body) = handle(method, &parts, &json, &mut state.lock().unwrap());
    answer(stream, status, &body).await;
}

fn handle(method: &str, parts: &[&str], body: &Value, state: &mut State) -> (u16, Value) {
    let moment = "2025-01-02T03:00:00Z";
    let session = |id: &str, status: &str| {
        json!({"session_id": id, "status": status, "created_at": moment, "last_accessed_at": moment,
               "max_duration_minutes": 15})
    };
    let gone = (404, json!({"detail": "gone"}));
    (
        200,
        match (method, parts) {
            ("POST", ["sessions", "start"]) => {
                state.sessions += 1;
                let id = format!("s-{}", state.sessions);
                state.live.insert(id.clone());
                session(&id, "active")
            }
            ("DELETE", ["sessions", id, "stop"]) => {
                state.live.remove(*id);
                session(id, "closed")
            }
            ("GET", ["sessions", id]) => session(id, "active"),
            ("GET", ["sessions", _, "offset"]) => json!({"offset": 7}),
            ("GET", ["sessions", _, "debug"]) => {
                let end = state.agents.values().last().map(|agent| agent.script.end);
                let token = if end == Some(End::KeyAsToken) { KEY } else { TOKEN };
                let logs = match end {
                    Some(End::NoToken) => "wss://elsewhere/logs".to_owned(),
                    _ => format!("wss://elsewhere/logs?token={token}"),
                };
                json!({"debug_url": "https://d", "tabs": [], "ws": {"cdp": "wss://c", "logs": logs, "recording": "wss://r"}})
            }
            ("POST", ["sessions", _, "page", "execute"]) => {
                let success = !body.to_string().contains("no-such");
                let message = if success { "ok" } else { "no such element" };
                let data = (body["type"] == "evaluate_js").then(|| json!({"markdown": "Example"}));
                json!({"action": body, "success": success, "message": message, "started_at": moment, "ended_at": moment,
                   "data": data})
            }
            ("POST", ["agents", "start"]) => {
                let id = format!("a-{:04}", state.agents.len() + 1);
                let script = match state.scripts.len() {
                    1 => state.scripts[0].clone(),
                    _ => state.scripts.pop_front().unwrap(),
                };
                let polled = matches!(script.end, End::NoToken | End::KeyAsToken);
                let agent = Agent {
                    taken: script.before,
                    request: body.clone(),
                    polled,
                    polls: 0,
                    closed: false,
                    stopped: false,
                    script,
                };
                state.agents.insert(id.clone(), agent);
                started(&id, &body["session_id"], "active")
            }
            ("GET", ["agents"]) => {
                let items: Vec<_> = state
                    .agents
                    .iter()
                    .map(|(id, agent)| started(id, &agent.request["session_id"], "active"))
                    .collect();
                json!({"items": items, "page": 1, "page_size": 10, "has_next": false, "has_previous": false})
            }
            ("GET", ["agents", id]) => {
                let Some(agent) = state.agents.get_mut(*id) else { return gone };
                if agent.polled && !agent.closed {
                    agent.polls += 1;
                    let last = !agent.script.endless && agent.polls > agent.script.polls;
                    agent.taken =
                        if last { agent.script.steps.len() } else { (agent.taken + 1).min(agent.script.steps.len()) };
                    agent.closed = last || agent.stopped;
                }
                agent.status(id)
            }
            ("DELETE", ["agents", id, "stop"]) => {
                let Some(agent) = state.agents.get_mut(*id) else { return gone };
                // It takes effect at the next step.
                agent.stopped |= !agent.closed;
                agent.status(id)
            }
            ("GET", ["agents", _, "workflow", "code"]) => {
                json!({"python_script": "session.execute(…)", "json_actions": [{"type": "goto", "url": "https://e.com"}]})
            }
            _ => return (404, json!({"detail": "no such route"})),
        },
    )
}

async fn logs(mut stream: TcpStream, id: &str, head: &str, state: &Mutex<State>) {
    let mut script = match state.lock().unwrap().agents.get(id) {
        Some(agent) => agent.script.clone(),
        None => return,
    };
    if script.recovers && state.lock().unwrap().stream_heads.len() > 1 {
        script = script.clone().cut(script.steps.len(), End::Status);
    }
    let polled = || state.lock().unwrap().agents.get_mut(id).unwrap().polled = true;
    match script.end {
        End::Refused => {
            polled();
            return answer(stream, 403, &json!({"detail": "no"})).await;
        }
        End::Unopened => return polled(),
        _ => {}
    }
    let key = head.lines().find_map(|line| line.strip_prefix("sec-websocket-key: ")).unwrap();
    let accept = sha1_smol::Sha1::from(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11")).digest().bytes();
    let opened = format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: {}\r\n\r\n",
        BASE64.encode(accept)
    );
    stream.write_all(opened.as_bytes()).await.unwrap();
    let mut text =
        vec![json!({"validation": "fine"}).to_string(), "no JSON".into(), json!({"status": "thinking"}).to_string()];
    let steps = &script.steps;
    for (number, step) in steps.iter().enumerate().take(script.until).skip(script.from) {
        text.push(step.to_string());
        state.lock().unwrap().agents.get_mut(id).unwrap().taken = number + 1;
        for text in text.drain(..) {
            // Whoever has gone does not listen.
            let _ = stream.write_all(&frame(1, text.as_bytes())).await;
        }
    }
    let status = {
        let mut state = state.lock().unwrap();
        let agent = state.agents.get_mut(id).unwrap();
        agent.polled = !script.recovers;
        if matches!(script.end, End::Status | End::BareStatus | End::NoStatus | End::PoorStatus) {
            (agent.taken, agent.closed) = (steps.len(), true);
        }
        agent.status(id)
    };
    let last = match script.end {
        End::Status => frame(1, json!({"status": "agent_stop", "agent": status}).to_string().as_bytes()),
        End::BareStatus => frame(1, status.to_string().as_bytes()),
        End::NoStatus => frame(1, br#"{"status":"agent_stop"}"#),
        End::PoorStatus => {
            let mut status = status;
            status["steps"] = json!([]);
            frame(1, json!({"status": "agent_stop", "agent": status}).to_string().as_bytes())
        }
        End::Close => frame(8, &1012_u16.to_be_bytes()),
        End::CutInside => {
            let next = steps.get(script.until).cloned().unwrap_or_else(|| json!({"status": "agent_stop"}));
            let whole = frame(1, next.to_string().as_bytes());
            whole[..whole.len() / 2].to_vec()
        }
        _ => Vec::new(),
    };
    let _ = stream.write_all(&last).await;
    if script.end == End::Silence {
        std::future::pending::<()>().await;
    }
    let _ = stream.shutdown().await;
}

/// One unmasked frame of a server, whole.
fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | kind];
    match u16::try_from(payload.len()) {
        Ok(length @ ..=125) => frame.push(u8::try_from(length).unwrap()),
        Ok(length) => {
            frame.push(126);
            frame.extend(length.to_be_bytes());
        }
        Err(_) => {
            frame.push(127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend(payload);
    frame
}

async fn answer(mut stream: TcpStream, status: u16, body: &Value) {
    let body = body.to_string();
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await;
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return Some((head, String::from_utf8_lossy(&bytes[end + 4..]).into_owned()));
            }
        }
        let n = stream.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&buffer[..n]);
    }
}
