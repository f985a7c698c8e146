#!/usr/bin/env python3
"""Makes the golden vectors in this directory with another implementation than the crate's: what an authenticator says when a key of each kind is made
and used. Run by hand: `pip install cryptography && python3 make.py`. The keys are new each time and kept nowhere, so every run writes other bytes.

Source: W3C Web Authentication Level 3, §6.1 (authenticator data), §6.5 (attestation object); RFC 9053 (COSE keys).
"""
import base64, hashlib, json, os, pathlib, struct

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

HERE = pathlib.Path(__file__).parent
RP_ID, ORIGIN = "give.example.org", "https://give.example.org"


def head(major, n):
    for limit, code, fmt in ((24, None, ""), (1 << 8, 24, ">B"), (1 << 16, 25, ">H"), (1 << 32, 26, ">I")):
        if n < limit:
            return bytes([major << 5 | (n if code is None else code)]) + (struct.pack(fmt, n) if fmt else b"")


def cbor(v):
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    return head(5, len(v)) + b"".join(cbor(k) + cbor(x) for k, x in v.items())


def b64(b):
    return base64.urlsafe_b64encode(b).rstrip(b"=").decode()


def client(kind, challenge):
    return json.dumps({"type": kind, "challenge": b64(challenge), "origin": ORIGIN, "crossOrigin": False}).encode()


def vector(name, cose, sign):
    challenge, credential = b"1788746400-" + os.urandom(16).hex().encode(), os.urandom(32)
    rp = hashlib.sha256(RP_ID.encode()).digest()
    made = rp + bytes([0x45]) + struct.pack(">I", 0) + bytes(16) + struct.pack(">H", len(credential)) + credential + cbor(cose)
    used = rp + bytes([0x05]) + struct.pack(">I", 7)
    asked = client("webauthn.get", challenge)
    return {"name": name, "challenge": challenge.decode(), "credential_id": b64(credential), "public_key": b64(cbor(cose)),
            "create": {"client_data": b64(client("webauthn.create", challenge)),
                       "attestation": b64(cbor({"fmt": "none", "attStmt": {}, "authData": made}))},
            "get": {"client_data": b64(asked), "authenticator_data": b64(used), "signature": b64(sign(used + hashlib.sha256(asked).digest()))}}


p256 = ec.generate_private_key(ec.SECP256R1())
point = p256.public_key().public_numbers()
edwards = ed25519.Ed25519PrivateKey.generate()
big = rsa.generate_private_key(public_exponent=65537, key_size=2048)
n = big.public_key().public_numbers().n
raw = edwards.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
(HERE / "keys.json").write_text(json.dumps({"rp_id": RP_ID, "origin": ORIGIN, "keys": [
    vector("ES256", {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}, lambda m: p256.sign(m, ec.ECDSA(hashes.SHA256()))),
    vector("EdDSA", {1: 1, 3: -8, -1: 6, -2: raw}, edwards.sign),
    vector("RS256", {1: 3, 3: -257, -1: n.to_bytes(256, "big"), -2: b"\x01\x00\x01"}, lambda m: big.sign(m, padding.PKCS1v15(), hashes.SHA256())),
]}, indent=1) + "\n")
