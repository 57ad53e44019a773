//! Personas: identities with a mailbox, and perhaps a phone number and a vault.

mod builder;
mod message;
mod persona;

pub use builder::PersonaBuilder;
pub use message::{Email, Message, MessageWait, Messages};
pub use persona::{Persona, PersonaList, Personas};
