"""Lambda's queue of asynchronous invocations.

ministack runs an event that EventBridge sends once, and forgets it; an event that is invoked directly has retries, but not
those of the alias that was called, no destination on success, and none of what Lambda does when it is throttled.
"""

import contextvars
import json
import threading
import time
from datetime import UTC, datetime

from ministack.core import responses
from ministack.services import lambda_svc, sns

from cloud import roles

# "By default, Lambda retries an asynchronous invocation two times" and keeps the event for six hours.
RETRIES, MAXIMUM_AGE_S = 2, 21_600

_request_id = contextvars.ContextVar("the request that the runs of this thread are for", default=None)


def patch(lab):
    """Has every asynchronous invocation go through the queue, and gives the queue."""
    queue = Queue(lab)
    # Every attempt of an event is the same request, under the same id.
    lambda_svc.new_uuid = lambda: _request_id.get() or responses.new_uuid()
    lambda_svc.invoke_async_with_retry = lambda record, event: queue.accept(record["config"]["FunctionArn"], event)
    return queue


class Queue:
    def __init__(self, lab):
        self._lab = lab
        self._lock = threading.Lock()
        self._invocations = []

    def accept(self, function_arn, event):
        """Takes in an event for a function; the ARN may end in the name of an alias."""
        invocation = Invocation(self._lab, function_arn, event)
        with self._lock:
            self._invocations.append(invocation)
        threading.Thread(target=invocation.run, daemon=True).start()

    def shown(self, since):
        with self._lock:
            invocations = list(self._invocations)
        return {"invocations": [each.shown() for each in invocations[since:]], "next": len(invocations)}


class Invocation:
    """One event on its way through the queue."""

    def __init__(self, lab, function_arn, event):
        self._lab = lab
        self._arn = function_arn
        self._name, qualifier = lambda_svc._lambda_function_name_and_qualifier_from_arn(function_arn)
        self._qualifier = qualifier or "$LATEST"
        self._event = event
        self._id = responses.new_uuid()
        self._attempts = []
        self._throttled = 0
        self._ended = None
        # The wait for another attempt counts as it would in AWS. A run, and the wait for the end of somebody else's, count
        # as long as they take.
        self._age_s = 0.0

    def shown(self):
        return {
            "function": self._name,
            "qualifier": self._qualifier,
            "event": self._event,
            "attempts": list(self._attempts),
            "throttled": self._throttled,
            "ended": self._ended,
        }

    def run(self):
        _, _, _, region, account, _ = self._arn.split(":", 5)
        _request_id.set(self._id)
        with responses.request_scope(account, region):
            condition, result = self._outcome()
            self._hand_over(condition, result)
            self._ended = condition

    def _outcome(self):
        """Runs the function until it succeeds or the event is given up; the condition of the end, and the last result."""
        result = None
        while True:
            record, settings = self._function()
            if self._age_s > settings.get("MaximumEventAgeInSeconds", MAXIMUM_AGE_S):
                return "EventAgeExceeded", result
            began = time.monotonic()
            outcome = lambda_svc._execute_function(record, self._event)
            if outcome.get("throttle"):
                self._throttled += 1
                self._sleep(throttle_wait_s(self._throttled))
            self._age_s += time.monotonic() - began
            if outcome.get("throttle"):
                continue
            result = outcome
            self._attempts.append(message_of(result))
            if not result.get("error"):
                return "Success", result
            if len(self._attempts) > settings.get("MaximumRetryAttempts", RETRIES):
                return "RetriesExhausted", result
            # "with a one-minute wait between the first two attempts, and two minutes between the second and third attempts"
            self._wait(60 * len(self._attempts))

    def _function(self):
        """The function as it is now, and what is configured for the name under which it was called.

        "You can configure error handling on a function, a version, or an alias": each name has its own settings, and
        without any the defaults.
        """
        function, config, _ = lambda_svc._get_func_record_for_ref(self._arn)
        record = lambda_svc._execution_record_for_config(function, {**config, "FunctionArn": self._arn})
        base = lambda_svc._functions[self._name]
        configs = base.get("event_invoke_configs") or {}
        settings = configs.get(self._qualifier)
        if settings is None and self._qualifier == "$LATEST":
            # The configuration of the unqualified function is that of $LATEST.
            settings = configs.get("")
        return record, settings or {}

    def _wait(self, seconds):
        self._age_s += seconds
        self._sleep(seconds)

    def _sleep(self, seconds):
        """A minute that is made shorter is shorter for those who wait already."""
        began = time.monotonic()
        while (left := self._lab.real(seconds) - (time.monotonic() - began)) > 0:
            time.sleep(min(left, 0.02))

    def _hand_over(self, condition, result):
        """Sends the record of the invocation to the destination for its end, if there is one."""
        record, settings = self._function()
        side = "OnSuccess" if condition == "Success" else "OnFailure"
        destination = ((settings.get("DestinationConfig") or {}).get(side) or {}).get("Destination")
        # "To send records to a destination, the function's execution role needs permission" to publish.
        if destination and roles.may(record["config"]["Role"], "sns:Publish", destination):
            # A record has no subject.
            sns.publish_internal(destination, json.dumps(self._record(condition, result)))

    def _record(self, condition, result):
        """"The invocation record" of the developer guide, in JSON."""
        name = self._arn if self._arn.count(":") == 7 else f"{self._arn}:$LATEST"
        record = {
            "version": "1.0",
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "requestContext": {
                "requestId": self._id,
                "functionArn": name,
                "condition": condition,
                "approximateInvokeCount": len(self._attempts),
            },
            "requestPayload": self._event,
        }
        if result is not None:
            record["responseContext"] = {"statusCode": 200, "executedVersion": "$LATEST"}
            if result.get("error"):
                record["responseContext"]["functionError"] = "Unhandled"
            record["responsePayload"] = result.get("body")
        return record


def throttle_wait_s(times):
    """"The retry interval increases exponentially from 1 second after the first attempt to a maximum of 5 minutes." """
    return min(2 ** (times - 1), 300)


def message_of(result):
    if not result.get("error"):
        return None
    body = result.get("body")
    return body.get("errorMessage", "") if isinstance(body, dict) else str(body)
