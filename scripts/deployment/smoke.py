"""Checks a deployed stage from outside: scripts/smoke dev, or, at any addresses,

    scripts/smoke --api URL --webhook URL --origin URL

It checks that pages of the front end may call the API, that a function answers out of the database, that the catalogue
has Stripe's prices, that unsigned requests are refused at the webhook, and that each function runs the newest version.
Nothing is stored.
"""

import argparse
import json
import sys
import urllib.error
import urllib.request

from aws import Aws
from stage import Stage

NOBODYS = "00000000-0000-4000-8000-000000000000"


def ask(method, url, headers=(), body=None):
    """Returns status, headers and text of an answer, whatever its status."""
    request = urllib.request.Request(url, method=method, headers=dict(headers), data=body)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read().decode()


def code(text):
    try:
        return json.loads(text).get("code")
    except (ValueError, AttributeError):
        return None


def of_the_addresses(api, webhook, origin):
    """Yields the problems, as texts."""
    wanted = "authorization,content-type,idempotency-key,x-firebase-appcheck"
    asks = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": wanted}
    status, headers, _ = ask("OPTIONS", f"{api}/preorders", asks)
    allowed = headers.get("access-control-allow-headers", "").lower()
    if headers.get("access-control-allow-origin") != origin or not all(name in allowed for name in wanted.split(",")):
        yield f"browsers wouldn't let pages of {origin} call the API (a preflight is {status})"
    status, headers, _ = ask("OPTIONS", f"{api}/preorders", {**asks, "origin": "https://stranger.invalid"})
    if "access-control-allow-origin" in headers:
        yield "browsers would let the pages of any site call the API"
    status, _, text = ask("GET", f"{api}/preorders/{NOBODYS}")
    if (status, code(text)) != (404, "PREORDER_NOT_FOUND"):
        yield f"a preorder that isn't there is answered with {status}: {text[:200]}"
    status, _, text = ask("GET", f"{api}/catalogue")
    if status != 200 or '"amount"' not in text:
        yield f"the catalogue, whose prices are Stripe's, is answered with {status}: {text[:200]}"
    status, _, text = ask("POST", webhook, {"content-type": "application/json"}, b"{}")
    if (status, code(text)) != (400, "INVALID_SIGNATURE"):
        yield f"an event that Stripe didn't sign is answered with {status}: {text[:200]}"


def of_the_versions(stack, aws):
    for name, function in aws.functions(stack).items():
        alias = aws("lambda", "get-alias", "--function-name", function, "--name", "live")
        newest = aws("lambda", "list-versions-by-function", "--function-name", function)["Versions"]
        newest = max((int(version["Version"]) for version in newest if version["Version"] != "$LATEST"), default=0)
        if alias["FunctionVersion"] != str(newest) or (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights"):
            yield f"{name}: requests go to version {alias['FunctionVersion']}, and the newest is {newest}"


def told(problems):
    """Prints the problems and returns the exit status."""
    for problem in problems:
        print(f"smoke: {problem}", file=sys.stderr)
    print("smoke: something is wrong; docs/RUNBOOK.md" if problems else "smoke: everything answers", file=sys.stderr)
    return 1 if problems else 0


def of_a_stage(stage, aws):
    """Checks a stage, prints the problems and returns the exit status."""
    outputs = aws.outputs(stage.stack)
    origin = (stage.parameters["AllowedOrigins"] or stage.parameters["PublicSiteUrl"]).split(",")[0]
    problems = [
        *of_the_addresses(outputs["ApiUrl"], outputs["StripeWebhookUrl"], origin),
        *of_the_versions(stage.stack, aws),
    ]
    return told(problems)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", nargs="?")
    for address in ("api", "webhook", "origin"):
        parser.add_argument(f"--{address}")
    given = parser.parse_args()
    if given.stage:
        stage = Stage.read(given.stage)
        sys.exit(of_a_stage(stage, Aws(stage.region)))
    sys.exit(told(list(of_the_addresses(given.api, given.webhook, given.origin))))


if __name__ == "__main__":
    main()
