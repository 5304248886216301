//! `disparity codes`: the words that inputs and outputs use.

use anyhow::Result;
use disparity_core::{Catalogue, Dimension, IssueCode, Symbol};
use std::fmt::Write as _;

use crate::args::{CodeListName, NationName, Selection};
use crate::out::{paragraph, print, table, wrapped};
use crate::progress::Progress;
use crate::stages::Published;

pub(crate) fn codes(list: Option<CodeListName>) -> Result<()> {
    let text = match list {
        None => paragraph(
            "Lists: areas, indicators, groups, symbols, issues. `disparity codes LIST` prints one.",
        ),
        Some(CodeListName::Symbols) => table(
            &["Symbol", "Meaning"],
            &[],
            Symbol::ALL
                .iter()
                .rev()
                .map(|symbol| vec![symbol.mark().to_owned(), symbol.meaning().to_owned()]),
        ),
        Some(CodeListName::Issues) => issues(),
        Some(list) => {
            let mut text = String::new();
            for nation in [NationName::England, NationName::Wales] {
                let selection = Selection {
                    nation: Some(nation),
                    ..Selection::default()
                };
                let published = Published::load(&selection, &mut Progress::new(false))?;
                let catalogue = published.catalogue();
                if nation == NationName::Wales {
                    let _ = write!(text, "\n{}\n", catalogue.areas.nation());
                }
                text += &from_catalogue(list, catalogue);
            }
            text
        }
    };
    print(&text)
}

fn issues() -> String {
    let mut text = String::new();
    for code in IssueCode::ALL {
        let _ = write!(
            text,
            "{} ({})\n{}{}\n",
            code.as_str(),
            code.severity().as_str(),
            wrapped("  ", 2, code.meaning()),
            wrapped("  ", 2, code.hint())
        );
    }
    text
}

fn from_catalogue(list: CodeListName, catalogue: &Catalogue) -> String {
    match list {
        CodeListName::Areas => table(
            &[
                "Code",
                "Old code",
                "Level",
                "Name",
                "Region",
                "From",
                "To",
                "Figures kept under",
            ],
            &[],
            catalogue.areas.iter().map(|area| {
                let date = |date: Option<disparity_core::Date>| {
                    date.map(|date| date.to_string()).unwrap_or_default()
                };
                let region = area
                    .region
                    .map(|region| catalogue.areas.name(region))
                    .unwrap_or_default();
                vec![
                    area.code.to_string(),
                    area.old_la_code.clone().unwrap_or_default(),
                    area.level.as_str().to_owned(),
                    area.name.clone(),
                    region,
                    date(area.valid_from),
                    date(area.valid_to),
                    area.entity.to_string(),
                ]
            }),
        ),
        CodeListName::Indicators => {
            let mut text = String::new();
            for (_, indicator) in catalogue.indicators.iter() {
                let _ = write!(
                    text,
                    "{} ({}, {})\n{}\n",
                    indicator.name,
                    indicator.timing.as_str(),
                    indicator.unit().as_str(),
                    wrapped(
                        "  ",
                        2,
                        &format!("{}. {}", indicator.title, indicator.definition)
                    )
                );
            }
            text
        }
        CodeListName::Groups => {
            let rows = Dimension::ALL.into_iter().flat_map(|dimension| {
                catalogue
                    .dimensions
                    .list(dimension)
                    .iter()
                    .map(move |(_, category)| {
                        let parent = category.parent.clone().unwrap_or_default();
                        vec![
                            dimension.column().to_owned(),
                            category.code.clone(),
                            category.label.clone(),
                            parent,
                        ]
                    })
            });
            table(&["Breakdown", "Code", "Name", "Part of"], &[], rows)
        }
        CodeListName::Symbols | CodeListName::Issues => String::new(),
    }
}
