"""Replies that arrive, but not as they were sent.

The fault proxy can cut and corrupt a reply, but at random places; and it cannot keep one from ending.
"""

import itertools
import re
import time

CLOSING_TAG = re.compile(rb"</[^>]+>")
# Far below any limit on silence.
PAUSE_S = 0.1


def malformed(body):
    """Without the first closing tag after the middle."""
    tag = CLOSING_TAG.search(body, len(body) // 2) or CLOSING_TAG.search(body)
    return body[: tag.start()] + body[tag.end() :] if tag else body


def endless(body):
    """All but the end of the document, and then white space for ever, which XML allows there."""
    last_tag = body.rfind(b"</")
    return body[:last_tag], drops()


def drops():
    for _ in itertools.count():
        time.sleep(PAUSE_S)
        yield b" "
