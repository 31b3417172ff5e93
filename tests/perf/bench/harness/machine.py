"""What the figures were measured on, and with."""

import os
import platform
import re
import resource
import shutil
import socket
import subprocess

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", "..", ".."))
BUILD = os.path.join(ROOT, "build", "release")
LOAD = os.path.join(BUILD, "tests", "perf", "bench", "bench_load")
TOKENS = os.path.join(BUILD, "tests", "perf", "bench", "bench_tokens")
BARE = os.path.join(BUILD, "tests", "perf", "bench", "bench_bare")
SIDESTREAM = os.path.join(BUILD, "sidestream")
NODE_MODULES = os.path.join(ROOT, "build", "bench", "node_modules")


def install(kafka):
    """What is missing, but for kafka-sse, whose failure only leaves that comparison out."""
    groups = ["build", "gtest", "python", "bench"] + (["kafka"] if kafka else [])
    subprocess.run([os.path.join(ROOT, "tests", "support", "install"), *groups], check=True)
    if kafka and not os.path.isdir(os.path.join(NODE_MODULES, "kafka-sse")):
        install_kafka_sse()


def install_kafka_sse():
    folder = os.path.dirname(NODE_MODULES)
    os.makedirs(folder, exist_ok=True)
    print("installing kafka-sse (npm) in build/bench ...", flush=True)
    # Newer versions of npm run a package's build only when told to; with Debian's librdkafka it takes seconds.
    for command in (["install", "--no-audit", "--no-fund", "kafka-sse@0.4.2"], ["rebuild", "node-rdkafka"]):
        done = subprocess.run(["npm", *command], cwd=folder, env={**os.environ, "BUILD_LIBRDKAFKA": "0"},
                              capture_output=True, text=True)
        if done.returncode:
            print("kafka-sse can't be installed:\n" + done.stderr[-2000:])
            shutil.rmtree(NODE_MODULES, ignore_errors=True)
            return


def build():
    script = os.path.join(ROOT, "tests", "support", "build")
    subprocess.run([script, "--tests", "release", "sidestream", "bench"], check=True)


def git(*arguments):
    return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True).stdout.strip()


def commit():
    """What was measured; marked where the product differs from it."""
    changed = git("status", "--porcelain", "sidecar", "connectors")
    return git("rev-parse", "--short=10", "HEAD") + ("-modified" if changed else "")


def description():
    with open("/proc/cpuinfo") as lines:
        model = re.search(r"model name\s*: (.*)", lines.read())
    with open("/proc/meminfo") as lines:
        kib = int(re.search(r"MemTotal: *(\d+)", lines.read()).group(1))
    return "%s, %d cores, %.1f GiB, Linux %s" % (model.group(1) if model else platform.machine(), os.cpu_count(),
                                                 kib / 2 ** 20, platform.release().split("-")[0])


def open_files_max():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
