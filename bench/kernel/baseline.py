"""SimPy (Debian python3-simpy3), a process per token, customer or chain, as its documentation does.

Usage: baseline.py <workload> <pending> <count>; prints {"rate": ..., "check": ...}.
"""

import json
import random
import sys
import time

import simpy


def hold(env, pending, count, done):
    fired = [0]

    def token():
        expovariate = random.expovariate
        while True:
            yield env.timeout(expovariate(1))
            fired[0] += 1
            if fired[0] == count:
                done.succeed()

    for _ in range(pending):
        env.process(token())
    return lambda: env.now * pending / count


def phold(env, count, done):
    processes, tokens = 1024, 16 * 1024
    fired = [0]
    counts = [0] * processes

    def token(at):
        while True:
            yield env.timeout(0.1 + random.expovariate(1))
            counts[at] += 1
            fired[0] += 1
            if fired[0] == count:
                done.succeed()
            if random.random() < 0.5:
                to = int(random.random() * (processes - 1))
                at = to + 1 if to >= at else to

    for i in range(tokens):
        env.process(token(i % processes))
    return lambda: env.now * tokens / 1.1 / count


def mm1(env, customers, done):
    server = simpy.Resource(env, capacity=1)
    waits = []

    def customer():
        arrived = env.now
        with server.request() as request:
            yield request
            waits.append(env.now - arrived)
            if len(waits) == customers:
                done.succeed()
            yield env.timeout(random.expovariate(1))

    def source():
        while True:
            env.process(customer())
            yield env.timeout(random.expovariate(0.9))

    env.process(source())
    return lambda: sum(waits) / len(waits)


def cancel_half(env, pending, count, done):
    """SimPy cannot take an event off its queue: the timeout's callback is taken off instead."""
    chains = pending // 2
    fired = [0]
    late = [0]

    def on_timeout(_event):
        late[0] += 1

    def chain():
        while True:
            delay = random.expovariate(1)
            timeout = env.timeout(delay + random.expovariate(1))
            timeout.callbacks.append(on_timeout)
            yield env.timeout(delay)
            timeout.callbacks.remove(on_timeout)
            fired[0] += 1
            if fired[0] == count // 2:
                done.succeed()

    for _ in range(chains):
        env.process(chain())
    return lambda: env.now * chains / (count // 2) if late[0] == 0 else 0


def main():
    shape, pending, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    random.seed(42)
    env = simpy.Environment()
    done = env.event()
    if shape == "phold":
        check = phold(env, count, done)
    elif shape == "mm1":
        check = mm1(env, count, done)
    elif shape == "cancel":
        check = cancel_half(env, pending, count, done)
    else:
        check = hold(env, pending, count, done)
    env.run(until=0.0000001)  # the processes reach their first timeout: the model is built
    start = time.thread_time()
    env.run(until=done)
    seconds = time.thread_time() - start
    print(json.dumps({"rate": round(count / seconds), "check": round(check(), 6)}))


main()
