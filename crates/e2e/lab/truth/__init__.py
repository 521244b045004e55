"""What EC2 does and moto does not, laid over moto before its server starts.

`routes`, `instances` and `paging` patch moto's classes, one documented behaviour of EC2 a function. `wsgi` stands in
front of moto and does what happens on the wire: dry runs, faults, throttling, latency, signatures that are too old, the
log of calls. `control` lets tests steer it, over JSON:

    GET    /_lab/events[?since=N]   {"events": [EVENT...], "next": M}; EVENT is EventBridge's own shape; pass M as
                                    `since` to get only what is new
    DELETE /_lab/events             forgets them
    GET    /_lab/calls[?action=A]   {"calls": [{"seq", "service", "region", "action", "access_key", "params", "at_ms",
                                    "done_ms", "status", "code"}...]}; times are monotonic since the server started;
                                    `status` is null while a call is under way, and for a lost one, whose `code` names
                                    its fault; `code` is null on success, else the error's code
    DELETE /_lab/calls              forgets them
    GET    /_lab/settings           the settings
    POST   /_lab/settings           changes those given, answers all: `latency_ms` (of every EC2 call, from request to
                                    reply), `pending_ms`, `stopping_ms`, `shutting_down_ms` (how long an instance stays
                                    in that state; also for those already in it), `clock_offset_s` (by how much the
                                    server's clock is ahead of this machine's). All are 0 at first
    POST   /_lab/faults             adds a fault, answers {"id": N}
    GET    /_lab/faults             {"faults": [{"id", "hits", and the fault as it was posted}...]}
    DELETE /_lab/faults[/N]         removes all or one
    GET    /_lab/route-tables       {TABLE: VPC}: of every route table the VPC that it is in
    POST   /_lab/buckets            {ACTION: {"burst": N, "refill_per_second": R}, ...} replaces all token buckets,
                                    which start full; {"documented": true} sets EC2's published ones for every action;
                                    {} turns them off
    POST   /_lab/reset              all of the above, and moto itself, as at the start

A fault is an object with these keys:

    match        {NAME: VALUE or [VALUE...]}: request parameters as they are on the wire, `Action` among them, all of
                 which must be equal; {} matches every call
    effect       error: answer with `code`, `status` (400), `message`
                 deny: UnauthorizedOperation, 403
                 throttle: RequestLimitExceeded, 503
                 latency: `latency_ms` more than otherwise
                 lost_request: close the connection and do nothing
                 lost_reply: do it, then close the connection without an answer
                 malformed: do it, then answer with XML from which one closing tag is missing
                 endless: do it, then answer slowly, and never come to the end
    count        how many calls it hits; without it, until removed
    after        how many matching calls it lets pass first (0)
    probability  of hitting a matching call (1), drawn from `seed` (0)

Of several matching faults the latencies add up and the first other effect counts. Faults and the log of calls cover
every service with a query protocol (EC2, SNS); the setting `latency_ms`, buckets and dry runs only EC2. What has
nothing to tell answers {}; an error is {"error": MESSAGE} with status 400 or 404.

An instance leaves a passing state at the first EC2 call or `GET /_lab/events` after its time is over; the event has
the time at which it was over.
`/moto-api/reset` works as in moto; instances under way are dropped without a further event.
"""

from truth import instances, paging, routes, speed
from truth.control import Control
from truth.lab import Lab
from truth.wsgi import Wire


def added_to(moto):
    """Patches moto's EC2 and wraps its WSGI application."""
    lab = Lab()
    speed.patch()
    routes.patch()
    paging.patch()
    instances.patch(lab.life_cycle)
    return Wire(moto, lab, Control(lab))
