import { createHash } from "node:crypto";

import Stripe from "stripe";

import readPreorder from "../../../shared/postgres/queries/preorder.sql";
import whichPreorder from "../../../shared/postgres/queries/preorder_for_event.sql";
import insertEvent from "../../../shared/postgres/queries/insert_stripe_event.sql";
import insertOutbox from "../../../shared/postgres/queries/insert_outbox.sql";
import { connected, query, transaction } from "./database.mjs";
import { publish } from "./queue.mjs";
import { run } from "./runtime.mjs";

const stripe = new Stripe("sk_test_unused");
const secret = process.env.STRIPE_WEBHOOK_SECRETS;

const complete = `
update preorders
set status = 'completed', session_state = 'closed', payment_intent_id = $2, amount = $3, currency = $4, paid_at = $5,
    first_name = coalesce(first_name, $6), phone = coalesce(phone, $7), address_line1 = coalesce(address_line1, $8),
    city = coalesce(city, $9), postal_code = coalesce(postal_code, $10), country = coalesce(country, $11), updated_at = $5
where id = $1`;

/// Returns the id of the announcement with this key, which is always the same.
function derived(key) {
  const hex = createHash("sha1").update(key).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function handle(request) {
  await connected;
  let event;
  try {
    event = stripe.webhooks.constructEvent(request.body, request.headers["stripe-signature"], secret);
  } catch {
    return { statusCode: 400, body: JSON.stringify({ code: "INVALID_SIGNATURE" }) };
  }
  const session = event.data.object;
  const now = new Date();
  const announcement = await transaction(async () => {
    const [known] = await query("select 1 from stripe_event where id = $1", [event.id]);
    if (known) return null;
    const [preorder] = await query(readPreorder + whichPreorder, [session.metadata.preorderId, session.id, session.payment_intent]);
    if (!preorder || session.payment_status !== "paid") throw new Error("not part of this comparison");
    const key = `preorder_success:${preorder.id}`;
    const id = derived(key);
    const payload = {
      profile: { email: preorder.email, external_id: preorder.user_id },
      properties: { color: preorder.color, preorder_id: preorder.id, locale: preorder.locale },
      value: { amount: session.amount_total, currency: session.currency },
      occurred_at: new Date(event.created * 1000).toISOString(),
    };
    const { name, phone, address } = session.customer_details;
    await query(complete, [
      preorder.id, session.payment_intent, session.amount_total, session.currency, now, name, phone, address.line1,
      address.city, address.postal_code, address.country,
    ]);
    await query(insertOutbox, [[id], [key], ["preorder_success"], [JSON.stringify(payload)], now]);
    await query(insertEvent, [
      event.id, event.type, event.api_version, new Date(event.created * 1000), event.livemode, "applied", null, now,
      [session.id, session.payment_intent, session.metadata.preorderId],
    ]);
    return id;
  });
  if (announcement) await publish([announcement]);
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ received: true }) };
}

run(handle);
