"""Who may publish to a topic that a stack makes."""

import json

from ministack.core.responses import get_account_id
from ministack.services import sns
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS


def patch():
    """A topic without a policy of its own gets the one that lets only its owner's account in ("Amazon SNS default policy":
    `AWS:SourceOwner` must be the account), whoever makes it. An identity of the account then needs a permission of its own.
    ministack's stacks make topics that anybody may publish to.
    """
    handlers = _RESOURCE_HANDLERS["AWS::SNS::Topic"]
    create = handlers["create"]

    def create_with_the_default_policy(logical_id, props, stack_name):
        arn, attributes = create(logical_id, props, stack_name)
        kept = sns._topics[arn]["attributes"]
        policy = json.loads(kept["Policy"])
        if policy["Id"] == "__default_policy_ID":
            for statement in policy["Statement"]:
                statement["Condition"] = {"StringEquals": {"AWS:SourceOwner": get_account_id()}}
            kept["Policy"] = json.dumps(policy)
        return arn, attributes

    handlers["create"] = create_with_the_default_policy
