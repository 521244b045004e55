"""microburst, a proxy that breaks calls in AWS's own wire format, in front of the EC2 server.

    python fault_proxy.py --upstream http://127.0.0.1:PORT [--port 0] [--seed N]

Prints one line, `listening 127.0.0.1:PORT`, once it accepts connections. Ends when its standard input ends or on
SIGTERM, so that a test that is killed leaves no proxy behind: give it a pipe, not /dev/null.

microburst has a command of its own. This one adds what tests need: a port that is free, faults that come from a seed,
and a first call that does not wait until microburst has read what it needs.
"""

import argparse
import asyncio
import logging
import os
import random
import signal
import threading

from aiohttp import web
from microburst import detection, models, rules
from microburst.app import make_app
from microburst.core.pipeline import Microburst


def arguments():
    parser = argparse.ArgumentParser(description="microburst in front of the EC2 server")
    parser.add_argument("--upstream", required=True, help="where calls go that are let through")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=0, help="where the dice of a rule's probability begin")
    return parser.parse_args()


async def serve(args):
    runner = web.AppRunner(make_app(Microburst(args.upstream)), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", args.port)
    await site.start()
    host, port = runner.addresses[0]
    print(f"listening {host}:{port}", flush=True)
    await the_end()
    await runner.cleanup()


async def the_end():
    """Returns at the end of standard input or at SIGTERM or SIGINT."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    threading.Thread(target=drain_stdin, args=(loop, ended), daemon=True).start()
    await ended.wait()


def drain_stdin(loop, ended):
    # os.read and not sys.stdin: a thread inside sys.stdin holds a lock that aborts the interpreter's own exit.
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(ended.set)


def main():
    args = arguments()
    # A client that has gone is what many tests are about.
    logging.getLogger("microburst").setLevel(logging.CRITICAL)
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
    # Nobody else draws from these dice, so that only the order of the calls decides whom they hit.
    rules.random = random.Random(args.seed)
    # Our hosts are addresses. To find a service in one, microburst reads the model of every service there is, for 4 s.
    detection.parse_host = lambda host: (None, None, None)
    models.get_service_model("ec2")
    models.error_http_status("ec2", "InternalError")
    asyncio.run(serve(args))


if __name__ == "__main__":
    main()
