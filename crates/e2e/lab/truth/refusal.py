"""Errors that the lab answers instead of moto, in the shape of each protocol."""

import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Refusal:
    code: str
    status: int
    message: str


DENIED = Refusal("UnauthorizedOperation", 403, "You are not authorized to perform this operation.")
THROTTLED = Refusal("RequestLimitExceeded", 503, "Request limit exceeded.")
# "If you have the required permissions, the error response is DryRunOperation."
DRY_RUN = Refusal("DryRunOperation", 412, "Request would have succeeded, but DryRun flag is set.")


def body(refusal, service):
    """The XML of an error: EC2 has a shape of its own, the other query services share one."""
    error = f"<Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message>"
    request = uuid.uuid4()
    if service == "ec2":
        xml = f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{request}</RequestID></Response>"
    else:
        sender = "Sender" if refusal.status < 500 else "Receiver"
        xml = (
            f"<ErrorResponse><Error><Type>{sender}</Type>{error}</Error>"
            f"<RequestId>{request}</RequestId></ErrorResponse>"
        )
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + xml).encode()
