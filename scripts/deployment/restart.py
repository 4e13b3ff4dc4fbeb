"""Makes every function of a stage read its secrets anew, within a minute and for all requests at once:

    scripts/restart prod

For a secret that leaked, after the new one was stored. It publishes a version of each function and points its alias
there itself, past CodeDeploy, which would leave nine requests of ten with the old secret for five minutes. The next
`make deploy` brings the stack to the same again.
"""

import json
import sys
import time

from aws import Aws, AwsFailed
from stage import Refused, Stage


def restart(function, aws, revision):
    """Publishes a version of the function and points its alias there. Returns the version."""
    configuration = aws("lambda", "get-function-configuration", "--function-name", function)
    variables = configuration["Environment"]["Variables"]
    # Without a change of the configuration Lambda would publish no new version.
    variables["SECRETS_REVISION"] = revision
    aws("lambda", "update-function-configuration", "--function-name", function,
        "--environment", json.dumps({"Variables": variables}))  # fmt: skip
    aws("lambda", "wait", "function-updated", "--function-name", function)
    version = aws("lambda", "publish-version", "--function-name", function)["Version"]
    aws("lambda", "update-alias", "--function-name", function, "--name", "live", "--function-version", version,
        "--routing-config", json.dumps({"AdditionalVersionWeights": {}}))  # fmt: skip
    return version


def main():
    try:
        stage = Stage.read(sys.argv[1])
        aws = Aws(stage.region)
        for name, function in aws.functions(stage.stack).items():
            print(f"restart: {name} runs version {restart(function, aws, f'restart-{int(time.time())}')}")
    except (Refused, AwsFailed) as error:
        sys.exit(f"restart: {error}")


if __name__ == "__main__":
    main()
