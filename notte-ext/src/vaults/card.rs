//! `VaultCard`: the payment card of a vault, to be set, read or deleted.

use std::fmt;

use notte_api::{
    types::{CreditCard, builder},
    wire::Secret,
};

use super::Vault;
use crate::{Error, Result, areas};

const SET: &str = "vault_credit_card_set";

/// The payment card of a vault. Options say what [`set`](Self::set) keeps; it needs all four of them.
///
/// ```no_run
/// # async fn example(vault: notte_ext::Vault) -> notte_ext::Result<()> {
/// vault.card().holder("Ada Lovelace").number("4242 4242 4242 4242").cvv("123").expiration("12/29").set().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a card is kept by `.set()` and read by `.get()`"]
#[derive(Clone)]
pub struct VaultCard<'a> {
    vault: &'a Vault,
    card: builder::CreditCard,
}

impl<'a> VaultCard<'a> {
    pub(super) fn new(vault: &'a Vault) -> Self {
        Self { vault, card: builder::CreditCard::default() }
    }

    /// The name on the card.
    pub fn holder(mut self, name: impl Into<String>) -> Self {
        self.card = self.card.card_holder_name(Into::<String>::into(name));
        self
    }

    /// The number of the card.
    pub fn number(mut self, number: impl Into<Secret<String>>) -> Self {
        self.card = self.card.card_number(Into::<Secret<String>>::into(number));
        self
    }

    /// The security code of the card.
    pub fn cvv(mut self, cvv: impl Into<Secret<String>>) -> Self {
        self.card = self.card.card_cvv(Into::<Secret<String>>::into(cvv));
        self
    }

    /// Month and year the card expires, such as `12/29`: as the sites it is used on ask for it.
    pub fn expiration(mut self, expiration: impl Into<Secret<String>>) -> Self {
        self.card = self.card.card_full_expiration(Into::<Secret<String>>::into(expiration));
        self
    }

    /// Keeps the card, in place of the one that the vault has.
    ///
    /// # Errors
    /// Something of the card is missing; or see [`ErrorKind`](crate::ErrorKind). No error repeats a value.
    pub async fn set(self) -> Result<()> {
        let Self { vault, card } = self;
        let card = CreditCard::try_from(card).map_err(|why| Error::invalid(why).in_operation(SET))?;
        let request = vault.notte.api().vault_credit_card_set().vault_id(&vault.id);
        let answer = vault.notte.call(request.body_map(|body| body.credit_card(card))).await?;
        match answer.status.as_str() {
            "failure" => Err(Error::execution(SET, "the service did not keep the card")),
            _ => Ok(()),
        }
    }

    /// The card that is kept.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if there is none.
    pub async fn get(&self) -> Result<CreditCard> {
        let request = self.vault.notte.api().vault_credit_card_get().vault_id(&self.vault.id);
        Ok(self.vault.notte.call(request).await?.credit_card)
    }

    /// Deletes the card that is kept.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn delete(&self) -> Result<()> {
        let request = self.vault.notte.api().vault_credit_card_delete().vault_id(&self.vault.id);
        areas::delete(&self.vault.notte, request).await
    }
}

impl fmt::Debug for VaultCard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultCard").field("vault", &self.vault.id).finish_non_exhaustive()
    }
}
