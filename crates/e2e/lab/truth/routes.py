"""Routes as EC2 documents them; each function patches one behaviour into moto."""

import ipaddress

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import (
    EC2ClientError,
    InvalidDestinationCIDRBlockParameterError,
    InvalidParameterCombination,
    InvalidParameterValue,
    InvalidParameterValueErrorReplaceRoute,
    MissingParameterError,
    RouteAlreadyExistsError,
)
from moto.ec2.models.route_tables import Route, RouteTable
from moto.ec2.responses.route_tables import RouteTables
from moto.ec2.utils import generate_route_id

DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
TARGETS = (
    "NetworkInterfaceId",
    "InstanceId",
    "GatewayId",
    "NatGatewayId",
    "EgressOnlyInternetGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "VpcEndpointId",
    "LocalTarget",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
)
# Where moto keeps a route's target.
TARGET_FIELDS = (
    "interface",
    "instance",
    "gateway",
    "nat_gateway",
    "egress_only_igw",
    "transit_gateway",
    "vpc_pcx",
    "carrier_gateway",
    "vpc_endpoint_id",
)
# Documented filters of DescribeRouteTables that moto lacks, and the property of a route that each compares.
FILTERS = {
    "route.destination-ipv6-cidr-block": "destination_ipv6_cidr_block",
    "route.destination-prefix-list-id": "destination_prefix_list_id",
    "route.egress-only-internet-gateway-id": "egress_only_internet_gateway_id",
    "route.instance-id": "instance_id",
    "route.origin": "origin",
    "route.state": "state",
}


def patch():
    state_is_blackhole_without_a_live_instance()
    interface_route_shows_its_instance()
    origin_outlives_a_new_target()
    tables_are_found_by_their_routes()
    create_route_is_checked()
    replace_route_is_checked_and_atomic()


def state_is_blackhole_without_a_live_instance():
    """Route, State: `blackhole` if the target is not available: the interface is attached to nothing, or its instance
    is stopped or terminated (not while it is still stopping)."""

    def state(route):
        if route.interface is None:
            return "active"
        instance = route.interface.instance
        is_dead = instance is None or instance.state in ("stopped", "terminated")
        return "blackhole" if is_dead else "active"

    Route.state = property(state)


def interface_route_shows_its_instance():
    """Route, InstanceId and InstanceOwnerId: those of the instance that the target interface is attached to."""

    def instance_of(route):
        return route.interface.instance if route.interface else route.instance

    Route.instance_id = property(lambda route: getattr(instance_of(route), "id", None))
    Route.instance_owner_id = property(lambda route: getattr(instance_of(route), "owner_id", None))


def origin_outlives_a_new_target():
    """Route, Origin: how the route was created. moto reads it off the present target."""
    original = Route.__init__

    def __init__(self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.created_by = "CreateRouteTable" if self.local else "CreateRoute"

    Route.__init__ = __init__
    Route.origin = property(lambda route: route.created_by)


def tables_are_found_by_their_routes():
    """DescribeRouteTables: the `route.*` filters in FILTERS."""
    original = RouteTable.get_filter_value

    def get_filter_value(self, filter_name, method_name=None):
        if filter_name in FILTERS:
            values = (getattr(route, FILTERS[filter_name]) for route in self.routes)
            return [value for value in values if value is not None]
        return original(self, filter_name, method_name)

    RouteTable.get_filter_value = get_filter_value


def create_route_is_checked():
    """CreateRoute: one destination that the table has not, one target; every kind of destination goes with an
    interface (moto drops a prefix list there)."""
    original = RouteTables.create_route

    def create_route(self):
        table = table_of(self)
        kind, destination = exactly_one(self, DESTINATIONS)
        exactly_one(self, TARGETS)
        check_destination(self.ec2_backend, kind, destination)
        if generate_route_id(table.id, destination) in table._routes:
            raise RouteAlreadyExistsError(destination)
        interface = target_interface(self, table)
        if interface is None:
            return original(self)
        route = interface_route(self.ec2_backend, table, kind, destination, interface)
        table._routes[route.id] = route
        return ActionResult({"Return": True})

    RouteTables.create_route = create_route


def replace_route_is_checked_and_atomic():
    """ReplaceRoute: one destination that the table has, one target, of the same VPC; it happens whole or not at all."""
    original = RouteTables.replace_route

    def replace_route(self):
        table = table_of(self)
        _, destination = exactly_one(self, DESTINATIONS)
        target, _ = exactly_one(self, TARGETS)
        route = table._routes.get(generate_route_id(table.id, destination))
        if route is None:
            raise InvalidParameterValueErrorReplaceRoute(destination)
        interface = target_interface(self, table)
        if interface is not None:
            retarget(route, interface=interface)
        elif target == "LocalTarget":
            retarget(route, local=True)
        else:
            replace_or_restore(route, target, lambda: original(self))
        return EmptyResult()

    RouteTables.replace_route = replace_route


def table_of(request):
    table_id = request._get_param("RouteTableId")
    if not table_id:
        raise MissingParameterError("routeTableId")
    return request.ec2_backend.get_route_table(table_id)


def exactly_one(request, names):
    """The one parameter of several that a request must give, as (name, value)."""
    given = [(name, request._get_param(name)) for name in names if request._get_param(name)]
    if not given:
        raise MissingParameterError(f"{names[0]} or another of {', '.join(names[1:])}")
    if len(given) > 1:
        both = " and ".join(name for name, _ in given)
        raise InvalidParameterCombination(f"The parameters {both} cannot be used together.")
    return given[0]


def check_destination(backend, kind, destination):
    if kind == "DestinationPrefixListId":
        if destination not in backend.managed_prefix_lists:
            raise EC2ClientError(
                "InvalidPrefixListID.NotFound", f"The prefix list ID '{destination}' does not exist."
            )
        return
    network = ipaddress.IPv4Network if kind == "DestinationCidrBlock" else ipaddress.IPv6Network
    try:
        network(destination)
    except ValueError:
        raise InvalidDestinationCIDRBlockParameterError(destination) from None


def target_interface(request, table):
    """The interface that a request names as target, itself or by its instance; None if the target is another kind."""
    backend = request.ec2_backend
    if instance_id := request._get_param("InstanceId"):
        interface = only_interface(backend.get_instance(instance_id))
    elif interface_id := request._get_param("NetworkInterfaceId"):
        interface = backend.get_network_interface(interface_id)
    else:
        return None
    if interface.vpc_id != table.vpc_id:
        raise InvalidParameterValue(
            f"route table {table.id} and network interface {interface.id} belong to different networks"
        )
    return interface


def only_interface(instance):
    if len(instance.nics) != 1:
        raise EC2ClientError(
            "InvalidInstanceID",
            f"There are multiple interfaces attached to instance '{instance.id}'. "
            "Please specify an interface ID for the operation instead.",
        )
    return instance.network_interfaces[0]


def interface_route(backend, table, kind, destination, interface):
    return Route(
        table,
        destination if kind == "DestinationCidrBlock" else None,
        destination if kind == "DestinationIpv6CidrBlock" else None,
        backend.managed_prefix_lists[destination] if kind == "DestinationPrefixListId" else None,
        interface=interface,
    )


def retarget(route, interface=None, local=False):
    vars(route).update(dict.fromkeys(TARGET_FIELDS), interface=interface, local=local)


def replace_or_restore(route, target, replace):
    """Has moto set a target of another kind; if it refuses, or knows no such target, the route is as it was."""
    before = dict(vars(route))
    retarget(route)
    try:
        replace()
        if not any(getattr(route, field) for field in TARGET_FIELDS):
            raise InvalidParameterValue(f"the target that {target} names does not exist here")
    except Exception:
        vars(route).update(before)
        raise
