"""Signs and verifies with Stripe's own SDK and another JWT library. Reads requests and writes answers as lines of JSON."""

import json
import sys
import time

import jwt
import stripe
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def header(request):
    """Returns the Stripe-Signature header that the SDK makes."""
    signed = f"{request['time']}.{request['body']}"
    signature = stripe.WebhookSignature._compute_signature(signed, request["secret"])
    return f"t={request['time']},v1={signature}"


def accepts(request):
    """Returns whether the SDK accepts a header of ours."""
    try:
        stripe.Webhook.construct_event(request["body"], request["header"], request["secret"])
        return True
    except stripe.SignatureVerificationError:
        return False


def jwks(_request):
    """Returns the key set with the key that signs tokens."""
    key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
    return {"keys": [{**key, "kid": "peer", "alg": "RS256", "use": "sig"}]}


def token(request):
    """Returns an ID token with these claims."""
    claims = {"iat": int(time.time()), "exp": int(time.time()) + 600, **request["claims"]}
    return jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "peer"})


for line in sys.stdin:
    request = json.loads(line)
    answer = {"header": header, "accepts": accepts, "jwks": jwks, "token": token}[request["do"]](request)
    print(json.dumps(answer), flush=True)
