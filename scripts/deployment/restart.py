"""Makes every function of a stage read its secrets anew, within a minute and for all requests at once:

    scripts/restart prod

For a secret that leaked, after the new one was stored. It publishes a version of each function and points its alias
there itself, past CodeDeploy, which would leave nine requests of ten with the old secret for five minutes. The next
`make deploy` brings the stack to the same again.

Only the secrets change. Where `live` runs other code than the newest, after a way back by hand or during a gradual
deployment, nothing is restarted, since a version has the newest code.
"""

import json
import sys
import time

from aws import Aws, AwsFailed
from stage import Refused, Stage


def newest(name, function, aws):
    """Returns the function's newest configuration. Raises Refused if its alias doesn't run this code, and no other."""
    configuration = aws("lambda", "get-function-configuration", "--function-name", function)
    alias = aws("lambda", "get-alias", "--function-name", function, "--name", "live")
    if (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights"):
        raise Refused(f"{name} is in the middle of a gradual deployment: wait for its end, or stop it")
    live = aws("lambda", "get-function-configuration", "--function-name", function, "--qualifier", "live")
    if live["CodeSha256"] != configuration["CodeSha256"]:
        raise Refused(
            f"{name} runs other code (version {live['Version']}) than the newest, which a restart would bring back: "
            "check out the code that is to run and deploy it (docs/RUNBOOK.md, A deployment)"
        )
    return configuration


def restart(function, configuration, aws, revision):
    """Publishes a version of the function and points its alias there. Returns the version."""
    variables = configuration["Environment"]["Variables"]
    # Without a change of the configuration Lambda would publish no new version.
    variables["SECRETS_REVISION"] = revision
    aws("lambda", "update-function-configuration", "--function-name", function,
        "--environment", json.dumps({"Variables": variables}))  # fmt: skip
    aws("lambda", "wait", "function-updated", "--function-name", function)
    version = aws("lambda", "publish-version", "--function-name", function,
                  "--code-sha256", configuration["CodeSha256"])["Version"]  # fmt: skip
    aws("lambda", "update-alias", "--function-name", function, "--name", "live", "--function-version", version,
        "--routing-config", json.dumps({"AdditionalVersionWeights": {}}))  # fmt: skip
    return version


def main():
    try:
        stage = Stage.read(sys.argv[1])
        aws = Aws(stage.region)
        functions = aws.functions(stage.stack)
        found = {name: newest(name, function, aws) for name, function in functions.items()}
        for name, function in functions.items():
            version = restart(function, found[name], aws, f"restart-{int(time.time())}")
            print(f"restart: {name} runs version {version}")
    except (Refused, AwsFailed) as error:
        sys.exit(f"restart: {error}")


if __name__ == "__main__":
    main()
