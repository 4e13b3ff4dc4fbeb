"""Checks that docs/openapi.yaml is valid and says the same as everything that it describes:

- each example fits its schema,
- the endpoints are the routes of template.yaml,
- the event types are those that the webhook handles,
- the error codes are those of docs/ERRORS.md, with the same statuses, and those of the code.

Prints each difference and exits with 1 if there is any.
"""

import re

import yaml
from common import ROOT, differences, event_types, exit_with, read
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}
# A function answers this only if API Gateway sends it a path that the template doesn't have.
NOT_AN_OPERATIONS = {(404, "NOT_FOUND")}


def load(path):
    """A YAML file; CloudFormation's tags (!Ref, !Sub, …) are read as their bare values."""

    class Loader(yaml.SafeLoader):
        pass

    def untagged(loader, _tag, node):
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    Loader.add_multi_constructor("!", untagged)
    # A date is a text here, as in JSON.
    Loader.yaml_implicit_resolvers = {
        first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return yaml.load(read(path), Loader)


class Spec:
    """docs/openapi.yaml"""

    def __init__(self, document):
        self.document = document

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.document
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            node = target
        return node

    def operations(self):
        for path, item in self.document["paths"].items():
            for method in METHODS & item.keys():
                yield method.upper(), path, item[method]

    def responses(self):
        for method, path, operation in self.operations():
            for status, response in operation["responses"].items():
                yield f"{method} {path} {status}", int(status), self.resolve(response)

    def bodies(self):
        """Where a body is described: a name for it, and its media type object."""
        for method, path, operation in self.operations():
            for kind, body in self.resolve(operation.get("requestBody", {})).get("content", {}).items():
                yield f"{method} {path} {kind}", body
        for name, _, response in self.responses():
            for kind, body in response.get("content", {}).items():
                yield f"{name} {kind}", body

    def codes(self):
        """(status, code) of every refusal that some operation documents."""
        return {(status, code) for _, status, response in self.responses() for code in self.codes_in(response)}

    def codes_in(self, node):
        node = self.resolve(node)
        if isinstance(node, list):
            return {code for item in node for code in self.codes_in(item)}
        if not isinstance(node, dict):
            return set()
        code = self.resolve(node.get("properties", {}).get("code", {}))
        values = set(code.get("enum", [])) | ({code["const"]} if "const" in code else set())
        children = (value for key, value in node.items() if key not in {"examples", "properties", "headers", "links"})
        return values.union(*(self.codes_in(child) for child in children))

    def event_types(self):
        kinds = self.document["components"]["schemas"]["StripeEvent"]["properties"]["type"]["anyOf"]
        return {kind for schema in kinds for kind in schema.get("enum", [])}

    def wrong_examples(self):
        for name, body in self.bodies():
            # References are resolved from the root of the schema.
            schema = {**body["schema"], "components": self.document["components"]}
            validator = Draft202012Validator(schema, format_checker=FormatChecker())
            if not body.get("examples"):
                yield f"{name} has no example"
            for title, example in body.get("examples", {}).items():
                for error in validator.iter_errors(self.resolve(example)["value"]):
                    yield f"{name}: the example {title} doesn't fit its schema: {error.message}"


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
    """Upper-case texts of the crates that answer requests, without their tests and without names of variables."""
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
        problems += spec.wrong_examples()
        endpoints = {(method, path) for method, path, _ in spec.operations()}
        problems += differences(endpoints, "openapi.yaml", set(routes_of_template()), "template.yaml")
        problems += differences(spec.event_types(), "openapi.yaml", event_types(), "stripe-events")
        documented = set(codes_of_errors_md())
        problems += differences(spec.codes(), "openapi.yaml", documented - NOT_AN_OPERATIONS, "ERRORS.md")
        problems += differences({code for _, code in documented}, "ERRORS.md", set(codes_of_the_code()), "the code")
    exit_with("check-openapi", problems)


if __name__ == "__main__":
    main()
