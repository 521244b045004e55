"""Faults that tests order: which calls they hit and what becomes of those."""

import random
import threading
from dataclasses import dataclass

from truth.posted import BadRequest, an_object, number, only_keys
from truth.refusal import DENIED, THROTTLED, Refusal

EFFECTS = ("error", "deny", "throttle", "latency", "lost_request", "lost_reply", "malformed", "endless")
KEYS = ("match", "effect", "code", "status", "message", "latency_ms", "count", "after", "probability", "seed")


@dataclass(frozen=True)
class Verdict:
    """What becomes of a call: at most one of a refusal, a loss ("lost_request", "lost_reply") and damage to the reply
    ("malformed", "endless"), and a delay."""

    refusal: Refusal | None = None
    loss: str | None = None
    damage: str | None = None
    latency_ms: float = 0


class Fault:
    def __init__(self, fault_id, posted):
        check(posted)
        self.id = fault_id
        self.posted = posted
        self.hits = 0
        self._passed = 0
        self._random = random.Random(posted.get("seed", 0))

    def strikes(self, call):
        """Whether this call is hit; counts it."""
        if not self._matches(call) or self.hits >= self.posted.get("count", float("inf")):
            return False
        if self._passed < self.posted.get("after", 0):
            self._passed += 1
            return False
        if self._random.random() >= self.posted.get("probability", 1):
            return False
        self.hits += 1
        return True

    @property
    def only_delays(self):
        return self.posted["effect"] == "latency"

    @property
    def refusal(self):
        match self.posted["effect"]:
            case "error":
                code = self.posted["code"]
                return Refusal(code, self.posted.get("status", 400), self.posted.get("message", code))
            case "deny":
                return DENIED
            case "throttle":
                return THROTTLED
        return None

    @property
    def loss(self):
        effect = self.posted["effect"]
        return effect if effect in ("lost_request", "lost_reply") else None

    @property
    def damage(self):
        effect = self.posted["effect"]
        return effect if effect in ("malformed", "endless") else None

    def shown(self):
        return {"id": self.id, "hits": self.hits, **self.posted}

    def _matches(self, call):
        return all(
            call.params.get(name) in (wanted if isinstance(wanted, list) else [wanted])
            for name, wanted in self.posted.get("match", {}).items()
        )


class Faults:
    def __init__(self):
        self._lock = threading.Lock()
        self._faults = {}
        self._last = 0

    def add(self, posted):
        with self._lock:
            fault = Fault(self._last + 1, posted)
            self._last = fault.id
            self._faults[fault.id] = fault
            return fault.id

    def remove(self, fault_id):
        with self._lock:
            return self._faults.pop(fault_id, None) is not None

    def clear(self):
        with self._lock:
            self._faults.clear()

    def shown(self):
        with self._lock:
            return [fault.shown() for fault in self._faults.values()]

    def verdict(self, call):
        with self._lock:
            faults = self._faults.values()
            delays = [fault for fault in faults if fault.only_delays and fault.strikes(call)]
            # The search ends at the first: one behind it must not use up its count on a call that it cannot change.
            decisive = next((fault for fault in faults if not fault.only_delays and fault.strikes(call)), None)
        latency_ms = sum(fault.posted["latency_ms"] for fault in delays)
        if decisive is None:
            return Verdict(latency_ms=latency_ms)
        return Verdict(decisive.refusal, decisive.loss, decisive.damage, latency_ms)


def check(posted):
    only_keys(posted, KEYS, "a fault")
    an_object(posted.get("match", {}), "'match'")
    if posted.get("effect") not in EFFECTS:
        raise BadRequest(f"'effect' must be one of {', '.join(EFFECTS)}, not {posted.get('effect')!r}")
    if posted["effect"] == "error" and not isinstance(posted.get("code"), str):
        raise BadRequest("an 'error' needs a 'code'")
    if posted["effect"] == "latency":
        number(posted, "latency_ms")
    for key in ("status", "count", "after", "probability"):
        if key in posted:
            number(posted, key)
