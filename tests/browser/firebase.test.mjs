// The stand-in for Firebase with Firebase's own package, which front ends use.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { initializeApp } from "firebase/app";
import {
  applyActionCode,
  confirmPasswordReset,
  connectAuthEmulator,
  createUserWithEmailAndPassword,
  deleteUser,
  EmailAuthProvider,
  fetchSignInMethodsForEmail,
  getAuth,
  GoogleAuthProvider,
  linkWithCredential,
  reload,
  sendEmailVerification,
  sendPasswordResetEmail,
  signInAnonymously,
  signInWithCredential,
  signInWithEmailAndPassword,
  signInWithEmailLink,
  signOut,
  updatePassword,
  updateProfile,
  verifyPasswordResetCode,
} from "firebase/auth";

import { control, endpoints } from "./endpoints.mjs";

const app = initializeApp({ apiKey: "local", projectId: endpoints.firebase_project_id });
const auth = getAuth(app);
connectAuthEmulator(auth, `http://${endpoints.firebase_auth_emulator_host}`, { disableWarnings: true });

let number = 0;
/** Returns an address that nobody has had. */
const somebody = () => `reader-${Date.now()}-${(number += 1)}@example.com`;
const google = (email) =>
  GoogleAuthProvider.credential(JSON.stringify({ sub: email, email, email_verified: true, name: "Jo" }));
const claims = async (user) => (await user.getIdTokenResult()).claims;
const refused = (code) => (error) => {
  assert.equal(error.code, code);
  return true;
};
const codeFor = async (email, type) =>
  (await control("firebase", "codes")).find((code) => code.email === email && code.requestType === type).oobCode;

beforeEach(() => signOut(auth));

test("somebody signs up, and signs in again", async () => {
  const email = somebody();
  const { user } = await createUserWithEmailAndPassword(auth, email, "correct horse");
  await updateProfile(user, { displayName: "Jo" });
  await signOut(auth);
  const again = await signInWithEmailAndPassword(auth, email, "correct horse");
  assert.equal(again.user.uid, user.uid);
  assert.equal(again.user.displayName, "Jo");
  assert.equal(again.user.emailVerified, false);
  await assert.rejects(createUserWithEmailAndPassword(auth, email, "another"), refused("auth/email-already-in-use"));
  await assert.rejects(signInWithEmailAndPassword(auth, email, "wrong one"), refused("auth/wrong-password"));
  await assert.rejects(createUserWithEmailAndPassword(auth, somebody(), "short"), refused("auth/weak-password"));
});

test("a token is refreshed, and says what has changed since", async () => {
  const { user } = await createUserWithEmailAndPassword(auth, somebody(), "correct horse");
  assert.equal((await claims(user)).name, undefined);
  await updateProfile(user, { displayName: "Jo" });
  await user.getIdToken(true);
  const refreshed = await claims(user);
  assert.equal(refreshed.name, "Jo");
  assert.equal(refreshed.firebase.sign_in_provider, "password");
});

test("an address is verified with the code that would have been mailed", async () => {
  const email = somebody();
  const { user } = await createUserWithEmailAndPassword(auth, email, "correct horse");
  await sendEmailVerification(user);
  const code = await codeFor(email, "VERIFY_EMAIL");
  await applyActionCode(auth, code);
  await reload(user);
  assert.equal(user.emailVerified, true);
  await user.getIdToken(true);
  assert.equal((await claims(user)).email_verified, true);
  await assert.rejects(applyActionCode(auth, code), refused("auth/invalid-action-code"));
});

test("a forgotten password is replaced, which ends the other sessions", async () => {
  const email = somebody();
  const { user } = await createUserWithEmailAndPassword(auth, email, "correct horse");
  await sendPasswordResetEmail(auth, email);
  const code = await codeFor(email, "PASSWORD_RESET");
  // A new password ends the sessions that began before the present second, so the test waits for the next one.
  const { auth_time: began } = await claims(user);
  while ((await control("firebase", "clock")).now <= Number(began)) await setTimeout(50);
  assert.equal(await verifyPasswordResetCode(auth, code), email);
  await confirmPasswordReset(auth, code, "battery staple");
  await assert.rejects(user.getIdToken(true), refused("auth/user-token-expired"));
  await assert.rejects(signInWithEmailAndPassword(auth, email, "correct horse"), refused("auth/wrong-password"));
  await signInWithEmailAndPassword(auth, email, "battery staple");
  await assert.rejects(sendPasswordResetEmail(auth, somebody()), refused("auth/user-not-found"));
});

test("a password is changed without signing in again", async () => {
  const email = somebody();
  const { user } = await createUserWithEmailAndPassword(auth, email, "correct horse");
  await updatePassword(user, "battery staple");
  await user.getIdToken(true);
  await signInWithEmailAndPassword(auth, email, "battery staple");
});

test("Google signs somebody in by a credential, with a verified address", async () => {
  const email = somebody();
  const { user } = await signInWithCredential(auth, google(email));
  const token = await claims(user);
  assert.equal(token.email_verified, true);
  assert.equal(token.firebase.sign_in_provider, "google.com");
  assert.deepEqual(await fetchSignInMethodsForEmail(auth, email), ["google.com"]);
  assert.deepEqual(await fetchSignInMethodsForEmail(auth, somebody()), []);
});

test("an anonymous reader becomes somebody and keeps the uid", async () => {
  const { user } = await signInAnonymously(auth);
  assert.equal(user.isAnonymous, true);
  assert.equal((await claims(user)).firebase.sign_in_provider, "anonymous");
  const withPassword = await linkWithCredential(user, EmailAuthProvider.credential(somebody(), "correct horse"));
  assert.equal(withPassword.user.uid, user.uid);
  assert.equal(withPassword.user.isAnonymous, false);

  await signOut(auth);
  const another = await signInAnonymously(auth);
  const email = somebody();
  const withGoogle = await linkWithCredential(another.user, google(email));
  assert.equal(withGoogle.user.uid, another.user.uid);
  assert.equal(withGoogle.user.emailVerified, true);

  await signOut(auth);
  const third = await signInAnonymously(auth);
  await assert.rejects(linkWithCredential(third.user, google(email)), refused("auth/credential-already-in-use"));
});

test("an account is deleted, and its address can sign up again under another uid", async () => {
  const email = somebody();
  const { user } = await createUserWithEmailAndPassword(auth, email, "correct horse");
  await deleteUser(user);
  assert.equal(auth.currentUser, null);
  const again = await createUserWithEmailAndPassword(auth, email, "correct horse");
  assert.notEqual(again.user.uid, user.uid);
});

test("what isn't simulated says so", async () => {
  const link = "http://127.0.0.1/?mode=signIn&oobCode=x&apiKey=local";
  await assert.rejects(signInWithEmailLink(auth, somebody(), link), /doesn't simulate/);
  const response = await fetch(`http://${endpoints.firebase_auth_emulator_host}/v2/recaptchaConfig`);
  assert.equal(response.status, 501);
  assert.match((await response.json()).error.message, /recaptchaConfig/);
});

test("a page of any origin may call", async () => {
  const url = `http://${endpoints.firebase_auth_emulator_host}/identitytoolkit.googleapis.com/v1/accounts:signUp`;
  const preflight = await fetch(url, {
    method: "OPTIONS",
    headers: {
      origin: "https://shop.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-client-version",
    },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
  assert.equal(preflight.headers.get("access-control-allow-headers"), "content-type,x-client-version");
});
