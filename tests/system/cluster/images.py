"""Container images of a few files, made without any tool, in the form that `docker save` writes."""

import hashlib
import io
import json
import os
import platform
import re
import subprocess
import tarfile
import tempfile

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}


def archive(files):
    """A tar of {path inside: path here}."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for inside, path in sorted(files.items()):
            entry = tarfile.TarInfo(inside.lstrip("/"))
            entry.size, entry.mode = os.path.getsize(path), 0o755
            with open(path, "rb") as content:
                tar.addfile(entry, content)
    return out.getvalue()


def libraries(program):
    """The shared libraries of a program, the loader among them: {path inside: path here}."""
    ran = subprocess.run(["ldd", program], capture_output=True, text=True)
    return {path: path for path in re.findall(r"(/\S+) \(0x", ran.stdout)} if ran.returncode == 0 else {}


def of_program(name, program, inside=""):
    """The path of an archive with an image that holds a program and its libraries, and starts it. The program is
    in the root of the image, if not told otherwise."""
    inside = inside or "/" + os.path.basename(program)
    layer = archive({inside: program, **libraries(program)})
    config = {"architecture": ARCHITECTURE[platform.machine()], "os": "linux",
              "config": {"Entrypoint": [inside], "User": "65532:65532"},
              "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    handle, path = tempfile.mkstemp(suffix=".tar")
    with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        for part, content in (("manifest.json", json.dumps(manifest).encode()),
                              ("config.json", json.dumps(config).encode()), ("layer.tar", layer)):
            entry = tarfile.TarInfo(part)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


def load(path):
    """Makes an image known to the node."""
    subprocess.run(["ctr", "-n", "k8s.io", "images", "import", path], check=True, capture_output=True, text=True)
