"""A stand-in for Terraform's AWS provider, with the real one's schema and nothing behind it.

    python terraform_provider.py make FOLDER

makes it from the npm package `@cdktn/provider-aws`, which is generated from that schema, and prints the path of a command line
configuration for Terraform that takes it for `hashicorp/aws`: set TF_CLI_CONFIG_FILE to that path, and leave `init` out.

    python terraform_provider.py serve SCHEMA

is what Terraform starts.
"""

import base64
import hashlib
import json
import os
import shlex
import subprocess
import sys
import threading
import time
from pathlib import Path

from terraform import arguments

PACKAGE = "@cdktn/provider-aws@25.7.0"
PACKAGE_SHA512 = "E/nhu0yVZE4mXMgIPuI8tEFt1BExLkA7ARjihdG+/HmfDfzLr+OEF3dkFRvI6glRt30lrrBWQLwXqCJBxcmyUg=="
# What the module, its example and the documents use.
RESOURCES = (
    "cloudwatch_dashboard",
    "cloudwatch_event_rule",
    "cloudwatch_event_target",
    "cloudwatch_log_group",
    "cloudwatch_metric_alarm",
    "default_route_table",
    "iam_role",
    "iam_role_policy",
    "lambda_alias",
    "lambda_function",
    "lambda_function_event_invoke_config",
    "lambda_permission",
    "route",
    "route_table",
    "schemas_registry",
    "schemas_schema",
    "sns_topic",
    "sns_topic_subscription",
    "sqs_queue",
    "sqs_queue_policy",
)
DATA_SOURCES = ("caller_identity", "partition", "region")


def main():
    match sys.argv[1:]:
        case ["make", folder]:
            print(make(Path(folder).absolute()))
        case ["serve", schema]:
            serve(Path(schema))
        case _:
            sys.exit(__doc__)


def make(folder):
    """Makes the provider in a folder, unless it is there; gives the path of Terraform's configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration, stamp, made_of = folder / "terraformrc", folder / "stamp", fingerprint()
    if not stamp.exists() or stamp.read_text() != made_of:
        schema = folder / "schema.json"
        schema.write_text(json.dumps(arguments.read(fetch(folder), RESOURCES, DATA_SOURCES), indent=1))
        program = folder / "terraform-provider-aws"
        start = shlex.join([sys.executable, os.path.abspath(__file__), "serve", str(schema)])
        # The `tf` package keeps a certificate in the home folder.
        program.write_text(f"#!/bin/sh\nHOME={shlex.quote(str(folder))} exec {start}\n")
        program.chmod(0o755)
        configuration.write_text(
            "disable_checkpoint = true\n"
            f'provider_installation {{\n  dev_overrides {{\n    "hashicorp/aws" = {json.dumps(str(folder))}\n  }}\n}}\n'
        )
        stamp.write_text(made_of)
    return configuration


def fingerprint():
    """Changes with all that the provider is made of."""
    sources = [Path(__file__), Path(arguments.__file__)]
    parts = [PACKAGE, sys.executable, *(source.read_text() for source in sources), os.path.abspath(__file__)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def fetch(folder):
    """The package's file. Nothing in it is run."""
    package = folder / "provider-aws.tgz"
    if not package.exists() or digest(package) != PACKAGE_SHA512:
        pack = ["npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", str(folder), PACKAGE]
        packed = subprocess.run(pack, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1]
        os.replace(folder / packed, package)
    found = digest(package)
    if found != PACKAGE_SHA512:
        sys.exit(f"{PACKAGE} has SHA-512 {found}, expected {PACKAGE_SHA512}")
    return package


def digest(file):
    """As npm writes it."""
    return base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()


def serve(schema):
    # Only what serves has the `tf` package at hand.
    from tf.runner import run_provider

    from terraform.provider import StandIn

    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    run_provider(StandIn(json.loads(schema.read_text())), argv=["terraform-provider-aws"])


def end_with(parent):
    """A Terraform that was killed does not end its providers."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    main()
