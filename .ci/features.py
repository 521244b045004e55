"""Sees to it that no selection of packages compiles the AWS SDK with other features than the whole workspace does:
Cargo would compile it again, for minutes.

    python3 .ci/features.py
"""

import subprocess
import sys

SDK = "aws-sdk-ec2"
SELECTIONS = ["hopover-aws", "hopover-cli", "hopover-lambda", "hopover-e2e"]


def main():
    below_sdk = set(features("--package", SDK))
    whole = features("--workspace")
    mistakes = [
        f"{selection} alone builds {crate} without {', '.join(sorted(missing))}: ask for it in crates/aws/Cargo.toml"
        for selection in SELECTIONS
        for crate, have in features("--package", selection).items()
        if crate in below_sdk and (missing := whole[crate] - have)
    ]
    print("\n".join(mistakes) or "features: every selection of packages shares one build of the SDK")
    sys.exit(1 if mistakes else 0)


def features(*selection):
    """The features of every crate that these packages are built with, tests included."""
    command = ["cargo", "tree", "--locked", "--prefix", "none", "--no-dedupe", "--format", "{p}|{f}", *selection]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    found = {}
    for line in filter(None, lines):
        package, names = line.removesuffix(" (*)").split("|")
        found.setdefault(" ".join(package.split()[:2]), set()).update(filter(None, names.split(",")))
    return found


if __name__ == "__main__":
    main()
