"""Schemas as kubeconform reads them.

    crd_schemas.py native WHEEL FOLDER VERSION...   Kubernetes' own kinds, strict, out of PyPI's kubernetes-validate
    crd_schemas.py custom FOLDER CRD...             custom resources, out of their definitions, made strict
"""

import json
import os
import re
import sys
import zipfile

import yaml


def native(wheel, folder, *versions):
    with zipfile.ZipFile(wheel) as archive:
        for path in archive.namelist():
            found = re.search(r"/v(\d+\.\d+)\.0-local-strict/([^/]+\.json)$", path)
            if found and found.group(1) in versions:
                text = archive.read(path).decode()
                # Their references start at a server's root, and their own address would be looked up.
                text = text.replace("/api/_definitions.json", "_definitions.json").replace('"$id":', '"x-id":')
                write(os.path.join(folder, found.group(1), found.group(2)), text)


def strict(node):
    if isinstance(node, list):
        return [strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: strict(value) for key, value in node.items()}
    if node.get("x-kubernetes-int-or-string") is True:
        made = {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    elif isinstance(node.get("properties"), dict) and node.get("type") == "object" and \
            not node.get("x-kubernetes-preserve-unknown-fields"):
        made.setdefault("additionalProperties", False)
    return made


def custom(folder, *paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            spec = yaml.safe_load(file)["spec"]
        for version in spec["versions"]:
            schema = strict(version["schema"]["openAPIV3Schema"])
            schema["properties"]["metadata"] = {"type": "object"}
            name = "%s-%s-%s.json" % (spec["names"]["kind"].lower(), spec["group"].split(".")[0], version["name"])
            write(os.path.join(folder, name), json.dumps(schema))


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    {"native": native, "custom": custom}[sys.argv[1]](*sys.argv[2:])
