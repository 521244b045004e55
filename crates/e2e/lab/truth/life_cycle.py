"""The states of an instance in time, and the events that tell of them."""

import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.ec2.models.instances import InstanceState
from moto.utilities.utils import get_partition

CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
NEXT = {"pending": "running", "stopping": "stopped", "shutting-down": "terminated"}


@dataclass(frozen=True)
class Passing:
    """An instance in a state that it will leave by itself."""

    instance: Any
    state: str
    since: float
    since_utc: datetime


class LifeCycle:
    """Needs the lab's lock around every call."""

    def __init__(self, settings):
        self._settings = settings
        self._passing = {}
        self._on_leaving = {}
        self.events = []

    def on_leaving(self, state, act):
        """Has `act(instance)` run when an instance leaves the state."""
        self._on_leaving[state] = act

    def enter(self, instance, state, at=None):
        at = at or datetime.now(UTC)
        instance._state = InstanceState(state, CODES[state])
        self.events.append(state_change(instance, state, at))
        self._passing.pop(instance.id, None)
        if state in NEXT:
            self._passing[instance.id] = Passing(instance, state, time.monotonic(), at)

    def settle(self):
        """Moves on every instance whose time in its passing state is over."""
        now = time.monotonic()
        for passing in list(self._passing.values()):
            lasts = self._lasts(passing.state)
            if now - passing.since >= lasts.total_seconds():
                self._on_leaving.get(passing.state, lambda _: None)(passing.instance)
                self.enter(passing.instance, NEXT[passing.state], passing.since_utc + lasts)

    def drop_passing(self):
        """Forgets the instances under way, which moto has just forgotten too."""
        self._passing.clear()

    def reset(self):
        self.drop_passing()
        self.events.clear()

    def _lasts(self, state):
        return timedelta(milliseconds=self._settings[f"{state.replace('-', '_')}_ms"])


def state_change(instance, state, at):
    """EventBridge's "EC2 Instance State-change Notification"; its time has a resolution of one second."""
    account, region = instance.owner_id, instance.ec2_backend.region_name
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2",
        "account": account,
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [f"arn:{get_partition(region)}:ec2:{region}:{account}:instance/{instance.id}"],
        "detail": {"instance-id": instance.id, "state": state},
    }
