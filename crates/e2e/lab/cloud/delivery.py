"""EventBridge on its way to a function."""

import contextvars
import json

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, lambda_svc, sqs

_delivering = contextvars.ContextVar("the rule and the target of a delivery")


def patch(invocations):
    """EventBridge invokes functions asynchronously, if their policy lets the rule do so.

    "If you don't set up permissions correctly, EventBridge cannot invoke the target"; an event that meets missing
    permissions or a missing target is not tried again and goes to the target's dead-letter queue at once ("Using dead-letter
    queues to process undelivered events").
    """
    invoke_target = eventbridge._invoke_target

    def invoke_known_target(target, event, rule, view=None):
        token = _delivering.set((rule, target))
        try:
            return invoke_target(target, event, rule, view)
        finally:
            _delivering.reset(token)

    def dispatch_to_lambda(arn, payload):
        rule, target = _delivering.get()
        function, _, name = lambda_svc._get_func_record_for_ref(arn)
        if function is None:
            keep(rule, target, payload, "RESOURCE_NOT_FOUND", f"Function not found: {arn}")
        elif not may_invoke(lambda_svc._functions[name]["policy"], arn, rule["Arn"]):
            keep(rule, target, payload, "NO_PERMISSIONS", f"events.amazonaws.com may not invoke {arn}")
        else:
            invocations.accept(arn, json.loads(payload))

    eventbridge._invoke_target = invoke_known_target
    eventbridge._dispatch_to_lambda = dispatch_to_lambda


def may_invoke(policy, function_arn, rule_arn):
    """Whether the policy of a function lets a rule invoke it under that very name: a permission for the function is none for
    its alias, and the other way round.
    """
    context = iam_evaluator.EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action="lambda:InvokeFunction",
        resource_arn=function_arn,
        region=get_region(),
        service_context={"aws:sourcearn": rule_arn, "aws:sourceaccount": get_account_id()},
    )
    decision = iam_evaluator.evaluate_resource_policy(policy, context, service="events.amazonaws.com").decision
    return decision == "Allow"


def keep(rule, target, payload, code, message):
    """Sends an event to the target's dead-letter queue, if there is one and its policy lets the rule write there."""
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue or not sqs.queue_policy_allows(queue, "events.amazonaws.com", rule["Arn"], get_account_id()):
        return
    spec = eventbridge.parse_arn(queue)
    eventbridge._dispatch_to_sqs(spec, payload)
    told = {"RULE_ARN": rule["Arn"], "TARGET_ARN": target["Arn"], "ERROR_CODE": code, "ERROR_MESSAGE": message}
    kept = sqs._queue_by_arn(queue)["messages"][-1]
    kept["message_attributes"] = {
        name: {"DataType": "String", "StringValue": value} for name, value in told.items()
    }
