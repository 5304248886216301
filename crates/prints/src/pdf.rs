//! One page of PDF that can be used without sight: its title, its language, and the drawing as a figure with its
//! alternative text (ISO 14289-1, PDF/UA-1, 7.3).

use pdf_writer::types::StructRole;
use pdf_writer::{Chunk, Content, Finish, Name, Pdf, Rect, Ref, TextStr};
use resvg::usvg::Tree;
use svg2pdf::ConversionOptions;

use crate::{INCH, PrintError, tree};

/// Points to an inch.
const POINTS: f32 = 72.0;

/// How often a drawing is converted until its fonts are in order: one in 2^64 drawings would take more.
const TRIES: usize = 64;

/// The objects of the page.
struct Objects {
    catalogue: Ref,
    pages: Ref,
    page: Ref,
    content: Ref,
    structure: Ref,
    document: Ref,
    figure: Ref,
    parents: Ref,
    about: Ref,
    drawing: Ref,
}

/// A drawing as PDF, `width` millimetres wide, under a title, with the text that stands for it where it is not seen.
/// Its text is text: it can be searched and copied.
///
/// # Errors
/// [`PrintError`] if the drawing is not SVG, or cannot be made a page.
pub fn pdf(
    svg: &str,
    width: f32,
    (title, alternative): (&str, &str),
) -> Result<Vec<u8>, PrintError> {
    // Of svg2pdf's own usvg, which is that of resvg: `Cargo.lock` has one.
    let tree = tree(svg)?;
    let (chunk, drawing) = chunk(&tree)?;
    // What is around the drawing has the numbers after its own.
    let last = chunk.refs().map(Ref::get).max().unwrap_or(0);
    let mut next = Ref::new(last + 1);
    let objects = Objects {
        catalogue: next.bump(),
        pages: next.bump(),
        page: next.bump(),
        content: next.bump(),
        structure: next.bump(),
        document: next.bump(),
        figure: next.bump(),
        parents: next.bump(),
        about: next.bump(),
        drawing,
    };
    let wide = width / INCH * POINTS;
    let high = wide * tree.size().height() / tree.size().width();
    let mut pdf = Pdf::new();
    catalogue(&mut pdf, &objects, title);
    page(&mut pdf, &objects, (wide, high));
    structure(&mut pdf, &objects, alternative, (wide, high));
    pdf.extend(&chunk);
    let mut file = pdf.finish();
    sort_resources(&mut file);
    Ok(file)
}

/// The drawing with its fonts in order. svg2pdf 0.13.0 writes fonts and the names of resources in the order of a
/// `HashMap`, which is another each time: of two fonts every other try has them in order.
fn chunk(tree: &Tree) -> Result<(Chunk, Ref), PrintError> {
    for _ in 0..TRIES {
        let found = svg2pdf::to_chunk(tree, ConversionOptions::default())
            .map_err(|error| PrintError::Pdf(error.to_string()))?;
        if fonts(found.0.as_bytes()).is_sorted() {
            return Ok(found);
        }
    }
    Err(PrintError::Pdf("its fonts come in no order".to_owned()))
}

/// The names of fonts in a file, without the mark of the subset, in the order in which they stand there.
fn fonts(file: &[u8]) -> Vec<&[u8]> {
    const KEY: &[u8] = b"/BaseFont /";
    let starts = file.windows(KEY.len()).enumerate();
    let starts = starts.filter(|(_, window)| *window == KEY);
    starts
        .map(|(at, _)| {
            let name = &file[at + KEY.len()..];
            let end = name.iter().position(u8::is_ascii_whitespace);
            let name = &name[..end.unwrap_or(name.len())];
            let mark = name.iter().position(|byte| *byte == b'+');
            mark.map_or(name, |mark| &name[mark + 1..])
        })
        .collect()
}

/// Puts the names of resources in order, where they stand: each is as long as before.
fn sort_resources(file: &mut [u8]) {
    const KINDS: [&[u8]; 4] = [
        b"/Font <<",
        b"/ExtGState <<",
        b"/Pattern <<",
        b"/XObject <<",
    ];
    let (mut at, mut in_stream) = (0, false);
    let mut names: Option<(usize, Vec<Vec<u8>>)> = None;
    while at < file.len() {
        let end = file[at..].iter().position(|byte| *byte == b'\n');
        let end = end.map_or(file.len(), |length| at + length + 1);
        let line = file[at..end].trim_ascii();
        match (&mut names, line) {
            (None, b"stream") => in_stream = true,
            (None, b"endstream") => in_stream = false,
            (None, kind) if !in_stream && KINDS.contains(&kind) => names = Some((end, Vec::new())),
            (Some((from, own)), b">>") => {
                own.sort();
                let sorted = own.concat();
                file[*from..*from + sorted.len()].copy_from_slice(&sorted);
                names = None;
            }
            (Some((_, own)), _) => own.push(file[at..end].to_vec()),
            (None, _) => {}
        }
        at = end;
    }
}

/// What the file is.
fn catalogue(pdf: &mut Pdf, objects: &Objects, title: &str) {
    let mut catalogue = pdf.catalog(objects.catalogue);
    catalogue.pages(objects.pages).lang(TextStr("en-GB"));
    catalogue.mark_info().marked(true);
    catalogue.viewer_preferences().display_doc_title(true);
    catalogue.pair(Name(b"StructTreeRoot"), objects.structure);
    catalogue.finish();
    pdf.document_info(objects.about)
        .title(TextStr(title))
        .producer(TextStr("disparity"));
}

/// The page, which is as large as the drawing.
fn page(pdf: &mut Pdf, objects: &Objects, (wide, high): (f32, f32)) {
    pdf.pages(objects.pages).kids([objects.page]).count(1);
    let mut page = pdf.page(objects.page);
    page.media_box(Rect::new(0.0, 0.0, wide, high));
    page.parent(objects.pages).contents(objects.content);
    page.struct_parents(0);
    page.resources()
        .x_objects()
        .pair(Name(b"Drawing"), objects.drawing);
    page.finish();
    let mut content = Content::new();
    let mut figure = content.begin_marked_content_with_properties(Name(b"Figure"));
    figure.properties().identify(0);
    figure.finish();
    // What is drawn is one unit wide and high.
    content
        .save_state()
        .transform([wide, 0.0, 0.0, high, 0.0, 0.0]);
    content.x_object(Name(b"Drawing")).restore_state();
    content.end_marked_content();
    pdf.stream(objects.content, &content.finish());
}

/// A document with one figure in it.
fn structure(pdf: &mut Pdf, objects: &Objects, alternative: &str, (wide, high): (f32, f32)) {
    let mut root = pdf
        .indirect(objects.structure)
        .start::<pdf_writer::writers::StructTreeRoot<'_>>();
    root.child(objects.document);
    root.parent_tree().nums().insert(0, objects.parents);
    root.finish();
    let mut document = pdf.struct_element(objects.document);
    document
        .kind(StructRole::Document)
        .parent(objects.structure);
    document.child(objects.figure);
    document.finish();
    let mut figure = pdf.struct_element(objects.figure);
    figure
        .kind(StructRole::Figure)
        .parent(objects.document)
        .page(objects.page);
    figure.alt(TextStr(alternative));
    figure.marked_content_child().marked_content_id(0);
    figure
        .attributes()
        .push()
        .layout()
        .bbox(Rect::new(0.0, 0.0, wide, high));
    figure.finish();
    pdf.indirect(objects.parents).array().item(objects.figure);
}
