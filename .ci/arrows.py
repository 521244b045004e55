"""Holds the direction of dependencies: which of our crates may know which, and who may know the SDK.

    python3 .ci/arrows.py
"""

import json
import subprocess
import sys

# Inward only; `aws` and `sim` never meet, and nothing depends on a binary.
ARROWS = {
    "hopover-core": set(),
    "hopover-sim": {"hopover-core"},
    "hopover-aws": {"hopover-core"},
    "hopover-cli": {"hopover-core", "hopover-sim", "hopover-aws"},
    "hopover-lambda": {"hopover-core", "hopover-aws"},
    "hopover-model": {"hopover-core"},
    "hopover-storm": {"hopover-core", "hopover-sim"},
    "hopover-e2e": {"hopover-aws"},
    # Builds the others as a program of its own, and must be there without the SDK.
    "hopover-package": set(),
}
# Everything that `core` is made of: no async, no clock or randomness, no types of a cloud, no command line.
CORE = {"serde", "serde_json", "serde_path_to_error", "sha2", "thiserror", "toml", "jiff"}
# The crates that may name types of the SDK: the adapter, and the tests that check it with the SDK.
SDK_USERS = {"hopover-aws", "hopover-e2e"}
# The services that the function can talk to. STS is for the SDK's own credentials.
SERVICES_OF_FUNCTION = {"aws-sdk-ec2", "aws-sdk-sns", "aws-sdk-sts"}


def main():
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    metadata = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    mistakes = [mistake for package in metadata["packages"] for mistake in mistakes_of(package)]
    mistakes += [
        f"hopover-lambda must not contain {service}: it is for the feature `operator` of hopover-aws"
        for service in sorted(services("hopover-lambda") - SERVICES_OF_FUNCTION)
    ]
    print("\n".join(mistakes) or f"dependency direction: {len(metadata['packages'])} crates as they should be")
    sys.exit(1 if mistakes else 0)


def services(package):
    command = ["cargo", "tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{lib}", "--package", package]
    libraries = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return {name for library in libraries if (name := library.replace("_", "-")).startswith("aws-sdk-")}


def mistakes_of(package):
    name = package["name"]
    if name not in ARROWS:
        yield f"{name} has no place in ARROWS"
        return
    for dependency in package["dependencies"]:
        other, is_for_tests = dependency["name"], dependency["kind"] == "dev"
        if other.startswith("hopover-") and other not in ARROWS[name] and not is_for_tests:
            yield f"{name} must not depend on {other}"
        if other.startswith("aws-") and name not in SDK_USERS:
            yield f"{name} must not depend on {other}: only {', '.join(sorted(SDK_USERS))} may name the SDK"
        if name == "hopover-core" and other not in CORE and not is_for_tests:
            yield f"hopover-core must not depend on {other}: it is pure"


if __name__ == "__main__":
    main()
