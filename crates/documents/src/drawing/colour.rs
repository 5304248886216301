//! Colours as SVG writes them.

use super::Rgb;

/// A colour, or none; an error for what is not understood.
pub(super) fn colour(text: &str) -> Result<Option<Rgb>, String> {
    let hex =
        |digits: &str| u8::from_str_radix(digits, 16).map_err(|_| format!("the colour {text:?}"));
    match text {
        "none" => Ok(None),
        "black" => Ok(Some([0; 3])),
        "white" => Ok(Some([255; 3])),
        _ => match text.strip_prefix('#') {
            Some(digits) if digits.len() == 6 && digits.is_ascii() => Ok(Some([
                hex(&digits[..2])?,
                hex(&digits[2..4])?,
                hex(&digits[4..])?,
            ])),
            Some(digits) if digits.len() == 3 && digits.is_ascii() => {
                let twice = |at: usize| hex(&digits[at..=at]).map(|digit| digit * 17);
                Ok(Some([twice(0)?, twice(1)?, twice(2)?]))
            }
            _ => Err(format!("the colour {text:?}")),
        },
    }
}

/// A colour that lets white through: a metafile knows no opacity, and paper is white.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 255"
)]
pub(super) fn on_white(colour: Rgb, opacity: f64) -> Rgb {
    let opacity = opacity.clamp(0.0, 1.0);
    colour.map(|part| (f64::from(part) * opacity + 255.0 * (1.0 - opacity)).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_understood_or_said_not_to_be() {
        assert_eq!(colour("none"), Ok(None));
        assert_eq!(colour("#1D70B8"), Ok(Some([0x1d, 0x70, 0xb8])));
        assert_eq!(colour("#fa0"), Ok(Some([255, 170, 0])));
        for text in ["red", "#12", "url(#a)", "#gggggg", "#é1234", ""] {
            assert!(colour(text).is_err(), "{text:?}");
        }
        assert_eq!(on_white([0, 0, 100], 0.5), [128, 128, 178]);
        assert_eq!(on_white([1, 2, 3], 1.0), [1, 2, 3]);
    }
}
