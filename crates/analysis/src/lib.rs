//! Cube to results: rates, expected versus actual, contrasts.
