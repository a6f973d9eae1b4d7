"""
TNO's distributed Paillier key generation beside Strongroom: K processes that talk over HTTP on the loopback.

Its guarantee is weaker: parties that follow the protocol (semi-honest), and at most t < K/2 of them together. The key
is shared t + 1 out of K.
"""

import asyncio
import logging
import multiprocessing
import os
import socket
import threading
import time
import warnings
from importlib.metadata import version

from protocol import serve

# The defaults of the library (`distributed_keygen.py`, version 4.3.0).
PRIME_THRESHOLD = 2000
CORRECT_PARAM_BIPRIME = 40
STAT_SEC_SHAMIR = 40
BATCH_SIZE = 100

# Seconds for whatever does not grow with the key.
SHORTLY = 60
MESSAGE = 42


def key(size):
    holders = size["holders"]
    threshold = (holders - 1) // 2
    context = multiprocessing.get_context("spawn")
    ports = free_ports(holders)
    pipes, parties = [], []
    try:
        for party in range(holders):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=party_process, args=(theirs, party, ports, threshold, size["modulusBits"]), daemon=True
            )
            process.start()
            pipes.append(ours)
            parties.append(process)
        for pipe in pipes:
            receive(pipe, SHORTLY)
        started = time.perf_counter()
        tell(pipes, "make the key")
        bits = [receive(pipe) for pipe in pipes][0]
        seconds = time.perf_counter() - started
        tell(pipes, "encrypt")
        tell(pipes, receive(pipes[0], SHORTLY))
        decrypted = [receive(pipe, SHORTLY) for pipe in pipes]
    finally:
        for process in parties:
            process.kill()
            process.join()
    if len(set(decrypted)) != 1:
        raise RuntimeError(f"the parties decrypt differently: {decrypted}")
    asked = size["modulusBits"]
    if not asked <= bits < asked + 2 * holders:
        raise RuntimeError(f"a modulus of {bits} bits where {asked} were asked for")
    return {
        "seconds": seconds,
        "units": 1,
        "answer": {"modulusBits": asked, "decrypted": str(decrypted[0])},
        "note": f"semi-honest parties, at most {threshold} of {holders} corrupt; a modulus of {bits} bits, "
        f"since each prime is the sum of {holders} numbers of {asked // 2} bits",
    }


def free_ports(count):
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def tell(pipes, what):
    for pipe in pipes:
        pipe.send(what)


def receive(pipe, seconds=None):
    if not pipe.poll(seconds):
        raise TimeoutError("a party is silent")
    said = pipe.recv()
    if isinstance(said, Exception):
        raise said
    return said


def party_process(pipe, party, ports, threshold, bits):
    threading.Thread(target=end_with_parent, daemon=True).start()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    try:
        asyncio.run(take_part(pipe, party, ports, threshold, bits))
    except Exception as error:
        pipe.send(RuntimeError(f"party {party + 1}: {type(error).__name__}: {error}"))


def end_with_parent():
    """The suite ends this peer by a signal that leaves no time to end the parties."""
    multiprocessing.parent_process().join()
    os._exit(1)


async def take_part(pipe, party, ports, threshold, bits):
    from tno.mpc.communication import Pool
    from tno.mpc.encryption_schemes.paillier import PaillierCiphertext
    from tno.mpc.protocols.distributed_keygen import DistributedPaillier

    pool = Pool()
    pool.add_http_server(ports[party], addr="127.0.0.1")
    for other, port in enumerate(ports):
        if other != party:
            pool.add_http_client(f"party{other}", "127.0.0.1", port)
    pipe.send("ready")
    await heard(pipe)
    scheme = await DistributedPaillier.from_security_parameter(
        pool,
        corruption_threshold=threshold,
        key_length=bits,
        prime_threshold=PRIME_THRESHOLD,
        correct_param_biprime=CORRECT_PARAM_BIPRIME,
        stat_sec_shamir=STAT_SEC_SHAMIR,
        distributed=True,
        batch_size=BATCH_SIZE,
    )
    pipe.send(scheme.public_key.n.bit_length())
    await heard(pipe)
    if party == 0:
        ciphertext = scheme.encrypt(MESSAGE)
        pipe.send(int(ciphertext.get_value()))
    raw = await heard(pipe)
    pipe.send(int(await scheme.decrypt(PaillierCiphertext(raw, scheme))))
    # The others may still be waiting for this party's share: the parent ends all.
    await heard(pipe)


async def heard(pipe):
    """What the parent says, while the server of this party goes on answering."""
    while not pipe.poll():
        await asyncio.sleep(0.002)
    return pipe.recv()


if __name__ == "__main__":
    import gmpy2  # noqa: F401  without it every exponentiation is Python's own

    serve(
        "distributed-keygen",
        f"{version('tno.mpc.protocols.distributed_keygen')} (gmpy2 {version('gmpy2')})",
        {"paillier/key": key},
    )
