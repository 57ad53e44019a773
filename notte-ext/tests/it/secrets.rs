//! Nothing that is printed of any public type, no error and no log line of any thread holds a key, a password, a card, a
//! seed, a cookie, a typed text, a token, or an address that carries one.
//!
//! Another test holds this one to showing every public type: `shown::<Type>`.

use std::{
    error::Error as _,
    fmt::{Debug, Write as _},
    fs::File,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::{Fault, KEY, Server, alone};
use notte_ext::{
    Action, Agent, AgentBuilder, AgentFallback, AgentState, AgentStatus, Agents, Attempt, AttemptEnd, AuthConnection,
    AuthLogin, Builder, Call, CreateProfile, DuplicateProfile, Email, Error, ErrorKind, ExecuteFile, ExternalProxy,
    FallbackOutcome, FallbackPage, FetchResponse, FileDownload, FileList, Files, Function, FunctionCreate,
    FunctionDownload, FunctionEdit, FunctionList, FunctionRollback, FunctionRun, FunctionRunBuilder, FunctionRunList,
    FunctionSchedule, FunctionUpdate, Functions, ImageFormat, ImportState, Link, Login, ManagedAuth, MessageWait,
    Messages, NetworkLog, NetworkLogs, NetworkLogsRequest, Next, Notte, NotteProxy, Observe, OnAttempt, Options, Page,
    PageFetch, Persona, PersonaBuilder, Personas, Profile, ProfileList, Profiles, Progress, Replay, ReplayRequest,
    ReplayWait, Request, Retry, RunEvent, RunEvents, RunPayload, RunUpdate, Save, SaveProfile, Saved, ScrapeHtml,
    ScrapePage, ScrapeUrl, Screenshot, Script, Search, SearchAnswer, SearchHit, SearchResults, Secrets, Session,
    SessionBuilder, SessionDebug, SessionHandle, SessionList, Sessions, SetProfileCookies, Shutdown, Step, Stopped,
    Sweep, SweepFailure, Upload, Usage, Vault, VaultCard, VaultEntry, Vaults, VideoFormat, WaitForAuth, Waited,
    WorkflowCode,
    actions::{ElementId, FormFill, Selector},
    agents,
    notte_api::reqwest::Method,
    notte_api::{
        types::{CreditCard, SessionPage, SmsResponse},
        wire::List,
    },
    workflow::{PageCheck, Recorder, StepOutcome, Target, WorkflowOutcome, WorkflowRun, WorkflowStep},
};
use notte_ext::{
    Download, Finished, Fleet, FleetResults, FleetState, Listing, Proxies, ScreenshotType, TailnetProxy, Workflow,
};
use serde_json::json;

const AT: &str = "2025-01-02T03:04:05Z";
const TYPED: &str = "hunter2";
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const CARD: &str = "4242424242424242";
const TOKEN: &str = "token-7f3a-marker";
const PLANTED: [&str; 5] = [KEY, TYPED, SEED, CARD, TOKEN];

/// Everything that a program could print.
#[derive(Default)]
struct Printed(String);

impl Printed {
    fn shown<T: Debug>(&mut self, value: &T) {
        write!(self.0, "{value:?}\n{value:#?}\n").unwrap();
    }

    fn failed(&mut self, error: &Error) {
        self.shown::<Error>(error);
        self.shown::<ErrorKind>(&error.kind());
        write!(self.0, "{error}\n{error:#}\n{:?}\n", error.detail()).unwrap();
        let mut cause = error.source();
        while let Some(error) = cause {
            write!(self.0, "{error}\n{error:?}\n").unwrap();
            cause = error.source();
        }
    }
}

/// Answers this to the next request that begins like this, and a refusal to the one after.
fn say(server: &Server, line: &str, answer: &serde_json::Value, refusal: &'static str) {
    server.fail(line, [Fault::Say(answer.to_string()), Fault::Refuse(400, "x-token: token-7f3a-marker\r\n", refusal)]);
}

// What a service can repeat is what it was sent. What it never got from here is out of our sight.
const OF_ANY: &str = r#"{"detail":"no key-7f3a-marker, see wss://h/?token=token-7f3a-marker"}"#;
const OF_TYPED: &str = r#"{"detail":[{"loc":["body","x"],"msg":"no 'hunter2'","input":"hunter2"}]}"#;
const OF_LOGIN: &str = r#"{"detail":[{"loc":["body"],"msg":"no hunter2, no GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}]}"#;
const OF_CARD: &str = r#"{"message":"bad card","detail":"no 4242424242424242, no hunter2"}"#;

/// Keeps what it hears.
struct Hook(Arc<Mutex<Vec<(Attempt, AttemptEnd)>>>);

impl OnAttempt for Hook {
    fn after(&self, attempt: &Attempt, end: &AttemptEnd) {
        self.0.lock().unwrap().push((*attempt, *end));
    }
}

async fn clients(all: &mut Printed, server: &Server) {
    let builder = server.builder().proxy(format!("http://u:{TOKEN}@127.0.0.1:1")).header("x-token", TOKEN);
    all.shown::<Builder>(&builder);
    all.failed(&builder.build().unwrap().health().await.unwrap_err());
    all.failed(&Notte::new(format!("{KEY}\n")).unwrap_err());
    all.failed(&server.builder().base_url(format!("https://u:{TOKEN}@h")).build().unwrap_err());
    let notte = server.notte();
    all.shown::<Notte>(&notte);
    let options = Options::new().header("x-token", TOKEN).idempotency_key(TOKEN);
    all.shown::<Options>(&options);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hooked = server.builder().on_attempt(Hook(Arc::clone(&heard))).build().unwrap();
    hooked.with_options(options.clone()).health().await.unwrap();
    let (attempt, end) = heard.lock().unwrap()[0];
    all.shown::<Attempt>(&attempt);
    all.shown::<AttemptEnd>(&end);
    all.shown::<Next>(&end.next);
    let request =
        notte.request(Method::POST, "/sessions/token-7f3a-marker").query("q", TOKEN).json(TOKEN).options(options);
    all.shown::<Request<'_>>(&request);
    all.failed(&request.await.unwrap_err());
    all.failed(&notte.with_key(format!("{KEY}\n")).unwrap_err());
    all.failed(&Error::other("a text of the caller's own"));
    all.shown::<Retry>(&Retry::standard());
    let call = notte.call(notte.api().health_check()).header("x-token", TOKEN).idempotency_key(TOKEN);
    all.shown::<Call<'_, _>>(&call);
    server.fail("GET /health", [Fault::Refuse(401, "", OF_ANY)]);
    all.failed(&call.await.unwrap_err());
}

async fn sessions(all: &mut Printed, server: &Server) {
    let ledger = std::env::temp_dir().join(format!("notte-secrets-{}", std::process::id()));
    let notte = server.builder().ledger(&ledger).build().unwrap();
    server.fail("POST /sessions/start", [Fault::Refuse(529, "", r#"{"detail":"busy with key-7f3a-marker"}"#)]);
    let builder = notte.session().extra_http_header("authorization", TYPED).cdp_url(format!("wss://x?token={TOKEN}"));
    all.shown::<SessionBuilder>(&builder);
    let session = builder.await.unwrap();
    all.shown::<Session>(&session);
    all.shown::<SessionHandle>(&session.handle());
    all.shown::<Stopped>(&notte.session().await.unwrap().stop().await.unwrap());
    all.shown::<Sessions>(&notte.sessions());
    all.shown::<SessionList>(&notte.sessions().list());
    let fill = Action::fill("I1", TYPED);
    all.shown::<Action>(&fill.clone().into());
    all.shown::<ElementId>(&ElementId::from("I1"));
    all.shown::<Selector>(&Selector::css("#a"));
    all.shown::<FormFill>(&Action::form_fill([("city", TYPED)]));
    all.shown(&session.execute(fill).await.unwrap());
    let cookies = session.cookies().await.unwrap();
    all.shown(&cookies);
    session.set_cookies(cookies).await.unwrap();
    all.shown::<SessionDebug>(&session.debug().await.unwrap());
    all.shown::<Observe<'_>>(&session.observe().instructions(TYPED));
    all.shown::<Page>(&session.observe().await.unwrap());
    all.shown::<ScrapePage<'_>>(&session.scrape());
    let screenshot = session.screenshot().await.unwrap();
    all.shown::<Screenshot>(&screenshot);
    all.shown::<Option<ImageFormat>>(&screenshot.format());
    server.fail("POST /sessions/s-1/page/execute", [Fault::DoneBut(500), Fault::Refuse(422, "", OF_TYPED)]);
    all.failed(&session.evaluate_js(TYPED).await.unwrap_err());
    all.failed(&session.execute(Action::fill("I1", TYPED)).await.unwrap_err());
    server.fail("DELETE", [Fault::Refuse(401, "", r#"{"detail":"key-7f3a-marker"}"#)]);
    all.failed(&notte.sessions().attach("s-1").stop().await.unwrap_err());
    drop(session);
    let shutdown = notte.shutdown(Duration::from_secs(20)).await;
    assert!(shutdown.is_clean());
    all.shown::<Shutdown>(&shutdown);
    let sweep = notte.sessions().sweep().await.unwrap();
    all.shown::<Sweep>(&sweep);
    // It cannot be made outside: what it holds is shown above.
    all.shown::<Vec<SweepFailure>>(&sweep.failed);
    std::fs::remove_dir_all(ledger).unwrap();
}

async fn vaults(all: &mut Printed, server: &Server) {
    let notte = server.notte();
    all.shown::<Vaults>(&notte.vaults());
    let vault = notte.vaults().attach("v-1");
    all.shown::<Vault>(&vault);
    let entry = || vault.credentials("e.com").username("ada").password(TYPED).mfa_secret(SEED);
    all.shown::<VaultEntry<'_>>(&entry());
    say(server, "POST /vaults/v-1/credentials", &json!({"status": "success"}), OF_LOGIN);
    entry().add().await.unwrap();
    all.failed(&entry().add().await.unwrap_err());
    let login = json!({"credentials": {"username": "ada", "password": TYPED, "mfa_secret": SEED}});
    say(server, "GET /vaults/v-1/credentials", &login, OF_ANY);
    let login = entry().get().await.unwrap();
    all.shown::<Login>(&login);
    all.shown(&login.mfa_code().unwrap());
    all.failed(&entry().get().await.unwrap_err());
    let card = || vault.card().holder("Ada").number(CARD).cvv(TYPED).expiration("12/30");
    all.shown::<VaultCard<'_>>(&card());
    say(server, "POST /vaults/v-1/card", &json!({"status": "success"}), OF_CARD);
    card().set().await.unwrap();
    all.failed(&card().set().await.unwrap_err());
    let kept = json!({"credit_card":
        {"card_holder_name": "Ada", "card_number": CARD, "card_cvv": TYPED, "card_full_expiration": "12/30"}});
    say(server, "GET /vaults/v-1/card", &kept, OF_ANY);
    all.shown::<CreditCard>(&vault.card().get().await.unwrap());
    all.failed(&vault.card().get().await.unwrap_err());
}

async fn personas(all: &mut Printed, server: &Server) {
    let notte = server.notte();
    all.shown::<Personas>(&notte.personas());
    all.shown::<PersonaBuilder>(&notte.personas().create().name(TYPED));
    let persona = notte.personas().attach("p-1");
    all.shown::<Persona>(&persona);
    all.shown::<Messages<'_, Email>>(&persona.emails());
    all.shown::<MessageWait<'_, SmsResponse>>(&persona.sms().wait());
    let mail = json!([{"subject": "Your code", "email_id": "m-1", "created_at": AT, "sender_email": "a@b.c",
        "sender_name": "A", "text_content": format!("it is {TYPED}: https://e.com/?token={TOKEN}"), "html_content": TYPED}]);
    say(server, "GET /personas/p-1/emails", &mail, OF_ANY);
    all.shown::<List<Email>>(&persona.emails().await.unwrap());
    all.failed(&persona.emails().await.unwrap_err());
}

async fn pages(all: &mut Printed, server: &Server) {
    let notte = server.notte();
    let proxy = ExternalProxy::new(format!("http://u:{TOKEN}@h:1")).login("ada", TYPED);
    all.shown::<ExternalProxy>(&proxy);
    all.shown::<NotteProxy>(&NotteProxy::country("pt"));
    all.shown::<ScrapeUrl>(&notte.scrape(format!("https://e.com?token={TOKEN}")).browser(notte.session().proxy(proxy)));
    all.shown::<ScrapeHtml>(&notte.scrape_from_html("https://e.com", TYPED).instructions(TYPED));
    say(server, "POST /scrape", &json!({"markdown": "[a](https://e.com/b)"}), OF_ANY);
    all.shown::<Vec<Link>>(&notte.scrape("https://e.com").links().await.unwrap());
    all.failed(&notte.scrape("https://e.com").instructions(TYPED).markdown().await.unwrap_err());

    let session = notte.sessions().attach("s-1");
    let answer = json!({"status": 200, "url": format!("https://e.com?token={TOKEN}"), "headers": {"x": TYPED}, "body": "aHVudGVyMg=="});
    let executed = json!({"action": {"type": "evaluate_js", "code": TYPED}, "success": true, "message": "ok",
        "started_at": AT, "ended_at": AT, "data": {"markdown": answer.to_string()}});
    say(server, "POST /sessions/s-1/page/execute", &executed, OF_ANY);
    let fetch = || session.fetch("/cart").header("x-token", TYPED).query("token", TOKEN).body(TYPED);
    all.shown::<PageFetch<'_>>(&fetch());
    all.shown::<FetchResponse>(&fetch().await.unwrap());
    all.failed(&fetch().await.unwrap_err());
    all.shown::<ExecuteFile<'_>>(&session.execute_file(Action::upload_file("F1", "a.pdf"), "T1"));
    all.shown::<WaitForAuth<'_>>(&session.wait_for_auth());
    all.shown::<SaveProfile<'_>>(&session.save_profile().name("shop"));
    all.shown::<WorkflowCode<'_>>(&session.workflow_code());
    let recorded = json!({"python_script": TYPED, "json_actions": [{"type": "fill", "id": "I1", "value": TYPED}]});
    say(server, "GET /sessions/s-1/workflow/code", &recorded, OF_ANY);
    let script = session.workflow_code().await.unwrap();
    all.shown::<Script>(&script);
    all.shown::<Vec<Action>>(&script.actions().unwrap());
    all.failed(&session.workflow_code().await.unwrap_err());
}

async fn files(all: &mut Printed, server: &Server) {
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    let folder = tempfile::tempdir().unwrap();
    all.shown::<Files<'_>>(&session.files());
    all.shown::<FileList>(&session.files().list());
    all.shown::<FileDownload<'_>>(&session.files().download("f-1"));
    all.shown::<Upload<'_>>(&session.files().upload("a.csv").progress(|_| {}));

    let linked = json!({"mp4_url": format!("{}/v.mp4?token={TOKEN}", server.url), "expires_at": "x"});
    say(server, "GET /sessions/s-1/replay", &linked, OF_ANY);
    all.shown::<ReplayRequest<'_>>(&session.replay());
    all.shown::<ReplayWait<'_>>(&session.replay().wait());
    let replay = session.replay().await.unwrap();
    all.shown::<Replay>(&replay);
    all.failed(&session.replay().await.unwrap_err());
    server.fail("GET /v.mp4", [Fault::Say("\0\0\0\x18ftypmp42".into())]);
    let mut seen = Vec::new();
    let save = replay.save(folder.path().join("v.mp4")).progress(|now| seen.push(now));
    all.shown::<Save<'_>>(&save);
    let saved = save.await.unwrap();
    all.shown::<Saved>(&saved);
    all.shown::<Option<VideoFormat>>(&saved.video);
    all.shown::<Vec<Progress>>(&seen);

    let batches = json!([{"key": "b-1", "size": 3, "download_url": format!("{}/log?token={TOKEN}", server.url)}]);
    let logs = json!({"session_id": "s-1", "batches": batches, "total_batch_count": 1});
    say(server, "GET /sessions/s-1/network/logs", &logs, OF_ANY);
    all.shown::<NetworkLogsRequest<'_>>(&session.network_logs());
    let logs = session.network_logs().await.unwrap();
    all.shown::<NetworkLogs>(&logs);
    all.shown::<NetworkLog>(&logs.files[0]);
    server.fail("GET /log", [Fault::Refuse(403, "", OF_ANY)]);
    all.failed(&logs.files[0].save(folder.path().join("log")).await.unwrap_err());
    all.failed(&session.network_logs().await.unwrap_err());
}

async fn profiles(all: &mut Printed, server: &Server) {
    let notte = server.notte();
    all.shown::<Profiles>(&notte.profiles());
    all.shown::<ProfileList>(&notte.profiles().list());
    all.shown::<CreateProfile>(&notte.profiles().create().name("shop"));
    let profile = notte.profiles().attach("p-1");
    all.shown::<Profile>(&profile);
    all.shown::<DuplicateProfile<'_>>(&profile.duplicate());
    let cookies = json!({"cookies": [{"name": "a", "value": TYPED, "domain": "x", "path": "/", "httpOnly": true}]});
    say(server, "GET /profiles/p-1/cookies", &cookies, OF_ANY);
    let cookies = profile.cookies().await.unwrap();
    all.failed(&profile.cookies().await.unwrap_err());
    server.fail("POST /profiles/p-1", [Fault::Refuse(422, "", OF_TYPED), Fault::Refuse(422, "", OF_TYPED)]);
    let set = profile.set_cookies(cookies.clone());
    all.shown::<SetProfileCookies<'_>>(&set);
    all.failed(&set.await.unwrap_err());
    let import = profile.import_state().cookies(cookies).local_storage("https://x", "token", TYPED);
    all.shown::<ImportState<'_>>(&import);
    all.failed(&import.await.unwrap_err());
}

async fn functions(all: &mut Printed, server: &Server) {
    let notte = server.notte();
    all.shown::<Functions>(&notte.functions());
    all.shown::<FunctionList>(&notte.functions().list());
    all.shown::<FunctionCreate>(&notte.functions().create("a.py").description(TYPED));
    let function = notte.functions().attach("f-1");
    all.shown::<Function>(&function);
    all.shown::<FunctionUpdate<'_>>(&function.update("a.py"));
    all.shown::<FunctionEdit<'_>>(&function.edit().instructions(TYPED));
    all.shown::<FunctionRollback<'_>>(&function.rollback("v1"));
    all.shown::<FunctionRunList>(&function.runs());
    let info = json!({"function_id": "f-1", "created_at": AT, "updated_at": AT, "latest_version": "v1",
        "versions": ["v1"], "status": "active", "url": format!("{}/source?token={TOKEN}", server.url)});
    say(server, "GET /functions/f-1", &info, OF_ANY);
    server.fail("GET /source", [Fault::Refuse(403, "", OF_ANY)]);
    all.shown::<FunctionDownload<'_>>(&function.download().decryption_key(TYPED));
    all.failed(&function.download().decryption_key(TYPED).text().await.unwrap_err());
    all.failed(&function.download().decryption_key(TYPED).text().await.unwrap_err());
    let schedule = function.schedule("0 7 * * 1").variable("password", TYPED);
    all.shown::<FunctionSchedule<'_>>(&schedule);
    server.fail("POST /functions/f-1/schedule", [Fault::Refuse(422, "", OF_TYPED)]);
    all.failed(&schedule.await.unwrap_err());

    let event = |kind: &str, message| format!("data: {}\n\n", json!({"type": kind, "message": message}));
    let result = json!({"function_id": "f-1", "function_run_id": "r-1", "session_id": "s-1", "status": "failed",
        "result": format!("no {TYPED}")});
    let says = [event("session_start", json!({"token": TOKEN})), event("log", json!(TYPED)), event("result", result)];
    let start = [Fault::Say(says.concat()), Fault::Say(says[1].clone()), Fault::Refuse(422, "", OF_TYPED)];
    server.fail("POST /functions/f-1/runs/r-1", start);
    let run = || function.run().run_id("r-1").variable("password", TYPED);
    all.shown::<FunctionRunBuilder<'_>>(&run());
    let mut events = run().events().await.unwrap();
    all.shown::<RunEvents>(&events);
    while let Some(event) = events.next().await {
        all.shown::<RunEvent>(&event.unwrap());
    }
    all.failed(&run().await.unwrap_err());
    all.failed(&run().await.unwrap_err());
    let run = function.attach_run("r-1");
    all.shown::<FunctionRun>(&run);
    all.shown::<RunPayload>(&RunPayload::Result);
    let update = run.update("closed").logs([TYPED]).result(TYPED);
    all.shown::<RunUpdate<'_>>(&update);
    server.fail("PATCH /functions/f-1/runs/r-1", [Fault::Refuse(422, "", OF_TYPED)]);
    all.failed(&update.await.unwrap_err());
}

async fn agents(all: &mut Printed, server: &Server) {
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    all.shown::<Agents>(&notte.agents());
    all.shown::<agents::AgentList>(&notte.agents().list());
    all.shown::<AgentBuilder<'_>>(&session.agent().url(format!("https://e.com?token={TOKEN}")).extra("x", TYPED));
    all.shown::<agents::AgentRun<'_>>(&session.agent().run(TYPED));
    let started = |status: &str| json!({"agent_id": "a-1", "session_id": "s-1", "status": status, "created_at": AT});
    let mut ended = started("closed");
    let step =
        json!({"state": {"next_goal": TYPED, "memory": TYPED}, "action": {"type": "fill", "id": "I1", "value": TYPED}});
    (ended["task"], ended["answer"], ended["success"]) = (TYPED.into(), TYPED.into(), false.into());
    ended["steps"] = json!([{"type": "agent_completion", "value": step}]);
    say(server, "POST /agents/start", &started("active"), OF_ANY);
    let agent = session.agent().start(TYPED).await.unwrap();
    all.failed(&session.agent().start(TYPED).await.unwrap_err());
    all.shown::<Agent>(&agent);
    all.shown::<agents::AgentWait>(&agent.wait());
    all.shown::<agents::AgentWatch<'_>>(&agent.watch());
    all.shown::<agents::Logs>(&agent.logs());
    all.shown::<agents::StopAgent>(&agent.stop());
    all.shown::<agents::AgentCode>(&agent.workflow_code());
    let mut active = ended.clone();
    active["status"] = "active".into();
    let refused = Fault::Refuse(401, "", OF_ANY);
    server.fail("GET /agents/a-1", [Fault::Say(ended.to_string()), Fault::Say(active.to_string()), refused]);
    let status = agent.wait().await.unwrap();
    all.shown::<AgentStatus>(&status);
    all.shown::<AgentState>(&status.state());
    all.shown::<&[Step]>(&status.steps());
    all.failed(&status.into_answer().unwrap_err());
    let late = agent.wait().max_polls(1).await.unwrap_err();
    all.failed(&late);
    all.shown::<Option<Waited>>(&late.waited());
    all.shown(&late.agent());
    all.failed(&agent.status().await.unwrap_err());

    all.shown::<AgentFallback<'_>>(&session.fallback(TYPED));
    let outcome = session.fallback(TYPED).scope(async |page| {
        all.shown::<FallbackPage<'_>>(page);
        page.execute(Action::fill("I1", TYPED)).await
    });
    let outcome = outcome.await.unwrap();
    all.shown::<FallbackOutcome<_>>(&outcome);
}

async fn services(all: &mut Printed, server: &Server) {
    let notte = server.notte();
    all.shown::<ManagedAuth>(&notte.managed_auth());
    let connection = notte.managed_auth().connection("c-1");
    all.shown::<AuthConnection>(&connection);
    all.shown::<AuthLogin<'_>>(&connection.refresh());
    server.fail("POST /managed-auth/connections/c-1/refresh", [Fault::Refuse(401, "", OF_ANY)]);
    all.failed(&connection.refresh().await.unwrap_err());
    all.shown::<Secrets>(&notte.secrets());
    all.shown::<Usage>(&notte.usage());
    all.shown::<Search>(&notte.search("what"));
    say(server, "POST /search", &json!({"results": [{"name": "a", "url": "https://e.com", "content": "b"}]}), OF_ANY);
    let results = notte.search("what").results().await.unwrap();
    all.shown::<SearchResults>(&results);
    all.shown::<&[SearchHit]>(&results.hits());
    all.failed(&notte.search("what").results().await.unwrap_err());
    server.fail("POST /search", [Fault::Say(json!({"answer": "so", "sources": []}).to_string())]);
    all.shown::<SearchAnswer>(&notte.search("what").answer().await.unwrap());
}

async fn fleets(all: &mut Printed, server: &Server) {
    let notte = server.notte();
    let tailnet = TailnetProxy::new("client", TYPED);
    all.shown::<TailnetProxy>(&tailnet);
    all.shown::<Proxies>(&tailnet.into());
    all.shown::<ScreenshotType>(&ScreenshotType::Full);
    all.shown::<Listing<SessionPage>>(&notte.sessions().list());
    let fleet = notte.fleet();
    all.shown::<Fleet<&str>>(&fleet);
    let mut results = fleet.run(["a job"], |session, _| async move { session.evaluate_js(TYPED).await });
    all.shown::<FleetResults<_>>(&results);
    all.shown::<FleetState>(&results.state());
    while let Some(finished) = results.next().await {
        all.shown::<Finished<_, _>>(&finished);
    }
}

async fn workflows(all: &mut Printed, server: &Server) {
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    let step = json!({"action": {"type": "fill", "value": TYPED}, "target": {"label": "Name", "selectors": ["#a"]},
        "then": {"url": "https://e.com/*"}});
    let stored = json!({"version": 1, "name": "w", "parameters": {"password": "of the shop"}, "steps": [step]});
    let workflow: Workflow = stored.to_string().parse().unwrap();
    all.shown::<Workflow>(&workflow);
    all.shown::<WorkflowStep>(&workflow.steps[0]);
    all.shown::<Option<Target>>(&workflow.steps[0].target);
    all.shown::<Option<PageCheck>>(&workflow.steps[0].then);
    all.shown::<Recorder<'_>>(&Workflow::record(&session));
    all.shown::<WorkflowRun<'_>>(&workflow.run(&session).parameter("password", TYPED));
    let stored =
        json!({"version": 1, "steps": [{"action": {"type": "goto", "url": format!("https://e.com?token={TOKEN}")}}]});
    let workflow: Workflow = stored.to_string().parse().unwrap();
    let outcome = workflow.run(&session).await.unwrap();
    all.shown::<WorkflowOutcome>(&outcome);
    all.shown::<Vec<StepOutcome>>(&outcome.steps);
    server.fail("GET /sessions/s-1/files/f-1", [Fault::Say(TYPED.into())]);
    all.shown::<Download>(&session.files().download("f-1").stream().await.unwrap());
}

#[tokio::test]
async fn nothing_that_is_printed_or_logged_holds_a_secret() {
    if !alone("secrets::nothing_that_is_printed_or_logged_holds_a_secret") {
        return;
    }
    let path = std::env::temp_dir().join(format!("notte-secrets-{}.log", std::process::id()));
    let log = Mutex::new(File::create(&path).unwrap());
    // For every thread, the reaper's too, and for the `log` crate, which the libraries below use.
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(log).init();

    let (mut all, server) = (Printed::default(), Server::start());
    clients(&mut all, &server).await;
    sessions(&mut all, &server).await;
    vaults(&mut all, &server).await;
    personas(&mut all, &server).await;
    pages(&mut all, &server).await;
    files(&mut all, &server).await;
    fleets(&mut all, &server).await;
    workflows(&mut all, &server).await;
    profiles(&mut all, &server).await;
    functions(&mut all, &server).await;
    agents(&mut all, &server).await;
    services(&mut all, &server).await;

    let logged = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    for text in ["trying again", "notte_call", "session_start", "attempt", "reqwest::connect"] {
        assert!(logged.contains(text), "{text} is not in the log");
    }
    for secret in PLANTED {
        let sent = server.state().requests.iter().any(|sent| format!("{sent:?}").contains(&secret.to_lowercase()[..4]));
        assert!(sent || secret == SEED || secret == CARD, "{secret} was never sent");
        let lines: Vec<_> = logged.lines().chain(all.0.lines()).filter(|line| line.contains(secret)).collect();
        assert!(lines.is_empty(), "{secret} in {lines:#?}");
    }
}
