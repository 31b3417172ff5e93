"""The image: built by buildah on a Debian 13 of the tests' own, inspected, and run by podman and runc as hardened as a
cluster would."""

import os
import time

import container
import contents
import endtoend
import pytest
import sbom
import store

IMAGE = "localhost/sidestream:test"
NIGHTLY = bool(os.environ.get("SIDESTREAM_TEST_NIGHTLY"))


def timed(what, function, *arguments):
    began = time.monotonic()
    result = function(*arguments)
    print("%s: %.0f s" % (what, time.monotonic() - began), flush=True)
    return result


@pytest.fixture(scope="module")
def image():
    """The name of the image that is tested."""
    if store.trouble():
        pytest.skip(store.trouble())
    base = timed("base image", store.base, True)
    timed("image", store.build, IMAGE, base, *store.ccache())
    assert store.exists(IMAGE)
    return IMAGE


@pytest.fixture(scope="module")
def mounted(image):
    """A folder with the files of the image."""
    holder = store.buildah("from", image)
    yield store.buildah("mount", holder)
    store.buildah("rm", holder)


def test_describes_itself(image):
    contents.configuration(image)


@pytest.mark.parametrize("check", [
    pytest.param(contents.size, id="under 40 MB"),
    pytest.param(contents.nothing_to_run, id="no shell and no program but ours"),
    pytest.param(contents.modes, id="nothing setuid, nothing writable"),
    pytest.param(contents.complete, id="each library that is needed"),
    pytest.param(lambda mounted: contents.hardened(mounted + "/sidestream"), id="hardened binary"),
    pytest.param(sbom.lists_all, id="sbom lists each library"),
    pytest.param(sbom.refers, id="sbom depends on what it lists"),
    pytest.param(sbom.valid, id="sbom is CycloneDX 1.6")])
def test_contents(mounted, check):
    check(mounted)


@pytest.mark.parametrize("check", [
    pytest.param(container.serves, id="serves with a read-only root and 64 MiB"),
    pytest.param(container.is_confined, id="has no rights"),
    pytest.param(container.runs_as_anyone, id="runs as a user that the platform chose"),
    pytest.param(container.drains_by_exec, id="drains by exec"),
    pytest.param(container.ends_by_sigterm, id="ends by SIGTERM")])
def test_container(image, check):
    check(image)


def test_end_to_end_tests_pass_inside(image):
    timed("end-to-end tests", endtoend.run, image, NIGHTLY)


if NIGHTLY:
    def test_two_builds_without_a_cache_have_one_digest(image):
        """From the bare base, as a user's builds start."""
        digests = [store.build("localhost/sidestream:again%d" % number, store.base(with_packages=False), "--no-cache")
                   for number in (1, 2)]
        assert digests[0] == digests[1]
