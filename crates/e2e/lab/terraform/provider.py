"""The stand-in: it refuses what the schema refuses, keeps what it is told, fills in what `answers.py` knows, and reaches nothing.

With MOVED=eni-a:eni-b in the environment somebody has moved the routes meanwhile: where Terraform looks, those that it left at
the one interface point at the other.
"""

import os

from tf import iface
from tf.types import Unknown

from terraform import answers, schema


class StandIn(iface.Provider):
    """A provider with the schema that `arguments.py` has read."""

    def __init__(self, read):
        self.read = read
        self.place = answers.Place(os.environ.get("AWS_REGION", "eu-central-1"))

    def get_model_prefix(self):
        return "aws_"

    def full_name(self):
        return "hashicorp/aws"

    def get_provider_schema(self, diags):
        return schema.of(self.read["provider"])

    def validate_config(self, diags, config):
        pass

    def configure_provider(self, diags, config):
        if isinstance(region := config.get("region"), str):
            self.place = answers.Place(region)

    def get_resources(self):
        return [named(Kept, kind, block) for kind, block in self.read["resources"].items()]

    def get_data_sources(self):
        return [named(Told, kind, block) for kind, block in self.read["data_sources"].items()]


def named(base, kind, block):
    """A class of its own for a type, as the `tf` package wants it."""
    return type(kind, (base,), {"kind": kind, "schema": schema.of(block)})


class Typed:
    """One of the types of the provider."""

    kind = None
    schema = None

    def __init__(self, provider):
        self.place = provider.place

    @classmethod
    def get_name(cls):
        return cls.kind

    @classmethod
    def get_schema(cls):
        return cls.schema


class Kept(Typed, iface.Resource):
    """A resource that is nowhere but in Terraform's state."""

    def create(self, ctx, planned):
        known = answers.of_resource(self.kind, planned, self.place)
        return {name: known.get(name) if value is Unknown else value for name, value in planned.items()}

    def read(self, ctx, current):
        source, _, target = os.environ.get("MOVED", "").partition(":")
        if "route" not in self.kind or not source:
            return current
        # Inline routes stand in a list within their table.
        inner = [{name: target if value == source else value for name, value in route.items()}
                 for route in current.get("route") or []]
        seen = {name: target if value == source else value for name, value in current.items()}
        return seen | ({"route": inner} if "route" in seen else {})

    def import_(self, ctx, id):
        # Routes alone: the others are made anew.
        table, _, destination = id.partition("_")
        nothing = {attribute.name: None for attribute in self.schema.attributes}
        nothing |= {block.type_name: None for block in self.schema.block_types}
        return nothing | {"id": id, "route_table_id": table, "destination_cidr_block": destination}

    def update(self, ctx, current, planned):
        return self.create(ctx, planned)

    def delete(self, ctx, current):
        return None


class Told(Typed, iface.DataSource):
    """A data source that says where we are."""

    def read(self, ctx, config):
        known = answers.of_data(self.kind, self.place)
        return {name: known.get(name) if value is None else value for name, value in config.items()}
