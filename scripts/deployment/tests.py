"""Tests of what `make deploy` refuses and does, with programs that only record how they were called."""

import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

import common
import deploy
import restart
import stage as stages

# Answers as the AWS CLI would. The answers are in answers.json, by the first two words of the command.
AWS = """
import json, pathlib, sys
home = pathlib.Path(sys.argv[0]).parent
with (home / "calls").open("a") as calls:
    calls.write(json.dumps(["aws", *sys.argv[1:]]) + "\\n")
answers = json.loads((home / "answers.json").read_text())
arguments = sys.argv[1:]
answer = answers.get(" ".join(arguments[:2]), {})
if isinstance(answer, list):  # one for each call
    answer = next((one for key, one in answer if key in arguments), {"error": "there is no such thing"})
if "error" in answer:
    sys.exit(answer["error"])
print(json.dumps(answer))
"""
# Any other program prints the content of a file of its name.
ANY = """
import json, pathlib, sys
me = pathlib.Path(sys.argv[0])
with (me.parent / "calls").open("a") as calls:
    calls.write(json.dumps([me.name, *sys.argv[1:]]) + "\\n")
said = me.parent / f"{me.name}.says"
if said.exists():
    status, text = json.loads(said.read_text())
    print(text, file=sys.stderr if status else sys.stdout)
    sys.exit(status)
"""


def filled(text):
    """Returns samconfig.toml as somebody fills it in."""
    text = text.replace(":REPLACE:", ":123456789012:").replace("REPLACE.example", "pledge.example")
    return text.replace("price_REPLACE", "price_1").replace("REPLACE", "abc123")


class Deployment(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        for name, program in {"aws": AWS, "sam": ANY, "cargo": ANY, "rustup": ANY}.items():
            (self.home / name).write_text(f"#!{sys.executable}{program}")
            (self.home / name).chmod(0o755)
        path = f"{self.home}{os.pathsep}{os.environ['PATH']}"
        self.samconfig = filled(common.read("samconfig.toml"))
        for patch in (
            mock.patch.dict(os.environ, {"PATH": path}),
            mock.patch.object(stages, "read", lambda path: self.samconfig if path == "samconfig.toml" else common.read(path)),
            mock.patch.object(deploy.smoke, "of_a_stage", lambda *_: 0),
            mock.patch.object(deploy, "ROOT", self.home),
        ):
            patch.start()
            self.addCleanup(patch.stop)
        self.answers = {
            "sts get-caller-identity": {"Account": "123456789012"},
            "lambda get-account-settings": {"AccountLimit": {"ConcurrentExecutions": 1000}},
            "secretsmanager describe-secret": [
                [arn, {"ARN": arn, "VersionIdsToStages": {"v1": ["AWSCURRENT"]}}]
                for stage in stages.STAGES
                for arn in stages.Stage.read(stage).secrets().values()
            ],
        }
        (self.home / "cargo.says").write_text(json.dumps([0, "0001_users: applied"]))

    def deploy(self, stage="dev"):
        """Returns the exit status or message, and the output."""
        (self.home / "answers.json").write_text(json.dumps(self.answers))
        said = io.StringIO()
        with mock.patch.object(sys, "argv", ["deploy", stage]), contextlib.redirect_stderr(said):
            try:
                deploy.main()
            except SystemExit as end:
                return end.code, said.getvalue()
        raise AssertionError("it has no end")

    def calls(self, program):
        calls = self.home / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        return [call[1:] for call in map(json.loads, lines) if call[0] == program]

    def refuses(self, *texts, stage="dev"):
        status, said = self.deploy(stage)
        self.assertEqual(status, "deploy: nothing was changed", said)
        for text in texts:
            self.assertIn(text, said)
        self.assertEqual(self.calls("sam"), [], "something was built or deployed")

    def secret(self, parameter, answer, stage="dev"):
        arn = stages.Stage.read(stage).parameters[parameter]
        known = dict(self.answers["secretsmanager describe-secret"])
        self.answers["secretsmanager describe-secret"] = list({**known, arn: answer}.items())

    def parameters(self, stage="dev"):
        return json.loads((self.home / ".aws-sam" / f"parameters-{stage}.yaml").read_text())

    def test_what_is_in_order_is_deployed_with_every_parameter(self):
        for stage in stages.STAGES:
            status, said = self.deploy(stage)
            self.assertEqual(status, 0, said)
            given = self.parameters(stage)
            self.assertEqual(given.keys(), stages.declared().keys())
            self.assertEqual(given["Stage"], stage)
            self.assertEqual(json.loads(given["PreorderPrices"])["Red"], "price_1")
        self.assertEqual([call[0] for call in self.calls("sam")], ["build", "deploy"] * 3)

    def test_the_committed_table_is_refused(self):
        self.samconfig = common.read("samconfig.toml")
        self.refuses("PublicSiteUrl still says REPLACE", "DatabaseUrlSecretArn still says REPLACE")

    def test_a_stage_that_is_not_there_is_refused(self):
        self.refuses("no table for the stage production", stage="production")

    def test_a_parameter_that_is_missing_or_unknown_is_refused(self):
        self.samconfig = self.samconfig.replace('"FirebaseProjectId=', '"FirebaseProject=')
        self.refuses("FirebaseProjectId is missing", "no parameter FirebaseProject")

    def test_subnets_without_security_groups_are_refused(self):
        self.samconfig = self.samconfig.replace('"SecurityGroupIds=sg-abc123",', "")
        self.refuses("SubnetIds and SecurityGroupIds", stage="prod")

    def test_a_site_without_tls_is_refused_in_production_and_told_of_elsewhere(self):
        self.samconfig = self.samconfig.replace("https://www.", "http://www.").replace("https://staging.", "http://staging.")
        self.refuses("http://www.pledge.example", stage="prod")
        status, said = self.deploy("staging")
        self.assertEqual(status, 0, said)
        self.assertIn("warning: http://staging.pledge.example has no TLS", said)

    def test_an_emulator_is_refused(self):
        self.samconfig = self.samconfig.replace('"Stage=dev",', '"Stage=dev", "StripeApiBase=http://localhost:1",')
        self.refuses("StripeApiBase is for the stage local only")

    def test_credentials_that_are_not_taken_are_refused(self):
        self.answers["sts get-caller-identity"] = {"error": "ExpiredToken: the security token has expired"}
        self.refuses("ExpiredToken")

    def test_secrets_that_are_missing_empty_or_deleted_are_refused_together(self):
        self.secret("KlaviyoApiKeySecretArn", {"error": "ResourceNotFoundException"})
        self.secret("StripeSecretKeySecretArn", {"ARN": "arn", "VersionIdsToStages": {"v1": ["AWSPENDING"]}})
        gone = {"ARN": "arn", "DeletedDate": "2026-01-01", "VersionIdsToStages": {"v1": ["AWSCURRENT"]}}
        self.secret("DatabaseUrlSecretArn", gone)
        self.refuses("KlaviyoApiKeySecretArn: Resource", "StripeSecretKeySecretArn: the secret has no value", "be deleted")

    def test_an_arn_without_its_last_characters_is_refused(self):
        whole = stages.Stage.read("dev").parameters["KlaviyoApiKeySecretArn"] + "-AbCdEf"
        self.secret("KlaviyoApiKeySecretArn", {"ARN": whole, "VersionIdsToStages": {"v1": ["AWSCURRENT"]}})
        self.refuses(f"KlaviyoApiKeySecretArn: the secret's whole ARN is {whole}")

    def test_reserves_that_the_account_does_not_have_are_refused(self):
        self.answers["lambda get-account-settings"]["AccountLimit"]["ConcurrentExecutions"] = 10
        self.refuses("the account may run 10 in all", "StripeWebhookConcurrency", stage="prod")

    def test_a_schema_behind_the_code_is_refused(self):
        (self.home / "cargo.says").write_text(json.dumps([0, "0001_users: applied\n0044_orders: pending"]))
        self.refuses("lacks the migration 0044_orders")

    def test_a_schema_ahead_of_the_code_is_refused(self):
        (self.home / "cargo.says").write_text(json.dumps([0, "0045 (unknown to this program): applied"]))
        self.refuses("has the migration 0045, this code hasn't")

    def test_code_that_is_older_than_the_schema_is_deployed_if_somebody_says_so(self):
        (self.home / "cargo.says").write_text(json.dumps([0, "0045 (unknown to this program): applied"]))
        with mock.patch.dict(os.environ, {"SCHEMA": "newer"}):
            status, said = self.deploy()
        self.assertEqual(status, 0, said)
        self.assertIn("warning: the database has the migration 0045", said)

    def test_the_schema_is_looked_at_with_the_credentials_of_the_cli(self):
        self.answers["configure export-credentials"] = {"AccessKeyId": "AKIA", "SecretAccessKey": "s", "SessionToken": "t"}
        (self.home / "cargo").write_text(
            f"#!{sys.executable}\nimport os, sys\n"
            "sys.exit([os.environ.get(f'AWS_{name}') for name in ('ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'SESSION_TOKEN')]"
            " != ['AKIA', 's', 't'])"
        )
        status, said = self.deploy()
        self.assertEqual(status, 0, said)

    def test_a_database_out_of_reach_is_refused_unless_somebody_looked(self):
        (self.home / "cargo.says").write_text(json.dumps([1, "no connection"]))
        self.refuses("the schema couldn't be looked at (no connection)")
        with mock.patch.dict(os.environ, {"SCHEMA": "seen"}):
            status, said = self.deploy()
        self.assertEqual(status, 0, said)
        self.assertIn("warning: the schema couldn't be looked at", said)

    def test_functions_get_new_versions_when_a_parameter_or_a_secret_changed_and_only_then(self):
        def revision():
            self.deploy()
            return self.parameters()["SecretsRevision"]

        first = revision()
        self.assertEqual(revision(), first)
        self.samconfig = self.samconfig.replace("price_1", "price_2")
        second = revision()
        self.assertNotEqual(second, first)
        arn = stages.Stage.read("dev").parameters["StripeSecretKeySecretArn"]
        self.secret("StripeSecretKeySecretArn", {"ARN": arn, "VersionIdsToStages": {"v2": ["AWSCURRENT"]}})
        self.assertNotEqual(revision(), second)

    def test_a_build_that_fails_is_not_deployed(self):
        (self.home / "sam.says").write_text(json.dumps([1, "no compiler"]))
        status, _ = self.deploy()
        self.assertEqual(status, "deploy: sam build failed")
        self.assertEqual([call[0] for call in self.calls("sam")], ["build"])

    def restart(self, **live):
        """Restarts two functions whose newest code is `new`. Returns the exit status or message."""
        newest = {"CodeSha256": "new", "Version": "$LATEST", "Environment": {"Variables": {"STAGE": "dev", "SECRETS_REVISION": "1"}}}
        self.answers |= {
            "cloudformation describe-stack-resources": {
                "StackResources": [
                    {"ResourceType": "AWS::Lambda::Function", "LogicalResourceId": f"{name}Function", "PhysicalResourceId": name}
                    for name in ("Webhook", "Checkout")
                ]
            },
            "lambda get-function-configuration": [["live", {**newest, "Version": "7", **live}], ["Webhook", newest], ["Checkout", newest]],
            "lambda publish-version": {"Version": "8"},
        }
        (self.home / "answers.json").write_text(json.dumps(self.answers))
        with mock.patch.object(sys, "argv", ["restart", "dev"]), contextlib.redirect_stdout(io.StringIO()):
            try:
                restart.main()
            except SystemExit as end:
                return end.code
        return 0

    def test_a_restart_points_every_alias_to_a_new_version_at_once(self):
        self.assertEqual(self.restart(), 0)
        for function in ("Webhook", "Checkout"):
            calls = [call for call in self.calls("aws") if function in call]
            self.assertEqual([call[1] for call in calls], [
                "get-function-configuration", "get-alias", "get-function-configuration",
                "update-function-configuration", "wait", "publish-version", "update-alias",
            ])  # fmt: skip
            update, publish = calls[3], calls[5]
            given = json.loads(update[update.index("--environment") + 1])["Variables"]
            self.assertEqual(given["STAGE"], "dev")
            self.assertNotEqual(given["SECRETS_REVISION"], "1")
            self.assertEqual(publish[publish.index("--code-sha256") + 1], "new")
            self.assertIn("8", calls[-1])
            self.assertIn('{"AdditionalVersionWeights": {}}', calls[-1])

    def test_a_restart_brings_no_code_back_that_was_taken_from_the_alias(self):
        self.assertIn("runs other code (version 7)", self.restart(CodeSha256="old"))
        self.answers["lambda get-alias"] = {"RoutingConfig": {"AdditionalVersionWeights": {"8": 0.1}}}
        self.assertIn("gradual deployment", self.restart())
        self.assertEqual([call for call in self.calls("aws") if call[1].startswith(("update", "publish"))], [])


if __name__ == "__main__":
    unittest.main()
