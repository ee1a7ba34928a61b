//! Tells the program what built it: compiler, target, profile and flags, for the machine part of a
//! result.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTC");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let version = Command::new(variable("RUSTC"))
        .arg("--version")
        .output()
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .unwrap_or_default();
    println!("cargo::rustc-env=PARZEN_RUSTC={}", version.trim());
    // Cargo runs this again when any of these changes. Flags are parted by the unit separator.
    for (ours, of_cargo) in [
        ("TARGET", "TARGET"),
        ("PROFILE", "PROFILE"),
        ("OPT_LEVEL", "OPT_LEVEL"),
        ("RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"),
        ("TARGET_FEATURES", "CARGO_CFG_TARGET_FEATURE"),
    ] {
        println!("cargo::rustc-env=PARZEN_{ours}={}", variable(of_cargo));
    }
}
