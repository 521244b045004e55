"""Checks, over the wire, each truth that `cloud` adds to ministack, and that a plain ministack has none of them.

    python test_cloud.py EC2_URL

EC2_URL is where an `ec2_server.py` answers. Its own Python cannot be this one's: ministack and moto pin different
botocores.
"""

import io
import json
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

SERVER = Path(__file__).with_name("cloud_server.py")
REGION, ACCOUNT = "eu-central-1", "123456789012"
EC2 = sys.argv.pop() if len(sys.argv) > 1 and sys.argv[-1].startswith("http") else None

# A function that fails, or takes long, if its event says so. It needs curl.
BOOTSTRAP = """#!/bin/sh
while true; do
  event=$(curl -s -D head "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next")
  id=$(sed -n 's/\\r$//; s/^Lambda-Runtime-Aws-Request-Id: //Ip' head)
  echo "event $event"
  case "$event" in
    *fail*) end=error ;;
    *slow*) sleep 5; end=response ;;
    *) end=response ;;
  esac
  curl -s -d '{"errorMessage": "as told"}' "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/$end"
done
"""

TEMPLATE = {
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "topic"}},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "queue"}},
        "QueuePolicy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": "Queue"}],
                "PolicyDocument": {
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]},
                            "Action": "sqs:SendMessage",
                            "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
                        }
                    ]
                },
            },
        },
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": "Topic"},
                "Protocol": "sqs",
                "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
                "RawMessageDelivery": True,
            },
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": "role",
                "AssumeRolePolicyDocument": {
                    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]
                },
            },
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": "function",
                "Runtime": "provided.al2023",
                "Handler": "bootstrap",
                "Timeout": 60,
                "ReservedConcurrentExecutions": 1,
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"S3Bucket": "code", "S3Key": "function.zip"},
            },
        },
        "Registry": {"Type": "AWS::EventSchemas::Registry", "Properties": {"RegistryName": "registry"}},
        "Schema": {
            "Type": "AWS::EventSchemas::Schema",
            "Properties": {
                "RegistryName": {"Fn::GetAtt": ["Registry", "RegistryName"]},
                "SchemaName": "schema",
                "Type": "OpenApi3",
                "Content": "{}",
            },
        },
    }
}
MAY_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
# A policy has at least one statement. This one allows what nobody needs to be allowed.
MAY_NOTHING = {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}


class Server:
    def __init__(self, *options):
        self.process = subprocess.Popen(
            [sys.executable, str(SERVER), "--port", "0", "--ec2", EC2, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = "http://" + self.process.stdout.readline().removeprefix("listening ").strip()

    def client(self, service, key="test", secret="test", token=None):
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def as_role(self, service):
        role = f"arn:aws:iam::{ACCOUNT}:role/role"
        given = self.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        return self.client(service, given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    def control(self, method, path, body=None):
        return control(self.url, method, path, body)

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(10)


def control(url, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{url}/_lab/{path}", data, method=method)) as answer:
        return json.load(answer)


def create_stack(server, template):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zip:
        zip.writestr("bootstrap", BOOTSTRAP)
    s3, stacks = server.client("s3"), server.client("cloudformation")
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="code", Key="function.zip", Body=packed.getvalue())
    names = ["CAPABILITY_NAMED_IAM"]
    stacks.create_stack(StackName="stack", TemplateBody=json.dumps(template), Capabilities=names)
    return until(lambda: ended(stacks))


def ended(stacks, name="stack"):
    try:
        status = stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError:
        return "gone"
    return None if status.endswith("IN_PROGRESS") else status


def until(look):
    patience = time.monotonic() + 30
    while time.monotonic() < patience:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come about")


class Truth(unittest.TestCase):
    """A cloud with one stack for each test."""

    def setUp(self):
        control(EC2, "DELETE", "faults")
        self.server = Server()
        self.addCleanup(self.server.stop)
        self.server.control("POST", "settings", {"minute_ms": 200})
        self.assertEqual(create_stack(self.server, TEMPLATE), "CREATE_COMPLETE")
        self.lambda_ = self.server.client("lambda")
        self.events = self.server.client("events")
        self.allow(MAY_ALL)

    def allow(self, *statements):
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self.server.client("iam").put_role_policy(RoleName="role", PolicyName="policy", PolicyDocument=policy)

    def invoke(self, event, **how):
        self.lambda_.invoke(
            FunctionName="function", InvocationType="Event", Payload=json.dumps(event).encode(), **how
        )

    def configure(self, **config):
        self.lambda_.put_function_event_invoke_config(FunctionName="function", **config)

    def settled(self, count):
        def look():
            found = self.server.control("GET", "invocations")["invocations"]
            return found if len(found) == count and all(each["ended"] for each in found) else None

        return until(look)

    def queued(self):
        sqs = self.server.client("sqs")
        queue = sqs.get_queue_url(QueueName="queue")["QueueUrl"]
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        return found.get("Messages", [])

    def rule(self, permitted=True, target=None, **how):
        rule = self.events.put_rule(Name="rule", **how)["RuleArn"]
        if permitted:
            self.lambda_.add_permission(
                FunctionName="function",
                StatementId="rule",
                Action="lambda:InvokeFunction",
                Principal="events.amazonaws.com",
                SourceArn=rule,
            )
        target = target or f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:function"
        dead = {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue"}
        self.events.put_targets(Rule="rule", Targets=[{"Id": "t", "Arn": target, "DeadLetterConfig": dead}])

    def test_an_event_that_fails_is_tried_three_times_and_its_record_goes_to_the_destination(self):
        topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
        self.configure(DestinationConfig={"OnFailure": {"Destination": topic}})
        began = time.monotonic()
        self.invoke({"do": "fail"})
        invocation = self.settled(1)[0]
        self.assertGreater(time.monotonic() - began, 0.6, "one minute and two more")
        self.assertEqual(invocation["attempts"], ["as told"] * 3)
        self.assertEqual(invocation["ended"], "RetriesExhausted")
        record = json.loads(self.queued()[0]["Body"])
        self.assertEqual(record["requestContext"]["condition"], "RetriesExhausted")
        self.assertEqual(record["requestContext"]["approximateInvokeCount"], 3)
        self.assertEqual(record["requestPayload"], {"do": "fail"})
        self.assertEqual(record["responsePayload"], {"errorMessage": "as told"})
        log = self.server.client("logs").filter_log_events(logGroupName="/aws/lambda/function")["events"]
        started = [line["message"].split()[2] for line in log if line["message"].startswith("START")]
        self.assertEqual(started, [record["requestContext"]["requestId"]] * 3, "one request")

    def test_without_permission_to_publish_no_record_arrives(self):
        topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
        self.configure(MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": topic}})
        self.allow(MAY_NOTHING)
        self.invoke({"do": "fail"})
        self.settled(1)
        self.assertEqual(self.queued(), [])

    def test_the_record_of_a_success_goes_to_its_own_destination(self):
        topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
        self.configure(DestinationConfig={"OnSuccess": {"Destination": topic}})
        self.invoke({})
        self.settled(1)
        self.assertEqual(json.loads(self.queued()[0]["Body"])["requestContext"]["condition"], "Success")

    def test_an_event_is_given_up_when_it_is_too_old(self):
        self.configure(MaximumEventAgeInSeconds=60)
        self.invoke({"do": "fail"})
        invocation = self.settled(1)[0]
        self.assertEqual((len(invocation["attempts"]), invocation["ended"]), (1, "EventAgeExceeded"))

    def test_an_alias_has_retries_of_its_own(self):
        self.lambda_.create_alias(FunctionName="function", Name="alias", FunctionVersion="$LATEST")
        self.configure(Qualifier="alias", MaximumRetryAttempts=0)
        self.invoke({"do": "fail"}, Qualifier="alias")
        self.invoke({"do": "fail"})
        by_name = {each["qualifier"]: len(each["attempts"]) for each in self.settled(2)}
        self.assertEqual(by_name, {"alias": 1, "$LATEST": 3})

    def test_what_a_template_reserves_is_reserved_and_the_throttled_event_is_run_later(self):
        self.server.control("POST", "settings", {"minute_ms": 3000})
        reserved = self.lambda_.get_function_concurrency(FunctionName="function")
        self.assertEqual(reserved["ReservedConcurrentExecutions"], 1)
        self.server.control("POST", "settings", {"time_limit_ms": 500})
        self.configure(MaximumRetryAttempts=0)
        self.invoke({"do": "slow"})
        self.invoke({})
        slow, other = self.settled(2)
        self.assertIn("timed out after 0.5", slow["attempts"][0])
        self.assertEqual(other["attempts"], [None])
        self.assertGreater(slow["throttled"] + other["throttled"], 0)

    def test_a_function_that_may_not_write_its_log_writes_none(self):
        logs = self.server.client("logs")

        def lines():
            try:
                found = logs.filter_log_events(logGroupName="/aws/lambda/function")["events"]
            except ClientError:
                return []
            return [line["message"] for line in found if line["message"].startswith("event")]

        self.allow(MAY_NOTHING)
        self.invoke({"n": 1})
        self.settled(1)
        self.allow(MAY_ALL)
        self.invoke({"n": 2})
        self.settled(2)
        self.assertEqual(lines(), ['event {"n": 2}'])

    def test_a_rule_needs_the_functions_permission_and_what_it_cannot_deliver_is_kept(self):
        self.rule(permitted=False, EventPattern='{"source": ["own"]}')
        event = {"Source": "own", "DetailType": "x", "Detail": "{}"}
        self.events.put_events(Entries=[event])
        kept = self.queued()[0]
        self.assertEqual(kept["MessageAttributes"]["ERROR_CODE"]["StringValue"], "NO_PERMISSIONS")
        self.assertEqual(json.loads(kept["Body"])["source"], "own")
        self.assertEqual(self.server.control("GET", "invocations")["invocations"], [])
        self.rule(EventPattern='{"source": ["own"]}')
        self.events.put_events(Entries=[event])
        self.assertEqual(self.settled(1)[0]["ended"], "Success")

    def test_a_permission_for_a_function_is_none_for_its_alias(self):
        self.lambda_.create_alias(FunctionName="function", Name="alias", FunctionVersion="$LATEST")
        alias = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:function:alias"
        self.rule(target=alias, EventPattern='{"source": ["own"]}')
        self.events.put_events(Entries=[{"Source": "own", "DetailType": "x", "Detail": "{}"}])
        self.assertEqual(len(self.queued()), 1)

    def test_ec2s_events_come_in_by_themselves_and_customers_cannot_send_them(self):
        self.rule(EventPattern='{"source": ["aws.ec2"], "detail": {"state": ["running"]}}')
        sent = self.events.put_events(Entries=[{"Source": "aws.ec2", "DetailType": "x", "Detail": "{}"}])
        self.assertEqual(sent["Entries"][0]["ErrorCode"], "NotAuthorizedForSourceException")
        # Through the same endpoint as everything else.
        ec2 = self.server.client("ec2")
        instance = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
        invocation = self.settled(1)[0]
        happened = [each for each in control(EC2, "GET", "events")["events"] if each["detail"]["instance-id"] == instance]
        self.assertEqual(invocation["event"], happened[-1])
        self.server.control("POST", "settings", {"lose_events": True})
        ec2.stop_instances(InstanceIds=[instance])
        ec2.start_instances(InstanceIds=[instance])
        count = len(control(EC2, "GET", "events")["events"])
        until(lambda: self.server.control("GET", "events")["come_in"] >= count)
        self.assertEqual(len(self.settled(1)), 1)

    def test_schedules_fire_when_they_are_told_to(self):
        self.rule(ScheduleExpression="rate(1 minute)")
        self.server.control("POST", "due", {})
        self.server.control("POST", "due", {})
        self.assertEqual([each["event"]["source"] for each in self.settled(2)], ["aws.events"] * 2)

    def test_ec2_gives_iam_its_region_and_the_vpc_of_a_table(self):
        root, role = self.server.client("ec2"), self.server.as_role("ec2")
        vpc = root.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        tables = root.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
        table = tables[0]["RouteTableId"]

        def allowed(call, action, operator, key, value):
            condition = {operator: {key: value}}
            self.allow({"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition})
            try:
                call()
            except ClientError as error:
                self.assertEqual(error.response["Error"]["Code"], "UnauthorizedOperation")
                return False
            return True

        def describe():
            role.describe_instances()

        def delete():
            # The main table cannot be deleted: it is not EC2 that says no.
            try:
                role.delete_route_table(RouteTableId=table)
            except ClientError as error:
                if error.response["Error"]["Code"] == "UnauthorizedOperation":
                    raise

        vpcs = f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/"
        self.assertTrue(allowed(describe, "ec2:DescribeInstances", "StringEquals", "ec2:Region", REGION))
        self.assertFalse(allowed(describe, "ec2:DescribeInstances", "StringEquals", "ec2:Region", "eu-west-1"))
        self.assertTrue(allowed(delete, "ec2:DeleteRouteTable", "ArnEquals", "ec2:Vpc", vpcs + vpc))
        self.assertFalse(allowed(delete, "ec2:DeleteRouteTable", "ArnEquals", "ec2:Vpc", vpcs + "vpc-other"))
        self.assertFalse(allowed(describe, "ec2:DescribeInstances", "ArnEquals", "ec2:Vpc", vpcs + vpc))

    def test_what_ec2_does_not_answer_is_not_answered_here(self):
        control(EC2, "POST", "faults", {"match": {"Action": "DescribeVpcs"}, "effect": "lost_request", "count": 1})
        with self.assertRaises(BotoCoreError):
            self.server.client("ec2").describe_vpcs()
        self.server.client("ec2").describe_vpcs()

    def test_a_stacks_topic_lets_in_only_who_has_a_permission(self):
        topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
        self.server.as_role("sns").publish(TopicArn=topic, Message="m")
        self.allow(MAY_NOTHING)
        with self.assertRaises(ClientError) as refused:
            self.server.as_role("sns").publish(TopicArn=topic, Message="m")
        self.assertEqual(refused.exception.response["Error"]["Code"], "AuthorizationError")

    def test_an_address_is_pending_until_it_is_confirmed(self):
        stacks, topic = self.server.client("cloudformation"), f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
        mail = {"TopicArn": topic, "Protocol": "email", "Endpoint": "night@example.com"}
        one = {"Mail": {"Type": "AWS::SNS::Subscription", "Properties": mail}}
        stacks.create_stack(StackName="other", TemplateBody=json.dumps({"Resources": one}))
        self.assertEqual(until(lambda: ended(stacks, "other")), "CREATE_COMPLETE")

        def shown():
            listed = self.server.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
            return [each["SubscriptionArn"] for each in listed if each["Protocol"] == "email"]

        self.assertEqual(shown(), ["PendingConfirmation"])
        self.assertEqual(self.server.control("POST", "mail", {}), {"followed": ["night@example.com"]})
        [confirmed] = shown()
        self.assertTrue(confirmed.startswith(f"{topic}:"), confirmed)

    def test_a_function_has_code_that_is_there_and_reserves_no_more_than_its_account_may(self):
        stacks = self.server.client("cloudformation")

        def created(**changed):
            function = TEMPLATE["Resources"]["Function"]
            role = {"Role": f"arn:aws:iam::{ACCOUNT}:role/role", "FunctionName": "other"}
            one = {"F": {**function, "Properties": {**function["Properties"], **role, **changed}}}
            stacks.create_stack(StackName="other", TemplateBody=json.dumps({"Resources": one}))
            status = until(lambda: ended(stacks, "other"))
            stacks.delete_stack(StackName="other")
            until(lambda: ended(stacks, "other") == "gone")
            return status == "CREATE_COMPLETE"

        self.assertTrue(created())
        self.assertFalse(created(Code={"S3Bucket": "code", "S3Key": "mistyped.zip"}))
        # One is reserved already, and 100 are kept for those who reserve none.
        self.assertTrue(created(ReservedConcurrentExecutions=899))
        self.assertFalse(created(ReservedConcurrentExecutions=900))
        self.server.control("POST", "settings", {"account_concurrency": 10})
        self.assertFalse(created(ReservedConcurrentExecutions=1))

    def test_schemas_are_made_kept_to_their_registry_and_put_away_with_the_stack(self):
        self.assertEqual(self.server.control("GET", "schemas"), {"registry": {"schema": "{}"}})
        self.server.client("cloudformation").delete_stack(StackName="stack")
        until(lambda: self.server.control("GET", "schemas") == {})

    def test_the_control_says_what_is_wrong(self):
        for path, body, status in [
            ("settings", {"hours": 1}, 400),
            ("settings", {"minute_ms": -1}, 400),
            ("settings", {"lose_events": 1}, 400),
            ("event", {"id": "x"}, 400),
            ("nothing", {}, 404),
        ]:
            with self.subTest(path=path, body=body), self.assertRaises(urllib.error.HTTPError) as refused:
                self.server.control("POST", path, body)
            self.assertEqual(refused.exception.code, status)


class Plain(unittest.TestCase):
    """ministack as its makers ship it has none of this."""

    def setUp(self):
        self.server = Server("--plain")
        self.addCleanup(self.server.stop)

    def test_it_does_not_know_schemas(self):
        with self.assertRaises(ClientError) as refused:
            create_stack(self.server, TEMPLATE)
        self.assertIn("AWS::EventSchemas", str(refused.exception))

    def test_it_reserves_nothing_and_lets_anybody_publish_and_ignores_ec2s_keys(self):
        known = {name: what for name, what in TEMPLATE["Resources"].items() if "EventSchemas" not in what["Type"]}
        self.assertEqual(create_stack(self.server, {"Resources": known}), "CREATE_COMPLETE")
        reserved = self.server.client("lambda").get_function_concurrency(FunctionName="function")
        self.assertNotIn("ReservedConcurrentExecutions", reserved)
        topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
        self.server.as_role("sns").publish(TopicArn=topic, Message="m")
        statement = {**MAY_ALL, "Condition": {"StringEquals": {"ec2:Region": REGION}}}
        self.server.client("iam").put_role_policy(
            RoleName="role", PolicyName="policy", PolicyDocument=json.dumps({"Statement": [statement]})
        )
        with self.assertRaises(ClientError):
            self.server.as_role("ec2").describe_instances()


if __name__ == "__main__":
    if EC2 is None:
        sys.exit("usage: python test_cloud.py EC2_URL")
    unittest.main()
