//! Rows of a survey: a share never travels without its counts.

use disparity_core::{AnswerKind, Catalogue, Reported};
use disparity_disclosure::{Release, SurveyRow, SurveyTable};

/// The columns.
pub const SURVEY_HEADER: [&str; 18] = [
    "synthetic",
    "question",
    "new_la_code",
    "old_la_code",
    "la_name",
    "group_by",
    "group",
    "answer_kind",
    "answer",
    "numerator",
    "answered",
    "estimate",
    "conf_low",
    "conf_high",
    "conf_level",
    "method",
    "symbol",
    "unprotected",
];

/// The rows: for each question and respondents a row for each answer, for the unsure and for those who did not answer.
pub fn survey_rows<'a>(
    release: &'a Release<SurveyTable>,
    catalogue: &'a Catalogue,
) -> impl Iterator<Item = Vec<String>> + 'a {
    let rows = release.survey().rows.iter();
    rows.map(move |row| fields(row, release, catalogue))
}

fn fields(row: &SurveyRow, release: &Release<SurveyTable>, catalogue: &Catalogue) -> Vec<String> {
    let survey = release.survey();
    let own = &row.answer;
    let area = own.of.area.and_then(|code| catalogue.areas.get(code));
    let (by, group) = own.of.group.clone().unwrap_or_default();
    let (kind, answer) = match &own.kind {
        AnswerKind::Answer(answer) => ("answer", answer.clone()),
        AnswerKind::Unsure(answer) => ("unsure", answer.clone()),
        AnswerKind::Answered => ("answered", String::new()),
        AnswerKind::Unanswered => ("unanswered", String::new()),
    };
    let (share, symbol) = match row.share {
        Reported::Value(share) => {
            let ends = share.interval;
            let texts = [share.value, ends.low, ends.high].map(|own| own.to_string());
            (texts, String::new())
        }
        Reported::Symbol(symbol) => (<[String; 3]>::default(), symbol.to_string()),
    };
    let [estimate, low, high] = share;
    vec![
        survey.synthetic.to_string(),
        own.question.clone(),
        area.map_or_else(String::new, |area| area.code.to_string()),
        area.and_then(|area| area.old_la_code.clone())
            .unwrap_or_default(),
        area.map_or_else(String::new, |area| area.name.clone()),
        by,
        group,
        kind.to_owned(),
        answer,
        own.count.to_string(),
        row.answered.to_string(),
        estimate,
        low,
        high,
        survey.levels.first().value().to_string(),
        survey.method.to_owned(),
        symbol,
        release.policy().reason().unwrap_or_default().to_owned(),
    ]
}
