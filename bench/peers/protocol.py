"""The protocol of README.md for the peers that are written in Python."""

import gc
import json
import multiprocessing
import sys
import time


def value(ciphertext, slot):
    """v(c, i)."""
    return (7919 * slot + 104729 * ciphertext) % 65537 - 32768


def checksum(vector):
    """Sum of (i + 1)*w(i), as a decimal string."""
    return str(sum((i + 1) * int(w) for i, w in enumerate(vector)))


def timed(act):
    """Seconds that act takes, with the heap swept before and no sweep within."""
    gc.collect()
    gc.disable()
    try:
        started = time.perf_counter()
        act()
        return time.perf_counter() - started
    finally:
        gc.enable()


def serve(peer, version, benchmarks):
    """Answers one request a line until the input ends. `benchmarks` maps names to functions of a size."""
    # What a library prints must not mix with the answers.
    answers = sys.stdout
    sys.stdout = sys.stderr

    def write(answer):
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    write({"peer": peer, "version": version, "benchmarks": sorted(benchmarks)})
    for line in sys.stdin:
        try:
            asked = json.loads(line)
            if asked["run"] not in benchmarks:
                raise ValueError(f"there is no benchmark {asked['run']}")
            size = {"threads": 1, "holders": 3, "ciphertexts": 1, **asked["size"]}
            write(benchmarks[asked["run"]](size))
        except Exception as error:  # a failure is an answer: the suite reports it
            write({"error": f"{type(error).__name__}: {error}"})


class Workers:
    """
    Processes forked from this one, since the interpreter runs Python on one thread. Each calls `setup(worker)` once and
    then `act(state, item)` for its items of each run; what act returns comes back in the order of the items.
    """

    def __init__(self, count, setup, act):
        context = multiprocessing.get_context("fork")
        self._pipes = []
        self._processes = []
        for worker in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, worker, setup, act), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        for pipe in self._pipes:
            pipe.recv()

    def run(self, items):
        """Seconds until the last worker is done, and the results, which are fetched after that."""
        shares = [range(worker, items, len(self._pipes)) for worker in range(len(self._pipes))]

        def act():
            for pipe, share in zip(self._pipes, shares):
                pipe.send(share)
            for pipe in self._pipes:
                if pipe.recv() != "done":
                    raise RuntimeError("a worker process failed")

        seconds = timed(act)
        results = [None] * items
        for pipe, share in zip(self._pipes, shares):
            for item, result in zip(share, pipe.recv()):
                results[item] = result
        return seconds, results

    def close(self):
        # A worker holds copies of the pipes to those before it, so closing them would not be seen.
        for pipe in self._pipes:
            pipe.send(None)
        for process in self._processes:
            process.join()


def _work(pipe, worker, setup, act):
    state = setup(worker)
    pipe.send("ready")
    while True:
        share = pipe.recv()
        if share is None:
            return
        results = []
        gc.disable()
        try:
            results = [act(state, item) for item in share]
            pipe.send("done")
        except Exception as error:
            print(f"worker {worker}: {error}", file=sys.stderr)
            pipe.send("failed")
        gc.enable()
        pipe.send(results)
