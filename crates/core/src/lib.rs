//! The words of the field as types, and the gate that decides what may be published.
