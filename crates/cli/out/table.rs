//! Tables for a terminal: as wide as they need where there is room, else made to fit.
//!
//! What does not fit is, in this order: headings over several lines; texts over several lines; and if that is not
//! enough, a short table goes on in a second one beneath it, its first columns repeated, so that figures can still be
//! compared down a column. A long one is made of short ones, each headed by what its rows share, or, where they share
//! nothing, has a line beneath each row for what did not fit.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::{width, wrapped_to};

/// A text is not made narrower than this, unless all of it is.
const NARROW: usize = 20;
/// A table of at most so many rows goes on beneath itself; of a longer one each row does.
const SCREENFUL: usize = 40;
/// Rows with the same first columns are a table of their own if there are so many of them, on average.
const SHARED_BY: usize = 4;
/// How far a line that belongs to the row above is set in.
const SET_IN: usize = 5;

/// A table for a terminal: the numbered columns to the right, the others to the left.
pub(crate) fn table(
    header: &[&str],
    right: &[usize],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let rows = rows.into_iter().map(|row| (row, Vec::new()));
    table_with_notes(header, right, rows)
}

/// A table whose rows have sentences beneath them.
pub(crate) fn table_with_notes(
    header: &[&str],
    right: &[usize],
    rows: impl IntoIterator<Item = (Vec<String>, Vec<String>)>,
) -> String {
    let (rows, notes): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    fitted(
        &Texts {
            header: header.iter().map(ToString::to_string).collect(),
            right,
            rows,
            notes,
        },
        width(),
    )
}

/// What is in a table.
struct Texts<'a> {
    header: Vec<String>,
    right: &'a [usize],
    rows: Vec<Vec<String>>,
    /// Sentences beneath each row.
    notes: Vec<Vec<String>>,
}

/// How wide a text is.
fn wide(text: &str) -> usize {
    text.chars().count()
}

/// How wide its longest word is.
fn longest_word(text: &str) -> usize {
    text.split(' ').map(wide).max().unwrap_or(0)
}

/// How wide columns of these widths are beside each other: a blank on each side but the last.
fn together(widths: impl IntoIterator<Item = usize>) -> usize {
    widths
        .into_iter()
        .map(|width| width + 2)
        .sum::<usize>()
        .saturating_sub(1)
}

impl Texts<'_> {
    fn is_text(&self, column: usize) -> bool {
        !self.right.contains(&column)
    }

    fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .filter_map(move |row| row.get(column).map(String::as_str))
    }

    /// How wide a column is if it may be: its cells on one line; its heading too if `on_one_line`.
    fn full(&self, column: usize, on_one_line: bool) -> usize {
        let heading = &self.header[column];
        let heading = if on_one_line {
            wide(heading)
        } else {
            longest_word(heading)
        };
        self.cells(column).map(wide).max().unwrap_or(0).max(heading)
    }

    /// How narrow a column may be: numbers stand on one line, texts may go over several.
    fn least(&self, column: usize) -> usize {
        let full = self.full(column, false);
        if !self.is_text(column) {
            return full;
        }
        let words = self.cells(column).map(longest_word).max().unwrap_or(0);
        let words = words.max(longest_word(&self.header[column]));
        full.min(words.max(NARROW))
    }

    /// The columns that say what a row is about: those before the first number.
    fn keys(&self) -> usize {
        self.right.iter().min().copied().unwrap_or(1).max(1)
    }

    /// How many of the first columns whole tables of rows share: all keys but the last at most.
    fn shared(&self) -> usize {
        let runs = |shared: usize| {
            self.rows
                .chunk_by(|a, b| a[..shared] == b[..shared])
                .count()
        };
        let enough = |shared: &usize| runs(*shared) * SHARED_BY <= self.rows.len();
        (1..self.keys()).rev().find(enough).unwrap_or(0)
    }
}

/// A table for each run of rows with the same first columns, headed by these.
fn each_headed(texts: &Texts<'_>, shared: usize, limit: usize) -> String {
    let right: Vec<usize> = texts.right.iter().map(|column| column - shared).collect();
    let mut from = 0;
    let runs = texts.rows.chunk_by(|a, b| a[..shared] == b[..shared]);
    let each = runs.map(|rows| {
        let named = texts.header.iter().zip(&rows[0][..shared]);
        let named: Vec<String> = named
            .map(|(name, cell)| format!("{name}: {cell}"))
            .collect();
        let notes = &texts.notes[from..from + rows.len()];
        from += rows.len();
        let part = Texts {
            header: texts.header[shared..].to_vec(),
            right: &right,
            rows: rows.iter().map(|row| row[shared..].to_vec()).collect(),
            notes: notes.to_vec(),
        };
        wrapped_to("", 2, &named.join("; "), limit.min(width())) + &fitted(&part, limit)
    });
    each.collect::<Vec<_>>().join("\n")
}

fn fitted(texts: &Texts<'_>, limit: usize) -> String {
    let columns: Vec<usize> = (0..texts.header.len()).collect();
    if together(columns.iter().map(|column| texts.full(*column, true))) <= limit {
        return lines(texts, &columns, usize::MAX, &texts.notes);
    }
    let (first, rest) = columns.split_at(shown(texts, &[], &columns, limit));
    if rest.is_empty() {
        return lines(texts, first, limit, &texts.notes);
    }
    if texts.rows.len() > SCREENFUL {
        let shared = texts.shared();
        if shared > 0 {
            return each_headed(texts, shared, limit);
        }
        return lines(texts, first, limit, &said_beneath(texts, rest));
    }
    let keys: Vec<usize> = (0..texts.keys().min(first.len())).collect();
    let none = vec![Vec::new(); texts.rows.len()];
    let mut parts = vec![first.to_vec()];
    let mut rest = rest;
    while !rest.is_empty() {
        let (next, left) = rest.split_at(shown(texts, &keys, rest, limit));
        parts.push(keys.iter().chain(next).copied().collect());
        rest = left;
    }
    let last = parts.len() - 1;
    let each = parts.iter().enumerate().map(|(part, columns)| {
        let notes = if part == last { &texts.notes } else { &none };
        lines(texts, columns, limit, notes)
    });
    each.collect::<Vec<_>>().join("\n")
}

/// How many of the columns fit beside the keys; at least one.
fn shown(texts: &Texts<'_>, keys: &[usize], columns: &[usize], limit: usize) -> usize {
    let fits = |count: &usize| {
        let all = keys.iter().chain(&columns[..*count]);
        together(all.map(|column| texts.least(*column))) <= limit
    };
    (1..=columns.len()).rev().find(fits).unwrap_or(1)
}

/// What did not fit of each row, named by the headings, before the sentences about it.
fn said_beneath(texts: &Texts<'_>, columns: &[usize]) -> Vec<Vec<String>> {
    let each = texts.rows.iter().zip(&texts.notes);
    each.map(|(row, notes)| {
        let said = columns.iter().filter_map(|column| {
            let cell = row.get(*column).filter(|cell| !cell.is_empty())?;
            Some(format!("{}: {cell}", texts.header[*column]))
        });
        let said: Vec<String> = said.collect();
        let said = Some(said.join("; ")).filter(|said| !said.is_empty());
        said.into_iter().chain(notes.iter().cloned()).collect()
    })
    .collect()
}

/// The widths of columns that fit: what is to spare goes to the texts that are narrower than they would be.
fn widths(texts: &Texts<'_>, columns: &[usize], limit: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|column| texts.least(*column)).collect();
    let mut spare = limit.saturating_sub(together(widths.iter().copied()));
    while spare > 0 {
        let mut grown = false;
        for (width, column) in widths.iter_mut().zip(columns) {
            if spare > 0 && *width < texts.full(*column, false) {
                *width += 1;
                spare -= 1;
                grown = true;
            }
        }
        if !grown {
            break;
        }
    }
    widths
}

fn lines(texts: &Texts<'_>, columns: &[usize], limit: usize, notes: &[Vec<String>]) -> String {
    let widths = if limit == usize::MAX {
        vec![usize::MAX; columns.len()]
    } else {
        widths(texts, columns, limit)
    };
    let cells = |row: &[String]| -> Vec<String> {
        let each = columns.iter().zip(&widths);
        each.map(|(column, width)| {
            let cell = row.get(*column).map_or("", String::as_str);
            wrapped_to("", 0, cell, *width).trim_end().to_owned()
        })
        .collect()
    };
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(cells(&texts.header));
    let mut heights = vec![height(&cells(&texts.header))];
    for row in &texts.rows {
        let row = cells(row);
        heights.push(height(&row));
        table.add_row(row);
    }
    for (place, column) in columns.iter().enumerate() {
        if let Some(own) = table.column_mut(place)
            && !texts.is_text(*column)
        {
            own.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut found = table.lines();
    let mut text = String::new();
    let none = Vec::new();
    for (height, notes) in heights.iter().zip(std::iter::once(&none).chain(notes)) {
        for line in found.by_ref().take(*height) {
            // The library pads the last column; trailing spaces are noise in a pipe.
            text += line.trim_end();
            text.push('\n');
        }
        for note in notes {
            text += &wrapped_to(&" ".repeat(SET_IN), SET_IN, note, limit.min(width()));
        }
    }
    text
}

/// Over how many lines a row goes.
fn height(cells: &[String]) -> usize {
    cells
        .iter()
        .map(|cell| cell.lines().count())
        .max()
        .unwrap_or(0)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(rows: usize) -> Texts<'static> {
        let row = |k: usize| {
            vec![
                format!("Somewhere {k}"),
                "1,234".to_owned(),
                "509.6 (492.1 to 527.6)".to_owned(),
                "1.27 (1.19 to 1.36)".to_owned(),
                "not clearly different from what its circumstances would suggest".to_owned(),
            ]
        };
        Texts {
            header: [
                "Area",
                "Count",
                "Figure (95% interval)",
                "Ratio (95% interval)",
                "Against",
            ]
            .map(str::to_owned)
            .to_vec(),
            right: &[1, 2, 3],
            rows: (0..rows).map(row).collect(),
            notes: vec![Vec::new(); rows],
        }
    }

    /// Every word of every cell, whatever the lines.
    fn words(text: &str) -> Vec<&str> {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        words.sort_unstable();
        words
    }

    #[test]
    fn what_has_room_is_on_one_line() {
        let text = fitted(&texts(3), usize::MAX);
        assert_eq!(text.lines().count(), 4);
        assert!(text.lines().any(|line| wide(line) > 80));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_no_word_is_lost() {
        for rows in [3, SCREENFUL + 1] {
            let all = fitted(&texts(rows), usize::MAX);
            for limit in 48..=140 {
                let text = fitted(&texts(rows), limit);
                let widest = text.lines().map(wide).max();
                assert!(widest <= Some(limit), "{widest:?} of {limit}:\n{text}");
                let shown = words(&text);
                let lost: Vec<&str> = words(&all)
                    .into_iter()
                    .filter(|word| {
                        !shown
                            .iter()
                            .any(|own| own.trim_end_matches([';', ':']) == *word)
                    })
                    .collect();
                assert!(lost.is_empty(), "{lost:?} at {limit}:\n{text}");
            }
        }
    }

    #[test]
    fn a_short_table_goes_on_beneath_itself_with_its_keys() {
        let text = fitted(&texts(2), 60);
        assert_eq!(text.matches("Somewhere 1").count(), 2, "{text}");
    }

    #[test]
    fn what_many_rows_share_heads_a_table_of_theirs() {
        let mut texts = texts(3 * SCREENFUL);
        texts.header.insert(0, "Year".to_owned());
        for (k, row) in texts.rows.iter_mut().enumerate() {
            row.insert(0, (2020 + k / SCREENFUL).to_string());
        }
        texts.right = &[2, 3, 4];
        let text = fitted(&texts, 80);
        let headings = text.lines().filter(|line| line.starts_with("Year: 20"));
        assert_eq!(
            headings.collect::<Vec<_>>(),
            ["Year: 2020", "Year: 2021", "Year: 2022"]
        );
        assert!(text.lines().all(|line| wide(line) <= 80), "{text}");
    }

    #[test]
    fn of_a_long_list_each_row_has_a_line_for_what_did_not_fit() {
        let rows = SCREENFUL + 1;
        let text = fitted(&texts(rows), 60);
        assert_eq!(text.matches("Somewhere").count(), rows, "{text}");
        assert!(
            text.contains("     Ratio (95% interval): 1.27 (1.19 to 1.36)"),
            "{text}"
        );
    }
}
