"""Checks that run before a deployment changes anything. Each yields (serious, message)."""

import subprocess

from aws import AwsFailed

# Lambda keeps so many copies for functions without a reserve
# (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html).
UNRESERVED = 100
EMULATORS = ("AwsEndpointUrl", "StripeApiBase", "KlaviyoApiBase", "FirebaseAuthEmulatorHost")


def of_the_table(stage):
    """Checks the stage's table, without AWS."""
    values = stage.parameters
    for key, value in values.items():
        if "REPLACE" in value:
            yield True, f"{key} still says REPLACE; docs/DEPLOY.md says where its value comes from"
    for key in EMULATORS:
        if values[key]:
            yield True, f"{key} is for the stage local only"
    if bool(values["SubnetIds"]) != bool(values["SecurityGroupIds"]):
        yield True, "SubnetIds and SecurityGroupIds are given together or not at all"
    insecure = [values["PublicSiteUrl"], *values["AllowedOrigins"].split(",")]
    for address in sorted({address for address in insecure if address.startswith("http://")}):
        if stage.name == "prod":
            yield True, f"production has a site without TLS: {address}"
        elif not address.startswith("http://localhost"):
            yield False, f"{address} has no TLS: whoever is on the way can read and change what readers send"
    if not values["FirebaseServiceAccountSecretArn"]:
        yield True, "FirebaseServiceAccountSecretArn is missing: no reader could be looked up"
    if not values["AlarmEmail"] and stage.name == "prod":
        yield False, "AlarmEmail is empty: nobody hears of alarms unless somebody subscribed to the topic"


def of_the_secrets(stage, aws, versions):
    """Checks that each secret exists and has a value. Puts their versions into `versions`."""
    for key, arn in stage.secrets().items():
        try:
            secret = aws("secretsmanager", "describe-secret", "--secret-id", arn)
        except AwsFailed as error:
            yield True, f"{key}: {error}"
            continue
        current = [version for version, labels in secret.get("VersionIdsToStages", {}).items() if "AWSCURRENT" in labels]
        if secret.get("DeletedDate"):
            yield True, f"{key}: the secret is about to be deleted; aws secretsmanager restore-secret keeps it"
        elif not current:
            yield True, f"{key}: the secret has no value yet; docs/DEPLOY.md, step 3"
        elif secret["ARN"] != arn:
            yield True, f"{key}: the secret's whole ARN is {secret['ARN']}; policies need it with its last six characters"
        versions[key] = current


def of_the_account(stage, aws):
    """Checks that Lambda may run as many copies as the functions reserve."""
    limit = aws("lambda", "get-account-settings")["AccountLimit"]["ConcurrentExecutions"]
    reserves = {key: int(value) for key, value in stage.parameters.items() if key.endswith("Concurrency") and value != "none"}
    wanted = sum(reserves.values())
    if reserves and wanted + UNRESERVED > limit:
        yield True, (
            f"the functions reserve {wanted} copies and Lambda keeps {UNRESERVED} for others, but the account may run "
            f"{limit} in all. Ask for more (Service Quotas, Lambda, Concurrent executions), or set "
            f"{', '.join(sorted(reserves))} to none for a stage where a flood does no harm"
        )
    elif not reserves and stage.name == "prod":
        yield False, "no function has a reserve: a flood of one takes the copies of all, and every database connection"


def of_the_schema(stage, aws, expected):
    """Checks that the database has the migrations of this code.

    `expected` is what somebody says of the schema: `seen` if they have checked it elsewhere, `newer` if the code is older
    than the schema on purpose.
    """
    command = ["cargo", "run", "--quiet", "-p", "pledge-migrate", "--", "status"]
    variables = {"STAGE": stage.name, "DATABASE_URL_SECRET_ARN": stage.parameters["DatabaseUrlSecretArn"]}
    if stage.parameters["DatabaseIamUserArn"]:
        variables["DATABASE_IAM_AUTH"] = "true"
    status = subprocess.run(
        command, env={**aws.environment, **aws.credentials(), **variables}, capture_output=True, text=True, check=False, timeout=1800
    )
    if status.returncode:
        why = status.stderr.strip().splitlines()
        yield expected != "seen", (
            f"the schema couldn't be looked at ({why[-1] if why else 'no reason given'}). Where only the VPC reaches the "
            "database, run pledge-migrate status there (docs/DATABASE.md) and say SCHEMA=seen"
        )
    for line in status.stdout.splitlines():
        step, _, state = line.partition(": ")
        if "unknown to this program" in step:
            yield expected != "newer", (
                f"the database has the migration {step.split()[0]}, this code hasn't: deploy what is newer. To go back to "
                "the code before it, which each migration leaves working, say SCHEMA=newer"
            )
        elif state == "pending":
            yield True, f"the database lacks the migration {step}: pledge-migrate up, before the functions"
        elif state.startswith("CHANGED"):
            yield True, f"the migration {step} is another than the one that was applied"
