"""Checks that template.yaml says the same as the code and the documents about it:

- each alarm has a section of its name in docs/RUNBOOK.md, and each alarm that the runbook names is there,
- alarms and the dashboard watch metrics that the code has, or that the template takes out of a log,
- the dashboard shows every alarm,
- metric math is a function over all metrics of its alarm: CloudWatch's documentation shows no arithmetic inside of one,
- every line of the access log is JSON, whatever is missing in it,
- the table of IAM statements in docs/DEPLOY.md has every statement with its actions and resources, and no other,
- variables of functions are texts: CloudFormation makes them texts, the emulator and `sam local` don't,
- every stage of samconfig.toml gives the parameters that have no default, and none that doesn't exist,
- the functions are the folders below functions/,
- each function and each type of Stripe's events that the code handles has an event in events/.

Prints each difference and exits with 1 if there is any.
"""

import json
import re

from common import ROOT, differences, event_types, exit_with, read
from samtranslator.yaml_helper import yaml_parse

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11
    from pip._vendor import tomli as tomllib



def resources(template, kind):
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def alarms(template):
    """Returns the alarms by their names in the runbook, which has one section for alarms that differ only in the function."""
    functions = [name.removesuffix("Function") for name in resources(template, "AWS::Serverless::Function")]
    of_a_function = re.compile(f"({'|'.join(functions)})(?=Errors|RequestsFailed)")
    return {of_a_function.sub("Function", name) for name in resources(template, "AWS::CloudWatch::Alarm")}


def alarms_of_runbook():
    return set(re.findall(r"^## (\w+Alarm)$", read("docs/RUNBOOK.md"), re.MULTILINE))


def watched_metrics(template):
    for alarm in resources(template, "AWS::CloudWatch::Alarm").values():
        properties = alarm["Properties"]
        singles = [query["MetricStat"]["Metric"] for query in properties.get("Metrics", []) if "MetricStat" in query]
        for metric in singles or [properties]:
            if metric["Namespace"] == "Pledge":
                yield metric["MetricName"]
    for dashboard in resources(template, "AWS::CloudWatch::Dashboard").values():
        for widget in json.loads(dashboard["Properties"]["DashboardBody"]["Fn::Sub"])["widgets"]:
            yield from metrics_of_widget(widget["properties"].get("metrics", []))


def metrics_of_widget(rows):
    """Yields the metrics of a widget. `.` and `...` stand for the values of the row before."""
    before = []
    for row in rows:
        names = [item for item in row if isinstance(item, str)]
        if names and names[0] == "...":
            names = before[: len(before) - len(names) + 1] + names[1:]
        names = [before[i] if name == "." else name for i, name in enumerate(names)]
        if names[0] == "Pledge":
            yield names[1]
        before = names


def metrics_of_the_code():
    return set(re.findall(r'Self::\w+ => "(\w+)"', read("shared/runtime/src/metrics/names.rs"))) - {"Count", "Seconds"}


def metrics_of_filters(template):
    for metric_filter in resources(template, "AWS::Logs::MetricFilter").values():
        yield from (one["MetricName"] for one in metric_filter["Properties"]["MetricTransformations"])


def problems_of_alarms(template):
    known = metrics_of_the_code().union(metrics_of_filters(template))
    for name in sorted(set(watched_metrics(template)) - known):
        yield f"template.yaml watches {name}, which the code doesn't have"
    for name, alarm in resources(template, "AWS::CloudWatch::Alarm").items():
        for query in alarm["Properties"].get("Metrics", []):
            if "Expression" in query and query["Expression"] not in {"SUM(METRICS())", "MAX(METRICS())"}:
                yield f"template.yaml, {name}: {query['Expression']} may be more than CloudWatch takes"
    shown = set(re.findall(r"\$\{(\w+Alarm)\.Arn\}", json.dumps(template["Resources"])))
    yield from differences(shown, "the dashboard", set(resources(template, "AWS::CloudWatch::Alarm")), "template.yaml")


def problems_of_access_logs(template):
    for name, api in resources(template, "AWS::Serverless::HttpApi").items():
        pattern = api["Properties"]["AccessLogSettings"]["Format"]["Fn::Sub"]
        # API Gateway writes `-` for what isn't there.
        line = re.sub(r"\$context(\.\w+)+", "-", pattern)
        try:
            json.loads(line)
        except ValueError:
            yield f"template.yaml, {name}: a line of the access log may be no JSON: {line}"


def statements(template):
    """Yields (role, statement, effect, actions, resources) of all policies; conditional ones are inside an Fn::If."""
    policies = {
        name: policy["Properties"]["PolicyDocument"]
        for name, policy in resources(template, "AWS::IAM::ManagedPolicy").items()
    }
    for name, role in resources(template, "AWS::IAM::Role").items():
        for policy in role["Properties"]["Policies"]:
            policies[name] = policy["PolicyDocument"]
    for name, document in policies.items():
        for statement in map(unconditional, document["Statement"]):
            actions = frozenset(listed(statement["Action"]))
            things = frozenset(map(name_of, listed(statement["Resource"])))
            yield name, statement["Sid"], statement["Effect"], actions, things


def unconditional(value):
    return value["Fn::If"][1] if isinstance(value, dict) and "Fn::If" in value else value


def listed(value):
    return value if isinstance(value, list) else [value]


def name_of(resource):
    """Returns the parameter or resource that an ARN belongs to."""
    resource = unconditional(resource)
    if isinstance(resource, str):
        return resource
    [target] = resource.values()
    return listed(target)[0].removesuffix(".Arn")


def statements_of_the_table():
    row = r"^\| (\w+(?:Role|Policy)) \| (\w+) \| (denies )?([^|]+) \| ([^|]+) \|"
    for name, statement, denies, actions, things in re.findall(row, read("docs/DEPLOY.md"), re.MULTILINE):
        yield name, statement, "Deny" if denies else "Allow", *(frozenset(re.findall("`(.+?)`", x)) for x in (actions, things))


def described(statements):
    return {
        f"{name}, {statement}: {effect} {', '.join(sorted(actions))} on {', '.join(sorted(things))}"
        for name, statement, effect, actions, things in statements
    }


def variables_that_are_no_text(template):
    functions = resources(template, "AWS::Serverless::Function")
    parts = {name: function["Properties"] for name, function in functions.items()}
    parts["Globals"] = template["Globals"]["Function"]
    for name, part in parts.items():
        for variable, value in part.get("Environment", {}).get("Variables", {}).items():
            if not isinstance(value, (str, dict)):
                yield f"template.yaml, {name}: {variable} is no text"


def differences_of_stages(template):
    parameters = template["Parameters"]
    needed = {name for name, parameter in parameters.items() if "Default" not in parameter}
    config = tomllib.loads(read("samconfig.toml"))
    for stage in ("dev", "staging", "prod"):
        overrides = config[stage]["global"]["parameters"]["parameter_overrides"]
        given = {override.split("=")[0] for override in overrides}
        for name in sorted(given - parameters.keys()):
            yield f"samconfig.toml, {stage}: the template has no parameter {name}"
        for name in sorted(needed - given):
            yield f"samconfig.toml, {stage}: {name} is missing"
        if f"Stage={stage}" not in overrides:
            yield f"samconfig.toml, {stage}: Stage must be {stage}"


def binaries(template):
    functions = resources(template, "AWS::Serverless::Function").values()
    return {function["Metadata"]["BuildProperties"]["Binary"] for function in functions}


def folders():
    """Returns the names of the functions: the folders below functions/, from which all lists but the template's derive."""
    return {manifest.parent.name for manifest in ROOT.glob("functions/*/Cargo.toml")}


def wanted_events(template):
    for binary in sorted(binaries(template)):
        yield f"events/{binary}.json"
    for kind in sorted(event_types()):
        yield f"events/stripe/{kind}.json"


def main():
    template = yaml_parse(read("template.yaml"))
    problems = [
        *differences(alarms(template), "template.yaml", alarms_of_runbook(), "RUNBOOK.md"),
        *problems_of_alarms(template),
        *problems_of_access_logs(template),
        *differences(described(statements(template)), "template.yaml", described(statements_of_the_table()), "DEPLOY.md"),
        *variables_that_are_no_text(template),
        *differences_of_stages(template),
        *differences(binaries(template), "template.yaml", folders(), "functions/"),
        *(f"{file} is missing" for file in wanted_events(template) if not (ROOT / file).exists()),
    ]
    exit_with("check-template", problems)


if __name__ == "__main__":
    main()
