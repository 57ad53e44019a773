//! Vaults: logins and a payment card, kept by the service and filled in on pages without a model seeing them.

mod card;
mod entry;
mod login;
mod password;
mod site;
mod totp;
mod vault;

pub use card::VaultCard;
pub use entry::VaultEntry;
pub use login::Login;
pub use password::generate_password;
pub use vault::{Vault, VaultList, Vaults};
