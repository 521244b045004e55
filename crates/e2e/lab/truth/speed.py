"""Halves what moto spends on a call, so that latency that a test sets is not drowned by the server's own."""

import functools

import moto.backends
import moto.core.responses


def patch():
    service_names_are_listed_once()
    methods_are_listed_once()


def service_names_are_listed_once():
    """moto looks through its own folder for every request."""
    names = tuple(moto.backends.list_of_moto_modules())
    moto.backends.list_of_moto_modules = lambda: names


def methods_are_listed_once():
    """moto inspects the class that answers for every request."""
    responses = moto.core.responses
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
