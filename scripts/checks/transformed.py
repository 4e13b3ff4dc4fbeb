"""Checks what SAM makes of template.yaml, since that is what CloudFormation gets:

- the API of the front end has CORS, whole in each branch of its conditions: the methods of its routes, the headers that
  the front end sends, an age, and `retry-after` to be read by pages; the webhook's API has none,
- each operation of docs/openapi.yaml is a route, there is no other, and each leads to the alias of a function,
- what calls a function calls its alias, and is allowed to: API Gateway on each route, EventBridge by each rule,
- each alias names a version that is published with the function,
- the queue hands messages over in parts that may fail one by one,
- a schedule sweeps the outbox every minute, and another fetches what Stripe didn't deliver every quarter of an hour;
  an invocation by a schedule isn't repeated when it fails.

The argument names another template to look at. Prints each difference and exits with 1 if there is any.
"""

import logging
import os
import re
import sys
from pathlib import Path

from common import differences, exit_with, read
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse
from spec import Spec, load

CORS = {"allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge"}
# App Check's header may be sent wherever the front end has App Check on.
ALWAYS_SENT = {"authorization", "content-type", "x-firebase-appcheck"}
PARAMETERS = {"PublicSiteUrl": "https://site.example", "AllowedOrigins": "https://one.example,https://two.example"}
ORIGINS = [[PARAMETERS["PublicSiteUrl"]], {"Fn::Split": [",", PARAMETERS["AllowedOrigins"]]}]


class NoManagedPolicies:
    """A loader that finds no managed policies: the template names them by ARN, so none has to be looked up."""

    def load(self):
        return {}


def transformed(text):
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # read by the transform
    logging.disable(logging.WARNING)  # the transform's warnings about feature toggles
    template = yaml_parse(text)
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/package.zip"  # as if it had been packaged
    return transform(template, PARAMETERS, NoManagedPolicies())["Resources"]


def of_type(resources, kind):
    return {name: resource["Properties"] for name, resource in resources.items() if resource["Type"] == kind}


def branches(value):
    """Returns every value that conditions can give."""
    if isinstance(value, dict) and "Fn::If" in value:
        return [branch for one in value["Fn::If"][1:] for branch in branches(one)]
    return [value]


def routes(api):
    """Yields (method, path) of each route of an API, with the alias that it leads to."""
    for path, methods in api["Body"].get("paths", {}).items():
        for method, operation in methods.items():
            uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            yield (method.upper(), path), re.search(r"functions/\$\{([\w.]+)\}/invocations$", uri)[1]


def headers_sent(spec, endpoints):
    for method, path, operation in spec.operations():
        for parameter in map(spec.resolve, operation.get("parameters", [])):
            if (method, path) in endpoints and parameter["in"] == "header":
                yield parameter["name"].lower()


def problems_of_cors(api, spec):
    endpoints = {endpoint for endpoint, _ in routes(api)}
    sent = ALWAYS_SENT.union(headers_sent(spec, endpoints))
    methods = {method for method, _ in endpoints}
    for cors in branches(api["Body"].get("x-amazon-apigateway-cors")):
        if not isinstance(cors, dict) or cors.keys() != CORS:
            yield f"HttpApi: CORS should have {', '.join(sorted(CORS))}, and is {cors}"
            continue
        yield from differences(set(cors["allowMethods"]), "CORS", methods, "HttpApi")
        for missing in sorted(sent - set(cors["allowHeaders"])):
            yield f"HttpApi: CORS doesn't allow the header {missing}, which the front end sends"
        if "retry-after" not in cors["exposeHeaders"]:
            yield "HttpApi: CORS doesn't let pages read retry-after"
        if cors["allowOrigins"] not in ORIGINS:
            yield f"HttpApi: CORS should allow certain origins, and allows {cors['allowOrigins']}"


def wanted_permissions(resources):
    """Yields (principal, alias, source) of everything that calls a function."""
    for name, api in of_type(resources, "AWS::ApiGatewayV2::Api").items():
        for (method, path), alias in routes(api):
            yield "apigateway.amazonaws.com", alias, f"{name} {method}{re.sub(r'{[^}]+}', '*', path)}"
    for name, rule in of_type(resources, "AWS::Events::Rule").items():
        for target in rule["Targets"]:
            yield "events.amazonaws.com", target["Arn"].get("Ref", str(target["Arn"])), name


def permissions(resources):
    for permission in of_type(resources, "AWS::Lambda::Permission").values():
        source = permission["SourceArn"]
        if "Fn::GetAtt" in source:
            caller = source["Fn::GetAtt"][0]
        else:
            arn, names = source["Fn::Sub"]
            caller = names["__ApiId__"]["Ref"] + " " + arn.partition("/${__Stage__}/")[2]
        yield permission["Principal"], permission["FunctionName"].get("Ref"), caller


def problems_of_aliases(resources):
    aliases, versions = of_type(resources, "AWS::Lambda::Alias"), of_type(resources, "AWS::Lambda::Version")
    for name, alias in aliases.items():
        version = alias["FunctionVersion"].get("Fn::GetAtt", [None])[0]
        if version not in versions or versions[version]["FunctionName"] != alias["FunctionName"]:
            yield f"{name} names no version of its function: {alias['FunctionVersion']}"
    for function in of_type(resources, "AWS::Lambda::Function"):
        if {"Ref": function} not in [alias["FunctionName"] for alias in aliases.values()]:
            yield f"{function} has no alias"
    called = {alias for _, alias, _ in wanted_permissions(resources)} | {
        mapping["FunctionName"].get("Ref") for mapping in of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    }
    yield from (f"{name} is called, and is no alias" for name in sorted(map(str, called - aliases.keys())))


def problems_of_the_queue(resources):
    mappings = of_type(resources, "AWS::Lambda::EventSourceMapping")
    if [mapping["EventSourceArn"] for mapping in mappings.values()] != [{"Fn::GetAtt": ["KlaviyoQueue", "Arn"]}]:
        yield "KlaviyoQueue should be the one event source"
    for name, mapping in mappings.items():
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{name} doesn't report the messages that failed: the others of a batch would come again with them"
        if not mapping.get("ScalingConfig", {}).get("MaximumConcurrency"):
            yield f"{name} has no MaximumConcurrency: Klaviyo's limits would be passed"


def problems_of_the_schedule(resources):
    scheduled = [
        (rule.get("ScheduleExpression"), target["Arn"].get("Ref"))
        for rule in of_type(resources, "AWS::Events::Rule").values()
        for target in rule["Targets"]
        if rule.get("State", "ENABLED") == "ENABLED"
    ]
    if ("rate(1 minute)", "KlaviyoSenderFunctionAliaslive") not in scheduled:
        yield "nothing sweeps the outbox every minute"
    if ("rate(15 minutes)", "StripeWebhookFunctionAliaslive") not in scheduled:
        yield "nothing fetches what Stripe didn't deliver"
    once = {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0}
    called_once = {
        f"{config['FunctionName']['Ref']}Alias{config['Qualifier']}"
        for config in of_type(resources, "AWS::Lambda::EventInvokeConfig").values()
        if {key: config.get(key) for key in once} == once
    }
    for name, rule in of_type(resources, "AWS::Events::Rule").items():
        for target in rule["Targets"]:
            if target.get("RetryPolicy") != once or target["Arn"].get("Ref") not in called_once:
                yield f"{name} is repeated when it fails, beside the next one"


def main():
    resources = transformed(Path(sys.argv[1]).read_text(encoding="utf-8") if sys.argv[1:] else read("template.yaml"))
    spec = Spec(load("docs/openapi.yaml"))
    apis = of_type(resources, "AWS::ApiGatewayV2::Api")
    operations = {(method, path) for method, path, _ in spec.operations()}
    all_routes = {route for api in apis.values() for route, _ in routes(api)}
    problems = [
        *problems_of_cors(apis["HttpApi"], spec),
        *(["WebhookApi has CORS"] if "x-amazon-apigateway-cors" in apis["WebhookApi"]["Body"] else []),
        *differences(all_routes, "the transformed template", operations, "openapi.yaml"),
        *differences(set(permissions(resources)), "its permissions", set(wanted_permissions(resources)), "the template"),
        *problems_of_aliases(resources),
        *problems_of_the_queue(resources),
        *problems_of_the_schedule(resources),
    ]
    exit_with("check-template, transformed", problems)


if __name__ == "__main__":
    main()
