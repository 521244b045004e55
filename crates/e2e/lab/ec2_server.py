"""moto's EC2 (with SNS and SQS) as a server for tests.

    python ec2_server.py --port 0 [--plain]

Prints one line, `listening 127.0.0.1:PORT`, once it accepts connections. Ends when its standard input ends or on
SIGTERM, so that a test that is killed leaves no server behind: give it a pipe, not /dev/null.

`--plain` serves moto as it comes from its makers. Otherwise the package `truth` adds what EC2 does and moto does not.
"""

import argparse
import logging
import os
import signal
import sys
import threading

from werkzeug.serving import WSGIRequestHandler, make_server

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app


class Handler(WSGIRequestHandler):
    """Sends a reply's body without waiting for the client to acknowledge its head (up to 40 ms otherwise)."""

    disable_nagle_algorithm = True

    def send_response(self, code, message=None):
        """Without the `Date` of this machine, which the base class adds: the lab's clock may be another."""
        self.send_response_only(code, message)


def arguments():
    parser = argparse.ArgumentParser(description="moto's EC2 as a server for tests")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--plain", action="store_true", help="serve moto unmodified")
    return parser.parse_args()


def application(plain):
    moto = DomainDispatcherApplication(create_backend_app)
    if plain:
        return moto
    # Imported only here: importing it must not be able to touch a plain moto.
    import truth

    return truth.added_to(moto)


def wait_for_the_end():
    """Returns at the end of standard input or at SIGTERM or SIGINT."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    threading.Thread(target=drain_stdin, args=(ended,), daemon=True).start()
    ended.wait()


def drain_stdin(ended):
    # os.read and not sys.stdin: a thread inside sys.stdin holds a lock that aborts the interpreter's own exit.
    while os.read(0, 4096):
        pass
    ended.set()


def main():
    args = arguments()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    handler = None if args.plain else Handler
    server = make_server("127.0.0.1", args.port, application(args.plain), threaded=True, request_handler=handler)
    # moto calls itself at this port for some services.
    os.environ["MOTO_PORT"] = str(server.port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"listening 127.0.0.1:{server.port}", flush=True)
    wait_for_the_end()


if __name__ == "__main__":
    sys.exit(main())
