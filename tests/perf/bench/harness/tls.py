"""TLS: deliveries per CPU second and memory of idle subscribers, against nginx with nchan and the same cipher.

Publishers use a plain port in both: the admin port, and another listener."""

import os
import subprocess
import tempfile

from harness import fan_out, machine
from harness.servers import Nchan, Sidestream

CIPHER = "TLS_AES_128_GCM_SHA256"


class TlsSidestream(Sidestream):
    cipher = CIPHER

    def __init__(self, certificate, key, **options):
        tls = ", console: true, admin_hosts: [bench], tls: { certificate: %s, key: %s }" % (certificate, key)
        super().__init__(server=tls, **options)

    def command(self):
        command = super().command()
        self.publish_port = self.admin_port
        return command


class TlsNchan(Nchan):
    cipher = CIPHER

    def __init__(self, certificate, key, **options):
        self.plain_port = machine.free_port()
        listen = (" ssl;\n    listen 127.0.0.1:%d;\n    ssl_protocols TLSv1.3;\n    ssl_certificate %s;\n"
                  "    ssl_certificate_key %s" % (self.plain_port, certificate, key))
        super().__init__(listen=listen, **options)

    def command(self):
        command = super().command()
        self.publish_port = self.plain_port
        return command


def make_certificate(folder):
    paths = os.path.join(folder, "tls.crt"), os.path.join(folder, "tls.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "2", "-subj", "/CN=bench", "-keyout", paths[1], "-out", paths[0]], check=True, capture_output=True)
    return paths


def tls(run):
    with tempfile.TemporaryDirectory(prefix="sidestream-bench-") as folder:
        files = make_certificate(folder)

        def server_of(kind):
            return lambda threads=1, **options: kind(*files, threads=threads, flush=options.get("flush", "auto"))

        for size in (100, 1024):
            cell = {"subscribers": 1000, "size": size, "cipher": CIPHER}
            run.alternate("tls", cell, [TlsSidestream, TlsNchan], lambda kind: fan_out.efficiency_of(
                server_of(kind), 1000, size, 1, 1, 0.8 if run.quick else 1.5))
        run.alternate("tls memory", {"subscribers": 1000, "cipher": CIPHER}, [TlsSidestream, TlsNchan],
                      lambda kind: fan_out.memory_of(server_of(kind), 1000))
