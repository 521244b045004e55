"""Whoever is to get mail must want it."""

from ministack.services import sns
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

ADDRESSES = ("email", "email-json")

# The subscriptions whose link nobody has followed.
pending = []


def patch():
    """A subscription of an address is pending until the link in a mail is followed (Subscribe, SNS): until then it hears
    nothing, and has `PendingConfirmation` in place of its ARN. ministack takes it for confirmed. Here links are followed
    when a test says so.
    """
    handlers = _RESOURCE_HANDLERS["AWS::SNS::Subscription"]
    create = handlers["create"]

    def create_pending(logical_id, props, stack_name):
        arn, attributes = create(logical_id, props, stack_name)
        found = sns._find_subscription(sns._sub_arn_to_topic.get(arn, ""), arn)
        if found and found["protocol"] in ADDRESSES:
            found["confirmed"] = False
            pending.append(found)
        return arn, attributes

    handlers["create"] = create_pending
    listed = sns._list_subscriptions_by_topic

    def list_pending(params):
        status, headers, body = listed(params)
        for arn, topic in list(sns._sub_arn_to_topic.items()):
            found = sns._find_subscription(topic, arn)
            if found and not found.get("confirmed"):
                shown = f"<SubscriptionArn>{arn}</SubscriptionArn>"
                pending = "<SubscriptionArn>PendingConfirmation</SubscriptionArn>"
                body = body.replace(shown.encode(), pending.encode())
        return status, headers, body

    sns._list_subscriptions_by_topic = list_pending


def follow_links():
    """Everybody follows the link in the mail that they got."""
    followed = []
    while pending:
        subscription = pending.pop()
        subscription["confirmed"] = True
        followed.append(subscription["endpoint"])
    return {"followed": followed}
