//! What the compiler says of each mistake. To write the messages anew: `TRYBUILD=overwrite`.
#![cfg(feature = "typed")]

#[test]
fn each_mistake_has_a_message_worth_reading() {
    trybuild::TestCases::new().compile_fail("tests/mistakes/*.rs");
}
