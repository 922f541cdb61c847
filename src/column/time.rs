//! Dates and times as the integers columns hold: days and microseconds since 1970-01-01.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan, Unit};

const EPOCH: Date = Date::constant(1970, 1, 1);
const MICROS_A_DAY: i64 = 86_400_000_000;

/// Days since 1970-01-01.
pub(crate) fn date_to_days(date: Date) -> i32 {
    EPOCH.until((Unit::Day, date)).map(|span| span.get_days()).unwrap_or_default()
}

/// The date so many days after 1970-01-01; what no date is gives 1970-01-01.
pub(crate) fn days_to_date(days: i32) -> Date {
    EPOCH.checked_add(days.days()).unwrap_or(EPOCH)
}

/// Microseconds since 1970-01-01T00:00:00, without zone.
pub(crate) fn timestamp_to_micros(at: DateTime) -> i64 {
    let time = at.time();
    let seconds = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    let within = seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1_000;
    i64::from(date_to_days(at.date())) * MICROS_A_DAY + within
}

/// The date and time so many microseconds after 1970-01-01T00:00:00.
pub(crate) fn micros_to_timestamp(micros: i64) -> DateTime {
    let days = i32::try_from(micros.div_euclid(MICROS_A_DAY)).unwrap_or_default();
    let within = micros.rem_euclid(MICROS_A_DAY);
    let seconds = within / 1_000_000;
    let part = |v: i64| i8::try_from(v).unwrap_or_default();
    let nanos = i32::try_from(within % 1_000_000 * 1_000).unwrap_or_default();
    let time = Time::new(part(seconds / 3_600), part(seconds / 60 % 60), part(seconds % 60), nanos);
    DateTime::from_parts(days_to_date(days), time.unwrap_or(Time::MIN))
}

/// Microseconds since the epoch.
pub(crate) fn instant_to_micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// The instant so many microseconds after the epoch; what no instant is gives the epoch.
pub(crate) fn micros_to_instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ends_of_the_calendar_survive() {
        for date in [Date::MIN, Date::MAX, EPOCH] {
            assert_eq!(days_to_date(date_to_days(date)), date);
        }
        for at in [DateTime::constant(9999, 12, 31, 23, 59, 59, 999_999_000), DateTime::MIN] {
            assert_eq!(micros_to_timestamp(timestamp_to_micros(at)), at);
        }
    }

    proptest! {
        #[test]
        fn every_day_and_microsecond_survives(days in -700_000i32..700_000, micros in -1i64 << 56..1i64 << 56) {
            prop_assert_eq!(date_to_days(days_to_date(days)), days);
            prop_assert_eq!(timestamp_to_micros(micros_to_timestamp(micros)), micros);
            prop_assert_eq!(instant_to_micros(micros_to_instant(micros)), micros);
        }
    }
}
