"""Events that nobody sends by hand: EC2's own, and those of schedules."""

import http.client
import json
import logging
import threading
import time
from urllib.parse import urlsplit

from ministack.core.responses import request_scope
from ministack.services import eventbridge

from cloud.lab import BadRequest

# How often EC2 is asked for news.
EVERY_S = 0.05

MEMBERS = ("id", "source", "detail-type", "account", "region", "time", "resources", "detail")


def patch(lab, ec2_url):
    """Starts to bring EC2's events to the default bus, and stops schedules from firing by themselves."""
    eventbridge.start_scheduler = lambda: None
    threading.Thread(target=bring_events, args=(lab, ec2_url), daemon=True).start()


def bring_events(lab, ec2_url):
    since = 0
    while True:
        try:
            for since, event in news(ec2_url, since):
                if not lab.settings["lose_events"]:
                    put(event)
                lab.come_in = since
        except Exception:
            logging.getLogger("cloud").exception("an event of EC2 is lost")
        time.sleep(EVERY_S)


def news(ec2_url, since):
    """The events since then, each with where to go on after it."""
    connection = http.client.HTTPConnection(urlsplit(ec2_url).netloc, timeout=10)
    connection.request("GET", f"/_lab/events?since={since}")
    answer = json.load(connection.getresponse())
    connection.close()
    # The server may have been reset.
    first = answer["next"] - len(answer["events"])
    return [(first + n, event) for n, event in enumerate(answer["events"], 1)]


def put(event):
    """Puts an event of AWS itself on the default bus, whole: `PutEvents` would give it another id and another time."""
    missing = [name for name in MEMBERS if name not in event]
    if missing:
        raise BadRequest(f"an event has {', '.join(missing)} too")
    with request_scope(event["account"], event["region"]):
        eventbridge._dispatch_event(
            {
                "EventId": event["id"],
                "Source": event["source"],
                "DetailType": event["detail-type"],
                "Detail": json.dumps(event["detail"]),
                "EventBusName": "default",
                "Time": event["time"],
                "Resources": event["resources"],
                "Account": event["account"],
                "Region": event["region"],
            }
        )


def fire_schedules():
    """Has every scheduled rule fire that is enabled, as if its time had come."""
    for key, rule in list(eventbridge._rules._data.items()):
        if rule.get("ScheduleExpression"):
            eventbridge._rule_last_fired[key] = 0
    eventbridge._tick_scheduled_rules()
