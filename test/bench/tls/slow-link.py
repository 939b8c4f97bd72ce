"""A network that takes time, for Linux and root: python3 slow-link.py SERVER-ADDRESS ONE-WAY-MILLISECONDS

What is sent to the next address after the server's arrives at the server's, which is this machine, after the delay, and
so does each answer: a TUN device whose packets come back with the addresses changed over, which leaves every checksum
right. The server's address is the first of a network of four.
Says "ready" when the network stands; it goes with this process, which ends when its standard input does.
"""

import collections
import fcntl
import os
import select
import socket
import struct
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x8914, 0x8916, 0x891C
IFF_UP, IFF_RUNNING = 0x1, 0x40

server, delay = sys.argv[1], float(sys.argv[2]) / 1000
device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
answer = fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"slow%d", IFF_TUN | IFF_NO_PI))
name = answer[:16]
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    for request, address in ((SIOCSIFADDR, server), (SIOCSIFNETMASK, "255.255.255.252")):
        place = struct.pack("16sH2x4s16x", name, socket.AF_INET, socket.inet_aton(address))
        fcntl.ioctl(control, request, place)
    fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH22x", name, IFF_UP | IFF_RUNNING))
print("ready", flush=True)

# The delay is the same for all, so that they leave in the order in which they came.
waiting = collections.deque()
while True:
    now = time.monotonic()
    while waiting and waiting[0][0] <= now:
        os.write(device, waiting.popleft()[1])
    wait = max(0, waiting[0][0] - time.monotonic()) if waiting else None
    readable, _, _ = select.select([device, sys.stdin], [], [], wait)
    if sys.stdin in readable:
        sys.exit()
    while device in readable:
        try:
            packet = os.read(device, 65536)
        except BlockingIOError:
            break
        if packet[0] >> 4 == 4:
            turned = packet[:12] + packet[16:20] + packet[12:16] + packet[20:]
            waiting.append((time.monotonic() + delay, turned))
