import intentsOf from "../../../shared/postgres/queries/champion_intents.sql";
import lock from "../../../shared/postgres/queries/lock_champion.sql";
import paymentsOf from "../../../shared/postgres/queries/champion_payments.sql";
import readerOf from "../../../shared/postgres/queries/champion_reader.sql";
import subscriptionsOf from "../../../shared/postgres/queries/champion_subscriptions.sql";
import tiersOf from "../../../shared/postgres/queries/champion_tiers.sql";
import { connected, query, transaction } from "./database.mjs";
import { run } from "./runtime.mjs";

const project = process.env.FIREBASE_PROJECT_ID;
const month = 30 * 86_400_000;

/// Returns the reader of a token. Tokens aren't verified: the emulator's are unsigned here, for the binary too.
function reader(authorization) {
  const [scheme, token] = (authorization ?? "").split(" ");
  if (scheme?.toLowerCase() !== "bearer") return null;
  const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  const now = Date.now() / 1000;
  const issued = claims.iss === `https://securetoken.google.com/${project}` && claims.aud === project;
  return issued && claims.sub && claims.exp > now && claims.iat <= now + 1 && claims.auth_time <= now + 1 ? claims.sub : null;
}

/// Returns the support that follows from payments that were paid and not refunded, in the order of payment: each adds its
/// time.
function support(payments, intents) {
  const refunded = new Set(intents.filter((intent) => intent.amount_refunded > 0).map((intent) => intent.payment_intent_id));
  const paid = payments.filter((payment) => payment.paid_at && !refunded.has(payment.stripe_payment_intent_id));
  paid.sort((one, other) => one.paid_at - other.paid_at);
  let [start, end, tier] = [null, null, null];
  for (const payment of paid) {
    const length = payment.period_end ? payment.period_end - payment.period_start : month;
    start ??= payment.paid_at;
    end = new Date(Math.max(end ?? 0, payment.paid_at) + length);
    tier = payment.tier_level;
  }
  return { start, end, tier };
}

async function handle(event) {
  await connected;
  const user = reader(event.headers.authorization);
  if (!user) return { statusCode: 401, body: JSON.stringify({ code: "UNAUTHENTICATED" }) };
  const novelId = Number(event.queryStringParameters?.novelId);
  if (!Number.isInteger(novelId) || novelId < 1) {
    return { statusCode: 400, body: JSON.stringify({ code: "INVALID_REQUEST" }) };
  }
  const [[known], tiers, payments, subscriptions, intents] = await transaction(async () => {
    await query(lock, [user, novelId, null, null, null]);
    return [
      await query(readerOf, [user, novelId]),
      await query(tiersOf, [novelId]),
      await query(paymentsOf, [user, novelId]),
      await query(subscriptionsOf, [user, novelId]),
      await query(intentsOf, [user, novelId, null]),
    ];
  });
  const { start, end, tier } = support(payments, intents);
  const subscription = subscriptions.find(({ status }) => ["active", "trialing", "past_due"].includes(status));
  const renewed = subscription && tiers.find(({ tier_level }) => tier_level === subscription.tier_level);
  const pending = payments.find(({ kind, status }) => kind === "subscription" && status === "pending");
  return {
    statusCode: 200,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: JSON.stringify({
      novelId,
      tierLevel: tier,
      isActive: end !== null && end > Date.now(),
      startDate: start,
      endDate: end,
      autoRenew: Boolean(subscription && !subscription.cancel_at_period_end),
      cancelAtPeriodEnd: Boolean(subscription?.cancel_at_period_end),
      subscriptionId: subscription?.id ?? null,
      nextRenewal: renewed && known ? { date: subscription.period_end, tierLevel: renewed.tier_level, amount: renewed.monthly_price } : null,
      pendingAttempt: pending && { tierLevel: pending.tier_level, status: pending.status, createdAt: pending.created_at },
    }),
  };
}

run(handle);
