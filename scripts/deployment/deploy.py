"""Builds and deploys a stage, unless a check fails:

    scripts/deploy dev

Checks first and changes nothing until every check passes. Then every parameter is passed with its value, so that
the stack has what samconfig.toml says now and nothing older, and functions get new versions if a parameter or
a secret has changed. A smoke test follows. The AWS credentials are those of the environment.

SCHEMA=seen: the schema is right, although the database can't be reached from here.
SCHEMA=newer: the code is older than the schema on purpose.
"""

import json
import os
import subprocess
import sys

import checks
import smoke
from aws import Aws, AwsFailed
from common import ROOT
from stage import Refused, Stage


def look(stage, aws):
    """Raises Refused with every serious problem, and prints the others."""
    versions = {}
    found = list(checks.of_the_table(stage))
    # With a wrong table the other checks would fail too.
    if not any(serious for serious, _ in found):
        try:
            identity = aws("sts", "get-caller-identity")
            print(f"deploy: {stage.stack} in account {identity['Account']}, {stage.region}", file=sys.stderr)
            found += checks.of_the_secrets(stage, aws, versions)
            found += checks.of_the_account(stage, aws)
        except AwsFailed as error:
            raise Refused(str(error)) from error
        found += checks.of_the_schema(stage, aws, expected=os.environ.get("SCHEMA"))
    for serious, message in found:
        if not serious:
            print(f"deploy: warning: {message}", file=sys.stderr)
    if problems := [message for serious, message in found if serious]:
        raise Refused(*problems)
    stage.revise(versions)


def sam(stage, *arguments):
    subprocess.run(
        ["sam", *arguments, "--config-env", stage.name, "--parameter-overrides", f"file://{parameters_file(stage)}"],
        env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        cwd=ROOT,
        check=True,
    )


def parameters_file(stage):
    file = ROOT / ".aws-sam" / f"parameters-{stage.name}.yaml"
    file.parent.mkdir(exist_ok=True)
    # JSON is YAML, and needs no library to be written.
    file.write_text(json.dumps(stage.parameters, indent=2), encoding="utf-8")
    return file


def add_rust_target(stage):
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[stage.parameters["Architecture"]]
    try:
        subprocess.run(["rustup", "target", "add", f"{machine}-unknown-linux-gnu"], cwd=ROOT, check=True)
    except FileNotFoundError:
        pass  # Rust was installed without rustup, which adds targets.


def main():
    try:
        stage = Stage.read(sys.argv[1])
        aws = Aws(stage.region)
        look(stage, aws)
    except Refused as refused:
        for problem in refused.problems:
            print(f"deploy: {problem}", file=sys.stderr)
        sys.exit("deploy: nothing was changed")
    # Without a terminal, nobody can confirm; a pipeline has its approval before.
    unattended = [] if sys.stdin.isatty() else ["--no-confirm-changeset"]
    try:
        add_rust_target(stage)
        sam(stage, "build")
        sam(stage, "deploy", *unattended)
    except subprocess.CalledProcessError as failed:
        sys.exit(f"deploy: {failed.cmd[0]} {failed.cmd[1]} failed")
    sys.exit(smoke.of_a_stage(stage, aws))


if __name__ == "__main__":
    main()
