"""Reads a stream with the reference runtime: cdk_read.py MANIFEST CONFIG CATALOG. Prints messages of the Airbyte
protocol, as its own container does. Needs airbyte-cdk and PyYAML."""
import json
import sys

import yaml
from airbyte_cdk.entrypoint import launch
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource

manifest, config, catalog = sys.argv[1:4]
source = ConcurrentDeclarativeSource(
    catalog=ConfiguredAirbyteCatalogSerializer.load(json.load(open(catalog))), config=json.load(open(config)), state=None,
    source_config=yaml.safe_load(open(manifest)), config_path=config)
launch(source, ["read", "--config", config, "--catalog", catalog])
