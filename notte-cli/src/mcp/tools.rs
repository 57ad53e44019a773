//! Which tools there are: a few commands by default, every operation by area when asked for.

use std::sync::Arc;

use clap::{Arg, ArgAction, Command};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

use crate::{
    cli,
    commands::LEAVES,
    error::{Error, Result},
    table::{BodyKind, Operation, Table},
};

/// A command as a tool.
struct Core {
    name: &'static str,
    words: &'static [&'static str],
    about: &'static str,
    read_only: bool,
    destructive: bool,
    /// Arguments that the tool has, by the names of the command's.
    takes: &'static [&'static str],
    /// The command line has these flags always.
    always: &'static [&'static str],
}

#[rustfmt::skip]
const CORE: &[Core] = &[
    Core { name: "session_start", words: &["sessions", "start"], about: "Starts a browser session. It costs money until it is stopped; it is stopped when this connection ends.", read_only: false, destructive: false, takes: &["=browser_type", "=idle_timeout_minutes", "=max_duration_minutes", "=viewport_width", "=viewport_height", "=solve_captchas", "=vault_id", "profile-id", "proxy-country"], always: &[] },
    Core { name: "session_stop", words: &["sessions", "stop"], about: "Stops a session.", read_only: false, destructive: true, takes: &[], always: &[] },
    Core { name: "session_list", words: &["sessions", "list"], about: "Lists sessions.", read_only: true, destructive: false, takes: &["=only_active", "=page"], always: &[] },
    Core { name: "goto", words: &["page", "goto"], about: "Opens an address and returns the elements of the page.", read_only: false, destructive: false, takes: &["url"], always: &[] },
    Core { name: "observe", words: &["page", "observe"], about: "Lists the elements of the page, a line each: id, role, name, state.", read_only: true, destructive: false, takes: &["=max_nb_actions"], always: &[] },
    Core { name: "act", words: &["page", "execute"], about: "Runs one action on the page and returns what it changed. Elements are named by the ids of the last observation.", read_only: false, destructive: true, takes: &["action"], always: &[] },
    Core { name: "scrape", words: &["page", "scrape"], about: "Reads the page as Markdown; with instructions or a response_format as data.", read_only: true, destructive: false, takes: &["=instructions", "=response_format", "=only_main_content", "=selector"], always: &[] },
    Core { name: "screenshot", words: &["page", "screenshot"], about: "Takes a screenshot of the page.", read_only: true, destructive: false, takes: &[], always: &[] },
    Core { name: "agent_run", words: &["agents", "run"], about: "Has an agent work on a task in the session, and returns its answer. Each step costs money.", read_only: false, destructive: true, takes: &["=task", "=url", "=max_steps", "=response_format", "=vault_id"], always: &[] },
    Core { name: "agent_status", words: &["agents", "status"], about: "Reads the state, the steps and the answer of an agent.", read_only: true, destructive: false, takes: &["=agent_id"], always: &[] },
    Core { name: "files_list", words: &["files", "list"], about: "Lists the files of the session.", read_only: true, destructive: false, takes: &[], always: &["--from", "session"] },
    Core { name: "file_upload", words: &["files", "upload"], about: "Uploads a file of the working folder to the session.", read_only: false, destructive: false, takes: &["path"], always: &[] },
    Core { name: "file_download", words: &["files", "download"], about: "Saves a file of the session into the working folder.", read_only: false, destructive: false, takes: &["name", "path"], always: &[] },
    Core { name: "workflow_code", words: &["sessions", "workflow-code"], about: "Returns a program that repeats what the session did.", read_only: true, destructive: false, takes: &["rust"], always: &[] },
];

/// Tools that need no session.
const WITHOUT_SESSION: &[&str] = &["session_list", "agent_status"];

/// What a tool call is to do.
pub(crate) enum Call {
    /// A command line, without the program's name.
    Command { name: &'static str, line: Vec<String> },
    /// An operation with its arguments.
    Operation { id: String, arguments: Map<String, Value> },
}

/// The tools of one server.
pub(crate) struct Tools {
    list: Vec<Tool>,
    tree: Command,
}

impl Tools {
    /// The default tools, and those of the areas: `all`, or names such as `vaults`.
    pub(crate) fn new(table: &Table, areas: &[String]) -> Result<Self> {
        let tree = cli::tree(table);
        let mut list: Vec<Tool> = CORE.iter().map(|core| core_tool(core, &tree, table)).collect();
        for area in areas.iter().filter(|area| *area != "core") {
            let known: Vec<&Operation> =
                table.operations.iter().filter(|it| area == "all" || it.tag == *area).collect();
            if known.is_empty() {
                let mut tags: Vec<&str> = table.operations.iter().map(|operation| operation.tag.as_str()).collect();
                tags.sort_unstable();
                tags.dedup();
                return Err(Error::usage(format!("there are no tools {area:?}"))
                    .hint(format!("core, all, {}", tags.join(", "))));
            }
            list.extend(known.into_iter().map(|operation| operation_tool(operation, table)));
        }
        Ok(Self { list, tree })
    }

    pub(crate) fn list(&self) -> Vec<Tool> {
        self.list.clone()
    }

    /// The command line or the request of a call.
    pub(crate) fn call(&self, name: &str, arguments: &Value) -> Result<Call> {
        let given = arguments.as_object().cloned().unwrap_or_default();
        let Some(core) = CORE.iter().find(|core| core.name == name) else {
            if self.list.iter().any(|tool| tool.name == name) {
                return Ok(Call::Operation { id: name.to_owned(), arguments: given });
            }
            return Err(Error::usage(format!("there is no tool {name:?}")));
        };
        let command = find(&self.tree, core.words).ok_or_else(|| Error::failed("the command is not in the tree"))?;
        let mut line: Vec<String> = core.words.iter().chain(core.always).map(ToString::to_string).collect();
        let (mut rest, mut session) = (given, None);
        for key in ["session", "name"] {
            if key == "session" || core.name == "session_start" {
                session = rest.remove(key).and_then(|it| it.as_str().map(ToOwned::to_owned)).or(session);
            }
        }
        if let Some(session) = session {
            line.push(format!("--session={session}"));
        }
        let mut positions = Vec::new();
        for id in core.takes {
            let Some(arg) = command.get_arguments().find(|arg| arg.get_id() == *id) else { continue };
            let Some(value) = rest.remove(&property(id)) else { continue };
            match arg.get_long() {
                Some(long) => line.extend(flag(arg, long, &value)),
                None => positions.push(text(&value)),
            }
        }
        if let Some(unknown) = rest.keys().next() {
            return Err(Error::usage(format!("the tool {name:?} has no argument {unknown:?}")));
        }
        if !positions.is_empty() {
            line.push("--".to_owned());
            line.extend(positions);
        }
        Ok(Call::Command { name: core.name, line })
    }
}

fn flag(arg: &Arg, long: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Bool(on) if matches!(arg.get_action(), ArgAction::SetTrue) => {
            if *on {
                vec![format!("--{long}")]
            } else {
                Vec::new()
            }
        }
        Value::Array(items) if matches!(arg.get_action(), ArgAction::Append) => {
            items.iter().map(|item| format!("--{long}={}", text(item))).collect()
        }
        value => vec![format!("--{long}={}", text(value))],
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

fn find<'t>(tree: &'t Command, words: &[&str]) -> Option<&'t Command> {
    words.iter().try_fold(tree, |command, word| command.find_subcommand(word))
}

/// The name of an argument as a property: `=idle_timeout_minutes`, `profile-id`.
fn property(id: &str) -> String {
    id.trim_start_matches(['=', '@']).replace('-', "_")
}

fn core_tool(core: &Core, tree: &Command, table: &Table) -> Tool {
    let leaf = LEAVES.iter().find(|leaf| leaf.words() == core.words);
    let fields =
        leaf.and_then(|leaf| table.find(leaf.operation?)).map(|operation| table.fields(operation)).unwrap_or_default();
    let command = find(tree, core.words);
    let (mut properties, mut required) = (Map::new(), Vec::new());
    if core.name == "session_start" {
        properties.insert(
            "name".to_owned(),
            json!({"type": "string", "description": "A name for the session, in place of its id."}),
        );
    } else if !WITHOUT_SESSION.contains(&core.name) {
        properties.insert("session".to_owned(), json!({"type": "string", "description": "Id or name of the session."}));
        required.push("session".to_owned());
    }
    for id in core.takes {
        let name = property(id);
        let field = fields.iter().find(|field| id.strip_prefix('=') == Some(field.name));
        let arg = command.and_then(|command| command.get_arguments().find(|arg| arg.get_id() == *id));
        let schema = match (core.name, field, arg) {
            ("act", ..) => action_schema(table),
            (_, Some(field), _) => {
                let mut schema = table.resolve(field.schema).clone();
                schema["description"] = json!(field.description);
                schema
            }
            (_, None, Some(arg)) => {
                let kind = if matches!(arg.get_action(), ArgAction::SetTrue) { "boolean" } else { "string" };
                json!({"type": kind, "description": arg.get_help().map(ToString::to_string)})
            }
            (_, None, None) => continue,
        };
        let needed =
            field.is_some_and(|field| field.required) || arg.is_some_and(Arg::is_required_set) || core.name == "act";
        if needed {
            required.push(name.clone());
        }
        properties.insert(name, schema);
    }
    let schema = table.closed(
        &json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false}),
    );
    tool(core.name, core.about, schema, core.read_only, core.destructive, false)
}

/// Every kind of action in one short schema; the service says what one lacks.
fn action_schema(table: &Table) -> Value {
    let action = json!({"$ref": "#/$defs/Action"});
    let variants = table.resolve(&action)["oneOf"].as_array().cloned().unwrap_or_default();
    let kinds: Vec<Value> =
        variants.iter().map(|variant| table.resolve(variant)["properties"]["type"]["const"].clone()).collect();
    let text = |about: &str| json!({"type": "string", "description": about});
    json!({
        "type": "object",
        "description": "The action, such as {\"type\": \"click\", \"id\": \"B1\"}.",
        "properties": {
            "type": {"type": "string", "enum": kinds},
            "id": text("Id of the element, from the last observation."),
            "selector": text("Playwright selector, in place of an id."),
            "value": {"description": "Text to type, option to select, or whether to check."},
            "url": text("For goto and goto_new_tab."), "key": text("For press_key: Enter, Control+a."),
            "code": text("For evaluate_js."), "time_ms": {"type": "integer"}, "tab_index": {"type": "integer"},
            "amount": {"type": "integer", "description": "Pixels to scroll."}, "press_enter": {"type": "boolean"},
            "file_path": text("For upload_file: the name of an uploaded file."),
        },
        "required": ["type"], "additionalProperties": true,
    })
}

fn operation_tool(operation: &Operation, table: &Table) -> Tool {
    let mut schema = table.input_schema(operation);
    if operation.body.as_ref().is_some_and(|body| body.kind == BodyKind::Multipart) {
        schema["description"] = json!("Files are paths below the working folder.");
    }
    let about = operation.description.as_deref().or(operation.summary.as_deref()).unwrap_or_default();
    let destructive = operation.method == "DELETE" || operation.effect == "page";
    tool(&operation.id, about, schema, operation.effect == "read", destructive, operation.effect == "idempotent")
}

fn tool(name: &str, about: &str, input: Value, read_only: bool, destructive: bool, idempotent: bool) -> Tool {
    let object = |value: Value| Arc::new(value.as_object().cloned().unwrap_or_default() as JsonObject);
    let annotations = ToolAnnotations::new()
        .read_only(read_only)
        .destructive(destructive)
        .idempotent(idempotent || read_only)
        .open_world(true);
    Tool::new(name.to_owned(), about.to_owned(), object(input))
        .with_raw_output_schema(object(json!({"type": "object", "additionalProperties": true})))
        .with_annotations(annotations)
}
