"""EC2's request throttling: a token bucket per region and API action."""

import threading
import time
from dataclasses import dataclass

from truth.posted import number, only_keys


@dataclass(frozen=True)
class Limit:
    burst: float
    refill_per_second: float


# "Request throttling for the Amazon EC2 API": the buckets of actions that have none of their own.
MUTATING = Limit(50, 5)
NARROWED_DESCRIBE = Limit(100, 20)
UNFILTERED_DESCRIBE = Limit(50, 10)


class Bucket:
    def __init__(self, limit, now):
        self._limit = limit
        self._tokens = limit.burst
        self._counted_at = now

    def take(self, now):
        refilled = (now - self._counted_at) * self._limit.refill_per_second
        self._tokens = min(self._limit.burst, self._tokens + refilled)
        self._counted_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Buckets:
    def __init__(self):
        self._lock = threading.Lock()
        self.configure({})

    def configure(self, posted):
        """Replaces all limits; every bucket starts full."""
        documented = posted == {"documented": True}
        limits = {} if documented else {action: limit(action, spec) for action, spec in posted.items()}
        with self._lock:
            self._documented = documented
            self._limits = limits
            self._buckets = {}

    def admits(self, call):
        with self._lock:
            name, found = self._limit_of(call)
            if found is None:
                return True
            now = time.monotonic()
            bucket = self._buckets.setdefault((call.region, name), Bucket(found, now))
            return bucket.take(now)

    def _limit_of(self, call):
        if not self._documented:
            return call.action, self._limits.get(call.action)
        if not call.action.startswith(("Describe", "Get")):
            return call.action, MUTATING
        if is_narrowed(call):
            return call.action, NARROWED_DESCRIBE
        return f"{call.action} unfiltered", UNFILTERED_DESCRIBE


def limit(action, spec):
    only_keys(spec, ("burst", "refill_per_second"), f"the bucket of {action}")
    return Limit(number(spec, "burst"), number(spec, "refill_per_second"))


def is_narrowed(call):
    """Whether a describe call is filtered, paged or names its resources."""
    return "MaxResults" in call.params or any(
        name.startswith("Filter.") or name.endswith(".1") for name in call.params
    )
