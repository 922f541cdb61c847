//! Every type of field, through a column and back.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use proptest::prelude::*;
use relata::Json;
use relata::typed::{Database, Id, Model, ModelEnum, Newtype};
use rust_decimal::Decimal;
use uuid::Uuid;

#[derive(ModelEnum, Clone, Copy, Debug, PartialEq)]
enum Size {
    Small,
    Middling,
    #[relata(rename = "XL")]
    Large,
}

/// Declares types around a scalar.
macro_rules! newtypes {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        struct $name($inner);

        impl Newtype for $name {
            type Inner = $inner;
            fn wrap(inner: $inner) -> $name {
                $name(inner)
            }
            fn inner(&self) -> $inner {
                self.0.clone()
            }
        }
    )*};
}

newtypes! {
    /// Read as itself.
    Cents(i64);
    Rate(Decimal);
    Moment(Timestamp);
    /// Read as the text it is.
    Slug(String);
    Digest(Vec<u8>);
    Payload(Json);
}

/// Each type, as it is and as an `Option`.
macro_rules! everything {
    ($($name:ident, $option:ident: $ty:ty;)*) => {
        #[derive(Model, Clone, Debug, PartialEq)]
        #[relata(table = "everything")]
        struct Everything {
            #[relata(key)]
            key: Id<Everything, Uuid>,
            $($name: $ty, $option: Option<$ty>,)*
        }
    };
}

everything! {
    flag, maybe_flag: bool;
    small, maybe_small: i16;
    medium, maybe_medium: i32;
    large, maybe_large: i64;
    real, maybe_real: f64;
    exact, maybe_exact: Decimal;
    text, maybe_text: String;
    bytes, maybe_bytes: Vec<u8>;
    date, maybe_date: Date;
    at, maybe_at: DateTime;
    instant, maybe_instant: Timestamp;
    uuid, maybe_uuid: Uuid;
    json, maybe_json: Json;
    size, maybe_size: Size;
    cents, maybe_cents: Cents;
    slug, maybe_slug: Slug;
    id, maybe_id: Id<Everything, String>;
    number, maybe_number: Id<Everything>;
    wide, maybe_wide: Id<Everything, Uuid>;
    rate, maybe_rate: Rate;
    moment, maybe_moment: Moment;
    digest, maybe_digest: Digest;
    payload, maybe_payload: Payload;
}

type Numbers = (bool, i16, i32, i64, f64, Decimal);
type Times = (Date, DateTime, Timestamp);
type Texts = (String, Vec<u8>, u128, u8, Json);

/// Any integer, and often one at an end.
macro_rules! ends {
    ($ty:ty) => {
        prop_oneof![3 => any::<$ty>(), 1 => Just(<$ty>::MIN), 1 => Just(<$ty>::MAX), 1 => Just(0)]
    };
}

/// Any decimal of up to 28 digits, and often one at an end.
fn decimals() -> impl Strategy<Value = Decimal> {
    const MOST: i128 = 10i128.pow(28) - 1;
    let digits = prop_oneof![3 => -MOST..=MOST, 1 => Just(-MOST), 1 => Just(MOST), 1 => -999i128..=999];
    (digits, 0u32..=28).prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits, scale))
}

/// Any finite number, and often one at an end.
fn floats() -> impl Strategy<Value = f64> {
    let ends = [f64::MIN, f64::MAX, f64::MIN_POSITIVE, f64::EPSILON, 5e-324, 9_007_199_254_740_992.0];
    prop_oneof![3 => any::<f64>(), 1 => proptest::sample::select(ends.to_vec())]
}

/// Any time to the microsecond, and often one at an end.
fn times() -> impl Strategy<Value = Times> {
    let (first, last) = (Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_second() * 1_000_000);
    let instants = prop_oneof![3 => first..=last, 1 => Just(first), 1 => Just(last), 1 => Just(0)];
    let clocks = prop_oneof![3 => 0i64..86_400_000_000, 1 => Just(0), 1 => Just(86_399_999_999)];
    let days = prop_oneof![3 => -4_371_587..=2_932_896, 1 => Just(-4_371_587), 1 => Just(2_932_896)];
    (days, clocks, instants).prop_map(|(days, clock, instant)| {
        let date = Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let at = date.at(0, 0, 0, 0).checked_add(jiff::Span::new().microseconds(clock)).unwrap();
        (date, at, Timestamp::from_microsecond(instant).unwrap())
    })
}

/// Any document; null at the top would be no value.
fn documents() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|flag| flag.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        ".*".prop_map(|text: String| serde_json::to_string(&text).unwrap()),
    ];
    let nested = leaf.prop_recursive(3, 12, 4, |inner| {
        let fields = proptest::collection::btree_map(".{0,3}", inner.clone(), 0..4);
        let object = |fields: std::collections::BTreeMap<String, String>| {
            let name = |name: &String| serde_json::to_string(name).unwrap();
            let fields: Vec<_> =
                fields.iter().rev().map(|(key, value)| format!("{}: {value}", name(key))).collect();
            format!("{{{}}}", fields.join(", "))
        };
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(" , "))),
            fields.prop_map(object),
        ]
    });
    nested.prop_map(|text| Json::parse(&format!("[{text}]")).unwrap())
}

/// One value of each type.
fn values() -> impl Strategy<Value = (Numbers, Times, Texts)> {
    let numbers = (any::<bool>(), ends!(i16), ends!(i32), ends!(i64), floats(), decimals());
    (numbers, times(), (".*", any::<Vec<u8>>(), ends!(u128), 0u8..3, documents()))
}

fn everything((numbers, times, texts): (Numbers, Times, Texts), none: bool) -> Everything {
    let (flag, small, medium, large, real, exact) = numbers;
    let (date, at, instant) = times;
    let (text, bytes, uuid, size, json) = texts;
    let uuid = Uuid::from_u128(uuid);
    let size = [Size::Small, Size::Middling, Size::Large][usize::from(size)];
    let (cents, slug, id) = (Cents(large), Slug(text.clone()), Id::new(text.clone()));
    let (number, wide, rate, moment) = (Id::new(large), Id::new(uuid), Rate(exact), Moment(instant));
    let (digest, payload) = (Digest(bytes.clone()), Payload(json.clone()));
    macro_rules! fill {
        ($($name:ident, $option:ident;)*) => {
            Everything { key: Id::new(uuid), $($option: (!none).then(|| $name.clone()), $name,)* }
        };
    }
    fill! {
        flag, maybe_flag; small, maybe_small; medium, maybe_medium; large, maybe_large; real, maybe_real;
        exact, maybe_exact; text, maybe_text; bytes, maybe_bytes; date, maybe_date; at, maybe_at;
        instant, maybe_instant; uuid, maybe_uuid; json, maybe_json; size, maybe_size; cents, maybe_cents;
        slug, maybe_slug; id, maybe_id; number, maybe_number; wide, maybe_wide; rate, maybe_rate;
        moment, maybe_moment; digest, maybe_digest; payload, maybe_payload;
    }
}

proptest! {
    #[test]
    fn every_type_comes_back_as_it_went_in(given in values(), none in any::<bool>()) {
        let db = Database::new::<Everything>().unwrap();
        let stored = everything(given, none);
        let key = db.insert(stored.clone()).unwrap();
        prop_assert_eq!(key, stored.key);
        prop_assert_eq!(db.get(key).unwrap(), Some(stored.clone()));
        let page = db.query::<Everything>().all().unwrap();
        let row = page.first().unwrap();
        prop_assert_eq!(row, stored.clone());
        prop_assert_eq!(row.text(), stored.text.as_str());
        prop_assert_eq!(row.maybe_slug(), stored.maybe_slug.as_ref().map(|slug| slug.0.as_str()));
        prop_assert_eq!((row.size(), row.maybe_cents()), (stored.size, stored.maybe_cents.clone()));

        // Each value finds its row.
        let found = db.query::<Everything>().filter(|e| {
            e.flag().eq(stored.flag).and(e.small().eq(stored.small)).and(e.medium().eq(stored.medium))
                .and(e.large().eq(stored.large)).and(e.real().eq(stored.real)).and(e.exact().eq(stored.exact))
                .and(e.text().eq(stored.text.clone())).and(e.bytes().eq(stored.bytes.as_slice()))
                .and(e.date().eq(stored.date)).and(e.at().eq(stored.at)).and(e.instant().eq(stored.instant))
                .and(e.uuid().eq(stored.uuid)).and(e.json().eq(stored.json.clone())).and(e.size().eq(stored.size))
                .and(e.cents().eq(stored.cents.clone())).and(e.slug().eq(stored.slug.clone()))
                .and(e.id().eq(stored.id.clone())).and(e.number().eq(stored.number)).and(e.wide().eq(stored.wide))
                .and(e.rate().eq(stored.rate.clone())).and(e.moment().eq(stored.moment.clone()))
                .and(e.digest().eq(stored.digest.clone())).and(e.payload().eq(stored.payload.clone()))
                .and(e.maybe_text().is(stored.maybe_text.clone())).and(e.maybe_size().is(stored.maybe_size))
                .and(e.maybe_exact().is(stored.maybe_exact)).and(e.maybe_at().is(stored.maybe_at))
                .and(e.maybe_number().is(stored.maybe_number)).and(e.maybe_json().is(stored.maybe_json.clone()))
        });
        prop_assert_eq!(found.count().unwrap(), 1);

        // As parts of a row, selected here and beside another, and written by an update.
        let parts = db.query::<Everything>().select(|e| (e.exact(), e.maybe_at(), e.size(), e.payload()));
        let expected = (stored.exact, stored.maybe_at, stored.size, stored.payload.clone());
        prop_assert_eq!(parts.first().unwrap(), Some(expected));
        let picked = db.from::<Everything>().select(|e| (e.instant(), e.maybe_bytes(), e.maybe_rate(), e.number()));
        let expected = (stored.instant, stored.maybe_bytes.clone(), stored.maybe_rate.clone(), stored.number);
        prop_assert_eq!(picked.all().unwrap(), vec![expected]);
        db.modify(key, |e: &mut Everything| (e.flag, e.maybe_large) = (!stored.flag, None)).unwrap();
        db.update(key, |e| e.flag().set(stored.flag).and(e.maybe_large().set(stored.maybe_large))).unwrap();
        prop_assert_eq!(db.get(key).unwrap(), Some(stored.clone()));

        // The same row as a document and back.
        let document = serde_json::to_string(&row).unwrap();
        let again = Database::new::<Everything>().unwrap();
        let insert = format!("{{\"insert\": \"everything\", \"values\": {document}}}");
        let answer = again.run_json(&insert).unwrap();
        prop_assert!(answer.contains("result"), "{}", answer);
        prop_assert_eq!(again.get(key).unwrap(), Some(stored));
    }
}

#[test]
fn labels_are_snake_case_unless_renamed() {
    let schema = Database::schema::<Everything>();
    let size = schema.tables[0].columns.iter().find(|column| column.name == "size").unwrap();
    assert_eq!(size.ty.to_string(), "enum (small, middling, XL)");
}
