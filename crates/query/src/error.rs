//! What can be wrong with a question or with what it is asked of.

/// A question that cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// SQL that cannot be read, names a column that is not there, or may not be asked.
    #[error("{0}")]
    Sql(String),
    /// A table that is not there.
    #[error("there is no table `{name}`")]
    NoTable {
        /// The table.
        name: String,
        /// Those that are there.
        known: Vec<String>,
    },
    /// A folder that is not of a release.
    #[error("`{folder}` is not the folder of a release: {reason}")]
    NotARelease {
        /// The folder.
        folder: String,
        /// What is missing.
        reason: String,
    },
    /// A file that cannot be read or written.
    #[error("cannot {doing} `{file}`: {reason}")]
    File {
        /// What was to be done.
        doing: &'static str,
        /// The file.
        file: String,
        /// What the system said.
        reason: String,
    },
}

impl QueryError {
    pub(crate) fn file(doing: &'static str, file: &std::path::Path, reason: &dyn ToString) -> Self {
        Self::File {
            doing,
            file: file.display().to_string(),
            reason: reason.to_string(),
        }
    }
}
