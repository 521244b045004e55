"""The function that hopover must beat, written to the description of the original in the project's facts.

Four environment variables (`region`, `vpcid`, `host1eni`, `host2eni`), an EC2 state-change event in, and for each
route of the failed interface a delete and a create, one after another. Honours AWS_ENDPOINT_URL, as boto3 does.

    python original.py < event.json

prints {"routes": N, "ms": T}, the time of the handler alone.
"""

import json
import os
import sys
import time

import boto3

VPC = os.environ["vpcid"]
HOSTS = [os.environ["host1eni"], os.environ["host2eni"]]
DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")

ec2 = boto3.client("ec2", region_name=os.environ["region"])


def handler(event, context):
    failed = interface_of(event["detail"]["instance-id"])
    other = next(host for host in HOSTS if host != failed)
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [VPC]}])["RouteTables"]
    moved = 0
    for table in tables:
        for route in table["Routes"]:
            if route.get("NetworkInterfaceId") == failed:
                move(table["RouteTableId"], destination_of(route), other)
                moved += 1
    return {"routes": moved}


def interface_of(instance_id):
    """The one of the two interfaces that the instance has."""
    instance = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    attached = {interface["NetworkInterfaceId"] for interface in instance["NetworkInterfaces"]}
    return next(host for host in HOSTS if host in attached)


def destination_of(route):
    return {kind: route[kind] for kind in DESTINATIONS if kind in route}


def move(table_id, destination, interface_id):
    ec2.delete_route(RouteTableId=table_id, **destination)
    ec2.create_route(RouteTableId=table_id, NetworkInterfaceId=interface_id, **destination)


def main():
    event = json.load(sys.stdin)
    started = time.perf_counter()
    result = handler(event, None)
    elapsed_ms = (time.perf_counter() - started) * 1000
    print(json.dumps({"routes": result["routes"], "ms": round(elapsed_ms, 3)}))


if __name__ == "__main__":
    main()
