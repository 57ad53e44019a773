//! Names for people who do not exist.

/// None of them is part of a common word: what an agent types is hidden wherever it is said.
const FIRST: [&str; 16] = [
    "Adele", "Bruno", "Clara", "Dmitri", "Elena", "Farid", "Greta", "Hubert", "Ingrid", "Jonas", "Keiko", "Lucas",
    "Marina", "Nadia", "Oscar", "Petra",
];

const LAST: [&str; 16] = [
    "Abbott", "Berger", "Costa", "Dubois", "Ekman", "Fischer", "Garcia", "Haddad", "Ivanova", "Jensen", "Kimura",
    "Lindgren", "Moreau", "Novak", "Okafor", "Petrov",
];

/// Reserved for tests: mail to it can reach nobody.
const DOMAIN: &str = "notte-local.test";

pub(super) struct Identity {
    pub(super) first_name: &'static str,
    pub(super) last_name: &'static str,
    pub(super) email: String,
}

/// Somebody new, with an address that nobody had before.
pub(super) fn new() -> Identity {
    let bytes = uuid::Uuid::new_v4().into_bytes();
    let first_name = FIRST[usize::from(bytes[0]) % FIRST.len()];
    let last_name = LAST[usize::from(bytes[1]) % LAST.len()];
    let number = u32::from_be_bytes([bytes[2], bytes[3], bytes[4], bytes[5]]);
    let email = format!("{first_name}.{last_name}.{number}@{DOMAIN}").to_lowercase();
    Identity { first_name, last_name, email }
}
