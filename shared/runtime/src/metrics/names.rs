//! The metrics. Alarms and the dashboard use their names.

/// A CloudWatch metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Requests that were answered with 5xx; dimension `Function`. Lambda counts such an invocation as a success.
    RequestsFailed,
    /// Requests whose App Check token was checked; dimension `Result`: `valid`, `missing`, `invalid`, or `unchecked` if
    /// Google's keys couldn't be fetched.
    AppChecks,
    /// Webhook events that were answered; dimension `Outcome`, which is `failed` if Stripe must deliver again.
    WebhookEvents,
    /// Webhook requests with an invalid signature.
    SignatureFailures,
    /// Events of the other mode, which are test events in production and live events elsewhere.
    LivemodeMismatches,
    /// Events of an API version that the endpoint wasn't made for; dimension `ApiVersion`.
    ApiVersionDrift,
    /// Events that were never delivered and that the catch-up had to fetch.
    EventsCaughtUp,
    /// The age of the catch-up's watermark, up to which every event is recorded, in seconds.
    CatchUpLag,
    /// Disputes that customers' banks opened.
    DisputesOpened,
    /// Thin events, which have no object; dimension `Secret`, the number of the signing secret of their destination.
    ThinEvents,
    /// Events of connected accounts, which are ignored.
    ConnectedAccountEvents,
    /// Requests that the payment provider refuses until an operator acts; dimension `Function`.
    PaymentProviderRefusals,
    /// Events about objects that belong to another deployment, or to no preorder or reader in the database; dimension
    /// `Kind`, the event's type.
    EventsNotOurs,
    /// Subscriptions that were made at Stripe and belong to no reader in the database.
    SubscriptionsNotOurs,
    /// Preorders that were stored.
    PreordersInitiated,
    /// Checkout sessions that were opened, or returned again.
    CheckoutsOpened,
    /// Requests for the billing portal that failed because no configuration of it is registered.
    PortalNotConfigured,
    /// Announcements that Stripe's events caused; dimension `Kind`, such as `preorder_success` or `champion_renewed`.
    Announcements,
    /// Subscriptions that will be charged again although their running month was refunded.
    SubscriptionsRefunded,
    /// Preorders in processing although their payment page has expired.
    PreordersStuck,
    /// Preorders that were stored without an owner, because Firebase didn't answer, or the account isn't proven to be the
    /// owner's.
    OwnersUnknown,
    /// Payments that began although Firebase didn't say whether the account is disabled or deleted.
    AccountsUnchecked,
    /// Pairs of users who are one person and whom an operator has to join.
    UsersNotJoined,
    /// Failures to queue announcements, which the sweep then queues.
    PublishFailures,
    /// Announcements that Klaviyo took.
    KlaviyoSent,
    /// Announcements that Klaviyo couldn't take now.
    KlaviyoRetryable,
    /// Announcements that Klaviyo refused for good.
    KlaviyoParked,
    /// Outbox rows that wait to be sent.
    OutboxWaiting,
    /// The age of the oldest outbox row that waits to be sent, in seconds.
    OutboxOldestAge,
    /// Outbox rows that wait for an operator.
    OutboxParked,
    /// Rows that were deleted or emptied because they aren't needed any more; dimension `Kind`: `unpaid_preorders`,
    /// `sent_payloads`, `parked_payloads` or `stripe_events`.
    RowsCleared,
}

/// The unit of a metric's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// A time in seconds.
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
            Self::Announcements => "Announcements",
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
