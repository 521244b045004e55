"""Functions that a stack makes."""

from ministack.services import lambda_svc
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS


def patch(lab):
    """Before and after ministack creates or updates the function of a stack."""
    handlers = _RESOURCE_HANDLERS["AWS::Lambda::Function"]
    create, update = handlers["create"], handlers["update"]

    def create_as_in_aws(logical_id, props, stack_name):
        check_code(props["Code"])
        check_reservation(lab, None, props)
        name, attributes = create(logical_id, props, stack_name)
        reserve(name, props)
        return name, attributes

    def update_as_in_aws(physical_id, old_props, new_props, *args):
        check_reservation(lab, physical_id, new_props)
        name, attributes = update(physical_id, old_props, new_props, *args)
        reserve(name, new_props)
        return name, attributes

    handlers.update(create=create_as_in_aws, update=update_as_in_aws)


def check_code(code):
    """Lambda reads the code when the function is created. ministack makes a function without any if there is none."""
    bucket, key, version = (code.get(name) for name in ("S3Bucket", "S3Key", "S3ObjectVersion"))
    if bucket and lambda_svc._fetch_code_from_s3(bucket, key, version) is None:
        raise ValueError(
            f"Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist. ({bucket}/{key})"
        )


def check_reservation(lab, name, props):
    """ "Lambda always keeps 100 units of concurrency for functions without a reservation" ("Configuring reserved
    concurrency"); an account with fewer can reserve none.
    """
    whole = lab.settings["account_concurrency"]
    others = sum(each.get("concurrency") or 0 for key, each in lambda_svc._functions.items() if key != name)
    asked, least = reserved_by(props) or 0, min(100, whole)
    if asked and whole - others - asked < least:
        raise ValueError(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below "
            f"its minimum value of [{least}]."
        )


def reserve(name, props):
    """`ReservedConcurrentExecutions`: "The number of simultaneous executions to reserve for the function"
    (AWS::Lambda::Function). ministack keeps to a reservation, but drops that of a template.
    """
    lambda_svc._functions[name]["concurrency"] = reserved_by(props)


def reserved_by(props):
    reserved = props.get("ReservedConcurrentExecutions")
    return None if reserved is None else int(reserved)
