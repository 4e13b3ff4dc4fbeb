"""Shared parts of the checks that compare documents with the code."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def event_types():
    """Returns the types of Stripe's events that the code handles: the first table, before that of redundant types."""
    table = read("shared/stripe-events/src/events/mod.rs").split("REDUNDANT")[0]
    return set(re.findall(r'\("([a-z_.]+)",', table))


def differences(one, one_name, other, other_name):
    for missing in sorted(other - one):
        yield f"{other_name} has {missing}, {one_name} doesn't"
    for missing in sorted(one - other):
        yield f"{one_name} has {missing}, {other_name} doesn't"


def exit_with(check, problems):
    """Prints each problem; the exit code is 1 if there is any."""
    for problem in problems:
        print(f"{check}: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)
