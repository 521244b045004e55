"""Stands between the wire and moto: what happens to a call on its way there and back."""

import contextlib
import re
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import chain

from truth import calls, clock, damage, refusal
from truth.faults import Verdict

ERROR_CODE = re.compile(rb"<Code>(.*?)</Code>")


@dataclass(frozen=True)
class Reply:
    status: str
    headers: list
    body: bytes
    # What comes after the body, without end.
    more: Iterable[bytes] = ()

    @property
    def status_code(self):
        return int(self.status.split()[0])

    @property
    def error_code(self):
        if self.status_code < 400:
            return None
        found = ERROR_CODE.search(self.body)
        return found[1].decode() if found else self.status


class Wire:
    def __init__(self, moto, lab, control):
        self._moto = moto
        self._lab = lab
        self._control = control

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if path.startswith("/_lab/"):
            return self._control(environ, start_response)
        if path == "/moto-api/reset":
            return self._reset(environ, start_response)
        call = calls.read(environ)
        if call is None:
            return self._moto(environ, start_response)
        reply = self._logged(call, environ)
        start_response(reply.status, reply.headers)
        return chain([reply.body], reply.more)

    def _reset(self, environ, start_response):
        with self._lab.lock:
            self._lab.life_cycle.drop_passing()
            return self._moto(environ, start_response)

    def _logged(self, call, environ):
        entry = self._lab.calls.arrived(call)
        try:
            reply = self._delayed(call, environ)
        except Lost as lost:
            self._lab.calls.done(entry, None, lost.how)
            hang_up(environ)
        except Exception:
            # moto has not implemented it; the server turns this into a 500.
            self._lab.calls.done(entry, 500, "InternalError")
            raise
        self._lab.calls.done(entry, reply.status_code, reply.error_code)
        return reply

    def _delayed(self, call, environ):
        """The call takes effect halfway through its latency."""
        arrived = time.monotonic()
        verdict = self._verdict(call)
        latency = verdict.latency_ms + (self._lab.settings["latency_ms"] if call.is_ec2 else 0)
        sleep_until(arrived + latency / 2000)
        reply = self._answer(call, environ, verdict)
        sleep_until(arrived + latency / 1000)
        if verdict.loss == "lost_reply":
            raise Lost(verdict.loss)
        return dated(damaged(reply, verdict.damage), self._lab.settings["clock_offset_s"])

    def _verdict(self, call):
        # Who somebody is comes before what he may, and how often.
        off = clock.refusal_of(call, self._lab.settings["clock_offset_s"])
        if off:
            return Verdict(off)
        # EC2 throttles before it authorizes.
        if call.is_ec2 and not self._lab.buckets.admits(call):
            return Verdict(refusal.THROTTLED)
        return self._lab.faults.verdict(call)

    def _answer(self, call, environ, verdict):
        if verdict.loss == "lost_request":
            raise Lost(verdict.loss)
        if verdict.refusal:
            return refused(verdict.refusal, call)
        if call.is_dry_run:
            return refused(refusal.DRY_RUN, call)
        if not call.is_ec2:
            return captured(self._moto, environ)
        with self._lab.lock:
            self._lab.life_cycle.settle()
            return captured(self._moto, environ)


class Lost(Exception):
    """The connection is to be closed without an answer."""

    def __init__(self, how):
        super().__init__(how)
        self.how = how


def sleep_until(moment):
    remaining = moment - time.monotonic()
    if remaining > 0:
        time.sleep(remaining)


def refused(why, call):
    body = refusal.body(why, call.service)
    headers = [("Content-Type", "text/xml;charset=UTF-8"), ("Content-Length", str(len(body)))]
    return Reply(f"{why.status} {phrase(why.status)}", headers, body)


def phrase(status):
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"


def captured(app, environ):
    """Runs a WSGI application to its end, so that the answer can be looked at, delayed or lost."""
    started = []
    chunks = app(environ, lambda status, headers, exc_info=None: started.append((status, headers)))
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    status, headers = started[-1]
    return Reply(status, headers, body)


def damaged(reply, how):
    """What the service has sent, but not what arrives."""
    match how:
        case "malformed":
            body = damage.malformed(reply.body)
            return replace(reply, body=body, headers=with_header(reply.headers, "Content-Length", str(len(body))))
        case "endless":
            body, more = damage.endless(reply.body)
            return replace(reply, body=body, more=more, headers=without_header(reply.headers, "Content-Length"))
    return reply


def dated(reply, clock_offset_s):
    """From the `Date` of a reply a client can learn what time it is for the service."""
    return replace(reply, headers=with_header(reply.headers, "Date", clock.http_date(clock_offset_s)))


def with_header(headers, name, value):
    return [*without_header(headers, name), (name, value)]


def without_header(headers, name):
    return [(each, value) for each, value in headers if each.lower() != name.lower()]


def hang_up(environ):
    """Closes the client's connection; werkzeug takes the error for a client that went away."""
    # The client may have given up already.
    with contextlib.suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError
