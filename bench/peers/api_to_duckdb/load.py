# load.py URL DATABASE: the same API by dlt's declarative REST source, in Parquet on the way, which its manual names faster.
import sys

import dlt
from dlt.sources.rest_api import rest_api_source

url, database = sys.argv[1:]
source = rest_api_source({
    "client": {"base_url": url,
               "paginator": {"type": "offset", "limit": 50000, "limit_param": "$limit", "offset_param": "$offset",
                             "total_path": None, "stop_after_empty_page": True}},
    "resources": [{"name": "crimes", "primary_key": ":id", "write_disposition": "replace",
                   "endpoint": {"path": "resource/x2n5-8w5q.json", "params": {"$select": ":*,*", "$order": ":id"}}}],
})
pipeline = dlt.pipeline("crimes", destination=dlt.destinations.duckdb(database), dataset_name="raw", pipelines_dir=database + ".d")
pipeline.run(source, loader_file_format="parquet").raise_on_failed_jobs()
