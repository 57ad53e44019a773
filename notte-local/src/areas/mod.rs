//! What the API keeps beside sessions: vaults, personas, profiles, secrets, functions and usage.

mod browser_state;
mod cards;
mod code;
mod credentials;
mod functions;
mod identity;
mod inbox;
mod page;
mod personas;
mod profiles;
mod refused;
mod runs;
mod schedules;
mod secrets;
mod storage;
pub(crate) mod usage;
mod vaults;

use std::path::PathBuf;

use axum::extract::FromRef;

use crate::app::Shared;
use crate::server::Routes;
use crate::store::Store;

pub(crate) use browser_state::BrowserState;
pub(crate) use cards::{Card, ONLY as CARD};
#[cfg(test)]
pub(crate) use credentials::{Login, keep_login};
pub(crate) use credentials::{has_login, login_for};
#[cfg(test)]
pub(crate) use inbox::receive;
pub(crate) use inbox::{Asked, Email, Message, Sms, read};
pub(crate) use page::{Page, Paging};
pub(crate) use personas::Persona;
pub(crate) use profiles::Profile;
pub(crate) use storage::stored;
pub(crate) use vaults::Vault;

/// What the areas work with.
#[derive(Clone)]
pub(crate) struct Areas {
    pub(crate) store: Store,
    /// Where the files of the account lie.
    pub(crate) files: PathBuf,
}

/// The operations of all areas.
pub(crate) fn routes(routes: Routes) -> Routes {
    let all = [
        vaults::routes,
        credentials::routes,
        cards::routes,
        personas::routes,
        inbox::routes,
        secrets::routes,
        functions::routes,
        code::routes,
        schedules::routes,
        runs::routes,
        profiles::routes,
        browser_state::routes,
        usage::routes,
        storage::routes,
        refused::routes,
    ];
    all.into_iter().fold(routes, |routes, area| area(routes))
}

impl FromRef<Shared> for Areas {
    fn from_ref(app: &Shared) -> Self {
        app.areas.clone()
    }
}
