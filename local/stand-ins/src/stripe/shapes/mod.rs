//! The shape of each object: every field of API version 2026-09-30.endive, with the value that it has where nothing is
//! simulated. The fields come from Stripe's OpenAPI document for that version.

use serde_json::Value;

use crate::stripe::objects::Fields;

macro_rules! shapes {
    ($($kind:ident $file:literal $prefix:literal $length:literal;)*) => {
        /// A kind of API object.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Kind { $($kind,)* }

        impl Kind {
            const fn source(self) -> &'static str {
                match self { $(Self::$kind => include_str!($file),)* }
            }

            /// Returns the prefix of the kind's ids and how many characters follow.
            pub(crate) const fn id(self) -> (&'static str, usize) {
                match self { $(Self::$kind => ($prefix, $length),)* }
            }

            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$kind,)*];
        }
    };
}

shapes! {
    Charge "charge.json" "ch_" 24;
    CheckoutLineItem "checkout_line_item.json" "li_" 24;
    CheckoutSession "checkout_session.json" "cs_test_" 58;
    Coupon "coupon.json" "" 8;
    Customer "customer.json" "cus_" 14;
    Discount "discount.json" "di_" 24;
    Dispute "dispute.json" "du_" 24;
    Event "event.json" "evt_" 24;
    Invoice "invoice.json" "in_" 24;
    InvoiceItem "invoice_item.json" "ii_" 24;
    InvoiceLineItem "invoice_line_item.json" "il_" 24;
    InvoicePayment "invoice_payment.json" "inpay_" 24;
    PaymentIntent "payment_intent.json" "pi_" 24;
    PaymentMethod "payment_method.json" "pm_" 24;
    Plan "plan.json" "price_" 24;
    PortalConfiguration "portal_configuration.json" "bpc_" 24;
    PortalSession "portal_session.json" "bps_" 24;
    Price "price.json" "price_" 24;
    Product "product.json" "prod_" 14;
    Refund "refund.json" "re_" 24;
    Subscription "subscription.json" "sub_" 24;
    SubscriptionItem "subscription_item.json" "si_" 14;
    SubscriptionSchedule "subscription_schedule.json" "sub_sched_" 24;
    WebhookEndpoint "webhook_endpoint.json" "we_" 24;
}

impl Kind {
    /// Returns an object of this kind with `fields` over its defaults.
    pub(crate) fn with(self, fields: Value) -> Value {
        let mut object: Value = serde_json::from_str(self.source()).unwrap_or_default();
        if let Value::Object(fields) = fields {
            for (name, value) in fields {
                object.set(&name, value);
            }
        }
        object
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_an_object_with_id_and_type() {
        for kind in Kind::ALL {
            let shape: Value = serde_json::from_str(kind.source()).expect("valid JSON");
            assert!(shape.get("id").is_some(), "{kind:?}");
            assert!(!shape.text("object").is_empty(), "{kind:?}");
        }
    }
}
