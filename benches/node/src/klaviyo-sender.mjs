import settle from "../../../shared/postgres/queries/settle_outbox.sql";
import takeOverdue from "../../../shared/postgres/queries/take_overdue_outbox.sql";
import unsent from "../../../shared/postgres/queries/unsent_outbox.sql";
import { connected, query } from "./database.mjs";
import { publish } from "./queue.mjs";
import { run } from "./runtime.mjs";

/// Announcements that may not hold any more when they are sent, and those that say whether their buyer has paid.
const ofPayments = ["champion_payment_failed", "champion_action_required"];
const ofPreorders = ["preorder_abandoned", "preorder_payment_failed"];
const ofConsent = ["marketing_consent_given", "marketing_consent_withdrawn"];
const ofBuyers = ["preorder_started", "preorder_abandoned"];

async function send(row) {
  const { profile, properties, value, occurred_at } = row.payload;
  const paid = row.has_paid_preorder;
  const attributes = {
    properties: paid === null ? properties : { ...properties, has_paid_preorder: paid },
    time: occurred_at,
    ...(value && { value: value.amount, value_currency: value.currency.toUpperCase() }),
    unique_id: row.id,
    metric: { data: { type: "metric", attributes: { name: row.metric } } },
    profile: { data: { type: "profile", attributes: profile } },
  };
  const answer = await fetch(`${process.env.KLAVIYO_API_BASE}/api/events`, {
    method: "POST",
    headers: {
      authorization: `Klaviyo-API-Key ${process.env.KLAVIYO_API_KEY}`,
      revision: "2026-07-15",
      "content-type": "application/vnd.api+json",
      accept: "application/vnd.api+json",
    },
    body: JSON.stringify({ data: { type: "event", attributes } }),
  });
  await answer.arrayBuffer();
  return answer.status === 202 ? "sent" : answer.status === 429 || answer.status >= 500 ? "failed" : "parked";
}

async function sweep(now) {
  const rows = await query(takeOverdue, [new Date(now - 300_000), now, 500]);
  if (rows.length) await publish(rows.map((row) => row.id));
  return { requeued: rows.length };
}

async function handle(event) {
  await connected;
  const now = new Date();
  if (!event.Records) return sweep(now);
  const messages = event.Records.map(({ messageId, body }) => ({ messageId, ids: JSON.parse(body).outboxIds }));
  const rows = await query(unsent, [messages.flatMap(({ ids }) => ids), ofPayments, ofPreorders, ofBuyers, now, ofConsent]);
  const outcomes = await Promise.all(rows.map(send));
  if (rows.length) {
    const reasons = outcomes.map((outcome) => (outcome === "sent" ? null : outcome));
    await query(settle, [rows.map(({ id }) => id), outcomes, reasons, now, null]);
  }
  const failed = new Set(rows.filter((_, index) => outcomes[index] === "failed").map(({ id }) => id));
  const failures = messages.filter(({ ids }) => ids.some((id) => failed.has(id)));
  return { batchItemFailures: failures.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

run(handle);
