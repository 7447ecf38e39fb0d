# SPDX-License-Identifier: MIT
"""An authority of the test's own and what it certifies: PEM files `<name>.pem` and `<name>.key`. Imported inside an
environment that has PACKAGES."""
import datetime
import ipaddress

PACKAGES = ["cryptography==50.0.2"]
HOSTS = ["localhost", "127.0.0.1"]
DAY = datetime.timedelta(days=1)


class Authority:
    """Certifies servers and clients; its own certificate is <name>.pem."""

    def __init__(self, directory, name):
        self.directory, self.name = directory, name
        self.certificate = directory / f"{name}.pem"
        self.key = None
        self.key, _ = self.write(name, is_authority=True)

    def server(self, name, hosts=HOSTS, **validity):
        return self.write(name, hosts, **validity)[1]

    def client(self, name, **validity):
        return self.write(name, **validity)[1]

    def write(self, name, hosts=(), is_authority=False, begins=-DAY, ends=DAY):
        """The key, and the files of certificate and key. The times of validity count from now."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(datetime.timezone.utc)
        made = (x509.CertificateBuilder().subject_name(named(x509, name)).issuer_name(named(x509, self.name))
                .public_key(key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(now + begins).not_valid_after(now + ends)
                .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True))
        if hosts:
            names = x509.SubjectAlternativeName([alternative(x509, each) for each in hosts])
            made = made.add_extension(names, critical=False)
        certificate = made.sign(self.key or key, hashes.SHA256())
        files = self.directory / f"{name}.pem", self.directory / f"{name}.key"
        files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))
        return key, files


def named(x509, name):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def alternative(x509, host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
