"""What schemathesis can't know from docs/openapi.yaml: the values of this deployment, who is signed in, and how Stripe
signs. Reads the addresses of the running cloud from the file that PLEDGE_ENDPOINTS names."""

import hashlib
import hmac
import itertools
import json
import os
import time
import urllib.request
import uuid
from pathlib import Path

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation

ENDPOINTS = json.loads(Path(os.environ["PLEDGE_ENDPOINTS"]).read_text(encoding="utf-8"))
WEBHOOK = "/webhooks/stripe"
NUMBERS = itertools.count()


@schemathesis.hook
def before_load_schema(_context, raw_schema):
    """What the specification leaves to the deployment."""
    schemas = raw_schema["components"]["schemas"]
    schemas["Color"]["enum"] = list(json.loads(ENDPOINTS["preorder_prices"]))
    # Each colour has one price, which a schema can't say.
    schemas["StripePriceId"]["enum"] = ["", None]
    schemas["HtmlPriceId"]["enum"] = [""]
    schemas["StripeEvent"]["properties"]["livemode"]["const"] = False


@schemathesis.hook
def map_body(_context, body):
    """JSON Schema calls 7.0 an integer, but what writes JSON writes 7."""
    if not isinstance(body, dict):
        return body
    return {name: int(v) if isinstance(v, float) and v.is_integer() else v for name, v in body.items()}


@schemathesis.auth().skip_for(path=WEBHOOK)
class Reader:
    """Somebody who has just signed up at the Firebase stand-in."""

    def get(self, _case, _context):
        host = ENDPOINTS["firebase_auth_emulator_host"]
        sign_up = f"http://{host}/identitytoolkit.googleapis.com/v1/accounts:signUp?key=any"
        body = {"email": f"{uuid.uuid4()}@example.com", "password": "correct horse", "returnSecureToken": True}
        request = urllib.request.Request(sign_up, json.dumps(body).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)["idToken"]

    def set(self, case, data, _context):
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook("before_call")
def use_a_new_key(_context, case, _kwargs):
    """With the same key all forms but the first would be refused."""
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and 0 < len(key) <= 240:
        case.headers["Idempotency-Key"] = f"{key}-{next(NUMBERS)}"


@schemathesis.hook("before_call").apply_to(path=WEBHOOK)
def sign(_context, case, _kwargs):
    """As Stripe does, unless the header is what is wrong with the request."""
    if case.meta is not None and case.meta.is_negative_at(ParameterLocation.HEADER):
        return
    sent = requests.Request(**case.as_transport_kwargs(base_url=ENDPOINTS["api"])).prepare().body or b""
    body = sent.encode() if isinstance(sent, str) else sent
    timestamp = str(int(time.time()))
    secret = ENDPOINTS["stripe_webhook_secret"].encode()
    signature = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    case.headers["Stripe-Signature"] = f"t={timestamp},v1={signature}"
