"""Checks that docs/openapi.yaml is valid and says the same as everything that it describes:

- each example fits its schema, and names a novel that the local cloud has,
- the endpoints are the routes of template.yaml,
- the event types are those that the webhook handles,
- the error codes are those of docs/ERRORS.md, with the same statuses, and those of the code.

Prints each difference and exits with 1 if there is any.
"""

import re

from common import ROOT, differences, event_types, exit_with, read
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from spec import Spec, load

# A function answers this only if API Gateway sends it a path that the template doesn't have.
NOT_AN_OPERATIONS = {(404, "NOT_FOUND")}


def wrong_examples(spec):
    for name, body in spec.bodies():
        # References are resolved from the root of the schema.
        schema = {**body["schema"], "components": spec.document["components"]}
        validator = Draft202012Validator(schema, format_checker=FormatChecker())
        if not body.get("examples"):
            yield f"{name} has no example"
        for title, example in body.get("examples", {}).items():
            for error in validator.iter_errors(spec.resolve(example)["value"]):
                yield f"{name}: the example {title} doesn't fit its schema: {error.message}"


def unknown_novels():
    last = int(re.search(r"generate_series\(1, (\d+)\)", read("local/cloud/seed.sql"))[1])
    for novel in set(re.findall(r"novelId: (\d+)", read("docs/openapi.yaml"))):
        if int(novel) > last:
            yield f"openapi.yaml: an example names the novel {novel}, but the local cloud has 1 to {last} (seed.sql)"


def routes_of_template():
    for resource in load("template.yaml")["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            for event in resource["Properties"].get("Events", {}).values():
                if event["Type"] == "HttpApi":
                    yield event["Properties"]["Method"].upper(), event["Properties"]["Path"]


def codes_of_errors_md():
    for line in read("docs/ERRORS.md").splitlines():
        if row := re.match(r"\|\s*([\d, ]+?)\s*\|\s*`([A-Z_]+)`\s*\|", line):
            for status in row[1].split(","):
                yield int(status), row[2]


def codes_of_the_code():
    """Returns the upper-case texts of the crates that answer requests, without tests and names of variables."""
    sources = [*ROOT.glob("shared/http-api/src/**/*.rs"), *ROOT.glob("functions/*/src/**/*.rs")]
    for source in sources:
        if source.name in {"config.rs", "main.rs"}:
            continue
        code = source.read_text(encoding="utf-8").split("#[cfg(test)]")[0]
        yield from re.findall(r'"([A-Z][A-Z_]{4,})"', code)


def main():
    spec = Spec(load("docs/openapi.yaml"))
    invalid = OpenAPIV31SpecValidator(spec.document).iter_errors()
    problems = [f"openapi.yaml, {'/'.join(map(str, error.path))}: {error.message}" for error in invalid]
    if not problems:
        problems += [*wrong_examples(spec), *unknown_novels()]
        endpoints = {(method, path) for method, path, _ in spec.operations()}
        problems += differences(endpoints, "openapi.yaml", set(routes_of_template()), "template.yaml")
        problems += differences(spec.event_types(), "openapi.yaml", event_types(), "stripe-events")
        documented = set(codes_of_errors_md())
        problems += differences(spec.codes(), "openapi.yaml", documented - NOT_AN_OPERATIONS, "ERRORS.md")
        problems += differences({code for _, code in documented}, "ERRORS.md", set(codes_of_the_code()), "the code")
    exit_with("check-openapi", problems)


if __name__ == "__main__":
    main()
