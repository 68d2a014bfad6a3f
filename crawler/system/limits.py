"""What a child process that opens hostile files may take of the machine."""

from __future__ import annotations


def limit_self(memory: int, seconds: int = 0) -> None:
    """From now on this process has at most ``memory`` bytes of address space and, where given,
    ``seconds`` of processor time, and leaves no core behind. A bomb then ends in ``MemoryError`` or
    with the process. Does nothing where the system knows no such limits."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
