import { createHash, randomUUID } from "node:crypto";

import claimPreorder from "../../../shared/postgres/queries/claim_preorder.sql";
import claimConsent from "../../../shared/postgres/queries/claim_consent.sql";
import claimProfile from "../../../shared/postgres/queries/claim_profile.sql";
import initiate from "../../../shared/postgres/queries/initiate_preorder.sql";
import { connected, query, transaction } from "./database.mjs";
import { publish } from "./queue.mjs";
import { run } from "./runtime.mjs";

const prices = JSON.parse(process.env.PREORDER_PRICES);
const accounts = `http://${process.env.FIREBASE_AUTH_EMULATOR_HOST}/identitytoolkit.googleapis.com/v1/projects/${process.env.FIREBASE_PROJECT_ID}`;

async function account(email) {
  const answer = await fetch(`${accounts}/accounts:lookup`, {
    method: "POST",
    headers: { authorization: "Bearer owner", "content-type": "application/json" },
    body: JSON.stringify({ email: [email] }),
  });
  const { users } = await answer.json();
  return users[0];
}

/// Returns the id of the announcement with this key, which is always the same.
function derived(key) {
  const hex = createHash("sha1").update(key).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function handle(event) {
  await connected;
  const form = JSON.parse(event.body);
  if (!/^[^@\s]+@[^@\s]+$/.test(form.email ?? "") || !prices[form.color]) {
    return { statusCode: 422, body: JSON.stringify({ code: "VALIDATION_FAILED" }) };
  }
  const user = await account(form.email);
  const [id, now] = [randomUUID(), new Date()];
  const key = `preorder_started:${id}`;
  const announcement = derived(key);
  const payload = {
    profile: { email: form.email, first_name: form.firstName, last_name: form.lastName },
    properties: { color: form.color, preorder_id: id, locale: form.locale, source: "web_form" },
    occurred_at: now.toISOString(),
  };
  const consentKey = `marketing_consent_given:${id}`;
  const consent = derived(consentKey);
  const agreed = {
    profile: { email: form.email },
    properties: {
      address_proven: false, marketing_consent: true, source: "preorder_form", text_version: form.consentTextVersion,
    },
    occurred_at: now.toISOString(),
  };
  await transaction(async () => {
    const preorder = {
      id, email: form.email, color: form.color, price_id: prices[form.color], locale: form.locale,
      first_name: form.firstName, last_name: form.lastName, phone: form.phone, address_line1: form.addressLine1,
      address_line2: form.addressLine2, city: form.city, state: form.state, postal_code: form.postalCode,
      country: form.country, customer_notes: form.customerNotes, marketing_consent: form.marketingConsent ?? false,
      consent_text_version: form.marketingConsent ? form.consentTextVersion : null,
      status: "initiated", checkout_attempt: 0, refunded_amount: 0, created_at: now,
    };
    // Without limits, as in the stage local.
    await query(initiate, [preorder, announcement, key, "preorder_started", payload, id, null, null, null, null, now]);
    await query(claimProfile, [
      user.localId, form.email, user.emailVerified, null, null, null, false, id, form.email, now,
    ]);
    if (form.marketingConsent) {
      await query(claimConsent, [
        consent, null, form.email, true, false, "preorder_form", form.consentTextVersion, consentKey, "marketing_consent_given",
        agreed, id, form.email, now,
      ]);
    }
    await query(claimPreorder, [user.localId, id, id, form.email, now]);
  });
  await publish(form.marketingConsent ? [announcement, consent] : [announcement]);
  return {
    statusCode: 201,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      success: true,
      preorderId: id,
      preorderNumber: `ROL-${id.slice(0, 8).toUpperCase()}`,
      firebaseUid: null,
      status: "initiated",
    }),
  };
}

run(handle);
