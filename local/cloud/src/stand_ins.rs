//! Stripe, Klaviyo and Firebase.

use crate::{Controls, Error};

/// The stand-ins, which run in this process.
#[derive(Debug)]
pub(crate) struct StandIns {
    pub(crate) stripe: String,
    pub(crate) klaviyo: String,
    pub(crate) firebase: String,
    pub(crate) preorder_prices: String,
    pub(crate) controls: Controls,
}

pub(crate) const STRIPE_SECRET_KEY: &str = "sk_test_pledge_local";
pub(crate) const STRIPE_WEBHOOK_SECRET: &str = "whsec_pledge_local";
pub(crate) const KLAVIYO_API_KEY: &str = "pk_pledge_local";
pub(crate) const FIREBASE_PROJECT_ID: &str = "demo-pledge";

impl StandIns {
    pub(crate) async fn start(_api: &str) -> Result<Self, Error> {
        let u = "http://127.0.0.1:9".to_owned();
        Ok(Self {
            stripe: u.clone(),
            klaviyo: u.clone(),
            firebase: "127.0.0.1:9".into(),
            preorder_prices: "{\"Red\": \"price_red\"}".into(),
            controls: Controls { stripe: u.clone(), klaviyo: u.clone(), firebase: u },
        })
    }
}
