"""Calls of the AWS CLI that a deployment needs."""

import json
import os
import subprocess


class AwsFailed(Exception):
    """The AWS CLI failed, with its message."""


class Aws:
    """Calls the AWS CLI with the credentials of the environment."""

    def __init__(self, region):
        self.environment = {**os.environ, "AWS_REGION": region, "AWS_DEFAULT_REGION": region, "AWS_PAGER": ""}

    def __call__(self, *arguments):
        """Returns the answer, parsed as JSON; None if there is none."""
        answer = subprocess.run(
            ["aws", *arguments, "--output", "json"], env=self.environment, capture_output=True, text=True, check=False
        )
        if answer.returncode:
            raise AwsFailed(answer.stderr.strip() or f"aws {' '.join(arguments[:2])} failed")
        return json.loads(answer.stdout) if answer.stdout.strip() else None

    def credentials(self):
        """Returns the CLI's credentials as variables, for programs that know neither profiles nor single sign-on."""
        try:
            known = self("configure", "export-credentials", "--format", "process") or {}
        except AwsFailed:
            return {}
        names = {"AccessKeyId": "AWS_ACCESS_KEY_ID", "SecretAccessKey": "AWS_SECRET_ACCESS_KEY", "SessionToken": "AWS_SESSION_TOKEN"}
        return {variable: known[key] for key, variable in names.items() if known.get(key)}

    def outputs(self, stack):
        described = self("cloudformation", "describe-stacks", "--stack-name", stack)
        return {output["OutputKey"]: output["OutputValue"] for output in described["Stacks"][0].get("Outputs", [])}

    def functions(self, stack):
        """Returns the functions of a stack: name in the template, name in AWS."""
        described = self("cloudformation", "describe-stack-resources", "--stack-name", stack)
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in described["StackResources"]
            if resource["ResourceType"] == "AWS::Lambda::Function"
        }
