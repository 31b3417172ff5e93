"""The files that the cluster's servers read."""

import json
import os

import keys
import paths

KUBECONFIG = os.path.join(paths.WORK, "kubeconfig")
CONTAINERD = os.path.join(paths.WORK, "containerd.toml")
KUBELET = os.path.join(paths.WORK, "kubelet.json")
NETWORK = os.path.join(paths.WORK, "cni")
SOCKET = "/run/containerd/containerd.sock"
CONFIG_SYNC = "2s"  # how soon a changed ConfigMap is in its volume; a kubelet's own is 60s

CONTAINERD_TEXT = """
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true  # where it may not be lowered, it stays
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "%s"
"""


def kubeconfig():
    return {"apiVersion": "v1", "kind": "Config", "current-context": "it",
            "clusters": [{"name": "it", "cluster": {"server": "https://%s:%d" % paths.API,
                                                    "certificate-authority": keys.path("ca.crt")}}],
            "users": [{"name": "admin", "user": {"client-certificate": keys.path("admin.crt"),
                                                 "client-key": keys.path("admin.key")}}],
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "admin"}}]}


def network():
    return {"cniVersion": "0.4.0", "name": "pods", "plugins": [
        {"type": "bridge", "bridge": paths.BRIDGE, "isGateway": True, "hairpinMode": True,
         "ipam": {"type": "host-local", "ranges": [[{"subnet": paths.SUBNET, "gateway": paths.GATEWAY}]]}}]}


def kubelet():
    return {"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
            "address": paths.GATEWAY,
            "tlsCertFile": keys.path("server.crt"), "tlsPrivateKeyFile": keys.path("server.key"),
            "authentication": {"anonymous": {"enabled": False}, "x509": {"clientCAFile": keys.path("ca.crt")}},
            "authorization": {"mode": "AlwaysAllow"},  # for whoever has a key
            "containerRuntimeEndpoint": "unix://" + SOCKET,
            "cgroupDriver": "cgroupfs", "cgroupRoot": "/" + paths.CGROUP, "failCgroupV1": False,
            "enforceNodeAllocatable": [], "failSwapOn": False, "makeIPTablesUtilChains": False,
            "resolvConf": "", "clusterDNS": [paths.GATEWAY],  # where nobody answers
            "podLogsDir": os.path.join(paths.LOGS, "pods"),
            "syncFrequency": CONFIG_SYNC, "maxOpenFiles": 20000, "imageGCHighThresholdPercent": 100,
            "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"}}


def write():
    os.makedirs(NETWORK)
    for path, content in ((KUBECONFIG, kubeconfig()), (KUBELET, kubelet()),
                          (os.path.join(NETWORK, "10-pods.conflist"), network())):
        with open(path, "w") as file:
            json.dump(content, file)
    with open(CONTAINERD, "w") as file:
        file.write(CONTAINERD_TEXT % NETWORK)
