"""What an empty pass costs with Python's multiprocessing.Pool, as the benchmark `dispatch` asks.

Two worker processes stay alive. The first line that is written is the interpreter's version. For every
line on standard input, a way and a number of passes, one number comes back: nanoseconds of one pass with
`map` (both tasks at once) or `apply` (one blocking task after another, as in the article). A pass is two
tasks that do nothing but answer 1. The end of standard input ends the program and its workers.
"""

import multiprocessing
import sys
import time


def one(_):
    return 1


def with_map(pool):
    return sum(pool.map(one, range(2)))


def with_apply(pool):
    return sum(pool.apply(one, (task,)) for task in range(2))


def pass_ns(call, pool, passes):
    answers = 0
    begin = time.perf_counter_ns()
    for _ in range(passes):
        answers += call(pool)
    elapsed = time.perf_counter_ns() - begin
    if answers != 2 * passes:
        sys.exit(f"{answers} answers for {passes} passes, expected {2 * passes}")
    return elapsed / passes


WAYS = {"map": with_map, "apply": with_apply}


def main():
    with multiprocessing.Pool(2) as pool:
        print(sys.version.split()[0], flush=True)
        for line in sys.stdin:
            way, passes = line.split()
            print(pass_ns(WAYS[way], pool, int(passes)), flush=True)


if __name__ == "__main__":
    main()
