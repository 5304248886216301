//! Files to text: opened, unpacked, decoded, and XML cut into elements. Knows no return.

pub(crate) mod encoding;
pub(crate) mod input;
pub(crate) mod pack;
pub(crate) mod trim;
pub(crate) mod xml;
