//! Waits for 1,000 agents at once, with notte-ext and with a loop written by hand over reqwest, and compares what both
//! take. Without arguments it measures, and prints JSON; `serve POLLS` is the service, in a process of its own.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::{
    collections::HashMap,
    error::Error,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use notte_ext::{
    Notte,
    notte_api::{
        reqwest,
        types::{AgentStatus, AgentStatusResponse},
    },
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::sleep,
};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const AGENTS: usize = 1000;
/// An agent is done when it was asked so often.
const POLLS: usize = 12;
const INTERVAL: Duration = Duration::from_millis(300);
const DEADLINE: Duration = Duration::from_secs(600);
const STEPS: usize = 8;
const ROUNDS: usize = 3;
const KEY: &str = "bench";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => println!("{}", compare()?),
        ["serve", polls] => serve(polls.parse()?).await?,
        ["notte-ext", url] => {
            let notte = Notte::builder().api_key(KEY).base_url(*url).build()?;
            measure(|id| with_notte(notte.clone(), id)).await?;
        }
        ["reqwest", url] => {
            let client = reqwest::Client::new();
            measure(|id| by_hand(client.clone(), format!("{url}/agents/{id}"))).await?;
        }
        other => return Err(format!("unknown arguments: {other:?}").into()),
    }
    Ok(())
}

/// Whether the agent did its task.
async fn with_notte(notte: Notte, id: String) -> Result<bool> {
    let status = notte.agents().attach(id).wait().deadline(DEADLINE).interval(INTERVAL).await?;
    Ok(status.success() == Some(true))
}

async fn by_hand(client: reqwest::Client, url: String) -> Result<bool> {
    loop {
        let answer = client.get(&url).bearer_auth(KEY).send().await?.error_for_status()?.bytes().await?;
        let status: AgentStatusResponse = serde_json::from_slice(&answer)?;
        if status.status == AgentStatus::Closed {
            return Ok(status.success == Some(true));
        }
        sleep(INTERVAL).await;
    }
}

/// Waits for all agents, and prints what that took.
async fn measure<F>(wait: impl Fn(String) -> F) -> Result<()>
where
    F: Future<Output = Result<bool>> + Send + 'static,
{
    let mut waits = JoinSet::new();
    for number in 0..AGENTS {
        waits.spawn(wait(format!("a-{number}")));
    }
    let mut finished = 0;
    while let Some(succeeded) = waits.join_next().await {
        finished += usize::from(succeeded??);
    }
    println!("{}", json!({"finished": finished, "cpu_s": cpu_seconds()?, "peak_mb": peak_megabytes()?}));
    Ok(())
}

/// What all threads of this process have computed.
fn cpu_seconds() -> Result<f64> {
    let mut nanoseconds = 0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let spent = std::fs::read_to_string(task?.path().join("schedstat"))?;
        nanoseconds += spent.split(' ').next().ok_or("schedstat is empty")?.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds).as_secs_f64())
}

fn peak_megabytes() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1024.0)
}

/// The best of a few rounds of each, one after the other.
fn compare() -> Result<Value> {
    let mut best: HashMap<&str, (f64, f64)> = HashMap::new();
    for _ in 0..ROUNDS {
        for who in ["notte-ext", "reqwest"] {
            // Every run finds agents that nobody has asked for yet.
            let server = Server::start()?;
            let output = Command::new(std::env::current_exe()?).args([who, &server.url]).output()?;
            let result: Value = serde_json::from_slice(&output.stdout)
                .map_err(|_| format!("{who}: {}", String::from_utf8_lossy(&output.stderr)))?;
            if result["finished"] != AGENTS {
                return Err(format!("{who}: not all agents finished: {result}").into());
            }
            let figure = |name: &str| result[name].as_f64().ok_or(format!("{who}: no {name}"));
            let (cpu, peak) = best.entry(who).or_insert((f64::MAX, f64::MAX));
            (*cpu, *peak) = (cpu.min(figure("cpu_s")?), peak.min(figure("peak_mb")?));
        }
    }
    let told = best.iter().map(|(who, (cpu, peak))| ((*who).to_owned(), json!({"cpu_s": cpu, "peak_mb": peak})));
    Ok(json!({"agents": AGENTS, "requests": AGENTS * POLLS, "of": told.collect::<serde_json::Map<_, _>>()}))
}

struct Server {
    url: String,
    process: Child,
}

impl Server {
    fn start() -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve", &POLLS.to_string()])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut url)?;
        Ok(Self { url: url.trim().to_owned(), process })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It serves until then, or has failed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves the status of any agent, which is done when it was asked so often, until the process is killed.
async fn serve(until: usize) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    let [active, closed] = ["active", "closed"].map(|status| Arc::<str>::from(answer(status)));
    let polls = Arc::new(std::sync::Mutex::new(HashMap::<String, usize>::new()));
    loop {
        let (stream, _) = listener.accept().await?;
        let (polls, active, closed) = (Arc::clone(&polls), Arc::clone(&active), Arc::clone(&closed));
        tokio::spawn(connection(stream, move |line| {
            let mut polls = polls.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let count = polls.entry(line).or_default();
            *count += 1;
            if *count < until { Arc::clone(&active) } else { Arc::clone(&closed) }
        }));
    }
}

/// Answers requests without a body, one after the other.
async fn connection(mut stream: TcpStream, answer: impl Fn(String) -> Arc<str>) -> Result<()> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        request.extend_from_slice(&buffer[..read]);
        if request.ends_with(b"\r\n\r\n") {
            let line = String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_owned();
            request.clear();
            stream.write_all(answer(line).as_bytes()).await?;
        }
    }
}

/// What an agent with a few steps behind it answers, whole.
fn answer(status: &str) -> String {
    let at = "2026-01-02T03:04:05Z";
    let step = json!({
        "type": "agent_completion",
        "value": {
            "state": {
                "previous_goal_status": "success", "previous_goal_eval": "the page was loaded as it should be",
                "page_summary": "a list of articles, with titles, points, authors and links to the comments",
                "relevant_interactions": [{"id": "L1", "reason": "the first title"}, {"id": "L2", "reason": "the second"}],
                "memory": "one article was read, nine are left", "next_goal": "open the second article",
            },
            "action": {"type": "click", "id": "L2", "selector": null, "press_enter": false},
            "started_at": at, "ended_at": at,
        },
    });
    let (success, text) = if status == "closed" { (json!(true), json!("done")) } else { (Value::Null, Value::Null) };
    let body = json!({
        "agent_id": "a-1", "session_id": "s-1", "status": status, "created_at": at, "closed_at": null, "saved": false,
        "task": "read ten articles, and tell what they have in common", "success": success, "answer": text,
        "url": "https://example.com", "steps": vec![step; STEPS],
    })
    .to_string();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: r-1\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}
