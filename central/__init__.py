"""The centre: ingest, evidence store, cases, filing connectors, fleet, REST API and console."""
