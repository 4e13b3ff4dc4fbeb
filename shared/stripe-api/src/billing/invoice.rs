//! Invoices that nobody is to pay any more (<https://docs.stripe.com/api/invoices/void>).
//!
//! The two requests are written out here: the crate's typed ones come with all of Stripe's invoices, which take minutes to
//! compile.

use pledge_domain::{
    champion::renewal::{InvoiceStatus, RunningInvoice},
    ports::BillingError,
};
use serde::{Serialize, de::IgnoredAny};
use stripe_client_core::{RequestBuilder, StripeMethod, StripeRequest};

use crate::{StripeClient, StripeError, billing::error::refusal};

/// `POST /v1/invoices/{id}/{step}`
struct Step<'a> {
    invoice: &'a RunningInvoice,
    step: &'static str,
    parameters: Parameters,
}

#[derive(Default, Serialize)]
struct Parameters {
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_advance: Option<bool>,
}

impl StripeRequest for Step<'_> {
    type Output = IgnoredAny;

    fn build(&self) -> RequestBuilder {
        let path = format!("/invoices/{}/{}", self.invoice.id, self.step);
        RequestBuilder::new(StripeMethod::Post, path).form(&self.parameters)
    }
}

/// Stripe voids finalised invoices only, so a draft is finalised first, without being collected. A refusal means that the
/// invoice has gone on meanwhile: it was finalised, paid or made void by somebody else.
pub async fn void(client: &StripeClient, invoice: &RunningInvoice) -> Result<(), BillingError> {
    if invoice.status == InvoiceStatus::Draft {
        let parameters = Parameters { auto_advance: Some(false) };
        take(client, &Step { invoice, step: "finalize", parameters }).await?;
    }
    take(client, &Step { invoice, step: "void", parameters: Parameters::default() }).await
}

async fn take(client: &StripeClient, step: &Step<'_>) -> Result<(), BillingError> {
    let answer: Result<IgnoredAny, StripeError> = client.send(step).await;
    match answer {
        Ok(_) => Ok(()),
        Err(error) if refusal(&error).is_some_and(|error| error.status == 400) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
