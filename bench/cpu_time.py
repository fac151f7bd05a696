"""The CPU time of a command, which what else a machine does disturbs less than the time that passes."""

import resource
import subprocess


def cpu_seconds(command):
    """The user and system seconds of all threads of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
