//! Every command line and flag of the official Go CLI against this one: the page docs/cli-parity.md is made of this
//! table, and a test parses every line that is said to work.

use crate::{cli, table::Table};

enum Verdict {
    /// The line works as it is.
    Same,
    /// Another line does it.
    Ours(&'static str),
    /// It works, and something of it is different.
    But(&'static str),
    /// It is not here, for a reason.
    No(&'static str),
}
use Verdict::{But, No, Ours, Same};

const SECRET: &str = "the value is `-` (stdin), `@FILE` or `env:NAME`: a secret on a command line is refused";

#[rustfmt::skip]
const LINES: &[(&str, Verdict)] = &[
    // Global flags.
    ("notte -o json sessions list", Same),
    ("notte --output text sessions list", Same),
    ("notte --no-color sessions list", Same),
    ("notte -v sessions list", But("logs requests, without secrets")),
    ("notte --timeout 600 sessions list", But("is honoured: there is no hidden limit of 45 s")),
    ("notte -y sessions stop --session-id S", But("stop asks nothing")),
    // Sign-in.
    ("notte auth login", Same), ("notte auth logout", Same), ("notte auth status", Same),
    ("notte version", Same), ("notte health", Same), ("notte clear", Same),
    ("notte usage --period x", Same),
    ("notte usage logs --endpoint x --only-current-token --include-system --page 2", Same),
    ("notte search what is a monad --depth deep --output-type sourcedAnswer", Same),
    ("notte skill add -f", But("needs no Node")), ("notte skill add --upgrade", Same),
    ("notte skill remove", Same), ("notte skill rm", Same),
    // Sessions.
    ("notte sessions list --page 1 --page-size 5 -a", Same), ("notte sessions list --all", But("prints an item a line")),
    ("notte sessions list --only-active", Same),
    ("notte sessions start --aspect-ratio 16:9 --auth-ids a --auth-ids b --browser-type chromium --chrome-args x", Same),
    ("notte sessions start --idle-timeout-minutes 3 --max-duration-minutes 15 --profile-id p --profile-persist", Same),
    ("notte sessions start --screenshot-type raw --solve-captchas --user-agent x --vault-id v", Same),
    ("notte sessions start --viewport-height 800 --viewport-width 600 --wait-for-authentication --web-bot-auth", Same),
    ("notte sessions start --no-solve-captchas --advanced-stealth", Same),
    ("notte sessions start --cdp-url env:CDP_URL", But(SECRET)),
    ("notte sessions start --extra-http-headers @headers.json", But(SECRET)),
    ("notte sessions start --headless", But("is ignored: the service has retired it")), ("notte sessions start --headed", But("is ignored: the service has retired it")),
    ("notte sessions start --use-file-storage", But("is ignored: the service has retired it")), ("notte sessions start --no-use-file-storage", But("is ignored: the service has retired it")),
    ("notte sessions start --proxy", Same), ("notte sessions start --proxy-country us", Same),
    ("notte sessions start --proxy-external-server http://p:1 --proxy-external-username u --proxy-external-password -", But(SECRET)),
    ("notte sessions start --proxy-tailnet-client-id c --proxy-tailnet-secret -", Ours("notte sessions start --proxies @proxies.json")),
    ("notte sessions start --tunnel", No("needs Tailscale on this machine; `--proxies @proxies.json` takes a tailnet that exists")),
    ("notte sessions status --session-id S", Same), ("notte sessions stop --session-id S", But("never stops on the end of input, and stops no other session")),
    ("notte sessions offset --session-id S", Same), ("notte sessions viewer --session-id S", But("opens the view of this very session")),
    ("notte sessions cookies --session-id S", But("masks the values; `--reveal` or `--file` for them")),
    ("notte sessions cookies-set --file c.json --session-id S", Same),
    ("notte sessions network --urls-only --session-id S", Same), ("notte sessions network --path d --session-id S", Same),
    ("notte sessions replay --path v.mp4 --session-id S", Same),
    ("notte sessions workflow-code --session-id S", Same), ("notte sessions code --session-id S", Same),
    ("notte sessions debug --session-id S", Same),
    ("notte sessions observe --session-id S", Ours("notte page observe --session-id S")),
    ("notte sessions execute --action {} --session-id S", Ours("notte page execute --action {} --session-id S")),
    ("notte sessions scrape --session-id S", Ours("notte page scrape --session-id S")),
    // The page.
    ("notte page click B1 --enter", Same), ("notte page click @B1 --session-id S", Same),
    ("notte page click B1 --timeout 5000", But("`--timeout` is in seconds everywhere; `page execute` takes the milliseconds of an action")),
    ("notte page fill I1 text --clear --enter", Same),
    ("notte page fill I1 --vault-field password", Same),
    ("notte page check B1 --value=false", Same), ("notte page select I1 option", Same),
    ("notte page download L1", Same), ("notte page upload I1 --file f", But("takes a file of this machine, and the name of an uploaded one")),
    ("notte page goto https://example.com", Same), ("notte page new-tab https://example.com", Same),
    ("notte page back", Same), ("notte page forward", Same), ("notte page reload", Same),
    ("notte page scroll-down 300", Same), ("notte page scroll-up", Same), ("notte page press Enter", Same), ("notte page wait 500", Same),
    ("notte page switch-tab 1", Same), ("notte page close-tab", Same),
    ("notte page observe", But("`-o json` has the elements with their ids")),
    ("notte page scrape --instructions x --only-main-content", Same),
    ("notte page screenshot s.jpg", Same), ("notte page screenshot --path s.jpg", Same),
    ("notte page eval-js 1+1", Same), ("notte page form-fill --data {}", Same),
    ("notte page captcha-solve recaptcha", Same), ("notte page complete done --success", Same),
    // Functions.
    ("notte functions list --page 1 --page-size 5", Same), ("notte function list", Same),
    ("notte functions list --include-deleted", Ours("notte functions list --only-active=false")),
    ("notte functions create --file f.py --name n --description d --shared", Same), ("notte functions create --file f.py --response-format @s.json", Same),
    ("notte functions show --function-id f", Same), ("notte functions update --file f.py --function-id f", Same),
    ("notte functions delete --function-id f", Same), ("notte functions fork --function-id f", Same),
    ("notte functions run --var k=v --var l=w --function-id f", Same), ("notte functions run --vars {} --no-stream --no-wait --wait-timeout 9", Same),
    ("notte functions runs --function-id f", Same), ("notte functions runs --running", Ours("notte functions runs --only-active --function-id f")),
    ("notte functions run-stop --run-id r --function-id f", Same),
    ("notte functions run-metadata --run-id r --wait", Same), ("notte functions run-metadata-update --run-id r --status closed", Same),
    ("notte functions schedule --cron x --function-id f", But("a schedule of other than six fields is refused before it is sent")), ("notte functions unschedule --function-id f", Same),
    ("notte functions download f.py --version 2 --function-id f", Same),
    ("notte functions configure --self-healing=false --function-id f", Same),
    ("notte functions configure --run-instructions x --function-id f", Ours("notte functions configure --instructions x --function-id f")),
    ("notte functions rollback --version 1 --function-id f", Same),
    ("notte functions health --function-id f", Ours("notte functions runs --function-id f")),
    // Secrets and vaults.
    ("notte secrets list", Same), ("notte secrets get NAME", But("masks the value; `--reveal` prints it")),
    ("notte secrets set NAME -", But(SECRET)), ("notte secrets set NAME --value -", But(SECRET)),
    ("notte secrets delete ID", Same), ("notte secrets rm ID", Same),
    ("notte vaults list", Same), ("notte vaults create --name n", Same), ("notte vaults update --vault-id v --name n", Same), ("notte vaults delete --vault-id v", Same),
    ("notte vaults credentials list --vault-id v", But("masks passwords")),
    ("notte vaults credentials add --vault-id v --url u --email e --username n --password - --mfa-secret @f", But(SECRET)),
    ("notte vaults credentials get --vault-id v --url u", But("masks the password; `--reveal` prints it")),
    ("notte vaults credentials delete --vault-id v --url u", Same),
    // Personas, profiles, files.
    ("notte personas list", Same), ("notte personas create --create-vault --create-phone-number", Same),
    ("notte personas show --persona-id p", Same), ("notte personas delete --persona-id p", Same),
    ("notte personas emails --persona-id p", Same), ("notte personas sms --persona-id p", Same), ("notte personas update --persona-id p --name n", Same),
    ("notte profiles list --name n", Same), ("notte profiles list --include-deleted", Ours("notte profiles list --only-active=false")),
    ("notte profiles create --name n", Same), ("notte profiles show --profile-id p", Same), ("notte profiles delete --profile-id p", Same),
    ("notte profiles cookies --profile-id p", But("masks the values; `--reveal` prints them")),
    ("notte profiles cookies-set --profile-id p --file c.json --source-format chrome --mode replace", Same),
    ("notte profiles sync --browser firefox", No("reads the cookies of every site in a browser of this machine; export the ones that you mean, and use `profiles cookies-set`")),
    ("notte files upload f", Same), ("notte files list", Same), ("notte files download f --from session --path d", Same),
    ("notte files list --from uploads", Same), ("notte files delete --file-id f", Same),
    // Agents, which the Go CLI has removed.
    ("notte agents list --only-saved", Same),
    ("notte agents start --task t --url u --session-id S --vault-id v --persona-id p --max-steps 5 --use-vision=false --reasoning-model m --session-offset 1", Same),
    ("notte agents start --task t --response-format-json {}", Ours("notte agents start --task t --response-format {}")),
    ("notte agents status --agent-id a", Same), ("notte agents stop --agent-id a", Same), ("notte agents workflow-code --agent-id a", Same),
    ("notte agents replay --agent-id a", Ours("notte sessions replay --session-id S")),
    // What is not in the document.
    ("notte payment request", Ours("notte sessions pay --session-id S")),
    ("notte payment connect", No("is not in the API's document")),
    ("notte stack deploy", No("bundles Python with `uv` and follows open designs; `functions create` and `update` publish a file")),
    ("notte tunnel up", No("needs Tailscale on this machine")),
];

#[rustfmt::skip]
const VARIABLES: &[(&str, &str)] = &[
    ("NOTTE_API_KEY", "used first"), ("NOTTE_API_URL", "used after `--api-url`"), ("NOTTE_CONSOLE_URL", "used by `auth login`"),
    ("NOTTE_REQUEST_ORIGIN", "sent as it is there"), ("NOTTE_SESSION_ID", "used after `-s`"), ("NOTTE_FUNCTION_ID", "used where no function is named"),
    ("NOTTE_AGENT_ID", "used where no agent is named"), ("NOTTE_CONFIG_DIR", "the parent of `.notte`"),
    ("NOTTE_NO_UPDATE_CHECK", "has no effect: there is no update check"), ("~/.notte/cli/config.json", "read where no key is stored here"),
];

fn page() -> String {
    let mut page = String::from(
        "# The official CLI, line by line\n\nGenerated by a test of notte-cli from its own table; each line that is said to work is parsed there. \
         Spellings of the official Go CLI (up to September 2026) are accepted, so that scripts and its skill go on working.\n\n\
         | the official CLI | here |\n|---|---|\n",
    );
    for (line, verdict) in LINES {
        let here = match verdict {
            Same => "the same".to_owned(),
            But(what) => format!("the same; {what}"),
            Ours(ours) => format!("`{ours}`"),
            No(why) => format!("not here: {why}"),
        };
        page.push_str(&format!("| `{line}` | {here} |\n"));
    }
    page.push_str("\n| variable or file | here |\n|---|---|\n");
    for (name, what) in VARIABLES {
        page.push_str(&format!("| `{name}` | {what} |\n"));
    }
    page
}

#[test]
fn every_line_of_the_official_cli_is_accepted_or_has_a_reason() {
    let tree = cli::tree(&Table::load());
    for (line, verdict) in LINES {
        let works = match verdict {
            Same | But(_) => line,
            Ours(ours) => ours,
            No(why) => {
                assert!(why.len() > 20, "{line}");
                continue;
            }
        };
        if let Err(error) = tree.clone().try_get_matches_from(works.split(' ')) {
            panic!("{works}: {error}");
        }
    }
}

#[test]
fn the_page_says_what_the_table_says() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli-parity.md");
    if std::env::var_os("NOTTE_UPDATE").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page(), "docs/cli-parity.md is stale: NOTTE_UPDATE=1 cargo test -p notte-cli parity");
}
