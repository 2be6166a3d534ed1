//! AWS's SigV4 vectors, which the `aws-sigv4` crate ships, as far as their shape is ours.

use super::sign;
use nextjs_dynamodb_cache::credentials::Credentials;
use nextjs_dynamodb_cache::sigv4::sha256_hex;
use serde::Deserialize;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `2015-08-30T12:36:00Z`, the time of all vectors, Unix milliseconds.
const TIMESTAMP_MS: u64 = 1_440_938_160_000;

#[test]
fn every_published_vector_of_our_shape_gives_its_signature() {
    let all: Vec<_> =
        std::fs::read_dir(suite()).expect("the suite").map(|entry| entry.expect("an entry").path()).collect();
    let posts =
        all.iter().filter(|directory| read(directory, "request.txt").starts_with("POST / HTTP/1.1\n"));
    let vectors: Vec<_> = posts.map(|directory| Vector::read(directory)).collect();
    let ours: Vec<_> = vectors.iter().filter(|vector| !vector.context.omit_session_token).collect();
    // Of the others, 30 are GET, two have a query, and one adds the session token after signing.
    assert_eq!((all.len(), ours.len()), (40, 7));
    for vector in ours {
        assert_eq!(vector.signed_by_us(), vector.authorization, "{}", vector.name);
    }
}

struct Vector {
    name: String,
    context: Context,
    headers: Vec<(String, String)>,
    body: String,
    authorization: String,
}

#[derive(Deserialize)]
struct Context {
    credentials: Keys,
    region: String,
    service: String,
    sign_body: bool,
    timestamp: String,
    #[serde(default)]
    omit_session_token: bool,
}

#[derive(Deserialize)]
struct Keys {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
}

impl Vector {
    fn read(directory: &Path) -> Self {
        let request = read(directory, "request.txt");
        let (head, body) = request.split_once("\n\n").unwrap_or((&request, ""));
        let header =
            |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.to_owned()));
        let signed = read(directory, "header-signed-request.txt");
        let authorization = signed.lines().find_map(|line| line.strip_prefix("Authorization:"));
        Vector {
            name: directory.display().to_string(),
            context: serde_json::from_str(&read(directory, "context.json")).expect("context.json"),
            headers: head.lines().skip(1).filter_map(header).collect(),
            body: body.to_owned(),
            authorization: authorization.expect("an authorization header").trim().to_owned(),
        }
    }

    fn signed_by_us(&self) -> String {
        let Context { credentials, region, service, sign_body, timestamp, .. } = &self.context;
        assert_eq!((service.as_str(), timestamp.as_str()), ("service", "2015-08-30T12:36:00Z"));
        let (hosts, others): (Vec<_>, Vec<_>) = self.headers.iter().partition(|(name, _)| name == "Host");
        let mut request = http::Request::post(format!("https://{}/", hosts[0].1));
        for (name, value) in others {
            request = request.header(name, value);
        }
        if *sign_body {
            request = request.header("x-amz-content-sha256", sha256_hex(self.body.as_bytes()));
        }
        let mut request = request.body(self.body.clone().into_bytes()).expect("a request");
        let credentials = Credentials {
            session_token: credentials.token.clone().map(Into::into),
            ..Credentials::new(credentials.access_key_id.as_str(), credentials.secret_access_key.as_str())
        };
        sign(&mut request, &credentials, region, "service", TIMESTAMP_MS)
    }
}

fn read(directory: &Path, name: &str) -> String {
    let text = File::open(directory.join(name)).and_then(std::io::read_to_string);
    text.unwrap_or_else(|error| panic!("{} {name}: {error}", directory.display()))
}

/// Where cargo keeps the source of the `aws-sigv4` crate that we build with.
fn suite() -> PathBuf {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        manifest_path: PathBuf,
    }
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata");
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let metadata: Metadata = serde_json::from_slice(&cargo.stdout).expect("metadata");
    let sigv4 = metadata.packages.into_iter().find(|package| package.name == "aws-sigv4").expect("aws-sigv4");
    sigv4.manifest_path.with_file_name("aws-signing-test-suite").join("v4")
}
