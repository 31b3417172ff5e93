"""The cluster's keys: one authority, one certificate for all servers, one for all clients."""

import os
import subprocess

import paths

FOLDER = os.path.join(paths.WORK, "keys")


def path(name):
    return os.path.join(FOLDER, name)


def openssl(*arguments):
    subprocess.run(("openssl",) + arguments, check=True, capture_output=True, text=True, cwd=FOLDER)


def certificate(name, subject, usage, *extensions):
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key",
            "-subj", subject, "-out", name + ".csr")
    with open(path(name + ".ext"), "w") as file:
        file.write("\n".join(["keyUsage=digitalSignature", "extendedKeyUsage=" + usage, *extensions]))
    openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", name + ".ext", "-out", name + ".crt")


def make():
    os.makedirs(FOLDER, mode=0o700)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
            "-subj", "/CN=cluster", "-days", "2", "-out", "ca.crt", "-addext", "keyUsage=digitalSignature,keyCertSign")
    certificate("server", "/CN=server", "serverAuth", "subjectAltName=IP:127.0.0.1,IP:%s" % paths.GATEWAY)
    certificate("admin", "/O=system:masters/CN=admin", "clientAuth")  # may do everything
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "accounts.key")
    openssl("ec", "-in", "accounts.key", "-pubout", "-out", "accounts.pub")
