"""What the lab remembers beside moto."""

import threading

from moto.moto_api._internal import moto_api_backend

from truth.buckets import Buckets
from truth.calls import CallLog
from truth.faults import Faults
from truth.life_cycle import LifeCycle
from truth.posted import number, only_keys

SETTINGS = {"latency_ms": 0, "pending_ms": 0, "stopping_ms": 0, "shutting_down_ms": 0, "clock_offset_s": 0}
# A clock can be slow.
MAY_BE_NEGATIVE = {"clock_offset_s"}


class Lab:
    def __init__(self):
        # moto has no locks of its own; one EC2 call at a time makes each of them atomic, as EC2's are.
        self.lock = threading.RLock()
        self.settings = dict(SETTINGS)
        self.life_cycle = LifeCycle(self.settings)
        self.calls = CallLog()
        self.faults = Faults()
        self.buckets = Buckets()

    def change_settings(self, changes):
        only_keys(changes, SETTINGS, "settings")
        for name in changes:
            number(changes, name, least=None if name in MAY_BE_NEGATIVE else 0)
        self.settings.update(changes)

    def reset(self):
        with self.lock:
            moto_api_backend.reset()
            self.settings.update(SETTINGS)
            self.life_cycle.reset()
            self.calls.clear()
            self.faults.clear()
            self.buckets.configure({})
