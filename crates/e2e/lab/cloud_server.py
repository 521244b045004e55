"""AWS for a stack under test: CloudFormation, IAM, Lambda, EventBridge, SNS, SQS, S3 and the logs, at one endpoint.

    python cloud_server.py --ec2 http://127.0.0.1:PORT [--port 0] [--plain]

Prints one line, `listening 127.0.0.1:PORT`, once it accepts connections. Ends when its standard input ends or on
SIGTERM, so that a test that is killed leaves no server and no function behind: give it a pipe, not /dev/null.

The services are ministack's, with the truth of the package `cloud` laid over them. EC2 is answered by `ec2_server.py`,
which must be running already; its calls come in here as well, so that IAM sees them. `--plain` serves ministack as it
comes from its makers, EC2 too.
"""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
import tempfile
import threading

# moto's, so that the ARNs of both are of one account.
ACCOUNT = "123456789012"


def arguments():
    parser = argparse.ArgumentParser(description="AWS for a stack under test")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--ec2", required=True, help="where ec2_server.py answers")
    parser.add_argument("--plain", action="store_true", help="serve ministack unmodified")
    return parser.parse_args()


def configure(port, scratch):
    """ministack reads its settings from the environment when it is imported."""
    os.environ.update(
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(port),
        # Functions are told to call this endpoint.
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}",
        MINISTACK_HOST="127.0.0.1",
        MINISTACK_ACCOUNT_ID=ACCOUNT,
        # IAM is enforced, as it is in AWS. The access key `test` is the account's root, for which no signature is checked.
        AUTH="true",
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        LOG_LEVEL="CRITICAL",
    )
    for inherited in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        os.environ.pop(inherited, None)
    # Unpacked functions go there.
    tempfile.tempdir = scratch


def application(args):
    from ministack.app import app

    if args.plain:
        return app
    # Imported only here: importing it must not be able to touch a plain ministack.
    import cloud

    return cloud.added_to(app, args.ec2)


async def serve(app, port, listener):
    from hypercorn.asyncio import serve as serve_with_hypercorn
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{listener}"]
    config.loglevel = "CRITICAL"
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(target=drain_stdin, args=(loop, ended), daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    print(f"listening 127.0.0.1:{port}", flush=True)
    await serve_with_hypercorn(app, config, shutdown_trigger=ended.wait)


def drain_stdin(loop, ended):
    # os.read and not sys.stdin: a thread inside sys.stdin holds a lock that aborts the interpreter's own exit.
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(ended.set)


def end_functions():
    from ministack.core import lambda_runtime

    lambda_runtime.reset()


def main():
    args = arguments()
    # What goes wrong in a stack is what tests are about. What goes wrong in the lab itself is said.
    logging.basicConfig(level=logging.CRITICAL)
    logging.getLogger("cloud").setLevel(logging.ERROR)
    listener = socket.create_server(("127.0.0.1", args.port))
    port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="hopover-cloud-") as scratch:
        configure(port, scratch)
        app = application(args)
        try:
            asyncio.run(serve(app, port, listener.detach()))
        finally:
            end_functions()


if __name__ == "__main__":
    sys.exit(main())
