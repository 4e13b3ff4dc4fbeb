import Stripe from "stripe";

import readPreorder from "../../../shared/postgres/queries/preorder.sql";
import whichPreorder from "../../../shared/postgres/queries/preorder_by_id.sql";
import save from "../../../shared/postgres/queries/save_checkout.sql";
import { connected, query } from "./database.mjs";
import { run } from "./runtime.mjs";

const base = new URL(process.env.STRIPE_API_BASE);
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, {
  host: base.hostname,
  port: base.port,
  protocol: base.protocol.replace(":", ""),
  telemetry: false,
});
const countries = ["US", "CA", "GB", "AU", "DE", "FR", "IT", "ES", "NL", "JP", "SG", "HK", "TW"];
const site = process.env.PUBLIC_SITE_URL;

async function handle(event) {
  await connected;
  const { preorderId } = JSON.parse(event.body);
  const [preorder] = await query(readPreorder + whichPreorder, [preorderId]);
  if (!preorder) return { statusCode: 404, body: JSON.stringify({ code: "PREORDER_NOT_FOUND" }) };
  const attempt = preorder.checkout_attempt + 1;
  const metadata = {
    preorderId,
    checkoutAttempt: String(attempt),
    color: preorder.color,
    locale: preorder.locale,
    priceId: preorder.price_id,
    userId: preorder.user_id,
  };
  const session = await stripe.checkout.sessions.create(
    {
      mode: "payment",
      line_items: [{ price: preorder.price_id, quantity: 1 }],
      client_reference_id: preorderId,
      customer_email: preorder.email,
      locale: preorder.locale,
      metadata,
      payment_intent_data: { metadata },
      shipping_address_collection: { allowed_countries: countries },
      phone_number_collection: { enabled: true },
      allow_promotion_codes: false,
      success_url: `${site}/${preorder.locale}/preorder/success?preorder=${preorderId}`,
      cancel_url: `${site}/${preorder.locale}/preorder/cancel?preorder=${preorderId}`,
    },
    { idempotencyKey: `checkout:${preorderId}:${attempt}` },
  );
  const expires = new Date(session.expires_at * 1000);
  await query(save, [preorderId, attempt, session.id, session.url, expires, new Date()]);
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ url: session.url, sessionId: session.id, preorderId }),
  };
}

run(handle);
