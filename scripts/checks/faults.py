"""Shows that the checks of the template, the API's description, the documents, the floors, the dependencies, the workflows, the
first steps, the budgets' rows and the mutations go red: plants one fault after the other in a copy of what is committed or
about to be, and fails where a check doesn't name it. What takes too long to plant each time is in docs/PROOF.md.

What `make deploy` refuses is shown by scripts/deployment/tests.py, that the tests notice broken code by scripts/mutations.
"""

import contextlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import common
import spec
import template
import transformed

# The check of the API has an environment of its own (scripts/check-openapi).
OPENAPI = [str(common.ROOT / ".local/openapi/bin/python"), "scripts/checks/openapi.py"]
DOCS = [sys.executable, "scripts/checks/docs.py"]
CFN_LINT = [".local/venv/bin/cfn-lint", "template.yaml"]
CI = ".github/workflows/ci.yml"
TEMPLATE, API, RUNBOOK, DEPLOY = "template.yaml", "docs/openapi.yaml", "docs/RUNBOOK.md", "docs/DEPLOY.md"

# (check, file, text, its replacement, what the check must print)
IN_PROCESS = [
    (transformed, TEMPLATE, "          ExposeHeaders: *CorsExposed\n", "", "CORS should have"),
    (transformed, TEMPLATE, "&CorsExposed [retry-after]", "&CorsExposed [etag]", "doesn't let pages read retry-after"),
    (transformed, TEMPLATE, "&CorsMethods [GET, POST]", "&CorsMethods [GET]", "HttpApi has POST, CORS doesn't"),
    (transformed, TEMPLATE, ", x-firebase-appcheck]", "]", "doesn't allow the header x-firebase-appcheck"),
    (transformed, TEMPLATE, "AllowOrigins: [!Ref PublicSiteUrl]", 'AllowOrigins: ["*"]', "CORS should allow certain origins"),
    (transformed, TEMPLATE, "Path: /checkout }", "Path: /checkouts }", "openapi.yaml has ('POST', '/checkout')"),
    (transformed, TEMPLATE, "    AutoPublishAlias: live\n", "", "no alias"),
    (transformed, TEMPLATE, "            FunctionResponseTypes: [ReportBatchItemFailures]\n", "", "doesn't report the messages"),
    (transformed, TEMPLATE, "            ScalingConfig: { MaximumConcurrency: 2 }\n", "", "no MaximumConcurrency"),
    (transformed, TEMPLATE, "rate(1 minute)", "rate(2 minutes)", "nothing sweeps the outbox"),
    (transformed, TEMPLATE, "rate(15 minutes)", "rate(1 hour)", "nothing fetches what Stripe didn't deliver"),
    (transformed, TEMPLATE, ", RetryPolicy: *Once }", " }", "repeated when it fails"),
    (template, RUNBOOK, "## OwnersUnknownAlarm", "## Owners", "template.yaml has OwnersUnknownAlarm, RUNBOOK.md doesn't"),
    (template, TEMPLATE, "MetricName: OwnersUnknown", "MetricName: OwnersLost", "watches OwnersLost"),
    (template, TEMPLATE, '                "${OwnersUnknownAlarm.Arn}",\n', "", "the dashboard doesn't"),
    (template, TEMPLATE, '"status":"$context.status"', '"status":$context.status', "may be no JSON"),
    (template, TEMPLATE, "Action: sqs:SendMessage*", "Action: sqs:*", "DEPLOY.md"),
    (template, DEPLOY, "| StripeWebhookRole | ReadEventsKey |", "| StripeWebhookRole | Read |", "ReadEventsKey"),
    (template, TEMPLATE, '"35"', "35", "SEND_INTERVAL_MILLISECONDS is no text"),
    (template, "samconfig.toml", '  "Stage=prod",\n', "", "samconfig.toml, prod"),
    (template, TEMPLATE, "Binary: create-checkout", "Binary: checkout", "functions/ has create-checkout"),
]

# (program, file, text, its replacement, what the check must print)
IN_A_COPY = [
    (["scripts/check-floors"], "shared/domain/src/preorder/mod.rs", "use crate::", "use crate::champion as _;\nuse crate::", "must not know"),
    (["scripts/check-floors"], "shared/domain/src/champion/subscription.rs", "champion::{Period,", "champion::{ChampionAccount, Period,", "import each other"),
    (["scripts/check-floors"], "functions/create-checkout/src/handler.rs", "self.", "self.find.store.", "not the store"),
    (DOCS, "docs/DEPLOY.md", "`make deploy`", "`make deploys`", "deploys"),
    (DOCS, "README.md", "docs/RUNBOOK.md)", "docs/RUNBOOKS.md)", "leads nowhere"),
    (DOCS, "docs/SECURITY.md", "`AppCheck`", "`AppCheck" + "ed`", "AppCheck" + "ed"),
    (OPENAPI, API, "  /checkout:", "  /checkouts:", "template.yaml has"),
    (OPENAPI, API, "enum: [UNAUTHENTICATED, UNKNOWN_APP]", "enum: [UNAUTHENTICATED]", "doesn't fit its schema"),
    (OPENAPI, "docs/ERRORS.md", "| 401 | `UNKNOWN_APP`", "| 403 | `UNKNOWN_APP`", "UNKNOWN_APP"),
    (CFN_LINT, TEMPLATE, "Type: AWS::SQS::Queue\n", "Type: AWS::SQS::Cue\n", "AWS::SQS::Cue"),
    (["scripts/check-workflows"], CI, "runs-on: ubuntu-24.04\n", "run-on: ubuntu-24.04\n", "runs-on"),
    (["scripts/check-workflows"], CI, "permissions:\n  contents: read\n", "permissions: write-all\n", "excessive-permissions"),
    (["scripts/check-deny"], "shared/application/Cargo.toml", "[dependencies]\n", "[dependencies]\npledge-klaviyo.workspace = true\n", "pledge-klaviyo"),
    (["scripts/check-run"], "Makefile", "\nrun: build\n", "\nstart: build\n", "make run has ended"),
    (["scripts/check-counts"], "benches/budget.txt", "\nklaviyo-sender ", "\n# klaviyo-sender ", "one row for each function"),
    (["scripts/check-mutations"], "shared/postgres/src/stripe_events.rs", "fn writes<", "fn written<", "does not apply"),
]  # fmt: skip


def planted(text, old, new):
    if old not in text:
        raise LookupError(f"{old!r} isn't there any more")
    return text.replace(old, new)


def said_in_process(check, file, old, new):
    """Returns what a check prints when it reads a file with a fault in it."""
    faulty, read = planted(common.read(file), old, new), common.read
    modules = [module for module in (common, check, spec) if hasattr(module, "read")]
    output = io.StringIO()
    try:
        for module in modules:
            module.read = lambda path: faulty if path == file else read(path)
        with contextlib.redirect_stderr(output), contextlib.suppress(SystemExit):
            check.main()
    finally:
        for module in modules:
            module.read = read
    return output.getvalue()


def said_in_a_copy(copy, program, file, old, new):
    path = copy / file
    right = path.read_text(encoding="utf-8")
    path.write_text(planted(right, old, new), encoding="utf-8")
    ran = subprocess.run(program, cwd=copy, capture_output=True, text=True, check=False)
    path.write_text(right, encoding="utf-8")
    return ran.stdout + ran.stderr if ran.returncode else ""


def copied(to):
    """Copies the tracked files, in their present state, into a repository of their own."""
    files = subprocess.run(["git", "ls-files"], cwd=common.ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in filter(None, files):
        if (common.ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(common.ROOT / name, to / name)
    for command in (["init", "--quiet"], ["add", "--all", "--force"]):
        subprocess.run(["git", *command], cwd=to, check=True)
    # The checks' programs.
    (to / ".local").symlink_to(common.ROOT / ".local")


def main():
    sys.argv = sys.argv[:1]  # the checks read a template's name there
    problems = []

    def look(name, fault, ask):
        *_, old, _, wanted = fault
        try:
            said = ask()
        except LookupError as gone:
            problems.append(f"{name}: {gone}; plant another fault")
            return
        line = next((line for line in said.splitlines() if wanted in line), None)
        if line is None:
            problems.append(f"{name} didn't say {wanted!r} without {old!r}: {said[:300]!r}")
        elif "--table" in verbose:
            print(f"| {name} | {fault[1]}: {re.sub(chr(10), ' ', old.strip())[:60]!r} | {line.strip()[:140]} |")

    for fault in IN_PROCESS:
        look(fault[0].__name__, fault, lambda: said_in_process(*fault[:4]))
    with tempfile.TemporaryDirectory() as folder:
        copied(Path(folder))
        for fault in IN_A_COPY:
            look(Path(fault[0][-1]).name, fault, lambda: said_in_a_copy(Path(folder), *fault[:4]))
    print(f"check-gates: {len(IN_PROCESS) + len(IN_A_COPY) - len(problems)} faults were noticed", file=sys.stderr)
    common.exit_with("check-gates", problems)


if __name__ == "__main__":
    verbose = sys.argv[1:]
    main()
