"""Checks of what tests post to the control endpoints."""


class BadRequest(Exception):
    """The post cannot be obeyed; the text says why."""


def an_object(posted, what):
    if not isinstance(posted, dict):
        raise BadRequest(f"{what} must be an object, not {posted!r}")
    return posted


def only_keys(posted, known, what):
    for key in an_object(posted, what):
        if key not in known:
            raise BadRequest(f"{what} has the unknown key '{key}', expected {', '.join(known)}")


def number(posted, key, default=None):
    """The value of a key that must be a number of at least 0."""
    value = posted.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise BadRequest(f"'{key}' must be a number of at least 0, not {value!r}")
    return value
