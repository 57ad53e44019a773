//! What the server keeps beside sessions, over a real socket. No browser is needed.

mod client;
mod functions;
mod inputs;
mod personas;
mod profiles;
mod secrets;
mod storage;
mod usage;
mod vaults;
