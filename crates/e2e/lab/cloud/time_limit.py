"""The time limit of a function, which tests can shorten: the function and its platform both go by it."""

from ministack.core.lambda_runtime import ProvidedWorker


def patch(lab):
    invoke = ProvidedWorker.invoke

    def invoke_within_the_limit(self, *args, **kwargs):
        shortened = lab.settings["time_limit_ms"] / 1000
        whole = self.config
        if 0 < shortened < whole["Timeout"]:
            self.config = {**whole, "Timeout": shortened}
        try:
            return invoke(self, *args, **kwargs)
        finally:
            self.config = whole

    ProvidedWorker.invoke = invoke_within_the_limit
