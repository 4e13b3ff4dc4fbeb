"""Invokes a function that is deployed in an AWS emulator as its schedule does, and writes its answer to standard output.

Usage: invoke.py ENDPOINT STACK FUNCTION DETAIL. FUNCTION is its name in the template, DETAIL the event's detail as JSON.
"""

import json
import sys

import boto3


def main(endpoint, stack, function, detail):
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    cloudformation = session.client("cloudformation", endpoint_url=endpoint)
    resource = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=function)
    event = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": json.loads(detail)}
    answer = session.client("lambda", endpoint_url=endpoint).invoke(
        FunctionName=resource["StackResourceDetail"]["PhysicalResourceId"],
        Qualifier="live",
        Payload=json.dumps(event),
    )
    text = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        sys.exit(text)
    print(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
