"""What is in the image, and how it describes itself."""

import json
import os
import re
import stat
import subprocess
import time

from loopback import ROOT
from store import buildah, run

MOST_BYTES = 40 * 1000 * 1000
UID = "65532:65532"
FUNCTIONS = 1000  # at least that many has the binary
FORBIDDEN = {"sh", "bash", "dash", "busybox", "apt", "apt-get", "dpkg", "rpm", "apk", "perl", "python3", "openssl", "su",
             "mount", "ldconfig"}


def files(mounted):
    for folder, folders, names in os.walk(mounted):
        for name in folders + names:
            path = os.path.join(folder, name)
            yield "/" + os.path.relpath(path, mounted), os.lstat(path)


def size(mounted):
    total = sum(status.st_size for _, status in files(mounted) if stat.S_ISREG(status.st_mode))
    assert total < MOST_BYTES, "%.1f MB, of at most %.0f" % (total / 1e6, MOST_BYTES / 1e6)


def nothing_to_run(mounted):
    for path, status in files(mounted):
        if not stat.S_ISREG(status.st_mode):
            continue
        assert os.path.basename(path) not in FORBIDDEN, "there is " + path
        if status.st_mode & 0o111:
            assert path == "/sidestream" or re.search(r"/lib[^/]*\.so[.0-9]*$|/ld-[^/]*\.so\.\d$", path), \
                "an executable that is neither ours nor a library: " + path


def modes(mounted):
    for path, status in files(mounted):
        assert not status.st_mode & (stat.S_ISUID | stat.S_ISGID), "setuid or setgid: " + path
        assert stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode) or stat.S_ISLNK(status.st_mode), \
            "a device or socket: " + path
        if not stat.S_ISLNK(status.st_mode):
            assert path == "/tmp" or not status.st_mode & 0o002, "anybody may write " + path
        assert path == "/var/lib/sidestream" or status.st_uid == status.st_gid == 0, "not root's: " + path


def complete(mounted):
    """Each library that anything needs is there."""
    libraries = [path for path, status in files(mounted) if ".so" in path and stat.S_ISREG(status.st_mode)]
    names = {os.path.basename(path) for path in libraries}
    for path in ["/sidestream"] + libraries:
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", mounted + path))
        assert set(needed) <= names, "%s needs %s" % (path, ", ".join(sorted(set(needed) - names)))
    for path in ("/etc/ssl/certs/ca-certificates.crt", "/usr/share/doc/sidestream/copyright"):
        assert os.path.getsize(mounted + path) > 1000, "no " + path


def configuration(image):
    said = json.loads(buildah("inspect", "--type", "image", image))["OCIv1"]
    config = said["config"]
    assert config["User"] == UID, "the user is " + config["User"]
    assert config["Entrypoint"] == ["/sidestream"], "the entry point is %s" % config["Entrypoint"]
    assert config["Cmd"] == ["--config", "/etc/sidestream/sidestream.yaml"], "the command is %s" % config["Cmd"]
    labels = {name.rsplit(".", 1)[1]: text for name, text in config["Labels"].items()
              if name.startswith("org.opencontainers.image.")}
    for name in ("title", "description", "documentation", "licenses", "version", "revision", "created", "vendor"):
        assert labels.get(name), "no label " + name
    with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as file:
        version = re.search(r"^project\(sidestream VERSION ([0-9.]+)", file.read(), re.M).group(1)
    assert labels["version"] == version, "version %s, not %s" % (labels["version"], version)
    revision, epoch = run("git", "-C", ROOT, "log", "-1", "--format=%H %ct").split()
    assert labels["revision"].removesuffix("-modified") == revision, "revision " + labels["revision"]
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(epoch)))
    assert labels["created"] == created, "label created: %s, not %s" % (labels["created"], created)
    assert said["created"].startswith(created[:-1]), "created: " + said["created"]


def hardened(binary):
    """The hardening options of compiler and linker, as seen in the binary."""
    def readelf(*options):
        return subprocess.run(["readelf", "-W", *options, binary], stdout=subprocess.PIPE, text=True, check=True).stdout

    header, dynamic, segments = readelf("-h"), readelf("-d"), readelf("-l")
    assert "DYN (Position-Independent Executable" in header and "Flags: NOW PIE" in dynamic, "not position independent"
    assert "GNU_RELRO" in segments and "BIND_NOW" in dynamic, "no full RELRO"
    assert re.search(r"GNU_STACK.* RW +0x", segments), "an executable stack"
    assert not re.search(r"RPATH|RUNPATH", dynamic), "a path of libraries of its own"
    symbols = readelf("--dyn-syms")
    assert "__stack_chk_fail" in symbols, "no stack protector"
    assert re.search(r"__\w+_chk@", symbols.replace("__stack_chk", "")), "no _FORTIFY_SOURCE"
    # Debian's own start code is not marked, so the linker marks no program: what counts is that our functions begin so.
    marks = {"X86-64": b"\xf3\x0f\x1e\xfa", "AArch64": b"\x3f\x23\x03\xd5"}  # endbr64, paciasp
    with open(binary, "rb") as file:
        marked = file.read().count(next(mark for machine, mark in marks.items() if machine in header))
    assert marked > FUNCTIONS, "only %d functions with CET or pointer authentication" % marked
    assert ".symtab" not in readelf("-S"), "not stripped"
