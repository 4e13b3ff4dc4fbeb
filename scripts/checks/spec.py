"""Reads docs/openapi.yaml for the checks that compare something with it."""

import yaml
from common import read

METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}


def load(path):
    """Loads a YAML file. CloudFormation's tags (!Ref, !Sub, …) are read as their bare values."""

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
    """The content of docs/openapi.yaml."""

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
        """Yields a name and the media type object of every body that is described."""
        for method, path, operation in self.operations():
            for kind, body in self.resolve(operation.get("requestBody", {})).get("content", {}).items():
                yield f"{method} {path} {kind}", body
        for name, _, response in self.responses():
            for kind, body in response.get("content", {}).items():
                yield f"{name} {kind}", body

    def codes(self):
        """Returns (status, code) of every refusal that some operation documents."""
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
