//! Every public type can be sent between threads, and shared by them unless it is read or awaited once.
//!
//! Another test holds this one to naming every public type: `travels::<Type>` or `moves::<Type>`.

use notte_ext::{
    Action, Agent, AgentBuilder, AgentFallback, AgentId, AgentState, AgentStatus, Agents, Attempt, AttemptEnd,
    AuthConnection, AuthLogin, Builder, Call, CreateProfile, DuplicateProfile, Email, Error, ErrorKind, ExecuteFile,
    ExternalProxy, FallbackOutcome, FallbackPage, FetchResponse, FileDownload, FileId, FileList, Files, Function,
    FunctionCreate, FunctionDownload, FunctionEdit, FunctionId, FunctionList, FunctionRollback, FunctionRun,
    FunctionRunBuilder, FunctionRunList, FunctionSchedule, FunctionUpdate, Functions, ImageFormat, ImportState, Link,
    Login, ManagedAuth, MessageWait, Messages, NetworkLog, NetworkLogs, NetworkLogsRequest, Next, Notte, NotteProxy,
    Observe, Options, Page, PageFetch, Persona, PersonaBuilder, PersonaId, PersonaList, Personas, Profile, ProfileId,
    ProfileList, Profiles, Progress, Replay, ReplayRequest, ReplayWait, Request, Retry, RunEvent, RunEvents, RunId,
    RunPayload, RunUpdate, Save, SaveProfile, Saved, ScrapeHtml, ScrapePage, ScrapeUrl, Screenshot, Script, Search,
    SearchAnswer, SearchHit, SearchResults, Secrets, Session, SessionBuilder, SessionDebug, SessionHandle, SessionId,
    SessionList, Sessions, SetProfileCookies, Shutdown, Step, Stopped, Sweep, SweepFailure, Upload, Usage,
    UsageLogList, Vault, VaultCard, VaultEntry, VaultId, VaultList, Vaults, VideoFormat, WaitForAuth, Waited,
    WorkflowCode,
    actions::{
        self, CaptchaSolve, Check, Click, CloseTab, Completion, DownloadFile, ElementId, EmailRead,
        EmailVerificationRead, EvaluateJs, FallbackFill, Fill, FormFill, GoBack, GoForward, Goto, GotoNewTab, Help,
        MultiFactorFill, PressKey, Reload, ScrollDown, ScrollUp, SelectDropdownOption, Selector, SmsRead, SwitchTab,
        UploadFile,
    },
    agents,
    notte_api::types::{SessionPage, SmsResponse},
    workflow::{PageCheck, Recorder, StepOutcome, Target, WorkflowOutcome, WorkflowRun, WorkflowStep},
};
use notte_ext::{
    Download, Finished, Fleet, FleetResults, FleetState, Listing, Proxies, ScreenshotType, TailnetProxy, Workflow,
};

const fn travels<T: Send + Sync>() {}

/// For what holds a stream, a future or a callback: those need not be `Sync`.
const fn moves<T: Send>() {}

const _: () = {
    travels::<Action>();
    moves::<agents::AgentWatch<'_>>();
    moves::<Download>();
    travels::<Finished<String, String>>();
    travels::<Fleet<String>>();
    moves::<FleetResults<futures_util::stream::Empty<()>>>();
    travels::<FleetState>();
    travels::<Listing<SessionPage>>();
    travels::<PageCheck>();
    travels::<Proxies>();
    travels::<Recorder<'_>>();
    travels::<ScreenshotType>();
    travels::<StepOutcome>();
    travels::<TailnetProxy>();
    travels::<Target>();
    travels::<Workflow>();
    travels::<WorkflowOutcome>();
    travels::<WorkflowRun<'_>>();
    travels::<WorkflowStep>();
    travels::<Agent>();
    travels::<AgentBuilder<'_>>();
    travels::<AgentFallback<'_>>();
    travels::<AgentId>();
    travels::<agents::AgentList>();
    travels::<AgentState>();
    travels::<AgentStatus>();
    travels::<Agents>();
    travels::<Attempt>();
    travels::<AttemptEnd>();
    travels::<AuthConnection>();
    travels::<AuthLogin<'_>>();
    travels::<Builder>();
    travels::<Call<'_, notte_ext::notte_api::builder::SessionStart<'_>>>();
    travels::<CaptchaSolve>();
    travels::<Check>();
    travels::<Click>();
    travels::<CloseTab>();
    travels::<Completion>();
    travels::<CreateProfile>();
    travels::<DownloadFile>();
    travels::<DuplicateProfile<'_>>();
    travels::<ElementId>();
    travels::<Email>();
    travels::<EmailRead>();
    travels::<EmailVerificationRead>();
    travels::<Error>();
    travels::<ErrorKind>();
    travels::<EvaluateJs>();
    travels::<ExecuteFile<'_>>();
    travels::<ExternalProxy>();
    travels::<FallbackFill>();
    travels::<FallbackOutcome>();
    travels::<FallbackPage<'_>>();
    travels::<FetchResponse>();
    travels::<FileDownload<'_>>();
    travels::<FileId>();
    travels::<FileList>();
    travels::<Files<'_>>();
    travels::<Fill>();
    travels::<FormFill>();
    travels::<Function>();
    travels::<FunctionCreate>();
    travels::<FunctionDownload<'_>>();
    travels::<FunctionEdit<'_>>();
    travels::<FunctionId>();
    travels::<FunctionList>();
    travels::<FunctionRollback<'_>>();
    travels::<FunctionSchedule<'_>>();
    travels::<FunctionUpdate<'_>>();
    travels::<Functions>();
    travels::<GoBack>();
    travels::<GoForward>();
    travels::<Goto>();
    travels::<GotoNewTab>();
    travels::<Help>();
    travels::<ImageFormat>();
    travels::<ImportState<'_>>();
    travels::<Link>();
    travels::<Login>();
    travels::<ManagedAuth>();
    travels::<MessageWait<'_, Email>>();
    travels::<Messages<'_, SmsResponse>>();
    travels::<MultiFactorFill>();
    travels::<NetworkLog>();
    travels::<NetworkLogs>();
    travels::<NetworkLogsRequest<'_>>();
    travels::<Next>();
    travels::<Notte>();
    travels::<NotteProxy>();
    travels::<Observe<'_>>();
    travels::<Options>();
    travels::<Page>();
    travels::<PageFetch<'_>>();
    travels::<Persona>();
    travels::<PersonaBuilder>();
    travels::<PersonaId>();
    travels::<PersonaList>();
    travels::<Personas>();
    travels::<PressKey>();
    travels::<Profile>();
    travels::<ProfileId>();
    travels::<ProfileList>();
    travels::<Profiles>();
    travels::<Progress>();
    travels::<Reload>();
    travels::<ReplayRequest<'_>>();
    travels::<ReplayWait<'_>>();
    travels::<Retry>();
    travels::<FunctionRun>();
    travels::<RunEvent>();
    travels::<RunId>();
    travels::<FunctionRunList>();
    travels::<RunPayload>();
    travels::<RunUpdate<'_>>();
    travels::<SaveProfile<'_>>();
    travels::<Saved>();
    travels::<ScrapePage<'_>>();
    travels::<ScrapeHtml>();
    travels::<ScrapeUrl>();
    travels::<Screenshot>();
    travels::<Script>();
    travels::<ScrollDown>();
    travels::<ScrollUp>();
    travels::<Search>();
    travels::<SearchAnswer>();
    travels::<SearchHit>();
    travels::<SearchResults>();
    travels::<Secrets>();
    travels::<SelectDropdownOption>();
    travels::<Selector>();
    travels::<Session>();
    travels::<SessionBuilder>();
    travels::<SessionDebug>();
    travels::<SessionHandle>();
    travels::<SessionId>();
    travels::<SessionList>();
    travels::<Sessions>();
    travels::<SetProfileCookies<'_>>();
    travels::<Shutdown>();
    travels::<SmsRead>();
    travels::<Step>();
    travels::<Stopped>();
    travels::<Sweep>();
    travels::<SweepFailure>();
    travels::<SwitchTab>();
    travels::<UploadFile>();
    travels::<Usage>();
    travels::<UsageLogList>();
    travels::<Vault>();
    travels::<VaultCard<'_>>();
    travels::<VaultEntry<'_>>();
    travels::<VaultId>();
    travels::<VaultList>();
    travels::<Vaults>();
    travels::<VideoFormat>();
    travels::<WaitForAuth<'_>>();
    travels::<Waited>();
    travels::<WorkflowCode<'_>>();
    travels::<actions::Scrape>();
    travels::<actions::Wait>();
    travels::<agents::AgentCode>();
    travels::<agents::StopAgent>();
    moves::<agents::AgentWait>();
    moves::<Replay>();
    travels::<Request<'_>>();
    moves::<FunctionRunBuilder<'_>>();
    moves::<RunEvents>();
    moves::<Save<'_>>();
    moves::<Upload<'_>>();
    moves::<agents::Logs>();
    moves::<agents::AgentRun<'_, Email>>();
    moves::<agents::AgentRun<'_>>();
};
