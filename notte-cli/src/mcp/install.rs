//! Writes the server into the configuration of a client, and leaves the rest of it as it is.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{
    context::environment,
    error::{Error, Result},
};

/// Clients whose configuration is known: name, file below the home folder, or below this folder with `--project`.
pub(crate) const CLIENTS: &[(&str, &str, &str)] = &[
    ("claude-code", ".claude.json", ".mcp.json"),
    ("claude-desktop", ".config/Claude/claude_desktop_config.json", ""),
    ("cursor", ".cursor/mcp.json", ".cursor/mcp.json"),
    ("vscode", ".config/Code/User/mcp.json", ".vscode/mcp.json"),
    ("windsurf", ".codeium/windsurf/mcp_config.json", ""),
    ("gemini", ".gemini/settings.json", ".gemini/settings.json"),
];

/// Where the configuration of a client is.
pub(crate) fn file(client: &str, project: bool) -> Result<PathBuf> {
    let known = CLIENTS.iter().find(|(name, ..)| *name == client);
    let (_, home, here) = known.ok_or_else(|| Error::usage(format!("the client {client:?} is not known")))?;
    if project {
        if here.is_empty() {
            return Err(Error::usage(format!("{client} has no configuration of a project")));
        }
        return Ok(PathBuf::from(here));
    }
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    let folder = environment(name).ok_or_else(|| Error::usage(format!("{name} is not set")))?;
    let home = if cfg!(target_os = "macos") {
        home.replace(".config/", "Library/Application Support/")
    } else {
        (*home).to_owned()
    };
    Ok(Path::new(&folder).join(home))
}

/// The entry: it names the program and its arguments, and no key.
pub(crate) fn entry(arguments: &[&str]) -> Value {
    let program = std::env::current_exe().map_or_else(|_| "notte".to_owned(), |path| path.display().to_string());
    json!({"command": program, "args": arguments})
}

/// Adds the entry to the file.
pub(crate) fn add(path: &Path, client: &str, entry: &Value) -> Result<()> {
    let mut config: Value = match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => json!({}),
        Ok(text) => serde_json::from_str(&text).map_err(|error| {
            Error::usage(format!("{} is not valid JSON: {error}", path.display())).hint("it was left as it is")
        })?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => json!({}),
        Err(error) => return Err(Error::file("read", path, &error)),
    };
    let section = if client == "vscode" { "servers" } else { "mcpServers" };
    let root =
        config.as_object_mut().ok_or_else(|| Error::usage(format!("{} holds no JSON object", path.display())))?;
    let servers = root.entry(section).or_insert_with(|| json!({}));
    let servers = servers
        .as_object_mut()
        .ok_or_else(|| Error::usage(format!("`{section}` in {} is no object", path.display())))?;
    servers.insert("notte".to_owned(), entry.clone());
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|error| Error::file("create", parent, &error))?;
    }
    let text = serde_json::to_string_pretty(&config).unwrap_or_default() + "\n";
    std::fs::write(path, text).map_err(|error| Error::file("write", path, &error))
}
