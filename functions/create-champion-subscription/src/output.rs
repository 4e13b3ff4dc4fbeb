//! What responses carry.

use pledge_application::champions::Purchase;
use pledge_domain::{
    Timestamp,
    champion::{ChampionKey, status::Standing},
    ports::{ClientSecret, SubscriptionAnswer},
};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

/// A subscription to pay, or one that goes on.
pub fn subscription(answer: &SubscriptionAnswer) -> Value {
    let subscription = &answer.made.subscription;
    let mut body = json!({
        "success": true,
        "subscriptionId": subscription.id,
        "status": subscription.status.name(),
        "currentPeriodStart": answer.period.and_then(|period| moment(period.start)),
        "currentPeriodEnd": answer.period.and_then(|period| moment(period.end)),
        "autoRenew": !subscription.cancel_at_period_end,
    });
    if let Some(secret) = &answer.client_secret {
        body["clientSecret"] = ClientSecret::expose(secret).into();
    }
    body
}

/// A payment to make.
pub fn purchase(purchase: &Purchase) -> Value {
    json!({
        "success": true,
        "paymentIntentId": purchase.payment_intent,
        "clientSecret": purchase.client_secret.expose(),
        "amount": purchase.amount.amount,
        "currency": purchase.amount.currency,
    })
}

/// How a reader stands with a novel.
pub fn standing(key: &ChampionKey, standing: &Standing) -> Value {
    let support = standing.support.as_ref();
    let pending = standing.pending.as_ref().map(|attempt| {
        json!({
            "tierLevel": attempt.tier.map(|tier| tier.get()),
            "status": attempt.status().name(),
            "subscriptionId": attempt.subscription,
            "createdAt": moment(attempt.created_at),
        })
    });
    json!({
        "novelId": key.novel.get(),
        "tierLevel": support.map(|support| support.tier.get()),
        "isActive": standing.runs,
        "startDate": support.and_then(|support| moment(support.period.start)),
        "endDate": support.and_then(|support| moment(support.period.end)),
        "autoRenew": support.is_some_and(|support| support.auto_renew),
        "cancelAtPeriodEnd": support.is_some_and(|support| support.cancel_at_period_end),
        "subscriptionId": support.and_then(|support| support.subscription.as_ref()),
        "pendingAttempt": pending,
    })
}

fn moment(time: Timestamp) -> Option<String> {
    time.format(&Rfc3339).ok()
}
