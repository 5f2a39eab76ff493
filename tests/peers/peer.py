#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A program of somebody else's, on Debian's python3-sysv-ipc; does what peer.pl does."""
import signal
import sys

import sysv_ipc


def queue():
    return sysv_ipc.MessageQueue(1234, sysv_ipc.IPC_CREAT, 0o600)


def segment():
    return sysv_ipc.SharedMemory(1234)


# Not with IPC_CREAT: this module would set the value of a semaphore that is there already.
def semaphore():
    return sysv_ipc.Semaphore(1234)


def send(kind):
    queue().send(sys.stdin.buffer.read(), False, type=int(kind))


def recv(kind):
    text, got = queue().receive(True, type=int(kind))
    sys.stdout.buffer.write(b"%d:%s" % (got, text))


def poll(kind):
    queue().receive(False, type=int(kind))


def write(offset, text):
    segment().write(text.encode(), int(offset))


def read(offset, length):
    sys.stdout.buffer.write(segment().read(int(length), int(offset)))


def up():
    semaphore().release()


def down():
    semaphore().acquire(0)


def hold():
    taken = semaphore()
    taken.undo = True
    taken.acquire()
    print("held", flush=True)
    signal.pause()


verbs = {f.__name__: f for f in (send, recv, poll, write, read, up, down, hold)}
try:
    verbs[sys.argv[1]](*sys.argv[2:])
except sysv_ipc.BusyError:
    sys.exit(4)
