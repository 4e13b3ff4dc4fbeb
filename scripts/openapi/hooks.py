"""Hooks for schemathesis with what docs/openapi.yaml can't say: the values of this deployment, a signed-in reader and
what they have bought, and Stripe's signature. The addresses of the running cloud are in the file that PLEDGE_ENDPOINTS
names."""

import functools
import hashlib
import hmac
import itertools
import json
import os
import time
import uuid
from pathlib import Path

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation

ENDPOINTS = json.loads(Path(os.environ["PLEDGE_ENDPOINTS"]).read_text(encoding="utf-8"))
SUBSCRIPTION = "/payment/stripe/champion-subscription"
WEBHOOK = "/webhooks/stripe"
# The last of the local cloud's novels is subscribed to before anything is tested; the others, of which the examples speak,
# are free.
SUBSCRIBED, FREE = 3, [1, 2]
NUMBERS = itertools.count()


def answer(method, url, token, **arguments):
    response = requests.request(method, url, headers={"authorization": f"Bearer {token}"}, timeout=10, **arguments)
    response.raise_for_status()
    return response.json()


@functools.cache
def reader():
    """Returns the ID token of a reader who signs up at the Firebase stand-in and subscribes to a novel."""
    firebase = f"http://{ENDPOINTS['firebase_auth_emulator_host']}/identitytoolkit.googleapis.com/v1"
    account = {"email": f"{uuid.uuid4()}@example.com", "password": "correct horse", "returnSecureToken": True}
    token = answer("POST", f"{firebase}/accounts:signUp?key=any", "none", json=account)["idToken"]

    url = ENDPOINTS["api"] + SUBSCRIPTION
    wish = {"novelId": SUBSCRIBED, "tierLevel": 1, "autoRenew": True}
    intent = answer("POST", url, token, json=wish)["clientSecret"].split("_secret_")[0]
    confirm = f"{ENDPOINTS['stripe_api_base']}/v1/payment_intents/{intent}/confirm"
    answer("POST", confirm, ENDPOINTS["stripe_secret_key"], data={"payment_method": "pm_card_visa"})
    deadline = time.monotonic() + 20
    while not answer("GET", url, token, params={"novelId": SUBSCRIBED})["isActive"]:
        if time.monotonic() > deadline:
            raise TimeoutError("the subscription is paid, but not active")
        time.sleep(0.1)
    return token


@schemathesis.hook
def before_load_schema(_context, raw_schema):
    """Adds what the specification leaves to the deployment, and what a schema can't say."""
    schemas = raw_schema["components"]["schemas"]
    schemas["Color"]["enum"] = list(json.loads(ENDPOINTS["preorder_prices"]))
    # The specification's pattern allows any two letters, ISO 3166 about a third of them.
    schemas["Country"]["pattern"] = "^(HK|JP|TW|us|gb|de)?$"
    schemas["PreorderHtmlForm"]["properties"]["country"]["pattern"] = "^(HK|JP|TW|us|gb|de)?$"
    # Each colour has one price.
    schemas["StripePriceId"]["enum"] = ["", None]
    schemas["HtmlPriceId"]["enum"] = [""]
    schemas["StripeEvent"]["properties"]["livemode"]["const"] = False
    # Novels that exist are chosen half of the time.
    any_novel = dict(schemas["NovelId"])
    schemas["NovelId"] = {"anyOf": [{"enum": [SUBSCRIBED, *FREE]}, any_novel]}
    # A second subscription to a novel is refused with 400, which here means a request that doesn't fit.
    new = {"anyOf": [{"enum": FREE}, {**any_novel, "minimum": SUBSCRIBED + 1}]}
    schemas["ChampionSubscriptionRequest"]["properties"]["novelId"] = new
    schemas["PaymentMethodId"]["enum"] = ["", None]
    schemas["UserIdOfToken"]["enum"] = [None]
    # There is no anonymous user.
    for schema in schemas.values():
        if "anonymousIdToken" in schema.get("properties", {}):
            schema["properties"]["anonymousIdToken"] = {"enum": [None]}


@schemathesis.hook
def map_body(_context, body):
    """Turns 7.0 into 7: JSON Schema calls both integers, but clients write 7."""
    if not isinstance(body, dict):
        return body
    return {name: int(v) if isinstance(v, float) and v.is_integer() else v for name, v in body.items()}


@schemathesis.auth().skip_for(path=WEBHOOK)
class Reader:
    """The authentication of the signed-in reader."""

    def get(self, _case, _context):
        return reader()

    def set(self, case, data, _context):
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook("before_call")
def use_a_new_key(_context, case, _kwargs):
    """Gives each request a key of its own: with one key, all forms but the first would be refused."""
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and 0 < len(key) <= 240:
        case.headers["Idempotency-Key"] = f"{key}-{next(NUMBERS)}"


@schemathesis.hook("before_call")
def sign_in(_context, case, _kwargs):
    """Sets a valid token, since any text fits the header's schema."""
    is_valid = case.meta is None or not case.meta.is_negative_at(ParameterLocation.HEADER)
    sent = case.headers.get("Authorization")
    if is_valid and sent is not None and not str(sent).startswith("Bearer "):
        case.headers["Authorization"] = f"Bearer {reader()}"


@schemathesis.hook("before_call").apply_to(path=WEBHOOK)
def sign(_context, case, _kwargs):
    """Signs the body as Stripe does, unless the header is meant to be wrong."""
    if case.meta is not None and case.meta.is_negative_at(ParameterLocation.HEADER):
        return
    sent = requests.Request(**case.as_transport_kwargs(base_url=ENDPOINTS["api"])).prepare().body or b""
    body = sent.encode() if isinstance(sent, str) else sent
    timestamp = str(int(time.time()))
    secret = ENDPOINTS["stripe_webhook_secret"].encode()
    signature = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    case.headers["Stripe-Signature"] = f"t={timestamp},v1={signature}"
