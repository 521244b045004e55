"""Stands between the wire and ministack."""

# A handler that has no answer gives one with this header.
UNANSWERED = "x-lab-unanswered"


class Wire:
    def __init__(self, app, control):
        self._app = app
        self._control = control

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith("/_lab/"):
            await self._control(scope, receive, send)
        else:
            await self._app(scope, receive, Sender(send))


class Sender:
    """Passes an answer on, or hangs up where there is none."""

    def __init__(self, send):
        self._send = send
        self._hung_up = False

    async def __call__(self, message):
        if message["type"] == "http.response.start":
            names = [name.decode().lower() for name, _ in message["headers"]]
            if UNANSWERED in names:
                self._hung_up = True
                hang_up(self._send)
        if not self._hung_up:
            await self._send(message)


def hang_up(send):
    """ASGI has no word for it: the connection's own end is behind three bound methods of Hypercorn."""
    stream = send.__self__
    protocol = stream.send.__self__
    server = protocol.send.__self__
    server.writer.transport.abort()
