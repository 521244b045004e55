"""What AWS does and ministack does not, laid over ministack before its server starts.

One documented behaviour of AWS a function:

    asynchronous   Lambda's queue of asynchronous invocations: retries, ages, destinations
    time_limit     the time limit of a function, which tests can shorten
    functions      a stack's function has code that is there, and the concurrency that the template reserves, if it may
    logs           a function without permission to write its log writes none
    delivery       EventBridge asks the function's policy, and keeps what it cannot deliver
    events         events of EC2 come in by themselves; schedules fire when a test says so
    ec2            EC2's calls, answered by another server, and the condition keys that EC2 gives IAM
    topics         a topic's default policy
    mail           an address hears nothing until it is confirmed
    stacks         what CloudFormation does takes time, if a test says so
    schemas        the resource types AWS::EventSchemas::Registry and ::Schema

`wire` stands in front of ministack, `control` lets tests steer it, over JSON:

    GET  /_lab/invocations[?since=N]   {"invocations": [INVOCATION...], "next": M}: the asynchronous invocations of all
                                       functions, in the order in which they came in; INVOCATION is {"function",
                                       "qualifier", "event", "attempts": [ERROR...], "throttled": COUNT, "ended"}; an
                                       ERROR is null for an attempt that ended well, else its message; `ended` is null
                                       while it goes on, then "Success", "RetriesExhausted" or "EventAgeExceeded"
    GET  /_lab/events                  {"come_in": N}: how many of EC2's events have come in so far, those that got lost
                                       too; what they cause has begun by then
    GET  /_lab/schemas                 {REGISTRY: {SCHEMA: CONTENT}}: the schemas of EventBridge's registries
    GET  /_lab/settings                the settings
    POST /_lab/settings                changes those given, answers all: `minute_ms` (60000; how long a minute is for
                                       those who wait in Lambda's queue, also those who wait already), `time_limit_ms` (0; a limit for every run of a
                                       function that is shorter than its own; 0 for none), `lose_events` (false; whether
                                       EC2's events get lost on their way), `account_concurrency` (1000; how many runs the
                                       account may have at once; new ones may have 10), `stacks_take_time` (false; whether
                                       what is begun with a stack goes on for as long as this is true)
    POST /_lab/due                     every scheduled rule fires, once. By themselves schedules do not: a test that
                                       takes long would see what it did not ask for
    POST /_lab/event                   puts an event, in EventBridge's own shape, on the default bus, as a service of
                                       AWS does; customers cannot send events of `aws.*` sources
    POST /_lab/mail                    everybody follows the link in the mail in which SNS asks whether they want to be told;
                                       answers {"followed": [ADDRESS...]}

What has nothing to tell answers {}; an error is {"error": MESSAGE} with status 400 or 404.

EC2's faults, latency and clock are set at the EC2 server itself. A call that it leaves without an answer is left without
one here as well.
"""

from cloud import asynchronous, delivery, ec2, events, functions, logs, mail, schemas, stacks, time_limit, topics
from cloud.control import Control
from cloud.lab import Lab
from cloud.wire import Wire


def added_to(app, ec2_url):
    """Patches ministack's services and wraps its ASGI application."""
    lab = Lab()
    registries = schemas.patch()
    invocations = asynchronous.patch(lab)
    time_limit.patch(lab)
    stacks.patch(lab)
    functions.patch(lab)
    topics.patch()
    mail.patch()
    logs.patch()
    delivery.patch(invocations)
    events.patch(lab, ec2_url)
    ec2.patch(ec2_url)
    return Wire(app, Control(lab, invocations, registries))
