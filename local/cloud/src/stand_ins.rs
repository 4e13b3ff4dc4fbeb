//! The stand-ins for Stripe, Klaviyo and Firebase, which run in this process.

use pledge_stand_ins::{
    Clock, FirebaseOptions, FirebaseStandIn, KlaviyoOptions, KlaviyoStandIn, RequestLog, StripeOptions, StripeStandIn,
    WebhookTarget,
};

use crate::catalog::{create_preorder_prices, register_portal};
use crate::{Controls, Error};

/// The API key that the Stripe stand-in accepts.
pub(crate) const STRIPE_SECRET_KEY: &str = "sk_test_pledge_local";
/// The restricted key that may read events and nothing else.
pub(crate) const STRIPE_EVENTS_KEY: &str = "rk_test_pledge_local";
/// The secret with which the Stripe stand-in signs its webhooks.
pub(crate) const STRIPE_WEBHOOK_SECRET: &str = "whsec_pledge_local";
/// The API key that the Klaviyo stand-in accepts.
pub(crate) const KLAVIYO_API_KEY: &str = "pk_pledge_local";
/// The list of everybody who agrees to marketing. It is single opt-in.
pub(crate) const KLAVIYO_LIST_ID: &str = "Local1";
/// The project of the Firebase stand-in.
pub(crate) const FIREBASE_PROJECT_ID: &str = "demo-pledge";

/// The running stand-ins; they stop when this is dropped.
#[derive(Debug)]
pub(crate) struct StandIns {
    stripe: StripeStandIn,
    klaviyo: KlaviyoStandIn,
    firebase: FirebaseStandIn,
    /// Price ids by colour, as JSON.
    pub(crate) preorder_prices: String,
}

impl StandIns {
    /// Starts the stand-ins. Stripe's webhooks go to the API at `api`, and `clock` is the time of Stripe and Klaviyo.
    pub(crate) async fn start(api: &str, clock: &Clock) -> Result<Self, Error> {
        let stripe = StripeStandIn::start(StripeOptions {
            secret_key: Some(STRIPE_SECRET_KEY.to_owned()),
            events_key: Some(STRIPE_EVENTS_KEY.to_owned()),
            clock: clock.clone(),
            ..StripeOptions::default()
        });
        let stripe = stripe.await.map_err(|error| Error::StandIns(error.into()))?;
        let klaviyo = KlaviyoOptions {
            api_key: Some(KLAVIYO_API_KEY.to_owned()),
            lists: [(KLAVIYO_LIST_ID.to_owned(), false)].into(),
            // One clock for both: Klaviyo refuses events that are too far in its future.
            clock: clock.clone(),
            ..KlaviyoOptions::default()
        };
        let klaviyo = KlaviyoStandIn::start(klaviyo).await.map_err(|error| Error::StandIns(error.into()))?;
        let firebase = FirebaseOptions { project: FIREBASE_PROJECT_ID.to_owned(), ..FirebaseOptions::default() };
        let firebase = FirebaseStandIn::start(firebase).await.map_err(|error| Error::StandIns(error.into()))?;
        register_portal(&stripe.base_url(), STRIPE_SECRET_KEY).await.map_err(Error::StandIns)?;
        let prices = create_preorder_prices(&stripe.base_url(), STRIPE_SECRET_KEY).await.map_err(Error::StandIns)?;
        // The endpoint is added last, so that the first events are those that the developer causes.
        stripe.add_webhook(WebhookTarget::new(format!("{api}/webhooks/stripe"), STRIPE_WEBHOOK_SECRET));
        let preorder_prices = serde_json::to_string(&prices).map_err(|error| Error::StandIns(error.into()))?;
        Ok(Self { stripe, klaviyo, firebase, preorder_prices })
    }

    pub(crate) fn stripe(&self) -> String {
        self.stripe.base_url()
    }

    pub(crate) fn klaviyo(&self) -> String {
        self.klaviyo.base_url()
    }

    /// Returns the host and port of the Firebase stand-in.
    pub(crate) fn firebase(&self) -> String {
        self.firebase.host()
    }

    pub(crate) fn logs(&self) -> Logs {
        Logs {
            stripe: self.stripe.requests().clone(),
            firebase: self.firebase.requests().clone(),
            klaviyo: self.klaviyo.requests().clone(),
        }
    }

    /// Makes the links in Firebase's e-mails lead to the storefront at `url`.
    pub(crate) fn send_mail_links_to(&self, url: &str) {
        self.firebase.set_action_url(format!("{url}/en/account-action"));
    }

    /// Returns the addresses of the stand-ins' controls, and of the schedules at the API's address.
    pub(crate) fn controls(&self, api: &str) -> Controls {
        Controls {
            stripe: format!("{}/_control", self.stripe()),
            klaviyo: format!("{}/_control", self.klaviyo()),
            firebase: format!("http://{}/_control", self.firebase()),
            schedules: format!("{api}/_console/control/schedules"),
        }
    }
}

/// The logs of requests of the stand-ins.
#[derive(Debug)]
pub(crate) struct Logs {
    pub(crate) stripe: RequestLog,
    pub(crate) firebase: RequestLog,
    pub(crate) klaviyo: RequestLog,
}
