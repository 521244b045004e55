"""How many runs of a function go on at once."""

from ministack.services import lambda_svc
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS


def patch():
    """`ReservedConcurrentExecutions`: "The number of simultaneous executions to reserve for the function"
    (AWS::Lambda::Function). ministack keeps to a reservation, but drops that of a template.
    """
    handlers = _RESOURCE_HANDLERS["AWS::Lambda::Function"]
    create, update = handlers["create"], handlers["update"]

    def create_and_reserve(logical_id, props, stack_name):
        name, attributes = create(logical_id, props, stack_name)
        reserve(name, props)
        return name, attributes

    def update_and_reserve(physical_id, old_props, new_props, *args):
        name, attributes = update(physical_id, old_props, new_props, *args)
        reserve(name, new_props)
        return name, attributes

    handlers.update(create=create_and_reserve, update=update_and_reserve)


def reserve(name, props):
    reserved = props.get("ReservedConcurrentExecutions")
    lambda_svc._functions[name]["concurrency"] = None if reserved is None else int(reserved)
