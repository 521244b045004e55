"""Fetches AWS's Runtime Interface Emulator, which ships inside the wheel of aws-sam-cli.

    python runtime_emulator.py FOLDER

prints the path of the emulator for this machine's processor.
"""

import hashlib
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

REQUIREMENT = "aws-sam-cli==1.170.0"
WHEEL_SHA256 = "24ebaf5ecba38dc1758089968cb89ab61e124b84e92a344fc7a2771a47f4d0bf"
NAMES = {"x86_64": "aws-lambda-rie-x86_64", "aarch64": "aws-lambda-rie-arm64"}


def main():
    name = NAMES[platform.machine()]
    emulator = Path(sys.argv[1]) / name
    if not emulator.exists():
        fetch(name, emulator)
    print(emulator)


def fetch(name, emulator):
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, REQUIREMENT]
        subprocess.run(pip, check=True, stdout=sys.stderr)
        wheel = next(Path(folder).glob("*.whl"))
        found = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if found != WHEEL_SHA256:
            sys.exit(f"{wheel.name} has SHA-256 {found}, expected {WHEEL_SHA256}")
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(f"samcli/local/rapid/{name}")
    part = emulator.with_suffix(".part")
    part.write_bytes(content)
    part.chmod(0o755)
    part.rename(emulator)


if __name__ == "__main__":
    main()
