"""One call of an AWS query API, read off the wire, and the log of all of them."""

import io
import re
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from truth import clock

CREDENTIAL_SCOPE = re.compile(
    r"Credential=(?P<access_key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request"
)
FORM = "application/x-www-form-urlencoded"
# What every call carries and no test asks for.
ENVELOPE = {"Action", "Version"}


@dataclass(frozen=True)
class Call:
    service: str
    region: str
    action: str
    params: dict
    access_key: str = ""
    # When it was signed; None if it does not say.
    signed_at: datetime | None = None

    @property
    def is_ec2(self):
        return self.service == "ec2"

    @property
    def is_dry_run(self):
        return self.is_ec2 and self.params.get("DryRun", "").lower() == "true"


def read(environ):
    """The call that a request makes, or None if it speaks no query protocol. Leaves the request readable."""
    scope = CREDENTIAL_SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None or not environ.get("CONTENT_TYPE", "").startswith(FORM):
        return None
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    params = dict(parse_qsl(body.decode(), keep_blank_values=True))
    if "Action" not in params:
        return None
    signed_at = clock.signing_time(environ)
    return Call(scope["service"], scope["region"], params["Action"], params, scope["access_key"], signed_at)


class CallLog:
    def __init__(self):
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._entries = []
        self._next = 0

    def arrived(self, call):
        """Opens an entry, which the caller hands back to `done`."""
        entry = {
            "service": call.service,
            "region": call.region,
            "action": call.action,
            "access_key": call.access_key,
            "params": {name: value for name, value in call.params.items() if name not in ENVELOPE},
            "at_ms": self._now(),
            "done_ms": None,
            "status": None,
            "code": None,
        }
        with self._lock:
            entry["seq"] = self._next
            self._next += 1
            self._entries.append(entry)
        return entry

    def done(self, entry, status, code):
        entry.update(done_ms=self._now(), status=status, code=code)

    def entries(self, action=None):
        with self._lock:
            return [dict(entry) for entry in self._entries if action in (None, entry["action"])]

    def clear(self):
        with self._lock:
            self._entries.clear()

    def _now(self):
        return round((time.monotonic() - self._started) * 1000, 3)
