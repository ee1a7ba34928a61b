//! Tells the program what built it: compiler, target and profile, for the machine part of a result.

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
    println!("cargo::rustc-env=PARZEN_TARGET={}", variable("TARGET"));
    println!("cargo::rustc-env=PARZEN_PROFILE={}", variable("PROFILE"));
    println!("cargo::rustc-env=PARZEN_OPT_LEVEL={}", variable("OPT_LEVEL"));
}
