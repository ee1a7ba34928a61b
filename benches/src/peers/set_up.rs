//! What peers need, below `target/peers`, and why the rest is absent.
//!
//! A virtual environment with pinned packages, headers of Debian packages that are unpacked and not
//! installed, and the compiled C++ peers. Nothing outside that folder changes. Apart from [`super::entry`],
//! because this is the only file that asks the network, and it is done before anything is measured.
//! Next: `benches/peers/requirements.txt`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::command::run;
use super::entry::{Cpus, Entry, Launch, Role};
use super::table::{self, CONTROL, OURS, Peer, Source};

/// What may be done to get what is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Nothing: what is there is used.
    None,
    /// Fetch what is missing.
    Missing,
    /// Fetch everything anew.
    Anew,
}

/// Where the programs of the peers are.
#[derive(Debug)]
pub struct SetUp {
    sources: PathBuf,
    folder: PathBuf,
    means: Means,
    /// The interpreter, or why there is none.
    python: Result<PathBuf, String>,
    /// The C++ peers by the names of their files, or why they cannot be had.
    compiled: BTreeMap<&'static str, Result<PathBuf, String>>,
}

/// A Debian package with headers; nothing of it has to be linked.
#[derive(Debug)]
struct Package {
    name: &'static str,
    /// One of its headers.
    header: &'static str,
}

/// Each C++ peer with the packages that it needs.
const NEEDS: [(&str, &[Package]); 3] = [
    ("nanoflann", &[Package { name: "libnanoflann-dev", header: "nanoflann.hpp" }]),
    ("cgal", &[Package { name: "libcgal-dev", header: "CGAL/Kd_tree.h" }, BOOST]),
    ("boost_rtree", &[BOOST]),
];
/// It is empty, and depends on the one whose name holds the version.
const BOOST: Package = Package { name: "libboost-dev", header: "boost/geometry.hpp" };
/// CGAL asks for its number types, which are not needed here, unless it is told not to.
const FLAGS: &[&str] = &["-std=c++17", "-O3", "-march=native", "-DNDEBUG", "-DCGAL_DISABLE_GMP"];

impl SetUp {
    /// Gets ready what the peers called `wanted` need; `folder` is `target/peers`.
    pub fn new(folder: &Path, means: Means, wanted: &[&Peer]) -> Self {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let is_wanted = |is: fn(&Source) -> bool| wanted.iter().any(|peer| is(&peer.source));
        let unasked = "not asked for";
        let mut set_up = Self {
            sources,
            folder: folder.into(),
            means,
            python: Err(unasked.into()),
            compiled: BTreeMap::new(),
        };
        if is_wanted(|source| matches!(source, Source::Python(_))) {
            set_up.python = set_up.environment();
        }
        for peer in wanted {
            if let Source::Cpp(file) = peer.source {
                let program = set_up.compiled(file);
                set_up.compiled.insert(file, program);
            }
        }
        set_up
    }

    /// Entries of `peer` where there are `cpus`. `this` is the program that serves peers in Rust.
    pub fn entries(&self, peer: &Peer, this: &Path, cpus: usize) -> Vec<Entry> {
        let launch = self.launch(&peer.source, this);
        let role = match peer.name {
            OURS => Role::Reference,
            CONTROL => Role::Control,
            _ => Role::Other,
        };
        let entry = |workers| Entry {
            name: peer.entry_name(workers),
            workers,
            role,
            launch: launch.clone().map(|launch| Launch { cpus: peer.cpus(workers), ..launch }),
        };
        peer.workers(cpus).into_iter().map(entry).collect()
    }

    fn launch(&self, source: &Source, this: &Path) -> Result<Launch, String> {
        let launch = |program: PathBuf, arguments: Vec<OsString>| Launch {
            program,
            arguments,
            cache: self.folder.join("cache"),
            cpus: Cpus::All,
        };
        match source {
            Source::Own(name) => Ok(launch(this.into(), vec!["serve".into(), name.into()])),
            Source::Python(file) => {
                let python = self.python.clone()?;
                let file = self.sources.join(file).with_extension("py");
                Ok(launch(python, vec!["-B".into(), file.into()]))
            }
            Source::Cpp(file) => {
                let program = self.compiled.get(file).cloned();
                let program = program.unwrap_or_else(|| Err("not asked for".into()))?;
                Ok(launch(program, Vec::new()))
            }
        }
    }

    /// The interpreter of an environment with exactly the packages that are asked for.
    fn environment(&self) -> Result<PathBuf, String> {
        let (folder, requirements) =
            (self.folder.join("venv"), self.sources.join("requirements.txt"));
        let (python, stamp) = (folder.join("bin/python"), folder.join("requirements.txt"));
        let text = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        let is_there = python.exists() && text(&stamp) == text(&requirements);
        match self.means {
            Means::None | Means::Missing if is_there => return Ok(python),
            Means::None => return Err("its packages are not set up".into()),
            Means::Missing | Means::Anew => {}
        }
        let _was_not_there = fs::remove_dir_all(&folder);
        eprintln!("setting up Python packages in {}", folder.display());
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--no-cache-dir"]);
        pip.args(["--disable-pip-version-check", "-r"]);
        run(pip.arg(&requirements))?;
        fs::copy(&requirements, &stamp).map_err(|error| error.to_string())?;
        Ok(python)
    }

    /// The folder with the headers of `package`; `None` if the compiler finds them by itself.
    fn headers(&self, package: &Package) -> Result<Option<PathBuf>, String> {
        let Package { name, header } = package;
        let unpacked = self.folder.join("debian").join(name);
        let folder = unpacked.join("usr/include");
        if self.means != Means::Anew {
            if Path::new("/usr/include").join(header).exists() {
                return Ok(None);
            }
            if folder.join(header).exists() {
                return Ok(Some(folder));
            }
        }
        if self.means == Means::None {
            return Err(format!("headers are missing: apt-get install {name}"));
        }
        eprintln!("unpacking {name} in {}", unpacked.display());
        unpack(name, &unpacked).map_err(|error| {
            format!("headers are missing, and cannot be fetched ({error}): install {name}")
        })?;
        if folder.join(header).exists() {
            Ok(Some(folder))
        } else {
            Err(format!("{name} has no {header}"))
        }
    }

    /// The program of a C++ peer, compiled if it is older than its sources.
    fn compiled(&self, file: &str) -> Result<PathBuf, String> {
        let program = self.folder.join("bin").join(file);
        let sources =
            [format!("{file}.cpp"), "peer.hpp".into()].map(|name| self.sources.join(name));
        let time = |path: &Path| fs::metadata(path).and_then(|found| found.modified()).ok();
        let is_new = sources.iter().all(|source| time(source) <= time(&program));
        if time(&program).is_some() && is_new && self.means != Means::Anew {
            return Ok(program);
        }
        let needs =
            NEEDS.iter().find(|(name, _)| *name == file).map_or(&[][..], |(_, needs)| needs);
        let headers: Result<Vec<_>, _> =
            needs.iter().map(|package| self.headers(package)).collect();
        let headers = headers?;
        if self.means == Means::None {
            return Err("not compiled".into());
        }
        fs::create_dir_all(self.folder.join("bin")).map_err(|error| error.to_string())?;
        eprintln!("compiling {}", sources[0].display());
        let mut compiler = Command::new("c++");
        compiler.args(FLAGS).arg("-I").arg(&self.sources);
        for folder in headers.iter().flatten() {
            compiler.arg("-isystem").arg(folder);
        }
        run(compiler.arg(&sources[0]).arg("-o").arg(&program))?;
        Ok(program)
    }
}

/// Fetches a package and unpacks it below `folder`, as anybody may; nothing is installed.
fn unpack(name: &str, folder: &Path) -> Result<(), String> {
    let _was_not_there = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let names = with_version(name);
    run(Command::new("apt-get").arg("download").args(names).current_dir(folder))?;
    for found in fs::read_dir(folder).map_err(|error| error.to_string())? {
        let path = found.map_err(|error| error.to_string())?.path();
        if path.extension().is_some_and(|ending| ending == "deb") {
            run(Command::new("dpkg").arg("-x").args([&path, folder]))?;
            fs::remove_file(&path).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// A package, and the one that it stands for in this release: `libboost-dev` for `libboost1.74-dev`.
fn with_version(name: &str) -> Vec<String> {
    let said = Command::new("apt-cache").args(["depends", name]).stdin(Stdio::null()).output();
    let said = said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned());
    let stem = name.trim_end_matches("-dev");
    let mut names = vec![name.to_owned()];
    names.extend(said.unwrap_or_default().lines().filter_map(|line| {
        let other = line.trim().strip_prefix("Depends: ")?;
        let digits = other.strip_prefix(stem)?.strip_suffix("-dev")?;
        digits.starts_with(|first: char| first.is_ascii_digit()).then(|| other.to_owned())
    }));
    names
}

/// The peers called `names`; all if there are none.
///
/// # Errors
/// A name is unknown; the known ones are told.
pub fn chosen(names: &[String]) -> Result<Vec<&'static Peer>, String> {
    let is = |peer: &Peer, name: &String| peer.name.eq_ignore_ascii_case(name);
    if let Some(name) = names.iter().find(|name| !table::every().any(|peer| is(peer, name))) {
        let mut known: Vec<_> = table::every().map(|peer| peer.name).collect();
        known.dedup();
        return Err(format!("there is no peer {name:?}; known: {}", known.join("; ")));
    }
    let is_chosen = |peer: &&Peer| {
        names.is_empty()
            || table::ALWAYS.contains(&peer.name)
            || names.iter().any(|name| is(peer, name))
    };
    Ok(table::every().filter(is_chosen).collect())
}

#[cfg(test)]
mod tests {
    use super::super::table::CONTROL;
    use super::*;

    #[test]
    fn without_means_what_is_missing_is_absent_with_its_reason() {
        let folder = tempfile::tempdir().unwrap();
        let peers: Vec<_> = table::every().collect();
        let set_up = SetUp::new(folder.path(), Means::None, &peers);
        for peer in peers {
            for entry in set_up.entries(peer, Path::new("this"), 2) {
                match (peer.source, entry.launch) {
                    (Source::Own(_), launch) => assert!(launch.is_ok()),
                    (Source::Python(_) | Source::Cpp(_), launch) => {
                        assert!(!launch.unwrap_err().is_empty());
                    }
                }
            }
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
    }

    #[test]
    fn ours_is_always_among_the_chosen() {
        let chosen = chosen(&["kdepy BOX".into()]).unwrap();
        let names: Vec<_> = chosen.iter().map(|peer| peer.name).collect();
        assert_eq!(names, [OURS, CONTROL, "KDEpy box", OURS, CONTROL]);
        assert!(
            super::chosen(&["nosuch".into()]).unwrap_err().contains("\"nosuch\"; known: parzen")
        );
    }
}
