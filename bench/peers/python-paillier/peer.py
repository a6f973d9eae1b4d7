"""python-paillier with gmpy2 beside Strongroom: one key holder, one value a ciphertext."""

from importlib.metadata import version

import phe
from phe.util import HAVE_GMP
from protocol import Workers, serve, timed, value

NOTE = "one key holder, no proof; one value a ciphertext"
BELOW_STANDARD = "; modulus below 2048 bits"

if not HAVE_GMP:
    raise SystemExit("python-paillier does not find gmpy2")

keys = {}


def keys_of(size):
    bits = size["modulusBits"]
    if bits not in keys:
        keys[bits] = phe.generate_paillier_keypair(n_length=bits)
    return keys[bits]


def total(ciphertexts):
    first, *others = ciphertexts
    for other in others:
        first = first + other
    return first


def measured(seconds, units, answer, size):
    return {
        "seconds": seconds,
        "units": units,
        "answer": answer,
        "note": NOTE + (BELOW_STANDARD if size["modulusBits"] < 2048 else ""),
    }


def encrypt(size):
    """Raw integers; the obfuscation r^N is part of `encrypt`, and it is what takes the time."""
    public, private = keys_of(size)
    values = [value(0, i) for i in range(size["values"])]

    def one(_, i):
        return public.encrypt(values[i]).ciphertext(be_secure=False)

    if size["threads"] == 1:
        ciphertexts = []
        seconds = timed(lambda: ciphertexts.extend(one(None, i) for i in range(len(values))))
    else:
        workers = Workers(size["threads"], lambda _: None, one)
        try:
            seconds, ciphertexts = workers.run(len(values))
        finally:
            workers.close()
    answer = private.decrypt(total(phe.EncryptedNumber(public, c, 0) for c in ciphertexts))
    return measured(seconds, len(values), str(answer), size)


inputs = {}


def add(size):
    public, private = keys_of(size)
    bits = size["modulusBits"]
    held = inputs.setdefault(bits, [])
    while len(held) < size["ciphertexts"]:
        held.append(public.encrypt(value(0, len(held))))
    summands = held[: size["ciphertexts"]]
    sums = []
    seconds = timed(lambda: sums.append(total(summands)))
    return measured(seconds, len(summands), str(private.decrypt(sums[0])), size)


serve(
    "python-paillier",
    f"{version('phe')} (gmpy2 {version('gmpy2')})",
    {"paillier/encrypt": encrypt, "paillier/add": add},
)
