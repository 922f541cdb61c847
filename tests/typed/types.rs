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

/// Read as itself.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cents(i64);

impl Newtype for Cents {
    type Inner = i64;
    fn wrap(inner: i64) -> Cents {
        Cents(inner)
    }
    fn inner(&self) -> i64 {
        self.0
    }
}

/// Read as the text it is.
#[derive(Clone, Debug, PartialEq)]
struct Slug(String);

impl Newtype for Slug {
    type Inner = String;
    fn wrap(inner: String) -> Slug {
        Slug(inner)
    }
    fn inner(&self) -> String {
        self.0.clone()
    }
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
}

type Numbers = (bool, i16, i32, i64, f64, (i64, u32));
type Times = (i16, i64, i64);
type Texts = (String, Vec<u8>, u128, u8);

/// One value of each type.
fn values() -> impl Strategy<Value = (Numbers, Times, Texts)> {
    let numbers =
        (any::<bool>(), any::<i16>(), any::<i32>(), any::<i64>(), any::<f64>(), (any::<i64>(), 0u32..28));
    let times = (any::<i16>(), -1i64 << 55..1i64 << 55, -1i64 << 55..1i64 << 55);
    (numbers, times, (".*", any::<Vec<u8>>(), any::<u128>(), 0u8..3))
}

fn everything((numbers, times, texts): (Numbers, Times, Texts), none: bool) -> Everything {
    let (flag, small, medium, large, real, (digits, scale)) = numbers;
    let exact = Decimal::from_i128_with_scale(digits.into(), scale);
    let date = Date::constant(2000, 1, 1).checked_add(jiff::Span::new().days(times.0)).unwrap();
    let at = DateTime::constant(1970, 1, 1, 0, 0, 0, 0)
        .checked_add(jiff::Span::new().microseconds(times.1))
        .unwrap();
    let instant = Timestamp::from_microsecond(times.2).unwrap();
    let (text, bytes, uuid, size) = texts;
    let uuid = Uuid::from_u128(uuid);
    let json = Json::parse(&format!("{{\"b\": {small}, \"a\": {}}}", serde_json::to_string(&text).unwrap()))
        .unwrap();
    let size = [Size::Small, Size::Middling, Size::Large][usize::from(size)];
    let (cents, slug, id) = (Cents(large), Slug(text.clone()), Id::new(text.clone()));
    macro_rules! fill {
        ($($name:ident, $option:ident;)*) => {
            Everything { key: Id::new(uuid), $($option: (!none).then(|| $name.clone()), $name,)* }
        };
    }
    fill! {
        flag, maybe_flag; small, maybe_small; medium, maybe_medium; large, maybe_large; real, maybe_real;
        exact, maybe_exact; text, maybe_text; bytes, maybe_bytes; date, maybe_date; at, maybe_at;
        instant, maybe_instant; uuid, maybe_uuid; json, maybe_json; size, maybe_size; cents, maybe_cents;
        slug, maybe_slug; id, maybe_id;
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
        prop_assert_eq!((row.size(), row.maybe_cents()), (stored.size, stored.maybe_cents));

        // Each value finds its row.
        let found = db.query::<Everything>().filter(|e| {
            e.flag().eq(stored.flag).and(e.small().eq(stored.small)).and(e.medium().eq(stored.medium))
                .and(e.large().eq(stored.large)).and(e.real().eq(stored.real)).and(e.exact().eq(stored.exact))
                .and(e.text().eq(stored.text.clone())).and(e.bytes().eq(stored.bytes.as_slice()))
                .and(e.date().eq(stored.date)).and(e.at().eq(stored.at)).and(e.instant().eq(stored.instant))
                .and(e.uuid().eq(stored.uuid)).and(e.json().eq(stored.json.clone())).and(e.size().eq(stored.size))
                .and(e.cents().eq(stored.cents)).and(e.slug().eq(stored.slug.clone())).and(e.id().eq(stored.id.clone()))
                .and(e.maybe_text().is(stored.maybe_text.clone())).and(e.maybe_size().is(stored.maybe_size))
        });
        prop_assert_eq!(found.count().unwrap(), 1);

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
