//! Every public type can be sent between threads and shared by them.
//!
//! Another test holds this one to naming every public type: `travels::<Type>`.

use notte_ext::{
    Action, AgentId, Builder, Call, Email, Error, ErrorKind, FileId, FunctionId, ImageFormat, Login, MessageWait,
    Messages, Notte, Observe, Page, Persona, PersonaBuilder, PersonaId, PersonaList, Personas, ProfileId, Retry, RunId,
    Scrape, Screenshot, Search, SearchAnswer, SearchHit, SearchResults, Secrets, Session, SessionBuilder, SessionDebug,
    SessionId, SessionList, Sessions, Shutdown, Sweep, SweepFailure, Usage, UsageLogList, Vault, VaultCard, VaultEntry,
    VaultId, VaultList, Vaults,
    actions::{Click, ElementId, Fill, FormFill, Selector},
    notte_api::types::SmsResponse,
};

const fn travels<T: Send + Sync>() {}

const _: () = {
    travels::<Action>();
    travels::<AgentId>();
    travels::<Builder>();
    travels::<Call<'_, notte_ext::notte_api::builder::SessionStart<'_>>>();
    travels::<Click>();
    travels::<ElementId>();
    travels::<Email>();
    travels::<Error>();
    travels::<ErrorKind>();
    travels::<FileId>();
    travels::<Fill>();
    travels::<FormFill>();
    travels::<FunctionId>();
    travels::<ImageFormat>();
    travels::<Login>();
    travels::<MessageWait<'_, Email>>();
    travels::<Messages<'_, SmsResponse>>();
    travels::<Notte>();
    travels::<Observe<'_>>();
    travels::<Page>();
    travels::<Persona>();
    travels::<PersonaBuilder>();
    travels::<PersonaId>();
    travels::<PersonaList>();
    travels::<Personas>();
    travels::<ProfileId>();
    travels::<Retry>();
    travels::<RunId>();
    travels::<Scrape<'_>>();
    travels::<Screenshot>();
    travels::<Search>();
    travels::<SearchAnswer>();
    travels::<SearchHit>();
    travels::<SearchResults>();
    travels::<Secrets>();
    travels::<Selector>();
    travels::<Session>();
    travels::<SessionBuilder>();
    travels::<SessionDebug>();
    travels::<SessionId>();
    travels::<SessionList>();
    travels::<Sessions>();
    travels::<Shutdown>();
    travels::<Sweep>();
    travels::<SweepFailure>();
    travels::<Usage>();
    travels::<UsageLogList>();
    travels::<Vault>();
    travels::<VaultCard<'_>>();
    travels::<VaultEntry<'_>>();
    travels::<VaultId>();
    travels::<VaultList>();
    travels::<Vaults>();
};
