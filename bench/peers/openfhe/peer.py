"""OpenFHE beside Strongroom: BFV of its Python wheel, with its threshold variant of n out of n key holders."""

import math
from importlib.metadata import version

import numpy
import openfhe as fhe
from protocol import Workers, checksum, serve, timed, value

# OpenFHE chooses its own primes, has no special prime in BFV (it relinearises by digits) and floods with a fixed noise.
PRIMES = "OpenFHE's own primes of 60 bits, as many; no special prime"
FLOODING = PRIMES + "; its noise flooding is fixed at 2^20, far below the bound asked for"


class Setting:
    """What is made once for each parameter set: context, keys of K holders, ciphertexts and their bytes."""

    def __init__(self, size):
        self.slots = size["ringDegree"]
        self.plain_modulus = int(size["plainModulus"])
        self.context = context_of(size)
        self.secrets, self.public = joint_key(self.context, size["holders"])
        self.ciphertexts = []
        self.has_relinearisation = False

    def plaintext(self, ciphertext):
        return self.context.MakePackedPlaintext(vector_of(ciphertext, self.slots))

    def inputs(self, count):
        while len(self.ciphertexts) < count:
            self.ciphertexts.append(self.context.Encrypt(self.public, self.plaintext(len(self.ciphertexts))))
        return self.ciphertexts[:count]

    def sum(self, ciphertexts):
        total = ciphertexts[0].Clone()
        for ciphertext in ciphertexts[1:]:
            self.context.EvalAddInPlace(total, ciphertext)
        return total

    def open(self, ciphertext):
        return self.combine(self.shares(ciphertext))

    def shares(self, ciphertext, holders=None):
        return [self.share(ciphertext, holder) for holder in holders or range(len(self.secrets))]

    def share(self, ciphertext, holder):
        act = self.context.MultipartyDecryptLead if holder == 0 else self.context.MultipartyDecryptMain
        return act([ciphertext], self.secrets[holder])[0]

    def combine(self, shares):
        plaintext = self.context.MultipartyDecryptFusion(shares)
        plaintext.SetLength(self.slots)
        return plaintext.GetPackedValue()

    def relinearisation(self):
        if not self.has_relinearisation:
            install(self.context, relinearisation_key(self.context, self.secrets, self.public))
            self.has_relinearisation = True


def vector_of(ciphertext, slots):
    return numpy.array([value(ciphertext, i) for i in range(slots)], dtype=numpy.int64)


def context_of(size):
    """The smallest modulus of OpenFHE's own making that has as many bits as q."""
    bits = sum(math.log2(int(prime)) for prime in size["dataPrimes"])
    for depth in range(20):
        parameters = fhe.CCParamsBFVRNS()
        parameters.SetPlaintextModulus(int(size["plainModulus"]))
        parameters.SetMultiplicativeDepth(depth)
        parameters.SetScalingModSize(60)
        parameters.SetRingDim(size["ringDegree"])
        parameters.SetSecurityLevel(fhe.HEStd_128_classic)
        parameters.SetThresholdNumOfParties(size["holders"])
        context = fhe.GenCryptoContext(parameters)
        if math.log2(context.GetModulus()) > bits - 2:
            for feature in (fhe.PKE, fhe.KEYSWITCH, fhe.LEVELEDSHE, fhe.ADVANCEDSHE, fhe.MULTIPARTY):
                context.Enable(feature)
            return context
    raise ValueError(f"no context with {bits:.0f} bits")


def joint_key(context, holders):
    """Each holder adds its share to the public key of those before it: K rounds, where the common reference is the first's."""
    pair = context.KeyGen()
    secrets = [pair.secretKey]
    for _ in range(holders - 1):
        pair = context.MultipartyKeyGen(pair.publicKey)
        secrets.append(pair.secretKey)
    return secrets, pair.publicKey


def require_small_plaintexts(size):
    """Above 41 bits its products come out wrong with 60-bit moduli, whichever multiplication technique is asked for."""
    if int(size["plainModulus"]).bit_length() > 41:
        raise ValueError("OpenFHE's products are wrong for a plaintext modulus of more than 41 bits")


def relinearisation_key(context, secrets, public):
    """Two passes over the holders, after OpenFHE's own example for several parties."""
    tag = public.GetKeyTag()
    first = context.KeySwitchGen(secrets[0], secrets[0])
    joined = first
    for secret in secrets[1:]:
        joined = context.MultiAddEvalKeys(joined, context.MultiKeySwitchGen(secret, secret, first), tag)
    parts = [context.MultiMultEvalKey(secret, joined, tag) for secret in secrets]
    key = parts[0]
    for part in parts[1:]:
        key = context.MultiAddEvalMultKeys(key, part, tag)
    return key


def install(context, key):
    fhe.ClearEvalMultKeys()
    context.InsertEvalMultKey([key])


settings = {}


def setting_of(size):
    name = tuple(str(size[field]) for field in ("ringDegree", "dataPrimes", "plainModulus", "holders"))
    if name not in settings:
        settings.clear()
        settings[name] = Setting(size)
    return settings[name]


def measured(seconds, units, answer, note=PRIMES):
    return {"seconds": seconds, "units": units, "answer": answer, "note": note}


def encode(size):
    s = setting_of(size)
    vectors = [vector_of(c, s.slots) for c in range(size["ciphertexts"])]
    plaintexts = []
    seconds = timed(lambda: plaintexts.extend(s.context.MakePackedPlaintext(v) for v in vectors))
    total = numpy.sum([p.GetPackedValue() for p in plaintexts], axis=0)
    return measured(seconds, s.slots * len(vectors), checksum(total), PRIMES + "; one thread")


def encrypt(size):
    s = setting_of(size)
    count = size["ciphertexts"]
    vectors = [vector_of(c, s.slots) for c in range(count)]

    def one(_, c):
        plaintext = s.context.MakePackedPlaintext(vectors[c])
        return fhe.Serialize(s.context.Encrypt(s.public, plaintext), fhe.BINARY)

    if size["threads"] == 1:
        written = []
        seconds = timed(lambda: written.extend(one(None, c) for c in range(count)))
    else:
        seconds, written = on_workers(size, one)
    answer = checksum(s.open(s.sum([read(data) for data in written])))
    return measured(seconds, s.slots * count, answer)


def on_workers(size, one):
    workers = Workers(size["threads"], lambda _: None, one)
    try:
        return workers.run(size["ciphertexts"])
    finally:
        workers.close()


def read(data):
    return fhe.DeserializeCiphertextString(data, fhe.BINARY)


def add(size):
    s = setting_of(size)
    written = [fhe.Serialize(c, fhe.BINARY) for c in s.inputs(size["ciphertexts"])]
    totals = []

    def act():
        total = read(written[0])
        for data in written[1:]:
            s.context.EvalAddInPlace(total, read(data))
        totals.append(total)

    seconds = timed(act)
    return measured(seconds, len(written), checksum(s.open(totals[0])), PRIMES + "; one thread")


def multiply(size):
    require_small_plaintexts(size)
    s = setting_of(size)
    inputs = s.inputs(size["ciphertexts"])
    s.relinearisation()
    products = []
    pairs = list(zip(inputs[::2], inputs[1::2]))
    seconds = timed(lambda: products.extend(s.context.EvalMult(a, b) for a, b in pairs))
    return measured(seconds, len(pairs), checksum(s.open(s.sum(products))), PRIMES + "; one thread")


def partial_decryption(size):
    s = setting_of(size)
    inputs = s.inputs(size["ciphertexts"])
    shares = []
    seconds = timed(lambda: shares.extend(s.share(c, 0) for c in inputs))
    others = range(1, len(s.secrets))
    vectors = [s.combine([share, *s.shares(c, others)]) for share, c in zip(shares, inputs)]
    return measured(seconds, len(inputs), checksum(numpy.sum(vectors, axis=0)), FLOODING)


def combine(size):
    s = setting_of(size)
    shares = [s.shares(c) for c in s.inputs(size["ciphertexts"])]
    vectors = []
    seconds = timed(lambda: vectors.extend(s.combine(of) for of in shares))
    return measured(seconds, s.slots * len(shares), checksum(numpy.sum(vectors, axis=0)), FLOODING)


def joint_key_ceremony(size):
    s = setting_of(size)
    made = []
    seconds = timed(lambda: made.append(joint_key(s.context, size["holders"])))
    trial = Setting.__new__(Setting)
    trial.slots, trial.context, trial.ciphertexts = s.slots, s.context, []
    trial.secrets, trial.public = made[0]
    return measured(seconds, 1, checksum(trial.open(trial.inputs(1)[0])))


def relinearisation_ceremony(size):
    require_small_plaintexts(size)
    s = setting_of(size)
    made = []
    seconds = timed(lambda: made.append(relinearisation_key(s.context, s.secrets, s.public)))
    install(s.context, made[0])
    s.has_relinearisation = True
    a, b = s.inputs(2)
    return measured(seconds, 1, checksum(s.open(s.context.EvalMult(a, b))))


serve(
    "openfhe",
    version("openfhe"),
    {
        "bfv/encode": encode,
        "bfv/encrypt": encrypt,
        "bfv/add": add,
        "bfv/multiply": multiply,
        "bfv/partial-decryption": partial_decryption,
        "bfv/combine": combine,
        "bfv/joint-key": joint_key_ceremony,
        "bfv/relinearisation-key": relinearisation_ceremony,
    },
)
