"""`rung reconcile` against DuckDB's full outer join: the same two CSV files of a million rows, the same two cores,
turn by turn in one run. Prints one line of JSON for .ci/bench.mjs; with `--write FOLDER` it only makes the files."""

import datetime
import json
import os
import random
import statistics
import sys
import tempfile
import time

ROWS = int(os.environ.get("BENCH_RECONCILE_ROWS", "1000000"))
ROUNDS = 5
FIELDS = ("service_date", "charge", "diagnosis")

QUERY = """
select count(*) filter (where l.encounter_id is not null and r.encounter_id is not null),
       count(*) filter (where r.encounter_id is null), count(*) filter (where l.encounter_id is null),
       count(*) filter (where l.service_date <> r.service_date), count(*) filter (where l.charge <> r.charge),
       count(*) filter (where l.diagnosis <> r.diagnosis)
from read_csv('clinical.csv') l full outer join read_csv('claims.csv') r
  on l.patient_id = r.patient_id and l.encounter_id = r.encounter_id"""


def write_files():
    """Clinical rows in order, claims shuffled and with their columns in another order; some differ, some are missing."""
    start = datetime.date(2026, 1, 1)
    days = [start + datetime.timedelta(days=day) for day in range(367)]

    def values(number):
        mixed = (number * 2654435761) & 0xFFFFFFFF
        diagnosis = f"{'ABCDEIJKMR'[mixed % 10]}{(mixed >> 8) % 100:02d}.{(mixed >> 3) % 10}"
        return f"P{mixed % 900001:07d}", f"E{number:09d}", mixed % 365, (mixed >> 5) % 500000, diagnosis

    with open("clinical.csv", "w") as file:
        file.write("patient_id,encounter_id,service_date,charge,diagnosis\n")
        for number in range(ROWS):
            patient, encounter, day, cents, diagnosis = values(number)
            file.write(f"{patient},{encounter},{days[day]},{cents // 100}.{cents % 100:02d},{diagnosis}\n")
    numbers = list(range(ROWS // 20, ROWS + ROWS // 20))
    random.Random(7).shuffle(numbers)
    with open("claims.csv", "w") as file:
        file.write("encounter_id,patient_id,diagnosis,charge,service_date\n")
        for number in numbers:
            patient, encounter, day, cents, diagnosis = values(number)
            day += number % 50 == 0
            cents += 100 * (number % 33 == 0)
            diagnosis = diagnosis[:3] if number % 20 == 0 else diagnosis
            file.write(f"{encounter},{patient},{diagnosis},{cents // 100}.{cents % 100:02d},{days[day]}\n")


def measured(child):
    """What the child process prints, its seconds and its peak of resident memory in MB."""
    read, write = os.pipe()
    begun = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        os.dup2(write, 1)
        child()
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        printed = pipe.read()
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"a benchmarked process ended with status {status}")
    return printed, time.perf_counter() - begun, usage.ru_maxrss / 1024


def rung(binary):
    compared = ",".join(("service_date:days=0", "charge:cents=0", "diagnosis"))
    arguments = ["reconcile", "clinical.csv", "claims.csv", "--key", "patient_id,encounter_id", "--compare", compared]
    os.execv(binary, [binary, *arguments])


def duckdb():
    # Only the query is timed: starting Python is not DuckDB's.
    import duckdb

    begun = time.perf_counter()
    answer = duckdb.connect(config={"threads": 2}).execute(QUERY).fetchone()
    print(json.dumps([time.perf_counter() - begun, answer]), flush=True)


def main():
    if sys.argv[1] == "--write":
        os.chdir(sys.argv[2])
        return write_files()
    binary = os.path.abspath(sys.argv[1])
    cores = sorted(os.sched_getaffinity(0))[:2]
    os.sched_setaffinity(0, cores)
    with tempfile.TemporaryDirectory(prefix="rung-bench-") as folder:
        os.chdir(folder)
        # By a process of its own: the memory that a parent ever held counts for its children too.
        measured(write_files)
        ours, theirs, peak = [], [], 0
        for _ in range(ROUNDS):
            printed, seconds, megabytes = measured(lambda: rung(binary))
            found = json.loads(printed)
            ours.append(seconds)
            peak = max(peak, megabytes)
            seconds, answer = json.loads(measured(duckdb)[0])
            theirs.append(seconds)
            variance = [field["compared"] - field["agreeing"] for field in found["fields"]]
            if [found["matched"], found["left"]["only"], found["right"]["only"], *variance] != answer:
                sys.exit(f"rung and DuckDB differ: {found}, {answer}")
        result = {"rung": statistics.median(ours), "duckdb": statistics.median(theirs), "megabytes": peak}
        print(json.dumps(result))


main()
