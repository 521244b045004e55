"""What the real provider would answer where a configuration hands an answer on: names, ARNs and addresses. All else that is
computed stays empty. The forms are those of the service authorization reference.
"""

ACCOUNT = "123456789012"
# The partition is a matter of the region's name.
PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
# What stands behind a prefix in a name that the provider makes.
SUFFIX = "00000000000000000000000001"


class Place:
    """Where everything is: a region of the one account."""

    def __init__(self, region):
        self.region = region
        self.partition = next((name for prefix, name in PARTITIONS.items() if region.startswith(prefix)), "aws")

    def arn(self, service, rest, is_global=False):
        region = "" if is_global else self.region
        return f"arn:{self.partition}:{service}:{region}:{ACCOUNT}:{rest}"


def of_data(kind, place):
    """The computed attributes of a data source."""
    if kind == "partition":
        return {"id": place.partition, "partition": place.partition}
    if kind == "region":
        return {"id": place.region, "name": place.region, "region": place.region}
    if kind == "caller_identity":
        return {"id": ACCOUNT, "account_id": ACCOUNT, "arn": place.arn("iam", "user/somebody", is_global=True)}
    raise LookupError(f"nobody answers for the data source {kind}")


def of_resource(kind, said, place):
    """The computed attributes of a resource, by what is said of it."""
    name = said.get("name")
    if isinstance(prefix := said.get("name_prefix"), str):
        name = prefix + SUFFIX
    answers = {"id": name, "name": name, "region": place.region}
    if kind == "cloudwatch_dashboard":
        answers["dashboard_arn"] = place.arn("cloudwatch", f"dashboard/{said['dashboard_name']}", is_global=True)
    if kind == "cloudwatch_event_rule":
        answers["arn"] = place.arn("events", f"rule/{name}")
    if kind == "cloudwatch_log_group":
        answers["arn"] = place.arn("logs", f"log-group:{name}")
    if kind == "cloudwatch_metric_alarm":
        answers["arn"] = place.arn("cloudwatch", f"alarm:{said['alarm_name']}")
    if kind == "iam_role":
        answers["arn"] = place.arn("iam", f"role/{name}", is_global=True)
    if kind == "lambda_alias":
        answers["arn"] = place.arn("lambda", f"function:{said['function_name']}:{name}")
    if kind == "lambda_function":
        answers["arn"] = answers["id"] = place.arn("lambda", f"function:{said['function_name']}")
        answers["version"] = "$LATEST"
    if kind == "schemas_registry":
        answers["arn"] = place.arn("schemas", f"registry/{name}")
    if kind == "schemas_schema":
        answers["arn"] = place.arn("schemas", f"schema/{said['registry_name']}/{name}")
    if kind == "sns_topic":
        answers["arn"] = answers["id"] = place.arn("sns", name)
    if kind == "sqs_queue":
        answers["arn"] = place.arn("sqs", name)
        answers["url"] = answers["id"] = f"https://sqs.{place.region}.example/{ACCOUNT}/{name}"
    # Ids of routes, tables and permissions hang on nothing that a configuration hands on.
    answers["id"] = answers["id"] or kind
    return answers
