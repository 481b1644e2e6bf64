//! A workspace of its own for the generated packages, so that all of them share the dependencies.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the generated packages are.
#[derive(Debug)]
pub(crate) struct Workspace {
    folder: PathBuf,
}

impl Workspace {
    /// Beside this program, which is in the target directory.
    pub(crate) fn create(packages: &[&str]) -> Result<Self, Box<dyn Error>> {
        let program = std::env::current_exe()?;
        let target = program.ancestors().nth(2).ok_or("this program is in no target directory")?;
        let workspace = Self { folder: target.join("macro_cost") };
        fs::create_dir_all(&workspace.folder)?;
        // The dependencies are compared in the versions that the project has.
        fs::copy(project().join("Cargo.lock"), workspace.folder.join("Cargo.lock"))?;
        let manifest = format!(
            "[workspace]\nresolver = \"3\"\nmembers = {packages:?}\n[profile.release]\nstrip = true\n"
        );
        fs::write(workspace.folder.join("Cargo.toml"), manifest)?;
        Ok(workspace)
    }

    /// Writes a package: a library, and a program if `main` has a text.
    pub(crate) fn add(&self, package: &str, library: &str, main: &str) -> Result<(), Box<dyn Error>> {
        let folder = self.folder.join(package);
        fs::create_dir_all(folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = {package:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             [dependencies]\nbitcart-events = {{ path = {:?}, default-features = false }}\n",
            project().join("bitcart-events")
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        self.change(package, library)?;
        if !main.is_empty() {
            fs::write(folder.join("src/main.rs"), main)?;
        }
        Ok(())
    }

    /// Writes a library's text again, which is a change to cargo even if the text is the same.
    pub(crate) fn change(&self, package: &str, library: &str) -> Result<(), Box<dyn Error>> {
        Ok(fs::write(self.folder.join(package).join("src/lib.rs"), library)?)
    }

    /// Lets the compiler forget what it knew of a package from earlier checks.
    pub(crate) fn forget(&self, package: &str) -> Result<(), Box<dyn Error>> {
        let crate_and_dash = format!("{package}-");
        for entry in fs::read_dir(self.target().join("debug/incremental"))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&crate_and_dash) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    pub(crate) fn target(&self) -> PathBuf {
        self.folder.join("target")
    }

    /// A call of cargo in this workspace, without what the call of this program itself would change in it.
    pub(crate) fn cargo(&self, command: &str, package: &str) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // The project's folder says which toolchain.
        cargo.current_dir(project()).arg(command).args(["--quiet", "--package", package]);
        cargo.arg("--manifest-path").arg(self.folder.join("Cargo.toml"));
        cargo.env("CARGO_TARGET_DIR", self.target()).env_remove("RUSTFLAGS");
        cargo
    }
}

/// Runs a command to its end, and returns what it printed.
pub(crate) fn run(command: &mut Command) -> Result<Vec<u8>, Box<dyn Error>> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("{command:?} ended with {}", output.status).into())
    }
}

/// The project's folder.
pub(crate) fn project() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
