//! Placeholders in actions: filled in where they are typed, and put back where the page shows what was typed.
//!
//! A placeholder is the whole `value` of an action that types, or of one field of a `form_fill`. Logins are those of
//! the site that the page is on, so no other page gets them.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use totp_rs::{Builder, Secret};

use crate::areas::{CARD, Card, Persona, login_for};
use crate::error::Refusal;
use crate::store::{Db, Store};

/// The actions that type their `value`.
const TYPING: [&str; 5] = ["fill", "fallback_fill", "multi_factor_fill", "form_fill", "select_dropdown_option"];

const LOGIN: [&str; 4] = ["vault.email", "vault.username", "vault.password", "vault.mfa_code"];
const PAYMENT: [&str; 4] =
    ["vault.card_holder_name", "vault.card_number", "vault.card_cvv", "vault.card_full_expiration"];
const PERSON: [&str; 3] = ["persona.first_name", "persona.last_name", "persona.email"];

/// What an agent may type without seeing it. No `Debug`: it holds what was typed.
pub(super) struct Keyring {
    store: Store,
    vault: Option<String>,
    pub(super) persona: Option<String>,
    /// What was typed, and what stands for it.
    typed: Vec<(String, String)>,
}

impl Keyring {
    pub(super) fn new(store: Store, vault: Option<String>, persona: Option<String>) -> Self {
        Self { store, vault, persona, typed: Vec::new() }
    }

    /// The placeholders that there are.
    pub(super) fn placeholders(&self) -> Vec<String> {
        let vault = LOGIN.iter().chain(&PAYMENT).filter(|_| self.vault.is_some());
        let persona = PERSON.iter().filter(|_| self.persona.is_some());
        vault.chain(persona).map(|name| format!("{{{{{name}}}}}")).collect()
    }

    /// The action with what its placeholders stand for, on the page of this address.
    pub(super) async fn fill(&mut self, action: &Value, address: &str) -> Result<Value, String> {
        let mut filled = action.clone();
        if !action["type"].as_str().is_some_and(|kind| TYPING.contains(&kind)) {
            return Ok(filled);
        }
        match &mut filled["value"] {
            Value::Object(fields) => {
                for field in fields.values_mut() {
                    self.replace(field, address).await?;
                }
            }
            value => self.replace(value, address).await?,
        }
        Ok(filled)
    }

    async fn replace(&mut self, value: &mut Value, address: &str) -> Result<(), String> {
        let name = value.as_str().and_then(|text| text.trim().strip_prefix("{{")?.strip_suffix("}}"));
        let Some(name) = name.map(|name| name.trim().to_owned()) else { return Ok(()) };
        let (vault, persona) = (self.vault.clone(), self.persona.clone());
        let (wanted, address) = (name.clone(), address.to_owned());
        let find = move |db: &Db<'_>| look_up(db, &wanted, vault.as_deref(), persona.as_deref(), &address);
        let found = self.store.run(find).await.map_err(|refusal: Refusal| refusal.reason())?;
        let found = found.ok_or_else(|| format!("there is nothing to fill in for {name} on this site"))?;
        self.remember(&found, &format!("{{{{{name}}}}}"));
        *value = found.into();
        Ok(())
    }

    /// As it is, and as it is in addresses.
    fn remember(&mut self, text: &str, placeholder: &str) {
        let encoded = serde_urlencoded::to_string([("", text)]).unwrap_or_default();
        for form in [text, encoded.trim_start_matches('=')] {
            if !form.is_empty() && !self.typed.iter().any(|(known, _)| known == form) {
                self.typed.push((form.to_owned(), placeholder.to_owned()));
            }
        }
        // The longest first: one may be part of another.
        self.typed.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
    }

    /// Whether anything was filled in so far.
    pub(super) fn has_typed(&self) -> bool {
        !self.typed.is_empty()
    }

    /// Puts the placeholders back into everything that the page says.
    pub(super) fn hide(&self, said: &mut Value) {
        match said {
            Value::String(text) => {
                for (typed, placeholder) in &self.typed {
                    if text.contains(typed.as_str()) {
                        *text = text.replace(typed.as_str(), placeholder);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.hide(field)),
            _ => {}
        }
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

    use serde_json::json;

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

    #[test]
    fn what_was_typed_is_hidden_wherever_it_is_said() {
        let mut keyring = Keyring::new(Store::in_memory().unwrap(), None, None);
        keyring.remember("a@b.test", "{{vault.email}}");
        keyring.remember("a@b.test.more", "{{vault.password}}");
        let mut said = json!({"url": "http://x/?e=a%40b.test", "deep": ["a@b.test a@b.test.more", 1, null]});
        keyring.hide(&mut said);
        assert_eq!(
            said,
            json!({"url": "http://x/?e={{vault.email}}", "deep": ["{{vault.email}} {{vault.password}}", 1, null]})
        );
    }
}
