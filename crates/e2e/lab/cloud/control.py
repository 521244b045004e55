"""The endpoints under `/_lab/`; the package's documentation describes them."""

import asyncio
import json
from urllib.parse import parse_qs

from cloud import events, mail
from cloud.lab import BadRequest


class Control:
    def __init__(self, lab, invocations, registries):
        self._endpoints = {
            ("GET", "invocations"): lambda query, _: invocations.shown(since(query)),
            ("GET", "events"): lambda *_: {"come_in": lab.come_in},
            ("GET", "schemas"): lambda *_: registries.shown(),
            ("GET", "settings"): lambda *_: lab.settings,
            ("POST", "settings"): lambda _, posted: lab.change_settings(posted) or lab.settings,
            ("POST", "due"): lambda *_: events.fire_schedules(),
            ("POST", "event"): lambda _, posted: events.put(posted),
            ("POST", "mail"): lambda *_: mail.follow_links(),
        }

    async def __call__(self, scope, receive, send):
        status, answer = await asyncio.to_thread(self._answer, scope, await whole_body(receive))
        body = json.dumps(answer).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope, body):
        method, name = scope["method"], scope["path"].removeprefix("/_lab/")
        endpoint = self._endpoints.get((method, name))
        if endpoint is None:
            known = ", ".join(f"{method} /_lab/{name}" for method, name in self._endpoints)
            return 404, {"error": f"{method} /_lab/{name} is not one of {known}"}
        try:
            return 200, endpoint(parse_qs(scope["query_string"].decode()), posted(body)) or {}
        except BadRequest as error:
            return 400, {"error": str(error)}


async def whole_body(receive):
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def posted(body):
    try:
        value = json.loads(body or "{}")
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadRequest(f"the body must be an object, not {value!r}")
    return value


def since(query):
    value = query.get("since", ["0"])[0]
    if not value.isdigit():
        raise BadRequest(f"'since' must be a count of invocations, not '{value}'")
    return int(value)
