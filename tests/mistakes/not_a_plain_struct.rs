use relata::typed::{Model, ModelEnum, Polymorphic, Project};

#[derive(Model)]
enum Kind {
    Big,
}

#[derive(Model)]
struct Pair(i64, String);

#[derive(Model)]
struct Wrapped<T> {
    #[relata(key)]
    id: i64,
    held: T,
}

#[derive(ModelEnum)]
enum Shape {
    Round,
    Long(i64),
}

#[derive(ModelEnum)]
struct Colour {
    red: i16,
}

#[derive(Polymorphic)]
enum Subject {
    Nothing,
}

#[derive(Project)]
struct Title(String);

fn main() {}
