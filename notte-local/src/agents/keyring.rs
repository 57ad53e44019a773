//! Placeholders in actions, and what is typed in their place.
//!
//! A placeholder is the whole `value` of an action that types, or of one field of a `form_fill`. Logins are those of
//! the site that the page is on, and what is filled in is typed on pages of that site only.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use totp_rs::{Builder, Secret};

use super::browser::Filled;
use super::typed::Typed;
use crate::areas::{CARD, Card, Persona, login_for, site};
use crate::error::Refusal;
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
}

impl Keyring {
    pub(super) fn new(store: Store, vault: Option<String>, persona: Option<String>, typed: Typed) -> Self {
        Self { store, vault, persona, typed }
    }

    /// The placeholders that there are.
    pub(super) fn placeholders(&self) -> Vec<String> {
        let held = |name: &&str| if PERSON.contains(name) { self.persona.is_some() } else { self.vault.is_some() };
        names().filter(held).map(|name| format!("{{{{{name}}}}}")).collect()
    }

    /// The action with what its placeholders stand for, on the page of this address.
    pub(super) async fn fill(&self, action: &Value, address: &str) -> Result<Filled, String> {
        let mut filled = Filled { action: action.clone(), site: None };
        if !action["type"].as_str().is_some_and(|kind| TYPING.contains(&kind)) {
            return Ok(filled);
        }
        let mut any = false;
        match &mut filled.action["value"] {
            Value::Object(fields) => {
                for field in fields.values_mut() {
                    any |= self.replace(field, address).await?;
                }
            }
            value => any = self.replace(value, address).await?,
        }
        filled.site = any.then(|| site(address).unwrap_or_default());
        Ok(filled)
    }

    /// Whether the value was a placeholder.
    async fn replace(&self, value: &mut Value, address: &str) -> Result<bool, String> {
        let name = value.as_str().and_then(|text| text.trim().strip_prefix("{{")?.strip_suffix("}}"));
        let Some(name) = name.map(|name| name.trim().to_owned()) else { return Ok(false) };
        let (vault, persona) = (self.vault.clone(), self.persona.clone());
        let (wanted, address) = (name.clone(), address.to_owned());
        let find = move |db: &Db<'_>| look_up(db, &wanted, vault.as_deref(), persona.as_deref(), &address);
        let found = self.store.run(find).await.map_err(|refusal: Refusal| refusal.reason())?;
        let found = found.ok_or_else(|| format!("there is nothing to fill in for {name} on this site"))?;
        self.typed.remember(&found, &format!("{{{{{name}}}}}"));
        *value = found.into();
        Ok(true)
    }
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
