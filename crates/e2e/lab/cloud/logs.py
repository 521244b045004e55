"""Where a function's lines go."""

from ministack.services import lambda_svc

from cloud import roles


def patch():
    """Lambda writes the log in the name of the function's role: "Your function needs permission to upload logs to CloudWatch
    Logs." Without it the function runs, and leaves no trace.
    """
    emit = lambda_svc._emit_lambda_logs

    def emit_if_allowed(func, *args, **kwargs):
        config = func.get("config") or func
        group = config.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
        _, _, _, region, account, _ = config["FunctionArn"].split(":", 5)
        stream = f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:any"
        if all(roles.may(config["Role"], f"logs:{call}", stream) for call in ("CreateLogStream", "PutLogEvents")):
            emit(func, *args, **kwargs)

    lambda_svc._emit_lambda_logs = emit_if_allowed
