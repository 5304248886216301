//! Published tables and reference data to a cube.
