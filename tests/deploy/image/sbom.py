"""The bill of materials against what is in the image, and against CycloneDX's schema."""

import hashlib
import json
import os
import shutil
import subprocess

import pytest
from store import CACHE

PATH = "/usr/share/sidestream/sbom.cdx.json"
LIBRARY = ("@cyclonedx/cyclonedx-library@10.3.0", "ajv@8", "ajv-formats@3", "ajv-formats-draft2019@1")
VALIDATE = """
const { Validation, Spec } = require('@cyclonedx/cyclonedx-library')
const text = require('fs').readFileSync(process.argv[1], 'utf8')
new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text).then(
  wrong => { if (wrong) { console.error(JSON.stringify(wrong, null, 1)); process.exit(1) } },
  error => { console.error(error); process.exit(2) })
"""


def read(mounted):
    with open(mounted + PATH, encoding="utf-8") as file:
        return json.load(file)


def lists_all(mounted):
    """Each library of the image, by its content; and each package that scanners find."""
    document = read(mounted)
    listed = {hashed["content"]: part["name"] for component in document["components"]
              for part in component.get("components", ()) for hashed in part["hashes"]}
    found = {}
    for folder, _, names in os.walk(mounted + "/usr"):
        for name in names:
            if ".so" in name and not os.path.islink(os.path.join(folder, name)):
                with open(os.path.join(folder, name), "rb") as file:
                    found[hashlib.sha256(file.read()).hexdigest()] = name
    assert len(found) > 10, "only %d libraries in the image?" % len(found)
    unlisted = sorted(name for digest, name in found.items() if digest not in listed)
    assert not unlisted, "not in the SBOM: " + ", ".join(unlisted)
    absent = sorted(name for digest, name in listed.items() if digest not in found)
    assert not absent, "in the SBOM alone: " + ", ".join(absent)
    packages = {component["name"]: component["version"] for component in document["components"]
                if component["properties"][0]["value"] in ("dynamic", "static")}
    status = os.listdir(mounted + "/var/lib/dpkg/status.d")
    for name, version in packages.items():
        assert name in status, "no status.d/" + name
        with open(mounted + "/var/lib/dpkg/status.d/" + name, encoding="utf-8") as file:
            assert "\nVersion: %s\n" % version in file.read(), name + " has another version in status.d"
        assert os.path.exists("%s/usr/share/doc/%s/copyright.gz" % (mounted, name)), "no licence of " + name


def refers(mounted):
    """Dependencies name components, and each component is reached from ours."""
    document = read(mounted)
    known = {component["bom-ref"] for component in document["components"]}
    edges = {entry["ref"]: entry["dependsOn"] for entry in document["dependencies"]}
    top = document["metadata"]["component"]["bom-ref"]
    reached, ahead = set(), [top]
    while ahead:
        for ref in edges.get(ahead.pop(), ()):
            assert ref in known, "depends on what is not listed: " + ref
            if ref not in reached:
                reached.add(ref)
                ahead.append(ref)
    assert reached == known, "not reached: " + ", ".join(sorted(known - reached))


def validator():
    """The folder of the schema's own validator, fetched once by npm."""
    folder = os.path.join(CACHE, "cyclonedx-10.3.0")
    if not os.path.isdir(folder):
        work = folder + ".%d" % os.getpid()
        os.makedirs(work)
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", work, *LIBRARY],
                       stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
        os.rename(work, folder)
    return folder


def valid(mounted):
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    done = subprocess.run(["node", "-e", VALIDATE, mounted + PATH], cwd=validator(), capture_output=True, text=True,
                          check=False)
    assert not done.returncode, (done.stdout + done.stderr).strip()
