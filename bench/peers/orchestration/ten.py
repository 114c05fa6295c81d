# A job of ten steps that do nothing, with Dagster's own way to run them (a process for each), and in one process.
from dagster import Definitions, in_process_executor, job, op


def step(i):
    @op(name=f"step_{i}")
    def nothing():
        return i
    return nothing


steps = [step(i) for i in range(10)]


@job
def ten():
    for each in steps:
        each()


@job(executor_def=in_process_executor)
def ten_inside():
    for each in steps:
        each()


defs = Definitions(jobs=[ten, ten_inside])
