"""Reads the schema of Terraform's AWS provider out of its TypeScript bindings.

`@cdktn/provider-aws` is generated from the provider's own schema. In the JavaScript that comes of it each argument has a comment
that says whether it is required, optional or computed, each block has a class, and whatever can be written has a shape:

    // log_format - computed: false, optional: false, required: true
    _logFormat;
    get logFormat() {
        return this.getStringAttribute('log_format');
    …
        log_format: {
            value: cdktn.stringToHclTerraform(struct.logFormat),
            isBlock: false,
            type: "simple",
            storageClassType: "string",
        },

What is not understood stops the reading: a schema that is guessed would prove nothing.
"""

import re
import tarfile
from typing import NamedTuple

CLASS = re.compile(r"^class (\w+) extends cdktn\.(\w+) \{$(.*?)^\}$", re.M | re.S)
WRITER = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{$(.*?)^\}$", re.M | re.S)
ARGUMENT = re.compile(
    r"^    // (\w+) - computed: (true|false), optional: (true|false), required: (true|false)$(.*?)(?=^    // \w+ - |\Z)",
    re.M | re.S,
)
SHAPE = re.compile(
    r"^ +(\w+): \{\n +value: (.*),\n +isBlock: (true|false),\n +type: \"(\w+)\",\n +storageClassType: \"(\w+)\",\n", re.M
)
NESTED = re.compile(r"^    _\w+ = new ([\w.]+)\(this, \"\w+\"(?:, (true|false))?\);$", re.M)
GETTER = re.compile(r"this\.get(\w+)Attribute\('\w+'\)")
BASES = {"TerraformResource", "TerraformDataSource", "TerraformProvider"}
SIMPLE = {"String": "string", "Number": "number", "Boolean": "bool"}


class Shape(NamedTuple):
    """How an argument is written."""

    value: str
    is_block: bool
    kind: str
    storage: str

    def type(self):
        """The type of an argument that is no block."""
        element = re.fullmatch(r"(string|number|boolean)(?:List|Map)?", self.storage).group(1).replace("boolean", "bool")
        return element if self.kind == "simple" else [self.kind, element]


def read(package, resources, data_sources):
    """The schema of the provider and of those types, from the package's file."""
    wanted = {"provider": ("provider", None)}
    wanted |= {name.replace("_", "-"): ("resources", name) for name in resources}
    wanted |= {"data-aws-" + name.replace("_", "-"): ("data_sources", name) for name in data_sources}
    schema = {"resources": {}, "data_sources": {}}
    with tarfile.open(package, "r|gz") as archive:
        for member in archive:
            folder = re.fullmatch(r"package/lib/([a-z0-9-]+)/index\.js", member.name)
            if folder is None or folder.group(1) not in wanted:
                continue
            kind, name = wanted.pop(folder.group(1))
            source = Source(archive.extractfile(member).read().decode())
            if name is None:
                schema[kind] = source.provider()
            else:
                schema[kind][name] = source.resource()
    if wanted:
        raise LookupError(f"the package does not have {', '.join(sorted(wanted))}")
    return schema


class Source:
    """The bindings of one resource, of one data source, or of the provider."""

    def __init__(self, text):
        self.classes = {name: (base, body) for name, base, body in CLASS.findall(text)}
        # Names of functions begin with a small letter, those of classes do not.
        self.written = {name.lower(): shapes(body) for name, body in WRITER.findall(text)}
        (self.body,) = (body for base, body in self.classes.values() if base in BASES)

    def resource(self):
        """The block of a resource or a data source."""
        return self.block(self.body, shapes(self.body))

    def provider(self):
        """The block of the provider. Nothing says what its blocks require. `alias` is Terraform's own."""
        written = shapes(self.body)
        written.pop("alias", None)
        return self.loose(written)

    def loose(self, written):
        attributes, blocks = {}, {}
        for name, shape in written.items():
            if shape.is_block:
                inner = re.search(r"(\w+)ToHclTerraform", shape.value).group(1)
                blocks[name] = {"nesting": shape.kind, "least": 0, "most": 0, **self.loose(self.written[inner.lower()])}
            else:
                attributes[name] = {"type": shape.type(), "is": ["optional"]}
        return {"attributes": attributes, "blocks": blocks}

    def block(self, body, written):
        attributes, blocks = {}, {}
        for name, computed, optional, required, rest in ARGUMENT.findall(body):
            flags = {"computed": computed, "optional": optional, "required": required}
            flags = [flag for flag, is_set in flags.items() if is_set == "true"]
            nested, shape = NESTED.search(rest), written.get(name)
            if nested is None or nested.group(1) not in self.classes:
                attributes[name] = {"type": shape.type() if shape else computed_type(name, rest, nested), "is": flags}
                continue
            inner, is_one = self.nested(nested.group(1))
            kind = shape.kind if shape else "set" if nested.group(2) == "true" else "list"
            if "computed" in flags:
                # An attribute that looks like a block: the provider may fill it in.
                attributes[name] = {"type": [kind, object_type(inner)], "is": flags}
            else:
                most = int(is_one and kind != "struct")
                blocks[name] = {"nesting": kind, "least": int("required" in flags), "most": most, **inner}
        return {"attributes": attributes, "blocks": blocks}

    def nested(self, name):
        """The block that a class stands for, and whether there is at most one of it."""
        base, body = self.classes[name]
        if base == "ComplexList":
            return self.nested(re.sub("List$", "OutputReference", name))[0], False
        return self.block(body, self.written.get(re.sub("OutputReference$", "", name).lower(), {})), True


def shapes(body):
    """How each argument of a class or of a block is written."""
    found = SHAPE.findall(body)
    return {name: Shape(value, is_block == "true", kind, storage) for name, value, is_block, kind, storage in found}


def computed_type(name, rest, nested):
    """The type of an attribute that is never written."""
    if nested is not None:
        return ["map", SIMPLE[re.fullmatch(r"cdktn\.(\w+)Map", nested.group(1)).group(1)]]
    getter = GETTER.search(rest)
    kind = getter.group(1) if getter else f"{name}?"
    if kind in SIMPLE:
        return SIMPLE[kind]
    if kind.endswith("Map"):
        return ["map", SIMPLE[kind.removesuffix("Map")]]
    if kind == "List":
        return ["set" if f"cdktn.Fn.tolist({getter.group()})" in rest else "list", "string"]
    raise ValueError(f"{name}: the type {kind} is not understood")


def object_type(block):
    """A block as the type of an attribute."""
    types = {name: attribute["type"] for name, attribute in block["attributes"].items()}
    types |= {name: [inner["nesting"], object_type(inner)] for name, inner in block["blocks"].items()}
    return ["object", types]
