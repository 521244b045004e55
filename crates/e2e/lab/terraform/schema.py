"""What `arguments.py` has read, as a schema of the `tf` package. It knows sets of blocks and simple types; the others are here.

Values are passed through as they come over the wire: nothing here looks into them.
"""

import json

from tf import schema
from tf.gen import tfplugin_pb2
from tf.types import TfType


class Type(TfType):
    """Any type, written as Terraform's protocol writes it: `"string"`, `["set", "string"]`, `["object", {…}]`."""

    def __init__(self, written):
        self.written = written

    def encode(self, value):
        return value

    def decode(self, value):
        return value

    def tf_type(self):
        return json.dumps(self.written).encode()


class Nested(schema.NestedBlock):
    """A block within a block: a list or a set of them, or a single one."""

    _mode_map = {
        "list": tfplugin_pb2.Schema.NestedBlock.NestingMode.LIST,
        "set": tfplugin_pb2.Schema.NestedBlock.NestingMode.SET,
        "struct": tfplugin_pb2.Schema.NestedBlock.NestingMode.SINGLE,
    }

    def encode(self, value):
        return value

    def decode(self, value):
        return value

    def semantically_equal(self, a_decoded, b_decoded):
        return a_decoded == b_decoded


def of(block):
    """The schema of a resource, a data source or the provider."""
    return schema.Schema(version=0, **parts(block))


def parts(block):
    attributes = [
        schema.Attribute(name, Type(attribute["type"]), **{flag: True for flag in attribute["is"]})
        for name, attribute in block["attributes"].items()
    ]
    nested = [
        Nested(name, inner["nesting"], schema.Block(**parts(inner)), min_items=inner["least"], max_items=inner["most"])
        for name, inner in block["blocks"].items()
    ]
    return {"attributes": attributes, "block_types": nested}
