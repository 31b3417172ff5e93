"""Containers without a daemon: buildah and podman on a store of the tests' own in the cache, and the Debian 13 base image
that is imported into it, as the tests have no registry."""

import os
import pwd
import shutil
import subprocess

from loopback import ROOT

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "sidestream")
STORE = ["--root", os.path.join(CACHE, "containers"), "--runroot", os.path.join(CACHE, "containers.run"),
         "--storage-driver", "overlay"]
SUITE = "trixie"


def run(*command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, **options)
    assert done.returncode == 0, "%s\n%s" % (" ".join(command), done.stderr[-4000:])
    return done.stdout.strip()


def buildah(*arguments):
    return run("buildah", *STORE, *arguments)


def podman(*arguments):
    return run("podman", *STORE, "--runtime", "runc", "--cgroup-manager", "cgroupfs", *arguments)


def trouble():
    """Why this machine can't build an image, or nothing."""
    if os.geteuid() != 0:
        return "it takes root"
    for tool in ("mmdebstrap", "buildah", "podman", "runc"):
        if not shutil.which(tool):
            return "there is no " + tool
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        return "this machine allows no namespaces"
    return ""


def exists(image):
    return subprocess.run(["buildah", *STORE, "inspect", "--type", "image", image], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


def base(with_packages):
    """The name of the base image: bare, or with the packages of the build, which saves later builds a minute."""
    name = "localhost/sidestream-base:" + ("packages" if with_packages else "bare")
    if exists(name):
        return name
    container = buildah("from", "scratch") if not with_packages else buildah("from", base(False))
    try:
        mounted = buildah("mount", container)
        if with_packages:
            for path in ("tests/packages.txt", "tests/support/install"):
                os.makedirs(os.path.dirname(os.path.join(mounted, "setup", path)), exist_ok=True)
                shutil.copy(os.path.join(ROOT, path), os.path.join(mounted, "setup", path))
            buildah("run", "--isolation", "chroot", container, "/setup/tests/support/install", "build", "python",
                    "certificates")
            shutil.rmtree(os.path.join(mounted, "setup"))
        else:
            run("cp", "-a", run(os.path.join(ROOT, "tests", "support", "root", "make"), SUITE) + "/.", mounted)
        buildah("umount", container)
        buildah("commit", "-q", container, name)
    finally:
        buildah("rm", container)
    return name


def build(tag, image, *options):
    """Builds with deploy/image/build, as a user does. Returns the digest."""
    return run(os.path.join(ROOT, "deploy", "image", "build"), tag, "--build-arg", "BASE=" + image, *options,
               env={**os.environ, "BUILDAH_GLOBAL": " ".join(STORE)})


def ccache():
    """The option that lends the machine's compiler cache to a build."""
    folder = os.environ.get("CCACHE_DIR") or os.path.expanduser("~/.cache/ccache")
    os.makedirs(folder, exist_ok=True)
    return ["-v", folder + ":" + os.path.join(pwd.getpwuid(0).pw_dir, ".cache", "ccache")]
