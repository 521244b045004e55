"""Checks, over the wire, each truth that `truth` adds to moto, and that `--plain` adds none.

    python test_truth.py
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlencode

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

SERVER = Path(__file__).with_name("ec2_server.py")
PROXY = Path(__file__).with_name("fault_proxy.py")
REGION = "eu-west-1"


class Server:
    def __init__(self, *options, script=SERVER):
        self.process = subprocess.Popen(
            [sys.executable, str(script), "--port", "0", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = "http://" + self.process.stdout.readline().removeprefix("listening ").strip()

    def client(self, service, region=REGION):
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id="lab",
            aws_secret_access_key="lab",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_lab/{path}", data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(10)


class Vpc:
    """Two subnets in two zones, an interface in each, one route table."""

    def __init__(self, ec2):
        self.ec2 = ec2
        self.id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [self._subnet("10.0.1.0/24", "a"), self._subnet("10.0.2.0/24", "b")]
        self.interfaces = [self.interface(subnet) for subnet in self.subnets]
        self.table = self.route_table()

    def _subnet(self, cidr, zone):
        answer = self.ec2.create_subnet(VpcId=self.id, CidrBlock=cidr, AvailabilityZone=REGION + zone)
        return answer["Subnet"]["SubnetId"]

    def interface(self, subnet):
        return self.ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]

    def route_table(self):
        return self.ec2.create_route_table(VpcId=self.id)["RouteTable"]["RouteTableId"]

    def launch(self, *interfaces):
        """An instance on given interfaces, or on one of its own in the first subnet."""
        specs = [{"DeviceIndex": index, "NetworkInterfaceId": id_} for index, id_ in enumerate(interfaces)]
        specs = specs or [{"DeviceIndex": 0, "SubnetId": self.subnets[0]}]
        answer = self.ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, NetworkInterfaces=specs)
        return answer["Instances"][0]["InstanceId"]

    def instance(self, id_):
        return self.ec2.describe_instances(InstanceIds=[id_])["Reservations"][0]["Instances"][0]

    def state(self, id_):
        return self.instance(id_)["State"]["Name"]

    def add_route(self, interface, **destination):
        self.ec2.create_route(RouteTableId=self.table, NetworkInterfaceId=interface, **destination)

    def replace_route(self, **params):
        return self.ec2.replace_route(**{"RouteTableId": self.table, **params})

    def routes(self):
        """The routes of the table, by destination."""
        table = self.ec2.describe_route_tables(RouteTableIds=[self.table])["RouteTables"][0]
        return {destination_of(route): route for route in table["Routes"]}

    def prefix_list(self):
        answer = self.ec2.create_managed_prefix_list(
            PrefixListName="offices", MaxEntries=5, AddressFamily="IPv4", Entries=[{"Cidr": "192.0.2.0/24"}]
        )
        return answer["PrefixList"]["PrefixListId"]


def destination_of(route):
    kinds = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    return next((route[kind] for kind in kinds if kind in route), None)


class LabTest(unittest.TestCase):
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.options)
        cls.ec2 = cls.server.client("ec2")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        self.vpc = Vpc(self.ec2)

    def refused(self, code, call, status=400, **params):
        with self.assertRaises(ClientError) as caught:
            call(**params)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], status)


class TruthTest(LabTest):
    def setUp(self):
        self.server.control("POST", "reset")
        super().setUp()

    def settings(self, **changes):
        return self.server.control("POST", "settings", changes)

    def fault(self, **fault):
        return self.server.control("POST", "faults", fault)["id"]

    def calls(self, action):
        return self.server.control("GET", f"calls?action={action}")["calls"]

    def states(self, since=0):
        answer = self.server.control("GET", f"events?since={since}")
        return [event["detail"]["state"] for event in answer["events"]]


class Routes(TruthTest):
    def test_state_follows_the_instance_behind_the_interface(self):
        a, _ = self.vpc.interfaces
        self.vpc.add_route(a, DestinationCidrBlock="0.0.0.0/0")
        self.assertEqual(self.vpc.routes()["0.0.0.0/0"]["State"], "blackhole")
        self.assertNotIn("InstanceId", self.vpc.routes()["0.0.0.0/0"])
        instance = self.vpc.launch(a)
        route = self.vpc.routes()["0.0.0.0/0"]
        self.assertEqual((route["State"], route["InstanceId"]), ("active", instance))
        self.assertEqual(route["InstanceOwnerId"], "123456789012")
        self.settings(stopping_ms=60_000)
        self.ec2.stop_instances(InstanceIds=[instance])
        self.assertEqual(self.vpc.routes()["0.0.0.0/0"]["State"], "active")
        self.settings(stopping_ms=0)
        self.assertEqual(self.vpc.routes()["0.0.0.0/0"]["State"], "blackhole")
        self.ec2.start_instances(InstanceIds=[instance])
        self.assertEqual(self.vpc.routes()["0.0.0.0/0"]["State"], "active")
        self.ec2.terminate_instances(InstanceIds=[instance])
        self.assertEqual(self.vpc.routes()["0.0.0.0/0"]["State"], "blackhole")

    def test_origin_says_who_made_the_route(self):
        a, b = self.vpc.interfaces
        self.vpc.add_route(a, DestinationCidrBlock="0.0.0.0/0")
        self.vpc.replace_route(DestinationCidrBlock="0.0.0.0/0", NetworkInterfaceId=b)
        self.vpc.replace_route(DestinationCidrBlock="10.0.0.0/16", NetworkInterfaceId=b)
        self.assertEqual(self.vpc.routes()["0.0.0.0/0"]["Origin"], "CreateRoute")
        self.assertEqual(self.vpc.routes()["10.0.0.0/16"]["Origin"], "CreateRouteTable")
        self.vpc.replace_route(DestinationCidrBlock="10.0.0.0/16", LocalTarget=True)
        self.assertEqual(self.vpc.routes()["10.0.0.0/16"]["GatewayId"], "local")
        self.assertNotIn("NetworkInterfaceId", self.vpc.routes()["10.0.0.0/16"])

    def test_every_kind_of_destination_keeps_itself(self):
        a, b = self.vpc.interfaces
        destinations = {
            "DestinationCidrBlock": "0.0.0.0/0",
            "DestinationIpv6CidrBlock": "::/0",
            "DestinationPrefixListId": self.vpc.prefix_list(),
        }
        for kind, destination in destinations.items():
            self.vpc.add_route(a, **{kind: destination})
            self.vpc.replace_route(NetworkInterfaceId=b, **{kind: destination})
            route = self.vpc.routes()[destination]
            self.assertEqual((route[kind], route["NetworkInterfaceId"]), (destination, b))
            self.ec2.delete_route(RouteTableId=self.vpc.table, **{kind: destination})
            self.assertNotIn(destination, self.vpc.routes())

    def test_replace_route_takes_one_destination_and_one_target(self):
        a, b = self.vpc.interfaces
        self.vpc.add_route(a, DestinationCidrBlock="0.0.0.0/0")
        replace = self.vpc.replace_route
        self.refused("MissingParameter", replace, DestinationCidrBlock="0.0.0.0/0")
        self.refused("MissingParameter", replace, NetworkInterfaceId=b)
        both = {"DestinationCidrBlock": "0.0.0.0/0", "NetworkInterfaceId": b}
        self.refused("InvalidParameterCombination", replace, **both, GatewayId="igw-1")
        self.refused("InvalidParameterCombination", replace, **both, DestinationIpv6CidrBlock="::/0")
        self.assertEqual(self.vpc.routes()["0.0.0.0/0"]["NetworkInterfaceId"], a)

    def test_replace_route_names_what_is_missing(self):
        a, b = self.vpc.interfaces
        self.vpc.add_route(a, DestinationCidrBlock="0.0.0.0/0")
        good = {"DestinationCidrBlock": "0.0.0.0/0", "NetworkInterfaceId": b}
        replace = self.vpc.replace_route
        self.refused("InvalidParameterValue", replace, **{**good, "DestinationCidrBlock": "0.0.0.0/1"})
        self.refused("InvalidRouteTableID.NotFound", replace, **good, RouteTableId="rtb-0123456789abcdef0")
        missing = {**good, "NetworkInterfaceId": "eni-0123456789abcdef0"}
        self.refused("InvalidNetworkInterfaceID.NotFound", replace, **missing)
        elsewhere = Vpc(self.ec2).interfaces[0]
        self.refused("InvalidParameterValue", replace, **{**good, "NetworkInterfaceId": elsewhere})
        self.assertEqual(self.vpc.routes()["0.0.0.0/0"]["NetworkInterfaceId"], a)

    def test_replace_route_refused_by_moto_leaves_the_route(self):
        a, _ = self.vpc.interfaces
        self.vpc.add_route(a, DestinationCidrBlock="0.0.0.0/0")
        to_gateway = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0123456789abcdef0"}
        self.refused("InvalidInternetGatewayID.NotFound", self.vpc.replace_route, **to_gateway)
        no_nat = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-0123456789abcdef0"}
        self.refused("InvalidParameterValue", self.vpc.replace_route, **no_nat)
        self.assertEqual(self.vpc.routes()["0.0.0.0/0"]["NetworkInterfaceId"], a)
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.vpc.replace_route(DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        route = self.vpc.routes()["0.0.0.0/0"]
        self.assertEqual((route["GatewayId"], route.get("NetworkInterfaceId")), (gateway, None))

    def test_replace_route_by_instance_is_by_its_interface(self):
        a, b = self.vpc.interfaces
        self.vpc.add_route(a, DestinationCidrBlock="0.0.0.0/0")
        self.vpc.replace_route(DestinationCidrBlock="0.0.0.0/0", InstanceId=self.vpc.launch(b))
        self.assertEqual(self.vpc.routes()["0.0.0.0/0"]["NetworkInterfaceId"], b)

    def test_create_route_refuses_what_it_cannot_make(self):
        a, b = self.vpc.interfaces
        create = self.ec2.create_route
        good = {"RouteTableId": self.vpc.table, "DestinationCidrBlock": "0.0.0.0/0", "NetworkInterfaceId": a}
        create(**good)
        self.refused("RouteAlreadyExists", create, **{**good, "NetworkInterfaceId": b})
        self.refused("InvalidParameterValue", create, **{**good, "DestinationCidrBlock": "10.9.0"})
        self.refused("MissingParameter", create, RouteTableId=self.vpc.table, NetworkInterfaceId=a)
        unknown = {"RouteTableId": self.vpc.table, "NetworkInterfaceId": a, "DestinationPrefixListId": "pl-0"}
        self.refused("InvalidPrefixListID.NotFound", create, **unknown)
        self.assertEqual(self.vpc.routes()["0.0.0.0/0"]["NetworkInterfaceId"], a)

    def test_tables_are_found_by_their_routes(self):
        a, _ = self.vpc.interfaces
        self.vpc.add_route(a, DestinationIpv6CidrBlock="::/0")
        for name, value in (
            ("route.destination-ipv6-cidr-block", "::/0"),
            ("route.state", "blackhole"),
            ("route.origin", "CreateRoute"),
        ):
            filters = [{"Name": name, "Values": [value]}, {"Name": "vpc-id", "Values": [self.vpc.id]}]
            tables = self.ec2.describe_route_tables(Filters=filters)["RouteTables"]
            self.assertEqual([table["RouteTableId"] for table in tables], [self.vpc.table], name)

    def test_dry_run_changes_nothing(self):
        a, b = self.vpc.interfaces
        self.vpc.add_route(a, DestinationCidrBlock="0.0.0.0/0")
        route = {"RouteTableId": self.vpc.table, "DestinationCidrBlock": "0.0.0.0/0", "DryRun": True}
        self.refused("DryRunOperation", self.ec2.replace_route, 412, NetworkInterfaceId=b, **route)
        self.refused("DryRunOperation", self.ec2.delete_route, 412, **route)
        self.assertEqual(self.vpc.routes()["0.0.0.0/0"]["NetworkInterfaceId"], a)
        self.fault(match={"Action": "ReplaceRoute"}, effect="deny")
        self.refused("UnauthorizedOperation", self.ec2.replace_route, 403, NetworkInterfaceId=b, **route)


class Paging(TruthTest):
    def test_route_tables_come_in_pages(self):
        expected = {self.vpc.table, *(self.vpc.route_table() for _ in range(11))}
        filters = [
            {"Name": "vpc-id", "Values": [self.vpc.id]},
            {"Name": "association.main", "Values": ["false"]},
        ]
        first = self.ec2.describe_route_tables(Filters=filters, MaxResults=5)
        self.assertEqual(len(first["RouteTables"]), 5)
        pages = self.ec2.get_paginator("describe_route_tables").paginate(
            Filters=filters, PaginationConfig={"PageSize": 5}
        )
        found = [[table["RouteTableId"] for table in page["RouteTables"]] for page in pages]
        self.assertEqual([len(page) for page in found], [5, 5, 2])
        self.assertEqual({id_ for page in found for id_ in page}, expected)
        self.refused("InvalidParameterValue", self.ec2.describe_route_tables, MaxResults=101)
        self.refused("InvalidNextToken", self.ec2.describe_route_tables, NextToken="nonsense")

    def test_route_tables_come_100_to_a_page_at_most(self):
        for _ in range(100):
            self.vpc.route_table()
        filters = [{"Name": "vpc-id", "Values": [self.vpc.id]}]
        first = self.ec2.describe_route_tables(Filters=filters)
        second = self.ec2.describe_route_tables(Filters=filters, NextToken=first["NextToken"])
        self.assertEqual((len(first["RouteTables"]), len(second["RouteTables"])), (100, 2))
        self.assertNotIn("NextToken", second)

    def test_interfaces_come_in_pages(self):
        for _ in range(4):
            self.vpc.interface(self.vpc.subnets[0])
        filters = [{"Name": "vpc-id", "Values": [self.vpc.id]}]
        first = self.ec2.describe_network_interfaces(Filters=filters, MaxResults=5)
        second = self.ec2.describe_network_interfaces(Filters=filters, MaxResults=5, NextToken=first["NextToken"])
        self.assertEqual((len(first["NetworkInterfaces"]), len(second["NetworkInterfaces"])), (5, 1))

    def test_instances_are_found_by_interface_and_come_in_pages(self):
        a, b = self.vpc.interfaces
        on_a, on_b = self.vpc.launch(a), self.vpc.launch(b)
        self.vpc.launch()
        lone = self.vpc.interface(self.vpc.subnets[0])
        by_interface = [{"Name": "network-interface.network-interface-id", "Values": [a, b, lone]}]
        self.assertEqual(self.found(by_interface), [on_a, on_b])
        self.assertEqual(self.found([{**by_interface[0], "Values": [lone]}]), [])
        first = self.ec2.describe_instances(Filters=by_interface, MaxResults=1)
        second = self.ec2.describe_instances(Filters=by_interface, MaxResults=1, NextToken=first["NextToken"])
        self.assertEqual(len(first["Reservations"]) + len(second["Reservations"]), 2)
        self.assertNotIn("NextToken", second)

    def found(self, filters):
        reservations = self.ec2.describe_instances(Filters=filters)["Reservations"]
        return [instance["InstanceId"] for reservation in reservations for instance in reservation["Instances"]]


class Instances(TruthTest):
    def test_states_pass_and_events_tell_of_them(self):
        instance = self.vpc.launch(self.vpc.interfaces[0])
        self.assertEqual(self.vpc.state(instance), "running")
        self.ec2.stop_instances(InstanceIds=[instance])
        self.assertEqual(self.vpc.state(instance), "stopped")
        self.ec2.start_instances(InstanceIds=[instance])
        self.assertEqual(self.vpc.state(instance), "running")
        self.ec2.terminate_instances(InstanceIds=[instance])
        self.assertEqual(self.vpc.state(instance), "terminated")
        seen = ["pending", "running", "stopping", "stopped", "pending", "running", "shutting-down", "terminated"]
        self.assertEqual(self.states(), seen)
        self.assertEqual(self.states(since=6), seen[6:])
        self.server.control("DELETE", "events")
        self.assertEqual(self.states(), [])

    def test_events_have_the_shape_of_eventbridge(self):
        before = time.time()
        instance = self.vpc.launch()
        event = self.server.control("GET", "events")["events"][0]
        sent = time.mktime(time.strptime(event.pop("time"), "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
        self.assertAlmostEqual(sent, before, delta=10)
        self.assertEqual(len(event.pop("id")), 36)
        expected = {
            "version": "0",
            "detail-type": "EC2 Instance State-change Notification",
            "source": "aws.ec2",
            "account": "123456789012",
            "region": REGION,
            "resources": [f"arn:aws:ec2:{REGION}:123456789012:instance/{instance}"],
            "detail": {"instance-id": instance, "state": "pending"},
        }
        self.assertEqual(event, expected)

    def test_china_has_its_own_partition(self):
        vpc_client = self.server.client("ec2", "cn-northwest-1")
        vpc_client.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
        event = self.server.control("GET", "events")["events"][0]
        self.assertTrue(event["resources"][0].startswith("arn:aws-cn:ec2:cn-northwest-1:"))

    def test_passing_states_last_as_long_as_they_are_set_to(self):
        instance = self.vpc.launch()
        self.assertEqual(self.vpc.state(instance), "running")
        self.settings(stopping_ms=2000)
        started = time.monotonic()
        self.ec2.stop_instances(InstanceIds=[instance])
        self.refused("IncorrectInstanceState", self.ec2.start_instances, InstanceIds=[instance])
        while self.vpc.state(instance) == "stopping":
            time.sleep(0.05)
        self.assertEqual(self.vpc.state(instance), "stopped")
        self.assertGreater(time.monotonic() - started, 2)

    def test_a_repeated_order_changes_nothing(self):
        instance = self.vpc.launch()
        self.ec2.start_instances(InstanceIds=[instance])
        self.ec2.stop_instances(InstanceIds=[instance])
        again = self.ec2.stop_instances(InstanceIds=[instance])["StoppingInstances"][0]
        self.assertEqual(again["PreviousState"]["Name"], "stopped")
        self.assertEqual(self.states(), ["pending", "running", "stopping", "stopped"])

    def test_a_terminated_instance_stays_so(self):
        gone, there = self.vpc.launch(), self.vpc.launch()
        self.ec2.stop_instances(InstanceIds=[there])
        self.ec2.terminate_instances(InstanceIds=[gone])
        self.refused("IncorrectInstanceState", self.ec2.start_instances, InstanceIds=[there, gone])
        self.refused("IncorrectInstanceState", self.ec2.stop_instances, InstanceIds=[gone])
        self.refused("IncorrectInstanceState", self.ec2.reboot_instances, InstanceIds=[gone])
        self.assertEqual((self.vpc.state(gone), self.vpc.state(there)), ("terminated", "stopped"))

    def test_start_renews_the_launch_time(self):
        instance = self.vpc.launch()
        first = self.vpc.instance(instance)["LaunchTime"]
        self.ec2.stop_instances(InstanceIds=[instance])
        self.assertEqual(self.vpc.instance(instance)["LaunchTime"], first)
        time.sleep(1.1)
        self.ec2.start_instances(InstanceIds=[instance])
        self.assertGreater(self.vpc.instance(instance)["LaunchTime"], first)

    def test_interfaces_stay_when_stopped_and_go_when_terminated(self):
        instance = self.vpc.launch(*self.vpc.interfaces)
        made = self.vpc.launch()
        made_interface = self.vpc.instance(made)["NetworkInterfaces"][0]["NetworkInterfaceId"]
        self.ec2.stop_instances(InstanceIds=[instance])
        self.assertEqual(len(self.vpc.instance(instance)["NetworkInterfaces"]), 2)
        self.ec2.terminate_instances(InstanceIds=[instance, made])
        self.assertEqual(self.vpc.instance(instance).get("NetworkInterfaces", []), [])
        self.assertNotIn("VpcId", self.vpc.instance(instance))
        left = self.ec2.describe_network_interfaces(NetworkInterfaceIds=self.vpc.interfaces)["NetworkInterfaces"]
        self.assertEqual([(each["Status"], "Attachment" in each) for each in left], [("available", False)] * 2)
        self.refused(
            "InvalidNetworkInterfaceID.NotFound",
            self.ec2.describe_network_interfaces,
            NetworkInterfaceIds=[made_interface],
        )

    def test_an_interface_in_use_is_not_deleted(self):
        a, b = self.vpc.interfaces
        self.vpc.launch(a)
        self.refused("InvalidParameterValue", self.ec2.delete_network_interface, NetworkInterfaceId=a)
        self.ec2.delete_network_interface(NetworkInterfaceId=b)

    def test_zone_and_source_dest_check_are_the_primary_interfaces(self):
        instance = self.vpc.launch(self.vpc.interfaces[1])
        self.assertEqual(self.vpc.instance(instance)["Placement"]["AvailabilityZone"], f"{REGION}b")
        self.ec2.modify_instance_attribute(InstanceId=instance, SourceDestCheck={"Value": False})
        described = self.vpc.instance(instance)
        self.assertFalse(described["SourceDestCheck"])
        self.assertFalse(described["NetworkInterfaces"][0]["SourceDestCheck"])


class Faults(TruthTest):
    def setUp(self):
        super().setUp()
        self.a, self.b = self.vpc.interfaces
        self.vpc.add_route(self.a, DestinationCidrBlock="0.0.0.0/0")
        self.to_b = {"DestinationCidrBlock": "0.0.0.0/0", "NetworkInterfaceId": self.b}

    def target(self):
        return self.vpc.routes()["0.0.0.0/0"]["NetworkInterfaceId"]

    def test_an_error_hits_what_it_matches_as_often_as_told(self):
        error = {"effect": "error", "code": "InternalError", "status": 500, "message": "an <odd> one"}
        match = {"Action": "ReplaceRoute", "RouteTableId": self.vpc.table, "DestinationCidrBlock": ["0.0.0.0/0"]}
        self.fault(match=match, count=2, after=1, **error)
        self.fault(match={"Action": "ReplaceRoute", "RouteTableId": "rtb-another"}, **error)
        to_a = {**self.to_b, "NetworkInterfaceId": self.a}
        self.vpc.replace_route(**self.to_b)
        self.refused("InternalError", self.vpc.replace_route, 500, **to_a)
        self.refused("InternalError", self.vpc.replace_route, 500, **to_a)
        self.assertEqual(self.target(), self.b)
        self.vpc.replace_route(**to_a)
        self.assertEqual(self.target(), self.a)

    def test_deny_on_one_table(self):
        self.fault(match={"Action": "ReplaceRoute", "RouteTableId": self.vpc.table}, effect="deny")
        self.refused("UnauthorizedOperation", self.vpc.replace_route, 403, **self.to_b)
        self.assertEqual(self.target(), self.a)
        self.server.control("DELETE", "faults")
        self.vpc.replace_route(**self.to_b)
        self.assertEqual(self.target(), self.b)

    def test_a_lost_reply_leaves_the_change_made(self):
        self.fault(match={"Action": "ReplaceRoute"}, effect="lost_reply", count=1)
        with self.assertRaises(BotoCoreError):
            self.vpc.replace_route(**self.to_b)
        self.assertEqual(self.target(), self.b)
        call = self.calls("ReplaceRoute")[0]
        self.assertEqual((call["status"], call["code"]), (None, "lost_reply"))

    def test_a_lost_request_leaves_the_change_unmade(self):
        self.fault(match={"Action": "ReplaceRoute"}, effect="lost_request", count=1)
        with self.assertRaises(BotoCoreError):
            self.vpc.replace_route(**self.to_b)
        self.assertEqual(self.target(), self.a)

    def test_a_malformed_reply_leaves_the_change_made(self):
        self.fault(match={"Action": "ReplaceRoute"}, effect="malformed", count=1)
        with self.assertRaises(ResponseParserError):
            self.vpc.replace_route(**self.to_b)
        self.assertEqual(self.target(), self.b)
        self.fault(match={"Action": "DescribeRouteTables"}, effect="malformed", count=1)
        with self.assertRaises(ResponseParserError):
            self.vpc.routes()
        self.assertEqual(self.target(), self.b)

    def test_an_endless_reply_makes_the_change_and_goes_on(self):
        self.fault(match={"Action": "ReplaceRoute"}, effect="endless", count=1)
        connection = http.client.HTTPConnection(self.server.url.removeprefix("http://"), timeout=10)
        params = {"Action": "ReplaceRoute", "Version": "2016-11-15", "RouteTableId": self.vpc.table, **self.to_b}
        scope = f"lab/20260101/{REGION}/ec2/aws4_request"
        headers = {
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST", "/", urlencode(params), headers)
        reply = connection.getresponse()
        beginning = reply.read(500)
        self.assertIn(b"<ReplaceRouteResponse", beginning)
        self.assertNotIn(b"</ReplaceRouteResponse>", beginning)
        self.assertEqual(reply.read(3), b"   ")
        connection.close()
        self.assertEqual(self.target(), self.b)

    def test_latency_is_from_request_to_reply(self):
        self.settings(latency_ms=100)
        self.fault(match={"Action": "ReplaceRoute"}, effect="latency", latency_ms=200)
        self.assertGreaterEqual(self.timed(self.vpc.routes), 0.1)
        self.assertGreaterEqual(self.timed(self.vpc.replace_route, **self.to_b), 0.3)

    def test_latency_of_parallel_calls_runs_in_parallel(self):
        self.settings(latency_ms=500)
        started = time.monotonic()
        threads = [threading.Thread(target=self.vpc.replace_route, kwargs=self.to_b) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertLess(time.monotonic() - started, 2.5)
        self.assertEqual(len(self.calls("ReplaceRoute")), 10)

    def test_random_throttling_comes_from_its_seed(self):
        def run():
            self.server.control("DELETE", "faults")
            self.server.control("DELETE", "calls")
            self.fault(match={"Action": "ReplaceRoute"}, effect="throttle", probability=0.5, seed=7)
            for _ in range(20):
                try:
                    self.vpc.replace_route(**self.to_b)
                except ClientError as error:
                    self.assertEqual(error.response["Error"]["Code"], "RequestLimitExceeded")
            return [call["status"] for call in self.calls("ReplaceRoute")]

        first = run()
        self.assertEqual(first, run())
        self.assertEqual(set(first), {200, 503})

    def test_buckets_throttle_and_refill(self):
        self.server.control("POST", "buckets", {"ReplaceRoute": {"burst": 2, "refill_per_second": 0.5}})
        self.vpc.replace_route(**self.to_b)
        self.vpc.replace_route(**self.to_b)
        self.refused("RequestLimitExceeded", self.vpc.replace_route, 503, **self.to_b)
        self.vpc.routes()
        time.sleep(2.1)
        self.vpc.replace_route(**self.to_b)

    def test_documented_buckets_hold_50_writes_and_5_a_second(self):
        self.server.control("POST", "buckets", {"documented": True})
        served, started = 0, time.monotonic()
        for _ in range(80):
            try:
                self.vpc.replace_route(**self.to_b)
                served += 1
            except ClientError:
                pass
        self.assertGreaterEqual(served, 50)
        self.assertLessEqual(served, 51 + 5 * (time.monotonic() - started))
        self.server.control("POST", "buckets", {})
        self.vpc.replace_route(**self.to_b)

    def test_calls_are_logged_with_what_matters(self):
        self.server.control("DELETE", "calls")
        self.vpc.replace_route(**self.to_b)
        self.refused("MissingParameter", self.vpc.replace_route, NetworkInterfaceId=self.b)
        good, bad = self.calls("ReplaceRoute")
        self.assertEqual(good["params"], {"RouteTableId": self.vpc.table, **self.to_b})
        self.assertEqual((good["service"], good["region"], good["status"], good["code"]), ("ec2", REGION, 200, None))
        self.assertLessEqual(good["at_ms"], good["done_ms"])
        self.assertEqual(good["access_key"], "lab")
        self.assertEqual((bad["status"], bad["code"]), (400, "MissingParameter"))
        self.assertEqual(self.calls("DeleteRoute"), [])

    def test_publish_can_fail_too(self):
        sns = self.server.client("sns")
        topic = sns.create_topic(Name="routes")["TopicArn"]
        self.fault(match={"Action": "Publish"}, effect="error", code="InternalError", status=500)
        self.refused("InternalError", sns.publish, 500, TopicArn=topic, Message="moved")

    def test_a_message_reaches_a_queue(self):
        sns, sqs = self.server.client("sns"), self.server.client("sqs")
        topic = sns.create_topic(Name="routes")["TopicArn"]
        queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        sns.publish(TopicArn=topic, Subject="vaer", Message="moved")
        message = json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])
        self.assertEqual((message["Subject"], message["Message"]), ("vaer", "moved"))

    def timed(self, call, **params):
        started = time.monotonic()
        call(**params)
        return time.monotonic() - started


class Clock(TruthTest):
    def setUp(self):
        super().setUp()
        self.filters = {"Filters": [{"Name": "vpc-id", "Values": [self.vpc.id]}]}

    def test_a_signature_is_good_for_five_minutes_in_both_directions(self):
        for offset, is_good in ((0, True), (290, True), (-290, True), (310, False), (-310, False)):
            self.settings(clock_offset_s=offset)
            # A client of its own: botocore remembers how far the clocks are apart.
            describe = self.server.client("ec2").describe_route_tables
            if is_good:
                describe(**self.filters)
            else:
                self.refused("RequestExpired", describe, **self.filters)

    def test_other_services_call_it_a_wrong_signature(self):
        self.settings(clock_offset_s=600)
        self.refused("SignatureDoesNotMatch", self.server.client("sns").create_topic, 403, Name="late")

    def test_the_date_of_a_reply_is_that_of_the_servers_clock(self):
        for offset in (0, 200, -200):
            self.settings(clock_offset_s=offset)
            reply = self.server.client("ec2").describe_route_tables(**self.filters)["ResponseMetadata"]
            date = parsedate_to_datetime(reply["HTTPHeaders"]["date"])
            self.assertAlmostEqual(date.timestamp() - time.time(), offset, delta=10)


class ControlApi(TruthTest):
    def test_what_is_wrong_is_named(self):
        for path, body, named in (
            ("settings", {"latency": 1}, "latency"),
            ("settings", {"latency_ms": -1}, "-1"),
            ("settings", {"clock_offset_s": "late"}, "late"),
            ("faults", {"effect": "explode"}, "explode"),
            ("faults", {"effect": "deny", "matches": {}}, "matches"),
            ("faults", {"effect": "error"}, "code"),
            ("buckets", {"ReplaceRoute": {"burst": 1}}, "refill_per_second"),
            ("buckets", [], "object"),
        ):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                self.server.control("POST", path, body)
            self.assertEqual(caught.exception.code, 400)
            self.assertIn(named, json.load(caught.exception)["error"])

    def test_an_unknown_endpoint_is_not_found(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.server.control("GET", "weather")
        self.assertEqual(caught.exception.code, 404)
        caught.exception.close()

    def test_a_fault_is_shown_and_removed(self):
        id_ = self.fault(match={}, effect="latency", latency_ms=0)
        self.ec2.describe_vpcs()
        fault = {"id": id_, "hits": 1, "match": {}, "effect": "latency", "latency_ms": 0}
        self.assertEqual(self.server.control("GET", "faults"), {"faults": [fault]})
        self.server.control("DELETE", f"faults/{id_}")
        self.assertEqual(self.server.control("GET", "faults"), {"faults": []})

    def test_motos_own_reset_works(self):
        self.vpc.launch()
        with urllib.request.urlopen(urllib.request.Request(f"{self.server.url}/moto-api/reset", method="POST")):
            pass
        self.refused("InvalidVpcID.NotFound", self.ec2.describe_vpcs, VpcIds=[self.vpc.id])
        self.assertEqual(self.states(), ["pending"])

    def test_the_labs_reset_forgets_everything(self):
        self.settings(latency_ms=1)
        self.fault(match={}, effect="deny")
        self.server.control("POST", "reset")
        self.assertEqual(self.server.control("GET", "settings")["latency_ms"], 0)
        self.assertEqual((self.states(), self.server.control("GET", "calls")["calls"]), ([], []))
        self.refused("InvalidVpcID.NotFound", self.ec2.describe_vpcs, VpcIds=[self.vpc.id])


class Plain(LabTest):
    """The same places, as moto has them: this fails when a newer moto stops lying and a truth can go."""

    options = ("--plain",)

    def test_there_is_no_control_api(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.server.control("GET", "events")
        caught.exception.close()

    def test_routes_are_as_in_moto(self):
        a, b = self.vpc.interfaces
        self.vpc.add_route(a, DestinationCidrBlock="0.0.0.0/0")
        self.vpc.replace_route(DestinationCidrBlock="0.0.0.0/0", NetworkInterfaceId=b, DryRun=True)
        route = self.vpc.routes()["0.0.0.0/0"]
        self.assertEqual((route["NetworkInterfaceId"], route["State"]), (b, "active"))
        self.vpc.replace_route(DestinationCidrBlock="0.0.0.0/0")
        self.assertNotIn("NetworkInterfaceId", self.vpc.routes()["0.0.0.0/0"])
        self.vpc.add_route(a, DestinationPrefixListId=self.vpc.prefix_list())
        self.assertIn(None, self.vpc.routes())

    def test_instances_are_as_in_moto(self):
        instance = self.vpc.launch(self.vpc.interfaces[0])
        self.ec2.terminate_instances(InstanceIds=[instance])
        self.ec2.start_instances(InstanceIds=[instance])
        self.assertEqual(self.vpc.state(instance), "running")

    def test_the_interface_filter_is_not_known(self):
        self.vpc.launch()
        filters = [{"Name": "network-interface.network-interface-id", "Values": self.vpc.interfaces}]
        # moto answers a web page with status 500, which no client can read.
        with self.assertRaises(ResponseParserError):
            self.ec2.describe_instances(Filters=filters)

    def test_pages_are_not_known(self):
        for _ in range(6):
            self.vpc.route_table()
        self.assertGreater(len(self.ec2.describe_route_tables(MaxResults=5)["RouteTables"]), 5)


class Proxy(unittest.TestCase):
    """The fault proxy: that it still does what the tests of hopover ask it for."""

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.stop)
        self.vpc = Vpc(self.server.client("ec2"))
        self.a, self.b = self.vpc.interfaces
        self.vpc.add_route(self.a, DestinationCidrBlock="0.0.0.0/0")

    def proxy(self, *rules, seed=1):
        proxy = Server("--upstream", self.server.url, "--seed", str(seed), script=PROXY)
        self.addCleanup(proxy.stop)
        data = json.dumps([{"service": "ec2", **rule} for rule in rules]).encode()
        headers = {"Content-Type": "application/json"}
        url = f"{proxy.url}/_microburst/rules"
        urllib.request.urlopen(urllib.request.Request(url, data, headers, method="POST")).close()
        return proxy.client("ec2")

    def replace(self, ec2, target):
        route = {"RouteTableId": self.vpc.table, "DestinationCidrBlock": "0.0.0.0/0"}
        return ec2.replace_route(NetworkInterfaceId=target, **route)

    def target(self):
        return self.vpc.routes()["0.0.0.0/0"]["NetworkInterfaceId"]

    def code(self, ec2):
        try:
            self.replace(ec2, self.b)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return None

    def test_errors_hit_one_table_and_never_reach_ec2(self):
        error = {"code": "UnauthorizedOperation", "status": 403}
        here, elsewhere = ({"body": f"RouteTableId == '{table}'"} for table in (self.vpc.table, "rtb-0"))
        self.assertIsNone(self.code(self.proxy({"operation": "ReplaceRoute", "error": error, **elsewhere})))
        self.replace(self.server.client("ec2"), self.a)
        ec2 = self.proxy({"operation": "ReplaceRoute", "error": error, **here})
        self.assertEqual(self.code(ec2), "UnauthorizedOperation")
        self.assertEqual(self.target(), self.a)

    def test_throttling_comes_from_the_seed(self):
        throttled = {"probability": 0.5, "error": {"code": "RequestLimitExceeded", "status": 503}}
        runs = []
        for seed in (1, 1, 2):
            ec2 = self.proxy(throttled, seed=seed)
            runs.append([self.code(ec2) for _ in range(20)])
        self.assertEqual(runs[0], runs[1])
        self.assertNotEqual(runs[0], runs[2])
        self.assertEqual(set(runs[0]), {None, "RequestLimitExceeded"})

    def test_a_reset_is_before_the_change_and_a_lost_reply_after_it(self):
        with self.assertRaises(BotoCoreError):
            self.replace(self.proxy({"operation": "ReplaceRoute", "reset": True}), self.b)
        self.assertEqual(self.target(), self.a)
        with self.assertRaises(BotoCoreError):
            self.replace(self.proxy({"operation": "ReplaceRoute", "response": {"abort_bytes": 0}}), self.b)
        self.assertEqual(self.target(), self.b)

    def test_a_truncated_reply_ends_as_if_it_were_whole(self):
        ec2 = self.proxy({"response": {"truncate_frac": 0.5}})
        with self.assertRaises(ResponseParserError):
            ec2.describe_route_tables()

    def test_rules_that_let_through_come_before_one_that_holds(self):
        held = {"operation": "ReplaceRoute", "timeout_ms": 200}
        ec2 = self.proxy({"operation": "ReplaceRoute", "times": 1}, held)
        self.assertIsNone(self.code(ec2))
        self.replace(self.server.client("ec2"), self.a)
        self.assertEqual(self.code(ec2), "RequestTimeout")
        self.assertEqual(self.target(), self.a)


class Process(unittest.TestCase):
    def test_it_ends_with_its_standard_input(self):
        self.assertEqual(Server().stop(), 0)
        self.assertEqual(Server("--upstream", "http://127.0.0.1:1", script=PROXY).stop(), 0)

    def test_it_ends_on_sigterm(self):
        for server in (Server(), Server("--upstream", "http://127.0.0.1:1", script=PROXY)):
            os.kill(server.process.pid, signal.SIGTERM)
            self.assertEqual(server.process.wait(10), 0)
            server.stop()


if __name__ == "__main__":
    unittest.main()
