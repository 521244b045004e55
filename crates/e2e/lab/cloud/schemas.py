"""AWS::EventSchemas::Registry and AWS::EventSchemas::Schema, which ministack does not know.

Source: the resource reference of CloudFormation for both types.
"""

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS


def patch():
    registries = Registries()
    _RESOURCE_HANDLERS["AWS::EventSchemas::Registry"] = {
        "create": registries.create_registry,
        "update": registries.update_registry,
        "delete": registries.delete_registry,
    }
    _RESOURCE_HANDLERS["AWS::EventSchemas::Schema"] = {
        "create": registries.create_schema,
        "update": registries.update_schema,
        "delete": registries.delete_schema,
    }
    return registries


class Registries:
    def __init__(self):
        self._registries = {}

    def shown(self):
        return self._registries

    def create_registry(self, logical_id, props, stack_name):
        name = props["RegistryName"]
        if name in self._registries:
            raise ValueError(f"Registry with name {name} already exists.")
        self._registries[name] = {}
        return arn(f"registry/{name}"), {"RegistryArn": arn(f"registry/{name}"), "RegistryName": name}

    def update_registry(self, physical_id, old_props, new_props, stack_name):
        if old_props["RegistryName"] != new_props["RegistryName"]:
            return self.create_registry(None, new_props, stack_name)
        return physical_id, {"RegistryArn": physical_id, "RegistryName": new_props["RegistryName"]}

    def delete_registry(self, physical_id, props):
        self._registries.pop(props["RegistryName"], None)

    def create_schema(self, logical_id, props, stack_name):
        registry, name = props["RegistryName"], props["SchemaName"]
        if registry not in self._registries:
            raise ValueError(f"Registry with name {registry} does not exist.")
        if name in self._registries[registry]:
            raise ValueError(f"Schema with name {name} already exists.")
        self._registries[registry][name] = props["Content"]
        return attributes(registry, name)

    def update_schema(self, physical_id, old_props, new_props, stack_name):
        if any(old_props[key] != new_props[key] for key in ("RegistryName", "SchemaName")):
            return self.create_schema(None, new_props, stack_name)
        self._registries[new_props["RegistryName"]][new_props["SchemaName"]] = new_props["Content"]
        return attributes(new_props["RegistryName"], new_props["SchemaName"])

    def delete_schema(self, physical_id, props):
        self._registries.get(props["RegistryName"], {}).pop(props["SchemaName"], None)


def attributes(registry, name):
    schema = arn(f"schema/{registry}/{name}")
    return schema, {"SchemaArn": schema, "SchemaName": name, "SchemaVersion": "1"}


def arn(what):
    return f"arn:aws:schemas:{get_region()}:{get_account_id()}:{what}"
