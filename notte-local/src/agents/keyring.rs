//! Placeholders in actions, and what is typed in their place.
//!
//! A placeholder is the whole `value` of an action that types, or of one field of a `form_fill`. Logins are those of
//! the site that the page is on, and what is filled in is typed on pages of that site only.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use totp_rs::{Builder, Secret};

use super::browser::Filled;
use super::typed::Typed;
use crate::areas::{CARD, Card, Persona, has_login, login_for};
use crate::error::Refusal;
use crate::site::{Only, site};
use crate::store::{Db, Store};

/// The actions that type their `value`.
const TYPING: [&str; 5] = ["fill", "fallback_fill", "multi_factor_fill", "form_fill", "select_dropdown_option"];

const LOGIN: [&str; 4] = ["vault.email", "vault.username", "vault.password", "vault.mfa_code"];
const PAYMENT: [&str; 4] =
    ["vault.card_holder_name", "vault.card_number", "vault.card_cvv", "vault.card_full_expiration"];
const PERSON: [&str; 3] = ["persona.first_name", "persona.last_name", "persona.email"];

/// The names of all placeholders.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LOGIN.into_iter().chain(PAYMENT).chain(PERSON)
}

/// What an agent may type without seeing it.
pub(super) struct Keyring {
    store: Store,
    vault: Option<String>,
    pub(super) persona: Option<String>,
    pub(super) typed: Typed,
    /// Whom it types for.
    trust: Trust,
}

/// How far the one that names placeholders is trusted.
pub(super) enum Trust {
    /// A script, which whoever holds the key wrote.
    Script,
    /// A language model, which pages may talk into anything.
    Model {
        /// The site where it began: the user chose it.
        home: Option<String>,
    },
}

impl Keyring {
    pub(super) fn new(
        store: Store,
        vault: Option<String>,
        persona: Option<String>,
        typed: Typed,
        trust: Trust,
    ) -> Self {
        Self { store, vault, persona, typed, trust }
    }

    /// Hears of the first page that the agent sees.
    pub(super) fn begin_at(&mut self, address: &str) {
        if let Trust::Model { home: home @ None } = &mut self.trust {
            *home = site(address);
        }
    }

    /// The placeholders that there are.
    pub(super) fn placeholders(&self) -> Vec<String> {
        let held = |name: &&str| if PERSON.contains(name) { self.persona.is_some() } else { self.vault.is_some() };
        names().filter(held).map(|name| format!("{{{{{name}}}}}")).collect()
    }

    /// The action with what its placeholders stand for, on the page of this address.
    pub(super) async fn fill(&self, action: &Value, address: &str) -> Result<Filled, String> {
        let mut filled = Filled { action: action.clone(), only: None };
        if !action["type"].as_str().is_some_and(|kind| TYPING.contains(&kind)) {
            return Ok(filled);
        }
        let mut only = Only::at(address);
        let mut any = false;
        match &mut filled.action["value"] {
            Value::Object(fields) => {
                for (key, field) in fields {
                    let Some(name) = placeholder(field) else { continue };
                    if self.is_guarded(&name) && !key.contains("password") {
                        return Err(format!("{name} is filled in as a password only, and not as {key}"));
                    }
                    *field = self.value(&name, address).await?.into();
                    any = true;
                }
            }
            value => {
                if let Some(name) = placeholder(value) {
                    only.password = self.is_guarded(&name);
                    *value = self.value(&name, address).await?.into();
                    any = true;
                }
            }
        }
        filled.only = any.then_some(only);
        Ok(filled)
    }

    /// Whether it is typed into password fields only: elsewhere a page shows it, and a model may read it there.
    fn is_guarded(&self, name: &str) -> bool {
        name == "vault.password" && matches!(self.trust, Trust::Model { .. })
    }

    /// What a placeholder stands for on a page. It is hidden from now on.
    async fn value(&self, name: &str, address: &str) -> Result<String, String> {
        let name = name.to_owned();
        let (vault, persona) = (self.vault.clone(), self.persona.clone());
        let (wanted, address) = (name.clone(), address.to_owned());
        // A page that a model was led to gets no card: only where it began, and where the vault knows a login.
        let is_home = match &self.trust {
            Trust::Script => true,
            Trust::Model { home } => home.is_some() && *home == site(&address),
        };
        let find = move |db: &Db<'_>| {
            let vault = vault.as_deref();
            if PAYMENT.contains(&&*wanted)
                && !is_home
                && !vault.map_or(Ok(false), |vault| has_login(db, vault, &address))?
            {
                let reason =
                    "a card is filled in on the site where the agent began, and on those of the vault's logins";
                return Err(Refusal::not_here(reason));
            }
            look_up(db, &wanted, vault, persona.as_deref(), &address)
        };
        let found = self.store.run(find).await.map_err(|refusal: Refusal| refusal.reason())?;
        let found = found.ok_or_else(|| format!("there is nothing to fill in for {name} on this site"))?;
        self.typed.remember(&found, &format!("{{{{{name}}}}}"));
        Ok(found)
    }
}

/// The name in a value that is a placeholder.
fn placeholder(value: &Value) -> Option<String> {
    let name = value.as_str()?.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    Some(name.trim().to_owned())
}

fn look_up(
    db: &Db<'_>,
    name: &str,
    vault: Option<&str>,
    persona: Option<&str>,
    address: &str,
) -> Result<Option<String>, Refusal> {
    if LOGIN.contains(&name) {
        let Some(login) = vault.map(|vault| login_for(db, vault, address)).transpose()?.flatten() else {
            return Ok(None);
        };
        return Ok(match name {
            "vault.email" => login.email,
            "vault.username" => login.username,
            "vault.password" => Some(login.password),
            _ => login.mfa_secret.and_then(|seed| one_time_code(&seed, SystemTime::now())),
        });
    }
    if PAYMENT.contains(&name) {
        let card: Option<Card> = vault.map(|vault| db.get(vault, CARD)).transpose()?.flatten();
        return Ok(card.map(|card| match name {
            "vault.card_holder_name" => card.card_holder_name,
            "vault.card_number" => card.card_number,
            "vault.card_cvv" => card.card_cvv,
            _ => card.card_full_expiration,
        }));
    }
    if PERSON.contains(&name) {
        let person = persona.map(|persona| Persona::find(db, persona)).transpose()?;
        return Ok(person.map(|person| match name {
            "persona.first_name" => person.first_name,
            "persona.last_name" => person.last_name,
            _ => person.email,
        }));
    }
    Ok(None)
}

/// RFC 6238 as sites use it: SHA-1, six digits, 30 seconds. Seeds may be shorter than the standard has them.
fn one_time_code(seed: &str, time: SystemTime) -> Option<String> {
    let seed: String = seed.chars().filter(|c| !c.is_whitespace() && *c != '-' && *c != '=').collect();
    let secret = Secret::try_from_base32(seed.to_ascii_uppercase()).ok()?;
    let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
    Some(Builder::new().with_secret(secret).build_noncompliant().generate(seconds).to_string())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238's seed; its codes have eight digits, of which these are the last six.
        let seed = "GEZD GNBV-GY3TQOJQGEZDGNBVGY3TQOJQ";
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(one_time_code(seed, UNIX_EPOCH + Duration::from_secs(seconds)).as_deref(), Some(code));
        }
        assert_eq!(one_time_code("not base32!", UNIX_EPOCH), None);
    }
}
