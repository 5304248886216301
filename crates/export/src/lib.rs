//! A release written as Parquet and CSV with metadata.
