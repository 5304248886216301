//! A database in memory that can be read and nothing else.

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::{Value as Stored, ValueRef};
use rusqlite::{Connection, Error, params_from_iter};

use crate::answer::{Answer, Value};
use crate::complete;
use crate::error::QueryError;
use crate::tables::Copied;

/// A database in memory.
pub(crate) struct Database {
    connection: Connection,
}

/// What a question may do: read tables, call functions, and select.
fn may(action: AuthContext<'_>) -> Authorization {
    match action.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => {
            Authorization::Allow
        }
        AuthAction::Function { function_name } => match function_name {
            // Files and code of the machine.
            "load_extension" | "readfile" | "writefile" | "fts3_tokenizer" => Authorization::Deny,
            _ => Authorization::Allow,
        },
        _ => Authorization::Deny,
    }
}

impl Database {
    pub(crate) fn new() -> Result<Self, QueryError> {
        let connection = Connection::open_in_memory().map_err(said)?;
        complete::register(&connection).map_err(said)?;
        connection
            .set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)
            .map_err(said)?;
        Ok(Self { connection })
    }

    /// Copies a table in.
    pub(crate) fn add(&mut self, name: &str, table: Copied) -> Result<(), QueryError> {
        let columns: Vec<String> = table.columns.iter().map(|own| quoted(own)).collect();
        let transaction = self.connection.transaction().map_err(said)?;
        let create = format!("CREATE TABLE {} ({})", quoted(name), columns.join(", "));
        transaction.execute(&create, []).map_err(said)?;
        let places = vec!["?"; columns.len()].join(", ");
        let insert = format!("INSERT INTO {} VALUES ({places})", quoted(name));
        {
            let mut insert = transaction.prepare(&insert).map_err(said)?;
            for row in table.rows {
                let row = row.into_iter().map(|own| match own {
                    Value::Absent => Stored::Null,
                    Value::Whole(value) => Stored::Integer(value),
                    Value::Real(value) => Stored::Real(value),
                    Value::Text(text) => Stored::Text(text),
                });
                insert.execute(params_from_iter(row)).map_err(said)?;
            }
        }
        transaction.commit().map_err(said)
    }

    /// Answers a question, or says which table it names that is not there.
    pub(crate) fn ask(&mut self, sql: &str) -> Result<Result<Answer, String>, QueryError> {
        self.connection.authorizer(Some(may)).map_err(said)?;
        let answered = self.answered(sql);
        let none: Option<fn(AuthContext<'_>) -> Authorization> = None;
        self.connection.authorizer(none).map_err(said)?;
        match answered {
            Ok(answer) => Ok(Ok(answer)),
            Err(error) => missing(&error).map_or_else(|| Err(said(error)), |name| Ok(Err(name))),
        }
    }

    fn answered(&self, sql: &str) -> Result<Answer, Error> {
        let mut statement = self.connection.prepare(sql)?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut found = statement.query([])?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let field = |at: usize| -> Result<Value, Error> {
                Ok(match row.get_ref(at)? {
                    ValueRef::Null => Value::Absent,
                    ValueRef::Integer(value) => Value::Whole(value),
                    ValueRef::Real(value) => Value::Real(value),
                    ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                    ValueRef::Blob(bytes) => Value::Text(format!("{} bytes", bytes.len())),
                })
            };
            let fields: Result<Vec<Value>, Error> = (0..columns.len()).map(field).collect();
            rows.push(fields?);
        }
        Ok(Answer { columns, rows })
    }
}

/// The table that is said not to be there.
fn missing(error: &Error) -> Option<String> {
    let (Error::SqlInputError { msg: said, .. } | Error::SqliteFailure(_, Some(said))) = error
    else {
        return None;
    };
    let name = said.strip_prefix("no such table: ")?;
    Some(name.rsplit('.').next().unwrap_or(name).to_owned())
}

fn said(error: Error) -> QueryError {
    QueryError::Sql(match error {
        Error::SqlInputError {
            msg, sql, offset, ..
        } => {
            let at = usize::try_from(offset).unwrap_or(0);
            let rest = sql.get(at..).unwrap_or_default();
            let near: String = rest.chars().take(30).collect();
            if near.is_empty() {
                msg
            } else {
                format!("{msg}, at `{near}`")
            }
        }
        Error::SqliteFailure(_, Some(msg)) if msg.contains("not authorized") => {
            format!("a question may read the tables and nothing more ({msg})")
        }
        Error::SqliteFailure(_, Some(msg)) => msg,
        Error::MultipleStatement => "ask one question at a time".to_owned(),
        Error::UserFunctionError(error) => error.to_string(),
        other => other.to_string(),
    })
}

/// A name as SQL writes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
