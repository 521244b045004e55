"""What the lab remembers beside ministack."""

import numbers

SETTINGS = {
    "minute_ms": 60_000,
    "time_limit_ms": 0,
    "lose_events": False,
    "account_concurrency": 1_000,
    "stacks_take_time": False,
}


class BadRequest(Exception):
    """The post cannot be obeyed; the text says why."""


class Lab:
    def __init__(self):
        self.settings = dict(SETTINGS)
        # How many of EC2's events have been seen.
        self.come_in = 0

    def change_settings(self, changes):
        for name, value in changes.items():
            if name not in SETTINGS:
                raise BadRequest(f"settings have no '{name}', only {', '.join(SETTINGS)}")
            if isinstance(SETTINGS[name], bool) != isinstance(value, bool):
                raise BadRequest(f"'{name}' cannot be {value!r}")
            if not isinstance(value, numbers.Real) or value < 0:
                raise BadRequest(f"'{name}' must be a number and at least 0, not {value!r}")
        self.settings.update(changes)

    def real(self, seconds):
        """How long those who wait for so many seconds in Lambda's queue wait here, in seconds."""
        return seconds * self.settings["minute_ms"] / 60_000
