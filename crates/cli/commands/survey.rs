//! `disparity survey`: shares of answers with intervals, by group and area.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use disparity_core::Levels;
use disparity_disclosure::{Release, SurveyTable, protect_survey};
use disparity_export::{SURVEY_HEADER, survey_rows};
use disparity_frames::{Known, SurveyDescription, read_survey};

use crate::args::{Format, Selection, SurveyArgs};
use crate::commands::returns::say_withheld;
use crate::hint::Hinted;
use crate::out::{print, print_csv, print_json, table};
use crate::policy::{unprotected_note, usual_or};
use crate::progress::Progress;
use crate::stages::Published;

/// Reads a survey, protects its counts and prints the shares.
pub(crate) fn survey(args: &SurveyArgs) -> Result<()> {
    let policy = usual_or(args.unprotected.as_deref())?;
    let levels = Levels::new(&[args.level])
        .map_err(|error| Hinted::new(format!("--level: {error}"), error.hint()))?;
    let name = args.describe.display().to_string();
    let text = std::fs::read_to_string(&args.describe)
        .with_context(|| format!("cannot read the description `{name}`"))?;
    let description = SurveyDescription::read(&name, &text)?;
    let mut progress = Progress::new(false);
    let published = Published::load(&Selection::default(), &mut progress)?;
    let known = Known {
        catalogue: published.catalogue(),
        populations: published.populations(),
        neighbourhoods: None,
        marks: published.marks(),
    };
    let counts = read_survey(&args.file, &description, known)?;
    let safe = protect_survey(counts, &policy, description.invented, &|_, _| {});
    say_withheld(safe.how_many(), policy.rule());
    let release = safe.release(levels)?;
    let rows = survey_rows(&release, published.catalogue());
    match args.format {
        Format::Text => print(&said(&release, rows)),
        Format::Csv => print_csv(&SURVEY_HEADER, rows),
        Format::Json => print_json(&SURVEY_HEADER, rows),
    }
}

/// The lines for people.
fn said(release: &Release<SurveyTable>, rows: impl Iterator<Item = Vec<String>>) -> String {
    let survey = release.survey();
    let mut text = unprotected_note(release.policy());
    if survey.synthetic {
        text += "SYNTHETIC: these people are invented; no figure here is about anyone\n\n";
    }
    let asked = disparity_core::thousands(&survey.respondents.to_string());
    let _ = writeln!(text, "{}, {asked} people asked", survey.title);
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut question = String::new();
    for row in rows {
        if row[QUESTION] != question {
            if !lines.is_empty() {
                text += &table_of(&question, std::mem::take(&mut lines), release);
            }
            question.clone_from(&row[QUESTION]);
        }
        lines.push(line(&row));
    }
    text += &table_of(&question, lines, release);
    text += "\nShares are of those who answered, with those who are unsure; of those who did not answer, of all who were \
             asked.\nAn interval says how far chance alone may have moved a share of so few people, not whether those who \
             answered\nare like those who did not.\n";
    text
}

const QUESTION: usize = 1;

fn table_of(question: &str, lines: Vec<Vec<String>>, release: &Release<SurveyTable>) -> String {
    let interval = format!("Share ({} interval)", release.survey().levels.shown());
    let header = ["Of", "Answer", "Gave it", "Answered", &interval];
    format!("\n{question}\n{}", table(&header, &[2, 3, 4], lines))
}

/// Whom a line is of, the answer, the counts and the share.
fn line(row: &[String]) -> Vec<String> {
    let of = match (row[4].as_str(), row[6].as_str()) {
        ("", "") => "Everyone".to_owned(),
        (area, "") => area.to_owned(),
        (_, group) => group.to_owned(),
    };
    let answer = match row[7].as_str() {
        "unanswered" => "(no answer)".to_owned(),
        "unsure" => format!("{} (unsure)", row[8]),
        _ => row[8].clone(),
    };
    let percent = |text: &str| {
        text.parse::<f64>()
            .map(|share| format!("{:.0}%", share * 100.0))
    };
    let share = match (percent(&row[11]), percent(&row[12]), percent(&row[13])) {
        (Ok(share), Ok(low), Ok(high)) => format!("{share} ({low} to {high})"),
        _ => format!("[{}]", row[16]),
    };
    vec![of, answer, row[9].clone(), row[10].clone(), share]
}
