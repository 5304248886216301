//! A drawing as an Enhanced Metafile ([MS-EMF], Microsoft 2024): a list of records, each with its kind, its length and its
//! numbers, all little-endian.

use super::{Anchor, Drawing, Paint, Point, Rgb, Shape};

/// Units of the metafile in a pixel of the drawing, so that halves of pixels are kept.
const UNITS: f64 = 10.0;
/// A device of 96 dots an inch: so many dots are so many millimetres.
const DEVICE: (u32, u32) = (9600, 2540);
/// Objects that are always there.
const NO_BRUSH: u32 = 0x8000_0005;
const NO_PEN: u32 = 0x8000_0008;
/// The number of the one object that is made for a shape.
const PEN: u32 = 1;
const BRUSH: u32 = 2;
const FONT: u32 = 3;

/// Widths of the printable ASCII characters of Arial, from the blank on, in thousandths of its size.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// Records as they are written.
#[derive(Debug, Default)]
struct Records {
    bytes: Vec<u8>,
    count: u32,
}

/// A drawing as an Enhanced Metafile.
pub(crate) fn emf(drawing: &Drawing) -> Vec<u8> {
    let mut records = Records::default();
    let size = [drawing.width, drawing.height];
    // Anisotropic: units of our own, laid over the dots of the device.
    records.add(17, &[8]);
    records.add(9, &size.map(|side| signed(side * UNITS)));
    records.add(11, &size.map(signed));
    // Words have no ground of their own; a polygon is filled by the even-odd rule.
    records.add(18, &[1]);
    records.add(19, &[1]);
    for shape in &drawing.shapes {
        records.shape(shape);
    }
    records.add(14, &[0, 20, 20]);
    let mut bytes = header(drawing, &records);
    bytes.extend(records.bytes);
    bytes
}

fn header(drawing: &Drawing, records: &Records) -> Vec<u8> {
    const LENGTH: u32 = 88;
    let size = [drawing.width, drawing.height];
    let dots = size.map(|side| signed(side - 1.0));
    let hundredths =
        size.map(|side| signed(side * f64::from(DEVICE.1) * 100.0 / f64::from(DEVICE.0)));
    let whole = LENGTH + u32::try_from(records.bytes.len()).unwrap_or(u32::MAX);
    let numbers = [
        1,
        LENGTH,
        0,
        0,
        dots[0],
        dots[1],
        0,
        0,
        hundredths[0],
        hundredths[1],
        0x464D_4520,
        0x1_0000,
        whole,
        records.count + 1,
        // Four handles (the first is the metafile's own), no description, no palette.
        4,
        0,
        0,
        0,
        DEVICE.0,
        DEVICE.0,
        DEVICE.1,
        DEVICE.1,
    ];
    numbers
        .iter()
        .flat_map(|number: &u32| number.to_le_bytes())
        .collect()
}

/// A rounded number as the bits of a signed one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the bits are meant; a drawing is some thousand pixels"
)]
fn signed(value: f64) -> u32 {
    value.round() as i32 as u32
}

fn units((x, y): Point) -> [u32; 2] {
    [signed(x * UNITS), signed(y * UNITS)]
}

/// A colour as 0x00BBGGRR.
fn bgr([red, green, blue]: Rgb) -> u32 {
    u32::from_le_bytes([red, green, blue, 0])
}

/// How many, as a metafile counts.
fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// The width of a character in thousandths of the size of letters.
fn width(character: char) -> f64 {
    let ascii = u32::from(character)
        .checked_sub(32)
        .and_then(|at| WIDTHS.get(at as usize));
    f64::from(ascii.copied().unwrap_or(match character {
        '‘' | '’' => 222,
        '“' | '”' => 333,
        '−' | '×' | '±' | '≤' | '≥' => 584,
        '—' | '…' | '▲' | '▼' | '◀' | '▶' => 1000,
        _ => 556,
    }))
}

impl Records {
    fn add(&mut self, kind: u32, numbers: &[u32]) {
        let length = 8 + 4 * count(numbers.len());
        let all = [kind, length].into_iter().chain(numbers.iter().copied());
        self.bytes.extend(all.flat_map(u32::to_le_bytes));
        self.count += 1;
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Ellipse { from, to, paint } => {
                self.painted(*paint, |records| {
                    records.add(42, &[units(*from), units(*to)].concat());
                });
            }
            Shape::Path { parts, paint } => self.path(parts, *paint),
            Shape::Text {
                at,
                anchor,
                size,
                bold,
                turned,
                colour,
                words,
            } => {
                let degrees = (360.0 - turned).rem_euclid(360.0);
                self.font(*size, *bold, degrees);
                // On the baseline, by start, middle or end.
                let align = match anchor {
                    Anchor::Start => 24,
                    Anchor::Middle => 24 + 6,
                    Anchor::End => 24 + 2,
                };
                self.add(22, &[align]);
                self.add(24, &[bgr(*colour)]);
                self.words(*at, *size * if *bold { 1.07 } else { 1.0 }, words);
                self.add(40, &[FONT]);
            }
        }
    }

    /// Draws with a pen and a brush that are made for it and thrown away.
    fn painted(&mut self, paint: Paint, draw: impl FnOnce(&mut Self)) {
        match paint.stroke {
            Some((colour, width)) => {
                self.add(38, &[PEN, 0, signed(width * UNITS), 0, bgr(colour)]);
                self.add(37, &[PEN]);
            }
            None => self.add(37, &[NO_PEN]),
        }
        match paint.fill {
            Some(colour) => {
                self.add(39, &[BRUSH, 0, bgr(colour), 0]);
                self.add(37, &[BRUSH]);
            }
            None => self.add(37, &[NO_BRUSH]),
        }
        draw(self);
        // What is deleted must not be selected.
        self.add(37, &[NO_PEN]);
        self.add(37, &[NO_BRUSH]);
        if paint.stroke.is_some() {
            self.add(40, &[PEN]);
        }
        if paint.fill.is_some() {
            self.add(40, &[BRUSH]);
        }
    }

    /// The filled whole first, with its outline where that is closed; then the lines that are open.
    fn path(&mut self, parts: &[(Vec<Point>, bool)], paint: Paint) {
        let closed = parts.iter().all(|(_, closed)| *closed);
        let outline = paint.stroke.filter(|_| closed);
        if paint.fill.is_some() || outline.is_some() {
            let whole = Paint {
                stroke: outline,
                ..paint
            };
            self.painted(whole, |records| {
                let points: Vec<u32> = parts
                    .iter()
                    .flat_map(|(points, _)| points)
                    .flat_map(|p| units(*p))
                    .collect();
                let lengths = parts.iter().map(|(points, _)| count(points.len()));
                let mut numbers = bounds(parts).to_vec();
                numbers.extend([count(parts.len()), count(points.len() / 2)]);
                numbers.extend(lengths);
                numbers.extend(points);
                records.add(8, &numbers);
            });
        }
        if let (false, Some(stroke)) = (closed, paint.stroke) {
            self.painted(
                Paint {
                    fill: None,
                    stroke: Some(stroke),
                },
                |records| {
                    for (points, closed) in parts {
                        let back = points.first().filter(|_| *closed);
                        let points: Vec<u32> =
                            points.iter().chain(back).flat_map(|p| units(*p)).collect();
                        let mut numbers = bounds(parts).to_vec();
                        numbers.push(count(points.len() / 2));
                        numbers.extend(points);
                        records.add(4, &numbers);
                    }
                },
            );
        }
    }

    fn font(&mut self, size: f64, bold: bool, degrees: f64) {
        let turn = signed(degrees * 10.0);
        // Height of letters (negative: without the space above them), turned twice over, weight.
        let mut numbers = vec![
            FONT,
            signed(-size * UNITS),
            0,
            turn,
            turn,
            if bold { 700 } else { 400 },
        ];
        // No italics, no lines, any character set; letters of varying width without serifs.
        numbers.extend([
            u32::from_le_bytes([0, 0, 0, 1]),
            u32::from_le_bytes([0, 0, 4, 0x22]),
        ]);
        let mut name = [0_u16; 32];
        for (to, from) in name.iter_mut().zip("Arial".encode_utf16()) {
            *to = from;
        }
        numbers.extend(
            name.chunks_exact(2)
                .map(|pair| u32::from(pair[0]) | u32::from(pair[1]) << 16),
        );
        // A font is written with all that is known of it: 320 bytes, of which nothing more is said here.
        numbers.resize(1 + 320 / 4, 0);
        self.add(82, &numbers);
        self.add(37, &[FONT]);
    }

    fn words(&mut self, at: Point, size: f64, words: &str) {
        let letters: Vec<u16> = words.encode_utf16().collect();
        let steps: Vec<u32> = words
            .chars()
            .flat_map(|c| {
                let whole = signed(width(c) / 1000.0 * size * UNITS);
                // The second half of a pair takes no room.
                std::iter::once(whole).chain((1..c.len_utf16()).map(|_| 0))
            })
            .collect();
        let text_words = letters.len().div_ceil(2);
        // The text begins after 76 bytes, the steps behind it.
        let offset = 76;
        let mut numbers = vec![
            0,
            0,
            u32::MAX,
            u32::MAX,
            1,
            1.0_f32.to_bits(),
            1.0_f32.to_bits(),
        ];
        numbers.extend(units(at));
        numbers.extend([count(letters.len()), offset, 0, 0, 0, u32::MAX, u32::MAX]);
        numbers.push(offset + 4 * count(text_words));
        numbers.extend(
            letters
                .chunks(2)
                .map(|pair| u32::from(pair[0]) | u32::from(*pair.get(1).unwrap_or(&0)) << 16),
        );
        numbers.extend(steps);
        self.add(84, &numbers);
    }
}

/// The least rectangle around all points.
fn bounds(parts: &[(Vec<Point>, bool)]) -> [u32; 4] {
    let points = || parts.iter().flat_map(|(points, _)| points);
    let least = points().fold((f64::MAX, f64::MAX), |least, p| {
        (least.0.min(p.0), least.1.min(p.1))
    });
    let most = points().fold((f64::MIN, f64::MIN), |most, p| {
        (most.0.max(p.0), most.1.max(p.1))
    });
    let [left, top] = units(least);
    let [right, bottom] = units(most);
    [left, top, right, bottom]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::read;

    /// The kinds of records, checking that each is as long as it says and that the header says how many.
    fn kinds(emf: &[u8]) -> Vec<u32> {
        let number = |at: usize| u32::from_le_bytes(emf[at..at + 4].try_into().unwrap());
        let (mut at, mut kinds) = (0, Vec::new());
        while at < emf.len() {
            kinds.push(number(at));
            let length = number(at + 4) as usize;
            assert!(length >= 8 && length.is_multiple_of(4), "{length} at {at}");
            at += length;
        }
        assert_eq!(at, emf.len());
        assert_eq!(
            (number(40), number(48), number(52) as usize),
            (0x464D_4520, count(emf.len()), kinds.len())
        );
        kinds
    }

    #[test]
    fn a_metafile_is_a_list_of_whole_records() {
        let drawing = read(
            "<svg width=\"48\" height=\"20\"><rect width=\"4\" height=\"5\" fill=\"#123456\"/>\
             <polyline points=\"0,0 1,1 2,0\" fill=\"none\" stroke=\"#000000\"/><circle cx=\"3\" cy=\"3\" r=\"1\"/>\
             <text x=\"1\" y=\"2\">South &amp; odd</text></svg>",
        );
        let emf = emf(&drawing.unwrap());
        let kinds = kinds(&emf);
        assert_eq!((kinds[0], kinds[kinds.len() - 1]), (1, 14));
        // A polygon, a line, an ellipse and words, each once.
        for kind in [8, 4, 42, 84] {
            assert_eq!(kinds.iter().filter(|k| **k == kind).count(), 1, "{kind}");
        }
        // As many pens, brushes and fonts are deleted as are made.
        let made = kinds.iter().filter(|k| [38, 39, 82].contains(k)).count();
        assert_eq!(made, kinds.iter().filter(|k| **k == 40).count());
        // 48 pixels of 96 an inch are 12.7 mm.
        assert_eq!(&emf[32..36], &1270_u32.to_le_bytes());
    }
}
