"""The endpoints under `/_lab/`; the package's documentation describes them."""

import json
from urllib.parse import parse_qs

from moto.ec2 import ec2_backends

from truth.posted import BadRequest, an_object


class NotFound(Exception):
    """No such endpoint, or no such thing there."""


class Control:
    def __init__(self, lab):
        self._lab = lab
        self._endpoints = {
            ("GET", "events"): self._events,
            ("DELETE", "events"): self._forget_events,
            ("GET", "calls"): self._calls,
            ("DELETE", "calls"): lambda _: lab.calls.clear(),
            ("GET", "settings"): lambda _: lab.settings,
            ("POST", "settings"): self._change_settings,
            ("GET", "faults"): lambda _: {"faults": lab.faults.shown()},
            ("POST", "faults"): lambda request: {"id": lab.faults.add(posted(request))},
            ("DELETE", "faults"): self._remove_faults,
            ("GET", "route-tables"): self._route_tables,
            ("POST", "buckets"): lambda request: lab.buckets.configure(posted(request)),
            ("POST", "reset"): lambda _: lab.reset(),
        }

    def __call__(self, environ, start_response):
        try:
            status, answer = "200 OK", self._act(environ) or {}
        except BadRequest as error:
            status, answer = "400 Bad Request", {"error": str(error)}
        except NotFound as error:
            status, answer = "404 Not Found", {"error": str(error)}
        body = json.dumps(answer).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _act(self, environ):
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        endpoint = self._endpoints.get((method, path.split("/")[2]))
        if endpoint is None:
            known = ", ".join(f"{method} /_lab/{name}" for method, name in self._endpoints)
            raise NotFound(f"{method} {path} is not one of {known}")
        return endpoint(environ)

    def _events(self, environ):
        since = query(environ, "since") or "0"
        if not since.isdigit():
            raise BadRequest(f"'since' must be a count of events, not '{since}'")
        with self._lab.lock:
            self._lab.life_cycle.settle()
            events = self._lab.life_cycle.events
            return {"events": events[int(since) :], "next": len(events)}

    def _forget_events(self, _):
        with self._lab.lock:
            self._lab.life_cycle.events.clear()

    def _calls(self, environ):
        return {"calls": self._lab.calls.entries(query(environ, "action"))}

    def _route_tables(self, _):
        with self._lab.lock:
            regions = [region for account in ec2_backends.values() for region in account.values()]
            return {table.id: table.vpc_id for region in regions for table in region.route_tables.values()}

    def _change_settings(self, environ):
        self._lab.change_settings(posted(environ))
        return self._lab.settings

    def _remove_faults(self, environ):
        number = environ["PATH_INFO"].removeprefix("/_lab/faults").strip("/")
        if not number:
            self._lab.faults.clear()
        elif not number.isdigit() or not self._lab.faults.remove(int(number)):
            raise NotFound(f"there is no fault '{number}'")


def query(environ, name):
    return parse_qs(environ.get("QUERY_STRING", "")).get(name, [None])[0]


def posted(environ):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        return an_object(json.loads(body or "{}"), "the body")
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
