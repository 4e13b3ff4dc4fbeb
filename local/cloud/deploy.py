"""Deploys the project's template.yaml into an AWS emulator, as `sam package` and `sam deploy` would into AWS.

Reads one JSON object from standard input and writes the stack's outputs as one to standard output:

    {"endpoint": "http://127.0.0.1:4566", "stack": "pledge", "template": "template.yaml",
     "binaries": "target/debug", "cache": ".local/packages",
     "parameters": {"Stage": "local", ...}, "secrets": {"DatabaseUrlSecretArn": "postgres://...", ...}}

Every entry of `secrets` is put into Secrets Manager, and its ARN becomes the parameter of that name.

The SAM transform is AWS's own library and runs here instead of in the emulator, because two things have to happen to
its result: the emulator ignores the OpenAPI body of an HTTP API, so the body's paths become routes, and it would take
minutes to look at an unstripped development binary, so packages are made from stripped copies.
"""

import hashlib
import json
import logging
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

import boto3
import botocore.config
import botocore.exceptions
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

REGION = "us-east-1"
BUCKET = "pledge-deployment"


class Emulator:
    """The clients of the services that a deployment needs."""

    def __init__(self, endpoint):
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
        config = botocore.config.Config(s3={"addressing_style": "path"}, retries={"max_attempts": 2})

        def client(name):
            return session.client(name, endpoint_url=endpoint, config=config)

        self.cloudformation = client("cloudformation")
        self.s3 = client("s3")
        self.secrets = client("secretsmanager")


def main():
    request = json.load(sys.stdin)
    os.environ["AWS_DEFAULT_REGION"] = REGION  # read by the transform
    logging.disable(logging.WARNING)  # the transform's warnings about feature toggles
    emulator = Emulator(request["endpoint"])
    emulator.s3.create_bucket(Bucket=BUCKET)

    template = yaml_parse(pathlib.Path(request["template"]).read_text(encoding="utf-8"))
    upload_functions(emulator, template, pathlib.Path(request["binaries"]), pathlib.Path(request["cache"]))
    parameters = dict(request["parameters"])
    for parameter, value in request["secrets"].items():
        parameters[parameter] = put_secret(emulator, f"{request['stack']}/{parameter}", value)
    template = transform(template, parameters, NoManagedPolicies())
    routes_from_openapi(template)
    drop_monitoring(template)
    json.dump(deploy(emulator, request["stack"], template, parameters), sys.stdout)


class NoManagedPolicies:
    """A loader that finds no managed policies: the template names them by ARN, so none has to be looked up."""

    def load(self):
        return {}


def upload_functions(emulator, template, binaries, cache):
    """Replaces each function's CodeUri by a package of its binary in the deployment bucket."""
    template.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    cache.mkdir(parents=True, exist_ok=True)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            name = resource["Metadata"]["BuildProperties"]["Binary"]
            package = package_of(binaries / name, cache)
            key = f"{name}/{hashlib.sha256(package.read_bytes()).hexdigest()}.zip"
            emulator.s3.upload_file(str(package), BUCKET, key)
            resource["Properties"]["CodeUri"] = {"Bucket": BUCKET, "Key": key}


def package_of(binary, cache):
    """Returns a zip with the stripped binary as `bootstrap`. It is made anew only when the binary has changed."""
    state = binary.stat()
    package = cache / f"{binary.name}-{state.st_mtime_ns:x}-{state.st_size:x}.zip"
    if package.exists():
        return package
    for outdated in cache.glob(f"{binary.name}-*"):
        outdated.unlink()
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        bootstrap = pathlib.Path(folder) / "bootstrap"
        if not shutil.which("strip") or subprocess.run(["strip", "-o", bootstrap, binary], check=False).returncode:
            shutil.copyfile(binary, bootstrap)
        bootstrap.chmod(0o755)
        partial = pathlib.Path(folder) / "package.zip"
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
            archive.write(bootstrap, "bootstrap")
        partial.rename(package)
    return package


def routes_from_openapi(template):
    """Declares what the OpenAPI body of each HTTP API says as resources of their own."""
    apis = {name: resource for name, resource in template["Resources"].items()
            if resource["Type"] == "AWS::ApiGatewayV2::Api"}
    for name, api in apis.items():
        body = api["Properties"].pop("Body", {})
        for ours in ("DisableExecuteApiEndpoint", "FailOnWarnings"):
            api["Properties"].pop(ours, None)
        api["Properties"].update(Name=name, ProtocolType="HTTP")
        if cors := body.get("x-amazon-apigateway-cors"):
            # SAM writes it in the API's spelling (allowOrigins), which is what the emulator reads. CloudFormation's own
            # (AllowOrigins) would be stored and never looked at.
            api["Properties"]["CorsConfiguration"] = cors
        integrations = {}
        for path, methods in body.get("paths", {}).items():
            for method, operation in methods.items():
                uri = operation["x-amazon-apigateway-integration"]["uri"]
                integration = integrations.setdefault(json.dumps(uri), f"{name}Integration{len(integrations)}")
                template["Resources"][integration] = {
                    "Type": "AWS::ApiGatewayV2::Integration",
                    "Properties": {"ApiId": {"Ref": name}, "IntegrationType": "AWS_PROXY", "IntegrationUri": uri,
                                   "PayloadFormatVersion": "2.0"},
                }
                route = f"{name}Route" + hashlib.sha256(f"{method} {path}".encode()).hexdigest()[:8]
                template["Resources"][route] = {
                    "Type": "AWS::ApiGatewayV2::Route",
                    "Properties": {"ApiId": {"Ref": name}, "RouteKey": f"{method.upper()} {path}",
                                   "Target": {"Fn::Sub": "integrations/${" + integration + "}"}},
                }


def drop_monitoring(template):
    """Removes alarms and the dashboard: the emulator knows no metric math, and nobody watches a local cloud."""
    template["Resources"] = {name: resource for name, resource in template["Resources"].items()
                             if not resource["Type"].startswith("AWS::CloudWatch::")}


def put_secret(emulator, name, value):
    """Stores the secret's value and returns its ARN."""
    try:
        return emulator.secrets.create_secret(Name=name, SecretString=value)["ARN"]
    except emulator.secrets.exceptions.ResourceExistsException:
        return emulator.secrets.put_secret_value(SecretId=name, SecretString=value)["ARN"]


def deploy(emulator, stack, template, parameters):
    """Creates or updates the stack and returns its outputs."""
    body = json.dumps(template).encode()
    key = f"template/{hashlib.sha256(body).hexdigest()}.json"
    emulator.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    request = {
        "StackName": stack,
        "TemplateURL": f"{emulator.s3.meta.endpoint_url}/{BUCKET}/{key}",
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM"],
    }
    cloudformation = emulator.cloudformation
    try:
        cloudformation.create_stack(**request)
        wait(cloudformation, stack, "stack_create_complete")
    except cloudformation.exceptions.AlreadyExistsException:
        try:
            cloudformation.update_stack(**request)
            wait(cloudformation, stack, "stack_update_complete")
        except botocore.exceptions.ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
    outputs = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}


def wait(cloudformation, stack, state):
    try:
        cloudformation.get_waiter(state).wait(StackName=stack, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})
    except botocore.exceptions.WaiterError:
        for event in reversed(cloudformation.describe_stack_events(StackName=stack)["StackEvents"]):
            if "FAILED" in event["ResourceStatus"]:
                print(event["LogicalResourceId"], event.get("ResourceStatusReason", ""), file=sys.stderr)
        sys.exit(f"the stack {stack} could not be deployed")


if __name__ == "__main__":
    main()
