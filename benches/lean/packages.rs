//! The generated packages, in a workspace each, so that features of one are no features of another.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::{Outcome, cpu};

/// What is built.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Package {
    /// The first program of the README.
    Ours,
    /// The same server by hand, with all that ours brings.
    ByHand,
    /// The same with just what it needs.
    Least,
}

impl Package {
    pub(crate) const ALL: [Self; 3] = [Self::Ours, Self::ByHand, Self::Least];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::ByHand => "by_hand",
            Self::Least => "least",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Ours => "program A",
            Self::ByHand => "by hand, the same dependencies",
            Self::Least => "by hand, just what it needs",
        }
    }

    fn main(self) -> &'static str {
        match self {
            Self::Ours => include_str!("../../examples/webhook.rs"),
            Self::ByHand | Self::Least => include_str!("program/by_hand.rs"),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Packages {
    folder: PathBuf,
}

impl Packages {
    /// Beside this program, which is in the target directory.
    pub(crate) fn create() -> Outcome<Self> {
        let program = std::env::current_exe()?;
        let target = program.ancestors().nth(2).ok_or("this program is in no target directory")?;
        let packages = Self { folder: target.join("lean") };
        for package in Package::ALL {
            let folder = packages.folder.join(package.name());
            fs::create_dir_all(folder.join("src"))?;
            fs::write(folder.join("src/main.rs"), package.main())?;
            // In the versions that the project has.
            fs::copy(project().join("Cargo.lock"), folder.join("Cargo.lock"))?;
            let needs = match package {
                Package::Ours => {
                    format!("bitcart-events = {{ path = {:?} }}", project().join("bitcart-events"))
                }
                Package::ByHand => include_str!("program/same.toml").to_owned(),
                Package::Least => include_str!("program/least.toml").to_owned(),
            };
            let name = package.name();
            let manifest = format!(
                "[workspace]\n[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n[profile.release]\nstrip = true\n[dependencies]\n{needs}\n{TOKIO}"
            );
            fs::write(folder.join("Cargo.toml"), manifest)?;
        }
        Ok(packages)
    }

    /// CPU seconds of a clean build.
    pub(crate) fn build(&self, package: Package, profile: &str) -> Outcome<f64> {
        let target = self.target(package);
        if target.exists() {
            fs::remove_dir_all(target)?;
        }
        // What is downloaded is not what is measured.
        run(self.cargo(package, "fetch"))?;
        let before = cpu::of_children()?;
        run(self.cargo(package, "build").args(["--quiet", "--profile", profile]))?;
        Ok((cpu::of_children()? - before).as_secs_f64())
    }

    /// How many packages are built for it, of the program and of what builds it.
    pub(crate) fn dependencies(&self, package: Package) -> Outcome<usize> {
        let mut tree = self.cargo(package, "tree");
        tree.args(["--quiet", "--prefix=none", "--no-dedupe", "--edges=normal,build", "--format={p}"]);
        let tree = String::from_utf8(run(&mut tree)?)?;
        let packages = tree.lines().map(|line| line.split(" (").next().unwrap_or(line).trim());
        let all: std::collections::BTreeSet<&str> = packages.filter(|line| !line.is_empty()).collect();
        Ok(all.len() - 1)
    }

    /// Bytes of the stripped program of the last release build.
    pub(crate) fn size(&self, package: Package) -> Outcome<u64> {
        Ok(fs::metadata(self.target(package).join("release").join(package.name()))?.len())
    }

    fn target(&self, package: Package) -> PathBuf {
        self.folder.join(package.name()).join("target")
    }

    /// Without what the call of this program itself would change in it.
    fn cargo(&self, package: Package, command: &str) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // The project's folder says which toolchain.
        cargo.current_dir(project()).arg(command);
        cargo.arg("--manifest-path").arg(self.folder.join(package.name()).join("Cargo.toml"));
        cargo
            .env("CARGO_TARGET_DIR", self.target(package))
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("RUSTFLAGS");
        cargo
    }
}

/// What all of them have beside the rest.
const TOKIO: &str = "tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\", \"net\", \"signal\", \"time\"] }\n";

fn run(mut command: impl std::borrow::BorrowMut<Command>) -> Outcome<Vec<u8>> {
    let command = command.borrow_mut();
    let output = command.output()?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr))
            .into())
    }
}

fn project() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
