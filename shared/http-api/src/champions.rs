//! The responses to errors of the use cases of champions.

use lambda_http::http::StatusCode;
use pledge_application::{
    champions::{Failure, PayError, PortalError, PurchaseError, RenewalError, SubscribeError, TierChangeError},
    payers::PayerRefusal,
};
use pledge_domain::{champion::tier_change::Obstacle, fields::FieldErrors, ports::BillingError};

use crate::error::ApiError;

impl ApiError {
    /// Returns a 404 `TIER_NOT_FOUND`: there is no such novel, or it has no such tier on sale.
    #[must_use]
    pub fn tier_not_found() -> Self {
        Self::not_found("TIER_NOT_FOUND", "There is no such novel, or it has no such tier.")
    }

    /// Returns a 400 `ALREADY_SUBSCRIBED`: a subscription runs and will renew.
    #[must_use]
    pub fn already_subscribed() -> Self {
        Self::Refused {
            status: StatusCode::BAD_REQUEST,
            code: "ALREADY_SUBSCRIBED",
            message: "You already have an active Stripe subscription for this novel.".to_owned(),
        }
    }

    /// Returns a 404 `SUBSCRIPTION_NOT_FOUND`: no subscription of the reader to this novel runs.
    fn subscription_not_found() -> Self {
        Self::not_found("SUBSCRIPTION_NOT_FOUND", "You have no running subscription to this novel.")
    }
}

/// Returns a 402 `CARD_DECLINED`: the payment method was refused.
fn declined(message: String) -> ApiError {
    ApiError::Refused { status: StatusCode::PAYMENT_REQUIRED, code: "CARD_DECLINED", message }
}

/// Returns a 409 `PAYMENT_PAST_DUE`: a payment of a subscription failed.
fn payment_past_due() -> ApiError {
    ApiError::conflict("PAYMENT_PAST_DUE", "A payment of your subscription failed; pay it first.")
}

impl From<PayerRefusal> for ApiError {
    fn from(refusal: PayerRefusal) -> Self {
        match refusal {
            PayerRefusal::AddressNotProven => Self::Refused {
                status: StatusCode::FORBIDDEN,
                code: "ADDRESS_NOT_PROVEN",
                message: "Please confirm your e-mail address first.".to_owned(),
            },
            PayerRefusal::AccountUnusable => Self::Unauthenticated("the account is disabled or deleted"),
        }
    }
}

impl From<SubscribeError> for ApiError {
    fn from(error: SubscribeError) -> Self {
        match error {
            SubscribeError::TierNotFound => Self::tier_not_found(),
            SubscribeError::AlreadySubscribed => Self::already_subscribed(),
            SubscribeError::PaymentPastDue => payment_past_due(),
            SubscribeError::Paused => Self::conflict(
                "SUBSCRIPTION_PAUSED",
                "Your subscription to this novel is paused; let us know to go on.",
            ),
            SubscribeError::Failed(failure) => failure.into(),
        }
    }
}

impl From<PurchaseError> for ApiError {
    fn from(error: PurchaseError) -> Self {
        match error {
            PurchaseError::TierNotFound => Self::tier_not_found(),
            PurchaseError::LowerTier { current } => Self::conflict(
                "LOWER_TIER",
                format!("Your subscription renews at tier {current}; a lower tier would wait for ever."),
            ),
            PurchaseError::PaymentPastDue => payment_past_due(),
            PurchaseError::PaymentPending => {
                Self::conflict("PAYMENT_PENDING", "This purchase is paid and will be booked in a moment.")
            }
            PurchaseError::Failed(failure) => failure.into(),
        }
    }
}

impl From<RenewalError> for ApiError {
    fn from(error: RenewalError) -> Self {
        match error {
            RenewalError::SubscriptionNotFound => Self::subscription_not_found(),
            RenewalError::Failed(failure) => failure.into(),
        }
    }
}

impl From<TierChangeError> for ApiError {
    fn from(error: TierChangeError) -> Self {
        match error {
            TierChangeError::TierNotFound => Self::tier_not_found(),
            TierChangeError::SubscriptionNotFound => Self::subscription_not_found(),
            TierChangeError::NotPossible(obstacle) => Self::conflict(
                "CHANGE_NOT_POSSIBLE",
                match obstacle {
                    Obstacle::SameTier => "Your next renewal is at this tier already.",
                    Obstacle::Unpaid => "The running month isn't paid yet; the tier can be changed when it is.",
                    Obstacle::Cancelled => "Your subscription is going to end; resume it first.",
                    Obstacle::Paused => "Your subscription is paused; let us know to go on.",
                },
            ),
            TierChangeError::Failed(failure) => failure.into(),
        }
    }
}

impl From<PayError> for ApiError {
    fn from(error: PayError) -> Self {
        match error {
            PayError::SubscriptionNotFound => Self::subscription_not_found(),
            PayError::NothingToPay => Self::conflict("NOTHING_TO_PAY", "No payment of your subscription is open."),
            PayError::Declined { code } => {
                let reason = reason(code.as_deref());
                declined(format!("{reason} Stripe may try again by itself; another card pays at once."))
            }
            PayError::Failed(failure) => failure.into(),
        }
    }
}

impl From<PortalError> for ApiError {
    fn from(error: PortalError) -> Self {
        match error {
            PortalError::CustomerNotFound => {
                Self::not_found("CUSTOMER_NOT_FOUND", "You have not paid for this novel yet.")
            }
            PortalError::NotConfigured => Self::NeedsOperator {
                code: "PORTAL_NOT_CONFIGURED",
                message: "The billing page can't be opened at the moment.",
                cause: Box::new(error),
            },
            PortalError::Failed(failure) => failure.into(),
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Billing(error) => error.into(),
            Failure::Store(error) => error.into(),
            Failure::TooMany(refusal) => refusal.into(),
            Failure::Busy => Self::Unavailable {
                status: StatusCode::SERVICE_UNAVAILABLE,
                code: "SERVICE_UNAVAILABLE",
                message: "Other requests of yours are being handled. Please try again.",
                cause: Box::new(failure),
            },
        }
    }
}

/// Returns the message for a decline code of Stripe's. It names the code only if the card's owner can act on it. Other
/// codes (`stolen_card`, `incorrect_number`, `fraudulent`, …) would help people who test stolen cards
/// (<https://docs.stripe.com/declines/codes>, <https://docs.stripe.com/disputes/prevention/card-testing>).
fn reason(code: Option<&str>) -> String {
    match code {
        Some(code @ ("insufficient_funds" | "expired_card" | "incorrect_cvc" | "authentication_required")) => {
            format!("The card was declined: {code}.")
        }
        _ => "The card was declined. Use another one, or ask the bank that issued it.".to_owned(),
    }
}

impl From<BillingError> for ApiError {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Declined { code } => declined(reason(code.as_deref())),
            BillingError::UnusablePaymentMethod => {
                FieldErrors::one("paymentMethodId", "is not a payment method that you can use").into()
            }
            BillingError::Gateway(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decline_says_only_what_its_owner_can_mend() {
        for code in ["insufficient_funds", "expired_card", "incorrect_cvc", "authentication_required"] {
            assert_eq!(reason(Some(code)), format!("The card was declined: {code}."));
        }
        let codes = ["stolen_card", "lost_card", "incorrect_number", "fraudulent", "generic_decline", "do_not_honor"];
        for code in codes.into_iter().map(Some).chain([None]) {
            assert_eq!(reason(code), "The card was declined. Use another one, or ask the bank that issued it.");
        }
    }
}
