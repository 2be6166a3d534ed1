//! Test data of AWS's SDKs, fetched by the package managers and pinned by their hashes.

use nextjs_dynamodb_cache::sigv4::sha256_hex;
use serde::Deserialize;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const BOTOCORE: &str = "botocore-1.44.4";
const BOTOCORE_SHA256: &str = "9f01ec9c9bdd76dfb263bb4efe798229383dce32c942d26b9d9aeb062a979002";

/// The folder `test-data` of the crate `aws-runtime`; `aws-runtime/Cargo.lock` has its hash, and cargo checks it.
pub fn aws_runtime_test_data() -> PathBuf {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        manifest_path: PathBuf,
    }
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/credentials/aws-runtime/Cargo.toml");
    let arguments = ["metadata", "--locked", "--format-version=1", "--manifest-path"];
    let json = run(Command::new(env!("CARGO")).args(arguments).arg(manifest));
    let metadata: Metadata = serde_json::from_slice(&json).expect("metadata");
    let found = metadata.packages.into_iter().find(|package| package.name == "aws-runtime");
    found.expect("aws-runtime").manifest_path.with_file_name("test-data")
}

/// A file of botocore's source distribution.
pub fn botocore(path: &str) -> String {
    let archive = botocore_archive();
    let member = format!("{BOTOCORE}/{path}");
    let bytes = run(Command::new("tar")
        .args(["--extract", "--gzip", "--to-stdout", "--file"])
        .arg(archive)
        .arg(member));
    String::from_utf8(bytes).expect("UTF-8")
}

/// Kept for the user, whatever checkout asks for it.
fn botocore_archive() -> &'static Path {
    static ARCHIVE: OnceLock<PathBuf> = OnceLock::new();
    ARCHIVE.get_or_init(fetch_botocore)
}

fn fetch_botocore() -> PathBuf {
    let cache = cache_home().join("nextjs-dynamodb-cache");
    let archive = cache.join(format!("{BOTOCORE}.tar.gz"));
    if !archive.exists() {
        // Elsewhere first: another checkout may fetch it at the same time.
        let fresh = cache.join(format!("{BOTOCORE}.{}", std::process::id()));
        let pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:", "--dest"];
        run(Command::new("python3").args(pip).arg(&fresh).arg(BOTOCORE.replace('-', "==")));
        std::fs::rename(fresh.join(format!("{BOTOCORE}.tar.gz")), &archive).expect("the archive");
        std::fs::remove_dir_all(fresh).expect("the folder that it came in");
    }
    let mut bytes = Vec::new();
    File::open(&archive).and_then(|mut file| file.read_to_end(&mut bytes)).expect("the archive");
    assert_eq!(sha256_hex(&bytes), BOTOCORE_SHA256, "{}", archive.display());
    archive
}

#[allow(clippy::disallowed_methods, reason = "these are the variables of the test, not of what it tests")]
fn cache_home() -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let in_home = || Some(variable("HOME")?.join(".cache"));
    variable("XDG_CACHE_HOME").or_else(in_home).unwrap_or_else(std::env::temp_dir)
}

fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
