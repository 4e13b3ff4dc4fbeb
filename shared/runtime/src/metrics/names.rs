//! What is measured. Alarms and the dashboard use the same names.

/// A measured quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Requests answered with 5xx; dimension `Function`. To Lambda such an invocation is a success.
    RequestsFailed,
    /// Requests whose App Check token was looked at; dimension `Result`: `valid`, `missing`, `invalid`, or `unchecked` if
    /// Google's keys can't be had.
    AppChecks,
    /// Webhook events answered; dimension `Outcome`, which is `failed` if Stripe must deliver again.
    WebhookEvents,
    /// Webhook requests whose signature didn't verify.
    SignatureFailures,
    /// Events of the other mode (test in production, live elsewhere).
    LivemodeMismatches,
    /// Events of an API version that the endpoint wasn't made for; dimension `ApiVersion`.
    ApiVersionDrift,
    /// Events that were never delivered and that the catch-up had to fetch.
    EventsCaughtUp,
    /// How old the time is until which the catch-up has seen every event.
    CatchUpLag,
    /// Disputes that customers' banks opened.
    DisputesOpened,
    /// Thin events, which can't be acted on; dimension `Secret`, the number of the signing secret of their destination.
    ThinEvents,
    /// Events of connected accounts, which are ignored.
    ConnectedAccountEvents,
    /// Requests that the payment provider refuses until an operator has mended something; dimension `Function`.
    PaymentProviderRefusals,
    /// Events about what is nobody's here or another deployment's; dimension `Kind`.
    EventsNotOurs,
    /// Subscriptions that were made and are nobody's here.
    SubscriptionsNotOurs,
    /// Preorders stored.
    PreordersInitiated,
    /// Checkout sessions opened.
    CheckoutsOpened,
    /// Requests for the billing portal, whose configuration nobody has registered.
    PortalNotConfigured,
    /// Facts that Stripe's events brought; dimension `Fact`, such as `preorder_success` or `champion_renewed`.
    BusinessFacts,
    /// Subscriptions that go on being charged although the month that runs went back.
    SubscriptionsRefunded,
    /// Preorders in processing although their pay page has expired.
    PreordersStuck,
    /// Preorders stored without an owner, because Firebase didn't answer or the account isn't proven to be theirs.
    OwnersUnknown,
    /// Payments that began although Firebase didn't say whether the account is disabled or deleted.
    AccountsUnchecked,
    /// Users who are one person, but whose things an operator has to join.
    UsersNotJoined,
    /// Messages that the queue didn't take; the sweep sends what they named.
    PublishFailures,
    /// Events that Klaviyo took.
    KlaviyoSent,
    /// Tries that Klaviyo couldn't serve.
    KlaviyoRetryable,
    /// Events that Klaviyo refused for good.
    KlaviyoParked,
    /// Outbox rows neither sent nor parked.
    OutboxWaiting,
    /// Age of the oldest of them.
    OutboxOldestAge,
    /// Outbox rows that wait for a person.
    OutboxParked,
    /// What was forgotten because nobody needs it any more; dimension `Kind`: `unpaid_preorders`, `sent_payloads`,
    /// `parked_payloads` or `stripe_events`.
    RowsCleared,
}

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Seconds.
    Seconds,
}

impl Metric {
    /// Returns the name in CloudWatch.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RequestsFailed => "RequestsFailed",
            Self::AppChecks => "AppChecks",
            Self::WebhookEvents => "WebhookEvents",
            Self::SignatureFailures => "SignatureFailures",
            Self::LivemodeMismatches => "LivemodeMismatches",
            Self::ApiVersionDrift => "ApiVersionDrift",
            Self::EventsCaughtUp => "EventsCaughtUp",
            Self::CatchUpLag => "CatchUpLag",
            Self::DisputesOpened => "DisputesOpened",
            Self::ThinEvents => "ThinEvents",
            Self::ConnectedAccountEvents => "ConnectedAccountEvents",
            Self::PaymentProviderRefusals => "PaymentProviderRefusals",
            Self::EventsNotOurs => "EventsNotOurs",
            Self::SubscriptionsNotOurs => "SubscriptionsNotOurs",
            Self::PreordersInitiated => "PreordersInitiated",
            Self::CheckoutsOpened => "CheckoutsOpened",
            Self::PortalNotConfigured => "PortalNotConfigured",
            Self::BusinessFacts => "BusinessFacts",
            Self::SubscriptionsRefunded => "SubscriptionsRefunded",
            Self::PreordersStuck => "PreordersStuck",
            Self::OwnersUnknown => "OwnersUnknown",
            Self::AccountsUnchecked => "AccountsUnchecked",
            Self::UsersNotJoined => "UsersNotJoined",
            Self::PublishFailures => "PublishFailures",
            Self::KlaviyoSent => "KlaviyoSent",
            Self::KlaviyoRetryable => "KlaviyoRetryable",
            Self::KlaviyoParked => "KlaviyoParked",
            Self::OutboxWaiting => "OutboxWaiting",
            Self::OutboxOldestAge => "OutboxOldestAge",
            Self::OutboxParked => "OutboxParked",
            Self::RowsCleared => "RowsCleared",
        }
    }

    /// Returns the unit of the metric's values.
    #[must_use]
    pub fn unit(self) -> Unit {
        if matches!(self, Self::OutboxOldestAge | Self::CatchUpLag) { Unit::Seconds } else { Unit::Count }
    }
}

impl Unit {
    /// Returns the name in CloudWatch.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Seconds => "Seconds",
        }
    }
}
