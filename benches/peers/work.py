"""Runs a command on one processor core and says how many CPU seconds it and its children took."""

import os
import resource
import subprocess

# Libraries that start threads of their own are held to one.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
}


def _cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command, log, accept=(0,), **options):
    """User and system seconds of the command; its words go to the file `log`."""
    cores = sorted(os.sched_getaffinity(0))
    core = cores[os.getpid() % len(cores)]
    environment = {**os.environ, **ONE_THREAD, **options.pop("env", {})}
    before = _cpu()
    with open(log, "a", encoding="utf-8") as words:
        print("+", *command, file=words, flush=True)
        done = subprocess.run(
            [str(part) for part in command],
            stdout=options.pop("stdout", words),
            stderr=words,
            env=environment,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
            check=False,
            **options,
        )
    if done.returncode not in accept:
        raise SystemExit(f"{command[0]} ended with {done.returncode}; see {log}")
    return _cpu() - before
