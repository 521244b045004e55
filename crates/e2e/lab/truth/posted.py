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


def number(posted, key, least=0):
    """The value of a key that must be a number, and not below the least."""
    value = posted.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadRequest(f"'{key}' must be a number, not {value!r}")
    if least is not None and value < least:
        raise BadRequest(f"'{key}' must be at least {least}, not {value!r}")
    return value
