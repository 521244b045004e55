"""AWS's clock, which a request's time stamp must agree with.

"In most cases, a request must reach AWS within five minutes of the time stamp in the request. Otherwise, AWS denies the
request." (IAM User Guide, "AWS Signature Version 4 for API requests".) EC2's own list of errors says fifteen minutes, in
both directions (`RequestExpired`, "Common errors"). The narrower of the two is the one to survive.
"""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from truth.refusal import Refusal

TOLERANCE = timedelta(minutes=5)
STAMP = "%Y%m%dT%H%M%SZ"


def signing_time(environ):
    """The time stamp of a request; None if it has none that can be read."""
    try:
        return datetime.strptime(environ.get("HTTP_X_AMZ_DATE", ""), STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def refusal_of(call, offset_s):
    """What a service answers to a call that was signed too long ago, or in its future; None if the time is right."""
    if call.signed_at is None or abs(now(offset_s) - call.signed_at) <= TOLERANCE:
        return None
    if call.is_ec2:
        return Refusal("RequestExpired", 400, "Request has expired.")
    signed, tolerance = call.signed_at.strftime(STAMP), TOLERANCE
    if call.signed_at < now(offset_s):
        limit = (now(offset_s) - tolerance).strftime(STAMP)
        return Refusal("SignatureDoesNotMatch", 403, f"Signature expired: {signed} is now earlier than {limit}")
    limit = (now(offset_s) + tolerance).strftime(STAMP)
    return Refusal("SignatureDoesNotMatch", 403, f"Signature not yet current: {signed} is still later than {limit}")


def http_date(offset_s):
    return format_datetime(now(offset_s), usegmt=True)


def now(offset_s):
    return datetime.now(UTC) + timedelta(seconds=offset_s)
