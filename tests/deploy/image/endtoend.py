"""The end-to-end tests of the release build against the image: each start of the binary is a hardened container."""

import glob
import os
import shutil
import subprocess
import tempfile

from container import options
from loopback import ROOT
from store import podman

TESTS = os.path.join(ROOT, "build", "release", "tests", "integration", "e2e", "e2e_test")
MEMORY = 512 * 1024 * 1024
# These look at the process itself, which is here the one that waits for the container.
OUTSIDE = []
# Enough of each kind for every day; a nightly run takes all.
SOME = ["CommandLine.*", "HandshakeForm.*", "*/Handshake.*", "ShutdownSignal.*", "*/Resume.*/redis"]


def filter_of(nightly):
    return ":".join(["*"] if nightly else SOME) + "-" + ":".join(OUTSIDE)


def run(image, nightly):
    folder = tempfile.mkdtemp(prefix="sidestream-inside.")
    container = podman("create", *options(memory=MEMORY), image)
    shared = os.path.join(folder, "tmp")
    os.mkdir(shared)
    for path in (folder, shared):
        os.chmod(path, 0o777)
    try:
        podman("container", "init", container)
        spec = os.path.join(folder, "config.json")
        shutil.copy(podman("inspect", "--format", "{{.OCIConfigPath}}", container), spec)
        done = subprocess.run(
            [TESTS, "--gtest_brief=1", "--gtest_filter=" + filter_of(nightly)], cwd=ROOT, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            env={**os.environ, "SIDESTREAM_BINARY": os.path.join(ROOT, "tests", "deploy", "image", "inside"),
                 "SIDESTREAM_IMAGE_SPEC": spec, "TMPDIR": shared})
        if done.returncode:
            raise AssertionError("exit %d\n%s" % (done.returncode, "\n".join(done.stdout.splitlines()[-60:])))
        return done.stdout
    finally:
        for state in glob.glob(os.path.join(folder, "state", "*")):
            subprocess.run(["runc", "--root", os.path.dirname(state), "delete", "--force", os.path.basename(state)],
                           stderr=subprocess.DEVNULL, check=False)
        podman("rm", "-f", "-t", "0", container)
        shutil.rmtree(folder, ignore_errors=True)
