"""Instances and their interfaces as EC2 documents them; each function patches one behaviour into moto."""

import copy

from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError, InvalidParameterValue
from moto.ec2.models.instances import Instance, InstanceBackend
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces
from moto.ec2.utils import filter_dict_attribute_mapping


def patch(life_cycle):
    launch_is_pending_first(life_cycle)
    zone_is_the_primary_interfaces()
    start_takes_time(life_cycle)
    stop_takes_time(life_cycle)
    terminate_takes_time(life_cycle)
    wrong_state_is_refused("start_instances", "started", {"pending", "running", "stopped"})
    wrong_state_is_refused("stop_instances", "stopped", {"running", "stopping", "stopped"})
    wrong_state_is_refused("reboot_instances", "rebooted", {"pending", "running"})
    terminated_shows_no_network()
    interfaces_made_at_launch_end_with_the_instance()
    interface_in_use_cannot_be_deleted()
    instances_are_found_by_interface()
    source_dest_check_is_the_primary_interfaces()


def launch_is_pending_first(life_cycle):
    """Instance lifecycle: a launched instance is `pending`, then `running`."""
    original = Instance.__init__

    def __init__(self, *args, **kwargs):
        original(self, *args, **kwargs)
        life_cycle.enter(self, "pending")

    Instance.__init__ = __init__


def zone_is_the_primary_interfaces():
    """RunInstances: an interface is used in the zone of its subnet. moto takes the region's first zone for it."""
    original = Instance.prep_nics

    def prep_nics(self, *args, **kwargs):
        original(self, *args, **kwargs)
        self._placement.zone = self.nics[0].subnet.availability_zone

    Instance.prep_nics = prep_nics


def start_takes_time(life_cycle):
    """StartInstances: `stopped` → `pending` → `running`, with a new launch time; no change if it runs already."""
    original = Instance.start

    def start(self):
        previous = copy.copy(self._state)
        if self.state == "stopped":
            original(self)
            self.launch_time = utcnow()
            life_cycle.enter(self, "pending")
        return previous

    Instance.start = start


def stop_takes_time(life_cycle):
    """StopInstances: `running` → `stopping` → `stopped`, interfaces stay attached; no change if it is stopped."""
    original = Instance.stop

    def stop(self):
        previous = copy.copy(self._state)
        if self.state == "running":
            original(self)
            life_cycle.enter(self, "stopping")
        return previous

    Instance.stop = stop


def terminate_takes_time(life_cycle):
    """TerminateInstances: → `shutting-down` → `terminated`, and then its interfaces are deleted or detached."""
    original = Instance.terminate

    def terminate(self):
        previous = copy.copy(self._state)
        if self.state not in ("shutting-down", "terminated"):
            life_cycle.enter(self, "shutting-down")
        return previous

    def finish(instance):
        original(instance)
        for interface in instance.network_interfaces:
            instance.detach_eni(interface)

    Instance.terminate = terminate
    life_cycle.on_leaving("shutting-down", finish)


def wrong_state_is_refused(method, done, states):
    """IncorrectInstanceState: the instance is in a state in which the request cannot be served; no instance changes."""
    original = getattr(InstanceBackend, method)

    def guarded(self, instance_ids):
        for instance in self.get_multi_instances_by_id(instance_ids):
            if instance.state not in states:
                raise EC2ClientError(
                    "IncorrectInstanceState",
                    f"The instance '{instance.id}' is not in a state from which it can be {done}.",
                )
        return original(self, instance_ids)

    setattr(InstanceBackend, method, guarded)


def terminated_shows_no_network():
    """A terminated instance is described without VPC, subnet and addresses."""
    for name in (
        "vpc_id",
        "subnet_id",
        "private_ip",
        "private_ip_address",
        "private_dns_name",
        "public_ip",
        "public_ip_address",
        "public_dns_name",
    ):
        setattr(Instance, name, none_once_terminated(getattr(Instance, name).fget))


def none_once_terminated(getter):
    return property(lambda instance: None if instance.state == "terminated" else getter(instance))


def interfaces_made_at_launch_end_with_the_instance():
    """DeleteOnTermination: true by default for an interface that RunInstances makes, false for one that it is given."""
    original = Instance.prep_nics

    def prep_nics(self, nic_spec, **kwargs):
        outlive = {
            int(spec["DeviceIndex"])
            for spec in nic_spec
            if spec.get("NetworkInterfaceId") or spec.get("DeleteOnTermination") is False
        }
        original(self, nic_spec, **kwargs)
        for index, interface in self.nics.items():
            if index not in outlive:
                interface.delete_on_termination = True

    Instance.prep_nics = prep_nics


def interface_in_use_cannot_be_deleted():
    """DeleteNetworkInterface: "You must detach the network interface before you can delete it."."""
    original = ElasticNetworkInterfaces.delete_network_interface

    def delete_network_interface(self):
        interface = self.ec2_backend.get_network_interface(self._get_param("NetworkInterfaceId"))
        if interface.instance is not None:
            raise InvalidParameterValue(f"Network interface '{interface.id}' is currently in use.")
        return original(self)

    ElasticNetworkInterfaces.delete_network_interface = delete_network_interface


def instances_are_found_by_interface():
    """DescribeInstances, filter `network-interface.network-interface-id`: instances that have one of them attached."""
    Instance.network_interface_ids = property(lambda self: [interface.id for interface in self.network_interfaces])
    filter_dict_attribute_mapping["network-interface.network-interface-id"] = "network_interface_ids"


def source_dest_check_is_the_primary_interfaces():
    """ModifyInstanceAttribute, SourceDestCheck: it is one and the same attribute as that of the primary interface."""

    def read(self):
        return self.nics[0].source_dest_check if self.nics else None

    def write(self, value):
        # moto's constructor writes it before there are interfaces, which start with the check on anyway.
        if getattr(self, "nics", None):
            self.nics[0].source_dest_check = value

    Instance.source_dest_check = property(read, write)
