use crate::{PrintError, pdf, png};

const DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"200\" height=\"100\" viewBox=\"0 0 200 100\">\
     <rect width=\"200\" height=\"100\" fill=\"#12436D\"/>\
     <text x=\"100\" y=\"60\" font-size=\"40\" font-family=\"sans-serif\" text-anchor=\"middle\" fill=\"white\">Rate</text></svg>";

/// The pixels of a picture, its width, its height, and dots per metre.
fn read(file: &[u8]) -> (Vec<u8>, u32, u32, u32) {
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    let dots = reader.info().pixel_dims.unwrap();
    assert_eq!(dots.unit, png::Unit::Meter);
    (pixels, frame.width, frame.height, dots.xppu)
}

#[test]
fn a_picture_has_the_size_that_was_asked_for() {
    let (pixels, width, height, dots) = read(&png(DRAWING, 25.4, 300).unwrap());
    assert_eq!((width, height, dots), (300, 150, 11811));
    // A corner has the colour of the drawing, and the text is there in white.
    assert_eq!(pixels[..3], [0x12, 0x43, 0x6D]);
    let white = pixels
        .chunks_exact(3)
        .filter(|pixel| *pixel == [255, 255, 255])
        .count();
    assert!(white > 300, "{white} white pixels of text");
}

/// Without a font the text would be left out in silence.
#[test]
fn every_family_that_a_drawing_names_is_set_in_the_font_inside() {
    let with = |family: &str| png(&DRAWING.replace("sans-serif", family), 25.4, 300).unwrap();
    let usual = with("sans-serif");
    for family in [
        "Arial, Helvetica, sans-serif",
        "serif",
        "monospace",
        "No Such Font",
    ] {
        assert_eq!(with(family), usual, "{family}");
    }
    assert_ne!(usual, png(&DRAWING.replace("Rate", ""), 25.4, 300).unwrap());
}

#[test]
fn the_same_drawing_gives_the_same_bytes() {
    // Of two fonts as well, which svg2pdf writes in one order or the other.
    let bold = "<text y=\"20\" font-weight=\"bold\">Bold</text></svg>";
    let faint = |part: u8| format!("<rect width=\"9\" height=\"9\" fill-opacity=\"0.{part}\"/>");
    let faint: String = (1..=8).map(faint).collect();
    let two = DRAWING.replace("</svg>", &(faint + bold));
    let page = || pdf(&two, 170.0, ("Title", "What it shows")).unwrap();
    let first = page();
    assert!((0..20).all(|_| page() == first));
    assert_eq!(
        png(DRAWING, 60.0, 150).unwrap(),
        png(DRAWING, 60.0, 150).unwrap()
    );
}

#[test]
fn a_page_has_its_size_its_title_and_an_alternative_text() {
    let page = pdf(DRAWING, 25.4, ("A title", "What it shows")).unwrap();
    let text = String::from_utf8_lossy(&page);
    for said in [
        "/MediaBox [0 0 72 36]",
        "/Title (A title)",
        "/Alt (What it shows)",
        "/Lang (en-GB)",
        "/S /Figure",
        "/BaseFont",
        "LiberationSans",
    ] {
        assert!(text.contains(said), "{said} is not in the page");
    }
}

#[test]
fn what_is_no_drawing_or_too_large_is_refused() {
    assert!(matches!(
        png("<svg", 100.0, 300),
        Err(PrintError::Unreadable(_))
    ));
    assert!(matches!(
        pdf("<html/>", 100.0, ("", "")),
        Err(PrintError::Unreadable(_))
    ));
    let refused = png(DRAWING, 5000.0, 1200).unwrap_err().to_string();
    assert_eq!(
        refused,
        "a picture of 236220 by 118110 pixels is too large; ask for fewer dots per inch or a smaller width"
    );
}
