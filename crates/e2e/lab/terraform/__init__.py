"""Stands in for Terraform's AWS provider, which is only to be had from a registry of its own.

| module | what it is |
|---|---|
| `arguments.py` | reads every argument of a resource out of the bindings that are generated from the provider's schema |
| `schema.py` | those arguments as a schema that Terraform understands |
| `provider.py` | the provider: it refuses what the schema refuses, keeps what it is told, and reaches nothing |
| `answers.py` | what the real one computes and a module hands on: names, ARNs, addresses |
"""
