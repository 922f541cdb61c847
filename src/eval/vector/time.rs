//! Parts of dates and times.

use super::{Data, Vector};
use crate::column::time::{days_to_date, micros_to_timestamp};
use crate::expr::Part;
use crate::value::Type;
use jiff::civil::DateTime;

/// A part of each date or time; of an instant, in UTC. O(rows).
pub(super) fn part<'a>(part: Part, of: &Vector<'_>) -> Vector<'a> {
    let cells: Vec<i64> = match &of.data {
        Data::Date(cells) => cells
            .iter()
            .map(|days| of_time(part, days_to_date(*days).to_datetime(jiff::civil::Time::MIN)))
            .collect(),
        Data::Timestamp(cells) | Data::Timestamptz(cells) => {
            cells.iter().map(|micros| of_time(part, micros_to_timestamp(*micros))).collect()
        }
        _ => return Vector::null(&Type::Int),
    };
    Vector { data: Data::Integer(cells), nulls: of.nulls.clone() }
}

fn of_time(part: Part, at: DateTime) -> i64 {
    match part {
        Part::Year => at.year().into(),
        Part::Quarter => i64::from(at.month() - 1) / 3 + 1,
        Part::Month => at.month().into(),
        Part::Week => at.date().iso_week_date().week().into(),
        Part::Day => at.day().into(),
        Part::DayOfWeek => at.weekday().to_sunday_zero_offset().into(),
        Part::DayOfYear => at.day_of_year().into(),
        Part::Hour => at.hour().into(),
        Part::Minute => at.minute().into(),
        Part::Second => at.second().into(),
    }
}
