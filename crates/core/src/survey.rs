//! Answers to the questions of a survey, counted.

use crate::{AreaCode, Count, Reported, Sums};

/// Whose answers are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Respondents {
    /// The area they live in; none for all.
    pub area: Option<AreaCode>,
    /// What they are told apart by and which of it they are, as the survey calls both; none for all.
    pub group: Option<(String, String)>,
}

/// What a count of a survey is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerKind {
    /// An answer, in the words of the survey.
    Answer(String),
    /// An answer that says that somebody does not know, in the words of the survey: counted among those who answered.
    Unsure(String),
    /// All who answered.
    Answered,
    /// Those who were asked and did not answer.
    Unanswered,
}

/// A count of answers.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerCount {
    /// The question, in the words of the survey.
    pub question: String,
    /// Of whom.
    pub of: Respondents,
    /// Of what.
    pub kind: AnswerKind,
    /// How many people.
    pub count: Reported<Count>,
    /// The sum of their weights; their number, where the survey has none.
    pub weight: f64,
    /// The sum of the squares of their weights.
    pub squares: f64,
}

/// All counts of a survey and the sums that hold between them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SurveyCounts {
    /// The survey's title.
    pub title: String,
    /// Whether answers are weighted.
    pub is_weighted: bool,
    /// The counts, by question and respondents.
    pub counts: Vec<AnswerCount>,
    /// Sums by the places of counts: answers make up those who answered, groups and areas everyone.
    pub sums: Sums,
    /// How many people were asked.
    pub respondents: Count,
}
