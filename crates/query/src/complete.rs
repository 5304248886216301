//! Sums and means that are absent where a value is: a withheld count is not 0, and not left out.

use rusqlite::functions::{Aggregate, Context, FunctionFlags, WindowAggregate};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, Result};

/// Values so far.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    whole: i64,
    real: f64,
    rows: i64,
    reals: i64,
    absent: i64,
}

/// Which figure is made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Figure {
    Sum,
    Total,
    Mean,
}

/// Puts `sum`, `total` and `avg` that are complete in the place of SQL's own.
pub(crate) fn register(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    for (name, figure) in [
        ("sum", Figure::Sum),
        ("total", Figure::Total),
        ("avg", Figure::Mean),
    ] {
        connection.create_window_function(name, 1, flags, figure)?;
    }
    Ok(())
}

impl Sum {
    /// Adds a value, or takes it away again.
    fn add(&mut self, value: ValueRef<'_>, sign: i64) -> Result<()> {
        self.rows += sign;
        match value {
            ValueRef::Null => self.absent += sign,
            ValueRef::Integer(value) => {
                let next = value
                    .checked_mul(sign)
                    .and_then(|own| self.whole.checked_add(own));
                self.whole =
                    next.ok_or_else(|| refused("the sum is larger than any that is kept"))?;
            }
            ValueRef::Real(value) => {
                self.reals += sign;
                self.real += sign as f64 * value;
            }
            ValueRef::Text(text) => {
                let text = String::from_utf8_lossy(text);
                return Err(refused(&format!("a text cannot be added up: {text:?}")));
            }
            ValueRef::Blob(_) => return Err(refused("bytes cannot be added up")),
        }
        Ok(())
    }

    fn figure(&self, figure: Figure) -> Value {
        if self.absent > 0 || (self.rows == 0 && figure != Figure::Total) {
            return Value::Null;
        }
        let all = self.whole as f64 + self.real;
        match figure {
            Figure::Sum if self.reals == 0 => Value::Integer(self.whole),
            Figure::Sum | Figure::Total => Value::Real(all),
            Figure::Mean => Value::Real(all / self.rows as f64),
        }
    }
}

fn refused(what: &str) -> Error {
    Error::UserFunctionError(what.to_owned().into())
}

impl Aggregate<Sum, Value> for Figure {
    fn init(&self, _: &mut Context<'_>) -> Result<Sum> {
        Ok(Sum::default())
    }

    fn step(&self, context: &mut Context<'_>, sum: &mut Sum) -> Result<()> {
        sum.add(context.get_raw(0), 1)
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<Sum>) -> Result<Value> {
        Ok(sum.unwrap_or_default().figure(*self))
    }
}

impl WindowAggregate<Sum, Value> for Figure {
    fn value(&self, sum: Option<&mut Sum>) -> Result<Value> {
        Ok(sum.map_or(Value::Null, |sum| sum.figure(*self)))
    }

    fn inverse(&self, context: &mut Context<'_>, sum: &mut Sum) -> Result<()> {
        sum.add(context.get_raw(0), -1)
    }
}
