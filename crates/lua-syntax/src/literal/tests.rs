//! Hexadecimal floats round once.

use super::{Number, number};

fn float(text: &str) -> f64 {
    match number(text.as_bytes()) {
        Some(Number::Float(value)) => value,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn hexadecimal_floats_round_to_even() {
    assert_eq!(float("0x1.fffffffffffff8p0"), 2.0);
    assert_eq!(float("0x1.fffffffffffff7p0"), 2.0 - f64::EPSILON);
    assert_eq!(float("0x1.00000000000008p0"), 1.0);
    assert_eq!(float("0x1.000000000000080000000000000000001p0"), 1.0 + f64::EPSILON);
    assert_eq!(float("0x1.000000000000180p0"), 1.0 + 2.0 * f64::EPSILON);
    assert_eq!(float("0x123456789abcdef012345p0"), 0x0001_2345_6789_abcd_ef01_2345_u128 as f64);
}

#[test]
fn hexadecimal_floats_reach_the_ends_of_the_range() {
    let least = f64::from_bits(1);
    assert_eq!(float("0x1p-1074"), least);
    assert_eq!(float("0x1p-1075"), 0.0);
    assert_eq!(float("0x1.8p-1075"), least);
    assert_eq!(float("0x1.8p-1074"), 2.0 * least);
    assert_eq!(float("0x0.8p-1073"), least);
    assert_eq!(float("0xfffffffffffffffp-1134"), least);
    // Rounding to 53 bits first would give a tie, which then goes to even.
    assert_eq!(float("0x1.0000000000000001p-1075"), least);
    assert_eq!(float("0x1p-1022"), f64::MIN_POSITIVE);
    assert_eq!(float("0x1.fffffffffffffp1023"), f64::MAX);
    assert_eq!(float("0x1.fffffffffffff8p1023"), f64::INFINITY);
    assert_eq!(float("0x1p1024"), f64::INFINITY);
    assert_eq!(float("0x0.0000000000000000000000000001p1000"), 2f64.powi(888));
    assert_eq!(float(&format!("0x1{}p-4000", "0".repeat(1000))), 1.0);
}
