//! A chart that stands by itself, in a report or on a slide: its title above it and its source beneath, in the drawing.

use std::fmt::Write as _;

use super::Chart;
use super::svg::escape;

/// From the side to a text, in the units of the drawing.
const MARGIN: f64 = 16.0;
/// How large the title and the source are, in the units of the drawing.
const TITLE: f64 = 19.0;
const SOURCE: f64 = 12.0;
/// A letter of Arial is so wide on average, bold and not, as a part of its size: texts are broken by it.
const BOLD: f64 = 0.58;
const PLAIN: f64 = 0.52;
/// From line to line, as a part of the size.
const LINE: f64 = 1.3;

impl Chart {
    /// The drawing with its title above and its source beneath, in one SVG. `title` is another title; the words that
    /// stand for the drawing where it is not seen stay as they are.
    #[must_use]
    pub fn alone(&self, title: Option<&str>) -> String {
        let title = title.unwrap_or(&self.title);
        let Some((open, body)) = parts(&self.svg) else {
            return self.svg.clone();
        };
        let (Some(width), Some(height)) = (attribute(open, "width"), attribute(open, "height"))
        else {
            return self.svg.clone();
        };
        let room = width - 2.0 * MARGIN;
        let heading = lines(title, room / (TITLE * BOLD));
        let sources = lines(&self.source, room / (SOURCE * PLAIN));
        let above = MARGIN + heading.len() as f64 * TITLE * LINE;
        let below = sources.len() as f64 * SOURCE * LINE + MARGIN;
        let whole = above + height + below;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{whole:.1}\" viewBox=\"0 0 {width} \
             {whole:.1}\" role=\"img\" aria-label=\"{0}\" font-family=\"Arial, Helvetica, sans-serif\">\n\
             <title>{0}</title>\n<desc>{1}</desc>\n<rect width=\"{width}\" height=\"{whole:.1}\" fill=\"#FFFFFF\"/>\n",
            escape(title),
            escape(&self.description)
        );
        for (k, line) in heading.iter().enumerate() {
            let y = MARGIN + (k as f64 + 0.8) * TITLE * LINE;
            let _ = writeln!(
                svg,
                "<text x=\"{MARGIN}\" y=\"{y:.1}\" font-size=\"{TITLE}\" font-weight=\"bold\" \
                 fill=\"#1A1A1A\">{}</text>",
                escape(line)
            );
        }
        // The drawing names itself already in the whole.
        let _ = writeln!(
            svg,
            "<svg y=\"{above:.1}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">{}</svg>",
            unnamed(body)
        );
        for (k, line) in sources.iter().enumerate() {
            let y = above + height + (k as f64 + 0.8) * SOURCE * LINE;
            let _ = writeln!(
                svg,
                "<text x=\"{MARGIN}\" y=\"{y:.1}\" font-size=\"{SOURCE}\" fill=\"#6B6B6B\">{}</text>",
                escape(line)
            );
        }
        svg + "</svg>\n"
    }
}

/// The first tag of a drawing, and what is within.
fn parts(svg: &str) -> Option<(&str, &str)> {
    let from = svg.find("<svg")?;
    let (open, rest) = svg[from..].split_once('>')?;
    let (body, _) = rest.rsplit_once("</svg>")?;
    Some((open, body))
}

/// The number in an attribute.
fn attribute(tag: &str, name: &str) -> Option<f64> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()?.parse().ok()
}

/// A drawing without its title and its description.
fn unnamed(body: &str) -> &str {
    body.split_once("</desc>")
        .map_or(body, |(_, drawing)| drawing)
}

/// A text in lines of at most so many letters.
fn lines(text: &str, letters: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if (line.chars().count() + 1 + word.chars().count()) as f64 <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DataTable;

    fn chart() -> Chart {
        Chart {
            file: "one.svg".to_owned(),
            title: "A < B".to_owned(),
            description: "How to read it".to_owned(),
            svg: "<svg width=\"900\" height=\"400\" viewBox=\"0 0 900 400\"><title>A</title><desc>B</desc><rect/></svg>"
                .to_owned(),
            table: DataTable { caption: String::new(), columns: Vec::new(), rows: Vec::new() },
            source: "Source: somebody. ".repeat(20),
            spots: Vec::new(),
        }
    }

    #[test]
    fn it_has_its_title_its_drawing_and_its_source_once_each() {
        let svg = chart().alone(None);
        assert_eq!(svg.matches("A &lt; B</text>").count(), 1, "{svg}");
        assert_eq!(svg.matches("<rect/>").count(), 1, "{svg}");
        assert_eq!(svg.matches("<title>").count(), 1, "{svg}");
        // Of a source that is broken into lines every word is there.
        assert_eq!(svg.matches("somebody.").count(), 20, "{svg}");
        assert_eq!(svg.matches("Source:").count(), 20, "{svg}");
        // A source that is long goes over several lines, and the drawing makes room for them.
        let height = attribute(&svg, "height").unwrap();
        assert!(height > 400.0 + 3.0 * SOURCE * LINE, "{height}");
    }

    #[test]
    fn another_title_replaces_the_own() {
        let svg = chart().alone(Some("Ours"));
        assert!(
            svg.contains(">Ours</text>") && !svg.contains("A &lt; B"),
            "{svg}"
        );
        assert!(svg.contains("<desc>How to read it</desc>"), "{svg}");
    }
}
