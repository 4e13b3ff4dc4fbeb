//! Journeys of readers. Every journey sets up its environment without a fault; only then may steps fail.

mod requests;
mod run;
mod steps;

pub use requests::{
    as_reader, champion, come_back, form, form_with_consent, portal, purchase, repair, says_of_marketing, sign_in,
    subscription, tier_change, wish_to_pay,
};
pub use steps::{checkout, paid, past_due, preorder, purchased, subscribed};

/// The first name of every reader who sends a form.
pub const FIRST_NAME: &str = "Seraphina";

/// The journeys. Each has one part in which steps may fail; the steps before it succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journey {
    /// A reader sends the form, opens the checkout and pays by card.
    PreorderPaid,
    /// A reader leaves the page without paying, and the session expires.
    PreorderAbandoned,
    /// A reader pays with a method that takes days.
    PreorderDelayed,
    /// A reader's card is refused, and another one accepted.
    PreorderRetried,
    /// A reader pays, and is refunded.
    PreorderRefunded,
    /// A reader whose preorder is stored signs in, twice.
    SignedIn,
    /// A subscriber whose account was deleted comes back with another one, and renews.
    CameBack,
    /// A reader agrees to marketing in a form and withdraws it in their account.
    ConsentGivenAndWithdrawn,
    /// A reader subscribes and pays the first invoice.
    SubscriptionStarted,
    /// A month after a reader has subscribed, the subscription renews.
    SubscriptionRenewed,
    /// A subscriber ends the subscription with its period.
    SubscriptionCancelled,
    /// A reader repairs a renewal that was refused, with another card.
    RenewalRepaired,
    /// A subscriber lets the subscription renew at another tier.
    TierChanged,
    /// A subscriber opens the billing portal.
    PortalOpened,
    /// A subscriber's first payment is refunded.
    SubscriptionRefunded,
    /// A reader buys 30 days, and then 30 more of a higher tier.
    Purchased,
    /// A reader's card for 30 days is refused, and another one accepted.
    PurchaseRetried,
    /// Stripe delivers one event about a paid session.
    OneEvent,
    /// The sender gets a batch of twelve announcements.
    Batch,
    /// The queue loses all messages, and the sweep sends their announcements.
    Sweep,
    /// Stripe doesn't deliver the events about a paid session, and the catch-up fetches them.
    CaughtUp,
}

impl Journey {
    /// Every journey.
    pub const ALL: [Self; 21] = [
        Self::PreorderPaid,
        Self::PreorderAbandoned,
        Self::PreorderDelayed,
        Self::PreorderRetried,
        Self::PreorderRefunded,
        Self::SignedIn,
        Self::CameBack,
        Self::ConsentGivenAndWithdrawn,
        Self::SubscriptionStarted,
        Self::SubscriptionRenewed,
        Self::SubscriptionCancelled,
        Self::RenewalRepaired,
        Self::TierChanged,
        Self::PortalOpened,
        Self::SubscriptionRefunded,
        Self::Purchased,
        Self::PurchaseRetried,
        Self::OneEvent,
        Self::Batch,
        Self::Sweep,
        Self::CaughtUp,
    ];

    /// Returns the names of the announcements that reach Klaviyo, sorted, each as often as it arrives.
    #[must_use]
    pub fn announcements(self) -> Vec<&'static str> {
        let mut names = match self {
            Self::PreorderPaid | Self::PreorderDelayed | Self::OneEvent | Self::CaughtUp => {
                vec!["preorder_started", "preorder_success"]
            }
            Self::PreorderRetried => vec!["preorder_started", "preorder_payment_failed", "preorder_success"],
            Self::PreorderAbandoned => vec!["preorder_started", "preorder_abandoned"],
            // A part of the payment is refunded, then the rest.
            Self::PreorderRefunded => {
                let parts = ["preorder_partly_refunded"; 2];
                [&["preorder_started", "preorder_success", "preorder_refunded"][..], &parts].concat()
            }
            // Consent for a proven address goes to the list and is no event.
            Self::SignedIn | Self::ConsentGivenAndWithdrawn => vec!["preorder_started"],
            Self::SubscriptionStarted | Self::PortalOpened => vec!["champion_started"],
            Self::CameBack | Self::SubscriptionRenewed | Self::TierChanged => {
                vec!["champion_started", "champion_renewed"]
            }
            Self::RenewalRepaired => vec!["champion_started", "champion_payment_failed", "champion_renewed"],
            Self::SubscriptionCancelled => vec!["champion_started", "champion_cancelled"],
            Self::SubscriptionRefunded => vec!["champion_started", "champion_refunded"],
            Self::Purchased => vec!["champion_started", "champion_upgraded"],
            Self::PurchaseRetried => vec!["champion_payment_failed", "champion_started"],
            Self::Batch => vec!["preorder_started"; 12],
            Self::Sweep => vec!["preorder_started"; 3],
        };
        names.sort_unstable();
        names
    }
}
