//! What the columns of a survey are.

use serde::Deserialize;

use crate::describe::each_once;
use crate::error::TableError;

/// What a survey says: a file in TOML.
///
/// ```toml
/// title = "What families said of help"
/// questions = ["Were you treated fairly?"]      # a column for each question, a row for each respondent; or
/// # question = "question"                       # a column of questions
/// # answer = "answer"                           # and one of answers, a row for each answer
/// respondent = "id"                             # needed where a row is an answer
/// groups = ["respondent type"]                  # columns by which people are told apart
/// area = "authority"
/// weight = "weight"
/// unsure = ["Unsure", "Don't know"]
/// unanswered = ["", "Prefer not to say"]
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SurveyDescription {
    /// The survey's title, in sentence case.
    pub title: String,
    /// Whether the respondents were invented.
    #[serde(default)]
    pub invented: bool,
    #[serde(default)]
    pub(crate) questions: Vec<String>,
    pub(crate) question: Option<String>,
    pub(crate) answer: Option<String>,
    pub(crate) respondent: Option<String>,
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    pub(crate) area: Option<String>,
    pub(crate) weight: Option<String>,
    #[serde(default)]
    pub(crate) unsure: Vec<String>,
    #[serde(default = "empty")]
    pub(crate) unanswered: Vec<String>,
    pub(crate) sheet: Option<String>,
}

/// An empty field is no answer.
fn empty() -> Vec<String> {
    vec![String::new()]
}

impl SurveyDescription {
    /// Reads a description.
    ///
    /// # Errors
    /// [`TableError`] with the line of a key that is missing or unknown, and of a description that has questions in no way
    /// or in two.
    pub fn read(file: &str, text: &str) -> Result<Self, TableError> {
        let read: Self = toml::from_str(text).map_err(|error| {
            let hint = "`disparity survey --help` says what a description has";
            TableError::of_toml(file, text, &error, hint)
        })?;
        let is_long = read.question.is_some() && read.answer.is_some() && read.respondent.is_some();
        let has_part = read.question.is_some() || read.answer.is_some();
        match (read.questions.is_empty(), is_long, has_part) {
            (true, true, _) | (false, false, false) => Ok(read),
            (true, false, _) => Err(TableError::of_file(
                file,
                "nothing says where questions and answers are",
                "name the columns of questions: questions = [\"…\"]; or, where each row is an answer, the columns \
                 `question`, `answer` and `respondent`",
            )),
            (false, ..) => Err(TableError::of_file(
                file,
                "questions are columns and in a column as well",
                "keep `questions`, or `question` with `answer` and `respondent`",
            )),
        }
    }

    /// Every column that is read, each once.
    pub(crate) fn wanted(&self) -> Vec<&str> {
        let named = [
            &self.question,
            &self.answer,
            &self.respondent,
            &self.area,
            &self.weight,
        ];
        let named = named.into_iter().flatten();
        each_once(self.questions.iter().chain(named).chain(&self.groups))
    }
}
