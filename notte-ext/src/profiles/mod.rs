//! `notte.profiles()`: browser state that outlives a session.

mod import;
mod list;
mod profile;

pub use import::{ImportState, SetProfileCookies};
pub use list::{CreateProfile, ProfileList, Profiles};
pub use profile::{DuplicateProfile, Profile};
