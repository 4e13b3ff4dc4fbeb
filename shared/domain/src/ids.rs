//! Identifiers: one type for each kind, parsed once at the edge.
//!
//! A gateway id, which is an id that Stripe gave, always has its prefix (`pi_`, `sub_`, …), so an invoice id can't be
//! stored where a subscription id belongs.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::email::Email;

/// Text that isn't an identifier of the expected kind.
///
/// The offending text is left out on purpose: it may be anything that a client sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}")]
pub struct InvalidId {
    /// The kind of identifier that was expected, in words.
    pub kind: &'static str,
}

/// The longest identifier that is accepted from Stripe: ids may have up to 255 characters
/// (<https://docs.stripe.com/upgrades#what-changes-does-stripe-consider-to-be-backward-compatible>).
const MAX_GATEWAY_ID: usize = 255;

macro_rules! gateway_id {
    ($(#[$doc:meta])* $name:ident, [$($prefix:literal),+], $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The prefixes of identifiers of this kind.
            pub const PREFIXES: &'static [&'static str] = &[$($prefix),+];

            /// Parses an identifier of this kind.
            ///
            /// # Errors
            /// [`InvalidId`] if the prefix is missing, nothing follows it, or a character isn't alphanumeric or `_`.
            pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                let valid = text.len() <= MAX_GATEWAY_ID
                    && Self::PREFIXES.iter().filter_map(|prefix| text.strip_prefix(prefix)).any(|rest| {
                        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                    });
                if valid { Ok(Self(text)) } else { Err(InvalidId { kind: $kind }) }
            }

            /// Returns the identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

gateway_id!(
    /// A Stripe Checkout session.
    SessionId, ["cs_"], "Checkout session id"
);
gateway_id!(
    /// A Stripe `PaymentIntent`.
    PaymentIntentId, ["pi_"], "PaymentIntent id"
);
gateway_id!(
    /// A Stripe subscription.
    SubscriptionId, ["sub_"], "subscription id"
);
gateway_id!(
    /// A Stripe customer.
    CustomerId, ["cus_"], "customer id"
);
gateway_id!(
    /// A Stripe invoice.
    InvoiceId, ["in_"], "invoice id"
);
gateway_id!(
    /// A Stripe refund. Refunds of some other means than cards begin with `pyr_`.
    RefundId, ["re_", "pyr_"], "refund id"
);
gateway_id!(
    /// A Stripe dispute. Older ones begin with `dp_`, newer ones with `du_`.
    DisputeId, ["dp_", "du_"], "dispute id"
);
gateway_id!(
    /// A Stripe event.
    EventId, ["evt_"], "event id"
);
gateway_id!(
    /// A Stripe price.
    PriceId, ["price_"], "price id"
);
gateway_id!(
    /// A Stripe shipping rate.
    ShippingRateId, ["shr_"], "shipping rate id"
);
gateway_id!(
    /// A configuration of Stripe's billing portal.
    PortalConfigurationId, ["bpc_"], "portal configuration id"
);
gateway_id!(
    /// A Stripe payment method.
    PaymentMethodId, ["pm_"], "payment method id"
);

/// The uid that Firebase gave a person: 1 to 128 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(String);

impl UserId {
    /// Parses a text that can be a Firebase uid.
    ///
    /// # Errors
    /// [`InvalidId`] if it is empty, longer than 128 characters, or has control characters.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
        let text = text.into();
        let valid = !text.is_empty() && text.chars().count() <= 128 && !text.chars().any(char::is_control);
        if valid { Ok(Self(text)) } else { Err(InvalidId { kind: "user id" }) }
    }

    /// Returns the uid as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for UserId {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::parse(text)
    }
}

impl From<UserId> for String {
    fn from(id: UserId) -> String {
        id.0
    }
}

/// The namespace of identifiers that are derived from something else (RFC 9562, UUID version 5).
const NAMESPACE: Uuid = Uuid::from_u128(0x9c1f_0d52_6f3e_4c0a_9f5b_2f8e_6d41_77aa);

/// The id of a preorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PreorderId(Uuid);

impl PreorderId {
    /// Returns the id with these random bits.
    #[must_use]
    pub fn new(random: Uuid) -> Self {
        Self(random)
    }

    /// Returns the id of the preorder that is made with this `Idempotency-Key` and address. It depends on these two alone.
    /// A guessed key with another address gives another id.
    #[must_use]
    pub fn for_idempotency_key(key: &str, email: &Email) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, format!("idempotency-key:{}\n{key}", email.key()).as_bytes()))
    }

    /// Returns the id of the preorder that is made for a paid session that names no preorder of ours.
    #[must_use]
    pub fn for_session(session: &SessionId) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, format!("session:{session}").as_bytes()))
    }

    /// Parses a UUID in its usual notation.
    ///
    /// # Errors
    /// [`InvalidId`] otherwise.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        Uuid::try_parse(text).map(Self).map_err(|_| InvalidId { kind: "preorder id" })
    }

    /// Returns the UUID.
    #[must_use]
    pub fn as_uuid(&self) -> Uuid {
        self.0
    }

    /// Returns the number that people see: `ROL-` and the first eight characters of the id, upper case.
    #[must_use]
    pub fn number(&self) -> String {
        let id = self.0.simple().to_string();
        format!("ROL-{}", id[..8].to_ascii_uppercase())
    }
}

impl fmt::Display for PreorderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number that the site gave a novel: 1 or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NovelId(i64);

impl NovelId {
    /// Returns the id with this number, which must be positive.
    ///
    /// # Errors
    /// [`InvalidId`] otherwise.
    pub fn new(number: i64) -> Result<Self, InvalidId> {
        if number > 0 { Ok(Self(number)) } else { Err(InvalidId { kind: "novel id" }) }
    }

    /// Returns the number.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for NovelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The id of the record of one payment for a novel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PaymentRecordId(Uuid);

impl PaymentRecordId {
    /// Returns the id with these random bits.
    #[must_use]
    pub fn new(random: Uuid) -> Self {
        Self(random)
    }

    /// Returns the id of the record that is made for an invoice without one, such as a renewal's.
    #[must_use]
    pub fn for_invoice(invoice: &InvoiceId) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, format!("invoice:{invoice}").as_bytes()))
    }

    /// Returns the id of the record that is made for a `PaymentIntent` that names no record of ours.
    #[must_use]
    pub fn for_payment_intent(intent: &PaymentIntentId) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, format!("payment_intent:{intent}").as_bytes()))
    }

    /// Returns the id of the record of a payment that wasn't made at Stripe: `whose` is the provider or the kind of
    /// payment, `reference` its id there.
    #[must_use]
    pub fn for_reference(whose: &str, reference: &str) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, format!("reference:{whose}:{reference}").as_bytes()))
    }

    /// Parses a UUID in its usual notation.
    ///
    /// # Errors
    /// [`InvalidId`] otherwise.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        Uuid::try_parse(text).map(Self).map_err(|_| InvalidId { kind: "payment record id" })
    }

    /// Returns the UUID.
    #[must_use]
    pub fn as_uuid(&self) -> Uuid {
        self.0
    }
}

impl fmt::Display for PaymentRecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The id of a row of the outbox, and also the `unique_id` by which Klaviyo drops repeats.
///
/// The id is derived from the announcement's key, so one announcement has one id wherever and whenever it is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OutboxId(Uuid);

impl OutboxId {
    /// Returns the id of the announcement with this key.
    #[must_use]
    pub fn for_key(business_key: &str) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, format!("outbox:{business_key}").as_bytes()))
    }

    /// Returns the id that was read from the database or a message.
    #[must_use]
    pub fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// Returns the UUID.
    #[must_use]
    pub fn as_uuid(&self) -> Uuid {
        self.0
    }
}

impl fmt::Display for OutboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_id_of_another_kind_is_refused() {
        assert!(SubscriptionId::parse("sub_1Nv").is_ok());
        for wrong in ["in_1Nv", "sub_", "sub", "", "sub_1 2", "sub_ü", " sub_1"] {
            assert!(SubscriptionId::parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(SubscriptionId::parse(format!("sub_{}", "x".repeat(300))).is_err());
    }

    #[test]
    fn ids_of_facts_depend_on_the_fact_alone() {
        assert_eq!(OutboxId::for_key("preorder_started:1"), OutboxId::for_key("preorder_started:1"));
        assert_ne!(OutboxId::for_key("preorder_started:1"), OutboxId::for_key("preorder_success:1"));
    }

    #[test]
    fn a_preorder_number_is_the_start_of_its_id() {
        let id = PreorderId::parse("0a1b2c3d-0000-4000-8000-000000000000").unwrap();
        assert_eq!(id.number(), "ROL-0A1B2C3D");
    }

    #[test]
    fn a_uid_has_up_to_128_characters() {
        assert!(UserId::parse("x".repeat(128)).is_ok());
        assert!(UserId::parse("x".repeat(129)).is_err());
        assert!(UserId::parse("").is_err());
    }
}
