#!/usr/bin/env python3
"""Builds the image of deploy/Containerfile, as tests/deploy/image does, and writes it into an archive:  real_image.py FILE"""

import os
import sys

import paths

sys.path[:0] = [os.path.join(paths.ROOT, "tests", "deploy", "image"), paths.PYTHON]

import store  # noqa: E402

IMAGE = "localhost/sidestream:cluster"
NAME = "localhost/sidestream:test"  # in the cluster


def main():
    why = store.trouble()
    if why:
        print(why)
        return 1
    store.build(IMAGE, store.base(with_packages=True), *store.ccache())
    if os.path.exists(sys.argv[1]):
        os.remove(sys.argv[1])
    store.buildah("push", IMAGE, "docker-archive:%s:%s" % (sys.argv[1], NAME))
    return 0


sys.exit(main())
