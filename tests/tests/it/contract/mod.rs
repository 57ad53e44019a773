//! The contract: every operation sends what its fixture says, over a real socket, and reads every shape of its answer.

mod answers;
mod canonical;
mod completeness;
mod coverage;
mod derive;
mod failures;
mod fixture;
mod multipart;
mod paths;
mod request;
mod requests;
mod schema;
mod secrets;
mod server;
mod table;
