"""A stage: its table in samconfig.toml, and every parameter of template.yaml with the value that it gets."""

import functools
import hashlib
import json
from dataclasses import dataclass

from common import read
from spec import load

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11
    from pip._vendor import tomli as tomllib

STAGES = ("dev", "staging", "prod")
# Derived by `make deploy` from all the others.
REVISION = "SecretsRevision"


class Refused(Exception):
    """A deployment that isn't begun, with the reasons."""

    def __init__(self, *problems):
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass
class Stage:
    name: str
    stack: str
    region: str
    parameters: dict

    @classmethod
    def read(cls, name):
        """Returns the stage of that name.

        Raises Refused for one that samconfig.toml doesn't have, and for parameters that are missing or unknown.
        """
        config = tomllib.loads(read("samconfig.toml"))
        if name not in STAGES or name not in config:
            raise Refused(f"samconfig.toml has no table for the stage {name}; there are {', '.join(STAGES)}")
        table = config[name]["global"]["parameters"]
        given = dict(map(override, table["parameter_overrides"]))
        template = declared()
        problems = [f"samconfig.toml, {name}: the template has no parameter {key}" for key in given.keys() - template.keys()]
        missing = [key for key, value in template.items() if "Default" not in value and key not in given]
        problems += [f"samconfig.toml, {name}: {key} is missing" for key in missing]
        if given.get("Stage") != name:
            problems.append(f"samconfig.toml, {name}: Stage must be {name}")
        if problems:
            raise Refused(*sorted(problems))
        # A parameter that isn't given keeps the value that the stack has, whatever samconfig.toml says now.
        parameters = {key: str(given.get(key, value.get("Default"))) for key, value in template.items()}
        return cls(name, table["stack_name"], table["region"], parameters)

    def secrets(self):
        """Returns the parameters that hold ARNs of secrets, without those that are empty."""
        return {key: arn for key, arn in self.parameters.items() if key.endswith("SecretArn") and arn}

    def revise(self, versions):
        """Gives SecretsRevision a text of its own for these values of parameters and these versions of secrets, so that
        functions get a new version exactly when one of them has changed."""
        others = {key: value for key, value in self.parameters.items() if key != REVISION}
        digest = hashlib.sha256(json.dumps([others, versions], sort_keys=True).encode())
        self.parameters[REVISION] = digest.hexdigest()[:16]


@functools.cache
def declared():
    """Returns the parameters as template.yaml declares them."""
    return load("template.yaml")["Parameters"]


def override(text):
    """Parses `Name=value`, where the value may be in quotes, into a pair."""
    name, _, value = text.partition("=")
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1].replace('\\"', '"')
    return name, value
