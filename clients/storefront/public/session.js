/** The session of the signed-in user, with Firebase Authentication. */

import {
  applyActionCode,
  browserLocalPersistence,
  browserPopupRedirectResolver,
  confirmPasswordReset,
  connectAuthEmulator,
  createUserWithEmailAndPassword,
  GoogleAuthProvider,
  indexedDBLocalPersistence,
  initializeApp,
  initializeAuth,
  onAuthStateChanged,
  sendEmailVerification,
  sendPasswordResetEmail,
  signInWithCredential,
  signInWithEmailAndPassword,
  signInWithPopup,
  signOut,
} from "./vendor/firebase.js";

/** @import { Auth, User } from "./vendor/firebase.js" */

export class Session {
  /** @type {Auth} */
  #auth;
  #isLocal;

  /**
   * @param {import("./config.js").Config["firebase"]} config
   * @param {{hasGoogleButton?: boolean}} [page]
   */
  constructor({ emulator, ...config }, { hasGoogleButton = false } = {}) {
    const persistence = [indexedDBLocalPersistence, browserLocalPersistence];
    // Safari and phones block a popup that comes long after the click, so they load Google's script with the page.
    const loadsGoogle = hasGoogleButton && !emulator;
    this.#auth = initializeAuth(initializeApp(config), {
      persistence,
      ...(loadsGoogle ? { popupRedirectResolver: browserPopupRedirectResolver } : {}),
    });
    this.#isLocal = emulator !== undefined;
    if (emulator) connectAuthEmulator(this.#auth, emulator, { disableWarnings: true });
  }

  /**
   * Returns the signed-in user once Firebase knows; null if nobody is signed in.
   *
   * @returns {Promise<User | null>}
   */
  async user() {
    await this.#auth.authStateReady();
    return this.#auth.currentUser;
  }

  /**
   * Returns the ID token for the API. It is refreshed if it is about to expire, or if it doesn't say yet that the address is
   * verified, which may have happened on another device.
   */
  async idToken() {
    const user = await this.user();
    if (!user) return undefined;
    const { token, claims } = await user.getIdTokenResult();
    return user.emailVerified && !claims.email_verified ? user.getIdToken(true) : token;
  }

  /** @param {(user: User | null) => void} listener */
  onChange(listener) {
    return onAuthStateChanged(this.#auth, listener);
  }

  /**
   * @param {string} email
   * @param {string} password
   */
  async signIn(email, password) {
    await signInWithEmailAndPassword(this.#auth, email, password);
  }

  /**
   * Makes an account and sends an e-mail with a link that verifies the address.
   *
   * @param {string} email
   * @param {string} password
   */
  async signUp(email, password) {
    const { user } = await createUserWithEmailAndPassword(this.#auth, email, password);
    await sendEmailVerification(user);
  }

  /** Sends the e-mail with the link that verifies the address again. */
  async sendVerification() {
    const user = await this.user();
    if (user) await sendEmailVerification(user);
  }

  /** Whether the page asks for a Google address in place of Google's popup, which would load a script of Google's. */
  get asksForGoogleAddress() {
    return this.#isLocal;
  }

  /** @param {string} [email] The user's Google address; locally only. */
  async signInWithGoogle(email) {
    if (!this.#isLocal) {
      await signInWithPopup(this.#auth, new GoogleAuthProvider(), browserPopupRedirectResolver);
      return;
    }
    // The emulator accepts a Google token without a signature.
    const claims = { sub: email, email, email_verified: true, name: email?.split("@")[0] };
    await signInWithCredential(this.#auth, GoogleAuthProvider.credential(JSON.stringify(claims)));
  }

  /** @param {string} email */
  async sendPasswordReset(email) {
    await sendPasswordResetEmail(this.#auth, email);
  }

  /**
   * @param {string} code
   * @param {string} password
   */
  async resetPassword(code, password) {
    await confirmPasswordReset(this.#auth, code, password);
  }

  /** @param {string} code */
  async verifyEmail(code) {
    await applyActionCode(this.#auth, code);
    // The present token doesn't say yet that the address is verified.
    await (await this.user())?.getIdToken(true);
  }

  async signOut() {
    await signOut(this.#auth);
  }
}

/** Firebase's errors that the reader can do something about, each with the key of its message. */
const PROBLEMS = /** @type {const} */ ({
  "auth/email-already-in-use": "emailInUse",
  "auth/invalid-credential": "wrongPassword",
  "auth/wrong-password": "wrongPassword",
  "auth/user-not-found": "wrongPassword",
  "auth/invalid-email": "invalidEmail",
  "auth/weak-password": "weakPassword",
  "auth/invalid-action-code": "linkUsed",
  "auth/expired-action-code": "linkUsed",
  "auth/popup-blocked": "popupBlocked",
  "auth/too-many-requests": "tooMany",
  "auth/network-request-failed": "offline",
});

/** Firebase's errors after which nothing needs to be said: the reader closed Google's popup, or opened another one. */
const DISMISSALS = ["auth/popup-closed-by-user", "auth/cancelled-popup-request"];

/** @param {unknown} error */
export function isDismissal(error) {
  return DISMISSALS.includes(codeOf(error));
}

/**
 * @param {unknown} error
 * @returns {typeof PROBLEMS[keyof typeof PROBLEMS] | undefined}
 */
export function problemOf(error) {
  const code = codeOf(error);
  return code in PROBLEMS ? PROBLEMS[/** @type {keyof typeof PROBLEMS} */ (code)] : undefined;
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {{code?: string}} */ (error)?.code ?? "";
}
