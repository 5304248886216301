//! Which authorities' children kept their identifiers across a change of boundaries, as whoever runs the
//! program states it. What is made of it is in [`crate::children::continuity`].

use std::str::FromStr;

/// An authority whose children kept their identifiers in those that came after it, by three-digit
/// codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuity {
    /// The authority before the change.
    pub predecessor: String,
    /// Authorities after it.
    pub successors: Vec<String>,
}

/// A statement of continuity that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an old code, > and new codes")]
pub struct ContinuityError(pub String);

impl FromStr for Continuity {
    type Err = ContinuityError;

    /// Reads `928>940,941`.
    fn from_str(text: &str) -> Result<Self, ContinuityError> {
        let wrong = || ContinuityError(text.to_owned());
        let code = |text: &str| {
            let text = text.trim();
            let is_code = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
            is_code.then(|| text.to_owned())
        };
        let (old, new) = text.split_once('>').ok_or_else(wrong)?;
        let successors: Option<Vec<String>> = new.split(',').map(code).collect();
        Ok(Self {
            predecessor: code(old).ok_or_else(wrong)?,
            successors: successors.ok_or_else(wrong)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_read_or_refused_whole() {
        let read = |text: &str| text.parse::<Continuity>();
        assert_eq!(
            read(" 928 > 940, 941"),
            Ok(Continuity {
                predecessor: "928".into(),
                successors: vec!["940".into(), "941".into()],
            })
        );
        for wrong in [
            "",
            "928",
            "928>",
            "928>94",
            "928>940,",
            "928-940",
            "Northamptonshire>940",
        ] {
            assert_eq!(read(wrong), Err(ContinuityError(wrong.into())));
        }
    }
}
