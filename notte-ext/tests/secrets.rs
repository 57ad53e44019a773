//! Nothing that is printed of any public type, no error and no log line of any thread holds a key, a password, a card, a
//! seed, a cookie, a typed text, a token, or an address that carries one.
//!
//! Another test holds this one to showing every public type: `shown::<Type>`.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    error::Error as _,
    fmt::{Debug, Write as _},
    fs::File,
    sync::Mutex,
    time::Duration,
};

use notte_ext::{
    Action, Builder, Call, Email, Error, ErrorKind, ImageFormat, Login, MessageWait, Messages, Notte, Observe, Page,
    Persona, PersonaBuilder, Personas, Retry, Scrape, Screenshot, Search, SearchAnswer, SearchHit, SearchResults,
    Secrets, Session, SessionBuilder, SessionDebug, SessionList, Sessions, Shutdown, Sweep, SweepFailure, Usage, Vault,
    VaultCard, VaultEntry, Vaults,
    actions::{ElementId, FormFill, Selector},
    notte_api::types::{CreditCard, SmsResponse},
};
use serde_json::json;
use support::{Fault, KEY, Server};

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

async fn clients(all: &mut Printed, server: &Server) {
    let builder = server.builder().proxy(format!("http://u:{TOKEN}@127.0.0.1:1")).header("x-token", TOKEN);
    all.shown::<Builder>(&builder);
    all.failed(&builder.build().unwrap().health().await.unwrap_err());
    all.failed(&Notte::new(format!("{KEY}\n")).unwrap_err());
    all.failed(&server.builder().base_url(format!("https://u:{TOKEN}@h")).build().unwrap_err());
    let notte = server.notte();
    all.shown::<Notte>(&notte);
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
    all.shown::<Scrape<'_>>(&session.scrape());
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
    let at = "2025-01-02T03:04:05Z";
    let mail = json!([{"subject": "Your code", "email_id": "m-1", "created_at": at, "sender_email": "a@b.c",
        "sender_name": "A", "text_content": format!("it is {TYPED}: https://e.com/?token={TOKEN}"), "html_content": TYPED}]);
    say(server, "GET /personas/p-1/emails", &mail, OF_ANY);
    all.shown::<Vec<Email>>(&persona.emails().await.unwrap());
    all.failed(&persona.emails().await.unwrap_err());
}

async fn services(all: &mut Printed, server: &Server) {
    let notte = server.notte();
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

#[tokio::test]
async fn nothing_that_is_printed_or_logged_holds_a_secret() {
    let path = std::env::temp_dir().join(format!("notte-secrets-{}.log", std::process::id()));
    let log = Mutex::new(File::create(&path).unwrap());
    // For every thread, the reaper's too, and for the `log` crate, which the libraries below use.
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(log).init();

    let (mut all, server) = (Printed::default(), Server::start());
    clients(&mut all, &server).await;
    sessions(&mut all, &server).await;
    vaults(&mut all, &server).await;
    personas(&mut all, &server).await;
    services(&mut all, &server).await;

    let logged = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    for text in ["trying again", "notte_call", "session_start", "attempt", "reqwest::connect"] {
        assert!(logged.contains(text), "{text} is not in the log");
    }
    for secret in PLANTED {
        let sent = server.state().requests.iter().any(|sent| format!("{sent:?}").contains(&secret.to_lowercase()[..4]));
        assert!(sent || secret == SEED || secret == CARD, "{secret} was never sent");
        for line in logged.lines().chain(all.0.lines()) {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
    }
}
