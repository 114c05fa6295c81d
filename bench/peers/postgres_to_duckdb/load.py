# load.py URL DATABASE whole|changes BACKEND: a table by dlt's sql_database source, anew or merged from where the last run ended.
import sys

import dlt
from dlt.sources.sql_database import sql_table

url, database, part, backend = sys.argv[1:]
table = sql_table(credentials=url, table="big", schema="public", backend=backend, chunk_size=100000,
                  incremental=dlt.sources.incremental("moment"),
                  primary_key="id", write_disposition="replace" if part == "whole" else "merge")
pipeline = dlt.pipeline("big", destination=dlt.destinations.duckdb(database), dataset_name="raw", pipelines_dir=database + ".d")
pipeline.run(table, loader_file_format="parquet").raise_on_failed_jobs()
