"""A Kubernetes of one node: etcd, API server, controllers, scheduler, containerd and kubelet.

It listens on this machine's own addresses of a network namespace, keeps everything in memory, and has neither
kube-proxy nor DNS: a Service has EndpointSlices, but its address and its name don't answer.
"""

import os
import shutil
import subprocess
import time

import api
import images
import keys
import paths
import settings

SECONDS = 60
IN_MEMORY = ("/run", "/var/lib")  # where the servers keep what they have


class Broken(Exception):
    pass


def prepare_namespaces():
    for folder in IN_MEMORY:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    shutil.rmtree(paths.LOGS, ignore_errors=True)
    for folder in (paths.WORK, os.environ["TMPDIR"], paths.LOGS):
        os.makedirs(folder)
    for command in (["link", "set", "lo", "up"], ["link", "add", paths.BRIDGE, "type", "bridge"],
                    ["address", "add", paths.GATEWAY + "/24", "dev", paths.BRIDGE],
                    ["link", "set", paths.BRIDGE, "up"]):
        subprocess.run(["ip", *command], check=True)


def prepare_cgroups():
    """The kubelet puts its pods below a group that must be there in each hierarchy."""
    for group in paths.cgroups():
        os.makedirs(group, exist_ok=True)
        for name in ("cpuset.cpus", "cpuset.mems"):
            if os.path.exists(os.path.join(group, name)):
                with open(os.path.join(os.path.dirname(group), name)) as source:
                    value = source.read()
                with open(os.path.join(group, name), "w") as target:
                    target.write(value)


class Node:
    def __init__(self):
        self.servers = {}
        prepare_namespaces()
        prepare_cgroups()
        keys.make()
        settings.write()
        self.start_api()
        self.start_containers()
        self.start_controllers()
        self.start_kubelet()

    def start(self, name, *command):
        with open(os.path.join(paths.LOGS, name + ".log"), "wb") as log:
            self.servers[name] = subprocess.Popen(["nice", "-n", "5", *command], stdin=subprocess.DEVNULL, stdout=log,
                                                  stderr=subprocess.STDOUT)

    def wait(self, what, condition):
        deadline = time.monotonic() + SECONDS
        while not condition():
            for name, process in self.servers.items():
                if process.poll() is not None:
                    raise Broken("%s has ended; its log: %s/%s.log" % (name, paths.LOGS, name))
            if time.monotonic() > deadline:
                raise Broken("no %s after %d s" % (what, SECONDS))
            time.sleep(0.1)

    def start_api(self):
        self.start("etcd", "etcd", "--data-dir", "/var/lib/etcd")
        self.start(
            "apiserver", paths.kubernetes("kube-apiserver"), "--bind-address=" + paths.API[0],
            "--secure-port=%d" % paths.API[1], "--advertise-address=" + paths.GATEWAY,
            "--etcd-servers=http://127.0.0.1:2379", "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.96.0.0/24", "--authorization-mode=RBAC",
            "--anonymous-auth=false", "--client-ca-file=" + keys.path("ca.crt"),
            "--tls-cert-file=" + keys.path("server.crt"), "--tls-private-key-file=" + keys.path("server.key"),
            "--kubelet-certificate-authority=" + keys.path("ca.crt"),
            "--kubelet-client-certificate=" + keys.path("admin.crt"), "--kubelet-client-key=" + keys.path("admin.key"),
            "--kubelet-preferred-address-types=InternalIP", "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=" + keys.path("accounts.pub"),
            "--service-account-signing-key-file=" + keys.path("accounts.key"))

    def start_containers(self):
        self.start("containerd", "containerd", "--config", settings.CONTAINERD)
        self.wait("containerd", lambda: subprocess.run(["ctr", "version"], capture_output=True).returncode == 0)
        images.load(images.of_program("localhost/pause:1", paths.kubernetes("pause")))

    def start_controllers(self):
        self.wait("API server", lambda: api.answers("/readyz"))
        common = ("--kubeconfig=" + settings.KUBECONFIG, "--bind-address=127.0.0.1", "--leader-elect=false")
        self.start("controller-manager", paths.kubernetes("kube-controller-manager"), *common,
                   "--service-account-private-key-file=" + keys.path("accounts.key"),
                   "--root-ca-file=" + keys.path("ca.crt"))
        self.start("scheduler", paths.kubernetes("kube-scheduler"), *common)

    def start_kubelet(self):
        self.start("kubelet", paths.kubernetes("kubelet"), "--config=" + settings.KUBELET,
                   "--kubeconfig=" + settings.KUBECONFIG, "--hostname-override=node", "--node-ip=" + paths.GATEWAY)
        self.wait("ready node", ready)
        self.wait("account for pods", lambda: api.answers("/api/v1/namespaces/default/serviceaccounts/default"))


def ready():
    try:
        node = api.get("/api/v1/nodes/node")
    except (api.Refused, OSError):
        return False
    conditions = {condition["type"]: condition["status"] for condition in node["status"].get("conditions", [])}
    return conditions.get("Ready") == "True" and not node["spec"].get("taints")
